"""Methods by one trained denoiser D(x; sigma): what a walk repairs, its residuals as a vector, its path as a curve.

| in the papers                                      | here                                           |
|----------------------------------------------------|------------------------------------------------|
| DDPM from t = 250 of 1000 without noising          | `Reconstruction`, from sigma = 0.63            |
| sigma s_theta(x, sigma) [Mahmood et al. 2021]      | (D(x; sigma) - x) / sigma, of x as it is       |
| eps_theta along DDIM's path [Heng et al. 2024]     | (x - D(x; sigma)) / sigma as sigma rises       |
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar, Self

import torch
from torch import Tensor

from fusion.diffusion.noise import karras_sigmas
from fusion.diffusion.sampling import last, reconstruct
from fusion.table.closed import NonParametric
from fusion.table.config import TableConfig
from fusion.table.denoiser import HIGH, RowDenoiser, levels
from fusion.table.training import Training

_START = karras_sigmas(10, 0.03, 0.63)  # sigma of t = 250, where alpha_bar is 0.716
_VECTOR = levels(10, 0.05, 2.0)
_PATH = levels(11, 0.05, HIGH)  # ten steps
_POWERS = (1, 2, 3)
_TINY = 1e-6


@dataclass(frozen=True, eq=False)
class Reconstruction:
    """Walk a row down from a level that it never was at: what is unlike the normals goes, the rest stays."""

    denoise: RowDenoiser
    trained: ClassVar[bool] = True

    @classmethod
    def fit(cls, x: Tensor, config: TableConfig, training: Training) -> "Reconstruction":
        return cls(RowDenoiser.fit(x, training))

    @classmethod
    def load(cls, state: dict[str, Tensor], config: TableConfig) -> "Reconstruction":
        return cls(RowDenoiser.load(state))

    def state(self) -> dict[str, Tensor]:
        return self.denoise.state()

    def __call__(self, x: Tensor) -> Tensor:
        """Return the root mean square of what the walk changed, (B, d) -> (B,)."""
        return (x - last(reconstruct(x, self.denoise, _START))).square().mean(dim=1).sqrt()


@dataclass(frozen=True, eq=False)
class Usual(ABC):
    """What the two below have: statistics of a row by a denoiser, and how far they are from those of normals."""

    denoise: RowDenoiser
    mean: Tensor  # (V,) of normals' statistics
    std: Tensor  # (V,)
    usual: NonParametric  # of standardised statistics
    trained: ClassVar[bool] = True

    @classmethod
    def fit(cls, x: Tensor, config: TableConfig, training: Training) -> Self:
        denoise = RowDenoiser.fit(x, training)
        v = cls.statistics(denoise, x)
        mean, std = v.mean(dim=0), v.std(dim=0, correction=0).clamp_min(_TINY)
        return cls(denoise, mean, std, NonParametric((v - mean) / std, config.neighbours, None))

    @classmethod
    def load(cls, state: dict[str, Tensor], config: TableConfig) -> Self:
        usual = NonParametric(state["usual"], config.neighbours, None)
        return cls(RowDenoiser.load(state), state["mean"], state["std"], usual)

    def state(self) -> dict[str, Tensor]:
        return self.denoise.state() | {"mean": self.mean, "std": self.std, "usual": self.usual.memory}

    def __call__(self, x: Tensor) -> Tensor:
        """Return how far the row's statistics are from those of the nearest normals, (B, d) -> (B,)."""
        return self.usual((self.statistics(self.denoise, x) - self.mean) / self.std)

    @staticmethod
    @abstractmethod
    def statistics(denoise: RowDenoiser, x: Tensor) -> Tensor: ...


class ScoreVector(Usual):
    """How long the score is at every level: not one of the lengths, but whether they fit together [MSMA]."""

    @staticmethod
    def statistics(denoise: RowDenoiser, x: Tensor) -> Tensor:
        """Return sigma |s(x, sigma)| at ten levels, (B, d) -> (B, 10)."""
        return torch.stack([((denoise(x, sigma) - x) / sigma).square().mean(dim=1).sqrt() for sigma in _VECTOR], dim=1)


class PathStatistics(Usual):
    """How fast and how bent the row's path to noise is: eps along it, and by how much that changes [DiffPath]."""

    @staticmethod
    def statistics(denoise: RowDenoiser, x: Tensor) -> Tensor:
        """Return the p-norms of eps and of its change, p = 1, 2, 3, in the mean, (B, d) -> (B, 6)."""
        eps = torch.stack(list(_path(denoise, x)), dim=1)  # (B, steps, d)
        curves = (eps.abs(), (eps[:, 1:] - eps[:, :-1]).abs())
        means = [(curve**power).mean(dim=(1, 2)) ** (1 / power) for curve in curves for power in _POWERS]
        return torch.stack(means, dim=1)


def _path(denoise: RowDenoiser, x: Tensor) -> Iterator[Tensor]:
    """Yield eps at every step from the row to noise, by Euler's steps upwards, (B, d)."""
    for sigma, higher in pairwise(_PATH):
        eps = (x - denoise(x, sigma)) / sigma
        yield eps
        x = x + (higher - sigma) * eps
