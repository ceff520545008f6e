"""Made up: products that nobody makes, each drawn from a number, so that what is learnt of defects carries over.

Three example products teach three surfaces. Each of these has its own: rough, brushed, granular, veined or woven, grey
or coloured, all over the picture or a shape before a background, plain or with holes, bars and print. Nobody is shown
them; `fusion.outlining` and `explain.appearing` learn from what is painted on them.
"""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from fusion.example import light as lamp
from fusion.example.canvas import Floats, cloud, grid, inside, noise, paste, slopes

SEED = 41
SURFACES = ("rough", "brushed", "grain", "veins", "weave")
OUTLINES = ("none", "none", "none", "none", "disc", "ring", "box", "facets")  # half the products fill the picture
FADED = 1 / 320  # of the picture's side: how soft an edge is


@dataclass(frozen=True)
class Surface:
    """What a surface looks like, whichever piece of it is seen."""

    kind: str
    fine: float  # features across the picture
    stretch: float  # how much longer than wide they are
    turn: float  # radians
    colour: tuple[float, float, float]  # linear reflectance
    contrast: float  # of it, standard deviation
    relief: float  # how much it is light and shade rather than colour, in [0, 1]
    specks: float  # of single pixels, standard deviation


@dataclass(frozen=True)
class Detail:
    """Something that each part has at the same place: a hole, a bar, a ring or a row of print."""

    kind: str
    x: float
    y: float
    size: float
    turn: float
    tone: float  # times the surface's colour


@dataclass(frozen=True)
class Design:
    """What all parts of a product have in common."""

    surface: Surface
    behind: Surface
    outline: str
    size: float
    long: float  # times as long as wide
    corners: tuple[float, ...]  # how far the sides of facets lie
    details: tuple[Detail, ...]
    loose: float  # how far a part lies from where the others lie, of the picture's side, and in radians
    azimuth: float  # degrees
    uneven: float  # how much brighter the lamp's side is
    cloudy: float  # how much light and shade wander from picture to picture


def product(number: int) -> Callable[[np.random.Generator, int], NDArray[np.uint8]]:
    """Return what photographs good parts of a product at a size, (size, size, 3); a number is always the same one."""
    design = _design(np.random.default_rng([SEED, number]))
    return lambda rng, size: _photograph(design, rng, size)


def _design(rng: np.random.Generator) -> Design:
    outline = str(rng.choice(OUTLINES))
    surface, behind = _surface(rng), _surface(rng)
    count = int(rng.integers(0, 9)) if outline != "none" or rng.random() < 0.3 else 0
    return Design(
        surface,
        behind,
        outline,
        size=rng.uniform(0.25, 0.42),
        long=float(np.exp(rng.uniform(0, 0.6))),
        corners=tuple(rng.uniform(0.7, 1.1, int(rng.integers(3, 8))).tolist()),
        details=tuple(_detail(rng, 0.6 if outline == "none" else 0.3) for _ in range(count)),
        loose=float(rng.choice((0.0, 0.005, 0.015))),
        azimuth=rng.uniform(0, 360),
        uneven=rng.uniform(0, 0.4),
        cloudy=rng.uniform(0, 0.25) if rng.random() < 0.4 else 0.0,
    )


def _surface(rng: np.random.Generator) -> Surface:
    level = float(np.exp(rng.uniform(np.log(0.03), np.log(0.75))))
    tint = np.ones(3) if rng.random() < 0.5 else np.exp(rng.normal(0, 0.35, 3))
    kind = str(rng.choice(SURFACES))
    return Surface(
        kind,
        fine=float(
            np.exp(rng.uniform(np.log(8), np.log(40)) if kind == "weave" else rng.uniform(np.log(2), np.log(80)))
        ),
        stretch=float(np.exp(rng.uniform(1, 3.5))) if kind == "brushed" else 1.0,
        turn=rng.uniform(0, np.pi) if rng.random() < 0.5 else 0.0,
        colour=tuple(np.clip(level * tint, 0.01, 0.9).tolist()),
        contrast=float(np.exp(rng.uniform(np.log(0.015), np.log(0.3)))),
        relief=rng.uniform(0, 1),
        specks=float(np.exp(rng.uniform(np.log(0.005), np.log(0.08)))),
    )


def _detail(rng: np.random.Generator, reach: float) -> Detail:
    x, y = rng.uniform(-reach, reach, 2).tolist()
    kind = str(rng.choice(("hole", "bar", "ring", "print")))
    return Detail(
        kind, x, y, rng.uniform(0.02, 0.09), rng.choice((0.0, np.pi / 2)), float(np.exp(rng.uniform(-1.5, 0.8)))
    )


def _photograph(design: Design, rng: np.random.Generator, size: int) -> NDArray[np.uint8]:
    """Return one photograph of one part."""
    light = lamp.draw_light(rng, (design.azimuth - 15, design.azimuth + 15), (35, 60))
    x, y = grid(size)
    turn, shift = rng.normal(0, 2 * design.loose), rng.normal(0, design.loose + 1e-6, 2).astype(np.float32)
    cos, sin = np.float32(np.cos(turn)), np.float32(np.sin(turn))
    u, v = (x - shift[0]) * cos + (y - shift[1]) * sin, (y - shift[1]) * cos - (x - shift[0]) * sin
    radiance = _lit(design.surface, light, rng, size)
    for detail in design.details:
        radiance = _with_detail(radiance, detail, u, v, design)
    if design.outline != "none":
        far = _outline(design, u, v)
        shade = 1 - np.float32(0.4) * np.exp(-np.maximum(far, 0) / np.float32(0.015))  # where it lies on the table
        behind = _lit(design.behind, light, rng, size) * shade[..., None]
        radiance = paste(behind, radiance, inside(far, FADED))
    glow = lamp.falloff(light, size, design.uneven * rng.uniform(0.7, 1)) * np.exp(design.cloudy * noise(rng, size, 3))
    radiance = radiance * glow[..., None] * light.colour
    return lamp.photograph(rng, radiance.astype(np.float32))


