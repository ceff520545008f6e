"""Where a defect comes to lie, and how large it is there."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from fusion.example.canvas import Floats
from fusion.synthesis.site import Mask, Pixels, Window

_LINES = ("scratch", "crack")
_AT_THE_EDGE = ("chip", "missing part")
_NEEDS_STRUCTURE = ("missing part", "misplaced part", "wrong texture")
_SPAN = {"misplaced part": 2.6, "contamination": 1.8, "scratch": 1.15, "crack": 1.3}  # window's half side, in radii
_SPREAD = {"hole": 0.6, "contamination": 1.3, "chip": 1.3}  # radius, over that of a disc of the area


def radius_of(kind: str, size: float, shape: tuple[int, int], part: Mask | None) -> float:
    """Return a defect's radius in pixels for a size in [0, 1]: every octave of area or length alike."""
    height, width = shape
    share = 1.0 if part is None else max(0.03, float(part[::4, ::4].mean()))
    if kind in _LINES:
        return max(2.5, 0.025 * max(height, width) * float(16**size * share**0.25))
    smallest, largest = 0.0005, 0.1 * share**0.6
    area = smallest * (largest / smallest) ** size * height * width
    return max(1.8, float(np.sqrt(area / np.pi)) * _SPREAD.get(kind, 1.0))


class Ground:
    """Where defects may lie on one picture; the costly maps are made once for all attempts."""

    def __init__(self, picture: Pixels, part: Mask | None, where: Mask | None) -> None:
        self.picture, self.part, self.where = picture, part, where
        self.room: Floats | None = None  # how far each pixel is from what is forbidden
        if where is not None:
            self.room = np.asarray(cv2.distanceTransform(where.astype(np.uint8), cv2.DIST_L2, 3), np.float32)
        self.allowed = part if where is None else where if part is None else part & where

    def place(self, kind: str, radius: float, rng: np.random.Generator) -> tuple[Window, float]:
        """Return the window of a defect, and the radius that fits there."""
        row, column = self._centre(kind, radius, rng)
        if self.room is not None:
            radius = min(radius, max(1.5, 1.1 * float(self.room[row, column])))
        half = int(np.ceil(_SPAN.get(kind, 1.6) * radius)) + 6
        return Window(row - half, column - half, 2 * half + 1), radius

    def _centre(self, kind: str, radius: float, rng: np.random.Generator) -> tuple[int, int]:
        """Return the pixel in which a defect is centred: at the edge, in the midst, or where there is structure."""
        height, width = self.picture.shape[:2]
        pool = self._edge() if kind in _AT_THE_EDGE and (kind == "chip" or rng.random() < 0.7) else None
        if pool is None and self.allowed is not None:
            pool = np.flatnonzero(self._roomy(radius))
        count = 5 if kind in _NEEDS_STRUCTURE else 1
        draws = rng.random((count, 2))
        if pool is None:
            spots = [(int(a * height), int(b * width)) for a, b in draws]
        else:
            spots = [divmod(int(pool[int(a * len(pool))]), width) for a, _ in draws]
        reach = max(3, int(radius))
        return max(spots, key=lambda spot: self._structure(spot[0], spot[1], reach)) if count > 1 else spots[0]

    def _structure(self, row: int, column: int, reach: int) -> float:
        """Return how much the grey levels vary around a pixel."""
        step = max(1, reach // 12)
        top, left = max(0, row - reach), max(0, column - reach)
        return float(self.picture[top : row + reach : step, left : column + reach : step, 1].std())

    def _roomy(self, radius: float) -> Mask:
        """Return the allowed pixels that leave the most room, (H, W)."""
        assert self.allowed is not None
        if self.room is None:
            return self.allowed
        room = np.where(self.allowed, self.room, 0)
        return np.asarray(room >= max(1e-3, min(0.9 * radius, 0.7 * float(room.max()))))

    def _edge(self) -> NDArray[np.int64] | None:
        """Return the pixels of the object's outline, or of the picture's border, as flat indices; None if forbidden."""
        height, width = self.picture.shape[:2]
        if self.part is not None:
            core = cv2.erode(self.part.astype(np.uint8), np.ones((3, 3), np.uint8))
            edge = self.part & (core == 0)
        else:
            edge = np.zeros((height, width), bool)
            edge[[0, -1]] = edge[:, [0, -1]] = True
        if self.where is not None:
            edge &= self.where
        pool = np.flatnonzero(edge)
        return pool if len(pool) else None


def borrowed(picture: Pixels, window: Window, others: Sequence[Pixels], rng: np.random.Generator) -> Floats:
    """Return pixels of a normal picture some way off the window, (S, S, 3)."""
    source = others[int(rng.integers(len(others)))] if len(others) and rng.random() < 0.7 else picture
    height, width = source.shape[:2]
    row, column = int(rng.integers(height)) - window.side // 2, int(rng.integers(width)) - window.side // 2
    return Window(row, column, window.side).of(source)
