"""`foil keys`: who may use the page and call the REST door, and what they may do."""

from typing import Annotated, Literal

import typer

app = typer.Typer(rich_markup_mode=None)
Name = Annotated[str, typer.Argument(help="Whose key it is: a person, a station, a program.", show_default=False)]


@app.callback()
def keys() -> None:
    """Say who may use the page and the REST door, and for what.

    \b
    Examples:
      foil keys add station-3 --role inspector
      foil keys revoke station-3
    """


@app.command("add")
def add(
    name: Name,
    role: Annotated[
        Literal["viewer", "inspector", "admin"],
        typer.Option(metavar="ROLE", help="viewer reads; inspector inspects, decides, too; admin verifies, too."),
    ] = "inspector",
) -> None:
    """Make a key and print it, this once. From the first key on nobody gets in without one.

    \b
    Example:
      foil keys add station-3 --role inspector
    """
    from apps.rest.keys import create

    typer.echo(create(name, role))
    typer.echo(
        "Type it on the page, or send it as X-API-Key. It can't be shown again; only its hash is kept.", err=True
    )


@app.command("list")
def list_keys() -> None:
    """List whose keys there are, and their roles.

    Example: foil keys list
    """
    from apps.rest.keys import callers

    for caller in callers():
        typer.echo(f"{caller.name}  {caller.role}")


@app.command("revoke")
def revoke(name: Name) -> None:
    """Forget a key, at once.

    Example: foil keys revoke station-3
    """
    from apps.rest.keys import revoke as forget

    forget(name)
    typer.echo(f"the key of {name} opens nothing any more")
