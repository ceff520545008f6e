"""Calibrating: which normals say what a network's score means, and what those it learnt from have to be raised by.

A network finds less on what it learnt from, so that a promise was best made by normals that it never saw. But those are
a third, and their highest two or three are all that a promise of 1 % rests on. How much less it finds can be told: the
closed form scored every normal without having seen it, and beside that score the network's is lower by some gap on what
it learnt from. Raised by the gap, those calibrate as well, unless it is so large that the network knows them by heart.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from fusion.view import others

BY_HEART = 0.5  # of the gap, in units of the normals' spread; minutes of training leave 0 to 0.4


@dataclass(frozen=True, eq=False)
class Raised:
    """Scores of normals as if the network had seen none of them, and what is told of that."""

    scores: NDArray[np.float64]  # (N,)
    trusted: bool  # else only those that it never saw may calibrate
    told: str


def raised(scores: NDArray[np.float64], closed: NDArray[np.float64], held: Tensor) -> Raised:
    """Raise a network's scores of normals that it learnt from, beside closed-form scores that never saw any, (N,)."""
    learnt = others(len(scores), held).numpy()
    if not len(learnt):  # weights that were trained on others' good parts
        return Raised(scores, True, f"calibrated by all {len(scores)} good parts, none of which it learnt from")
    less = scores - closed
    gap = max(0.0, float(np.median(less[held.numpy()]) - np.median(less[learnt])))
    if gap > BY_HEART:
        told = (
            f"calibrated by the {len(held)} good parts that it never saw: on the {len(learnt)} others it finds "
            f"{gap:.2f} sigma less, so it knows them by heart"
        )
        return Raised(scores, False, told)
    told = (
        f"calibrated by all {len(scores)} good parts, of which {len(learnt)} that it learnt from are raised by "
        f"{gap:.2f} sigma: it finds that much less on them"
    )
    lifted = scores.copy()
    lifted[learnt] += gap
    return Raised(lifted, True, told)
