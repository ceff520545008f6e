"""`foil models`: which there are, what they were before, and away with one."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from apps.commands import options
from apps.console import table
from fusion.errors import BadSetting

if TYPE_CHECKING:
    from assistant.library import BrokenModel, ModelInfo

app = typer.Typer(rich_markup_mode=None)


@app.callback(invoke_without_command=True)
def models(ctx: typer.Context, as_json: options.Json = False) -> None:
    """List models, go back to what one was, or remove one.

    They live in the folder that the variable FOIL_HOME names, or where the system keeps the data of programs.

    \b
    Examples:
      foil models
      foil models versions gasket
      foil models remove gasket
    """
    from assistant import library
    from assistant.home import home

    if ctx.invoked_subcommand:
        return
    found = library.models()
    if as_json:
        typer.echo(json.dumps([_plain(model) for model in found], ensure_ascii=False, indent=2))
    elif not found:
        typer.echo(f"no models in {home()}; fit one: foil fit DIR --name NAME")
    else:
        head = ["NAME", "KIND", "NORMALS", "METHOD", "REPRESENTATION", "REVIEW FROM", "REJECT FROM", "CREATED", "MB"]
        rows = [_row(model) for model in found if isinstance(model, library.ModelInfo)]
        typer.echo(table([head, *rows]) if rows else "no model can be used")
        for model in found:
            if isinstance(model, library.BrokenModel):
                typer.echo(f"{model.name} can't be used: {model.problem}")


@app.command("remove")
def remove(
    name: Annotated[str, typer.Argument(help="The model.", show_default=False)],
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask.")] = False,
) -> None:
    """Remove a model and its versions for good.

    \b
    Example:
      foil models remove gasket
    """
    from assistant import library, versions

    folder = library.existing_folder(name)
    if not yes:
        typer.confirm(f"Remove {name} ({folder}) for good?", abort=True)
    library.remove(name)
    versions.forget(name)
    typer.echo(f"{name} is removed")


@app.command("versions")
def list_versions(name: Annotated[str, typer.Argument(help="The model.", show_default=False)]) -> None:
    """List what a model was before, and what a training made that waits to be put in force.

    \b
    Example:
      foil models versions gasket
    """
    from assistant import library, versions

    found = versions.versions(name)
    head = ["VERSION", "NORMALS", "METHOD", "REVIEW FROM", "REJECT FROM", "CREATED"]
    rows = [[id_, *(cells[at] for at in (2, 3, 5, 6, 7))] for id_, cells in _versions(library.read(name), found)]
    typer.echo(table([head, *rows]))
    if found:
        typer.echo(f"next: foil models switch {name} {found[0].folder.name}")


@app.command("switch")
def switch(
    name: Annotated[str, typer.Argument(help="The model.", show_default=False)],
    version: Annotated[str, typer.Argument(help="The version to put in force.", show_default=False)],
) -> None:
    """Put a version in force; what it replaces becomes a version, so that you can switch back.

    \b
    Example:
      foil models switch gasket 3f9c1d20ab7e
    """
    from assistant import versions

    versions.put_in_force(name, version)
    typer.echo(f"{name} is version {version} now; foil models versions {name} lists what it was before")


@app.command("weights")
def weights(
    name: Annotated[str, typer.Argument(help="The model.", show_default=False)],
    file: Annotated[Path, typer.Argument(help="A new .safetensors file.", show_default=False)],
) -> None:
    """Write a model's trained weights to a file of their own.

    foil fit --weights FILE takes them instead of training, and calibrates them on the good parts at hand.

    \b
    Example:
      foil models weights gasket gasket.safetensors
    """
    from assistant import library

    if file.exists() or file.suffix != ".safetensors":
        raise BadSetting(f"{file}: expected the name of a new file that ends in .safetensors")
    detector = library.load(name)
    from fusion.learning.weights import write_weights

    write_weights(detector, file, f"{detector.card['n_statistics']} good parts of {name}")
    typer.echo(f"{file}: {file.stat().st_size / 1e6:.1f} MB; next: foil fit DIR --name NAME --weights {file}")


def _versions(now: "ModelInfo", before: "list[ModelInfo]") -> "list[tuple[str, list[str]]]":
    return [("in force", _row(now)), *((model.folder.name, _row(model)) for model in before)]


def _row(model: "ModelInfo") -> list[str]:
    from assistant.rates import share
    from fusion.modelfile import GROWN

    limits, card = model.calibration.thresholds, model.card
    return [
        model.name,
        model.kind,
        f"{card['n_normals']}" + (f" + {len(card[GROWN])}" if GROWN in card else ""),
        f"{card['method']}",
        f"{card['representation']}",
        f"{limits.review:.2f} ({share(limits.review_rate)})",
        f"{limits.reject:.2f} ({share(limits.reject_rate)})",
        f"{card['created']}"[:16],
        f"{model.bytes / 1e6:.1f}",
    ]


def _plain(model: "ModelInfo | BrokenModel") -> dict[str, Any]:
    from assistant.library import BrokenModel

    plain: dict[str, Any] = {"name": model.name, "folder": str(model.folder)}
    if isinstance(model, BrokenModel):
        return plain | {"problem": model.problem}
    return plain | {
        "kind": model.kind,
        "card": model.card,
        "thresholds": asdict(model.calibration.thresholds),
        "bytes": model.bytes,
    }
