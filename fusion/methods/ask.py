"""Asking: what every method is, a function of tokens and a denoiser, and what the methods have in common."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from fusion.condition import Condition
from fusion.diffusion.denoiser import Denoiser
from fusion.diffusion.noise import in_octaves, noise_of


@dataclass(frozen=True, eq=False)
class Asked:
    """A denoiser under a sample's condition, and how its tokens lie."""

    denoise: Denoiser
    cond: Condition | None
    channels: tuple[int, ...]  # of each representation
    grid: tuple[int, int]
    gate: float  # diffusion time that 95 of 100 normals stay below
    normal_words: Tensor  # embedding of what a normal is called, (T,)

    def __call__(self, x: Tensor, sigma: float) -> Tensor:
        """Return x0_hat, (B, P, C)."""
        return self.denoise(x, sigma, self.cond)

    def of(self, number: int) -> "Asked":
        """Return the same denoiser under the condition of one of the batch."""
        return replace(self, cond=None if self.cond is None else self.cond[number : number + 1])

    def inside(self, asked: Tensor) -> "Asked":
        """Return the same denoiser, which repairs only the places that are asked for, (B, P) in [0, 1]."""
        return self._given("mask", asked)

    def under_normal_words(self) -> "Asked":
        """Return the same denoiser, which is told that the sample is normal, whatever else was said of it."""
        return self if self.cond is None else self._given("text", self.normal_words.expand(len(self.cond.present), -1))

    def _given(self, name: str, value: Tensor) -> "Asked":
        return replace(self, cond=None if self.cond is None else self.cond.given(name, value))

    def norms(self, apart: Tensor) -> Tensor:
        """Return a difference's length at each place, for each representation, (B, P, C) -> (B, V, P)."""
        return torch.stack([part.norm(dim=-1) for part in torch.split(apart, list(self.channels), dim=-1)], dim=1)

    def noise(self, x: Tensor, number: int = 0) -> Tensor:
        """Return noise for every sample of a batch, (P, C): the same for all, so that what it does is calibrated."""
        return noise_of(number, x.shape[1:])

    def blobs(self, x: Tensor, number: int = 0) -> Tensor:
        """Return the same in octaves, (1, P, C)."""
        return in_octaves(self.noise(x, number)[None], self.grid)


class Ask(Protocol):
    """A way to ask a denoiser how far a sample is from normal."""

    def __call__(self, x: Tensor, asked: Asked) -> Tensor:
        """Return how far each place is, several values a place, to be calibrated on normals, (B, P, C) -> (B, S, P)."""
        ...


def tops(values: Tensor, share: float = 0.02) -> Tensor:
    """Return the mean of the highest values of each sample, (B, P) -> (B,)."""
    return values.topk(max(1, round(share * values.shape[1])), dim=1).values.mean(dim=1)


def falling(start: float, low: float, steps: int) -> Sequence[float]:
    """Return levels of a walk from `start`, and a last 0."""
    return (*np.geomspace(start, low, steps).tolist(), 0.0)
