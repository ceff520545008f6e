"""Peers: what anybody would try first, scikit-learn as it comes, on the same movements.

They see movements centred at the hips, turned to one heading, scaled to one size and resampled to 32 frames.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fusion.errors import loading
from fusion.motion.gathering import gather, mean_known
from fusion.motion.motion import Motion

Numbers = NDArray[np.float64]
Score = Callable[[Numbers], float]  # of a movement, (32, J, D): the higher, the stranger

FRAMES = 32
_BAND = 10  # frames by which time may be bent


def fit_peer(
    name: str, motions: Sequence[Motion], seed: int
) -> tuple[Callable[[Motion], float], list[tuple[str, str]]]:
    """Return what scores a movement, and the normals that can't be used, with the reason."""
    set_ = gather(motions, None, window=0, cells=FRAMES)
    courses = np.stack([course.places for course in set_.courses])
    usual = mean_known(courses)  # where a joint was never seen

    def complete(places: Numbers) -> Numbers:
        return np.where(np.isfinite(places), places, usual)

    score = PEERS[name](complete(courses), seed)
    return lambda motion: score(complete(set_.coordinates(motion).places)), set_.skipped


def _pca(normals: Numbers, seed: int) -> Score:
    with _sklearn():
        from sklearn.decomposition import PCA
    model = PCA(0.95).fit(_flat(normals))

    def score(places: Numbers) -> float:
        x = _flat(places[None])
        return float(((model.inverse_transform(model.transform(x)) - x) ** 2).sum())

    return score


def _isolation_forest(normals: Numbers, seed: int) -> Score:
    with _sklearn():
        from sklearn.ensemble import IsolationForest
    return _of_model(IsolationForest(random_state=seed).fit(_flat(normals)))


def _one_class_svm(normals: Numbers, seed: int) -> Score:
    with _sklearn():
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler
        from sklearn.svm import OneClassSVM
    # its kernel has one width for all: as they come, still joints hide how the moving ones move
    return _of_model(make_pipeline(StandardScaler(), OneClassSVM()).fit(_flat(normals)))


def _of_model(model: Any) -> Score:
    return lambda places: -float(model.score_samples(_flat(places[None]))[0])


def _nearest(normals: Numbers, seed: int) -> Score:
    return lambda places: float(np.linalg.norm(normals - places, axis=-1).mean(axis=(1, 2)).min())


def _nearest_dtw(normals: Numbers, seed: int) -> Score:
    return lambda places: float(dtw(normals, places).min())


def dtw(many: Numbers, one: Numbers) -> Numbers:
    """Return how far movements are from one where time may be bent, (N, T, J, D) and (T, J, D) -> (N,)."""
    frames = len(one)
    least = np.full((frames + 1, frames + 1, len(many)), np.inf)
    least[0, 0] = 0
    for at in range(frames):
        near = range(max(at - _BAND, 0), min(at + _BAND + 1, frames))
        costs = np.linalg.norm(many[:, near] - one[at], axis=-1).mean(axis=-1)
        for place, other in enumerate(near):
            before = np.minimum(np.minimum(least[at, other], least[at, other + 1]), least[at + 1, other])
            least[at + 1, other + 1] = costs[:, place] + before
    return np.asarray(least[-1, -1])


def _flat(places: Numbers) -> Numbers:
    return places.reshape(len(places), -1)


def _sklearn() -> Any:
    return loading("scikit-learn", "Install it (pip install foil[peers]), or leave out --peers")


PEERS: dict[str, Callable[[Numbers, int], Score]] = {
    "one-class SVM": _one_class_svm,
    "PCA, 95 %": _pca,
    "nearest neighbour": _nearest,
    "nearest neighbour, DTW": _nearest_dtw,
    "isolation forest": _isolation_forest,
}
SEEDED = ("isolation forest",)  # chance plays no part in the others: one row is enough
