"""Turned wood: pieces that came off a lathe, each a profile around an axis, drawn one over the other."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from fusion.example.canvas import Floats, inside, lookup

Point = tuple[float, float]
BACKDROP = -1  # the owner of pixels that no piece covers
WOOD = (0.63, 0.39, 0.185)  # beech, linear reflectance
STEEL = (0.2, 0.2, 0.21)


@dataclass(frozen=True, eq=False)
class Piece:
    """One turned piece in the picture plane."""

    name: str
    start: Point
    end: Point
    profile: Floats  # radii at even steps from start to end, in picture sides
    depth: float = 1.0  # how deep its cross-section is for its width
    metal: bool = False


@dataclass(frozen=True, eq=False)
class Patch:
    """What a piece covers, within its bounding box."""

    box: tuple[slice, slice]
    cover: Floats  # (h, w) in [0, 1]
    along: Floats  # picture sides from the start
    aside: Floats  # signed distance from the axis
    radius: Floats  # of the profile there
    slope: Floats  # of the profile there


@dataclass(eq=False)
class Relief:
    """The pieces drawn so far, as the camera sees them: facing, reflectance, and whose pixel it is."""

    normal: Floats  # (H, W, 3)
    tint: Floats  # (H, W, 3)
    open: Floats  # (H, W): share of the light that neighbouring pieces let through
    cover: Floats  # (H, W)
    owner: NDArray[np.int16]  # (H, W): index of the topmost piece, or BACKDROP


def blank(side: int) -> Relief:
    """Return a relief with nothing on it, (side, side)."""
    flat = np.zeros((side, side, 3), np.float32)
    zero = np.zeros((side, side), np.float32)
    return Relief(flat, flat.copy(), zero + 1, zero, np.full((side, side), BACKDROP, np.int16))


def rounded(first: float, middle: float, last: float, ends: float = 0.16) -> Floats:
    """Return the profile of a limb: three radii along it, both ends rounded off over that share of its length."""
    t = np.linspace(0, 1, 65)
    body = first * (1 - t) * (1 - 2 * t) + 4 * middle * t * (1 - t) + last * t * (2 * t - 1)
    short = np.clip(1 - np.minimum(t, 1 - t) / ends, 0, 1)
    return np.asarray(body * np.sqrt(1 - short**2), np.float32)


def egg(radius: float, fullest: float = 0.5) -> Floats:
    """Return the profile of an egg that is widest at that share of its length; 0.5 with its radius is a ball."""
    t = np.linspace(0, 1, 65) ** (np.log(0.5) / np.log(fullest))
    return np.asarray(radius * np.sqrt(np.maximum(1 - (2 * t - 1) ** 2, 0)), np.float32)


def covered(piece: Piece, side: int) -> Patch:
    """Return where a piece is seen when nothing is before it, within its bounding box."""
    (x0, y0), (x1, y1), reach = piece.start, piece.end, float(piece.profile.max()) + 2 / side
    left, right = (round((x + 0.5) * side) for x in (min(x0, x1) - reach, max(x0, x1) + reach))
    top, bottom = (round((y + 0.5) * side) for y in (min(y0, y1) - reach, max(y0, y1) + reach))
    box = slice(max(top, 0), min(bottom, side)), slice(max(left, 0), min(right, side))
    x = ((np.arange(box[1].start, box[1].stop) + 0.5) / side - 0.5 - x0).astype(np.float32)
    y = ((np.arange(box[0].start, box[0].stop) + 0.5) / side - 0.5 - y0).astype(np.float32)[:, None]
    length = np.float32(np.hypot(x1 - x0, y1 - y0))
    ax, ay = np.float32(x1 - x0) / length, np.float32(y1 - y0) / length
    along, aside = x * ax + y * ay, y * ax - x * ay
    at: Floats = np.clip(along / length * np.float32(len(piece.profile) - 1), 0, len(piece.profile) - 1.001)
    low = at.astype(np.int32)
    steps = np.diff(piece.profile)
    radius = piece.profile[low] + (at - np.floor(at)) * steps[low]
    slope = np.clip(steps * (len(steps) / length), -6, 6)[low]
    beyond = np.maximum(-along, along - length)
    edge = np.maximum((np.abs(aside) - radius) / np.sqrt(1 + slope * slope), beyond)
    return Patch(box, inside(edge, 1 / side), along, aside, radius, slope)


def draw(relief: Relief, index: int, piece: Piece, rng: np.random.Generator) -> None:
    """Draw a piece over what is there, and let it take light from what lies close behind it."""
    side = relief.cover.shape[0]
    patch = covered(piece, side)
    sine = np.clip(patch.aside / np.maximum(patch.radius, 1e-6), -1, 1)
    cosine = np.sqrt(1 - sine * sine)
    dx, dy = np.subtract(piece.end, piece.start) / np.hypot(*np.subtract(piece.end, piece.start))
    lift = -patch.slope
    toward = cosine / np.float32(piece.depth)
    normal = np.dstack(
        [lift * np.float32(dx) - sine * np.float32(dy), lift * np.float32(dy) + sine * np.float32(dx), toward]
    )
    normal /= np.sqrt((normal * normal).sum(2, keepdims=True)) + np.float32(1e-6)
    tint = np.broadcast_to(np.array(STEEL, np.float32), normal.shape) if piece.metal else _grain(patch, cosine, rng)
    _occlude(relief, patch, side)
    cover = patch.cover[..., None]
    for layer, new in ((relief.normal, normal), (relief.tint, tint)):
        layer[patch.box] += (new - layer[patch.box]) * cover
    for flat, value in ((relief.open, 1), (relief.cover, 1)):
        flat[patch.box] += (value - flat[patch.box]) * patch.cover
    relief.owner[patch.box][patch.cover > 0.5] = index


def _occlude(relief: Relief, patch: Patch, side: int) -> None:
    """Darken the surroundings of a piece: close pieces keep the light from each other."""
    reach = round(0.02 * side)
    rows, columns = patch.box
    top, left = max(rows.start - reach, 0), max(columns.start - reach, 0)
    box = slice(top, min(rows.stop + reach, side)), slice(left, min(columns.stop + reach, side))
    wide = np.zeros((box[0].stop - top, box[1].stop - left), np.float32)
    wide[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left] = patch.cover
    small = cv2.resize(wide, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    soft = cv2.resize(cv2.GaussianBlur(small, (0, 0), 0.0025 * side), wide.shape[::-1])
    relief.open[box] *= 1 - np.float32(0.55) * soft


def _grain(patch: Patch, cosine: Floats, rng: np.random.Generator) -> Floats:
    """Return the reflectance of wood, (h, w, 3): year rings of a log cut along its length, and fine pores."""
    high = cosine * patch.radius
    a, b = rng.uniform(0.03, 0.09) * rng.choice([-1, 1]), rng.uniform(0.02, 0.06)
    lean = np.float32(rng.uniform(-0.12, 0.12))
    wobble = np.float32(0.004) * np.sin(patch.along * np.float32(rng.uniform(15, 40)) + np.float32(6 * rng.random()))
    rings = np.hypot(patch.aside + np.float32(a) + lean * patch.along + wobble, high + np.float32(b))
    width = rng.normal(0, 0.5, 512).cumsum()
    width -= np.linspace(0, width[-1], 512)
    late = lookup(
        (0.5 + 0.5 * np.sin(np.linspace(0, 2 * np.pi * 36, 512) + width)).astype(np.float32) ** 2, rings, 0.25
    )
    pores = lookup(rng.standard_normal(1024, dtype=np.float32), patch.aside + wobble + 2, 0.3)
    shade = np.float32(rng.uniform(0.93, 1.05)) * (1 - np.float32(0.17) * late + np.float32(0.025) * pores)
    red, green, blue = (np.float32(channel) for channel in WOOD)  # late wood is redder
    return np.dstack(
        [shade * red, shade * green * (1 - np.float32(0.06) * late), shade * blue * (1 - np.float32(0.14) * late)]
    )


def silhouette(pieces: Sequence[Piece], names: frozenset[str], owner: NDArray[np.int16]) -> NDArray[np.bool_]:
    """Return the pixels where the named pieces would be seen among what is drawn, in the shape of `owner`."""
    seen = np.zeros(owner.shape, bool)
    for index, piece in enumerate(pieces):
        if piece.name in names:
            patch = covered(piece, owner.shape[0])
            seen[patch.box] |= (patch.cover > 0.5) & (owner[patch.box] <= index)
    return seen
