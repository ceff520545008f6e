"""Defects of the thing itself: chip, missing part, misplaced part, wrong texture. Each paints a patch, (S, S, 3)."""

import cv2
import numpy as np
from numpy.typing import NDArray

from fusion.example.canvas import Floats, blur, grid, inside, noise, paste, slopes
from fusion.example.defects import blotch
from fusion.synthesis.fills import background, membrane, outside
from fusion.synthesis.site import Site


def chip(site: Site) -> Floats:
    """Return a bite out of the edge, through which the background or the fracture's face is seen."""
    rng, side = site.rng, site.side
    shape = np.minimum(_facets(site), np.float32(side) * blotch(rng, side, 0, 0, 0.7 * site.radius / side, 0.3))
    step = site.step(0.6)
    gone = inside(shape, 1.6)
    face = site.smooth(9) + 0.7 * step + _broken(site, min(28.0, 0.3 * abs(step))) + site.grain(0.7)
    behind = background(site)
    if behind is None:  # a shell-shaped fracture
        rim = np.exp(-((shape / np.float32(max(1.2, 0.1 * site.radius))) ** 2)) * -0.35 * step
        broken = paste(site.patch, face, gone * np.float32(0.6 + 0.4 * site.contrast))
        return np.asarray(broken + (rim * (1 - gone))[..., None], np.float32)
    flank = np.float32(site.radius * rng.uniform(0.05, 0.5))  # how much of the fracture's face is turned to the camera
    through = inside(shape + flank, 2.0)
    return paste(paste(site.patch, face, gone), behind, np.maximum(through, gone * outside(site)))


def missing_part(site: Site) -> Floats:
    """Return the patch without a piece of regular outline: the background, or what surrounds it, goes on there."""
    rng = site.rng
    piece = _outline(site)
    cover = inside(piece, 1.5)
    behind = background(site)
    if behind is not None:
        edge = np.exp(-((piece / np.float32(1.5 * site.stroke)) ** 2)) * (1 - cover)
        left = site.patch - (edge * np.float32(rng.uniform(-0.5, 1) * 0.3 * site.amplitude))[..., None]
        return paste(left, behind, cover)
    fill = membrane(site, cover > 0.02) + site.grain(0.8)
    # an empty seat lies deeper, in shadow along one side
    light = rng.uniform(0, 2 * np.pi)
    dx, dy = slopes(blur(cover, 1.5 * site.stroke / site.side))
    lit = (dx * np.float32(np.cos(light)) + dy * np.float32(np.sin(light))) / np.float32(site.side)
    seat = fill + np.float32(site.step(0.8) * rng.uniform(0.0, 0.5))
    painted = paste(site.patch, seat, cover * np.float32(0.55 + 0.45 * site.contrast))
    shade = lit * np.float32(min(120.0, 2.0 * site.amplitude) * rng.uniform(0.2, 1))
    return np.asarray(painted + shade[..., None], np.float32)


def misplaced_part(site: Site) -> Floats:
    """Return the patch with a piece bent, moved, turned, swapped, or taken from another picture at an offset."""
    rng, side = site.rng, site.side
    angle = rng.uniform(0, 2 * np.pi)
    far = max(2.0, site.radius * (0.12 + 0.9 * site.contrast * rng.uniform(0.6, 1)))
    step = far * np.array((np.cos(angle), np.sin(angle)))
    if rng.random() < (0.3 if site.part is None else 0.5):
        return _bent(site, step)
    behind, piece = background(site), inside(_outline(site), 1.5)
    if behind is not None:  # only the object's own pixels move, the background shows where they were
        assert site.part is not None
        matrix = _motion(side, step, rng.normal(0, 12))
        own = cv2.GaussianBlur(site.part.astype(np.float32), (0, 0), 0.8)
        return paste(paste(site.patch, behind, piece), _moved(site.patch, matrix), _moved(piece * own, matrix))
    way = rng.integers(4 if site.source is not None else 3)
    if way == 0:  # turned about its own centre
        matrix = _motion(side, np.zeros(2), rng.choice((-1, 1)) * (6 + 84 * site.contrast * rng.uniform(0.5, 1.0)))
        return paste(site.patch, _moved(site.patch, matrix), _moved(piece, matrix))
    matrix = _motion(side, step, 0.0)
    there = _moved(piece, matrix, cv2.BORDER_CONSTANT)
    if way == 3:
        assert site.source is not None
        return paste(site.patch, _moved(site.source, matrix), piece)
    if way == 2:  # two places exchanged
        left = paste(site.patch, _moved(site.patch, _motion(side, -step, 0.0)), piece)
    else:
        left = paste(site.patch, membrane(site, piece > 0.02) + site.grain(0.8), piece)
    shadow = _moved(there, _motion(side, np.full(2, 1.5 * site.stroke), 0.0), cv2.BORDER_CONSTANT)
    return paste(left * (1 - 0.2 * shadow)[..., None], _moved(site.patch, matrix), there)


