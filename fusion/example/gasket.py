"""Gasket: a machined metal ring seen from above, on a dark mat."""

import numpy as np

from fusion.example import light as lamp
from fusion.example.canvas import (
    Floats,
    Picture,
    blur,
    cloud,
    distance_to,
    inside,
    noise,
    paste,
    shifted,
    shrink,
    to_mask,
)
from fusion.example.defects import blotch, graded, wander
from fusion.example.ring import BOLTS, BORE, HOLE, RIM, Placing, Ring, between_holes, machined, shine

DEFECTS = ("scratch", "chip", "blocked_hole", "stain")
STEEL = (1.0, 0.99, 0.965)
DIRT = ((0.24, 0.15, 0.09), (0.30, 0.28, 0.25), (0.16, 0.13, 0.1))
STAINS = (("rust-brown", (0.6, 0.36, 0.2)), ("dark oily", (0.38, 0.36, 0.33)))


def render(rng: np.random.Generator, size: int, defect: str | None, severity: float) -> Picture:
    """Return one photograph of a gasket with one defect, or none, of a severity in [0, 1]; else as without it."""
    light = lamp.draw_light(rng, azimuth=(180, 260), elevation=(42, 54))
    x, y = rng.uniform(-0.014, 0.014, 2).tolist()
    ring = machined(rng, size, Placing(x, y, np.deg2rad(rng.uniform(-4, 4)), rng.uniform(0.97, 1.03)))
    mat = _mat(rng, size)
    words = f"A gasket without defects, lit from the {light.side}."
    if defect is not None:
        kinds = {"scratch": _scratch, "chip": _chip, "blocked_hole": _block, "stain": _stain}
        words = kinds[defect](rng.spawn(1)[0], ring, severity)  # its own luck: all else stays as it was
    metal = inside(ring.solid, 1.5 / len(ring.solid))
    cover = shrink(metal, size)
    steel = shrink(metal * shine(ring, light), size)[..., None] * np.array(STEEL, np.float32) * ring.dye
    mat = paste(mat, ring.dirt[..., :3], ring.dirt[..., 3])
    radiance = steel + mat * ((1 - cover) * _shadow(cover, light))[..., None]
    radiance *= lamp.falloff(light, size, rng.uniform(0.2, 0.5))[..., None] * light.colour
    return Picture(lamp.photograph(rng, radiance), to_mask(ring.defect, size), words)


def _mat(rng: np.random.Generator, size: int) -> Floats:
    """Return the rubber mat under the part, (size, size, 3)."""
    tone = rng.uniform(0.032, 0.05) * np.array([0.94, 1.0, 1.1])
    grain = 1 + np.float32(0.1) * cloud(rng, size, 5, 3) + np.float32(0.06) * noise(rng, size, size)
    return grain[..., None] * tone.astype(np.float32)


def _shadow(metal: Floats, light: lamp.Light) -> Floats:
    """Return how much of the lamp reaches the mat beside the part, (H, W)."""
    x, y, _ = light.towards
    cast = blur(shifted(metal, -0.022 * x, -0.022 * y), 0.006)
    return (1 - np.float32(0.62) * cast) * (1 - np.float32(0.4) * blur(metal, 0.02))


def _scratch(rng: np.random.Generator, ring: Ring, severity: float) -> str:
    side, angle = len(ring.u), between_holes(rng)
    x, y, where = ring.spot(rng.uniform(0.21, 0.33), angle)
    length, width = 0.07 + 0.2 * severity, 0.0024 + 0.003 * severity
    path = wander(rng, x, y, angle + rng.uniform(-1.1, 1.1), length)
    pressure = np.clip(1 + np.float32(0.5) * noise(rng, side, 30), 0.3, 1.6)
    line = inside(distance_to(path, side) - np.float32(width / 2) * pressure, 0.002) * inside(ring.solid, 1 / side)
    ring.cut += np.float32(0.0012 + 0.001 * severity) * line
    ring.grey *= 1 + np.float32(0.6 + 0.5 * severity) * line
    ring.gloss *= 1 - line
    ring.defect = line
    return f"A {graded(severity, ('short fine', 'bright', 'long deep'))} scratch crosses the ring at the {where}."


def _chip(rng: np.random.Generator, ring: Ring, severity: float) -> str:
    side, angle = len(ring.u), rng.uniform(0, 2 * np.pi)
    edge, radius = ("outer rim", RIM + 0.004) if rng.random() < 0.7 else ("bore", BORE - 0.004)
    x, y, where = ring.spot(radius, angle)
    before = inside(ring.solid, 1 / side)
    bite = blotch(rng, side, x, y, 0.02 + 0.035 * severity, 0.2)
    fracture = inside(bite - np.float32(rng.uniform(0.007, 0.013)), 0.003) * before
    ring.solid = np.maximum(ring.solid, -bite)
    ring.grey *= 1 + fracture * (np.float32(0.3) * cloud(rng, side, 60, 3) - np.float32(0.25))
    ring.cut += fracture * np.float32(0.002) * (1 + cloud(rng, side, 50, 3))
    ring.gloss *= 1 - np.float32(0.9) * fracture
    ring.defect = fracture
    return f"A {graded(severity, ('small', 'medium', 'large'))} piece is chipped off the {edge} at the {where}."


def _block(rng: np.random.Generator, ring: Ring, severity: float) -> str:
    side, size, angle = len(ring.u), len(ring.dirt), np.deg2rad(60 * int(rng.integers(6)))
    x, y, where = ring.spot(BOLTS, angle)
    hole = np.hypot(ring.u - np.float32(BOLTS * np.cos(angle)), ring.v - np.float32(BOLTS * np.sin(angle))) - HOLE
    aside, way = (1 - severity) * 0.03, rng.uniform(0, 2 * np.pi)
    lump = blotch(rng, side, x + aside * np.cos(way), y + aside * np.sin(way), HOLE * 1.15, 0.12)
    plug = inside(lump, 0.004) * inside(hole, 2 / side)
    colour = np.array(DIRT[int(rng.integers(len(DIRT)))], np.float32)
    crumbs = np.clip(1 + np.float32(0.35) * cloud(rng, size, 45, 3), 0.2, 2)
    ring.dirt = np.dstack([crumbs[..., None] * colour, shrink(inside(lump, 0.004), size)])
    ring.defect = plug
    return f"The bolt hole at the {where} is {graded(severity, ('partly', 'mostly', 'completely'))} blocked by dirt."


def _stain(rng: np.random.Generator, ring: Ring, severity: float) -> str:
    side, size = len(ring.u), len(ring.dye)
    x, y, where = ring.spot(rng.uniform(0.21, 0.33), between_holes(rng))
    outline = blotch(rng, side, x, y, 0.03 + 0.045 * severity, 0.25)
    body = inside(outline, 0.012) * inside(ring.solid, 1 / side)
    dried = body * (np.float32(0.75) + np.float32(0.25) * inside(np.abs(outline + np.float32(0.005)), 0.012))
    kind, colour = STAINS[int(rng.integers(len(STAINS)))]
    depth = np.float32(0.5 + 0.45 * severity) * dried * (1 + np.float32(0.22) * cloud(rng, side, 14))
    ring.dye = paste(ring.dye, colour, shrink(np.clip(depth, 0, 1), size))
    ring.gloss *= 1 - np.float32(0.6) * body
    ring.defect = body
    return f"A {graded(severity, ('small', 'medium', 'large'))} {kind} stain lies on the ring at the {where}."
