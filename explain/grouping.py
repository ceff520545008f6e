"""From a mask of pixels to the few places that a person would point at.

Fragments nearer to each other than 1.5 % of the picture's longer side are one place (a dashed scratch is one scratch).
A place smaller than 1/20,000 of the part, or than 4 pixels, is a speck and is dropped, unless it is the strongest:
what the score may rest on is never dropped. All of this happens on a grid of cells a quarter of that distance wide,
so that 8 megapixels cost little more than one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fusion.detection import Detection

GAP = 0.015  # of the longer side
SPECK = 1 / 20_000  # of the part
SPECK_PIXELS = 4
Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Spot:
    """One place of the mask: its box (x0, y0, x1, y1), exclusive at the end, and its pixels within the box."""

    bbox: tuple[int, int, int, int]
    mask: NDArray[np.bool_]


def find(detection: Detection) -> list[Spot]:
    """Return the places of `pred_mask`, strongest peak first."""
    from scipy import ndimage

    mask = detection.pred_mask
    if not mask.any():
        return []
    cell = max(1, round(GAP * max(mask.shape) / 4))
    pixels = pooled(np.add, mask.astype(np.uint16), cell)
    reach = ndimage.binary_dilation(pixels > 0, np.ones((3, 3)), iterations=2)  # 2 cells from each side: 4 = the gap
    labels, count = ndimage.label(reach)
    labels[pixels == 0] = 0

    every = np.arange(1, count + 1)
    area = ndimage.sum_labels(pixels, labels, every)
    peaks = pooled(np.maximum, np.where(mask, detection.anomaly_map, -np.inf), cell)
    peak = ndimage.maximum(peaks, labels, every)
    order = np.lexsort((every, -area, -np.asarray(peak)))
    speck = max(SPECK_PIXELS, SPECK * np.count_nonzero(detection.part))
    boxes = ndimage.find_objects(labels)
    kept = [i for rank, i in enumerate(order) if rank == 0 or area[i] >= speck]
    return [_spot(mask, labels, int(every[i]), boxes[i], cell) for i in kept]


def covered(spots: Sequence[Spot], shape: tuple[int, ...]) -> Mask:
    """Return where spots are, (H, W)."""
    inside = np.zeros(shape, bool)
    for spot in spots:
        x0, y0, x1, y1 = spot.bbox
        inside[y0:y1, x0:x1] |= spot.mask
    return inside


def filled(mask: Mask) -> Mask:
    """Return a mask, (H, W), with what it encloses."""
    from scipy import ndimage

    return np.asarray(ndimage.binary_fill_holes(mask), bool)


def pooled(ufunc: np.ufunc, values: NDArray[Any], cell: int) -> NDArray[Any]:
    """Reduce squares of `cell` pixels to one value each, (H, W) -> (ceil(H / cell), ceil(W / cell))."""
    for _ in range(2):  # rows, then columns; whole slices at a time are five times faster than ufunc.reduceat
        result = values[::cell].copy()
        for i in range(1, min(cell, len(values))):
            part = values[i::cell]
            ufunc(result[: len(part)], part, out=result[: len(part)])
        values = result.T
    return values


def _spot(mask: NDArray[np.bool_], labels: NDArray[np.int32], label: int, box: tuple[slice, slice], cell: int) -> Spot:
    """Cut one label out of the mask, and the box down to its pixels."""
    top, left = box[0].start * cell, box[1].start * cell
    crop = mask[top : box[0].stop * cell, left : box[1].stop * cell]
    own = (labels[box] == label).repeat(cell, 0).repeat(cell, 1)[: crop.shape[0], : crop.shape[1]] & crop
    rows, columns = np.flatnonzero(own.any(1)), np.flatnonzero(own.any(0))
    (y0, y1), (x0, x1) = (int(rows[0]), int(rows[-1]) + 1), (int(columns[0]), int(columns[-1]) + 1)
    return Spot((left + x0, top + y0, left + x1, top + y1), own[y0:y1, x0:x1])
