"""A mixture of Gaussians over few statistics: how usual a vector of them is [Dempster, Laird & Rubin 1977]."""

from dataclasses import dataclass

import torch
from torch import Tensor

_MOST = 4  # Gaussians
_ROWS = 10  # for each number that a Gaussian has to learn
_ROUNDS = 50
_FLOOR = 0.02  # of each statistic's variance, added to every Gaussian's
_LOG_2PI = 1.8378770664093453


@dataclass(frozen=True, eq=False)
class Mixture:
    """Gaussians in standardised statistics."""

    mean: Tensor  # (V,) of all normals
    std: Tensor  # (V,)
    weights: Tensor  # (K,)
    centres: Tensor  # (K, V)
    roots: Tensor  # (K, V, V) lower triangular

    @classmethod
    def fit(cls, v: Tensor, seed: int) -> "Mixture":
        """Fit to statistics of normals, (N, V); as many Gaussians as their Bayesian information criterion wants."""
        mean, std = v.mean(dim=0), v.std(dim=0, correction=0).clamp_min(1e-6)
        z = ((v - mean) / std).double()
        numbers = z.shape[1] * (z.shape[1] + 3) / 2 + 1
        most = max(1, min(_MOST, int(len(z) / (_ROWS * numbers))))
        found = [_fitted(z, k, seed) for k in range(1, most + 1)]
        costs = [
            numbers * len(fitted[0]) * float(torch.tensor(len(z)).log()) - 2 * float(_log_density(z, *fitted).sum())
            for fitted in found
        ]
        return cls(mean, std, *(part.float() for part in found[costs.index(min(costs))]))

    @classmethod
    def load(cls, state: dict[str, Tensor]) -> "Mixture":
        return cls(**{name: state[f"mixture.{name}"] for name in cls.__dataclass_fields__})

    def state(self) -> dict[str, Tensor]:
        return {f"mixture.{name}": getattr(self, name) for name in self.__dataclass_fields__}

    def __call__(self, v: Tensor) -> Tensor:
        """Return minus the log density, (B, V) -> (B,)."""
        return -_log_density((v - self.mean) / self.std, self.weights, self.centres, self.roots)


def _fitted(z: Tensor, k: int, seed: int) -> tuple[Tensor, Tensor, Tensor]:
    """Return weights, centres and roots after so many rounds of expectation and maximisation."""
    g = torch.Generator().manual_seed(seed)
    weights, centres = z.new_full((k,), 1 / k), z[torch.randperm(len(z), generator=g)[:k]]
    if k == 1:
        centres = z.mean(dim=0, keepdim=True)
    roots = torch.eye(z.shape[1], dtype=z.dtype).expand(k, -1, -1)
    for _ in range(_ROUNDS if k > 1 else 1):
        share = _joint(z, weights, centres, roots).softmax(dim=1)  # (N, K)
        total = share.sum(dim=0) + 1e-9
        weights, centres = total / total.sum(), share.T @ z / total[:, None]
        away = z[:, None] - centres
        covariance = torch.einsum("nk,nki,nkj->kij", share, away, away) / total[:, None, None]
        roots = torch.linalg.cholesky(covariance + _FLOOR * torch.eye(z.shape[1], dtype=z.dtype))
    return weights, centres, roots


def _joint(z: Tensor, weights: Tensor, centres: Tensor, roots: Tensor) -> Tensor:
    """Return log p(z, k), (N, K)."""
    away = (z[:, None] - centres).permute(1, 2, 0)  # (K, V, N)
    squared = torch.linalg.solve_triangular(roots, away, upper=False).square().sum(dim=1).T
    logdet = torch.diagonal(roots, dim1=1, dim2=2).log().sum(dim=1)
    joint: Tensor = weights.log() - logdet - 0.5 * (squared + z.shape[1] * _LOG_2PI)
    return joint


def _log_density(z: Tensor, weights: Tensor, centres: Tensor, roots: Tensor) -> Tensor:
    return _joint(z, weights, centres, roots).logsumexp(dim=1)
