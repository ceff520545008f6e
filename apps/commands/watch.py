"""`foil store drift` and `foil store feedback`: what a model's past says of its promise."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from apps.commands import options
from apps.commands.audit import BROKEN
from apps.commands.store import open_named
from fusion.errors import BadSetting

if TYPE_CHECKING:
    from assistant.history import Past
    from assistant.refit import Proposal
    from assistant.store import Store

SHOWN = 20  # parts named

Model = Annotated[str, typer.Argument(help="Its name on record.", show_default=False)]
Lot = Annotated[str, typer.Option(metavar="NAME", help="Only samples that lay in a folder of this name.")]
Since = Annotated[str, typer.Option(metavar="TIME", help="From this day or time on, UTC.")]
Until = Annotated[str, typer.Option(metavar="TIME", help="Up to this time, or the end of this day, UTC.")]


def drift(
    model: Model,
    since: Since = "",
    until: Until = "",
    lot: Lot = "",
    as_json: options.Json = False,
    store: options.Store = None,
) -> None:
    """Tell whether a model's good parts changed, or only more defects came.

    Scores in the order of inspection are held against those of the good parts that the model was calibrated on. What
    people called bad is left out, so many rejects alone raise no alarm. Where nothing changed, the chance of an alarm
    is at most 1 %, however often and how long one looks. The exit code is 1 at an alarm. --since begins anew, as
    after the light was mended.

    \b
    Examples:
      foil store drift gasket --store records
      foil store drift gasket --since 2026-11-28 --json --store records
    """
    from assistant.drift import drift as drift_of
    from assistant.drift import drift_told

    known = _known(open_named(store), model, lot, since, until)
    found = drift_of(known.fit.calibration, known.parts)
    if as_json:
        typer.echo(json.dumps(_head(known) | found.to_json(), indent=2))
    else:
        typer.echo("\n".join([*drift_told(found, "en"), *_left_out(known)]))
    raise typer.Exit(BROKEN * found.is_alarm)


def feedback(
    model: Model,
    since: Since = "",
    until: Until = "",
    lot: Lot = "",
    by: Annotated[
        Literal["month", "day", "all"], typer.Option(metavar="PERIOD", help="A row a month, a day, or for all.")
    ] = "month",
    out: Annotated[
        Path | None, typer.Option(help="Propose a new fit: write its data here, to compare it first; takes --data.")
    ] = None,
    data: Annotated[Path | None, typer.Option(help="The good parts that the model was fitted on.")] = None,
    as_json: options.Json = False,
    store: options.Store = None,
) -> None:
    """Check a model's promise by what people decided, and propose what to learn.

    Of the parts that people called good: how many reach T1 and T2, and how many would be usual where the promise
    holds. Of those called bad: how many had passed. Parts that people called good and the model marked are listed; with
    --out and --data they become two data sets, with and without them to fit on, and the commands that compare them.
    Nothing is fitted or switched.

    \b
    Examples:
      foil store feedback gasket --store records
      foil store feedback gasket --data parts --out next --store records
    """
    from assistant.feedback import corrected, told
    from assistant.feedback import feedback as feedback_of

    if (out is None) != (data is None):
        raise BadSetting("a proposal takes both: --data, the good parts of before, and --out, a new folder")
    opened = open_named(store)
    known = _known(opened, model, lot, since, until)
    found, wrong = feedback_of(known, by), corrected(known)
    proposal = _proposal(known, opened, data, out)
    if as_json:
        beside: dict[str, object] = {"periods": [one.to_json() for one in found]}
        beside |= {"called_good_but_marked": [asdict(part) for part in wrong]}
        beside |= {"proposal": asdict(proposal) | {"folder": str(proposal.folder)}} if proposal else {}
        typer.echo(json.dumps(_head(known) | beside, indent=2))
        return
    lines = [line for one in found for line in told(one, known.fit)] or ["no part of this model is on record here"]
    lines += _left_out(known)
    if wrong:
        lines.append(f"called good by people, and marked by {model}: {len(wrong)}")
        lines += [f"  {part.number}  {part.verdict}  {part.score:.2f}  {part.name}" for part in wrong[:SHOWN]]
        lines += [f"  and {len(wrong) - SHOWN} more"] if len(wrong) > SHOWN else []
        lines += [] if proposal else ["to learn from them, and compare before switching: add --data DATA --out FOLDER"]
    typer.echo("\n".join([*lines, *_proposed(proposal)]))


def _known(store: "Store", model: str, lot: str, since: str, until: str) -> "Past":
    """Return what the latest fit of a model judged; of earlier fits it is said that they are left out."""
    from assistant.history import latest
    from assistant.reports.scope import Scope

    known, before = latest(store, model, Scope(lot=lot, since=since, until=until))
    if before:
        fits = "fit" if len(before) == 1 else f"{len(before)} fits"
        typer.echo(f"foil: the earlier {fits} of {model} gave other scores, and is left out", err=True)
    return known


def _proposal(known: "Past", store: "Store", data: Path | None, out: Path | None) -> "Proposal | None":
    from assistant.refit import propose

    return propose(known, store.vault, data, out) if data and out else None


def _proposed(proposal: "Proposal | None") -> list[str]:
    if proposal is None:
        return []
    gone = f"; of {proposal.gone} the picture was pruned" if proposal.gone else ""
    counts = (
        f"{proposal.folder}: {proposal.known} good parts of before, {proposal.added} more to fit on; to compare on, "
        f"unseen: {proposal.held} called good, {proposal.bad} called bad{gone}"
    )
    return [counts, "nothing was fitted or switched; compare first:", *(f"  {step}" for step in proposal.steps)]


def _left_out(known: "Past") -> list[str]:
    told = {
        "inspected before": known.again,
        "inspected under a mask, words or chosen joints, which change what a score means": known.guided,
    }
    return [f"left out: {count} {why}" for why, count in told.items() if count]


def _head(known: "Past") -> dict[str, object]:
    left_out = {"again": known.again, "guided": known.guided}
    return {"model": known.fit.name, "versions": list(known.fit.versions), "left_out": left_out}
