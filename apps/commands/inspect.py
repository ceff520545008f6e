"""`foil inspect`: a verdict on pictures, movements or rows of tables, in words or as JSON, and in the exit code."""

import json
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from apps.commands import options
from apps.commands.keeping import keeping, made_store, recalling
from apps.console import progress_shown
from fusion.progress import Progress, silent

if TYPE_CHECKING:
    from assistant.inspection import Failure, Inspection, Result
    from assistant.moving import MovementInspection
    from assistant.page import Entry
    from explain.catalogue import Lang
    from fusion.item import Item
    from fusion.modelfile import Kind
    from fusion.motion.collection import Reading

EXIT = {"PASS": 0, "REVIEW": 10, "REJECT": 20, "REFUSED": 30, "UNREADABLE": 30}
COUNTED = {"pictures": "pictures", "movements": "movements", "tables": "rows"}
COLOURS = {"PASS": "green", "REVIEW": "yellow", "REJECT": "red", "REFUSED": "magenta", "UNREADABLE": "magenta"}


@dataclass(frozen=True)
class Look:
    """How samples of a kind are looked at: their results, one after the other, and how one's page is written."""

    results: "Callable[[Progress], Iterator[Result]]"
    page: "Callable[[Any, Path], Entry] | None" = None  # of a result that is no failure, in a folder; rows have none


def inspect(
    ctx: typer.Context,
    paths: Annotated[
        list[Path], typer.Argument(help="Pictures or movements, and folders of them; or tables.", show_default=False)
    ],
    model: Annotated[str | None, typer.Option(help="Its name; not needed while there is only one.")] = None,
    as_json: options.Json = False,
    out: Annotated[Path | None, typer.Option(help="Write pictures, a page a sample and index.html here.")] = None,
    lang: Annotated[Literal["en", "zh"], typer.Option(help="Language of the words.")] = "en",
    text: Annotated[
        str | None,
        typer.Option(help="Words on every picture: what to look for and to leave out; or which movement it should be."),
    ] = None,
    words: options.Words = None,
    mask: Annotated[Path | None, typer.Option(help="Where to look, in white; with one picture only.")] = None,
    skeleton: Annotated[Path | None, typer.Option(help="17 joints (JSON, npy); with one picture only.")] = None,
    mm_per_px: Annotated[float | None, typer.Option(help="Size of a pixel in mm, to tell sizes in mm, too.")] = None,
    samples: Annotated[
        int,
        typer.Option(help="Draw so many normal versions and tell how far they disagree; a second in all.", min=0),
    ] = 0,
    quiet: Annotated[bool, typer.Option("--quiet", help="Neither words nor progress: the exit code tells.")] = False,
    joints: options.Joints = None,
    rate: options.Rate = None,
    only: options.Only = "",
    watch: Annotated[
        str, typer.Option(help="Movements: only these joints count, such as left leg, right wrist.", show_default=False)
    ] = "",
    scene: Annotated[
        Path | None,
        typer.Option(help="Movements: a picture of the scene, which tells which it should be.", show_default=False),
    ] = None,
    language: options.Language = "template",
    audience: options.Audience = "engineer",
    length: options.Length = "long",
    patience: options.Patience = 120.0,
    send_pictures: options.SendPictures = False,
    what_if: options.WhatIf = None,
    kinds: options.Kinds = None,
    store: options.Store = None,
) -> None:
    """Say what differs from normal, and where or when.

    The exit code is the gravest verdict: 0 all PASS, 10 some REVIEW, 20 some REJECT, 30 some refused (not from the
    model's world) or unreadable; 2 wrong usage, 130 interrupted. A file that can't be read never ends the others.

    Of a movement it says which joint moves unlike normal, from when to when, which way and by how much. Of a model of
    several movements (foil fit --about) words or a picture of the scene say which it should be; without either it is
    the one that it looks like.

    Of a row of a table it says which columns put it where it is, and what they would be in a normal row.

    Words point and leave out: what you look for is shown where it fits best and changes no verdict; what you ignore,
    or a place that you name, decides what counts, and the words say how much was left out. It takes a model that
    learned words (foil fit --method neural), or for any other open_clip weights (--words); without either, they are
    said to be not used.

    A language model may tell it (--language), in this process or at an address: it gets the measurements, never names
    or your words, and pictures of an address only with --send-pictures; a key goes into FOIL_API_KEY. Whatever it says
    that was not measured is taken out; if it fails or takes too long, Foil's own words stand there, and why.

    With --store everything is kept and signed, so that an auditor can check it (foil audit verify) and repeat it.

    \b
    Examples:
      foil inspect new.png --model gasket
      foil inspect line3/ --model gasket --json > results.jsonl
      foil inspect line3/ --model gasket --out report --lang zh
      foil inspect line3/ --model gasket --text "scratches near the rim, ignore the label"
      foil inspect new.png --model gasket --text "只看划痕，忽略标签" --lang zh
      foil inspect new.png --model gasket --text scratches --words open_clip:ViT-B-16:vit.safetensors
      foil inspect clips/new.json --model squat --out report
      foil inspect clips/new.json --model exercises --text "a deep squat" --watch "left leg"
      foil inspect clips/new.json --model exercises --scene station2.jpg
      foil inspect readings.csv --model plant
      foil inspect new.png --model gasket --what-if "region 1 were normal"
      foil inspect new.png --model gasket --kinds ours.json
      foil inspect new.png --model gasket --audience operator --length short
      foil inspect line3/ --model gasket --store records
      foil inspect new.png --model gasket --language local:Qwen/Qwen3-1.7B
      foil inspect new.png --model gasket --language http://localhost:11434/v1#qwen3:4b
    """
    from assistant import library
    from assistant.counterfactual import question
    from assistant.page import write_index
    from fusion.kind import kind_at

    model = model or library.sole(kind_at(paths[0]))
    kind = library.kind(model)
    options.refuse_foreign(ctx, kind, f"{model} is a model of {kind}")
    if kind == "pictures":
        how: dict[str, Any] = {"mm_per_px": mm_per_px, "samples": samples}
        how |= {"text": text, "audience": audience, "length": length}
        targets = _targets(paths, text, mask, skeleton)
        how["what_if"] = question(what_if) if what_if else None
        how["language"] = options.narrator(language, patience, send_pictures)
        look = _at_pictures(targets, model, words, kinds, lang, how)
    elif kind == "tables":
        look = _at_tables(paths, model, lang)
    else:
        look = _at_movements(paths, model, options.reading(joints, rate, only), lang, text, watch, scene)
    asked = {"words": words or "", "samples": samples, "text": text or "", "watch": watch}
    shelf = made_store(store) if store else None  # not where an option is wrong
    if shelf and kind == "pictures":
        how["recall"] = recalling(shelf, model)
    keep = keeping(shelf, model, audience=audience, length=length, **asked) if shelf else None
    rows: list[Entry | Failure] = []
    counts: Counter[str] = Counter()
    bar = not quiet and (len(paths) > 1 or paths[0].is_dir()) and not (as_json and sys.stdout.isatty())
    with progress_shown(lines=False) if bar else nullcontext(silent) as progress:
        for result in look.results(progress):
            recorded = {"id": keep(result)} if keep else {}
            counts[result.verdict] += 1
            if out:
                rows.append(_row(result, look, out))
            if as_json:
                typer.echo(json.dumps(recorded | result.to_json(), ensure_ascii=False, allow_nan=False))
            elif not quiet:
                _tell(result, recorded.get("id"))
    if out:
        write_index(rows, out, lang)
    if not as_json and not quiet:
        _sum_up(counts, kind, out)
    raise typer.Exit(max(EXIT[verdict] for verdict in counts))


