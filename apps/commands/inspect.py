"""`foil inspect`: a verdict on pictures, in words or as JSON, and in the exit code."""

import json
import os
import sys
from collections import Counter
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from apps.commands import options
from apps.console import progress_shown
from fusion.progress import silent

if TYPE_CHECKING:
    from assistant.inspection import Failure, Inspection
    from assistant.page import Entry
    from fusion.item import Item

EXIT = {"PASS": 0, "REVIEW": 10, "REJECT": 20, "REFUSED": 30, "UNREADABLE": 30}
COLOURS = {"PASS": "green", "REVIEW": "yellow", "REJECT": "red", "REFUSED": "magenta", "UNREADABLE": "magenta"}


def inspect(
    paths: Annotated[list[Path], typer.Argument(help="Pictures, and folders of them.", show_default=False)],
    model: Annotated[str | None, typer.Option(help="Its name; not needed while there is only one.")] = None,
    as_json: options.Json = False,
    out: Annotated[Path | None, typer.Option(help="Write pictures, a page a sample and index.html here.")] = None,
    lang: Annotated[Literal["en", "zh"], typer.Option(help="Language of the words.")] = "en",
    text: Annotated[str | None, typer.Option(help="Words on every picture: what to look for and to leave out.")] = None,
    words: options.Words = None,
    mask: Annotated[Path | None, typer.Option(help="Where to look, in white; with one picture only.")] = None,
    skeleton: Annotated[Path | None, typer.Option(help="17 joints (JSON, npy); with one picture only.")] = None,
    mm_per_px: Annotated[float | None, typer.Option(help="Size of a pixel in mm, to tell sizes in mm, too.")] = None,
    samples: Annotated[
        int,
        typer.Option(help="Draw so many normal versions and tell how far they disagree; a second in all.", min=0),
    ] = 0,
    quiet: Annotated[bool, typer.Option("--quiet", help="Neither words nor progress: the exit code tells.")] = False,
) -> None:
    """Say what differs from normal, and where.

    The exit code is the gravest verdict: 0 all PASS, 10 some REVIEW, 20 some REJECT, 30 some refused (not from the
    model's world) or unreadable; 2 wrong usage, 130 interrupted. A file that can't be read never ends the others.

    Words point and leave out: what you look for is shown where it fits best and changes no verdict; what you ignore,
    or a place that you name, decides what counts, and the words say how much was left out. It takes a model that
    learned words (foil fit --method neural), or for any other open_clip weights (--words); without either, they are
    said to be not used.

    \b
    Examples:
      foil inspect new.png --model gasket
      foil inspect line3/ --model gasket --json > results.jsonl
      foil inspect line3/ --model gasket --out report --lang zh
      foil inspect line3/ --model gasket --text "scratches near the rim, ignore the label"
      foil inspect new.png --model gasket --text "只看划痕，忽略标签" --lang zh
      foil inspect new.png --model gasket --text scratches --words open_clip:ViT-B-16:vit.safetensors
    """
    from assistant import library
    from assistant.inspection import inspect_paths
    from assistant.page import write_index

    targets = _targets(paths, text, mask, skeleton)
    detector = library.load(model or library.sole())
    if words:
        detector = detector.with_words(words)
    normals = detector.calibration.scores.tolist()
    rows: list[Entry | Failure] = []
    counts: Counter[str] = Counter()
    bar = not quiet and (len(paths) > 1 or paths[0].is_dir()) and not (as_json and sys.stdout.isatty())
    with progress_shown(lines=False) if bar else nullcontext(silent) as progress:
        results = inspect_paths(
            targets, detector, lang, mm_per_px=mm_per_px, progress=progress, text=text, samples=samples
        )
        for result in results:
            counts[_verdict(result)] += 1
            if out:
                rows.append(_page(result, out, normals))
            if as_json:
                typer.echo(json.dumps(result.to_json(), ensure_ascii=False, allow_nan=False))
            elif not quiet:
                _tell(result)
    if out:
        write_index(rows, out, lang)
    if not as_json and not quiet:
        _sum_up(counts, out)
    raise typer.Exit(max(EXIT[verdict] for verdict in counts))


def _targets(paths: list[Path], text: str | None, mask: Path | None, skeleton: Path | None) -> "list[Path | Item]":
    """Return what to inspect, together with what the user knows of that one picture."""
    if mask is None and skeleton is None:
        return [*paths]
    if len(paths) != 1 or paths[0].is_dir():
        raise typer.BadParameter("--mask and --skeleton belong to one picture; give just that one")
    from fusion.item import Item

    return [Item(paths[0], None, "", "test", region=mask, text=text, skeleton=skeleton)]


def _verdict(result: "Inspection | Failure") -> str:
    from assistant.inspection import Inspection

    return result.detection.verdict if isinstance(result, Inspection) else "UNREADABLE"


def _tell(result: "Inspection | Failure") -> None:
    """Print a result for a person: what it is, then why, wrapped to the terminal."""
    from rich.console import Console
    from rich.text import Text

    from assistant.inspection import Inspection
    from explain.wording import number, points

    verdict, why = _verdict(result), ""
    if isinstance(result, Inspection):
        evidence, why = result.evidence, result.explanation.text
        told = evidence.sample.name
        if evidence.score is not None and evidence.p_value is not None:
            told += f"  score {points(evidence.score)}, p {number(evidence.p_value, 2)}"
    else:
        told = result.reason
    head = verdict.ljust(10)
    if "NO_COLOR" not in os.environ:
        head = typer.style(head, COLOURS[verdict], bold=True)
    typer.echo(f"{head} {told}")
    console = Console()
    for line in why.splitlines():
        for row in Text(line).wrap(console, console.width - 4):  # by the width of characters: Chinese has no spaces
            typer.echo(f"    {row.plain.rstrip()}")


def _sum_up(counts: Counter[str], out: Path | None) -> None:
    if counts.total() > 1:
        told = ", ".join(f"{counts[verdict]} {verdict}" for verdict in EXIT if counts[verdict])
        typer.echo(f"{counts.total()} pictures: {told}")
    if out:
        typer.echo(f"pages: {out / 'index.html'}")


def _page(result: "Inspection | Failure", folder: Path, normals: list[float]) -> "Entry | Failure":
    """Write a result's page and return its row of the index, which is all that is kept of it."""
    from assistant.inspection import Inspection
    from assistant.page import entry, write_page

    if isinstance(result, Inspection):
        return entry(result, write_page(result, folder, normals))
    return result
