"""Weighing: how much each distance between a sample and its normal version counts, learnt from painted defects.

A logistic regression of "a defect is here" on the distances in the normals' spread, none of whose weights may fall
below zero: what is further off is never more alike. Neither the normals that calibrate nor any label takes part.
"""

from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from fusion.errors import BadData
from fusion.learning.batches import Source
from fusion.progress import Progress
from fusion.residual import Spread, Weighed

MOST = 96  # normals, and as many defects: there are few weights to learn
COVERED = 0.25  # of a cell, from which it is the defect's, or half of what the most covered cell has
RIDGE = 1e-3


def learn_to_weigh(
    source: Source, checks: Source, values_of: Callable[[Tensor], Tensor], progress: Progress
) -> Weighed:
    """Learn from the normals that tell when to stop, from those that train, and from the defects painted on them.

    `values_of` gives what a method finds of samples, (B, P, C) -> (B, S, P).
    """
    x = source.normals.x[torch.cat([checks.members, source.members])[:MOST]]
    bad, masks = (torch.cat([getattr(one.pairs, name) for one in (checks, source)]) for name in ("one", "masks"))
    some = torch.linspace(0, max(0, len(bad) - 1), min(MOST, len(bad))).round().long()
    bad, masks = bad[some], masks[some, 0]
    values: list[Tensor] = []
    for part in torch.split(torch.cat([x, bad]), 8):
        values.append(values_of(part))
        progress("learning a similarity", sum(map(len, values)), len(x) + len(bad))
    good, wrong = torch.split(torch.cat(values), [len(x), len(bad)])
    return weigh(good, wrong, masks)


def weigh(good: Tensor, bad: Tensor, masks: Tensor) -> Weighed:
    """Learn from values of normals, (N, S, P), and of defects, (M, S, P), whose masks, (M, P), say where they are.

    BadData where there is no defect to learn from, or none that any value tells from a normal place.
    """
    covered = (masks > 0) & (masks >= (masks.amax(dim=1, keepdim=True) / 2).clamp_max(COVERED))
    if not covered.any():
        raise BadData(
            f"a similarity is learnt from painted defects, and {len(masks)} were painted on the good pictures that may "
            "be learnt from; train for longer, or ask by another method"
        )
    spread = Spread.of(good)
    calm = spread(good).transpose(1, 2).flatten(0, 1)  # (N P, S)
    wild = spread(bad).transpose(1, 2)[covered]  # (K, S)
    each = (1 / covered.sum(dim=1, keepdim=True)).expand_as(covered)[covered]  # a large defect counts as a small one
    weight = _regressed(*(one.numpy().astype(np.float64) for one in (calm, wild, each / each.sum())))
    if not weight.sum() > 0:
        raise BadData(
            f"of {good.shape[1]} distances none tells the {len(masks)} painted defects from normal places, so no "
            "similarity can be learnt; train for longer, or ask by another method"
        )
    return Weighed(spread.mean, spread.std, torch.from_numpy(weight / weight.sum()).float())


def _regressed(calm: NDArray[np.float64], wild: NDArray[np.float64], each: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the weights, (S,), 0 or above, of a ridge logistic regression; calm and wild places count alike."""
    from scipy.optimize import minimize  # scipy.optimize takes half a second to import

    def loss(w: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        quiet, loud = calm @ w[1:] + w[0], wild @ w[1:] + w[0]
        value = np.logaddexp(0, quiet).mean() + each @ np.logaddexp(0, -loud) + RIDGE / 2 * (w[1:] @ w[1:])
        up, down = np.exp(-np.logaddexp(0, -quiet)) / len(calm), each * np.exp(-np.logaddexp(0, loud))
        slope = np.concatenate([[up.sum() - down.sum()], calm.T @ up - wild.T @ down + RIDGE * w[1:]])
        return float(value), slope

    values = calm.shape[1]
    start = np.concatenate([[0.0], np.full(values, 1 / values)])
    bounds = [(None, None), *[(0, None)] * values]
    found: NDArray[np.float64] = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds).x
    return found[1:]
