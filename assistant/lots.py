"""Lots: what a model found in each and what people said of that, told from rows alone; no document is read."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from assistant.reports.scope import Scope, lot_of
from assistant.reports.statistics import agreement
from assistant.store import Store, last_decision
from assistant.tables import inspections, models, records


@dataclass(frozen=True)
class Judgement:
    """An inspection's verdict, and what a person said last."""

    name: str
    verdict: str
    said: str | None  # PASS, REVIEW, REJECT; None where nobody decided

    @property
    def is_decided(self) -> bool:
        return self.said is not None

    @property
    def last_word(self) -> str:
        return self.said or self.verdict


@dataclass(frozen=True)
class Lot:
    """How often what was said of inspections that belong together; in no folder lay what has no name."""

    name: str
    verdicts: Counter[str]
    met: dict[tuple[str, str], int]  # a verdict of the machine (first) and the last decision of a person (second)

    @classmethod
    def of(cls, name: str, found: Sequence[Judgement]) -> "Lot":
        return cls(name, Counter(one.verdict for one in found), agreement(found))

    @property
    def decided(self) -> int:
        return sum(self.met.values())

    @property
    def false_alarms(self) -> int:
        """Return how many people called good that were marked."""
        return self.met.get(("REVIEW", "PASS"), 0) + self.met.get(("REJECT", "PASS"), 0)

    @property
    def escapes(self) -> int:
        """Return how many people called bad that had passed."""
        return self.met.get(("PASS", "REJECT"), 0)


def judgements(store: Store, model: str, scope: Scope) -> list[Judgement]:
    """Return all inspections by models of a name within a scope, in their order."""
    shown = (records.c.number, records.c.time, inspections.c.name, inspections.c.verdict, last_decision().label("said"))
    beside = inspections.join(records).join(models, models.c.sha256 == inspections.c.model)
    wanted = select(*shown).select_from(beside).where(models.c.name == model).order_by(records.c.number)
    with store.database.reading() as connection:
        rows = connection.execute(wanted).all()
    return [Judgement(row.name, row.verdict, row.said) for row in rows if scope.holds(row.number, row.time, row.name)]


def lots(found: Sequence[Judgement]) -> list[Lot]:
    """Return the lots of inspections, the one that was looked at last first."""
    by: dict[str, list[Judgement]] = {}
    for one in reversed(found):
        by.setdefault(lot_of(one.name), []).append(one)
    return [Lot.of(name, some) for name, some in by.items()]
