"""The shape of a region: long or round, in one piece or in specks, how long, how wide, which way it runs."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from explain.plain import Count, Degrees, Pixels, Ratio

Form = Literal["elongated", "compact", "spread", "speckled"]


@dataclass(frozen=True)
class Shape:
    kind: Form
    length_px: Pixels  # extent along the principal axis
    breadth_px: Pixels  # area / length where elongated (a bent scratch is no wider for it), else the extent across
    aspect: Ratio  # spread along the principal axis / spread across: 1 = round
    solidity: Ratio  # area / area of the convex hull: 1 = no dents
    fragments: Count
    orientation: Degrees | None  # of the principal axis, (-90, 90], above 0 rising to the right; if elongated


def shape(mask: NDArray[np.bool_], fills: float) -> Shape:
    """Measure a region, (H, W) cropped to its box, that covers the share `fills` of the part."""
    from scipy import ndimage
    from scipy.spatial import ConvexHull

    centre, covariance, area = moments(mask)
    (across, along), axes = np.linalg.eigh(covariance)
    hull = _hull_points(mask)
    major, minor = ((hull - centre) @ axes[:, 1]), ((hull - centre) @ axes[:, 0])
    length, extent_across = float(np.ptp(major)), float(np.ptp(minor))
    aspect = float(np.sqrt(along / across))
    solidity = area / ConvexHull(hull).volume  # in two dimensions `volume` is the area
    labels, fragments = ndimage.label(mask, np.ones((3, 3)))
    largest = np.bincount(labels.ravel())[1:].max() / area

    kind: Form
    if fragments >= 4 and largest < 0.6 and aspect < 6:  # a dashed scratch is still a line
        kind = "speckled"
    elif aspect >= 3:
        kind = "elongated"
    elif fills >= 0.15 or solidity < 0.5:
        kind = "spread"
    else:
        kind = "compact"
    if kind != "elongated":
        return Shape(kind, length, extent_across, aspect, solidity, fragments, None)
    dx, dy = axes[:, 1]
    angle = 90 - (90 - np.degrees(np.arctan2(-dy, dx)).round()) % 180  # y runs down, angles run up
    return Shape(kind, length, area / length, aspect, solidity, fragments, float(angle))


def moments(mask: NDArray[np.bool_]) -> tuple[NDArray[np.float64], NDArray[np.float64], float]:
    """Return centre (2,) and covariance (2, 2) in x, y, and the area; pixels are squares, not points."""
    weights = mask.astype(np.float64)
    y, x = np.arange(mask.shape[0]) + 0.5, np.arange(mask.shape[1]) + 0.5
    columns, rows, area = weights.sum(0), weights.sum(1), float(weights.sum())
    centre = np.array([columns @ x, rows @ y]) / area
    x, y = x - centre[0], y - centre[1]
    xy = y @ (weights @ x)
    covariance = np.array([[columns @ x**2, xy], [xy, rows @ y**2]]) / area + np.eye(2) / 12  # a unit square's own
    return centre, covariance, area


def _hull_points(mask: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return the corners, (N, 2) in x, y, of the first and last pixel of every row: their hull is the region's."""
    rows = np.flatnonzero(mask.any(1))
    first = mask[rows].argmax(1)
    last = mask.shape[1] - mask[rows, ::-1].argmax(1)
    x, y = np.concatenate([first, first, last, last]), np.concatenate([rows, rows + 1, rows, rows + 1])
    return np.stack([x, y], axis=1).astype(np.float64)
