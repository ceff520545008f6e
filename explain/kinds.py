"""What kinds of defect look like, measured: `python -m explain.kinds` paints defects on products to practise on.

A closed-form detector marks each, and what it marks is measured as any region is. What is written is read by
`explain.naming`; nothing else is known of the kinds. It takes ten minutes.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from explain.difference import Region, measure
from explain.grouping import Spot, find
from explain.naming import FILE, Kinds, attributes
from fusion.detection import Detection
from fusion.detector import Detector
from fusion.practice import defects_on, painted, told
from fusion.progress import Progress, silent
from fusion.sample import Sample
from fusion.synthesis import KINDS, Defect

DEFECTS, FEWER = 300, 40  # on each of the example products, and of those that nobody makes
SEED = 7
SHRINKAGE = 0.3  # of the spread within kinds, towards the same for all attributes
SCALE = 6.0  # of squared Mahalanobis distances, from where on they are learnt
KEPT, HELD = 0.2, 1.0  # how much the distances are held to what they were: of many regions, and of one product's few
STEPS = {"maxiter": 60}
SCALES = tuple(float(scale) for scale in np.geomspace(0.5, 8, 40))  # of squared distances
RIGHT = 0.85  # of the names that are sure enough to be said
Seen = Mapping[str, Sequence[Region]]  # by kind


@dataclass(frozen=True, eq=False)
class Marked:
    """A painted defect that was detected, and what is marked the strongest."""

    kind: str
    image: NDArray[np.uint8]
    detection: Detection
    spot: Spot


def marked(product: str, seed: int, defects: int, progress: Progress = silent) -> Iterator[Marked]:
    """Paint so many defects on a product and yield those that its detector marks."""
    for shown in painted(product, seed, defects, progress):
        if one := strongest(shown.defect, shown.detector):
            yield one


def strongest(defect: Defect, detector: Detector) -> Marked | None:
    """Return what a detector marks the strongest where a defect was painted; None if that is not detected."""
    detection = detector.detect(Sample(defect.image))
    spots = find(detection)
    if spots and detection.pred_score >= detection.thresholds.review and not detection.refusal:
        return Marked(defect.kind, defect.image, detection, spots[0])
    return None


def regions(product: str, defects: int, progress: Progress = silent) -> dict[str, list[Region]]:
    """Return the strongest region of each painted defect that was detected, by its kind."""
    found: dict[str, list[Region]] = defaultdict(list)
    for one in marked(product, SEED, defects, progress):
        found[one.kind] += measure(one.image, one.detection, [one.spot])
    return found


def learnt(seen: Sequence[Seen], known: Kinds | None = None) -> Kinds:
    """Return the looks of the kinds on several products, and how sure they make; `known` is as in `kinds_of`.

    How sure is measured on each half of the regions by the looks of the other half.
    """
    halves = [[{kind: one[at::2] for kind, one in product.items()} for product in seen] for at in (0, 1)]
    apart = [
        _apart(kinds_of(halves[at], known), other) for at in (0, 1) for other in halves[1 - at] if any(other.values())
    ]
    scale = max(SCALES, key=lambda scale: sum(_likelihood(far, own, scale) for far, own in apart))
    firsts = [first for far, own in apart for first in _firsts(far, own, scale)]
    return replace(kinds_of(seen, known), scale=round(scale, 2), least=_least(firsts))


def kinds_of(seen: Sequence[Seen], known: Kinds | None = None) -> Kinds:
    """Return the mean attributes of each kind, and the distances by which regions are nearest to their own kind's.

    They start from the spread within kinds (Mahalanobis), which knows nothing of what tells kinds apart, and move to
    where regions' own kinds are the likeliest [Mensink et al. 2013]. Each look of `known` counts as one more region.
    """
    more = list(known.looks) if known else []
    values = np.array([*(attributes(region) for one in seen for kind in KINDS for region in one.get(kind, ())), *more])
    own = np.array(
        [at for one in seen for at, kind in enumerate(KINDS) for _ in one.get(kind, ())] + [*range(len(more))]
    )
    looks = np.array([values[own == at].mean(axis=0) for at in range(len(KINDS))])
    unit = (values - looks[own]).std(axis=0) + 1e-3
    covariance = np.cov((values - looks[own]) / unit, rowvar=False)
    spread = np.trace(covariance) / len(covariance)
    lengths, axes = np.linalg.eigh((1 - SHRINKAGE) * covariance + SHRINKAGE * spread * np.eye(len(covariance)))
    start = axes / np.sqrt(lengths * SCALE)
    weight = 1 / np.bincount(own, minlength=len(KINDS))[own]
    apart = (values[:, None] - looks) / unit
    settled = (apart, own, weight / weight.sum(), start, HELD if known else KEPT)
    learnt = minimize(_loss, start.ravel(), settled, "L-BFGS-B", jac=True, options=STEPS)
    return Kinds(KINDS, looks, learnt.x.reshape(start.shape) / unit[:, None], 1.0, 0.0)


def _loss(
    flat: NDArray[np.float64],
    apart: NDArray[np.float64],
    own: NDArray[np.int64],
    weight: NDArray[np.float64],
    start: NDArray[np.float64],
    kept: float,
) -> tuple[float, NDArray[np.float64]]:
    """Return how unlikely regions' own kinds are under distances, and its gradient.

    `apart` (N, K, D) is how far each region's attributes are from each look; `kept`, how much is held to the start.
    """
    whiten = flat.reshape(start.shape)
    share = _shares(np.square(apart @ whiten).sum(axis=-1), 1.0)
    at = np.arange(len(own))
    loss = -weight @ np.log(np.maximum(share[at, own], 1e-12))
    share[at, own] -= 1
    outer = np.einsum("nk,nki,nkj->ij", -share * weight[:, None], apart, apart)
    moved = whiten - start
    gradient = 2 * outer @ whiten + 2 * kept * moved
    return float(loss + kept * np.square(moved).sum()), gradient.ravel()


def _apart(kinds: Kinds, seen: Seen) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return how far regions are from each look, squared, (N, K), and which look is their own kind's, (N,)."""
    found = [(kinds.far(region), kinds.names.index(kind)) for kind, one in seen.items() for region in one]
    return np.array([far for far, _ in found]), np.array([own for _, own in found])


