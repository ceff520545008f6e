"""Density: how the denoiser moves a sample at several levels, and along the path that carries it to noise."""

from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor

from fusion.methods.ask import Asked
from fusion.residual import residual


@dataclass(frozen=True)
class ScoreNorms:
    """The length of the score at several levels, of the sample as it is [MSMA, Mahmood et al. 2021]."""

    sigmas: tuple[float, ...]

    def __call__(self, x: Tensor, asked: Asked) -> Tensor:
        """Return |x - D(x; sigma)| (1 + sigma^2) / sigma^2, which for the Gaussian is |x|, (B, S V, P)."""
        return residual(x, asked.denoise, self.sigmas, asked.cond, asked.channels)


@dataclass(frozen=True)
class Path:
    """eps along the path to noise, and by how much it changes from step to step [DiffPath, Heng et al. 2024]."""

    levels: tuple[float, ...] = (0.5, 0.8, 1.3, 2.1, 3.4)

    def __call__(self, x: Tensor, asked: Asked) -> Tensor:
        eps, z = [], x
        for sigma, higher in pairwise(self.levels):
            eps.append((z - asked(z, sigma)) / sigma)
            z = z + (higher - sigma) * eps[-1]
        changes = [asked.norms(after - before) for before, after in pairwise(eps)]
        return torch.cat([*map(asked.norms, eps), *changes], dim=1)


@dataclass(frozen=True)
class Inversion:
    """Where three steps to noise put each place: normals end as N(0, I) [InversionAD, Sakai et al. 2025]."""

    levels: tuple[float, ...] = (0.5, 1.0, 2.0, 4.0)

    def __call__(self, x: Tensor, asked: Asked) -> Tensor:
        """Return |z| in units of the last level's spread, (B, V, P)."""
        for sigma, higher in pairwise(self.levels):
            x = x + (higher - sigma) * (x - asked(x, sigma)) / sigma
        return asked.norms(x / (1 + self.levels[-1] ** 2) ** 0.5)
