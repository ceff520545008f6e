"""Region: where to look, by a mask and by places named in words, in the picture's pixels, the frame's and in cells."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from fusion.errors import BadInput
from fusion.modality.prompt import Prompt

EDGE = 0.15  # of the part's shorter side: what "edge" means


def where_to_look(
    mask: NDArray[np.float32] | None, prompt: Prompt | None, part: NDArray[np.bool_]
) -> NDArray[np.float32] | None:
    """Return a mask, (H, W), narrowed to the place that a prompt names, without those that it leaves out altogether.

    Places are the part's, (H, W). None if there is neither mask nor place.
    """
    narrowed = None if mask is None else mask.astype(np.float32)
    if prompt is not None:
        here = [within((prompt.place,), part)] if prompt.place else []
        for one in (*here, *(1 - within(places, part) for places in prompt.whole_places_left_out)):
            narrowed = one if narrowed is None else narrowed * one
    return narrowed


def counted(mask: NDArray[np.float32] | None, look_at: NDArray[np.float32] | None) -> float | None:
    """Return the share of a picture that is looked at because a person masked it; None if a mask leaves nothing out."""
    if mask is None or look_at is None or (mask >= 0.5).all():
        return None
    return float((look_at >= 0.5).mean())


def field(place: str, shape: tuple[int, int]) -> NDArray[np.float32]:
    """Return one of explain.place's fields as a mask of a box of `shape` (height, width), (H, W) of 0 and 1."""
    height, width = shape
    y, x = np.mgrid[:height, :width]
    rows: tuple[float, float] = (0, 1 / 2) if "upper" in place else (1 / 2, 1) if "lower" in place else (0, 1)
    columns: tuple[float, float] = (0, 1 / 2) if "left" in place else (1 / 2, 1) if "right" in place else (0, 1)
    if place == "centre":
        rows = columns = (1 / 4, 3 / 4)
    inside = (y >= rows[0] * height) & (y < rows[1] * height) & (x >= columns[0] * width) & (x < columns[1] * width)
    return np.asarray(inside, np.float32)


def within(places: tuple[str, ...], part: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Return what lies in all of some places of a part, (H, W), as a mask of 0 and 1; no place is everywhere.

    A field is one of the part's box, carried on beyond the box: what sticks out lies there, too. The edge follows the
    part's outline.
    """
    found = np.ones(part.shape, np.float32)
    part = part if part.any() else np.ones_like(part)
    for place in places:
        found *= _edge(part) if place == "edge" else _in_field(place, part)
    return found


def _edge(part: NDArray[np.bool_]) -> NDArray[np.float32]:
    depth = cv2.distanceTransform(np.pad(part, 1).astype(np.uint8), cv2.DIST_L2, 3)[1:-1, 1:-1]
    return np.asarray(depth <= 2 * EDGE * depth.max(), np.float32)  # twice the depth is what is long's shorter side


def _in_field(place: str, part: NDArray[np.bool_]) -> NDArray[np.float32]:
    rows, columns = np.flatnonzero(part.any(axis=1)), np.flatnonzero(part.any(axis=0))
    top, bottom, left, right = rows[0], rows[-1] + 1, columns[0], columns[-1] + 1
    margins = ((top, part.shape[0] - bottom), (left, part.shape[1] - right))
    return np.pad(field(place, (int(bottom - top), int(right - left))), margins, mode="edge")


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
        raise BadInput(
            f"{name}: its mask leaves no cell to look at; mark a spot of at least 1/20 of the part's length, or name "
            "fewer places to leave out"
        )
    return np.asarray(share <= 0.5)
