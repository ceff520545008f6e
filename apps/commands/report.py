"""`foil report`: all that is on record of a sample, a lot or a period, as a report for people or programs."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from apps.commands import options
from apps.commands.store import open_named
from apps.console import progress_shown


def report(
    out: Annotated[Path, typer.Option(help="The file to write: .pdf, .html, .json or .csv.", show_default=False)],
    store: options.Store = None,
    sample: Annotated[
        str, typer.Option(metavar="ID", help="Of this inspection; or of several: 3,5-9.", show_default=False)
    ] = "",
    lot: Annotated[
        str, typer.Option(metavar="NAME", help="Of all samples that lay in a folder of this name.", show_default=False)
    ] = "",
    since: Annotated[str, typer.Option(metavar="TIME", help="From this day or time on, UTC.", show_default=False)] = "",
    until: Annotated[
        str, typer.Option(metavar="TIME", help="Up to this time, or the end of this day, UTC.", show_default=False)
    ] = "",
    lang: Annotated[Literal["en", "zh"], typer.Option(help="Language of the report.")] = "en",
    final: Annotated[bool, typer.Option("--final", help="Release it; takes --by, and that nothing is open.")] = False,
    by: Annotated[str, typer.Option(help="Your name, which stands on every page.", show_default=False)] = "",
) -> None:
    """Report a sample, a lot or a period, from a store alone.

    It says what was inspected, by what, how far to trust it, what was found, what people decided, and what was not
    looked at.

    Without --sample, --lot, --since and --until it is of all that is on record. A draft says so on each page. A final
    report is refused while a REVIEW waits for a person's decision, or where the records don't hold.

    Pictures are made again from the kept ones by the kept model; the words are those that were recorded. That the
    report was made is recorded, too, with the hash of the file; a final one stays in the store.

    \b
    Examples:
      foil report --store records --out report.pdf
      foil report --store records --lot lot7 --out lot7.pdf --lang zh
      foil report --store records --since 2026-11-01 --until 2026-11-30 --out november.html
      foil report --store records --sample 17 --out 17.pdf
      foil report --store records --lot lot7 --out lot7.pdf --final --by "A. Smith"
    """
    opened = open_named(store)
    from assistant.report import write_report
    from assistant.reports.scope import Scope

    with progress_shown(lines=False) as progress:
        made = write_report(opened, Scope(sample, lot, since, until), out, lang, final, by, progress)
    waiting = f", {made.open} to be decided by a person" if made.open else ""
    typer.echo(
        f"{made.path}: {made.status} report of {made.inspections} inspection{'s' * (made.inspections != 1)}{waiting}"
    )
    typer.echo(f"recorded as {made.record}; SHA-256 of the file {made.sha256}")
