"""Metrics: how well scores and maps tell defects from good parts. They look at labels, so nothing is ever set by them.

Every metric here depends on ranks only. Each is computed from two histograms, of the good and of the anomalous, over
the distinct values in ascending order; ties count half, as everywhere in the field.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fusion.errors import BadData

Values = Sequence[float] | NDArray[Any]
Histogram = NDArray[Any]  # (..., M): counts, the lowest value first

LONGER_SIDE = 256  # px at which maps are compared
_MANTISSA = 11  # bits of it that tell values of a map apart
_DROPPED = 23 - _MANTISSA  # of a float32's mantissa
_BINS = 1 << (32 - _DROPPED)


def image_auroc(scores: Values, labels: Values) -> float:
    """Return the chance that an anomalous sample scores above a good one; a tie is half. Scores may be infinite."""
    return float(_auroc(*_histograms(scores, labels)))


def auroc_interval(
    scores: Values, labels: Values, confidence: float = 0.95, resamples: int = 1000, seed: int = 0
) -> tuple[float, float]:
    """Return the percentile bootstrap interval of `image_auroc`: samples drawn anew, the good and the bad apart.

    It says (1, 1) where the classes separate, however few samples there are: it knows only what it has seen.
    """
    rng = np.random.default_rng(seed)
    good, bad = (
        rng.multinomial(int(counts.sum()), counts / counts.sum(), resamples) for counts in _histograms(scores, labels)
    )
    tail = (1 - confidence) / 2
    low, high = np.quantile(_auroc(good, bad), (tail, 1 - tail))
    return float(low), float(high)


def average_precision(scores: Values, labels: Values) -> float:
    """Return the mean precision over the anomalous samples, each at its own score as the threshold."""
    return _average_precision(*_histograms(scores, labels))


def f1_max(scores: Values, labels: Values) -> float:
    """Return the best F1 over all thresholds: an oracle, its threshold is chosen by the test labels. Only reported."""
    good, bad = _histograms(scores, labels)
    true, alarms = _alarms(good, bad)
    return float((2 * true / (alarms + bad.sum())).max())


def per_defect(scores: Values, labels: Values, defects: Sequence[str]) -> dict[str, float]:
    """Return the AUROC of each type of defect against all the good, by name."""
    _histograms(scores, labels)  # refuses what can't be compared
    score, label, defect = np.asarray(scores, np.float64), np.asarray(labels), np.asarray(defects)
    if defect.shape != score.shape:
        raise BadData(f"{defect.size} names of defects for {score.size} scores; expected one a score")
    kinds = sorted(set(defect[label == 1].tolist()))
    chosen = {kind: (label == 0) | ((label == 1) & (defect == kind)) for kind in kinds}
    return {kind: image_auroc(score[these], label[these]) for kind, these in chosen.items()}


@dataclass(repr=False, eq=False)
class PixelMetrics:
    """Pixel AUROC, AP and AUPRO over any number of maps, which are added one by one and not kept: 24 MB in all.

    The thresholds are the same for all data: the float32 numbers with 11 bits of mantissa. No range has to be known, no
    map waits for another, the order plays no part. Neighbours differ by 0.05 % of their value, which moves a metric by
    less than 1e-3 where a map's values spread over at least 2 % of their level; maps in units of sigma spread over far
    more.

    Maps are compared at 256 px on the longer side at most: they come from coarser grids, so nothing is lost, and time
    does not depend on the camera. A map's cell is the mean of its pixels. A mask's cell is a defect if any of its
    pixels is: AUPRO counts a hairline as much as a hole, and the nearest pixel would lose three of four hairlines.
    """

    good: Histogram = field(default_factory=lambda: np.zeros(_BINS, np.int64))
    bad: Histogram = field(default_factory=lambda: np.zeros(_BINS, np.int64))
    shares: Histogram = field(default_factory=lambda: np.zeros(_BINS))  # of its component that a pixel is, added up
    components: int = 0

    def add(self, anomaly_map: NDArray[Any], gt_mask: NDArray[np.bool_]) -> None:
        """Count a map, (H, W), and where the defect truly is, (H, W), all False on a good picture."""
        from scipy.ndimage import label  # scipy takes half a second to import, which `foil --help` must not pay

        if anomaly_map.ndim != 2 or not anomaly_map.size or anomaly_map.shape != gt_mask.shape:
            raise BadData(
                f"a map of shape {anomaly_map.shape} with a mask of {gt_mask.shape}; expected the same (H, W)"
            )
        values, defect = _reduced(anomaly_map), _reduced(gt_mask) > 0
        if not np.isfinite(values).all():
            raise BadData(
                f"a map of shape {anomaly_map.shape} has values that are infinite or no number; fix its maker"
            )
        bins = _bins(values)
        component, n = label(defect, structure=np.ones((3, 3)))  # 8-connected
        sizes = np.bincount(component[defect], minlength=n + 1)
        np.add.at(self.good, bins[~defect], 1)
        np.add.at(self.bad, bins[defect], 1)
        np.add.at(self.shares, bins[defect], 1 / sizes[component[defect]])
        self.components += n

    def pixel_auroc(self) -> float:
        """Return the chance that a defect's pixel is rated above a good pixel, over all pictures together."""
        self._refuse_one_kind()
        return float(_auroc(self.good, self.bad))

    def average_precision(self) -> float:
        """Return the mean precision over the defects' pixels, each at its own value as the threshold."""
        self._refuse_one_kind()
        return _average_precision(self.good, self.bad)

    def aupro(self, max_fpr: float = 0.3) -> float:
        """Return the mean overlap with a defect's component, averaged over false-positive rates up to `max_fpr`.

        Components weigh the same whatever their size [Bergmann et al. 2021, sec. 5.2]; 1 is perfect, and chance is
        `max_fpr` / 2.
        """
        if not 0 < max_fpr <= 1:
            raise BadData(f"the false-positive rate to integrate to must be in (0, 1], got {max_fpr:g}")
        self._refuse_one_kind()
        used = np.flatnonzero(self.good + self.bad)[::-1]
        fpr = np.concatenate(([0.0], self.good[used].cumsum() / self.good.sum()))
        overlap = np.concatenate(([0.0], self.shares[used].cumsum() / self.components))
        end = int(np.searchsorted(fpr, max_fpr, side="right"))  # the first point beyond, which the limit cuts off
        at_end = np.interp(max_fpr, fpr[end - 1 : end + 1], overlap[end - 1 : end + 1])
        return float(np.trapezoid((*overlap[:end], at_end), (*fpr[:end], max_fpr)) / max_fpr)

    def _refuse_one_kind(self) -> None:
        if not self.good.any() or not self.components:
            raise BadData(
                f"pixel metrics need good pixels and defects, got {self.good.sum()} good pixels and {self.components} "
                "defects; add pictures with ground-truth masks"
            )


