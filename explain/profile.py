"""A profile: lightness along a line through a region's strongest place, across its narrow side, beside the normal one.

What a region's average hides shows here: a scratch's edges, a stain that fades, a normal version that does not meet
the picture at the seam.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from explain.colour import lab
from explain.grouping import Spot
from explain.shape import moments
from fusion.detection import Detection

Numbers = NDArray[np.float64]

SHORTEST, LONGEST = 12, 0.25  # px to either side; share of the picture's longer side
STRONG = 0.95  # of the highest difference
BESIDE = (-1.0, 0.0, 1.0)  # px: lines next to each other, of which the mean is shown


@dataclass(frozen=True, eq=False)
class Profile:
    """Values along a line, from one end to the other."""

    along: Numbers  # (N,) px from the strongest place
    seen: Numbers  # (N,) L* of the picture
    normal: Numbers  # (N,) L* of its normal version
    marked: NDArray[np.bool_]  # (N,)


def profile(image: NDArray[np.uint8], detection: Detection, spot: Spot) -> Profile:
    """Measure along a line through a spot of a picture, (H, W, 3), across the spot's narrow side."""
    along, across, wide = _axes(spot.mask)
    reach = int(min(max(1.5 * wide, SHORTEST), max(LONGEST * max(image.shape[:2]), SHORTEST)))
    steps = np.arange(-reach, reach + 1, dtype=float)
    places = _strongest(detection, spot) + steps[:, None] * across
    there = ((places >= 0) & (places <= (image.shape[1] - 1, image.shape[0] - 1))).all(axis=1)
    steps, places = steps[there], places[there]
    seen, normal = (
        np.mean([_lightness(picture, places + by * along) for by in BESIDE], axis=0)
        for picture in (image, detection.normal)
    )
    nearest = places.round().astype(int)
    return Profile(steps, seen, normal, detection.pred_mask[nearest[:, 1], nearest[:, 0]])


def _axes(mask: NDArray[np.bool_]) -> tuple[Numbers, Numbers, float]:
    """Return the directions along and across the pixels of a mask, (2,) each as x, y, and how wide they are across."""
    _, directions = np.linalg.eigh(moments(mask)[1])  # the narrowest first
    across, along = directions.T
    across = across * (1 if across.sum() >= 0 else -1)  # from left to right, or from top to bottom
    return along, across, float(np.ptp(np.argwhere(mask)[:, ::-1] @ across)) + 1


def _strongest(detection: Detection, spot: Spot) -> Numbers:
    """Return where a spot's difference is about as high as anywhere in it, nearest to its middle, (2,) as x, y."""
    x0, y0, x1, y1 = spot.bbox
    inside = np.where(spot.mask, detection.anomaly_map[y0:y1, x0:x1], -np.inf)
    high = np.argwhere(inside >= STRONG * inside.max())
    middle = np.argwhere(spot.mask).mean(axis=0)
    row, column = high[((high - middle) ** 2).sum(axis=1).argmin()]
    return np.array([x0 + column, y0 + row], float)


def _lightness(picture: NDArray[np.uint8], places: Numbers) -> Numbers:
    """Return L* at places, (N, 2) as x, y, between pixels too."""
    from scipy.ndimage import map_coordinates  # scipy takes half a second to import, which `foil --help` must not pay

    low, high = (places.min(axis=0) - 1).clip(0).astype(int), places.max(axis=0).astype(int) + 2
    near = picture[low[1] : high[1], low[0] : high[0]]
    at = (places - low)[:, ::-1].T
    colours = [map_coordinates(channel, at, np.float32, order=1, mode="nearest") for channel in near.transpose(2, 0, 1)]
    return np.asarray(lab(np.stack(colours, axis=-1).round().astype(np.uint8))[:, 0], np.float64)
