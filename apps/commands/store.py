"""`foil store`: what is kept, who decided what, out with it, and pictures away with it."""

import json
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from apps.commands import options
from apps.console import table
from fusion.errors import BadSetting

if TYPE_CHECKING:
    from assistant.store import Store

app = typer.Typer(rich_markup_mode=None)


@app.callback()
def store() -> None:
    """Show, decide on, export and prune what is on record.

    \b
    Examples:
      foil store show --store records
      foil store decide 17 --verdict PASS --by "A. Smith" --reason "dust, wiped off" --store records
    """


@app.command("show")
def show(
    number: Annotated[int | None, typer.Argument(help="An id, for all of it.", show_default=False)] = None,
    last: Annotated[int, typer.Option(help="How many, the newest first.", min=1)] = 20,
    as_json: options.Json = False,
    store: options.Store = None,
) -> None:
    """Show the newest inspections, or all that is kept of one.

    \b
    Examples:
      foil store show --store records
      foil store show 17 --store records
    """
    opened = open_named(store)
    if number is not None:
        _show_one(opened, number, as_json)
        return
    rows = opened.latest(last)
    if as_json:
        kept = ("record", "time", "name", "verdict", "score", "p_value", "decided", "model", "sample")
        typer.echo(json.dumps([{key: getattr(row, key) for key in kept} for row in rows], indent=2))
        return
    head = ["ID", "TIME (UTC)", "VERDICT", "SCORE", "DECIDED", "MODEL", "NAME"]
    typer.echo(table([head, *(_row(row) for row in rows)]) if rows else f"{opened.name}: no inspections yet")


@app.command("decide")
def decide(
    number: Annotated[int, typer.Argument(help="The inspection's id.", show_default=False)],
    verdict: Annotated[Literal["PASS", "REVIEW", "REJECT"], typer.Option(help="What you decide.")],
    by: Annotated[str, typer.Option(help="Your name.")],
    reason: Annotated[str, typer.Option(help="Why.")],
    meaning: Annotated[
        Literal["review", "approval", "correction", "responsibility"],
        typer.Option(metavar="WHAT", help="Your name stands for a review, approval, correction or responsibility."),
    ] = "review",
    store: options.Store = None,
) -> None:
    """Record a person's decision on an inspection; an earlier one stays, and the latest counts.

    \b
    Example:
      foil store decide 17 --verdict PASS --by "A. Smith" --reason "dust, wiped off" --store records
    """
    record = open_named(store).decide(number, verdict, by, reason, meaning)
    typer.echo(f"recorded as {record}")


@app.command("export")
def export(store: options.Store = None) -> None:
    """Print every record as it is signed, one JSON object a line, an inspection's with its document.

    Pictures and models lie in the store's folder, under the hashes that the records name.

    \b
    Example:
      foil store export --store records > records.jsonl
    """
    for record in open_named(store).export():
        typer.echo(json.dumps(record))


@app.command("prune")
def prune(
    days: Annotated[float, typer.Option(help="Keep pictures so many days.", show_default=False)],
    by: Annotated[str, typer.Option(help="Your name.")],
    reason: Annotated[str, typer.Option(help="The policy, or why.")],
    verdict: Annotated[list[str] | None, typer.Option(help="Only of this verdict; may be given several times.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask.")] = False,
    store: options.Store = None,
) -> None:
    """Remove old pictures, masks and skeletons for good; records, evidence and models stay.

    A record says what went, by whom and why, so that foil audit verify still holds.

    \b
    Example:
      foil store prune --days 180 --verdict PASS --by "A. Smith" --reason "policy Q-12" --store records
    """
    from assistant.retention import prunable
    from assistant.retention import prune as pruned

    opened, verdicts = open_named(store), verdict or []
    count = len(prunable(opened, days, verdicts))
    if count and not yes:
        typer.confirm(f"Remove {count} files of {opened.name} for good?", abort=True)
    typer.echo(f"{pruned(opened, days, by, reason, verdicts)} files are pruned")


def open_named(where: str | None) -> "Store":
    """Open the store that an option or the environment names."""
    if not where:
        raise BadSetting("no store is named; give --store FOLDER, or set FOIL_STORE")
    from assistant.store import open_store

    return open_store(where)


def _row(row: Any) -> list[str]:
    score = "-" if row.score is None else f"{row.score:.2f}"
    return [
        f"{row.record}",
        row.time[:19].replace("T", " "),
        row.verdict,
        score,
        row.decided or "-",
        row.model_name,
        row.name,
    ]


def _show_one(store: "Store", number: int, as_json: bool) -> None:
    row, decided = store.inspection(number), store.decided(number)
    found = json.loads(row.document)
    said = [{key: getattr(one, key) for key in ("time", "verdict", "meaning", "by", "reason")} for one in decided]
    if as_json:
        typer.echo(json.dumps(found | {"id": number, "time": row.time, "decisions": said}, indent=2))
        return
    typer.echo(f"{number}  {row.verdict}  {row.name}")
    typer.echo(found["explanation"])
    for one in said:
        typer.echo(f"{one['time'][:19]} {one['by']} ({one['meaning']}): {one['verdict']}, {one['reason']}")
    typer.echo(
        f"inspected {row.time} by {found['model']['name']} (model {row.model[:16]}..., sample {row.sample[:16]}...)"
    )
