"""`foil threshold`: look at and change the false-alarm rates that a model promises; nothing is fitted again."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from apps.console import table

if TYPE_CHECKING:
    from assistant.rates import Change, Scored
    from fusion.calibration import Calibration

USUAL = ((0.2, 0.1), (0.1, 0.05), (0.1, 0.02), (0.05, 0.01), (0.02, 0.005), (0.01, 0.001))  # review, reject
SHOWN = 10  # changed results named


def threshold(
    name: Annotated[str, typer.Argument(help="The model.", show_default=False)],
    review: Annotated[float | None, typer.Option(help="Share of good parts that a person may have to look at.")] = None,
    reject: Annotated[float | None, typer.Option(help="Share of good parts that may be rejected.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would change.")] = False,
    scores: Annotated[Path | None, typer.Option(help="Past results (foil inspect --json) to compare on.")] = None,
) -> None:
    """Show or set the false alarms a model may raise.

    Rates are shares of the good parts: 0.01 is 1 in 100.

    Without rates: what is in force, what the good parts support, and what other rates would mean. With rates: what
    changes, on the held-out good parts and on past results, and then the change itself.

    \b
    Examples:
      foil threshold gasket
      foil threshold gasket --review 0.02 --reject 0.002 --dry-run --scores results.jsonl
    """
    from assistant import library
    from assistant.rates import changes, past_results, promise

    model = library.read(name)
    results = past_results(scores, model) if scores else None
    old = model.calibration
    changing = review is not None or reject is not None
    rates = (old.review_rate if review is None else review, old.reject_rate if reject is None else reject)
    new = old.with_rates(*rates)
    normals = library.NORMALS[model.kind]
    typer.echo(f"{name}: thresholds from {old.n} held-out {normals}")
    typer.echo(_compared(old, rates if changing else None, results, normals))
    for rate in dict.fromkeys(rates):
        typer.echo(promise(new.support(rate), normals))
    if results is not None and changing:
        _tell_changes(changes(results, old.thresholds, new.thresholds), len(results))
    if changing and not dry_run:
        library.set_rates(name, *rates)
    if changing:
        typer.echo("nothing was written (dry run)" if dry_run else "the new rates are in force")


def _compared(
    calibration: "Calibration", new: tuple[float, float] | None, past: "list[Scored] | None", normals: str
) -> str:
    """Return a table with a line a pair of rates: those in force, then the new ones or the usual ones."""
    from assistant.rates import share

    force = (calibration.review_rate, calibration.reject_rate)
    others = [new] if new else [pair for pair in USUAL if pair != force]
    head = ["", "review", "reject", "REVIEW from", "REJECT from", f"{normals}: REVIEW", "REJECT"]
    head += ["past results: PASS", "REVIEW", "REJECT"] if past is not None else []
    lines = [head]
    marks = ["in force", *("new" if new else "" for _ in others)]
    rows = calibration.what_if([force, *others], [result.score for result in past or ()])
    for mark, row in zip(marks, rows, strict=True):
        cells = [mark, share(row["review_rate"]), share(row["reject_rate"]), f"{row['review']:.2f}"]
        cells += [f"{row['reject']:.2f}", f"{row['normals']['REVIEW']}", f"{row['normals']['REJECT']}"]
        cells += [f"{row['seen'][verdict]}" for verdict in ("PASS", "REVIEW", "REJECT")] if past is not None else []
        lines.append(cells)
    return table(lines)


def _tell_changes(changed: "list[Change]", total: int) -> None:
    """Name what would have been judged otherwise."""
    typer.echo(f"{len(changed)} of {total} past results change")
    for change in changed[:SHOWN]:
        typer.echo(f"  {change.before} -> {change.after}  {change.path}  (score {change.score:.2f})")
    if len(changed) > SHOWN:
        typer.echo(f"  and {len(changed) - SHOWN} more")
