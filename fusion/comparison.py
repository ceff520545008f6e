"""What a picture has that its normal version hasn't, to the pixel: a map only says which cells to look at.

What normals would look like in a large hole is a guess, and much of what differs from it is the guess's fault. So the
hole shrinks: what differs clearly is hidden again, by itself, and the rest of the picture helps to guess it better.
"""

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.float32]
Mask = NDArray[np.bool_]
Reconstruct = Callable[[NDArray[np.uint8], Mask], Pixels]  # a picture, and where it is not to be believed

WIDENED = 9  # px: a wrong place is hidden with its margin
# Shares of the largest difference: what reaches the first belongs to it where it hangs together with the second; and
# the pixels around it that are hidden next. Fainter and fainter, as the guess becomes better.
LOOKS = ((0.5, 0.5, 15), (0.3, 0.6, 11), (0.2, 0.5, 11))
FAINTEST = 6.0  # grey levels
SEAM = 13  # px: as wide is the soft edge of what is replaced
SLIP = 3  # px: an edge that lies one pixel off is no difference


def repaired(
    picture: NDArray[np.uint8], wrong: Mask, reconstruct: Reconstruct, aligned: bool
) -> tuple[Pixels, Mask, Pixels]:
    """Return the normal version (H, W, 3), what differs from it (H, W), and how far it replaces the picture (H, W).

    Within each wrong place only what really differs is replaced, with a soft seam; the rest is the picture's own.
    """
    places = np.asarray(cv2.connectedComponents(wrong.astype(np.uint8))[1], np.int32)
    hole, near, differs = widened(wrong), wrong, wrong
    for least, seed, margin in LOOKS:
        normal, seen = reconstruct(picture, hole), hole
        differs = _differing(_apart(picture, normal, aligned), places, differs, near, least, seed)
        hole, near = _grown(differs, margin + SEAM) & seen, _grown(differs, margin) & near
    share = cv2.GaussianBlur(_grown(differs, SEAM).astype(np.float32), (0, 0), 2.5)
    return normal, differs, np.asarray(share * seen, np.float32)


def widened(wrong: Mask) -> Mask:
    """Return wrong places (H, W) with the margin that is hidden with them."""
    return cv2.dilate(wrong.astype(np.uint8), np.ones((WIDENED, WIDENED), np.uint8)) > 0


def _apart(picture: NDArray[np.uint8], normal: Pixels, aligned: bool) -> Pixels:
    """Return how far a picture is from anything that its normal version has within a pixel, smoothed, (H, W)."""
    near = np.ones((SLIP, SLIP), np.uint8)
    above, below = picture - cv2.dilate(normal, near), cv2.erode(normal, near) - picture
    apart = np.maximum(np.maximum(above, below), 0).max(axis=-1).astype(np.float32)
    # threads of a texture never lie where the remembered ones do: only what is coarser than they tells
    return np.asarray(cv2.GaussianBlur(apart, (0, 0), 1.2 if aligned else 4.0), np.float32)


def _differing(apart: Pixels, places: NDArray[np.int32], before: Mask, near: Mask, least: float, seed: float) -> Mask:
    """Return the pixels of each wrong place that really differ, (H, W); one that differs nowhere stays as it was."""
    out = before & near
    for number in range(1, int(places.max()) + 1):
        inside = (places == number) & near
        if not inside.any():
            continue
        top = float(np.quantile(apart[inside], 0.995))
        faint = (inside & (apart >= max(FAINTEST, least * top))).astype(np.uint8)
        clear = inside & (apart >= max(FAINTEST, seed * top))
        _, pieces = cv2.connectedComponents(cv2.morphologyEx(faint, cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8)))
        found = np.isin(pieces, np.unique(pieces[clear])) & (pieces > 0) & inside
        if found.sum() >= 4:
            out[inside] = found[inside]
    return out


def _grown(mask: Mask, size: int) -> Mask:
    return cv2.dilate(mask.astype(np.uint8), cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))) > 0
