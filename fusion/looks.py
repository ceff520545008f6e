"""Looks: one vector for a picture, and one for what differs in it from its normal version, to find others like it.

Means of the wavelet features, which know nothing of places: a scratch on the left is like one on the right.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from fusion.representation.wavelet import WaveletConfig, wavelet

SIDE = 192  # pixels of the longer side that is looked at
LEAST = 80  # pixels a side: a smaller picture is enlarged, or it would have fewer octaves and so another vector
CELLS = 24  # along it
_CONFIG = WaveletConfig(contexts=(1,))
_COLOURS, _FINEST = 3, 18  # channels of cells: light and two opponent colours, then the finest octave's
# What may change of pictures as a whole, by light, lens or camera, though no part of theirs does.
TRAITS = ("brightness", "contrast", "sharpness", "red against green", "yellow against blue")

Vector = NDArray[np.float16]


def look(image: NDArray[np.uint8]) -> Vector:
    """Return what a picture (H, W, 3) looks like: means and spreads of its cells, (2 C,)."""
    cells = _cells(image)
    return np.concatenate([cells.mean(axis=(0, 1)), cells.std(axis=(0, 1))]).astype(np.float16)


def traits(vector: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return one number for each of TRAITS, (5,), of what `look` returned."""
    means, spreads = np.split(vector.astype(np.float64), 2)
    finest = means[_COLOURS : _COLOURS + _FINEST].mean()
    return np.array([means[0], spreads[0], finest, means[1], means[2]])


def difference(image: NDArray[np.uint8], normal: NDArray[np.uint8], marked: NDArray[np.bool_]) -> Vector | None:
    """Return how what is marked differs from the normal version there, and from its surroundings, (2 C,).

    None where nothing is marked.
    """
    if not marked.any():
        return None
    cells, expected = _cells(image), _cells(normal)
    inside = np.asarray(
        cv2.resize(marked.astype(np.float32), cells.shape[1::-1], interpolation=cv2.INTER_AREA), np.float32
    )
    around = np.clip(cv2.dilate(inside, np.ones((5, 5), np.uint8)) - inside, 0, 1)
    from_normal = _mean(cells - expected, inside)
    return np.concatenate([from_normal, _mean(cells, inside) - _mean(cells, around)]).astype(np.float16)


def _cells(image: NDArray[np.uint8]) -> NDArray[np.float32]:
    height, width = image.shape[:2]
    scale = min(1.0, SIDE / max(height, width))
    size = (max(LEAST, round(width * scale)), max(LEAST, round(height * scale)))
    way = cv2.INTER_AREA if size[0] <= width and size[1] <= height else cv2.INTER_LINEAR
    small = np.asarray(cv2.resize(image, size, interpolation=way), np.uint8)
    share = CELLS / max(height, width)
    return wavelet(small, (max(1, round(height * share)), max(1, round(width * share))), _CONFIG)


def _mean(cells: NDArray[np.float32], weights: NDArray[np.float32]) -> NDArray[np.float32]:
    total = max(float(weights.sum()), 1e-6)
    return np.asarray((cells * weights[..., None]).sum(axis=(0, 1)) / total, np.float32)