def _histograms(scores: Values, labels: Values) -> tuple[Histogram, Histogram]:
    """Count the good and the anomalous at each distinct score, lowest first, (M,) each; refuse what can't be ranked."""
    score, label = np.asarray(scores, np.float64), np.asarray(labels)
    if score.ndim != 1 or score.shape != label.shape:
        raise BadData(f"scores of shape {score.shape} with labels of {label.shape}; expected one label a score")
    if np.isnan(score).any():
        raise BadData(f"{np.isnan(score).sum()} of {score.size} scores are no number; fix their maker")
    if strange := sorted(set(label.tolist()) - {0, 1}):
        raise BadData(f"labels must be 0, good, or 1, anomalous; got {strange[:5]}")
    n_good, n_bad = int((label == 0).sum()), int((label == 1).sum())
    if not n_good or not n_bad:
        raise BadData(f"a metric needs good and anomalous samples, got {n_good} good and {n_bad} anomalous; add some")
    values, rank = np.unique(score, return_inverse=True)
    return np.bincount(rank[label == 0], minlength=values.size), np.bincount(rank[label == 1], minlength=values.size)


def _auroc(good: Histogram, bad: Histogram) -> NDArray[np.float64]:
    """Return the Mann-Whitney statistic of histograms, (..., M) -> (...): good ones below, and half of those level."""
    below = good.cumsum(axis=-1) - good / 2
    share: NDArray[np.float64] = (below * bad).sum(axis=-1) / (good.sum(axis=-1) * bad.sum(axis=-1))
    return share


def _average_precision(good: Histogram, bad: Histogram) -> float:
    true, alarms = _alarms(good, bad)
    return float((bad * true / np.maximum(alarms, 1)).sum() / bad.sum())


def _alarms(good: Histogram, bad: Histogram) -> tuple[Histogram, Histogram]:
    """Return true alarms and all alarms at each distinct score as the threshold, (M,) each."""
    true = bad[::-1].cumsum()[::-1]
    return true, true + good[::-1].cumsum()[::-1]


def _reduced(values: NDArray[Any]) -> NDArray[np.float32]:
    """Return the mean over each cell, 256 px on the longer side at most; every pixel belongs to one cell."""
    scale = min(1.0, LONGER_SIDE / max(values.shape))
    rows, columns = (_starts(length, max(1, round(length * scale))) for length in values.shape)
    whole = np.add.reduceat(np.add.reduceat(values.astype(np.float64), rows, axis=0), columns, axis=1)
    height, width = (np.diff(at, append=length) for at, length in zip((rows, columns), values.shape, strict=True))
    return np.asarray(whole / np.outer(height, width), np.float32)


def _starts(length: int, cells: int) -> NDArray[np.int64]:
    """Return where each of so many cells begins: a pixel is in the cell that its middle is in, on a border the first.

    In whole numbers, as a rounded border is on neither side of some middles (540 x 39 px to 256 x 18 cells).
    """
    cell = -(-(2 * np.arange(length) + 1) * cells // (2 * length)) - 1
    return np.searchsorted(cell, np.arange(cells))


def _bins(values: NDArray[np.float32]) -> NDArray[np.int64]:
    """Return the bin of each value, in the values' order: a float's bits, the sign turned, order like its value."""
    bits = (values + np.float32(0)).view(np.int32)  # + 0 makes -0 and 0 the same
    ordered = np.where(bits < 0, bits ^ 0x7FFFFFFF, bits).astype(np.int64)
    return (ordered >> _DROPPED) + _BINS // 2
