"""The table of a benchmark of movements: what one row holds, read as Markdown."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fusion.bench_table import VERDICTS, Alarms, Row, percent, shortcomings, table, verdict_cells

NOTES = """\
AUROC is over movements, in brackets its 95 % bootstrap interval. T1 (review) and T2 (reject) are set by normal
movements alone, each looked at by statistics of other people where it is known who moved: in brackets the 95 % interval
of the number of false alarms if the promised rate holds. A refused movement counts as an alarm and ranks highest. Time
is that of the whole `detect`, the median."""
PEERS = """\
Peers see the same movements centred at the hips, turned to one heading, scaled to one size and resampled to 32 frames
(standardised for the SVM), are scikit-learn as it comes where it has them, and promise nothing."""
WHO = ("data", "method", "seed")
QUALITY = ("fitted on", "test: good + bad", "AUROC", "AP", "fit, s", "a movement, ms")


@dataclass(frozen=True)
class MotionMeasures:
    """What was measured on one row; rates and areas in [0, 1]."""

    joints: str
    n_fit: int  # normal movements fitted on
    n_people: int | None  # who made them; None if nobody said
    n_good: int  # tested
    n_bad: int
    auroc: float
    auroc_low: float  # 95 % interval
    auroc_high: float
    average_precision: float
    review: Alarms | None  # None: a peer, which has no thresholds
    reject: Alarms | None
    n_refused: int  # so long or short that they aren't scored
    fit_seconds: float
    ms_per_movement: float
    machine: str
    unusable: dict[str, str]  # path -> why


def from_json(data: dict[str, Any]) -> MotionMeasures:
    return MotionMeasures(
        **{**data, **{name: data[name] and Alarms.from_json(data[name]) for name in ("review", "reject")}}
    )


def markdown(rows: Sequence[Row[MotionMeasures]]) -> str:
    """Return the rows as Markdown: AUROC of all data and its mean, rows, verdicts, what failed, how to read it."""
    measured = [(row, row.measures) for row in rows if row.measures]
    parts = []
    if len({row.data for row, _ in measured}) > 1:
        parts += ["AUROC, the mean over seeds:", _means(rows)]
    if measured:
        parts.append(table((*WHO, *QUALITY), [(*_who(row), *_quality(m)) for row, m in measured]))
        parts.append("Verdicts at thresholds set by normal movements alone:")
        verdicts = [(*_who(row), *_verdicts(m, m.review, m.reject)) for row, m in measured if m.review and m.reject]
        parts.append(table((*WHO, *VERDICTS), verdicts))
    parts += shortcomings(rows, [m.unusable for _, m in measured])
    if measured:
        notes = f"{NOTES} {PEERS}" if any(m.review is None for _, m in measured) else NOTES
        parts.append(f"{notes} Measured on {'; '.join(sorted({m.machine for _, m in measured}))}.")
    return "\n\n".join(parts) + "\n"


def _means(rows: Sequence[Row[MotionMeasures]]) -> str:
    """Return a table of AUROC, a row each of the data and one of the mean, a column each of the methods."""
    data, methods = (
        list(dict.fromkeys(names)) for names in zip(*((row.data, _who(row)[1]) for row in rows), strict=True)
    )
    found = {
        (one, method): [
            row.measures.auroc for row in rows if (row.data, _who(row)[1]) == (one, method) and row.measures
        ]
        for one in data
        for method in methods
    }
    means = {key: statistics.mean(values) if values else None for key, values in found.items()}
    lines = [(one, *(percent(means[one, method]) for method in methods)) for one in data]
    columns = [[value for one in data if (value := means[one, method]) is not None] for method in methods]
    whole = (statistics.mean(column) if len(column) == len(data) else None for column in columns)
    return table(("data", *methods), [*lines, ("mean", *map(percent, whole))])


def _who(row: Row[MotionMeasures]) -> tuple[str, str, str]:
    return row.data, str(row.settings["method"]), str(row.settings["seed"])


def _quality(m: MotionMeasures) -> tuple[str, ...]:
    people = f" of {m.n_people} people" if m.n_people else ""
    auroc = f"{percent(m.auroc)} [{percent(m.auroc_low)}, {percent(m.auroc_high)}]"
    costs = f"{m.fit_seconds:.1f}", f"{m.ms_per_movement:.0f}"
    return f"{m.n_fit}{people}", f"{m.n_good} + {m.n_bad}", auroc, percent(m.average_precision), *costs


def _verdicts(m: MotionMeasures, review: Alarms, reject: Alarms) -> tuple[str, ...]:
    return *verdict_cells(review), *verdict_cells(reject), f"{m.n_refused}", f"{len(m.unusable)}"
