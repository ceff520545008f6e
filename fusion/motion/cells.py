"""Cells: the tokens of a movement, one for each joint and step, whitened by normals.

What a token holds is where a joint is, about its own mean over the movement: how somebody stands is left out, how
they move stays. Few people are known, so covariances are shrunk, and none is held to be stiller than most.
"""

import torch
from torch import Tensor

from fusion.diffusion.denoiser import Denoiser, GaussianDenoiser, MemoryDenoiser
from fusion.representation.whitening import Moments, Pooling, Whitening, fit_gaussian
from fusion.view import MEMORY

Grid = tuple[int, int]  # joints, steps

POOLING = Pooling(shrinkage=0.1)
FLOOR = 0.05  # of the mean variance over all cells, added to each


def fit_cells(x: Tensor, grid: Grid, method: str, pooled: bool) -> tuple[Whitening, Denoiser]:
    """Fit on normals' tokens, (N, P, D); `pooled` lets all steps of a joint share their statistics."""
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
    return whitening, GaussianDenoiser()
