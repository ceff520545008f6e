"""`foil mcp`: tools for an assistant that speaks the Model Context Protocol."""

from typing import Annotated

import typer

from apps.commands import options
from fusion.errors import BadSetting


def mcp(
    http: Annotated[bool, typer.Option("--http", help="Over HTTP on 127.0.0.1 instead of standard input.")] = False,
    port: Annotated[int, typer.Option(help="With --http.", min=1, max=65535)] = 7861,
    store: options.Store = None,
) -> None:
    """Serve Foil's tools to an assistant over MCP.

    It can inspect pictures, ask about them and be shown regions; it decides and changes nothing. It takes the package
    mcp: pip install 'foil[mcp]'. In the assistant's settings give the command foil with the argument mcp, or over HTTP
    the address http://127.0.0.1:7861/mcp.

    \b
    Examples:
      foil mcp
      foil mcp --http --store records
    """
    try:
        from apps.mcp_server.server import run
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "mcp":
            raise
        raise BadSetting("foil mcp needs the package mcp; install it: pip install 'foil[mcp]'") from error

    run(store, http, port)
