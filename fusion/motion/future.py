"""Futures: how a movement may go on, given how it began, and how far it went from the nearest of them.

MoCoDAD's idea [Flaborea et al. 2023, sec. 3] in our coordinates: what the past lets expect is drawn several times, and
a movement is as strange as it is far from the nearest. A normal movement has many futures; their mean is none of them.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

import torch
from torch import Tensor

from fusion.condition import Condition
from fusion.diffusion.noise import generator_of
from fusion.view import Grid

BLOCKS = 8  # of time, in which a movement is looked at
STRETCH = 2  # blocks that are expected at once, from all before them
COMPONENTS = 5  # of whole movements: few people are known, and more components follow what is wrong, too
FLOOR = 0.05  # of a normal's variance, added to what the components leave over


class Forecast(Protocol):
    """A distribution of whole normal movements, in whitened tokens."""

    def draw(self, x: Tensor, known: Tensor, samples: int, seed: int) -> Tensor:
        """Return movements that agree with one, (P, D), where it is known, (P,) bool: (samples, P, D).

        0 samples are the mean of all, (1, P, D).
        """
        ...

    def state(self) -> dict[str, Tensor]:
        """Return every tensor that it takes to build this again."""
        ...


@dataclass(frozen=True, eq=False)
class Subspace:
    """The Gaussian of whole movements about 0: a few components and noise [Tipping and Bishop 1999, eq. 7]."""

    components: Tensor  # (K, P D), each as long as its standard deviation
    noise: Tensor  # (P D,) variance

    @classmethod
    def of(cls, x: Tensor) -> "Subspace":
        """Fit on whitened normals, (N, P, D)."""
        flat = x.flatten(1)
        flat = flat - flat.mean(dim=0)
        _, lengths, directions = torch.linalg.svd(flat, full_matrices=False)
        kept = directions[: min(COMPONENTS, len(x) - 1)]
        rest = flat - flat @ kept.T @ kept
        return cls(kept * (lengths[: len(kept)] / len(x) ** 0.5)[:, None], rest.square().mean(dim=0) + FLOOR)

    def draw(self, x: Tensor, known: Tensor, samples: int, seed: int) -> Tensor:
        """Return movements as `Forecast` says."""
        there = known.repeat_interleave(x.shape[-1])
        weighed = self.components[:, there] / self.noise[there]
        precision = torch.eye(len(weighed)) + weighed @ self.components[:, there].T
        weights = torch.linalg.solve(precision, weighed @ x.flatten()[there])[None]  # (1, K), their mean
        apart = torch.zeros(1, len(self.noise))
        if samples:
            g = generator_of(seed)
            root = torch.linalg.cholesky(torch.linalg.inv(precision))
            weights = weights + torch.randn(samples, len(root), generator=g) @ root.T
            apart = self.noise.sqrt() * torch.randn(samples, len(self.noise), generator=g)
        drawn = (weights @ self.components + apart).view(-1, *x.shape)
        return torch.where(known[:, None], x, drawn)

    def state(self) -> dict[str, Tensor]:
        return {"components": self.components, "noise": self.noise}


@dataclass(frozen=True, eq=False)
class FutureDenoiser:
    """Says of each stretch of a movement what its past lets expect: of several futures the nearest, else their mean.

    It has no noise level: what it is told of the noise is ignored.
    """

    forecast: Forecast
    grid: Grid
    samples: int  # 0: the mean

    def __call__(self, x: Tensor, sigma: float, cond: Condition | None = None) -> Tensor:
        """Return the expected movements, (B, P, D) -> (B, P, D); of the first stretch the normals' mean."""
        return torch.stack([self._expected(one) for one in x])

    def _expected(self, x: Tensor) -> Tensor:
        expected = torch.zeros_like(x)
        for number, (start, end) in enumerate(stretches(self.grid)[1:]):
            here = during(self.grid, start, end)
            drawn = self.forecast.draw(x, during(self.grid, 0, start), self.samples, number)[:, here]
            apart = (drawn - x[here]).square().sum(dim=(1, 2))
            expected[here] = drawn[apart.argmin()]
        return expected


def stretches(grid: Grid) -> list[tuple[int, int]]:
    """Return the first step and the one after the last of each stretch of time."""
    step = STRETCH * block(grid)
    return list(pairwise([*range(0, grid[1], step), grid[1]]))


def block(grid: Grid) -> int:
    """Return the steps of a block; the last one may have fewer."""
    return -(-grid[1] // BLOCKS)


def during(grid: Grid, start: int, end: int) -> Tensor:
    """Return which cells are of these steps, (P,) bool."""
    time = torch.arange(grid[1])
    return ((time >= start) & (time < end)).repeat(grid[0])
