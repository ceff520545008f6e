"""Windows: long movements in pieces of equal time, half of each in the next, and what is said of them put together."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from fusion.errors import BadInput
from fusion.motion.motion import Motion


def cut(motion: Motion, seconds: float) -> list[tuple[int, Motion]]:
    """Return windows of so many seconds, each with its first frame; the last one ends with the last frame.

    0 seconds are the whole movement. BadInput if it is shorter than a window.
    """
    if not seconds:
        return [(0, motion)]
    frames = round(seconds * motion.rate)
    if len(motion) < frames:
        raise BadInput(
            f"{motion.name}: {motion.seconds:.1f} s long, and this model looks at {seconds:g} s at a time; give it more"
        )
    last = len(motion) - frames
    starts = sorted({*range(0, last, max(frames // 2, 1)), last})
    return [(start, piece(motion, start, start + frames)) for start in starts]


def piece(motion: Motion, start: int, end: int) -> Motion:
    return replace(motion, places=motion.places[start:end], confidence=motion.confidence[start:end])


class Joined:
    """One array over all frames of what windows say of theirs: the mean where they overlap.

    A window's middle, which sees both ways, weighs more than its ends.
    """

    def __init__(self, frames: int, *shape: int) -> None:
        self._total = np.zeros((frames, *shape))
        self._weight = np.zeros((frames, *(1,) * len(shape)))

    def add(self, start: int, part: NDArray[np.float64]) -> None:
        """Add what a window says, (F, ...), from its first frame on."""
        share = np.hanning(len(part) + 2)[1:-1].reshape(-1, *(1,) * (part.ndim - 1))
        self._total[start : start + len(part)] += part * share
        self._weight[start : start + len(part)] += share

    def mean(self) -> NDArray[np.float32]:
        return (self._total / self._weight).astype(np.float32)
