"""Gabor wavelets on a pyramid plus local colour: texture, edges and colour of every cell and of its surroundings.

Needs no weights. What makes it strong where normals are whitened per position: bright lines, dark lines and edges
are kept apart (rectified quadrature pairs), square roots tame the heavy tails of the responses, and every cell also
carries the mean of its surroundings at several widths, so that whitening sees what does not fit its neighbourhood.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import torch
import torch.nn.functional as F
from torch import Tensor

KERNEL = 9  # px; carries a wavelength of 4 px under a Gaussian of 2 px


@dataclass(frozen=True)
class WaveletConfig:
    """What of a picture becomes features; `channels` follows."""

    logarithm: bool = False  # of the intensities: where light multiplies, ratios are what stays
    colour: bool = True  # False for grey pictures: their colour channels are empty
    orientations: int = 6
    levels: int = 5  # octaves
    contexts: tuple[int, ...] = (3, 7, 13)  # widths in cells over which features are averaged


def wavelet(picture: Tensor, grid: tuple[int, int], config: WaveletConfig) -> Tensor:
    """Return features of pictures with values in [0, 1], (B, 3, H, W) -> (B, C, rows, columns)."""
    x = (picture + 0.02).log() if config.logarithm else picture * 4
    light = x.mean(dim=1, keepdim=True)
    local = [light]
    if config.colour:
        red, green, blue = x[:, :1], x[:, 1:2], x[:, 2:]
        local += [red - green, (red + green) / 2 - blue]  # opponent colours
    texture = []
    bank = _gabor_bank(config.orientations)
    for level in range(config.levels):
        if min(light.shape[-2:]) <= KERNEL // 2:
            break
        response = F.conv2d(F.pad(light, (KERNEL // 2,) * 4, mode="reflect"), bank)
        even, odd = response[:, 0::2], response[:, 1::2]
        texture.append(_to_grid(torch.cat([even.relu(), (-even).relu(), odd.abs()], dim=1), grid))
        light = _halve(light) if level + 1 < config.levels else light
    cells = torch.cat([(torch.cat(texture, dim=1) + 1e-4).sqrt()] + [_to_grid(one, grid) for one in local], dim=1)
    return torch.cat([_surroundings(cells, width) for width in config.contexts], dim=1)


def prefers_logarithm(thumbs: Sequence[Tensor]) -> bool:
    """Decide from normals, each (3, H, W) in [0, 1], whether light multiplies: Box and Cox' likelihood per place.

    The brightness of a place over the normals is either closer to normal as it is (lambda = 1) or as a logarithm
    (lambda = 0) [Box and Cox 1964]; the logarithm is taken if that holds at three quarters of the places.
    """
    light = torch.cat([F.adaptive_avg_pool2d(thumb[None].mean(dim=1, keepdim=True), (16, 16)) for thumb in thumbs])
    values = light.flatten(1) + 0.02
    n = len(values)
    plain = -n / 2 * values.var(dim=0).clamp_min(1e-10).log()
    logs = values.log()
    logarithm = -n / 2 * logs.var(dim=0).clamp_min(1e-10).log() - logs.sum(dim=0)
    return bool((logarithm > plain).float().mean() > 0.75)


@cache
def _gabor_bank(orientations: int) -> Tensor:
    """Return even and odd Gabor kernels in turn, without a mean, of unit norm of the even one, (2 K, 1, 9, 9)."""
    axis = torch.arange(KERNEL, dtype=torch.float32) - KERNEL // 2
    y, x = torch.meshgrid(axis, axis, indexing="ij")
    envelope = torch.exp(-(x**2 + y**2) / 8)
    kernels = []
    for k in range(orientations):
        angle = math.pi * k / orientations
        phase = math.pi / 2 * (x * math.cos(angle) + y * math.sin(angle))
        even = envelope * phase.cos()
        even = even - envelope * (even.sum() / envelope.sum())
        norm = even.square().sum().sqrt()
        kernels += [even / norm, envelope * phase.sin() / norm]
    return torch.stack(kernels)[:, None]


def _halve(x: Tensor) -> Tensor:
    """Return the next level of the pyramid: a binomial blur, every second pixel."""
    line = torch.tensor([1.0, 4.0, 6.0, 4.0, 1.0]) / 16
    return F.conv2d(F.pad(x, (2,) * 4, mode="reflect"), (line[:, None] * line)[None, None])[:, :, ::2, ::2]


def _to_grid(x: Tensor, grid: tuple[int, int]) -> Tensor:
    if x.shape[-2] >= grid[0] and x.shape[-1] >= grid[1]:
        return F.adaptive_avg_pool2d(x, grid)
    return F.interpolate(x, grid, mode="bilinear")


def _surroundings(cells: Tensor, width: int) -> Tensor:
    """Return the mean over `width` x `width` cells around each cell, the border mirrored; same shape."""
    rows, columns = cells.shape[-2:]
    half = min(width // 2, rows - 1, columns - 1)
    return F.avg_pool2d(F.pad(cells, (half,) * 4, mode="reflect"), 2 * half + 1, 1) if half else cells