def _at_pictures(
    targets: "list[Path | Item]", model: str, words: str | None, kinds: Path | None, lang: "Lang", how: dict[str, Any]
) -> Look:
    from assistant import library
    from assistant.inspection import inspect_paths
    from assistant.page import entry, write_page
    from explain.naming import kinds_in, read_kinds

    detector = library.load(model)
    if words:
        detector = detector.with_words(words)
    how["kinds"] = read_kinds(kinds, kinds_in(detector.card)) if kinds else None
    normals = detector.calibration.scores.tolist()

    def page(result: "Inspection", folder: Path) -> "Entry":
        return entry(result, write_page(result, folder, normals))

    return Look(lambda progress: inspect_paths(targets, detector, lang, progress=progress, **how), page)


def _at_movements(
    paths: list[Path], model: str, reading: "Reading", lang: "Lang", text: str | None, watch: str, scene: Path | None
) -> Look:
    from assistant.movement_page import movement_entry, write_movement_page
    from assistant.moving import inspect_movements, load_movement_model, read_scene

    where = read_scene(scene) if scene else None
    detector = load_movement_model(model, watch)
    normals = detector.calibration.scores.tolist()

    def page(result: "MovementInspection", folder: Path) -> "Entry":
        return movement_entry(result, write_movement_page(result, folder, lang, normals))

    return Look(lambda progress: inspect_movements(paths, detector, reading, lang, progress, text, where), page)


def _at_tables(paths: list[Path], model: str, lang: "Lang") -> Look:
    from assistant.tabling import inspect_tables, load_table_model

    detector = load_table_model(model)
    return Look(lambda progress: inspect_tables(paths, detector, lang, progress))


def _targets(paths: list[Path], text: str | None, mask: Path | None, skeleton: Path | None) -> "list[Path | Item]":
    """Return what to inspect, together with what the user knows of that one picture."""
    if mask is None and skeleton is None:
        return [*paths]
    if len(paths) != 1 or paths[0].is_dir():
        raise typer.BadParameter("--mask and --skeleton belong to one picture; give just that one")
    from fusion.item import Item

    return [Item(paths[0], None, "", "test", region=mask, text=text, skeleton=skeleton)]


def _row(result: "Result", look: Look, folder: Path) -> "Entry | Failure":
    """Write a result's page and return its row of the index, which is all that is kept of it."""
    from assistant.inspection import Failure

    assert look.page, "--out is refused where there are no pages"
    return result if isinstance(result, Failure) else look.page(result, folder)


def _tell(result: "Result", number: int | None) -> None:
    """Print a result for a person: what it is, then why, wrapped to the terminal."""
    from rich.console import Console
    from rich.text import Text

    head = result.verdict.ljust(10)
    if "NO_COLOR" not in os.environ:
        head = typer.style(head, COLOURS[result.verdict], bold=True)
    typer.echo(f"{head} {result.headline}")
    console = Console()
    for line in result.text.splitlines():
        for row in Text(line).wrap(console, console.width - 4):  # by the width of characters: Chinese has no spaces
            typer.echo(f"    {row.plain.rstrip()}")
    if number is not None:
        typer.echo(f"    recorded as {number}")


def _sum_up(counts: Counter[str], kind: "Kind", out: Path | None) -> None:
    if counts.total() > 1:
        told = ", ".join(f"{counts[verdict]} {verdict}" for verdict in EXIT if counts[verdict])
        typer.echo(f"{counts.total()} {COUNTED[kind]}: {told}")
    if out:
        typer.echo(f"pages: {out / 'index.html'}")
