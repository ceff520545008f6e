"""Rows that don't exist: columns that hang together, and rows in which they don't."""

import numpy as np
from numpy.typing import NDArray

from fusion.table.table import Table

COLUMNS = ("pressure", "flow", "heat", "speed", "noise")
_MEAN, _STD = np.array([10.0, 0.2, 400.0, 3.0, 55.0]), np.array([1.0, 0.01, 25.0, 0.3, 2.0])
_LOADS = np.array([[1.0, 0.9, -0.4, 0.2, 0.0], [0.0, 0.3, 0.8, -0.7, 0.5]])


def rows(n: int, seed: int = 0, spread: float = 0.3) -> NDArray[np.float64]:
    """Return normal rows that two hidden causes move, (n, 5)."""
    rng = np.random.default_rng(seed)
    return _MEAN + _STD * (rng.normal(size=(n, 2)) @ _LOADS + spread * rng.normal(size=(n, 5)))


def off(n: int, seed: int = 1, by: float = 3.0) -> NDArray[np.float64]:
    """Return rows in which the flow doesn't follow the pressure, (n, 5)."""
    values = rows(n, seed)
    values[:, 1] += by * _STD[1] * np.where(np.random.default_rng(seed).random(n) < 0.5, -1, 1)
    return values


def noised(values: NDArray[np.float64], sigma: float, seed: int = 5) -> NDArray[np.float64]:
    """Return rows with so much noise in each column, in the spread of its normals."""
    return values + sigma * rows(4000, seed=9).std(axis=0) * np.random.default_rng(seed).normal(size=values.shape)


def table(values: NDArray[np.float64], labels: NDArray[np.bool_] | None = None, name: str = "plant.csv") -> Table:
    return Table(name, COLUMNS, values, labels)
