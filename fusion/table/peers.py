"""Peers: what anybody would try first, PyOD's detectors as they come, fitted on the same standardised normal rows."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fusion.errors import loading

Rows = NDArray[np.float32]
Score = Callable[[Rows], NDArray[np.float64]]  # of rows, (N, d) -> (N,): the higher, the stranger


def _neighbours(normals: Rows, seed: int) -> Score:
    with _pyod():
        from pyod.models.knn import KNN
    return _fitted(KNN(), normals)


def _local_outlier_factor(normals: Rows, seed: int) -> Score:
    with _pyod():
        from pyod.models.lof import LOF
    return _fitted(LOF(novelty=True), normals)


def _isolation_forest(normals: Rows, seed: int) -> Score:
    with _pyod():
        from pyod.models.iforest import IForest
    return _fitted(IForest(random_state=seed), normals)


def _pca(normals: Rows, seed: int) -> Score:
    with _pyod():
        from pyod.models.pca import PCA
    return _fitted(PCA(random_state=seed), normals)


def _fitted(model: Any, normals: Rows) -> Score:
    model.fit(normals)
    return lambda x: np.asarray(model.decision_function(x), np.float64)


def _pyod() -> Any:
    return loading("PyOD", "Install it (pip install foil[peers]), or leave out --peers")


PEERS: dict[str, Callable[[Rows, int], Score]] = {
    "k-NN": _neighbours,
    "LOF": _local_outlier_factor,
    "isolation forest": _isolation_forest,
    "PCA": _pca,
}
