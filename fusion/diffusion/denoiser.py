"""The one object of Foil: a denoiser D(x; sigma, cond) -> x0_hat over tokens in whitened coordinates, x of B P C.

In these coordinates the normals of every place are N(0, I), so the Gaussian's own denoiser is EDM's preconditioning
with sigma_data = 1 and no network [Karras et al. 2022, table 1], and the ideal denoiser of a finite set of normals
is a softmax over a memory of them [De Bortoli 2022; methods of the nearest neighbour are its limit at sigma -> 0].
The trained one is a network around the Gaussian's, which it equals exactly until training moves it; it alone hears
conditions, the closed forms have none.
"""

from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from fusion.condition import Condition, nothing
from fusion.diffusion.network import Network


class Denoiser(Protocol):
    """What every denoiser is: an estimate of the clean tokens from tokens at noise level sigma."""

    def __call__(self, x: Tensor, sigma: float, cond: Condition | None = None) -> Tensor:
        """Return x0_hat for tokens x under a condition, (B, P, C) -> (B, P, C)."""
        ...


@dataclass(frozen=True)
class GaussianDenoiser:
    """The Wiener filter of N(0, I): its residual is the Mahalanobis distance, at every sigma alike."""

    def __call__(self, x: Tensor, sigma: float, cond: Condition | None = None) -> Tensor:
        """Return E[x0 | x] = x / (1 + sigma^2), (B, P, C)."""
        return x / (1 + sigma**2)


@dataclass(frozen=True, eq=False)
class MemoryDenoiser:
    """The ideal denoiser of a set of normal tokens: from their mean at large sigma to the nearest at small sigma."""

    memory: Tensor  # (M, P, C) tokens a place, or (M, 1, C) tokens that serve every place

    def __call__(self, x: Tensor, sigma: float, cond: Condition | None = None) -> Tensor:
        """Return sum_m softmax_m(-|x - m|^2 / (2 sigma^2)) m, (B, P, C)."""
        query, memory = x.transpose(0, 1), self.memory.transpose(0, 1)  # (P, B, C), (P | 1, M, C)
        logits = query @ memory.transpose(1, 2) - 0.5 * memory.square().sum(dim=-1)[:, None]  # |x|^2 is common to all
        return (torch.softmax(logits / sigma**2, dim=-1) @ memory).transpose(0, 1)


@dataclass(frozen=True, eq=False)
class NeuralDenoiser:
    """The trained denoiser: the Gaussian's, moved by a network that hears the condition."""

    network: Network
    colour: Tensor  # (P, C, C) whitened tokens -> standardised features, in which a scratch looks alike at every place

    def __call__(self, x: Tensor, sigma: float, cond: Condition | None = None) -> Tensor:
        """Return x0_hat for tokens x under a condition, (B, P, C) -> (B, P, C)."""
        config = self.network.config
        cond = cond or nothing(len(x), x.shape[1], config.image, config.text)
        return precondition(self.network, self.colour, x, x.new_full((len(x),), sigma), cond)


def precondition(network: Network, colour: Tensor, x: Tensor, sigma: Tensor, cond: Condition) -> Tensor:
    """Return D(x; sigma, cond) = c_skip x + c_out F, sigma_data = 1, (B, P, C) at sigma (B,) [EDM, table 1].

    F = a c_in x + b, with a and b the network's head: a gain for each feature of each place, as in a Wiener filter, so
    that one step can undo a defect of any size, and what the surroundings suggest instead. At a = b = 0 it is the
    Gaussian's. The network sees tokens whitened and not, squashed, since defects reach hundreds of sigma. Outside a
    mask x stays what it is.
    """
    c_in = (1 / (1 + sigma**2).sqrt())[:, None, None]
    c_skip, c_out = c_in**2, sigma[:, None, None] * c_in
    u = c_in * x
    head: Tensor = network(torch.cat([squashed(u), squashed(standardised(u, colour))], dim=-1), sigma, cond)
    gain, offset = head.chunk(2, dim=-1)
    found = c_skip * x + c_out * (gain * u + offset)
    asked = torch.where(cond.present[:, 2, None], cond.mask, 1.0)[..., None]
    return torch.where(asked < 1, asked * found + (1 - asked) * x, found)


def squashed(x: Tensor) -> Tensor:
    """Return asinh(x), of any shape, for abs(x) < 1e19; torch's own takes three times as long, a quarter of a call."""
    size = x.abs()
    square = size.square()
    return torch.log1p(size + square / (1 + (1 + square).sqrt())).copysign(x)


def standardised(x: Tensor, colour: Tensor) -> Tensor:
    """Return whitened tokens as standardised features, (B, P, C) -> (B, P, C), by what `colouring` returned."""
    # channels stay next to each other in memory, for whoever reads on
    return torch.matmul(x.transpose(0, 1), colour.mT).transpose(0, 1)


def colouring(factors: list[Tensor]) -> Tensor:
    """Return the map from whitened tokens to standardised features, (P, C, C), of whitening factors (P | 1, C_v, C_v).

    The inverse of a whitening factor L^-1, its rows scaled to unit variance; one block for each representation.
    """
    places = max(len(factor) for factor in factors)
    out = torch.zeros(places, *(sum(factor.shape[-1] for factor in factors),) * 2)
    start = 0
    for factor in factors:
        width = factor.shape[-1]
        root = torch.linalg.solve_triangular(factor, torch.eye(width).expand_as(factor), upper=False)
        scaled = root / root.norm(dim=-1, keepdim=True).clamp_min(1e-12)
        out[:, start : start + width, start : start + width] = scaled
        start += width
    return out
