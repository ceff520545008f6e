"""Benchmark of tables: (table x seed x method) -> rows, and peers beside them.

The protocol is that of the DTE paper's semi-supervised setting: half of the normal rows, drawn by the seed, are fitted
on; the other half and all anomalous rows are tested. Labels are compared with what came out, and go nowhere else.
"""

import hashlib
import os
import platform
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch

from fusion.bench_row import alarms_at
from fusion.bench_table import Alarms, Row
from fusion.benchmark import Job, code_version, run_rows
from fusion.calibration import Calibration
from fusion.errors import BadData
from fusion.metrics import average_precision, image_auroc
from fusion.progress import Progress, silent
from fusion.table.bench_table import TableMeasures, from_json
from fusion.table.config import TableConfig
from fusion.table.coordinates import Coordinates
from fusion.table.detector import TableDetector
from fusion.table.fitting import fit
from fusion.table.peers import PEERS
from fusion.table.read import read_table
from fusion.table.table import Numbers, Table

Known = dict[str, torch.nn.Module]  # networks that methods share


@dataclass(frozen=True, eq=False)
class Trial:
    """One draw of a labelled table."""

    fitted: Table
    tested: Numbers  # (N, d): the other normals, then all that are anomalous
    anomalous: int  # of them, at the end


def run_table_bench(
    sources: Sequence[Path],
    methods: Sequence[str],
    seeds: Sequence[int],
    label: str = "",
    drop: Collection[str] = (),
    peers: bool = False,
    json_file: Path | None = None,
    progress: Progress = silent,
) -> list[Row[TableMeasures]]:
    """Measure every combination and return its rows; `json_file` as in `run_bench`, `label` as in `read_table`."""
    for method in methods:
        TableConfig(method)
    tables, code = [_labelled(read_table(source, label, drop)) for source in sources], code_version()
    every, rows = [*dict.fromkeys(methods), *(PEERS if peers else ())], list[Row[TableMeasures]]()
    for source, table in zip(sources, tables, strict=True):
        for seed in seeds:
            trial, known = _trial(table, seed), Known()
            jobs: list[Job[TableMeasures]] = []
            for method in every:
                settings: dict[str, Any] = {"method": method, "seed": seed}
                row: Row[TableMeasures] = Row(source.stem, _fingerprint(table), settings, code)
                jobs.append((row, partial(measure, trial, method, seed, known)))
            rows += run_rows(jobs, from_json, json_file, progress)
    return rows


def measure(trial: Trial, method: str, seed: int, known: Known) -> TableMeasures:
    """Fit on normal rows, ask for the others, and compare with their labels."""
    start = time.perf_counter()
    score, calibration = _peer(trial, method, seed) if method in PEERS else _foil(trial, method, seed, known)
    fit_seconds, start = time.perf_counter() - start, time.perf_counter()
    scores = score(trial.tested).tolist()
    seconds = time.perf_counter() - start
    good = len(scores) - trial.anomalous
    labels = [0] * good + [1] * trial.anomalous
    review, reject = _alarms(scores, labels, calibration) if calibration else (None, None)
    return TableMeasures(
        columns=len(trial.fitted.columns),
        n_fit=len(trial.fitted),
        n_good=good,
        n_bad=trial.anomalous,
        auroc=image_auroc(scores, labels),
        average_precision=average_precision(scores, labels),
        review=review,
        reject=reject,
        fit_seconds=fit_seconds,
        us_per_row=1e6 * seconds / len(scores),
        machine=f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}",
    )


def _alarms(scores: Sequence[float], labels: Sequence[int], calibration: Calibration) -> tuple[Alarms, Alarms]:
    limits = calibration.thresholds
    rates = (limits.review, limits.review_rate), (limits.reject, limits.reject_rate)
    review, reject = (alarms_at(scores, labels, *limit, calibration.n) for limit in rates)
    return review, reject


def _foil(trial: Trial, method: str, seed: int, known: Known) -> tuple[Any, Calibration]:
    detector: TableDetector = fit(trial.fitted, TableConfig(method, seed=seed), "bench", known=known)
    return detector.scores, detector.calibration


def _peer(trial: Trial, method: str, seed: int) -> tuple[Any, None]:
    coordinates = Coordinates.of(trial.fitted.columns, trial.fitted.values)
    score = PEERS[method](coordinates(trial.fitted.values).numpy(), seed)
    return lambda values: score(coordinates(values).numpy()), None


def _labelled(table: Table) -> Table:
    """Return the table; BadData if a row can't be read, or rows aren't labelled, or all alike."""
    if table.faults:
        raise BadData(f"{table.faults[min(table.faults)]}; a benchmark takes every row")
    if table.labels is None or table.labels.all() or not table.labels.any():
        raise BadData(
            f"{table.name}: a benchmark needs rows that are labelled 0 and 1; name their column by --label, or call it "
            "y in an NPZ"
        )
    return table


def _trial(table: Table, seed: int) -> Trial:
    assert table.labels is not None
    normal = np.random.default_rng(seed).permutation(np.flatnonzero(~table.labels))
    half, anomalous = round(len(normal) / 2), np.flatnonzero(table.labels)
    tested = np.concatenate([table.values[normal[half:]], table.values[anomalous]])
    return Trial(table.rows(np.sort(normal[:half])), tested, len(anomalous))


def _fingerprint(table: Table) -> str:
    digest = hashlib.sha256(repr(table.columns).encode() + table.values.tobytes())
    digest.update(table.labels.tobytes() if table.labels is not None else b"")
    return digest.hexdigest()[:16]
