"""Texture: how unlike two pictures look, by the strengths of Gabor waves, not by pixels that lie on each other.

A mean of many possible textures is near to all of them in pixels and looks like none: it has no waves left.
"""

import math

import torch
import torch.nn.functional as F
from torch import Tensor

LEVELS = 3  # octaves
_KERNEL, _ANGLES = 9, 6
_LUMA = (0.299, 0.587, 0.114)


def texture_distance(a: Tensor, b: Tensor, mask: Tensor) -> Tensor:
    """Return how unlike the textures of pictures (B, 3, H, W) are inside a mask (B, 1, H, W) with values 0 to 1, (B,).

    As in LPIPS [Zhang et al. 2018], responses are first divided by their length over all waves.
    """
    kernels = _kernels().to(a)
    light = torch.cat([torch.einsum("bchw,c->bhw", one, torch.tensor(_LUMA).to(a))[:, None] for one in (a, b)])
    total = a.new_zeros(len(a))
    for level in range(LEVELS):
        if level:
            light, mask = F.avg_pool2d(light, 2), F.avg_pool2d(mask, 2)
        waves = F.conv2d(F.pad(light, [_KERNEL // 2] * 4, mode="reflect"), kernels)
        strength = F.avg_pool2d((waves[:, ::2].square() + waves[:, 1::2].square()), 3, 1, 1, count_include_pad=False)
        size = (strength + 1e-4).sqrt()
        one, other = size.chunk(2)
        scale = (other.square().sum(1, keepdim=True) + one.square().sum(1, keepdim=True) + 0.02).rsqrt()
        apart = ((one - other) * scale).square().sum(1, keepdim=True)
        total = total + (apart * mask).sum((1, 2, 3)) / mask.sum((1, 2, 3)).clamp_min(1e-6)
    return total / LEVELS


def _kernels() -> Tensor:
    """Return even and odd waves of 4 px under a Gaussian, of zero mean and unit norm, (12, 1, 9, 9)."""
    axis = torch.arange(_KERNEL) - _KERNEL // 2
    y, x = torch.meshgrid(axis, axis, indexing="ij")
    window = torch.exp(-(x**2 + y**2) / 8)
    kernels = []
    for k in range(_ANGLES):
        angle = math.pi * k / _ANGLES
        phase = math.pi / 2 * (x * math.cos(angle) + y * math.sin(angle))
        even = window * (phase.cos() - (window * phase.cos()).sum() / window.sum())
        norm = even.square().sum().sqrt()
        kernels += [even / norm, window * phase.sin() / norm]
    return torch.stack(kernels)[:, None]
