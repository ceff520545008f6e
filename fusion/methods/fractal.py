"""Noise in several octaves: fields in which neighbours are alike, as simplex noise's are [AnoDDPM, Wyatt et al. 2022].

OpenCV's cubic interpolation of white noise on ever finer lattices stands in for simplex noise's gradients: the same
octaves, the same persistence. Each field is of zero mean and unit variance, which the released code's is not.
"""

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

OCTAVES, PERSISTENCE = 6, 0.8


def fractal(seed: int, grid: tuple[int, int], channels: int) -> Tensor:
    """Return one field a channel, the coarsest octave a period of the whole grid, (P, C)."""
    rng = np.random.default_rng([seed, 6])
    fields = [_field(rng, grid) for _ in range(channels)]
    return torch.from_numpy(np.stack(fields, axis=-1).reshape(-1, channels).astype(np.float32))


def _field(rng: np.random.Generator, grid: tuple[int, int]) -> NDArray[np.float64]:
    rows, columns = grid
    total = np.zeros(grid)
    for octave in range(OCTAVES):
        lattice = rng.standard_normal((min(rows, 2**octave) + 1, min(columns, 2**octave) + 1))
        total += PERSISTENCE**octave * cv2.resize(lattice, (columns, rows), interpolation=cv2.INTER_CUBIC)
    return np.asarray((total - total.mean()) / total.std())
