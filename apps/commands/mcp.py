"""`foil mcp`: tools for an assistant that speaks the Model Context Protocol."""

from typing import Annotated

import typer

from apps.commands import options
from fusion.errors import BadSetting


def mcp(
    http: Annotated[bool, typer.Option("--http", help="Over HTTP on 127.0.0.1 instead of standard input.")] = False,
    port: Annotated[int, typer.Option(help="With --http.", min=1, max=65535)] = 7862,
    store: options.Store = None,
) -> None:
    """Serve Foil's tools to an assistant over MCP.

    It can inspect pictures, ask about them and be shown regions; it decides and changes nothing. It takes the package
    mcp: pip install 'foil[mcp]'. In the assistant's settings give the command foil with the argument mcp, or over HTTP
    the address http://127.0.0.1:7862/mcp, and, once there are keys, an inspector's as the header X-API-Key. foil serve
    offers the same beside its page, at http://127.0.0.1:7860/mcp.

    \b
    Examples:
      foil mcp
      foil mcp --http --store records
    """
    from apps.mcp_server import is_there

    if not is_there():
        raise BadSetting("foil mcp needs the package mcp; install it: pip install 'foil[mcp]'")
    if http:
        from apps.mcp_server.http import serve
        from apps.ui.serve import HOST, MCP, refuse_taken

        refuse_taken(port, "foil mcp --http")
        typer.echo(f"For assistants (MCP): http://{HOST}:{port}{MCP}; Ctrl-C ends it.")
        serve(port, store)
        return
    from apps.mcp_server.server import create
    from apps.ui.models import Models

    create(Models(), store).run("stdio")
