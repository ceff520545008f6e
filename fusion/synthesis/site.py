"""Site: the square window of a picture in which one defect is painted, and how it gets back into the picture.

Only the window is touched, so that a small defect costs little on a large picture. A painter sees the window as
floats, square, with what lies beyond the picture's border mirrored in.
"""

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from fusion.example.canvas import Floats

Mask = NDArray[np.bool_]
Pixels = NDArray[np.uint8]
CROSS = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))
GREY = np.array((0.299, 0.587, 0.114), np.float32)


@dataclass(frozen=True)
class Window:
    """A square of the picture; it may reach beyond the border."""

    top: int
    left: int
    side: int

    def of(self, layer: Pixels | Floats, border: int = cv2.BORDER_REFLECT_101) -> Floats:
        """Return a layer's pixels in the window, (side, side, ...), mirrored or zero beyond the layer's border."""
        height, width = layer.shape[:2]
        bottom, right = self.top + self.side, self.left + self.side
        inner = layer[max(0, self.top) : bottom, max(0, self.left) : right]
        margins = (max(0, -self.top), max(0, bottom - height), max(0, -self.left), max(0, right - width))
        whole = cv2.copyMakeBorder(inner, *margins, border) if any(margins) else inner
        return np.asarray(whole, np.float32)

    def inner(self, height: int, width: int) -> tuple[tuple[slice, slice], tuple[slice, slice]]:
        """Return the window's slices of the picture, and the picture's slices of the window."""
        top, left = max(0, self.top), max(0, self.left)
        bottom, right = min(height, self.top + self.side), min(width, self.left + self.side)
        own = np.s_[top - self.top : bottom - self.top, left - self.left : right - self.left]
        return np.s_[top:bottom, left:right], own


@dataclass(frozen=True, eq=False)
class Site:
    """What a painter may know of its place. Lengths in pixels."""

    rng: np.random.Generator
    patch: Floats  # (S, S, 3) in [0, 255]
    part: Mask | None  # (S, S): the object; None where no background is near
    valid: Mask  # (S, S): inside the picture
    source: Floats | None  # (S, S, 3): from elsewhere in a normal picture
    radius: float  # of the defect
    contrast: float  # in [0, 1]
    stroke: float  # a fine line's width
    grey: bool

    @property
    def side(self) -> int:
        return len(self.patch)

    @cached_property
    def fine(self) -> Floats:
        """The patch's finest structure: what is left without its local mean, (S, S, 3)."""
        return self.patch - self.smooth(5)

    def smooth(self, size: int) -> Floats:
        """Return the patch's local mean over size x size pixels, (S, S, 3)."""
        return cv2.blur(self.patch, (size, size), borderType=cv2.BORDER_REFLECT_101)  # type: ignore[return-value]

    @cached_property
    def roughness(self) -> float:
        """The standard deviation of the finest structure, robustly, in grey levels."""
        return 1.48 * float(np.median(np.abs(self.fine[::2, ::2, 1])))

    @cached_property
    def amplitude(self) -> float:
        """How far the defect's grey levels lie from the clean ones: faint ones as common as strong ones."""
        faint = max(7.0, 1.2 * self.roughness)
        return float(faint * (max(150.0, 1.5 * faint) / faint) ** self.contrast)

    @cached_property
    def ground(self) -> Floats:
        """The mean colour around the centre, (3,)."""
        half, reach = self.side // 2, max(2, int(self.radius))
        near = slice(max(0, half - reach), half + reach + 1)
        return np.asarray(self.patch[near, near].mean(axis=(0, 1)), np.float32)

    @property
    def level(self) -> float:
        """The grey level around the centre."""
        return float(self.ground[1])

    def step(self, darker: float) -> float:
        """Return how many grey levels to go down (with that probability) or up, as far as the picture leaves room."""
        level = self.level
        down, up = 0.95 * level, min(250 - level, 0.9 * level + 60)  # on a dim picture nothing is bright
        dark = self.rng.random() < darker
        if (down if dark else up) < min(self.amplitude, 12.0):
            dark = not dark
        return -min(self.amplitude, down) if dark else min(self.amplitude, up)

    def colour(self, spread: float) -> Floats:
        """Return a colour's offset from grey, (3,), zero on grey pictures."""
        if self.grey:
            return np.zeros(3, np.float32)
        tint = self.rng.normal(0, spread, 3)
        return (tint - tint @ GREY).astype(np.float32)

    def grain(self, strength: float = 1.0) -> Floats:
        """Return noise as fine and strong as the patch's own, (S, S, 1), so that what is painted looks photographed."""
        white = self.rng.standard_normal((self.side, self.side), dtype=np.float32)
        sigma = min(12.0, max(0.6, self.roughness))
        soft = np.asarray(cv2.GaussianBlur(white, (0, 0), 0.7), np.float32)
        return np.float32(strength * 1.6 * sigma) * soft[..., None]


def settle(before: Pixels, painted: Floats, allowed: Floats) -> tuple[Pixels, Mask]:
    """Return the window with the defect in it (h, w, 3), and the pixels that visibly differ (h, w).

    Nothing changes further than 2 px from these pixels: fainter skirts are faded out.
    """
    change = (painted - before) * allowed[..., None]
    # as they will be seen: rounded and clipped
    red, green, blue = cv2.split(cv2.absdiff(np.clip(np.rint(before + change), 0, 255).astype(np.uint8), before))
    seen = cv2.max(cv2.max(red, green), blue)
    peak = float(seen.max())
    mask = seen >= np.clip(0.12 * peak, 2.0, 7.0)
    closed = np.asarray(cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8)), np.uint8)
    _, holes, boxes, _ = cv2.connectedComponentsWithStats(1 - closed, connectivity=4)
    closed[(boxes[:, cv2.CC_STAT_AREA] < 0.1 * closed.sum())[holes]] = 1  # a pinhole is a pixel that differs by chance
    closed[allowed <= 0.2] = 0
    lone = cv2.blur(closed.astype(np.float32), (5, 5)) < 2.5 / 25  # specks of noise; a line leaves more
    if (closed > 0).sum() > 12:
        closed[lone] = 0
    grown = cv2.dilate(closed, CROSS, iterations=2)
    fade = np.maximum(closed, grown * cv2.blur(grown.astype(np.float32), (5, 5)))
    after = np.clip(np.rint(before + change * fade[..., None]), 0, 255).astype(np.uint8)
    return after, closed.astype(bool)
