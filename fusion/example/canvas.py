"""Canvas: coordinates, soft shapes and natural noise. Lengths are in units of the picture's side, y points down."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
SUPERSAMPLE = 2  # drawn this much larger and shrunk: edges come out smooth


@dataclass(frozen=True, eq=False)
class Picture:
    """One rendered photograph with everything the renderer knows about it."""

    image: NDArray[np.uint8]  # (H, W, 3)
    mask: NDArray[np.bool_]  # (H, W): the defect's own pixels; all False on a good part
    text: str  # one English sentence
    skeleton: Floats | None = None  # (17, 3): x, y in pixels, confidence; COCO's joints


def grid(side: int) -> tuple[Floats, Floats]:
    """Return x and y of the pixels' centres, the picture's centre at 0, each (H, W) in [-0.5, 0.5]."""
    line = ((np.arange(side) + 0.5) / side - 0.5).astype(np.float32)
    x, y = np.meshgrid(line, line)
    return x, y


def noise(rng: np.random.Generator, side: int, across: float, down: float | None = None) -> Floats:
    """Return smooth noise of about unit variance with so many features across and down, (side, side)."""
    wide, high = (min(side, max(2, round(n))) for n in (across, across if down is None else down))
    coarse = rng.standard_normal((high, wide), dtype=np.float32)
    return cv2.resize(coarse, (side, side), interpolation=cv2.INTER_CUBIC)  # type: ignore[return-value]


def cloud(rng: np.random.Generator, side: int, across: float, octaves: int = 4) -> Floats:
    """Return fractal noise, each octave twice as fine and 0.55 times as strong, (side, side)."""
    finest = across * 2 ** (octaves - 1)
    enough = min(side, 4 * round(finest + 1))  # drawn small and enlarged: four times as quick
    total = np.zeros((enough, enough), np.float32)
    for octave in range(octaves):
        total += np.float32(0.55**octave) * noise(rng, enough, across * 2**octave)
    return cv2.resize(total, (side, side), interpolation=cv2.INTER_LINEAR)  # type: ignore[return-value]


def lookup(table: Floats, at: Floats, period: float) -> Floats:
    """Return a periodic table's values at positions in units of `period`, in the shape of `at`, nearest entry."""
    index = (at * np.float32(len(table) / period)).astype(np.int32) % len(table)
    values: Floats = table[index]
    return values


def inside(distance: Floats, softness: float) -> Floats:
    """Return 1 where a signed distance is negative, 0 where it is positive, with a ramp of that width between."""
    cover: Floats = np.clip(0.5 - distance / np.float32(softness), 0, 1)
    return cover


def blur(image: Floats, sigma: float) -> Floats:
    """Return an image blurred by a Gaussian of so many picture sides, in the image's shape."""
    return cv2.GaussianBlur(image, (0, 0), max(sigma * image.shape[0], 0.3))  # type: ignore[return-value]


def moved(layer: Floats, matrix: NDArray[np.float64]) -> Floats:
    """Return a layer under an affine map (2, 3) of its pixels, zeros moving in, in the layer's shape."""
    return cv2.warpAffine(layer, matrix, layer.shape[::-1])  # type: ignore[return-value]


def shifted(layer: Floats, x: float, y: float) -> Floats:
    """Return a layer moved by so many picture sides, zeros moving in, in the layer's shape."""
    return moved(layer, np.array([[1, 0, x * len(layer)], [0, 1, y * len(layer)]]))


def slopes(height: Floats) -> tuple[Floats, Floats]:
    """Return dh/dx and dh/dy of a height field in units of the picture's side, each (H, W)."""
    scale = height.shape[0] / 2
    return (
        cv2.Sobel(height, cv2.CV_32F, 1, 0, ksize=1, scale=scale),  # type: ignore[return-value]
        cv2.Sobel(height, cv2.CV_32F, 0, 1, ksize=1, scale=scale),
    )


def distance_to(path: Sequence[tuple[float, float]] | Floats, side: int) -> Floats:
    """Return every pixel's distance to a polyline in units of the picture's side, (side, side)."""
    free = np.full((side, side), 255, np.uint8)
    corners = np.round((np.asarray(path, np.float64) + 0.5) * side * 16).astype(np.int32)
    cv2.polylines(free, [corners.reshape(-1, 1, 2)], isClosed=False, color=0, shift=4)
    return cv2.distanceTransform(free, cv2.DIST_L2, 5) / np.float32(side)


def paste(under: Floats, over: Floats | Sequence[float], alpha: Floats) -> Floats:
    """Return one colour picture over another where alpha says so, (H, W, 3)."""
    return under + (np.asarray(over, np.float32) - under) * alpha[..., None]


def shrink(image: Floats, size: int) -> Floats:
    """Return the mean over the supersampled pixels, (size, size) or (size, size, 3)."""
    return cv2.resize(image, (size, size), interpolation=cv2.INTER_AREA)  # type: ignore[return-value]


def to_mask(layer: Floats, size: int) -> NDArray[np.bool_]:
    """Return where a layer covers 0.3 of what it covers at most, (size, size); a fine line covers no pixel wholly."""
    cover = shrink(layer.astype(np.float32), size)
    return np.asarray((cover > 0) & (cover >= np.float32(0.3) * cover.max()))