def wrong_texture(site: Site) -> Floats:
    """Return an area of another texture but the same mean: noisy, frayed, blurred, too strong, or of another place."""
    rng, side = site.rng, site.side
    shape = np.float32(side) * blotch(rng, side, 0, 0, site.radius / side, rng.uniform(0.1, 0.35))
    cover = inside(shape, max(2.0, site.radius * rng.uniform(0.1, 0.6)))
    amplitude, rough = 0.45 * abs(site.step(0.5)), site.roughness
    way = rng.choice(5, p=(0.25, 0.25, 0.15, 0.15, 0.2))
    if way == 2 and rough > 5:
        size = 2 * round(1 + 2 * site.stroke * (1 + site.contrast)) + 1
        return paste(site.patch, site.smooth(size), cover * np.float32(0.6 + 0.4 * site.contrast))
    if way == 3 and rough > 3:
        return np.asarray(site.patch + site.fine * cover[..., None] * min(4.0, amplitude / rough), np.float32)
    if way == 4 and site.source is not None:
        wide = 2 * round(site.radius / 2) + 3
        shift = site.smooth(wide) - cv2.blur(site.source, (wide, wide), borderType=cv2.BORDER_REFLECT_101)
        turned = np.rot90(site.source + shift)
        if np.abs(turned - site.patch)[shape < 0].mean() > 5:
            return paste(site.patch, turned, cover)
    grown = np.float32(0.35 + 0.65 * min(1.0, 25 / amplitude))
    if way == 1:  # frayed: strands along one direction
        finest = side / rng.uniform(1.5, 3)
        strands = noise(rng, side, finest, finest / rng.uniform(6, 14))
        strands = _moved(strands, _motion(side, np.zeros(2), rng.uniform(0, 180)))
    else:
        coarse = max(2.0, min(site.radius / 2, rng.uniform(1.2, 6) * site.stroke))
        strands = noise(rng, side, side / coarse) + 0.5 * noise(rng, side, side / 2)
    rough_ground = site.patch - site.fine * (1 - grown)
    return paste(site.patch, rough_ground + np.float32(amplitude) * strands[..., None], cover)


def _outline(site: Site) -> Floats:
    """Return the signed distance in pixels to a regular outline: a box, an ellipse or a smooth blob, (S, S)."""
    rng, side = site.rng, np.float32(site.side)
    x, y = grid(site.side)
    angle = 0.0 if rng.random() < 0.5 else rng.uniform(0, np.pi)
    u = side * (x * np.float32(np.cos(angle)) + y * np.float32(np.sin(angle)))
    v = side * (y * np.float32(np.cos(angle)) - x * np.float32(np.sin(angle)))
    stretch = np.float32(np.exp(rng.uniform(-0.6, 0.6)))
    reach = np.float32(0.9 * site.radius)
    way = rng.integers(3)
    if way == 0:
        bevel = np.float32(0.2) * reach
        across, down = np.abs(u) - reach * stretch + bevel, np.abs(v) - reach / stretch + bevel
        inner = np.minimum(np.maximum(across, down), 0)
        return np.asarray(np.hypot(np.maximum(across, 0), np.maximum(down, 0)) + inner - bevel, np.float32)
    if way == 1:
        return np.asarray((np.hypot(u / stretch, v * stretch) - reach) * min(stretch, 1 / stretch), np.float32)
    return side * blotch(rng, site.side, 0, 0, float(reach / side), 0.06)


def _facets(site: Site) -> Floats:
    """Return the signed distance in pixels to a polygon of a few straight fracture lines, (S, S)."""
    rng = site.rng
    x, y = grid(site.side)
    far = np.full(x.shape, -np.inf, np.float32)
    count = int(rng.integers(4, 8))
    for angle in np.linspace(0, 2 * np.pi, count, endpoint=False) + rng.uniform(-0.4, 0.4, count):
        across = x * np.float32(np.cos(angle)) + y * np.float32(np.sin(angle))
        far = np.maximum(far, np.float32(site.side) * across - np.float32(site.radius * rng.uniform(0.5, 1.1)))
    return far + noise(rng, site.side, 3 * site.side / site.radius) * np.float32(0.07 * site.radius)


def _broken(site: Site, amplitude: float) -> Floats:
    """Return the light and shade of a rough fracture, (S, S, 1)."""
    rng = site.rng
    angle = rng.uniform(0, 2 * np.pi)
    height = noise(rng, site.side, 2.5 * site.side / site.radius) + 0.4 * noise(rng, site.side, site.side / 2.5)
    dx, dy = slopes(height)
    lit = dx * np.float32(np.cos(angle)) + dy * np.float32(np.sin(angle))
    return np.asarray(amplitude * lit / (lit.std() + 1e-6), np.float32)[..., None]


def _bent(site: Site, step: NDArray[np.float64]) -> Floats:
    """Return the patch pushed aside in its midst, most in the centre and not at all at the margin, (S, S, 3)."""
    x, y = grid(site.side)
    far = np.float32(site.side) * np.hypot(x, y) / np.float32(1.25 * site.radius)
    push = np.clip(1 - far * far, 0, 1) ** 2
    column, row = np.meshgrid(np.arange(site.side, dtype=np.float32), np.arange(site.side, dtype=np.float32))
    across, down = (np.float32(0.55 * value) * push for value in step)  # more would fold the picture
    bent = cv2.remap(site.patch, column - across, row - down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)
    return np.asarray(bent, np.float32)


def _motion(side: int, step: NDArray[np.float64], degrees: float) -> NDArray[np.float64]:
    """Return the affine map (2, 3) that turns about the centre and then moves by so many pixels."""
    matrix = np.asarray(cv2.getRotationMatrix2D((side / 2 - 0.5, side / 2 - 0.5), degrees, 1.0), np.float64)
    matrix[:, 2] += step
    return matrix


def _moved(layer: Floats, matrix: NDArray[np.float64], border: int = cv2.BORDER_REFLECT_101) -> Floats:
    return np.asarray(cv2.warpAffine(layer, matrix, layer.shape[1::-1], borderMode=border), np.float32)
