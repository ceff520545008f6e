"""Noise levels, and noise that depends on one seed a sample: x_sigma = x0 + sigma * eps [Karras et al. 2022].

Levels are tuples of floats from high to low. A walk of n steps takes n levels and a last 0; a score at n levels takes
the n levels alone.
"""

import math
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from fusion.errors import BadSetting

OCTAVES, PERSISTENCE = 6, 0.8  # of the amplitude from one octave to the next finer [Wyatt et al. 2022]
COARSEST = 1  # waves of the first octave along the longer side


def karras_sigmas(n: int, low: float, high: float, rho: float = 7) -> tuple[float, ...]:
    """Return n levels from high to low and a last 0 for a walk of n steps, (n + 1,) [Karras et al. 2022, eq. 5]."""
    _check(n, low, high)
    ramp = np.linspace(0, 1, n) if n > 1 else np.zeros(1)
    levels = (high ** (1 / rho) + ramp * (low ** (1 / rho) - high ** (1 / rho))) ** rho
    return (*(float(sigma) for sigma in levels), 0.0)


def training_sigmas(n: int, generator: torch.Generator, low: float, high: float) -> Tensor:
    """Draw n levels, evenly spread over the logarithm between low and high, (n,)."""
    _check(n, low, high)
    share = torch.rand(n, generator=generator, device=generator.device)
    return torch.exp(math.log(low) + share * (math.log(high) - math.log(low)))


def noise_of(seed: int, shape: Sequence[int]) -> Tensor:
    """Draw unit normal noise for one sample from its seed alone, of the given shape, on the CPU."""
    return torch.randn(tuple(shape), generator=generator_of(seed, 0))


def in_octaves(white: Tensor, grid: tuple[int, int]) -> Tensor:
    """Return unit noise that comes in blobs of several sizes, from white noise on a grid, (B, P, C) -> (B, P, C)."""
    n, _, channels = white.shape
    waves = torch.fft.rfft2(white.transpose(1, 2).reshape(n, channels, *grid)) * octaves(grid).sqrt()
    coloured: Tensor = torch.fft.irfft2(waves, s=grid)
    return coloured.flatten(2).transpose(1, 2)


def octaves(grid: tuple[int, int]) -> Tensor:
    """Return the power of each wave of such noise, of mean 1, (rows, columns // 2 + 1) [after Wyatt et al. 2022].

    In place of their simplex noise its spectrum: blobs of several sizes, each half as large as the one before. Those of
    which a wave has fewer than two cells are left out.
    """
    rows, columns = grid
    frequency = torch.hypot(torch.fft.fftfreq(rows)[:, None], torch.fft.fftfreq(columns)[None])
    power = torch.zeros(grid)
    for octave in range(OCTAVES):
        highest = COARSEST / max(grid) * 2**octave
        if highest > 0.5:
            break
        blobs = torch.exp(-0.5 * (frequency / highest) ** 2)
        power += PERSISTENCE ** (2 * octave) * blobs / blobs.mean()
    return (power / power.mean())[:, : columns // 2 + 1]


def generator_of(seed: int, stream: int = 1) -> torch.Generator:
    """Return one of a seed's independent streams of chance; a sample's noise is 0, and what its walk draws after it 1.

    All of the seed's bits are spread: torch's generator for CPUs looks at the lower 32 only, and a hash has more.
    """
    state = np.random.SeedSequence(seed, spawn_key=(stream,)).generate_state(1, np.uint64)
    return torch.Generator().manual_seed(int(state[0]))


def _check(n: int, low: float, high: float) -> None:
    if n < 1 or not 0 < low < high < math.inf:
        raise BadSetting(f"{n} noise levels from {high:g} down to {low:g}: expected one or more, and 0 < low < high")
