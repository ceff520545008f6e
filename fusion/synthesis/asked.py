"""What words ask for: the kind of defect that they mean, and a plausible shape of it at a plausible place."""

import re
from collections.abc import Callable, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from fusion.errors import BadInput
from fusion.region import EDGE, field
from fusion.synthesis import KINDS, SYNONYMS, synthesise
from fusion.synthesis.site import Mask, Pixels

Encode = Callable[[Sequence[str]], NDArray[np.float32]]  # texts -> unit vectors, (N, D)

DRAWN_AT = 400  # px of the longer side: shapes are drawn as large as those that painters learn from
_SIZES = (
    (frozenset(("small", "tiny", "little", "short", "fine", "hairline", "slight")), (0.15, 0.4)),
    (frozenset(("large", "big", "wide", "long", "huge", "severe")), (0.75, 1.0)),
)
_USUAL = (0.35, 0.9)
_WHERE = re.compile(r",| (?:in|on|at|near|along|across|from|to|with|under|over|beside|between) ")


def kind_of(words: str, encode: Encode) -> str:
    """Return the kind of defect, of KINDS, that English words mean.

    What names a kind decides, the last before "on the rim" and its like: of "a rough stain", the stain. Only words that
    name none are compared with all that do, by their embeddings.
    """
    lower = words.lower()
    named = named_kind(_WHERE.split(lower)[0]) or named_kind(lower)
    if named:
        return named
    said = encode([words])[0]
    return max(KINDS, key=lambda kind: float((encode(SYNONYMS[kind]) @ said).max()))


def named_kind(words: str) -> str:
    """Return the kind whose name ends last in words, the longest of those that end there; "" if none is named."""
    found = [
        (match.end(), len(word), kind)
        for kind in KINDS
        for word in SYNONYMS[kind]
        for match in re.finditer(rf"(?<![\w-]){re.escape(word)}(?:s|es)?(?![\w-])", words)
    ]
    return max(found)[2] if found else ""


def shape_of(picture: Pixels, part: Mask, kind: str, words: str, place: str, rng: np.random.Generator) -> Mask:
    """Return a mask as a defect of a kind may have it on a part, (H, W), as large and where words say.

    `place` is a field of the part's box, as `fusion.guidance.field` knows them; "" is anywhere.
    """
    height, width = picture.shape[:2]
    scale = min(1.0, DRAWN_AT / max(height, width))
    size = (max(1, round(scale * width)), max(1, round(scale * height)))
    small = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
    on = cv2.resize(part.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0
    low, high = next((sizes for said, sizes in _SIZES if said & set(words.lower().split())), _USUAL)
    if kind == "chip" and place == "edge":  # it can't be elsewhere, and "a chipped edge" names no place
        place = ""
    where = _within(on if on.any() else np.ones_like(on), place)
    drawn = synthesise(small, rng, kind, on, where, float(rng.uniform(low, high))).mask
    return np.asarray(cv2.resize(drawn.astype(np.float32), (width, height), interpolation=cv2.INTER_LINEAR) >= 0.5)


def _within(part: Mask, place: str) -> Mask | None:
    """Return a field of a part's box, carried on beyond the box, (H, W): what lies at the outline needs room there.

    The edge follows the outline. None where no place is named.
    """
    if not place:
        return None
    if place == "edge":
        depth = cv2.distanceTransform(np.pad(part, 1).astype(np.uint8), cv2.DIST_L2, 3)[1:-1, 1:-1]
        where = depth <= 2 * EDGE * depth.max()  # twice the depth is the shorter side of what is long
    else:
        rows, columns = np.flatnonzero(part.any(axis=1)), np.flatnonzero(part.any(axis=0))
        top, bottom, left, right = rows[0], rows[-1] + 1, columns[0], columns[-1] + 1
        margins = ((top, part.shape[0] - bottom), (left, part.shape[1] - right))
        where = np.pad(field(place, (int(bottom - top), int(right - left))), margins, mode="edge") > 0
    if not (part & where).any():
        raise BadInput(f"nothing of the part lies at its {place.replace('_', ' ')}; name another place, or give a mask")
    return np.asarray(where)
