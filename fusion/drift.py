"""Drift: do new samples still score, or look, as the calibration's normals do?

The test may be looked at after every sample.

A score's rank among the normals' scores and those before it is uniform and independent of the ranks before, as long as
all come from one source [Vovk et al. 2003], so z = Phi^-1(1 - p) is N(0, 1). Against that stand bets: that from sample
k on z is N(delta, 1). A bet's wealth is its likelihood ratio; together they begin with 1, and fair bets reach 1 / ALARM
with a probability of at most ALARM, however long one plays [Ville 1939].
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

ALARM = 0.01  # chance of an alarm, ever, where nothing changed
DELTAS = np.array([0.5, 1.0, 2.0, -0.5, -1.0, -2.0])  # standard deviations that bets are placed on
EVERY = 10  # samples from one round of bets to the next: each round begins later, so no change comes too late for all


@dataclass(frozen=True)
class Shift:
    """Numbers that are no longer those of the calibration's normals."""

    at: int  # the sample, by its place in the sequence, after which it was plain
    since: int  # the one with which it most likely began
    higher: bool  # of scores: stranger than normals are, rather than more alike


def find_shift(normals: NDArray[np.float64], scores: Sequence[float], alarm: float = ALARM) -> Shift | None:
    """Return the first shift of scores, in the order of inspection, against those of normals; None if there is none.

    Where nothing changed there is one, ever, with a chance of at most `alarm`.
    """
    z = z_values(normals, scores)
    wealth, unspent = np.zeros(len(DELTAS)), 1.0
    for at, one in enumerate(z):
        if at % EVERY == 0:  # round 1, 2, 3, ... gets 1/2, 1/6, 1/12, ... of all: 1 in the end
            stake = 1.0 / ((at // EVERY + 1) * (at // EVERY + 2))
            wealth, unspent = wealth + stake, unspent - stake
        wealth *= np.exp(DELTAS * one - DELTAS**2 / 2)
        if wealth.mean() + unspent >= 1 / alarm:
            higher = bool(DELTAS[wealth.argmax()] > 0)
            return Shift(at, _began(z[: at + 1], higher), higher)
    return None


def z_values(normals: NDArray[np.float64], scores: Sequence[float]) -> NDArray[np.float64]:
    """Return for each score the normal quantile of its rank among those of normals and those before it, (N,)."""
    known, quantile = sorted(normals.tolist()), NormalDist().inv_cdf
    shares = np.random.default_rng(0).random(len(scores))  # where among its equals a score lies, itself one of them
    z = np.empty(len(scores))
    for at, score in enumerate(scores):
        low, high = bisect_left(known, score), bisect_right(known, score)
        below = (low + (high - low + 1) * shares[at]) / (len(known) + 1)
        z[at] = quantile(min(max(below, 1e-12), 1 - 1e-12))
        known.insert(high, score)
    return z


def _began(z: NDArray[np.float64], higher: bool) -> int:
    """Return from which sample on the z lie furthest from 0, for as many as they are, up to the last one."""
    sums = np.cumsum(z[::-1]) * (1 if higher else -1)
    furthest = int(np.argmax(np.maximum(sums, 0) / np.sqrt(np.arange(1, len(z) + 1))))
    return len(z) - 1 - furthest
