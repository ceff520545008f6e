"""What a marked region looks like: a small network sees it beside its normal version, and says how likely each kind is.

Measures alone (`explain.naming`) don't tell hair from a crack, nor a shifted part from a missing one. The network sees
the pixels, too, and weighs both. `python -m explain.appearing` teaches it on painted defects of many products; it never
saw a defect of anybody's parts.
"""

from functools import cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from fusion.detection import Detection

FILE = Path(__file__).with_name("appearance.safetensors")  # written by `python -m explain.appearing`
SIDE = 40  # px of what the network sees
AROUND, RIM, LEAST = 1.6, 8, 24  # a region's surroundings: times its longer side, and px; never less than so many px
LARGE = 4 * SIDE  # px, twice: what is larger is averaged to squares of whole pixels first
STRONG = 4.0  # times the map's threshold: what is stronger looks no different
CHANNELS = 7
LAYERS = ((1, 1), (1, 2), (2, 1), (2, 2), (3, 1), (3, 2))  # of the network: times its width, and stride
Pixels = NDArray[np.float32]
Mask = NDArray[np.bool_]


def view(image: NDArray[np.uint8], detection: Detection, box: tuple[int, int, int, int], inside: Mask) -> Pixels:
    """Return a region as the network sees it, (SIDE, SIDE, 7) in about [-1, 1]; `inside` are its pixels in its box.

    In turn: brightness as it is and as it would be normal, the change of it, of colour, the region, the map, the part.
    """
    x0, y0, x1, y1 = box
    side = max(max(x1 - x0, y1 - y0) * AROUND + RIM, LEAST)
    left, top = (x0 + x1 - side) / 2, (y0 + y1 - side) / 2
    rows, columns = (slice(max(0, int(at - RIM)), int(at + side + RIM) + 1) for at in (top, left))
    corner = (left - columns.start, top - rows.start)
    region: Mask = np.zeros(detection.pred_mask.shape, bool)
    region[y0:y1, x0:x1] = inside

    def seen(values: NDArray[np.generic], border: int = cv2.BORDER_CONSTANT) -> Pixels:
        return _shrunk(values[rows, columns].astype(np.float32), corner, side, border)

    strength = np.clip(detection.anomaly_map[rows, columns] / max(detection.map_threshold, 1e-6), 0, STRONG) / STRONG
    here, before = (seen(picture, cv2.BORDER_REPLICATE) / 255 for picture in (image, detection.normal))
    grey, usual = here.mean(axis=-1), before.mean(axis=-1)
    change = here - before
    lighter = change.mean(axis=-1)
    coloured = np.sqrt(np.square(change - lighter[..., None]).sum(axis=-1))
    level = usual.mean()
    own, strong, part = seen(region), _shrunk(strength, corner, side, cv2.BORDER_CONSTANT), seen(detection.part)
    return np.dstack([grey - level, usual - level, lighter, coloured, own, strong, part]).astype(np.float32)


def _shrunk(values: Pixels, corner: tuple[float, float], side: float, border: int) -> Pixels:
    """Return a square of some values, (SIDE, SIDE, ...), smoothed first where it shrinks."""
    if (coarse := int(side // LARGE)) > 1:  # a wide blur of millions of pixels takes seconds
        size = (max(1, values.shape[1] // coarse), max(1, values.shape[0] // coarse))
        values = np.asarray(cv2.resize(values, size, interpolation=cv2.INTER_AREA), np.float32)
        corner, side = (corner[0] / coarse, corner[1] / coarse), side / coarse
    scale = SIDE / side
    if scale < 1:
        values = np.asarray(cv2.GaussianBlur(values, (0, 0), 0.4 / scale), np.float32)
    move = np.array([[scale, 0, -corner[0] * scale], [0, scale, -corner[1] * scale]], np.float32)
    return np.asarray(cv2.warpAffine(values, move, (SIDE, SIDE), flags=cv2.INTER_LINEAR, borderMode=border), np.float32)


class Network:
    """Convolutions over a view, their means and largest values, a region's measures, and a perceptron over all."""

    def __init__(self, tensors: dict[str, Pixels]) -> None:
        self.tensors = tensors

    def __call__(self, views: Pixels, measures: NDArray[np.float64]) -> Pixels:
        """Return the log probability of each kind, (N, K), by views (N, SIDE, SIDE, 7) and measures (N, D)."""
        t, x = self.tensors, views
        for at, (_, stride) in enumerate(LAYERS):
            x = _silu(_convolved(x, t[f"see{at}.weight"], stride) + t[f"see{at}.bias"])
        known = (measures - t["mean"]) / t["spread"]
        x = np.concatenate([x.mean(axis=(1, 2)), x.max(axis=(1, 2)), known.astype(np.float32)], axis=1)
        x = _silu(x @ t["weigh.weight"].T + t["weigh.bias"]) @ t["say.weight"].T + t["say.bias"]
        x = x - x.max(axis=1, keepdims=True)
        return np.asarray(x - np.log(np.exp(x).sum(axis=1, keepdims=True)), np.float32)


@cache
def network() -> Network:
    """Return the network that comes with Foil."""
    from safetensors.numpy import load_file

    return Network(load_file(FILE))


def _convolved(x: Pixels, weight: Pixels, stride: int) -> Pixels:
    """Return (N, H, W, C) under 3 x 3 weights (C', C, 3, 3), with a rim of zeros."""
    padded = np.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(1, 2))[:, ::stride, ::stride]
    return np.asarray(np.tensordot(windows, weight, axes=([3, 4, 5], [1, 2, 3])), np.float32)


def _silu(x: Pixels) -> Pixels:
    return np.asarray(x / (1 + np.exp(-x)), np.float32)
