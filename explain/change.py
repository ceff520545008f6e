"""What kind of change it is: something added, something missing, or the same thing altered.

Added or missing is claimed only where the pixels decide it; a reconstructed normal version is smoother than a
photograph, so the surroundings are asked too before the input is said to have more detail than normal.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from explain import colour
from explain.plain import Ratio

NOISE = 3.0  # grey levels between neighbours that a camera makes by itself
CLEAR = 4.0  # times the energy, i.e. twice the amplitude
ENOUGH = 20  # pixels, for a statement about a surrounding

Kind = Literal["added", "missing", "altered"]
Basis = Literal["background", "detail", "none"]
Texture = Literal["rougher", "smoother", "same"]


@dataclass(frozen=True)
class Change:
    kind: Kind
    basis: Basis  # background: the background shows where the part should be, or the reverse; detail: its edges
    texture: Texture
    roughness: Ratio | None  # of the input / of the normal version; None of what is too narrow to have a texture


@dataclass(frozen=True, eq=False)
class View:
    """A region and its surroundings, cut from the picture at a stride; all (H, W), the two pictures (H, W, 3)."""

    image: NDArray[np.uint8]
    normal: NDArray[np.uint8]
    region: NDArray[np.bool_]
    part: NDArray[np.bool_]


def change(
    view: View, image_lab: NDArray[np.float32], normal_lab: NDArray[np.float32], at_border: bool, surface: bool
) -> Change:
    """Tell what kind of change a region is, from its view and its core's Lab values, (N, 3) each.

    `surface` is False of what is too narrow to have a texture: there all of it is edge.
    """
    around = ~view.region & view.part
    here, before = _steps(view.image), _steps(view.normal)
    texture: Texture
    roughness: float | None
    texture, roughness = _texture(here, before, view.region, around) if surface else ("same", None)
    kind: Kind = "altered"
    basis: Basis = "none"
    if at_border:
        kind, basis = _against_background(view, image_lab, normal_lab)
    if kind == "altered" and texture == "same":  # a surface that changed all over is no thing that came or went
        kind, basis = _against_detail(here, before, view.region, around)
    return Change(kind, basis, texture, roughness)


def _against_background(view: View, here: NDArray[np.float32], before: NDArray[np.float32]) -> tuple[Kind, Basis]:
    beside = view.image[~view.region & ~view.part]
    if len(beside) < ENOUGH:
        return "altered", "none"
    background = np.median(colour.lab(beside), axis=0)
    to_here, to_before = (float(np.linalg.norm(np.median(v, axis=0) - background)) for v in (here, before))
    far = 5 * colour.JUST_NOTICEABLE  # a part that looks like its background can't be told from it
    if to_before > max(far, 3 * to_here):
        return "missing", "background"
    if to_here > max(far, 3 * to_before):
        return "added", "background"
    return "altered", "none"


def _against_detail(
    here: NDArray[np.float32], before: NDArray[np.float32], region: NDArray[np.bool_], around: NDArray[np.bool_]
) -> tuple[Kind, Basis]:
    now, normal = float((here[region] ** 2).mean()), float((before[region] ** 2).mean())
    usual = float((here[around] ** 2).mean()) if around.sum() >= ENOUGH else normal
    if now >= CLEAR * max(normal, usual) + NOISE**2:
        return "added", "detail"
    if normal >= CLEAR * now + NOISE**2:
        return "missing", "detail"
    return "altered", "none"


def _texture(
    here: NDArray[np.float32], before: NDArray[np.float32], region: NDArray[np.bool_], around: NDArray[np.bool_]
) -> tuple[Texture, float]:
    """Compare the quieter quarters, not means: an edge through the region doesn't make its surface rough."""
    now, normal = _quiet(here[region]), _quiet(before[region])
    usual = _quiet(here[around]) if around.sum() >= ENOUGH else normal
    texture: Texture = "same"
    if now >= 1.5 * max(normal, usual) and now > NOISE:
        texture = "rougher"
    elif 1.5 * now <= min(normal, usual) and min(normal, usual) > NOISE:
        texture = "smoother"
    return texture, now / normal


def _quiet(steps: NDArray[np.float32]) -> float:
    return float(np.percentile(steps, 25)) + 1  # half a level each way: on an even surface, nothing to nothing is 1


def _steps(picture: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return the grey-level step, (H, W), from every pixel to its right and lower neighbours together."""
    grey = picture @ np.array([0.299, 0.587, 0.114], np.float32)
    right, down = np.diff(grey, axis=1, append=grey[:, -1:]), np.diff(grey, axis=0, append=grey[-1:])
    steps: NDArray[np.float32] = np.hypot(right, down)
    return steps
