"""The one object of Foil: a denoiser D(x; sigma) -> x0_hat over tokens in whitened coordinates, x of shape B P C.

In these coordinates the normals of every place are N(0, I), so the Gaussian's own denoiser is EDM's preconditioning
with sigma_data = 1 and no network [Karras et al. 2022, table 1], and the ideal denoiser of a finite set of normals
is a softmax over a memory of them [De Bortoli 2022; methods of the nearest neighbour are its limit at sigma -> 0].
"""

from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor


class Denoiser(Protocol):
    """What every denoiser is: an estimate of the clean tokens from tokens at noise level sigma."""

    def __call__(self, x: Tensor, sigma: float) -> Tensor:
        """Return x0_hat for tokens x, (B, P, C) -> (B, P, C)."""
        ...


@dataclass(frozen=True)
class GaussianDenoiser:
    """The Wiener filter of N(0, I): its residual is the Mahalanobis distance, at every sigma alike."""

    def __call__(self, x: Tensor, sigma: float) -> Tensor:
        """Return E[x0 | x] = x / (1 + sigma^2), (B, P, C)."""
        return x / (1 + sigma**2)


@dataclass(frozen=True, eq=False)
class MemoryDenoiser:
    """The ideal denoiser of a set of normal tokens: from their mean at large sigma to the nearest at small sigma."""

    memory: Tensor  # (M, P, C) tokens a place, or (M, 1, C) tokens that serve every place

    def __call__(self, x: Tensor, sigma: float) -> Tensor:
        """Return sum_m softmax_m(-|x - m|^2 / (2 sigma^2)) m, (B, P, C)."""
        query, memory = x.transpose(0, 1), self.memory.transpose(0, 1)  # (P, B, C), (P | 1, M, C)
        logits = query @ memory.transpose(1, 2) - 0.5 * memory.square().sum(dim=-1)[:, None]  # |x|^2 is common to all
        return (torch.softmax(logits / sigma**2, dim=-1) @ memory).transpose(0, 1)
