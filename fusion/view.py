"""A view: one representation's way from features to a map in the normals' spread, fitted across folds.

Every normal is also seen as if it were new: statistics that exclude its fold whiten it, denoise it and give its
residual its units. These held-out values carry the calibration; the statistics of all normals serve later samples.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from fusion.diffusion.denoiser import Denoiser, GaussianDenoiser, MemoryDenoiser
from fusion.progress import Progress
from fusion.representation.whitening import EVERYWHERE, Gaussian, Moments, Pooling, Whitening, fit_gaussian
from fusion.residual import Spread, residual

SIGMAS = {"gaussian": (1.0,), "memory": (1.0, 2.0, 4.0)}  # a Gaussian's residual is the same at every sigma
MEMORY = 128  # normals kept as memory a place; eight times as many tokens where they serve every place
Grid = tuple[int, int]


@dataclass(frozen=True, eq=False)
class View:
    whitening: Whitening
    denoise: Denoiser
    sigmas: tuple[float, ...]
    spread: Spread  # of the residuals, (S, P)

    def __call__(self, x: Tensor) -> Tensor:
        """Return how far each place is from its normal version, in the normals' spread, (B, P, C) -> (B, P)."""
        return self.spread(residual(self.whitening(x), self.denoise, self.sigmas)).mean(dim=1)


def whitened(views: Sequence[View], tokens: Sequence[Tensor]) -> Tensor:
    """Return the whitened tokens of all representations, (B, P, C) each, side by side, (B, P, sum of C)."""
    return torch.cat([view.whitening(one) for view, one in zip(views, tokens, strict=True)], dim=-1)


def fit_view(
    x: Tensor, grid: Grid, method: str, folds: Sequence[Tensor], progress: Progress
) -> tuple[View, Tensor, Pooling]:
    """Fit on normals x, (N, P, C); return the view, the normals' held-out maps, (N, P), and how places were pooled."""
    total = Moments.of(x, x.mean(dim=0))
    pooling = _choose_pooling(x, grid, total, folds[0])
    sigmas = SIGMAS[method]
    held = x.new_zeros(len(x), len(sigmas), x.shape[1])
    for done, fold in enumerate(folds):
        progress("looking at each good part as if it were new", done, len(folds))
        gaussian = fit_gaussian(total.without(Moments.of(x[fold], total.centre)), grid, pooling)
        denoise = _denoiser(method, x, others(len(x), fold), gaussian, pooling)
        held[fold] = residual(gaussian.whiten(x[fold]), denoise, sigmas)
    # what serves later is the last fold's: it must have seen as few normals as what was calibrated
    view = View(Whitening.of(gaussian), denoise, sigmas, Spread.of(held))
    return view, cross_spread(held, folds).mean(dim=1), pooling


def cross_spread(values: Tensor, folds: Sequence[Tensor], measure: Callable[[Tensor], Spread] = Spread.of) -> Tensor:
    """Return values of normals, (N, ...), each in the spread of the other folds; as the spread gives them."""
    parts = [measure(values[others(len(values), fold)])(values[fold]) for fold in folds]
    out = torch.empty(len(values), *parts[0].shape[1:])
    for fold, part in zip(folds, parts, strict=True):
        out[fold] = part
    return out


def others(n: int, fold: Tensor) -> Tensor:
    """Return the indices below n that are not in the fold."""
    keep = torch.ones(n, dtype=torch.bool)
    keep[fold] = False
    return keep.nonzero()[:, 0]


def _denoiser(method: str, x: Tensor, members: Tensor, gaussian: Gaussian, pooling: Pooling) -> Denoiser:
    if method == "gaussian":
        return GaussianDenoiser()
    tokens = gaussian.whiten(x[members[torch.linspace(0, len(members) - 1, min(MEMORY, len(members))).round().long()]])
    if not pooling.own_mean:
        tokens = tokens.reshape(-1, 1, tokens.shape[-1])
        tokens = tokens[torch.linspace(0, len(tokens) - 1, min(8 * MEMORY, len(tokens))).round().long()]
    return MemoryDenoiser(tokens.contiguous())


def _choose_pooling(x: Tensor, grid: Grid, total: Moments, fold: Tensor) -> Pooling:
    """Return the pooling under which the normals of one fold are most likely, given the others."""
    rest = total.without(Moments.of(x[fold], total.centre))
    places = torch.arange(0, x.shape[1], 3)  # a third of the places tells as much
    some = x[fold][:, places]

    def likelihood(pooling: Pooling) -> float:
        return fit_gaussian(rest, grid, pooling, places).log_likelihood(some)

    shared = [Pooling(width) for width in (1, 3, 5, EVERYWHERE)] + [Pooling(EVERYWHERE, own_mean=False)]
    reached, best = max(((likelihood(pooling), pooling) for pooling in shared), key=lambda pair: pair[0])
    for amounts in ((0.001,), (0.01, 0.03, 0.1, 0.3)):  # from the default down, then up, as long as it helps
        for amount in amounts:
            tried = replace(best, shrinkage=amount)
            value = likelihood(tried)
            if value <= reached:
                break
            reached, best = value, tried
    return best
