"""`foil store drift` and `foil store feedback`: what a model's past says of its promise."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from apps.commands import options
from apps.commands.audit import BROKEN
from apps.commands.store import open_named
from fusion.errors import BadSetting

if TYPE_CHECKING:
    from assistant.growth import Grown
    from assistant.history import Fit, Past
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
    from assistant.watching import drift_json

    found = drift_json(*_past(open_named(store), model, lot, since, until))
    typer.echo(json.dumps(found, indent=2) if as_json else "\n".join([*found["told"], *_left_out(found)]))
    raise typer.Exit(BROKEN * found["alarm"])


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
    grow: Annotated[
        bool, typer.Option("--grow", help="Let a memory take in what people called good, as a version that waits.")
    ] = False,
    as_json: options.Json = False,
    store: options.Store = None,
) -> None:
    """Check a model's promise by what people decided, and propose what to learn.

    Of the parts that people called good: how many reach T1 and T2, and how many would be usual where the promise
    holds. Of those called bad: how many had passed. Parts that people called good and the model marked are listed; with
    --out and --data they become two data sets, with and without them to fit on, and the commands that compare them.
    With --grow a model of method memory takes them in without a new fit, and says what that changes. Nothing is fitted
    or switched.

    \b
    Examples:
      foil store feedback gasket --store records
      foil store feedback gasket --data parts --out next --store records
      foil store feedback gasket --grow --store records
    """
    from assistant.watching import feedback_json

    if (out is None) != (data is None):
        raise BadSetting("a proposal takes both: --data, the good parts of before, and --out, a new folder")
    opened = open_named(store)
    known, before = _past(opened, model, lot, since, until)
    found, proposal = feedback_json(known, before, by), _proposal(known, opened, data, out)
    larger = _grown(known, opened) if grow else None
    if as_json:
        beside = {"proposal": asdict(proposal) | {"folder": str(proposal.folder)}} if proposal else {}
        beside |= {"grown": asdict(larger) | {"folder": str(larger.folder)}} if larger else {}
        typer.echo(json.dumps(found | beside, indent=2))
        return
    lines = [line for one in found["periods"] for line in one["told"]] or ["no part of this model is on record here"]
    lines += _left_out(found)
    if wrong := found["called_good_but_marked"]:
        lines.append(f"called good by people, and marked by {model}: {len(wrong)}")
        lines += ["  {number}  {verdict}  {score:.2f}  {name}".format(**part) for part in wrong[:SHOWN]]
        lines += [f"  and {len(wrong) - SHOWN} more"] if len(wrong) > SHOWN else []
        lines += [] if proposal else ["to learn from them, and compare before switching: add --data DATA --out FOLDER"]
    typer.echo("\n".join([*lines, *_proposed(proposal), *(larger.lines() if larger else [])]))


def _past(store: "Store", model: str, lot: str, since: str, until: str) -> "tuple[Past, Sequence[Fit]]":
    """Return what the latest fit of a model judged, and its fits before, which are said to be left out."""
    from assistant.history import latest
    from assistant.reports.scope import Scope

    known, before = latest(store, model, Scope(lot=lot, since=since, until=until))
    if before:
        fits = "fit" if len(before) == 1 else f"{len(before)} fits"
        typer.echo(f"foil: the earlier {fits} of {model} gave other scores, and is left out", err=True)
    return known, before


def _proposal(known: "Past", store: "Store", data: Path | None, out: Path | None) -> "Proposal | None":
    from assistant.refit import propose

    return propose(known, store.vault, data, out) if data and out else None


def _grown(known: "Past", store: "Store") -> "Grown":
    from assistant.growth import grow

    return grow(known, store.vault)


def _proposed(proposal: "Proposal | None") -> list[str]:
    if proposal is None:
        return []
    gone = f"; of {proposal.gone} the picture was pruned" if proposal.gone else ""
    counts = (
        f"{proposal.folder}: {proposal.known} good parts of before, {proposal.added} more to fit on; to compare on, "
        f"unseen: {proposal.held} called good, {proposal.bad} called bad{gone}"
    )
    return [counts, "nothing was fitted or switched; compare first:", *(f"  {step}" for step in proposal.steps)]


def _left_out(found: dict[str, Any]) -> list[str]:
    told = {
        "inspected before": found["left_out"]["again"],
        "inspected under a mask, words or chosen joints, which change what a score means": found["left_out"]["guided"],
    }
    return [f"left out: {count} {why}" for why, count in told.items() if count]