def _lit(surface: Surface, light: lamp.Light, rng: np.random.Generator, size: int) -> Floats:
    """Return the light that a piece of a surface sends to the camera, (size, size, 3)."""
    pattern = _pattern(surface, rng, size)
    dx, dy = slopes(pattern)
    slope = dx * np.float32(light.towards[0]) + dy * np.float32(light.towards[1])
    shade = -slope / np.float32(slope.std() + 1e-6)
    tone = np.float32(surface.relief) * shade + np.float32(1 - surface.relief) * pattern
    tone = np.float32(surface.contrast) * tone / np.float32(tone.std() + 1e-6)
    tone = tone + np.float32(surface.specks) * rng.standard_normal(tone.shape, dtype=np.float32)
    return np.asarray(np.exp(tone)[..., None] * np.array(surface.colour, np.float32), np.float32)


def _pattern(surface: Surface, rng: np.random.Generator, size: int) -> Floats:
    """Return a piece of a surface's pattern, of about unit variance, (size, size)."""
    fine = min(surface.fine, size / 3)
    if surface.kind == "weave":
        x, y = grid(size)
        cos, sin = np.float32(np.cos(surface.turn)), np.float32(np.sin(surface.turn))
        drift = np.float32(0.3) * cloud(rng, size, 2, 2)
        u, v = (np.float32(2 * np.pi * fine) * one + drift for one in (x * cos + y * sin, y * cos - x * sin))
        start = rng.uniform(0, 2 * np.pi, 2).astype(np.float32)
        return np.asarray(np.sin(u + start[0]) * np.sin(v + start[1]) + 0.3 * noise(rng, size, size / 2), np.float32)
    wide = int(np.ceil(1.5 * size))  # so that its corners can be turned into the picture
    if surface.kind == "brushed":
        many = 1.5 * max(fine, 30.0)
        layer = noise(rng, wide, many, many / surface.stretch) + 0.6 * noise(
            rng, wide, wide / 2, wide / 2 / surface.stretch
        )
    elif surface.kind == "grain":
        layer = noise(rng, wide, 1.5 * max(fine, 20.0))
        layer = np.where(layer > 0.6, layer, np.float32(0.2) * layer)
    elif surface.kind == "veins":
        layer = -np.abs(cloud(rng, wide, 1.5 * min(fine, 25.0), 3))
    else:
        layer = cloud(rng, wide, 1.5 * fine, 4)
    matrix = np.asarray(cv2.getRotationMatrix2D((wide / 2, wide / 2), np.rad2deg(surface.turn), 1.0), np.float64)
    matrix[:, 2] -= (wide - size) / 2
    return np.asarray(cv2.warpAffine(layer, matrix, (size, size), borderMode=cv2.BORDER_REFLECT_101), np.float32)


def _outline(design: Design, u: Floats, v: Floats) -> Floats:
    """Return the signed distance to a part's outline in picture sides, (H, W)."""
    half, long = np.float32(design.size), np.float32(design.long)
    if design.outline == "box":
        bevel = np.float32(0.1) * half
        across, down = np.abs(u) - half + bevel, np.abs(v) - half / long + bevel
        inner = np.minimum(np.maximum(across, down), 0)
        return np.asarray(np.hypot(np.maximum(across, 0), np.maximum(down, 0)) + inner - bevel, np.float32)
    if design.outline == "facets":
        angles = np.arange(len(design.corners)) * (2 * np.pi / len(design.corners))
        sides = [
            u * np.float32(np.cos(angle)) + v * np.float32(np.sin(angle)) - half * np.float32(far)
            for angle, far in zip(angles, design.corners, strict=True)
        ]
        return np.asarray(np.max(sides, axis=0), np.float32)
    disc = np.asarray((np.hypot(u, v * long) - half) / np.sqrt(long), np.float32)
    if design.outline == "ring":
        return np.asarray(np.maximum(disc, half * np.float32(0.45) - np.hypot(u, v * long)), np.float32)
    return disc


def _with_detail(under: Floats, detail: Detail, u: Floats, v: Floats, design: Design) -> Floats:
    """Return a part with one of its details."""
    a, b = u - np.float32(detail.x), v - np.float32(detail.y)
    if detail.turn:
        a, b = b, a
    size = np.float32(detail.size)
    colour = np.array(design.surface.colour, np.float32) * np.float32(detail.tone)
    if detail.kind == "hole":
        far = np.hypot(a, b) - size * np.float32(0.7)
        return paste(under, np.array(design.behind.colour, np.float32) * np.float32(0.5), inside(far, FADED))
    if detail.kind == "ring":
        return paste(under, colour, inside(np.abs(np.hypot(a, b) - size) - size * np.float32(0.2), FADED))
    if detail.kind == "bar":
        return paste(under, colour, inside(np.maximum(np.abs(a) - 2 * size, np.abs(b) - size * np.float32(0.3)), FADED))
    line = np.maximum(np.abs(a) - 2 * size, np.abs(b) - size * np.float32(0.25))
    strokes = np.sin(10 * a / size) * np.cos(5 * a / size) > 0
    return paste(under, colour, inside(line, FADED) * strokes)
