"""Scores: two answers, as a whole and locally, in sigma of held-out normals, and the higher of the two.

Of held-out normals is kept what each joint said, so that for any choice of joints scales and thresholds follow anew.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fusion.errors import BadSetting

Numbers = NDArray[np.float64]

# Sigma by which the local answer must be the higher one. A person's false alarms have many more places to come from
# than a movement's wrongness as a whole: this leaves them a quarter of all, and the whole three quarters.
LOCAL = 0.5


@dataclass(frozen=True)
class Scale:
    """Mean and standard deviation of an answer over held-out normals."""

    mean: float
    std: float

    @classmethod
    def of(cls, values: Numbers) -> "Scale":
        return cls(float(values.mean()), max(float(values.std()), 1e-6))

    def __call__(self, value: float) -> float:
        return (value - self.mean) / self.std


def whole_of(strange: Numbers) -> float:
    """Return how unusual a movement is as a whole, before its scale, of what is strange, (J, T')."""
    return float(np.sqrt(np.square(np.maximum(strange, 0)).mean()))


def local_of(wrong: Numbers) -> float:
    """Return the strongest evidence for one joint at one time, before its scale, (J, T')."""
    return float(wrong.max())


@dataclass(frozen=True, eq=False)
class HeldScores:
    """What each joint of each held-out window said, before any scale."""

    strange: Numbers  # (W, J): mean square over time of how far it is from where it should be
    wrong: Numbers  # (W, J): the most that speaks for it as the one that moves wrongly
    of: NDArray[np.intp]  # (W,): the movement that a window is of

    @classmethod
    def measured(cls, strange: Numbers, wrong: Numbers, of: NDArray[np.intp]) -> "HeldScores":
        """Return those of maps, (W, J, T') each."""
        return cls(np.square(np.maximum(strange, 0)).mean(axis=2), wrong.max(axis=2), of)

    def scales(self, judged: NDArray[np.bool_]) -> tuple[Scale, Scale]:
        """Return the scales of the whole and of the local answer, where only some joints, (J,), are judged."""
        if not judged.any():
            raise BadSetting("no joint is left to be judged; watch one that normal movements show")
        return Scale.of(self._whole(judged)), Scale.of(self._local(judged))

    def of_motions(self, judged: NDArray[np.bool_]) -> tuple[Numbers, Numbers]:
        """Return the score and the highest value of the map of each held-out movement: of its strangest window."""
        whole, local = self.scales(judged)
        tops = self._local(judged)
        scores = [max(whole(one), local(other) - LOCAL) for one, other in zip(self._whole(judged), tops, strict=True)]
        motions, place = np.unique(self.of, return_inverse=True)
        best = np.full((2, len(motions)), -np.inf)
        np.maximum.at(best[0], place, scores)
        np.maximum.at(best[1], place, tops)
        return best[0], best[1]

    def _whole(self, judged: NDArray[np.bool_]) -> Numbers:
        return np.asarray(np.sqrt((self.strange * judged).mean(axis=1)))

    def _local(self, judged: NDArray[np.bool_]) -> Numbers:
        return np.asarray(np.where(judged, self.wrong, np.minimum(self.wrong, 0)).max(axis=1))
