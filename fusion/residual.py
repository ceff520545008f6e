"""Distance between tokens and their normal version, place by place, in units of the normals' own spread."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
import torch.nn.functional as F
from torch import Tensor

from fusion.condition import Condition
from fusion.diffusion.denoiser import Denoiser

RIDGE = 0.01  # of a variance, lest values that always go together divide by nothing
PRIOR = 20  # pseudo-normals by which a place's spread leans on that of all places


def residual(
    x: Tensor,
    denoise: Denoiser,
    sigmas: Sequence[float],
    cond: Condition | None = None,
    channels: Sequence[int] = (),
) -> Tensor:
    """Return |x - D(x; sigma, cond)| a place and sigma, noiseless input, (B, P, C) -> (B, S, P).

    Scaled by (1 + sigma^2) / sigma^2, which makes it |x| for the Gaussian: a norm of the score over several sigmas,
    to be calibrated on normals and never read raw [Mahmood et al. 2021, MSMA]. Where `channels` says how many channels
    each of several representations has, each has its own norm: (B, S V, P).
    """
    norms = []
    for sigma in sigmas:
        apart = (x - denoise(x, sigma, cond)) * ((1 + sigma**2) / sigma**2)
        norms += [part.norm(dim=-1) for part in torch.split(apart, list(channels) or [x.shape[-1]], dim=-1)]
    return torch.stack(norms, dim=1)


@dataclass(frozen=True, eq=False)
class Spread:
    """Mean and standard deviation of normals' values, a place; a place with few normals leans on the others."""

    mean: Tensor  # (..., P)
    std: Tensor  # (..., P)

    @classmethod
    def of(cls, values: Tensor) -> "Spread":
        """Measure over normals, (N, ..., P)."""
        n, prior = len(values), float(PRIOR)
        mean, variance = values.mean(dim=0), values.var(dim=0, correction=0)
        mean = (n * mean + prior * mean.mean(dim=-1, keepdim=True)) / (n + prior)
        variance = (n * variance + prior * variance.mean(dim=-1, keepdim=True)) / (n + prior)
        return cls(mean, variance.sqrt().clamp_min(1e-6))

    def __call__(self, values: Tensor) -> Tensor:
        """Return (values - mean) / std, same shape."""
        return (values - self.mean) / self.std

    def again(self, values: Tensor) -> "Spread":
        """Measure anew, over other normals; what was learnt of anything else stays."""
        return self.of(values)


@dataclass(frozen=True, eq=False)
class Joint(Spread):
    """The same where the values of a place are one vector: how unusual they are together [MSMA, sec. 4].

    One Gaussian for all places, of their values in units of the spread: any one of them may be usual, and still be
    unusual beside the others.
    """

    middle: Tensor  # (S,)
    whiten: Tensor  # (S, S)

    @classmethod
    def of(cls, values: Tensor) -> "Joint":
        """Measure over normals, (N, S, P)."""
        spread = Spread.of(values)
        flat = spread(values).transpose(1, 2).flatten(0, 1)  # (N P, S)
        covariance = flat.T.cov(correction=0) + RIDGE * torch.eye(flat.shape[1])
        return cls(spread.mean, spread.std, flat.mean(dim=0), torch.linalg.inv(torch.linalg.cholesky(covariance)))

    def __call__(self, values: Tensor) -> Tensor:
        """Return how far each place's vector is from the usual ones, (N, S, P) -> (N, 1, P)."""
        apart = super().__call__(values) - self.middle[:, None]
        far: Tensor = torch.matmul(self.whiten, apart).norm(dim=1, keepdim=True)
        return far


@dataclass(frozen=True, eq=False)
class Weighed(Spread):
    """The same where the values of a place are averaged, each with a weight that defects may teach [after ODD]."""

    weight: Tensor  # (S,), none below 0, of sum 1

    @classmethod
    def of(cls, values: Tensor) -> "Weighed":
        """Measure over normals, (N, S, P), which teach no weights: all count alike."""
        spread, number = Spread.of(values), values.shape[1]
        return cls(spread.mean, spread.std, torch.full((number,), 1 / number))

    def again(self, values: Tensor) -> "Weighed":
        return replace(self.of(values), weight=self.weight)

    def __call__(self, values: Tensor) -> Tensor:
        """Return how far each place is in all, (N, S, P) -> (N, 1, P)."""
        return (self.weight[:, None] * super().__call__(values)).sum(dim=1, keepdim=True)


def smooth(values: Tensor, grid: tuple[int, int]) -> Tensor:
    """Average each place with its neighbours under a binomial 3 x 3 window, borders repeated, (N, P) -> (N, P)."""
    line = torch.tensor([1.0, 2.0, 1.0]) / 4
    maps = F.pad(values.view(-1, 1, *grid), (1, 1, 1, 1), mode="replicate")
    return F.conv2d(maps, (line[:, None] * line)[None, None]).flatten(1)


def dilated(mask: Tensor, grid: tuple[int, int]) -> Tensor:
    """Return the highest of each place and its eight neighbours, (N, P) -> (N, P)."""
    return F.max_pool2d(mask.view(-1, 1, *grid), 3, stride=1, padding=1).flatten(1)
