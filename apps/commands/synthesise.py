"""`foil synthesise`: a defect painted from words, on a picture to look at or as data to test on."""

import json
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from apps.commands import options
from apps.console import progress_shown
from fusion.errors import BadInput, BadSetting
from fusion.progress import silent

if TYPE_CHECKING:
    from assistant.inspection import Failure
    from assistant.synthesising import Painting

FAILED = 30  # some pictures could not be used, as in `foil inspect`


def synthesise(
    image: Annotated[Path, typer.Argument(help="A picture of a good part, or a folder of them.", show_default=False)],
    text: Annotated[str, typer.Option(help="What to paint, and perhaps where.", show_default=False)],
    mask: Annotated[Path | None, typer.Option(help="Where, in white; without it a shape and place are drawn.")] = None,
    model: Annotated[str | None, typer.Option(help="Its name; not needed while there is only one.")] = None,
    out: Annotated[Path | None, typer.Option(help="PNG to write; a new folder, where there will be several.")] = None,
    data_set: Annotated[Path | None, typer.Option(help="New folder for pictures, masks and manifest.jsonl.")] = None,
    seed: Annotated[int, typer.Option(help="Another seed paints another defect.", min=0)] = 0,
    count: Annotated[int, typer.Option(help="Paintings a picture, each of a seed of its own.", min=1)] = 1,
    by: Annotated[
        Literal["drawing", "model"],
        typer.Option(metavar="<name>", help="drawing: by rules of how each kind looks; model: by its own diffusion."),
    ] = "drawing",
    steps: Annotated[int, typer.Option(help="From noise to the defect, 1 to 50; more cost more time.")] = 10,
    sampler: Annotated[
        Literal["ddim", "dpm++", "euler", "lcm"], typer.Option(help="ddim, dpm++, euler or lcm.", metavar="<name>")
    ] = "ddim",
    strength: Annotated[float, typer.Option(help="How far to follow the words, 0 to 10; 1 is as learnt.")] = 1.5,
    plain: Annotated[bool, typer.Option("--plain", help="Leave out the strip that says so to people.")] = False,
    as_json: options.Json = False,
) -> None:
    """Paint a defect from words on good pictures.

    A defect of the kind nearest to the words is drawn on the part, inside the mask or in the place that the words name,
    as large and as dark, bright or coloured as they say. With --by model the model's own diffusion paints it, which
    takes one that learned to (foil fit --method neural) and, to be any good, hours on a GPU; steps, sampler and
    strength are for that. The same seed gives the same picture.

    Every picture says that it is generated: in its file, and in a strip below it, which --plain leaves out, so that
    foil inspect sees the part alone. A data set has plain pictures, whose
    files still say so, with their masks and a manifest: all are for the test, none to learn normal from. What can
    hardly be seen stays out of it.

    The exit code is 0, or 30 if some pictures could not be used or painted.

    \b
    Examples:
      foil synthesise good.png --text "a deep scratch in the upper left" --model gasket
      foil synthesise good.png --text "一块深色污渍" --mask where.png --count 8 --out stains
      foil synthesise parts/train/good --text "a chipped edge" --count 3 --data-set chipped
    """
    from assistant import library
    from assistant.synthesising import Wish, synthesise_paths, write_folder

    if data_set and out:
        raise typer.BadParameter("--data-set and --out both say where to write; give one of them")
    wish = Wish(text, mask, seed, count, by, steps, sampler, strength)
    several = image.is_dir() or count > 1
    target = data_set or out or Path("generated" if several else f"{image.stem}-generated-{seed}.png")
    _check_free(target, folder=several or data_set is not None)
    detector = library.load(model or library.sole("pictures"))
    failed = 0
    with (
        progress_shown(lines=False) if several and not (as_json and sys.stdout.isatty()) else nullcontext(silent) as bar
    ):
        results = synthesise_paths(image, detector, wish, bar)
        if several or data_set:
            written = write_folder(results, target, data_set is not None, plain)
        else:
            written = _one(results, target, plain)
        for result in written:
            if isinstance(result, tuple):
                _tell(*result, as_json)
            else:
                failed += 1
                typer.echo(
                    json.dumps(result.to_json(), ensure_ascii=False) if as_json else result.reason, err=not as_json
                )
    if several and not as_json:
        typer.echo(f"written to {target}")
    raise typer.Exit(FAILED if failed else 0)


def _check_free(target: Path, folder: bool) -> None:
    """Refuse to write over anything, before any work."""
    if not folder and target.suffix.lower() != ".png":
        raise BadSetting(f"{target}: generated pictures are PNG files; give a name that ends in .png")
    if target.exists() and not (folder and target.is_dir() and not any(target.iterdir())):
        what = "a new or an empty folder" if folder else "another name with --out, or another --seed"
        raise BadSetting(f"{target}: it exists, and what it holds would be lost; choose {what}")


def _one(
    results: "Iterator[Painting | Failure]", target: Path, plain: bool
) -> "Iterator[tuple[Painting, Path] | Failure]":
    """Write the only painting; if there is none, its reason is the command's."""
    from assistant.inspection import Failure
    from fusion.files import atomic_write

    for result in results:
        if isinstance(result, Failure):
            raise BadInput(result.reason)
        atomic_write(target, result.png(plain))
        yield result, target


def _tell(painting: "Painting", file: Path, as_json: bool) -> None:
    """Print what was painted, where it lies and how much of it can be seen."""
    from assistant.synthesising import HARDLY

    if as_json:
        typer.echo(json.dumps({**painting.to_json(), "file": str(file)}, ensure_ascii=False, allow_nan=False))
        return
    x0, y0, x1, y1 = painting.bbox
    place = f"{x1 - x0} x {y1 - y0} px at ({x0}, {y0})"
    seen = "" if painting.shown >= HARDLY else f"; hardly visible: it shows in {painting.shown:.0%} of its mask"
    typer.echo(f"{file}  generated {painting.kind}, {place}, seed {painting.seed}{seen}")
