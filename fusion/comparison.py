"""What a picture has that its normal version hasn't, to the pixel: a map only says which cells to look at.

What normals would look like in a large hole is a guess, and much of what differs from it is the guess's fault. So the
hole shrinks: what differs clearly is hidden again, by itself, and the rest of the picture helps to guess it better.
`fusion.outline` tells what differs from the last guess.
"""

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from fusion.outline import Mask, Outlines, Pixels, apart, outline

# a picture, where it is not to be believed, and where else nothing may be taken from
Reconstruct = Callable[[NDArray[np.uint8], Mask, Mask], Pixels]

WIDENED = 9  # px: a wrong place is hidden with its margin
# Shares of the largest difference: what reaches the first belongs to it where it hangs together with the second; and
# the pixels around it that are hidden next. Fainter and fainter, as the guess becomes better.
LOOKS = ((0.5, 0.5, 15), (0.3, 0.6, 11), (0.2, 0.5, 11))
FADES = 0.7  # of a map's level: a defect's ends are fainter than its middle, and lie beside cells that are normal
STRONGEST = 0.8  # of the way from a place's lowest to its highest: there it is wrong, whatever else differs in it
FAINTEST = 6.0  # grey levels
SEAM = 13  # px: as wide is the soft edge of what is replaced
LIKELY, POSSIBLE = 0.35, 0.2  # from where on a pixel differs; and in a place where none is so likely


def repaired(
    picture: NDArray[np.uint8],
    wrong: Mask | Pixels,
    reconstruct: Reconstruct,
    aligned: bool,
    outlines: Outlines | None = None,
) -> tuple[Pixels, Mask, Pixels]:
    """Return the normal version (H, W, 3), what differs from it (H, W), and how far it replaces the picture (H, W).

    `wrong` (H, W) is a mask, or a map over its level: from 1 on a place is wrong, and the more, the surer; it goes on
    as far as the map is not much lower. Within each wrong place only what really differs is replaced, with a soft seam;
    the rest is the picture's own.
    """
    strength = np.asarray(wrong, np.float32)
    marked = _going_on(strength)
    places = _places(marked)
    normal, seen, differs = _guessed(picture, marked, places, _strongest(strength, places), reconstruct, aligned)
    likely = outline(picture, normal, strength, seen, aligned, outlines)
    inside = np.minimum(1, cv2.distanceTransform(seen.astype(np.uint8), cv2.DIST_L2, 3) / (WIDENED // 2))
    differs = _outlined(likely * marked * (inside == 1), places, differs)  # what is half hidden can't be replaced
    share = cv2.GaussianBlur(grown(differs, SEAM).astype(np.float32), (0, 0), 2.5)
    return normal, differs, np.asarray(share * inside, np.float32)


def filled(picture: NDArray[np.uint8], hidden: Mask, reconstruct: Reconstruct, aligned: bool) -> Pixels:
    """Return the normal version alone, (H, W, 3), of what is hidden, (H, W)."""
    return _guessed(picture, hidden, _places(hidden), np.zeros_like(hidden), reconstruct, aligned)[0]


def _going_on(strength: Pixels) -> Mask:
    """Return what is wrong, (H, W), and what is hardly less so and hangs together with it."""
    pieces = _places(strength >= FADES)
    return np.isin(pieces, np.unique(pieces[strength >= 1])) & (pieces > 0)


def _strongest(strength: Pixels, places: NDArray[np.int32]) -> Mask:
    """Return where each place is about as wrong as anywhere in it, (H, W); nowhere if it is everywhere alike."""
    tops = np.zeros(int(places.max()) + 1, np.float32)
    np.maximum.at(tops, places.ravel(), strength.ravel())
    lows = tops.copy()
    np.minimum.at(lows, places.ravel(), strength.ravel())
    return np.asarray((places > 0) & (strength > (lows + STRONGEST * (tops - lows))[places]))


def _places(marked: Mask) -> NDArray[np.int32]:
    return np.asarray(cv2.connectedComponents(marked.astype(np.uint8))[1], np.int32)


def _guessed(
    picture: NDArray[np.uint8],
    marked: Mask,
    places: NDArray[np.int32],
    strongest: Mask,
    reconstruct: Reconstruct,
    aligned: bool,
) -> tuple[Pixels, Mask, Mask]:
    """Return the last guess of normal (H, W, 3), the hole that it was made for, and what clearly differs, (H, W).

    What is `strongest` stays hidden, however much a guess's fault beside it differs.
    """
    hole, near, differs = widened(marked), marked, marked
    spoilt = hole  # at first: what a later look takes for normal may be the defect's own middle
    for least, seed, margin in LOOKS:
        normal, seen = reconstruct(picture, hole, spoilt), hole
        differs = _differing(_apart(picture, normal, aligned), places, differs, near, least, seed)
        kept = differs | strongest
        hole, near = grown(kept, margin + SEAM) & seen, grown(kept, margin) & near
    return normal, seen, differs


def widened(wrong: Mask) -> Mask:
    """Return wrong places (H, W) with the margin that is hidden with them."""
    return cv2.dilate(wrong.astype(np.uint8), np.ones((WIDENED, WIDENED), np.uint8)) > 0


def _apart(picture: NDArray[np.uint8], normal: Pixels, aligned: bool) -> Pixels:
    """Return how far a picture is from its normal version, smoothed, (H, W)."""
    # threads of a texture never lie where the remembered ones do: only what is coarser than they tells
    return np.asarray(cv2.GaussianBlur(apart(picture, normal), (0, 0), 1.2 if aligned else 4.0), np.float32)


def _outlined(likely: Pixels, places: NDArray[np.int32], before: Mask) -> Mask:
    """Return what is likely to differ, (H, W); in a place where nothing is, what may, or what differed before."""
    out = likely >= LIKELY
    for number in range(1, int(places.max()) + 1):
        inside = places == number
        if (out & inside).sum() < 4:
            possible = inside & (likely >= max(POSSIBLE, 0.5 * float(likely[inside].max())))
            out |= possible if possible.sum() >= 4 else before & inside
    return out


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


def grown(mask: Mask, size: int) -> Mask:
    """Return a mask, (H, W), with what lies within half a size of it, px."""
    return cv2.dilate(mask.astype(np.uint8), cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))) > 0
