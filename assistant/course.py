"""Course: how a model's inspections went over time, for people to look at: drift, scores in their order, and lots."""

from dataclasses import dataclass

import numpy as np

from assistant.drift import Drift, drift
from assistant.history import latest
from assistant.lots import Lot, judgements, lots
from assistant.reports.charts import Limits, Scored
from assistant.reports.scope import Scope
from assistant.store import Store
from assistant.watching import left_out

MOST = 500  # scores in a chart; more are no wider than a pixel each


@dataclass(frozen=True)
class Course:
    """What is on record of a model within a scope."""

    model: str
    drift: Drift
    limits: Limits
    scores: tuple[Scored, ...]  # of parts, in the order of inspection; of many evenly chosen ones
    ends: tuple[str, str]  # when the first and the last part were inspected; "" where there is none
    left_out: dict[str, int]  # of drift and scores, by why
    whole: Lot  # all inspections
    lots: tuple[Lot, ...]  # the latest first


def course(store: Store, model: str, scope: Scope) -> Course:
    """Return how it went; NoSuchRecord where no model of this name is on record."""
    known, before = latest(store, model, scope)
    found = judgements(store, model, scope)
    parts = known.parts
    at = np.unique(np.linspace(0, len(parts) - 1, MOST).round().astype(int)).tolist() if parts else []
    return Course(
        model,
        drift(known.fit.calibration, parts),
        Limits.of(known.fit.calibration),
        tuple(Scored(parts[i].score, parts[i].verdict) for i in at),
        (parts[0].time, parts[-1].time) if parts else ("", ""),
        left_out(known, before),
        Lot.of("", found),
        tuple(lots(found)),
    )
