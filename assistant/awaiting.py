"""Awaiting: the inspections on which a person still has to decide, the newest or the gravest first."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from sqlalchemy import and_, or_, select

from assistant.reports.scope import Scope, lot_of
from assistant.store import Store, last_decision
from assistant.tables import inspections, models, records

_TOGETHER = 500  # documents read at once


@dataclass(frozen=True)
class Waiting:
    """An inspection without a decision, or one that a person put back to be looked at again."""

    number: int
    time: str  # UTC
    name: str
    model: str
    verdict: str  # the program's
    score: float | None
    p_value: float | None
    again: bool  # put back

    @property
    def lot(self) -> str:
        return lot_of(self.name)


@dataclass(frozen=True)
class Wanted:
    """Which of them; nothing given means all."""

    model: str = ""
    verdict: str = ""
    words: str = ""  # each must stand in the sample's name, or in what was told of it
    scope: Scope = field(default_factory=Scope)
    gravest: bool = False  # first; else the newest


def awaiting(store: Store) -> list[Waiting]:
    """Return all that wait, the newest first: REVIEW and REJECT that nobody decided on, and what was put back."""
    last = last_decision()
    nobody = and_(last.is_(None), inspections.c.verdict.in_(("REVIEW", "REJECT")))
    shown = ("record", "name", "verdict", "score", "p_value")
    beside = inspections.join(records).join(models, models.c.sha256 == inspections.c.model)
    wanted = select(
        *(inspections.c[name] for name in shown), records.c.time, models.c.name.label("model"), last.label("said")
    )
    wanted = wanted.select_from(beside).where(or_(nobody, last == "REVIEW")).order_by(inspections.c.record.desc())
    with store.database.reading() as connection:
        return [
            Waiting(row.record, row.time, row.name, row.model, row.verdict, row.score, row.p_value, bool(row.said))
            for row in connection.execute(wanted)
        ]


def narrowed(store: Store, waiting: Sequence[Waiting], wanted: Wanted) -> list[Waiting]:
    """Return those that are wanted, in the wanted order; what was put back comes last."""
    chosen = [
        one
        for one in waiting
        if wanted.model in ("", one.model)
        and wanted.verdict in ("", one.verdict)
        and wanted.scope.holds(one.number, one.time, one.name)
    ]
    if words := wanted.words.casefold().split():
        told = dict(_told(store, chosen))
        chosen = [one for one in chosen if all(word in told.get(one.number, "") for word in words)]
    return sorted(chosen, key=lambda one: (one.again, *(_gravity(one) if wanted.gravest else ())))  # keeps their order


def _gravity(one: Waiting) -> tuple[bool, float, float]:
    """Return what sorts the gravest first: by p-values, which mean the same for every model, and among equals by score.

    The smallest p-value that the good parts allow is that of many.
    """
    p_value = 0.0 if one.p_value is None else one.p_value
    return one.verdict != "REJECT", p_value, -(one.score or 0.0)


def _told(store: Store, chosen: Sequence[Waiting]) -> Iterator[tuple[int, str]]:
    """Yield id and all words of inspections, in small letters; what was altered by hand is found by its name only."""
    names = {one.number: one.name for one in chosen}
    numbers = list(names)
    with store.database.reading() as connection:
        for start in range(0, len(numbers), _TOGETHER):
            some = numbers[start : start + _TOGETHER]
            kept = select(inspections.c.record, inspections.c.document).where(inspections.c.record.in_(some))
            for row in connection.execute(kept):
                try:
                    told = str(json.loads(row.document)["explanation"])
                except (ValueError, KeyError, TypeError):
                    told = ""
                yield row.record, f"{names[row.record]}\n{told}".casefold()
