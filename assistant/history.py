"""What a store knows of a model's past: the parts that it judged, and which of them people called good or bad."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import func, select

from assistant.kept import card_and_calibration
from assistant.reports.scope import Scope
from assistant.store import Store
from assistant.tables import decisions, inspections, looks, models, records
from fusion.calibration import Calibration
from fusion.errors import NoSuchRecord

_TAIL = 1000  # characters at a document's end, where it says how it was asked for


@dataclass(frozen=True)
class Part:
    """A sample when it was first inspected by a model, and what people called it last, whenever that was."""

    number: int  # of the inspection
    time: str
    name: str
    sample: str
    picture: str | None  # the hash of its file
    verdict: str
    score: float
    decided: str | None  # PASS, REVIEW, REJECT; None where nobody decided
    traits: tuple[float, ...] | None = None  # of its picture, as `fusion.looks` has them; None where none is indexed

    @property
    def is_good(self) -> bool:
        return self.decided == "PASS"

    @property
    def is_bad(self) -> bool:
        return self.decided == "REJECT"


@dataclass(frozen=True, eq=False)
class Fit:
    """A model as it was fitted once: its versions differ in nothing but their thresholds, the latest are in force."""

    name: str
    kind: str
    since: str  # when it was kept first
    versions: tuple[str, ...]  # hashes
    card: dict[str, Any]
    calibration: Calibration


@dataclass(frozen=True)
class Past:
    """The parts that a fit judged within a scope, in their order."""

    fit: Fit
    parts: tuple[Part, ...]
    again: int  # inspections of a sample that was inspected before
    guided: int  # under a mask, words or with chosen joints: their scores are not those that were calibrated


def fits(store: Store, name: str) -> list[Fit]:
    """Return every fit of a model of this name that a store kept, the latest last; NoSuchRecord if there is none."""
    kept = select(models, records.c.time).join(records).order_by(models.c.record)
    with store.database.reading() as connection:
        rows = list(connection.execute(kept.where(models.c.name == name)))
        known = [found for (found,) in connection.execute(select(models.c.name).distinct().order_by(models.c.name))]
    if not rows:
        there = f"known are {', '.join(known)}" if known else "nothing was inspected yet"
        raise NoSuchRecord(f"{store.name}: no model named {name} is on record; {there}")
    found: dict[bytes, Fit] = {}
    for row in rows:
        card, calibration = card_and_calibration(json.loads(row.files), store.vault)
        key = calibration.scores.tobytes()
        first = found.get(key)
        since, versions = (first.since, first.versions) if first else (row.time, ())
        found[key] = Fit(row.name, row.kind, since, (*versions, row.sha256), card, calibration)
    return list(found.values())


def past(store: Store, fit: Fit, scope: Scope | None = None) -> Past:
    """Return what a fit judged, but for what was refused."""
    scope, document = scope or Scope(), inspections.c.document
    columns = [getattr(inspections.c, name) for name in ("name", "sample", "picture", "verdict", "score")]
    tail = func.substr(document, func.length(document) - _TAIL + 1).label("tail")
    masked = records.c.payload.contains('"mask":"', autoescape=True).label("masked")
    picture = looks.c.picture.label("look")
    joined = inspections.join(records).outerjoin(looks, looks.c.record == records.c.number)
    wanted = select(records.c.number, records.c.time, *columns, masked, tail, picture).select_from(joined)
    wanted = wanted.where(inspections.c.model.in_(fit.versions), inspections.c.score.is_not(None))
    with store.database.reading() as connection:
        rows = connection.execute(wanted.order_by(records.c.number)).all()
        labelled = select(inspections.c.sample, decisions.c.verdict).select_from(decisions.join(inspections))
        said = connection.execute(labelled.order_by(decisions.c.record)).all()
    called = {row.sample: row.verdict for row in said}  # the last one counts
    rows = [row for row in rows if scope.holds(row.number, row.time, row.name)]
    plain = [row for row in rows if not row.masked and _was_plain(row.tail)]
    parts = once(
        Part(
            *(row.number, row.time, row.name, row.sample, row.picture, row.verdict, row.score),
            called.get(row.sample),
            _traits(row.look),
        )
        for row in plain
    )
    return Past(fit, tuple(parts), len(plain) - len(parts), len(rows) - len(plain))


def once(parts: Iterable[Part]) -> list[Part]:
    """Return each sample when it came first: to look at it again is no new evidence."""
    first: dict[str, Part] = {}
    for part in parts:
        first.setdefault(part.sample, part)
    return list(first.values())


def is_plain(asked: Mapping[str, Any]) -> bool:
    """Tell whether an inspection was asked for without words and with all joints: its score is as calibrated."""
    return not asked["text"] and not asked.get("watch")


def latest(store: Store, name: str, scope: Scope | None = None) -> tuple[Past, Sequence[Fit]]:
    """Return what the latest fit of a model judged, and its fits before that one, whose scores are others."""
    *before, last = fits(store, name)
    return past(store, last, scope), before


def _traits(look: bytes | None) -> tuple[float, ...] | None:
    if look is None:
        return None
    from fusion.looks import traits  # OpenCV

    return tuple(traits(np.frombuffer(look, np.float16)).tolist())


def _was_plain(tail: str) -> bool:
    """Tell it by a document's end; who asked with so many words that they fill it did ask with words."""
    _, found, asked = tail.rpartition('"asked": ')
    return bool(found) and is_plain(json.loads(asked.removesuffix("}")))