def _shares(far: NDArray[np.float64], scale: float) -> NDArray[np.float64]:
    """Return how sure each kind is under a scale, (N, K), as `Kinds.rank` has it."""
    near = np.exp(-(far - far.min(axis=1, keepdims=True)) / scale)
    return np.asarray(near / near.sum(axis=1, keepdims=True), np.float64)


def _likelihood(far: NDArray[np.float64], own: NDArray[np.int64], scale: float) -> float:
    """Return the mean log probability that a scale gives to what kinds regions are of."""
    return float(np.mean(np.log(np.maximum(_shares(far, scale)[np.arange(len(own)), own], 1e-6))))


def _firsts(far: NDArray[np.float64], own: NDArray[np.int64], scale: float) -> list[tuple[float, bool]]:
    """Return of each region how sure its first name is, and whether it is right."""
    shares = _shares(far, scale)
    return list(zip(shares.max(axis=1).tolist(), (shares.argmax(axis=1) == own).tolist(), strict=True))


def _least(firsts: Sequence[tuple[float, bool]]) -> float:
    """Return how sure a name must be so that of those as sure RIGHT are right."""
    for level in np.arange(0.2, 0.95, 0.01):
        told = [right for sure, right in firsts if sure >= level]
        if told and np.mean(told) >= RIGHT:
            return round(float(level), 2)
    return 0.95


def main() -> None:
    found = learnt([regions(product, defects, told) for product, defects in defects_on(DEFECTS, FEWER).items()])
    FILE.write_text(json.dumps(found.to_json()) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
