"""What a score means: p-values, T1 and T2, and what n good parts can promise, from normals alone.

Held-out scores of normals are exchangeable with the score of the next good part, so ranks among them are
p-values (split conformal) [Vovk et al. 2005]. The true false-alarm rate of a threshold at the k-th largest of n
scores is Beta(k, n + 1 - k) distributed [Vovk 2012], which is what "supports" means here. Labels never enter.
"""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fusion.detection import Thresholds
from fusion.errors import BadSetting

CONFIDENCE = 0.95  # of the statement "for a rate of r you need n good parts"


@dataclass(frozen=True)
class Support:
    """What n held-out normals can promise about one false-alarm rate."""

    rate: float  # promised
    n: int  # held-out normals
    expected_rate: float  # mean of the true rate over all sets of n normals; NaN-free, 0 where extrapolated
    low: float  # 90 % interval of the true rate
    high: float
    confidence: float  # that the true rate is at most the promised one
    needed: int  # normals whose largest score bounds this rate with 95 % confidence
    extrapolated: bool  # the threshold lies beyond every normal seen: n is too small for the rate


@dataclass(frozen=True, eq=False)
class Calibration:
    """Held-out scores of normals and the two rates in force; thresholds follow, nothing is refitted."""

    scores: NDArray[np.float64]  # (n,), any order: each normal scored by statistics that never saw it
    review_rate: float = 0.05
    reject_rate: float = 0.01
    traits: NDArray[np.float64] | None = None  # (m, 5) of some of the normals, as `fusion.looks` has them

    def __post_init__(self) -> None:
        if len(self.scores) < 2 or not np.isfinite(self.scores).all():
            raise BadSetting(f"calibration needs at least 2 finite scores of normals, got {self.scores!r}")
        if not 0 < self.reject_rate <= self.review_rate < 1:
            raise BadSetting(
                f"false-alarm rates must satisfy 0 < reject <= review < 1, got reject {self.reject_rate:g} and review "
                f"{self.review_rate:g}; 0.01 and 0.05 mean 1 % and 5 % of the good parts"
            )

    @cached_property
    def _descending(self) -> NDArray[np.float64]:
        return np.sort(self.scores)[::-1]

    @property
    def n(self) -> int:
        return len(self.scores)

    def p_value(self, score: float) -> float:
        """Return the share of normals that score at least as high, (1 + #) / (n + 1), never 0."""
        return float(1 + np.count_nonzero(self.scores >= score)) / (self.n + 1)

    def threshold(self, rate: float) -> float:
        """Return the score from which a good part's chance to be there is at most `rate`, so p <= rate <=> score >= T.

        Where n is too small for that (rate < 1 / (n + 1)), the upper half of the scores is continued by an exponential
        tail, with its mean integrated out (a Lomax tail): the fewer the normals, the farther out the threshold.
        """
        k = min(math.floor(rate * (self.n + 1) + 1e-9), self.n)
        if k >= 1:
            return math.nextafter(self._descending[k - 1], math.inf)
        m = max(1, self.n // 2)
        excess = float((self._descending[:m] - self._descending[m]).sum())
        beyond = excess * ((m / ((self.n + 1) * rate)) ** (1 / m) - 1)
        return math.nextafter(max(self._descending[m] + beyond, self._descending[0]), math.inf)

    @property
    def thresholds(self) -> Thresholds:
        review, reject = self.threshold(self.review_rate), self.threshold(self.reject_rate)
        return Thresholds(review, max(review, reject), self.review_rate, self.reject_rate)

    def support(self, rate: float) -> Support:
        """Return what the n scores promise about `rate`: interval, confidence, and the n that it would take."""
        from scipy.stats import beta  # scipy.stats takes a second to import, which `foil --help` must not pay

        needed = math.ceil(math.log(1 - CONFIDENCE) / math.log1p(-rate))
        k = min(math.floor(rate * (self.n + 1) + 1e-9), self.n)
        true_rate = beta(max(k, 1), self.n + 1 - max(k, 1))  # k = 0: the threshold is no lower than the largest score
        low, high = (0.0 if k == 0 else float(true_rate.ppf(0.05))), float(true_rate.ppf(0.95))
        return Support(rate, self.n, k / (self.n + 1), low, high, float(true_rate.cdf(rate)), needed, k == 0)

    def with_rates(self, review_rate: float, reject_rate: float) -> "Calibration":
        return replace(self, review_rate=review_rate, reject_rate=reject_rate)

    def what_if(self, rates: Sequence[tuple[float, float]], scores: Sequence[float] = ()) -> list[dict[str, Any]]:
        """Return a row for each (review, reject) pair: thresholds, and how many normals and `scores` fall where."""
        rows = []
        for review, reject in rates:
            thresholds = self.with_rates(review, reject).thresholds
            row: dict[str, Any] = asdict(thresholds)
            for name, values in (("normals", self.scores.tolist()), ("seen", list(scores))):
                verdicts = [thresholds.verdict(value) for value in values]
                row[name] = {verdict: verdicts.count(verdict) for verdict in ("PASS", "REVIEW", "REJECT")}
            rows.append(row)
        return rows

    def to_json(self) -> dict[str, Any]:
        told = {"scores": self.scores.tolist(), "review_rate": self.review_rate, "reject_rate": self.reject_rate}
        return told if self.traits is None else told | {"traits": self.traits.tolist()}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Calibration":
        scores = np.asarray(data["scores"], dtype=np.float64)
        traits = np.asarray(data["traits"], dtype=np.float64) if "traits" in data else None
        return cls(scores, float(data["review_rate"]), float(data["reject_rate"]), traits)


def firm_rate(n: int, rate: float) -> float:
    """Return the rate to set so that n normals, enough for it, keep another with CONFIDENCE.

    A threshold at a rate keeps it on average: its confidence stays near a half, however many normals there are.
    """
    from scipy.stats import beta

    k = 1
    while beta(k + 1, n - k).cdf(rate) >= CONFIDENCE:
        k += 1
    return k / (n + 1)
