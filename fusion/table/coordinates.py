"""Coordinates of rows: columns standardised by the normals' mean and spread, and how normal columns hang together."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from fusion.representation.whitening import Gaussian, Moments, Pooling, fit_gaussian
from fusion.table.table import Numbers

_FARTHEST = 1e6  # spreads: what is further counts as so far, or squares would overflow and nothing be compared


@dataclass(frozen=True, eq=False)
class Coordinates:
    """What was measured on normal rows; everything else sees rows through it."""

    columns: tuple[str, ...]
    mean: Numbers  # (d,)
    std: Numbers  # (d,); 1 where normals never vary
    root: Tensor  # L, (d, d) lower triangular: standardised normals are N(0, L L^T)

    @classmethod
    def of(cls, columns: tuple[str, ...], values: Numbers) -> "Coordinates":
        """Measure normals, (N, d), each column on the rows that have it."""
        mean, std = np.nanmean(values, axis=0), np.nanstd(values, axis=0)
        std = np.where(std > 1e-12 * (1 + np.abs(mean)), std, 1.0)
        bare = cls(columns, mean, std, torch.eye(len(columns)))
        return cls(columns, mean, std, root_of(bare(values)))

    def __call__(self, values: Numbers) -> Tensor:
        """Return standardised rows, (N, d); a missing value is taken as the normals' mean."""
        with np.errstate(over="ignore"):
            away = np.clip((values - self.mean) / self.std, -_FARTHEST, _FARTHEST)
        return torch.from_numpy(np.nan_to_num(away, nan=0.0)).float()

    def expected(self, x: Tensor) -> Tensor:
        """Return what each column would be by all the others of its row, standardised, (N, d)."""
        inverse = torch.cholesky_inverse(self.root.double())
        return (x - (x.double() @ inverse) / torch.diagonal(inverse)).float()

    def raw(self, x: Tensor) -> Numbers:
        """Return standardised rows in the table's own units, (N, d)."""
        return np.asarray(x.double().numpy() * self.std + self.mean)


def root_of(x: Tensor) -> Tensor:
    """Return L with L L^T the covariance of rows, a little pulled to its diagonal, (N, d) -> (d, d)."""
    wide = x.double()[:, None]
    gaussian = fit_gaussian(Moments.of(wide, wide.new_zeros(1, x.shape[1])), (1, 1), Pooling())
    return gaussian.root[0].float().contiguous()  # as it is saved: what solves by it rounds by its layout


def whiten(root: Tensor, x: Tensor) -> Tensor:
    """Return rows in coordinates in which normals are N(0, I), (N, d) -> (N, d)."""
    return Gaussian(x.new_zeros(1, x.shape[1]), root[None]).whiten(x[:, None])[:, 0]


def in_parts(x: Tensor, size: int) -> Iterator[Tensor]:
    """Yield rows, so many at a time, (N, d) -> (size, d)."""
    for at in range(0, len(x), size):
        yield x[at : at + size]
