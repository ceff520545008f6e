"""Gabor wavelets on a pyramid plus local colour: texture, edges and colour of every cell and of its surroundings.

Needs no weights. What makes it strong where normals are whitened per position: bright, dark and edge-like responses are
kept apart (rectified quadrature pairs; the first two only where a line is as wide as a cell), square roots tame their
heavy tails, and every cell also carries the mean of its surroundings at several widths, so that whitening sees what
does not fit its neighbourhood.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.float32]
KERNEL = 9  # px; a wave of 4 px under a Gaussian whose standard deviation is 2 px
ORIENTATIONS = 6
_AXIS = np.arange(KERNEL, dtype=np.float32) - KERNEL // 2
_WINDOW = np.exp(-(_AXIS**2) / 8)


@dataclass(frozen=True)
class WaveletConfig:
    """What of a picture becomes features."""

    logarithm: bool = False  # of the intensities: where light multiplies, ratios are what stays
    colour: bool = True  # False for grey pictures: their colour channels are empty
    levels: int = 5  # octaves
    contexts: tuple[int, ...] = (3, 7, 13)  # widths in cells over which features are averaged


def wavelet(picture: NDArray[np.uint8], grid: tuple[int, int], config: WaveletConfig) -> Plane:
    """Return the features of a picture (H, W, 3) on a grid (rows, columns), (rows, columns, C)."""
    x = picture.astype(np.float32) / 255
    x = np.log(x + 0.02) if config.logarithm else x * 4
    red, green, blue = (np.ascontiguousarray(x[..., channel]) for channel in range(3))
    light = np.asarray((red + green + blue) / 3, np.float32)
    opponents = [red - green, (red + green) / 2 - blue] if config.colour else []
    cells = [_cells(np.asarray(one, np.float32), grid) for one in (light, *opponents)]
    for level in range(config.levels):
        light = np.asarray(cv2.pyrDown(light), np.float32) if level else light
        if min(light.shape) <= KERNEL // 2:
            break
        for even, odd in _quadrature(light):
            size, mean = _cells(np.abs(even), grid), _cells(even, grid)
            rectified = np.stack([(size + mean) / 2, (size - mean) / 2, _cells(np.abs(odd), grid)])
            cells += list(np.sqrt(np.maximum(rectified, 0) + 1e-4))
    stack = np.ascontiguousarray(np.stack(cells, axis=-1), np.float32)
    return np.concatenate([_surroundings(stack, width) for width in config.contexts], axis=-1)


def prefers_logarithm(thumbs: Sequence[NDArray[np.uint8]]) -> bool:
    """Decide from normals, each (h, w, 3), whether light multiplies: Box and Cox' likelihood, place by place.

    The brightness of a place over the normals is either closer to normal as it is (lambda = 1) or as a logarithm
    (lambda = 0) [Box and Cox 1964]; the logarithm is taken if that holds at three quarters of the places.
    """
    light = [cv2.resize(thumb, (16, 16), interpolation=cv2.INTER_AREA).mean(axis=-1) / 255 for thumb in thumbs]
    values = np.stack(light).reshape(len(light), -1) + 0.02
    logs, n = np.log(values), len(values)
    plain = -n / 2 * np.log(np.maximum(values.var(axis=0), 1e-10))
    logarithm = -n / 2 * np.log(np.maximum(logs.var(axis=0), 1e-10)) - logs.sum(axis=0)
    return bool((logarithm > plain).mean() > 0.75)


def _quadrature(light: Plane) -> list[tuple[Plane, Plane]]:
    """Return even and odd Gabor responses at 0, 30, ... 150 degrees, (H, W) each, of zero mean and unit even norm.

    exp(i (u x + v y)) separates into rows and columns, and an orientation shares all four products with its mirror.
    """
    pairs: dict[int, tuple[Plane, Plane]] = {}
    flat = _separable(light, _WINDOW, _WINDOW)
    for k in range(ORIENTATIONS // 2 + 1):
        angle = math.pi * k / ORIENTATIONS
        u, v = math.pi / 2 * math.cos(angle), math.pi / 2 * math.sin(angle)
        cx, sx, cy, sy = np.cos(u * _AXIS), np.sin(u * _AXIS), np.cos(v * _AXIS), np.sin(v * _AXIS)
        bias = (cx * _WINDOW).sum() * (cy * _WINDOW).sum() / _WINDOW.sum() ** 2  # the sines sum to nothing
        kernel = np.outer(_WINDOW, _WINDOW) * (np.outer(cy, cx) - np.outer(sy, sx) - bias)
        norm = 1 / math.sqrt(float((kernel**2).sum()))
        both = _separable(light, cx * _WINDOW, cy * _WINDOW) - bias * flat
        odd_x, odd_y = _separable(light, sx * _WINDOW, cy * _WINDOW), _separable(light, cx * _WINDOW, sy * _WINDOW)
        sines = _separable(light, sx * _WINDOW, sy * _WINDOW)
        pairs[k] = ((both - sines) * norm, (odd_x + odd_y) * norm)
        if 0 < k < ORIENTATIONS / 2:
            pairs[ORIENTATIONS - k] = ((both + sines) * norm, (odd_y - odd_x) * norm)
    return [pairs[k] for k in range(ORIENTATIONS)]


def _separable(light: Plane, row: NDArray[np.floating], column: NDArray[np.floating]) -> Plane:
    return np.asarray(cv2.sepFilter2D(light, cv2.CV_32F, row, column, borderType=cv2.BORDER_REFLECT_101), np.float32)


def _cells(plane: Plane, grid: tuple[int, int]) -> Plane:
    """Return the mean of each cell of the grid, (rows, columns); a level smaller than the grid is interpolated."""
    shrinks = plane.shape[0] >= grid[0] and plane.shape[1] >= grid[1]
    way = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(plane, grid[::-1], interpolation=way), np.float32)


def _surroundings(cells: Plane, width: int) -> Plane:
    """Return the mean over `width` x `width` cells around each cell, the border mirrored; same shape."""
    half = min(width // 2, cells.shape[0] - 1, cells.shape[1] - 1)
    box = (2 * half + 1, 2 * half + 1)
    return np.asarray(cv2.blur(cells, box, borderType=cv2.BORDER_REFLECT_101), np.float32)
