"""Crops: the square windows of a picture in which it is painted, at one working size.

Everything is said relative to an estimate that is there without training, the memory's: a correction that is found at
reduced scale then leaves the estimate's fine structure as it is.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from fusion.picture import RING
from fusion.synthesis.site import Window

SIDE = 96  # px of the working size
EMBEDDING = 8 * 8 * 3 + 3  # of the whole picture, and where in it the window lies
Floats = NDArray[np.float32]
Layer = NDArray[np.float32] | NDArray[np.uint8]  # thousands of crops are kept rounded


@dataclass(frozen=True, eq=False)
class Crop:
    """One window at the working size; colours in grey levels of 255."""

    known: Layer  # (SIDE, SIDE, 3) the picture; inside the hole it is never read
    base: Layer  # (SIDE, SIDE, 3) the estimate that is there without training
    smooth: Layer  # (SIDE, SIDE, 3) the surroundings carried on smoothly
    hole: Layer  # (SIDE, SIDE) 1 where it is to be painted, 0 elsewhere
    embedding: Floats  # (EMBEDDING,)

    def rounded(self) -> "Crop":
        """Return the same crop in a quarter of the memory."""
        known, base, smooth, hole = (
            np.rint(layer).astype(np.uint8) for layer in (self.known, self.base, self.smooth, self.hole)
        )
        return Crop(known, base, smooth, hole, self.embedding)

    def mirrored(self, axis: int) -> "Crop":
        """Return the crop as it would be of the mirrored picture; axis 0 exchanges top and bottom."""
        known, base, smooth, hole = (np.flip(layer, axis) for layer in (self.known, self.base, self.smooth, self.hole))
        small, where = np.flip(self.embedding[:-3].reshape(8, 8, 3), axis).ravel(), self.embedding[-3:].copy()
        where[axis] *= -1
        return Crop(known, base, smooth, hole, np.concatenate([small, where]))


def windows(hole: NDArray[np.bool_]) -> list[tuple[Window, NDArray[np.bool_]]]:
    """Return a window for each connected place of a hole, and that place alone, (H, W)."""
    _, labels, boxes, _ = cv2.connectedComponentsWithStats(hole.astype(np.uint8))
    found = []
    for number, (x, y, width, height, _) in enumerate(boxes[1:], start=1):
        side = max(SIDE, int(1.2 * max(width, height)) + 2 * RING)
        top, left = (
            _start(at + length / 2, side, whole)
            for at, length, whole in ((y, height, hole.shape[0]), (x, width, hole.shape[1]))
        )
        found.append((Window(top, left, side), labels == number))
    return found


def cut(
    window: Window, picture: NDArray[np.uint8], base: Floats, smooth: NDArray[np.uint8], hole: NDArray[np.bool_]
) -> Crop:
    """Return a window of a picture (H, W, 3), of its estimates (H, W, 3) and of the hole (H, W), at the working size.

    What lies beyond the picture's border is mirrored, the hole as well.
    """
    covered = _resized(window.of(hole.view(np.uint8)))
    return Crop(
        _resized(window.of(picture)),
        _resized(window.of(base)),
        _resized(window.of(smooth)),
        np.asarray(covered > 0, np.float32),
        embedding(base, window),
    )


def embedding(base: Floats, window: Window) -> Floats:
    """Return the whole picture, small, and where in it a window lies, (EMBEDDING,), in [-1, 1] or little beyond.

    It is the estimate's, (H, W, 3): the picture's own would tell what is in the hole.
    """
    small = cv2.resize(base, (8, 8), interpolation=cv2.INTER_AREA).ravel() / 127.5 - 1
    height, width = base.shape[:2]
    half = window.side / 2
    where = (2 * (window.top + half) / height - 1, 2 * (window.left + half) / width - 1, np.log2(window.side / SIDE))
    return np.concatenate([small, where]).astype(np.float32)


def paste(correction: Floats, window: Window, place: NDArray[np.bool_], onto: Floats) -> None:
    """Add a correction of a window, (SIDE, SIDE, 3), to a picture (H, W, 3), in place, where `place` (H, W) is true."""
    inner, own = window.inner(*place.shape)
    size = (window.side, window.side)
    full = correction if window.side == SIDE else cv2.resize(correction, size, interpolation=cv2.INTER_CUBIC)
    changed = onto[inner] + np.asarray(full, np.float32)[own]
    onto[inner] = np.where(place[inner][..., None], np.clip(changed, 0, 255), onto[inner])


def carry_on(picture: NDArray[np.uint8], hole: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Return the picture with its surroundings carried into the hole, (H, W, 3) [Telea 2004]."""
    if not hole.any() or hole.all():
        return picture
    return np.asarray(cv2.inpaint(picture, hole.astype(np.uint8), 3, cv2.INPAINT_TELEA), np.uint8)


def _start(centre: float, side: int, whole: int) -> int:
    """Return where a window begins: inside the picture if it fits there, around its middle if not."""
    if side >= whole:
        return (whole - side) // 2
    return int(np.clip(round(centre - side / 2), 0, whole - side))


def _resized(layer: Floats) -> Floats:
    if layer.shape[0] == SIDE:
        return layer
    return np.asarray(cv2.resize(layer, (SIDE, SIDE), interpolation=cv2.INTER_AREA), np.float32)
