"""Colour as people see it: how a place of the picture differs from its normal version in CIELAB.

Differences below one just-noticeable step are not put into words: a camera's noise must not become a finding.
"""

from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from explain.plain import Lab

JUST_NOTICEABLE = 2.3  # CIELAB units [Mahy et al. 1994]
SAME_HUE = 0.8  # cosine: a shift that points at grey, or away from it, is a change of strength and not of hue

Tone = Literal["darker", "lighter", "same"]
Shift = Literal["redder", "greener", "yellower", "bluer", "paler", "stronger"]


@dataclass(frozen=True)
class Contrast:
    """Input minus normal, averaged over the region's core: the pixels that really changed."""

    lightness: Lab  # L*: below 0 is darker than normal
    red: Lab  # a*: above 0 is redder, below 0 greener
    yellow: Lab  # b*: above 0 is yellower, below 0 bluer
    difference: Lab  # length of the three together, Delta E of 1976
    tone: Tone
    colour: tuple[Shift, ...]  # the clearest first; empty where no eye would see it


@cache
def _linear() -> NDArray[np.float32]:
    """Return linear light, (256,), of every sRGB byte [IEC 61966-2-1]."""
    v = np.arange(256) / 255
    return np.where(v <= 0.04045, v / 12.92, ((v + 0.055) / 1.055) ** 2.4).astype(np.float32)


def lab(rgb: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return CIELAB under D65, (..., 3), of sRGB in uint8 [CIE 15:2004, 8.2.1]."""
    to_xyz = np.array(
        [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
    )
    to_white = (to_xyz / to_xyz.sum(1, keepdims=True)).astype(np.float32)  # white becomes (1, 1, 1)
    t = _linear()[rgb] @ to_white.T
    x, y, z = np.moveaxis(np.where(t > 0.008856, np.cbrt(t), 7.787 * t + 16 / 116), -1, 0)
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


def core(change: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Return the pixels, (N,), that changed at least half as much as the most changed 5 %, of Lab changes (N, 3).

    A map is smoother than the defect under it: averaging over all of a region would make every scratch look faint.
    """
    size = np.sqrt((change**2).sum(1))
    changed: NDArray[np.bool_] = size >= np.percentile(size, 95) / 2
    return changed


def contrast(normal: NDArray[np.float32], change: NDArray[np.float32]) -> Contrast:
    """Return what changed between a core's normal Lab values and the input's, both (N, 3)."""
    lightness, red, yellow = (float(v) for v in change.mean(0))
    tone: Tone = "same" if abs(lightness) < JUST_NOTICEABLE else "darker" if lightness < 0 else "lighter"
    size = float(np.sqrt(lightness**2 + red**2 + yellow**2))
    before = normal[:, 1:].mean(0)
    return Contrast(lightness, red, yellow, size, tone, _shifts(red, yellow, float(before[0]), float(before[1])))


def _shifts(red: float, yellow: float, red_before: float, yellow_before: float) -> tuple[Shift, ...]:
    """Name a shift in a* and b*; a green part that fades turns paler, although its a* went up."""
    size, chroma = np.hypot(red, yellow), np.hypot(red_before, yellow_before)
    if size < JUST_NOTICEABLE:
        return ()
    along = (red * red_before + yellow * yellow_before) / (size * chroma) if chroma > 2 * JUST_NOTICEABLE else 0.0
    if along <= -SAME_HUE and size <= 1.25 * chroma:  # beyond grey it has another hue
        return ("paler",)
    if along >= SAME_HUE:
        return ("stronger",)
    found: list[tuple[float, Shift]] = [
        (abs(red), "redder" if red > 0 else "greener"),
        (abs(yellow), "yellower" if yellow > 0 else "bluer"),
    ]
    found.sort(reverse=True)
    return tuple(word for much, word in found if much >= max(JUST_NOTICEABLE * 0.7, found[0][0] / 2))
