"""Synthetic defects with masks and captions, in nine kinds, on any picture of a normal product.

They train the repair network, give words and masks their meaning, choose between models where there are no labels,
and say how small a defect may be and still be found.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from fusion.errors import BadInput, BadSetting
from fusion.example.canvas import Floats
from fusion.synthesis import marks, parts
from fusion.synthesis.looks import several, thin, tone, whereabouts
from fusion.synthesis.placing import Ground, borrowed, radius_of
from fusion.synthesis.site import Mask, Pixels, Site, Window, settle
from fusion.synthesis.words import KINDS, NORMAL_CAPTIONS, SYNONYMS, Look, caption

__all__ = ["KINDS", "NORMAL_CAPTIONS", "SYNONYMS", "Defect", "Look", "caption", "kind_in_turn", "pair", "synthesise"]

_PAINTERS: dict[str, Callable[[Site], Floats]] = {
    "scratch": marks.scratch,
    "crack": marks.crack,
    "hole": marks.hole,
    "stain": marks.stain,
    "chip": parts.chip,
    "missing part": parts.missing_part,
    "misplaced part": parts.misplaced_part,
    "wrong texture": parts.wrong_texture,
    "contamination": marks.contamination,
}
_ATTEMPTS = 5


@dataclass(frozen=True, eq=False)
class Defect:
    """A picture with one defect, and everything that is known of the defect."""

    image: NDArray[np.uint8]  # (H, W, 3) the picture with the defect
    mask: NDArray[np.bool_]  # (H, W) pixels that visibly differ from the clean picture
    kind: str  # of KINDS
    caption: str  # "a deep dark scratch in the upper left"
    severity: float  # in [0, 1]


def synthesise(
    picture: NDArray[np.uint8],
    rng: np.random.Generator,
    kind: str | None = None,
    part: NDArray[np.bool_] | None = None,
    where: NDArray[np.bool_] | None = None,
    severity: float | None = None,
    others: Sequence[NDArray[np.uint8]] = (),
) -> Defect:
    """Paint a defect of a kind (any, if None) on a normal picture, (H, W, 3); 2 px off its mask nothing changes.

    It lies on `part`, where the object is, and inside `where`; the severity is half size, half contrast. `others` are
    normal pictures of the same product and shape, from which pieces may be borrowed.
    """
    _check(picture, part, where, others)
    if kind is None:
        kind = KINDS[int(rng.integers(len(KINDS)))]
    elif kind not in _PAINTERS:
        raise BadSetting(f"{kind!r} is no kind of defect; known: {', '.join(KINDS)}")
    severity = float(rng.random()) if severity is None else float(np.clip(severity, 0, 1))
    tilt = rng.uniform(-0.8, 0.8) * min(severity, 1 - severity)
    size, contrast = severity + tilt, severity - tilt
    if part is not None and not 0.003 < float(part[::2, ::2].mean()) < 0.997:
        part = None  # all of it or nothing of it: no outline to speak of
    if part is not None and where is not None and not (part & where).any():
        part = None  # `where` has the say
    ground = Ground(picture, part, where)
    for attempt in range(_ATTEMPTS):  # a place may hide a defect: black on black, a plain piece on plain ground
        radius = radius_of(kind, size, picture.shape[:2], part)
        window, radius = ground.place(kind, radius, rng)
        site, allowed = _site(ground, kind, window, radius, min(1.0, contrast + 0.2 * attempt), others, rng)
        painted = _PAINTERS[kind](site)
        if attempt == _ATTEMPTS - 1:
            painted, allowed = _forced(site, painted), (allowed > 0).astype(np.float32)
        inner, own = window.inner(*picture.shape[:2])
        after, mask = settle(picture[inner], painted[own], allowed[own])
        if mask.sum() >= 4 or (attempt == _ATTEMPTS - 1):
            break
    image, whole = picture.copy(), np.zeros(picture.shape[:2], bool)
    image[inner], whole[inner] = after, mask
    look = Look(size, contrast, tone(picture[inner], after, mask, site.grey), several(mask), thin(whole, inner))
    said = caption(kind, rng, whereabouts(whole, inner, part, rng) if rng.random() < 0.5 else None, look)
    return Defect(image, whole, kind, said, severity)


def kind_in_turn(number: int, pictures: int) -> str:
    """Return the kind of a defect, of those painted on so many pictures in turn: each time round, another on each."""
    turn, at = divmod(number, pictures)
    return KINDS[(at + turn) % len(KINDS)]


def pair(
    picture: NDArray[np.uint8],
    rng: np.random.Generator,
    part: NDArray[np.bool_] | None = None,
    others: Sequence[NDArray[np.uint8]] = (),
    kinds: Sequence[str] = KINDS,
) -> tuple[Defect, Defect, NDArray[np.uint8]]:
    """Paint two defects of different kinds, each on the clean picture, and return both and the picture with both.

    They lie at least a 24th of the picture's longer side apart.
    """
    if len(set(kinds)) < 2:
        raise BadSetting(f"a pair needs two kinds of defect, but got {list(kinds)}; known: {', '.join(KINDS)}")
    one, two = (kinds[index] for index in _two_different(kinds, rng))
    severity = float(rng.random())
    while True:
        first = synthesise(picture, rng, one, part, None, severity, others)
        apart = max(picture.shape[:2]) / 24 + 3
        far = cv2.distanceTransform((~first.mask).astype(np.uint8), cv2.DIST_L2, 5) > apart
        if far.mean() > 0.2 and (part is None or not part.any() or (far & part).sum() > 0.2 * part.sum()):
            break
        severity *= 0.6  # it leaves no room for another
    second = synthesise(picture, rng, two, part, far, None, others)
    changed = (second.image != picture).any(axis=-1)
    return first, second, np.where(changed[..., None], second.image, first.image)


def _check(picture: Pixels, part: Mask | None, where: Mask | None, others: Sequence[Pixels]) -> None:
    if not isinstance(picture, np.ndarray) or picture.dtype != np.uint8 or picture.ndim != 3 or picture.shape[2] != 3:
        got = f"{picture.dtype} {picture.shape}" if isinstance(picture, np.ndarray) else type(picture).__name__
        raise BadInput(f"a picture is uint8 (H, W, 3), RGB, but this is {got}; read it with fusion.modality.image")
    for name, mask in (("part", part), ("where", where)):
        if mask is not None and (mask.shape != picture.shape[:2] or mask.dtype != np.bool_):
            raise BadInput(
                f"`{name}` is {mask.dtype} {mask.shape}, but the picture needs bool {picture.shape[:2]}; scale it"
            )
    if where is not None and not where.any():
        raise BadInput("`where` is empty, so no defect can lie in it; mark at least one pixel or leave it out")
    for other in others:
        if other.shape != picture.shape or other.dtype != np.uint8:
            raise BadInput(f"another picture is {other.dtype} {other.shape}, but this one is uint8 {picture.shape}")


def _site(
    ground: Ground,
    kind: str,
    window: Window,
    radius: float,
    contrast: float,
    others: Sequence[Pixels],
    rng: np.random.Generator,
) -> tuple[Site, Floats]:
    """Return the painter's view of a window, and how far it may change each pixel, (S, S) in [0, 1]."""
    picture, part = ground.picture, ground.part
    height, width = picture.shape[:2]
    valid = np.zeros((window.side, window.side), bool)
    valid[window.inner(height, width)[1]] = True
    allowed = valid.astype(np.float32)
    on = None if part is None else window.of(part.view(np.uint8)) > 0
    if on is not None and kind in ("chip", "missing part"):  # with the blurred outline, or a ghost of it would stay
        allowed *= cv2.dilate(on.astype(np.uint8), np.ones((7, 7), np.uint8))
    elif on is not None and kind != "misplaced part" and on[valid].any():
        soft = cv2.GaussianBlur(on.astype(np.float32), (0, 0), 0.8)
        allowed *= soft * cv2.dilate(on.astype(np.uint8), np.ones((3, 3), np.uint8))
    if ground.room is not None:
        allowed *= np.clip(0.5 * window.of(ground.room, cv2.BORDER_CONSTANT), 0, 1)
    source = borrowed(picture, window, others, rng) if kind == "wrong texture" else None
    if kind == "misplaced part" and len(others):
        source = window.of(others[int(rng.integers(len(others)))])
    stroke = max(1.0, max(height, width) / 400)
    return Site(rng, window.of(picture), on, valid, source, radius, contrast, stroke, _is_grey(picture)), allowed


def _forced(site: Site, painted: Floats) -> Floats:
    """Return a patch whose change is seen whatever the ground is: lighter or darker where the painter changed it."""
    change = np.abs(painted - site.patch).max(axis=-1)
    centre = site.side // 2
    change[centre - 1 : centre + 2, centre - 1 : centre + 2] = np.inf
    step = np.where(site.patch.mean() < 128, 1, -1) * max(30.0, site.amplitude)
    return np.asarray(site.patch + step * np.minimum(1, change)[..., None], np.float32)


def _is_grey(picture: Pixels) -> bool:
    red, green, blue = (picture[..., channel] for channel in range(3))
    return bool((red[::9, ::9] == green[::9, ::9]).all() and (red == green).all() and (green == blue).all())


def _two_different(kinds: Sequence[str], rng: np.random.Generator) -> tuple[int, int]:
    first = int(rng.integers(len(kinds)))
    rest = [index for index, kind in enumerate(kinds) if kind != kinds[first]]
    return first, rest[int(rng.integers(len(rest)))]
