"""What words ask for: the kind of defect that they mean, and a plausible one of it drawn at a plausible place."""

import re
from collections.abc import Callable, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from fusion.errors import BadInput
from fusion.region import within
from fusion.synthesis import KINDS, SYNONYMS, synthesise
from fusion.synthesis.looks import tone
from fusion.synthesis.site import Mask, Pixels

Encode = Callable[[Sequence[str]], NDArray[np.float32]]  # texts -> unit vectors, (N, D)

DRAWN_AT = 400  # px of the longer side: shapes are drawn as large as those that painters learn from
_SIZES = (
    (frozenset(("small", "tiny", "little", "short", "fine", "hairline", "slight")), (0.15, 0.4)),
    (frozenset(("large", "big", "wide", "long", "huge", "severe")), (0.75, 1.0)),
)
_USUAL = (0.35, 0.9)
_TONES = {  # of `fusion.synthesis.looks`, and the words that ask for them
    "dark": frozenset(("dark", "black", "burnt", "brown")),
    "bright": frozenset(("bright", "light", "white", "pale", "shiny")),
    "reddish": frozenset(("red", "reddish", "rust", "rusty", "pink")),
    "yellowish": frozenset(("yellow", "yellowish")),
    "greenish": frozenset(("green", "greenish")),
    "bluish": frozenset(("blue", "bluish")),
}
_ATTEMPTS = 12  # at a tone that is asked for
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


def drawing_of(
    picture: Pixels,
    part: Mask,
    kind: str,
    words: str,
    place: str,
    rng: np.random.Generator,
    where: Mask | None = None,
) -> tuple[Pixels, Mask]:
    """Return a picture, (H, W, 3), with a defect of a kind drawn on its part, and the defect's mask, (H, W).

    It is as large, and if a few attempts allow as dark, bright or coloured, as words say, and lies inside `where` or in
    `place`, a field of the part's box, as `fusion.region.field` knows them; "" is anywhere.
    """
    height, width = picture.shape[:2]
    scale = min(1.0, DRAWN_AT / max(height, width))
    size = (max(1, round(scale * width)), max(1, round(scale * height)))
    small = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
    on = cv2.resize(part.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0
    said = set(words.lower().split())
    low, high = next((sizes for names, sizes in _SIZES if names & said), _USUAL)
    if kind == "chip" and place == "edge":  # it can't be elsewhere, and "a chipped edge" names no place
        place = ""
    if where is not None:
        inside = cv2.resize(where.astype(np.uint8), size, interpolation=cv2.INTER_AREA) > 0
    else:
        inside = _within(on if on.any() else np.ones_like(on), (place,) if place else ())
    wished = {tone for tone, names in _TONES.items() if names & said}
    grey = bool((picture == picture[..., :1]).all())
    for _ in range(_ATTEMPTS if wished else 1):
        drawn = synthesise(small, rng, kind, on, inside, float(rng.uniform(low, high)))
        if tone(small, drawn.image, drawn.mask, grey) in wished:
            break
    change = drawn.image.astype(np.float32) - small
    full = cv2.resize(change, (width, height), interpolation=cv2.INTER_LINEAR)
    mask = cv2.resize(drawn.mask.astype(np.float32), (width, height), interpolation=cv2.INTER_LINEAR) >= 0.5
    return np.asarray(np.rint(np.clip(picture + full, 0, 255)), np.uint8), np.asarray(mask)


def _within(part: Mask, places: tuple[str, ...]) -> Mask:
    """Return what lies in some places of a part, (H, W); BadInput where nothing of the part does."""
    where = within(places, part) > 0
    if not (part & where).any():
        named = " and ".join(place.replace("_", " ") for place in places)
        raise BadInput(f"nothing of the part lies at its {named}; name another place, or give a mask")
    return np.asarray(where)
