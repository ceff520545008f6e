"""Fitting: from normal rows to a detector, whose thresholds rest on rows that its statistics never saw."""

from datetime import UTC, datetime

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from fusion.calibration import Calibration
from fusion.errors import BadData
from fusion.progress import Progress, silent
from fusion.table.config import TableConfig
from fusion.table.coordinates import Coordinates
from fusion.table.detector import TableDetector
from fusion.table.methods import METHODS, Method
from fusion.table.table import Numbers, Table, counted, shown
from fusion.table.training import Training
from fusion.threads import one_thread

FEWEST = 10  # normals
_FEWEST_TRAINED = 20
_HELD = 2000  # normals that thresholds rest on, at most
_FOLDS = 5
_SHARE = 0.2  # of the normals that a network doesn't learn from
_MOST_MISSING = 0.5  # of a column's values

Index = NDArray[np.intp]


def fit(
    table: Table,
    config: TableConfig,
    name: str,
    progress: Progress = silent,
    known: dict[str, nn.Module] | None = None,
) -> TableDetector:
    """Fit on the rows of a table that nobody called anomalous; BadData if there are too few, or a column is empty.

    `known` keeps trained networks, for methods that share one on the same rows.
    """
    normals = table.normals
    _check(normals, config)
    training = Training(config.steps, config.seed, progress, {} if known is None else known)
    order = np.random.default_rng(config.seed).permutation(len(normals))
    if METHODS[config.method].trained:
        held = order[: min(round(_SHARE * len(order)), _HELD)]
        learnt = np.sort(order[len(held) :])
        coordinates, method = _fitted(normals, learnt, config, training)
        scores = _scores(coordinates, method, normals.values[held])
    else:
        folds = np.array_split(order[:_HELD], _FOLDS)
        scores, learnt = np.concatenate([_fold(normals, fold, config, training) for fold in folds]), np.sort(order)
        coordinates, method = _fitted(normals, learnt, config, training)
    card = {
        "method": config.method,
        "representation": f"table, {counted(len(normals.columns), 'column')}",
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "n_normals": len(scores),
        "n_statistics": len(learnt),
        "n_skipped": len(normals.faults),
        "columns": list(normals.columns),
        "missing": int(np.isnan(normals.values).sum()),
    }
    return TableDetector(name, config, coordinates, method, Calibration(scores), card)


def _fold(normals: Table, fold: Index, config: TableConfig, training: Training) -> Numbers:
    """Return the scores of some normals by statistics of all the others."""
    others = np.setdiff1d(np.arange(len(normals)), fold)
    return _scores(*_fitted(normals, others, config, training), normals.values[fold])


def _fitted(normals: Table, index: Index, config: TableConfig, training: Training) -> tuple[Coordinates, Method]:
    values = normals.values[index]
    coordinates = Coordinates.of(normals.columns, values)
    with one_thread():
        return coordinates, METHODS[config.method].fit(coordinates(values), config, training)


def _scores(coordinates: Coordinates, method: Method, values: Numbers) -> Numbers:
    with one_thread(), torch.inference_mode():
        return method(coordinates(values)).double().numpy()


def _check(normals: Table, config: TableConfig) -> None:
    fewest = _FEWEST_TRAINED if METHODS[config.method].trained else FEWEST
    if len(normals) < fewest:
        told = f"{normals.name}: {counted(len(normals), 'normal row')}; {config.method} takes {fewest} or more"
        if normals.faults:
            told += f", and {counted(len(normals.faults), 'row')} can't be read: {normals.faults[min(normals.faults)]}"
        raise BadData(told)
    gone = np.isnan(normals.values).mean(axis=0) > _MOST_MISSING
    if empty := [column for column, lost in zip(normals.columns, gone, strict=True) if lost]:
        raise BadData(
            f"{normals.name}: most values are missing in {shown(empty)}; leave these columns out (--drop), or fill them"
        )
