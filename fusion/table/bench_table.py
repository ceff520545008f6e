"""The table of a benchmark of tables: what one row holds, read as Markdown."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fusion.bench_table import Alarms, Row, percent, shortcomings, table

NOTES = """\
Half of the normal rows are fitted on, the other half and all anomalous rows are tested; numbers are means over seeds,
and of these over tables. T1 (review, 5 % promised) and T2 (reject, 1 %) are set by held-out normals alone; a promise is
kept where the false alarms lie in the 95 % interval that it implies. Time is that of one fit, with what calibrates it,
and of a row among all."""
PEERS = """\
Peers see the same standardised rows, are scikit-learn as it comes (k-NN: distance to the fifth neighbour), and promise
nothing."""
METHODS = ("method", "AUROC", "AP", "T1: false alarms", "caught", "T2: false alarms", "caught", "promises kept")
COST = ("fit, s", "a row, µs")


@dataclass(frozen=True)
class TableMeasures:
    """What was measured on one row; rates and areas in [0, 1]."""

    columns: int
    n_fit: int  # normal rows fitted on, those that calibrate included
    n_good: int  # tested
    n_bad: int
    auroc: float
    average_precision: float
    review: Alarms | None  # None: a peer, which has no thresholds
    reject: Alarms | None
    fit_seconds: float
    us_per_row: float
    machine: str


Measured = list[tuple[Row[TableMeasures], TableMeasures]]


def from_json(data: dict[str, Any]) -> TableMeasures:
    return TableMeasures(
        **{**data, **{name: data[name] and Alarms.from_json(data[name]) for name in ("review", "reject")}}
    )


def markdown(rows: Sequence[Row[TableMeasures]]) -> str:
    """Return the rows as Markdown: the methods, AUROC and AP of each on each table, what failed, how to read it."""
    measured = [(row, row.measures) for row in rows if row.measures]
    parts = []
    if measured:
        parts.append(table((*METHODS, *COST), [_method(name, ours) for name, ours in _by_method(measured).items()]))
        parts += ["AUROC:", _areas(measured, "auroc"), "Average precision:", _areas(measured, "average_precision")]
    parts += shortcomings(rows, [])
    if measured:
        notes = f"{NOTES} {PEERS}" if any(m.review is None for _, m in measured) else NOTES
        seeds = len({row.settings["seed"] for row, _ in measured})
        machines = "; ".join(sorted({m.machine for _, m in measured}))
        parts.append(f"{notes} {seeds} seeds. Measured on {machines}.")
    return "\n\n".join(parts) + "\n"


def _by_method(measured: Measured) -> dict[str, Measured]:
    names = dict.fromkeys(str(row.settings["method"]) for row, _ in measured)
    return {name: [(row, m) for row, m in measured if row.settings["method"] == name] for name in names}


def _method(name: str, ours: Measured) -> tuple[str, ...]:
    auroc, precision = (_mean_over_tables(ours, what) for what in ("auroc", "average_precision"))
    alarms = [*_alarms([m.review for _, m in ours]), *_alarms([m.reject for _, m in ours])]
    promises = [alarm.good.kept for _, m in ours for alarm in (m.review, m.reject) if alarm]
    kept = f"{sum(promises)} of {len(promises)}" if promises else "–"
    seconds, each = (
        statistics.mean(values) for values in zip(*((m.fit_seconds, m.us_per_row) for _, m in ours), strict=True)
    )
    return name, percent(auroc), percent(precision), *alarms, kept, f"{seconds:.2f}", f"{each:.0f}"


def _alarms(alarms: Sequence[Alarms | None]) -> tuple[str, str]:
    """Return the mean share of false alarms and of what was caught."""
    set_ = [alarm for alarm in alarms if alarm]
    if not set_:
        return "–", "–"
    seen = statistics.mean(alarm.good.seen / alarm.good.of for alarm in set_)
    return f"{100 * seen:.1f} %", f"{100 * statistics.mean(alarm.caught for alarm in set_):.0f} %"


def _mean_over_tables(ours: Measured, what: str) -> float:
    by_table = {row.data: [getattr(m, what) for other, m in ours if other.data == row.data] for row, _ in ours}
    return float(statistics.mean(map(statistics.mean, by_table.values())))


def _areas(measured: Measured, what: str) -> str:
    """Return a table, a row each of the tables and one of the mean, a column each of the methods."""
    methods, data = _by_method(measured), list(dict.fromkeys(row.data for row, _ in measured))
    lines = []
    for one in data:
        found = [[getattr(m, what) for row, m in ours if row.data == one] for ours in methods.values()]
        lines.append((one, *(percent(statistics.mean(values)) if values else "–" for values in found)))
    whole = [
        percent(_mean_over_tables(ours, what)) if len({row.data for row, _ in ours}) == len(data) else "–"
        for ours in methods.values()
    ]
    return table(("table", *methods), [*lines, ("mean", *whole)])
