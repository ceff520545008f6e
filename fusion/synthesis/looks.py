"""How a painted defect looks, measured on its picture, so that a caption says only what is true of it."""

import cv2
import numpy as np

from fusion.example.defects import place
from fusion.synthesis.site import GREY, Mask, Pixels


def tone(before: Pixels, after: Pixels, mask: Mask, grey: bool) -> str:
    """Return the adjective of what a defect does to the grey levels or the colour, or nothing if it does both ways."""
    if not mask.any():
        return ""
    change = after[mask].astype(np.float32) - before[mask]
    mean, size = change.mean(axis=0), float(np.abs(change).mean())
    light = float(mean @ GREY)
    tint = mean - light
    if not grey and np.abs(tint).max() > 0.6 * size:
        yellow = min(tint[0], tint[1]) > 0
        return "yellowish" if yellow else ("reddish", "greenish", "bluish")[int(np.argmax(tint))]
    return "" if abs(light) < 0.5 * size else "bright" if light > 0 else "dark"


def several(mask: Mask) -> bool:
    """Tell whether a mask has more than one piece to speak of."""
    _, _, boxes, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    areas = boxes[1:, cv2.CC_STAT_AREA]
    return bool((areas > 0.15 * areas.max(initial=0)).sum() > 1)


def thin(mask: Mask, inner: tuple[slice, slice]) -> bool:
    """Tell whether a mask is a line: the largest disc in it covers little of it. `inner` bounds the mask."""
    reach = cv2.distanceTransform(np.pad(mask[inner], 1).astype(np.uint8), cv2.DIST_L2, 3).max()
    return bool(np.pi * reach**2 < 0.15 * mask[inner].sum()) and not several(mask[inner])


def whereabouts(mask: Mask, inner: tuple[slice, slice], part: Mask | None, rng: np.random.Generator) -> str | None:
    """Return the words for where a mask lies: a ninth of the picture, or now and then the edge that it touches.

    `inner` bounds the mask, which keeps the search short.
    """
    rows, columns = np.nonzero(mask[inner])
    if not len(rows):
        return None
    rows, columns = rows + inner[0].start, columns + inner[1].start
    height, width = mask.shape
    border = min(rows.min(), columns.min(), height - 1 - rows.max(), width - 1 - columns.max()) < 0.02 * max(mask.shape)
    at_edge = border if part is None else bool((~part[rows, columns]).any())
    if at_edge and rng.random() < 0.3:
        return "edge"
    return place(float(columns.mean() / width - 0.5), float(rows.mean() / height - 0.5))
