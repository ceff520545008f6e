"""Whitening: coordinates in which the normals of every place are N(0, I).

How much a place may learn from its neighbours (its covariance averaged over 1, 3 or 5 cells, or over all; its mean
its own, or that of all places) is decided by the likelihood of held-out normals. So aligned objects keep statistics
per position, unaligned textures pool them, and five normals lean on each other as much as they must.
"""

from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor

EVERYWHERE = 0  # a neighbourhood that is the whole picture


@dataclass(frozen=True)
class Pooling:
    """How statistics are shared between places, and how far covariances are pulled to their diagonal."""

    neighbourhood: int = 1  # cells; EVERYWHERE = one covariance for all
    own_mean: bool = True  # False: positions carry no information
    shrinkage: float = 0.003


@dataclass(frozen=True, eq=False)
class Moments:
    """Sums over normals about a fixed centre (so float32 is enough); those without a fold are a subtraction."""

    n: int
    centre: Tensor  # (P, C)
    sum: Tensor  # (P, C) of x - centre
    outer: Tensor  # (P, C, C) of (x - centre) (x - centre)^T

    @classmethod
    def of(cls, x: Tensor, centre: Tensor) -> "Moments":
        """Sum over the normals x, (N, P, C), about `centre`, (P, C)."""
        total, outer = torch.empty_like(centre), centre.new_empty(*centre.shape, centre.shape[-1])
        for at in range(0, len(centre), 32):  # some places at a time: no second copy of x
            some = (x[:, at : at + 32] - centre[at : at + 32]).transpose(0, 1)
            total[at : at + 32] = some.sum(dim=1)
            torch.bmm(some.transpose(1, 2), some, out=outer[at : at + 32])
        return cls(len(x), centre, total, outer)

    def without(self, other: "Moments") -> "Moments":
        return Moments(self.n - other.n, self.centre, self.sum - other.sum, self.outer - other.outer)


@dataclass(frozen=True, eq=False)
class Gaussian:
    """The normals of every place as N(mean, L L^T)."""

    mean: Tensor  # (P, C)
    root: Tensor  # L, (P, C, C) lower triangular, or (1, C, C) where one serves all

    def whiten(self, x: Tensor) -> Tensor:
        """Return L^-1 (x - mean), (N, P, C) -> (N, P, C)."""
        away = (x - self.mean).permute(1, 2, 0).contiguous()
        if len(self.root) == 1:  # one system for all places at once
            places, channels, n = away.shape
            flat = away.transpose(0, 1).reshape(1, channels, places * n)
            solved = torch.linalg.solve_triangular(self.root, flat, upper=False)
            solved = solved.view(channels, places, n).transpose(0, 1)
        else:
            solved = torch.linalg.solve_triangular(self.root, away, upper=False)
        return cast(Tensor, solved.permute(2, 0, 1))

    def log_likelihood(self, x: Tensor) -> float:
        """Return the mean log density of x, (N, P, C), a feature (nats, without the constant)."""
        logdet = -torch.diagonal(self.root, dim1=-2, dim2=-1).log().sum(dim=-1).mean()
        return float((logdet - 0.5 * self.whiten(x).square().sum(dim=-1).mean()) / x.shape[-1])


