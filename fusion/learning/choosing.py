"""Choosing: is the network better than the closed form? Asked of good parts and synthetic defects it never learnt from.

No labelled defect takes part. The network is kept only if it tells these defects from these good parts at least as well
over all kinds; else the closed form judges, and of what was learnt only words and the painter are used.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from fusion.learning.examples import Pairs
from fusion.metrics import image_auroc
from fusion.residual import Spread, smooth
from fusion.synthesis import KINDS

RATE = 0.05  # of the false alarms at which the caught are counted


@dataclass(frozen=True, eq=False)
class Scores:
    """Scores of good parts, and of the synthetic defects on them, under one denoiser."""

    good: NDArray[np.float64]  # (N,)
    bad: NDArray[np.float64]  # (M,)
    kinds: NDArray[np.int64]  # (M,)
    severity: NDArray[np.float64]  # (M,)

    def figures(self) -> dict[str, float]:
        """Return AUROC and the share caught at RATE false alarms."""
        limit = np.quantile(self.good, 1 - RATE)
        return {"auroc": round(_auroc(self.good, self.bad), 4), "caught": round(float((self.bad > limit).mean()), 4)}

    def by_kind(self) -> dict[str, float]:
        """Return the AUROC of each kind that was painted."""
        present = sorted(set(self.kinds.tolist()))
        return {KINDS[kind]: round(_auroc(self.good, self.bad[self.kinds == kind]), 4) for kind in present}


def score(
    good: Tensor,
    bad: Tensor,
    pairs: Pairs,
    grid: tuple[int, int],
    measure: Callable[[Tensor], Spread] = Spread.of,
) -> Scores:
    """Score raw residuals of the good, (N, S, P), and of the pairs' single defects, (M, S, P), as a detector does."""
    spread = measure(good)
    calm, wild = (smooth(spread(one).mean(dim=1), grid) for one in (good, bad))
    scale = Spread.of(calm)
    tops = [scale(one).amax(dim=1).numpy().astype(np.float64) for one in (calm, wild)]
    return Scores(tops[0], tops[1], pairs.kinds[:, 0].numpy(), pairs.severity[:, 0].numpy().astype(np.float64))


def verdict(closed: Scores, trained: Scores) -> tuple[bool, str]:
    """Return whether the network is to be kept, and why, in a sentence."""
    before, after = closed.figures(), trained.figures()
    told = (
        f"on {len(closed.bad)} synthetic defects and {len(closed.good)} good parts that it never learnt from, AUROC is "
        f"{100 * after['auroc']:.1f} with the network and {100 * before['auroc']:.1f} without, caught at 5 % false "
        f"alarms {100 * after['caught']:.0f} % and {100 * before['caught']:.0f} %"
    )
    kept = after["auroc"] >= before["auroc"]
    return kept, ("the network is used: " if kept else "the closed form is kept, training did not help: ") + told


def limits(trained: Scores, areas: NDArray[np.float64], threshold: float) -> dict[str, Any]:
    """Return for each kind how large a defect, in percent of the picture, is found half the time at a threshold.

    None where its curve never crosses half.
    """
    return {kind: _half(*seen) for kind, seen in _seen(trained, areas, threshold).items()}


def detection(trained: Scores, areas: NDArray[np.float64], threshold: float) -> dict[str, Any]:
    """Return for each kind the probability of detection over size, as plain data [MIL-HDBK-1823A].

    `curve` is a and b of 1 / (1 + exp(-(a + b ln s))), with s in percent of the picture; None where larger defects of
    the kind are not found more often. `seen` are the painted ones: size, and whether it was found.
    """
    told = {}
    for kind, (x, hit) in _seen(trained, areas, threshold).items():
        curve = _curve(x, hit)
        pairs = [[float(f"{100 * np.exp(at):.3g}"), int(found)] for at, found in zip(x, hit, strict=True)]
        told[kind] = {
            "curve": curve and [round(curve[0] - curve[1] * float(np.log(100)), 4), round(curve[1], 4)],
            "seen": sorted(pairs),
        }
    return told


def _seen(trained: Scores, areas: NDArray[np.float64], threshold: float) -> dict[str, Any]:
    """Return for each kind the log areas of its defects, and which of them were found."""
    numbers = sorted(set(trained.kinds.tolist()))
    groups = {KINDS[number]: trained.kinds == number for number in numbers}
    return {kind: (np.log(areas[these]), trained.bad[these] >= threshold) for kind, these in groups.items()}


def _half(x: NDArray[np.float64], hit: NDArray[np.bool_]) -> float | None:
    """Return exp(x), in percent, at which hits are as likely as not, within the range of x."""
    curve = _curve(x, hit)
    if curve is None:
        return None
    at = -curve[0] / curve[1]
    return round(100 * float(np.exp(at)), 4) if x.min() <= at <= x.max() else None


def _curve(x: NDArray[np.float64], hit: NDArray[np.bool_], steps: int = 200) -> tuple[float, float] | None:
    """Return a and b > 0 of a ridge logistic regression of hits on x, 1 / (1 + exp(-(a + b x)))."""
    if hit.all() or not hit.any():
        return None
    middle, scale = float(x.mean()), max(float(x.std()), 1e-6)
    z, w = np.stack([np.ones_like(x), (x - middle) / scale], axis=1), np.zeros(2)
    for _ in range(steps):
        p = 1 / (1 + np.exp(-(z @ w)))
        w = w + np.linalg.solve((z.T * (p * (1 - p))) @ z + 0.1 * np.eye(2), z.T @ (hit - p) - 0.1 * w)
    slope = float(w[1]) / scale
    return (float(w[0]) - slope * middle, slope) if slope > 0 else None


def _auroc(good: NDArray[np.float64], bad: NDArray[np.float64]) -> float:
    return image_auroc(np.concatenate([good, bad]), np.concatenate([np.zeros(len(good)), np.ones(len(bad))]))


def closed_residuals(x: Tensor, channels: Sequence[int]) -> Tensor:
    """Return the Gaussian's residual a representation and place, (N, P, C) -> (N, V, P)."""
    parts = [
        torch.stack([one.norm(dim=-1) for one in torch.split(chunk.float(), list(channels), dim=-1)], dim=1)
        for chunk in torch.split(x, 16)
    ]
    return torch.cat(parts)
