"""Region: where to look, by a mask and by a place named in words, in the picture's pixels, the frame's and in cells."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from fusion.errors import BadInput
from fusion.modality.prompt import Prompt

EDGE = 0.15  # of the shorter side: what "edge" means


def where_to_look(
    mask: NDArray[np.float32] | None, prompt: Prompt | None, shape: tuple[int, ...]
) -> NDArray[np.float32] | None:
    """Return a mask, (H, W), narrowed to the place that a prompt names; None if there is neither."""
    if prompt is None or not prompt.place:
        return mask
    named = field(prompt.place, (shape[0], shape[1]))
    both = named if mask is None else mask * named
    return both if both.any() else mask


def counted(mask: NDArray[np.float32] | None, look_at: NDArray[np.float32] | None) -> float | None:
    """Return the share of a picture that is looked at because a person masked it; None if a mask leaves nothing out."""
    if mask is None or look_at is None or (mask >= 0.5).all():
        return None
    return float((look_at >= 0.5).mean())


def field(place: str, shape: tuple[int, int]) -> NDArray[np.float32]:
    """Return a place named in words as a mask of a picture of `shape` (height, width), (H, W) of 0 and 1."""
    height, width = shape
    y, x = np.mgrid[:height, :width]
    if place == "edge":
        depth = np.minimum(np.minimum(x, width - 1 - x), np.minimum(y, height - 1 - y))
        return np.asarray(depth < EDGE * min(shape), np.float32)
    rows: tuple[float, float] = (0, 1 / 2) if "upper" in place else (1 / 2, 1) if "lower" in place else (0, 1)
    columns: tuple[float, float] = (0, 1 / 2) if "left" in place else (1 / 2, 1) if "right" in place else (0, 1)
    if place == "centre":
        rows = columns = (1 / 4, 3 / 4)
    inside = (y >= rows[0] * height) & (y < rows[1] * height) & (x >= columns[0] * width) & (x < columns[1] * width)
    return np.asarray(inside, np.float32)


def left_out(
    look_at: NDArray[np.float32], affine: NDArray[np.float64], size: tuple[int, int]
) -> NDArray[np.bool_] | None:
    """Return the pixels of a frame of `size` that a mask of the input, (H, W), leaves out; None if there are none."""
    inside = cv2.warpAffine(look_at, affine, size, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(inside < 0.5) if inside.min() < 0.5 else None


def share_of_cells(mask: NDArray[Any], grid: tuple[int, int]) -> NDArray[np.float32]:
    """Return the share of each cell that a mask of the frame, (H, W), covers, (rows, columns)."""
    return np.asarray(cv2.resize(mask.astype(np.float32), grid[::-1], interpolation=cv2.INTER_AREA), np.float32)


def looked_at(ignored: NDArray[np.bool_], grid: tuple[int, int], name: str) -> NDArray[np.bool_]:
    """Return the cells of which at least half is to be looked at, (rows, columns); BadInput if there are none."""
    share = share_of_cells(ignored, grid)
    if (share > 0.5).all():
        raise BadInput(f"{name}: its mask leaves no cell to look at; mark a spot of at least 1/20 of the part's length")
    return np.asarray(share <= 0.5)
