"""`foil store search` and `foil store index`: inspections on record by fields, words and looks."""

import json
import re
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from apps.commands import options
from apps.commands.store import open_named
from apps.console import progress_shown, table
from fusion.errors import BadSetting

if TYPE_CHECKING:
    from assistant.search import Hit, Unit

LONGEST = 70  # characters of a sentence in a line


def search(
    words: Annotated[str, typer.Argument(help="What to search for, in words.", show_default=False)] = "",
    model: Annotated[str, typer.Option(help="Only of this model.", show_default=False)] = "",
    lot: Annotated[
        str, typer.Option(metavar="NAME", help="Only samples that lay in a folder of this name.", show_default=False)
    ] = "",
    verdict: Annotated[
        list[str] | None,
        typer.Option(help="Only of this verdict of the program; may be given several times."),
    ] = None,
    since: Annotated[str, typer.Option(metavar="TIME", help="From this day or time on, UTC.", show_default=False)] = "",
    until: Annotated[str, typer.Option(metavar="TIME", help="Up to this time or day, UTC.", show_default=False)] = "",
    larger_than: Annotated[
        str, typer.Option(metavar="SIZE", help="Only with a region longer than 5mm, or 40px.", show_default=False)
    ] = "",
    like: Annotated[str, typer.Option(metavar="ID|PICTURE", help="What looks like this one.", show_default=False)] = "",
    last: Annotated[int, typer.Option(help="How many, the nearest or the newest first.", min=1)] = 20,
    as_json: options.Json = False,
    store: options.Store = None,
) -> None:
    """Search the inspections on record.

    Verdict, lot, days and sizes are read from the words, and what was understood is said; options count more. What is
    left is searched by its meaning, English or Chinese, in what was said of regions, in the words that came with a
    picture, and in the reasons of people's decisions. --like finds what differs as in that inspection, wherever it
    lies, or what looks like a picture as a whole.

    \b
    Examples:
      foil store search "rejects of lot 7 since Monday with regions over 5 mm" --store records
      foil store search "a dark scratch near the edge" --verdict REJECT --store records
      foil store search --like 17 --store records
    """
    from assistant.finding import read_query
    from assistant.phrases import phrase
    from assistant.reports.scope import Scope
    from assistant.search import Index

    opened, read, scope = open_named(store), read_query(words), Scope(since=since, until=until)
    query = read.query
    query = replace(
        query,
        model=model,
        lots=(lot,) if lot else query.lots,
        verdicts=tuple(verdict or query.verdicts),
        since=scope.first or query.since,
        until=scope.last or query.until,
        larger=_size(larger_than) if larger_than else query.larger,
        like=(int(like) if like.isdigit() else Path(like)) if like else None,
    )
    index = Index(opened)
    hits = index.search(query, last)
    if as_json:
        told = {"understood": read.fields, "found": [asdict(hit) for hit in hits], "not_indexed": index.missing}
        typer.echo(json.dumps(told, indent=2))
        return
    if read.fields:
        typer.echo(f"understood: {'; '.join(f'{name}: {value}' for name, value in read.fields.items())}")
    head = ["ID", "TIME (UTC)", "VERDICT", "DECIDED", "LIKENESS", "LONGEST", "NAME", "SAID OF IT"]
    typer.echo(table([head, *map(_row, hits)]) if hits else f"{opened.name}: nothing found")
    if index.missing:
        typer.echo(phrase("record.missing", "en", n=f"{index.missing}"))


def index(store: options.Store = None) -> None:
    """Index what was recorded before there was a search, and make what words are searched by.

    Pictures that were marked go through their kept models again, which takes as long as to inspect them.

    \b
    Example:
      foil store index --store records
    """
    from assistant.reindexing import reindex

    opened = open_named(store)
    with progress_shown() as progress:
        indexed, blind = reindex(opened, progress)
    without = f", {blind} of them without their pictures, which are gone" if blind else ""
    typer.echo(f"{opened.name}: {indexed} inspections were indexed{without}")


def _size(said: str) -> "tuple[float, Unit]":
    found = re.fullmatch(r"(\d+(?:\.\d+)?) ?(mm|px)", said.strip().lower())
    if not found:
        raise BadSetting(f"--larger-than {said!r:.40} is no size; expected 5mm, or 40px")
    return float(found[1]), "mm" if found[2] == "mm" else "px"


def _row(hit: "Hit") -> list[str]:
    size = f"{hit.longest_mm:.1f} mm" if hit.longest_mm else f"{hit.longest_px:.0f} px" if hit.longest_px else "-"
    likeness = "-" if hit.likeness is None else f"{hit.likeness:.2f}"
    said = hit.words if len(hit.words) <= LONGEST else f"{hit.words[: LONGEST - 1]}…"
    time = hit.time[:16].replace("T", " ")
    return [f"{hit.number}", time, hit.verdict, hit.decided or "-", likeness, size, hit.name, said]