@dataclass(frozen=True, eq=False)
class Whitening:
    """A Gaussian made ready to serve one sample after the other: its root inverted, in half precision on disk."""

    mean: Tensor  # (P, C)
    factor: Tensor  # L^-1, (P, C, C) or (1, C, C)

    def __call__(self, x: Tensor) -> Tensor:
        """Return the whitened features, (N, P, C) -> (N, P, C)."""
        return torch.matmul(self.factor, (x - self.mean).permute(1, 2, 0)).permute(2, 0, 1)

    @classmethod
    def of(cls, gaussian: Gaussian) -> "Whitening":
        """Invert the root, rounded as it will be on disk, so that a loaded model gives the same bits."""
        eye = torch.eye(gaussian.root.shape[-1]).expand_as(gaussian.root)
        inverse = cls(gaussian.mean, torch.linalg.solve_triangular(gaussian.root, eye, upper=False))
        return cls.unpack(gaussian.mean, inverse.packed())

    def packed(self) -> Tensor:
        """Return the factor's lower triangle in half precision, (P, C (C + 1) / 2): a quarter of the size."""
        row, column = torch.tril_indices(*self.factor.shape[1:])
        return self.factor[:, row, column].half()

    @classmethod
    def unpack(cls, mean: Tensor, packed: Tensor) -> "Whitening":
        factor = packed.new_zeros(len(packed), mean.shape[1], mean.shape[1], dtype=torch.float32)
        row, column = torch.tril_indices(*factor.shape[1:])
        factor[:, row, column] = packed.float()
        return cls(mean, factor)


def fit_gaussian(moments: Moments, grid: tuple[int, int], pooling: Pooling, places: Tensor | None = None) -> Gaussian:
    """Return the Gaussian of what `moments` summed over a grid (rows, columns), or only of some of its places."""
    n = moments.n
    offset = moments.sum / n
    if not pooling.own_mean:
        covariance, mean = _pooled(moments)
        return Gaussian(mean.expand_as(offset if places is None else offset[places]), _root(covariance[None], pooling))
    column, row, freedom = offset[:, :, None], offset[:, None, :], max(n - 1, 1)
    mean = moments.centre + offset
    if pooling.neighbourhood == 1 and places is not None:  # nothing of the other places is needed
        column, row, mean, outer = column[places], row[places], mean[places], moments.outer[places]
    else:
        outer = moments.outer
    covariance = torch.baddbmm(outer, column, row, beta=1 / freedom, alpha=-n / freedom)
    if pooling.neighbourhood == EVERYWHERE:
        covariance, mean = covariance.mean(dim=0, keepdim=True), mean if places is None else mean[places]
    elif pooling.neighbourhood > 1:
        covariance = _over_neighbours(covariance, grid, pooling.neighbourhood)
        if places is not None:
            covariance, mean = covariance[places], mean[places]
    return Gaussian(mean, _root(covariance, pooling))


def _over_neighbours(covariance: Tensor, grid: tuple[int, int], width: int) -> Tensor:
    """Return the mean over places within `width` // 2 rows and columns of each, (P, C, C) -> (P, C, C)."""
    for axis, cells in enumerate(grid):
        index = torch.arange(cells)
        weights = ((index[:, None] - index).abs() <= width // 2).float()
        weights /= weights.sum(dim=1, keepdim=True)
        by_axis = covariance.view(grid[0] if axis else 1, cells, -1)  # rows in turn for columns, else all at once
        covariance = torch.matmul(weights, by_axis).view(covariance.shape)
    return covariance


def _pooled(moments: Moments) -> tuple[Tensor, Tensor]:
    """Return covariance (C, C) and mean (C,) over normals and places alike."""
    offset = moments.sum / moments.n
    mean = (moments.centre + offset).mean(dim=0)
    away = moments.centre - mean
    cross = away.T @ offset
    return (moments.outer.mean(dim=0) / moments.n + (cross + cross.T + away.T @ away) / len(away)), mean


def _root(covariance: Tensor, pooling: Pooling) -> Tensor:
    """Return L of L L^T = the covariance pulled to its diagonal, (P, C, C); the covariance is used up."""
    diagonal = torch.diagonal(covariance, dim1=-2, dim2=-1)
    floor = 1e-6 + 1e-5 * diagonal.mean(dim=-1, keepdim=True)  # a feature that never varied is no license for infinity
    target = diagonal * pooling.shrinkage + floor
    covariance.mul_(1 - pooling.shrinkage)
    diagonal.add_(target)
    return cast(Tensor, torch.linalg.cholesky(covariance))
