"""Cells: the tokens of a movement, one for each joint and step, whitened by normals.

What a token holds is where a joint is, about its own mean over the movement: how somebody stands is left out, how
they move stays. Few people are known, so covariances are shrunk, and none is held to be stiller than most.
"""

import torch
from torch import Tensor

from fusion.diffusion.denoiser import Denoiser, GaussianDenoiser, MemoryDenoiser
from fusion.motion.future import FutureDenoiser, Subspace
from fusion.representation.whitening import Moments, Pooling, Whitening, fit_gaussian
from fusion.view import MEMORY
from fusion.view import SIGMAS as PLACE_BY_PLACE

Grid = tuple[int, int]  # joints, steps

POOLING = Pooling(shrinkage=0.1)
FLOOR = 0.05  # of the mean variance over all cells, added to each
SIGMAS = PLACE_BY_PLACE | {"future": (1.0,), "neural": (1.0,)}  # noise levels a method is asked at


def fit_cells(x: Tensor, grid: Grid, method: str, pooled: bool, samples: int) -> tuple[Whitening, Denoiser]:
    """Fit on normals' tokens, (N, P, D); `pooled` lets all steps of a joint share their statistics.

    `samples` are drawn of the future, where that is the method.
    """
    moments = Moments.of(x, x.mean(dim=0))
    variance = torch.diagonal(moments.outer, dim1=1, dim2=2).mean(dim=0)
    outer = moments.outer + torch.diag(FLOOR * variance + 1e-12)
    if pooled:
        outer = outer.view(*grid, *outer.shape[1:]).mean(dim=1, keepdim=True).expand(*grid, -1, -1).flatten(0, 1)
    gaussian = fit_gaussian(Moments(moments.n, moments.centre, moments.sum, outer), grid, POOLING)
    whitening = Whitening.of(gaussian)
    if method == "memory":
        kept = torch.linspace(0, len(x) - 1, min(MEMORY, len(x))).round().long()
        return whitening, MemoryDenoiser(whitening(x[kept]).half().float())  # as it will be on disk
    if method == "future":
        return whitening, FutureDenoiser(Subspace.of(whitening(x)), grid, samples)
    return whitening, GaussianDenoiser()
