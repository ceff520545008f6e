"""`foil settings`: which file sets what."""

from collections.abc import Iterator
from typing import Any

import typer

EXAMPLE = """\
[every]                # each command that has such an option
store = "/srv/foil"
lang = "zh"

[inspect]              # this command alone
audience = "operator"
language = "http://localhost:11434/v1#qwen3:4b"\
"""


def settings(ctx: typer.Context) -> None:
    """Show where the settings lie, and what they set.

    A settings file says what options stand at where neither the command line nor the environment says otherwise. It
    lies in your own folder, or where FOIL_SETTINGS says.

    \b
    Example:
      foil settings
    """
    from apps.console import table
    from apps.settings import settings_file

    path = settings_file()
    if not path.exists():
        typer.echo(f"{path} is not there; it could hold, for instance:\n\n{EXAMPLE}")
        return
    rows = list(_rows(dict(ctx.find_root().default_map or {}), "foil"))
    typer.echo(f"{path} sets:\n" + table([("command", "option", "value"), *rows]) if rows else f"{path} sets nothing")


def _rows(said: dict[str, Any], command: str) -> Iterator[tuple[str, str, str]]:
    for name, value in said.items():
        if isinstance(value, dict):
            yield from _rows(value, f"{command} {name}")
        else:
            yield command, f"--{name.replace('_', '-')}", str(value)
