"""Mirror places: a part that is like its own mirror image says of each region whether it is alone there.

A defect breaks the symmetry of its part. What tooling or light does often comes on both sides.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from explain import colour
from explain.grouping import Spot
from explain.place import Frame
from explain.plain import Count, Lab, Ratio
from fusion.detection import Detection

SMALL = 48  # cells along each side of the part's box, in which it is compared with its mirror image
LIKE = 0.85  # from which a part is symmetric
PLAIN = 4.0  # grey levels: a surface that varies less has no pattern that could be symmetric
ITSELF = 0.2  # share of a region that lies on its own mirror image, from which it has none
NEAR = 0.02  # of the picture's longer side: so far from its mirror place another region still lies on it
Axis = Literal["left_right", "top_bottom", "half_turn"]
FLIPS: dict[Axis, tuple[int, ...]] = {"left_right": (1,), "top_bottom": (0,), "half_turn": (0, 1)}
Mask = NDArray[np.bool_]
Index = NDArray[np.int64]


@dataclass(frozen=True)
class Mirror:
    """What lies at a region's mirror place."""

    axis: Axis  # under which the part's normal version is the most like itself
    likeness: Ratio  # of the two: overlap of outlines, or correlation of what is on the surface if that is less
    region: Count | None  # that lies there; None: nothing that differs from normal
    apart: Lab  # distance in colour of the two places, beyond that of the normal version


def symmetries(normal: NDArray[np.uint8], part: Mask) -> list[tuple[float, Axis]]:
    """Return how much, and how, a part, (H, W), in its normal version, (H, W, 3), is symmetric, the most first."""
    if part.all() or not part.any():
        return []  # a picture without a background shows no part as a whole
    x0, y0, x1, y1 = Frame(part).bbox
    rows, columns = (np.linspace(a, b - 1, SMALL).round().astype(int) for a, b in ((y0, y1), (x0, x1)))
    light, inside = _smooth(normal[rows[:, None], columns].mean(axis=-1)), part[rows[:, None], columns]
    found = [(_likeness(light, inside, flip), axis) for axis, flip in FLIPS.items()]
    return sorted((one for one in found if one[0] >= LIKE), reverse=True)


def mirrors(image: NDArray[np.uint8], detection: Detection, spots: Sequence[Spot]) -> list[Mirror | None]:
    """Return what lies at each spot's mirror place; None where a part isn't symmetric, or a spot is its own mirror."""
    found = symmetries(detection.normal, detection.part) if spots else []
    frame, told = Frame(detection.part), list[Mirror | None]()
    for at in range(len(spots)):
        there = [_mirror(at, spots, image, detection.normal, frame, axis, likeness) for likeness, axis in found]
        known = [one for one in there if one]  # alone is what has nothing at any of its mirror places
        told.append(next((one for one in known if one.region), known[0] if known else None))
    return told


def _mirror(
    at: int,
    spots: Sequence[Spot],
    image: NDArray[np.uint8],
    normal: NDArray[np.uint8],
    frame: Frame,
    axis: Axis,
    likeness: float,
) -> Mirror | None:
    spot = spots[at]
    y, x = (ends + start for ends, start in zip(spot.mask.nonzero(), (spot.bbox[1], spot.bbox[0]), strict=True))
    to_y, to_x = _flipped(y, x, frame.bbox, axis)
    inside = (to_y >= 0) & (to_y < image.shape[0]) & (to_x >= 0) & (to_x < image.shape[1])
    if not inside.all() or not frame.part[to_y, to_x].any():  # beside the picture, or beside the part
        return None
    if _on(spot, to_y, to_x, 0) >= ITSELF:
        return None
    near = round(NEAR * max(frame.part.shape))
    shares = [0.0 if other is spot else _on(other, to_y, to_x, near) for other in spots]
    there = int(np.argmax(shares)) if max(shares) > 0 else None
    apart = _between(image, (y, x), (to_y, to_x)) - _between(normal, (y, x), (to_y, to_x))
    return Mirror(axis, likeness, None if there is None else there + 1, float(np.linalg.norm(apart)))


def _flipped(y: Index, x: Index, box: tuple[int, int, int, int], axis: Axis) -> tuple[Index, Index]:
    x0, y0, x1, y1 = box
    flip = FLIPS[axis]
    return y0 + y1 - 1 - y if 0 in flip else y, x0 + x1 - 1 - x if 1 in flip else x


def _on(spot: Spot, y: Index, x: Index, near: int) -> float:
    """Return the share of pixels that lie on a spot, or in its box if they may lie so near to it."""
    x0, y0, x1, y1 = spot.bbox
    if near:
        return float(((x >= x0 - near) & (x < x1 + near) & (y >= y0 - near) & (y < y1 + near)).mean())
    within = (x >= x0) & (x < x1) & (y >= y0) & (y < y1)
    return float(spot.mask[y[within] - y0, x[within] - x0].sum()) / len(x)


def _between(picture: NDArray[np.uint8], here: tuple[Index, ...], there: tuple[Index, ...]) -> NDArray[np.float32]:
    """Return how two places of a picture differ in Lab, in the mean, (3,)."""
    return np.asarray(colour.lab(picture[here]).mean(axis=0) - colour.lab(picture[there]).mean(axis=0), np.float32)


def _smooth(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a small picture, (h, w), averaged over neighbours: edges that lie a cell apart are still alike."""
    from scipy import ndimage

    return np.asarray(ndimage.uniform_filter(values, 3, mode="nearest"), np.float64)


def _likeness(light: NDArray[np.float64], inside: Mask, flip: tuple[int, ...]) -> float:
    """Return how far a part, (h, w), is like itself once flipped: its outline, and its surface if it has a pattern."""
    other = np.flip(inside, flip)
    both = inside & other
    overlap = float(both.sum()) / max(int((inside | other).sum()), 1)
    if not both.any() or light[both].std() < PLAIN:
        return overlap
    return min(overlap, float(np.corrcoef(light[both], np.flip(light, flip)[both])[0, 1]))
