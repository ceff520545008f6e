"""Peers: what anybody would try first, scikit-learn as it comes, on the same standardised rows."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fusion.errors import loading

Rows = NDArray[np.float32]
Score = Callable[[Rows], NDArray[np.float64]]  # of rows, (N, d) -> (N,): the higher, the stranger


def _neighbours(normals: Rows, seed: int) -> Score:
    with _sklearn():
        from sklearn.neighbors import NearestNeighbors
    model = NearestNeighbors(n_neighbors=5).fit(normals)
    return lambda x: np.asarray(model.kneighbors(x)[0][:, -1], np.float64)  # the fifth, as PyOD's KNN has it


def _local_outlier_factor(normals: Rows, seed: int) -> Score:
    with _sklearn():
        from sklearn.neighbors import LocalOutlierFactor
    return _of_model(LocalOutlierFactor(novelty=True).fit(normals))


def _isolation_forest(normals: Rows, seed: int) -> Score:
    with _sklearn():
        from sklearn.ensemble import IsolationForest
    return _of_model(IsolationForest(random_state=seed).fit(normals))


def _pca(normals: Rows, seed: int) -> Score:
    with _sklearn():
        from sklearn.decomposition import PCA
    model = PCA(0.95).fit(normals)
    return lambda x: np.square(model.inverse_transform(model.transform(x)) - x).sum(axis=1, dtype=np.float64)


def _of_model(model: Any) -> Score:
    return lambda x: -np.asarray(model.score_samples(x), np.float64)


def _sklearn() -> Any:
    return loading("scikit-learn", "Install it (pip install scikit-learn), or leave out --peers")


PEERS: dict[str, Callable[[Rows, int], Score]] = {
    "k-NN": _neighbours,
    "LOF": _local_outlier_factor,
    "isolation forest": _isolation_forest,
    "PCA, 95 %": _pca,
}
