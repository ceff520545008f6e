"""Defects that lie on a surface: scratch, crack, hole, stain, contamination. Each paints a site's patch, (S, S, 3)."""

import cv2
import numpy as np
from numpy.typing import NDArray

from fusion.example.canvas import Floats, blur, cloud, grid, inside, noise, paste, shifted, slopes
from fusion.example.defects import blotch, wander
from fusion.synthesis.site import Pixels, Site


def scratch(site: Site) -> Floats:
    """Return a thin line of even width, straight or gently bent, one flank lit, sometimes with others beside it."""
    rng, angle = site.rng, site.rng.uniform(0, np.pi)
    width = site.stroke * rng.uniform(0.8, 2.4)
    bend = (0.0, 0.01, 0.03, 0.06)[rng.integers(4)]
    path = site.side * (wander(rng, 0, 0, angle, 1.9 * site.radius / site.side, bend=bend) + 0.5)
    normal = np.array((-np.sin(angle), np.cos(angle)), np.float32)
    core, rim = np.zeros((2, site.side, site.side), np.float32)
    count = 1 if rng.random() < 0.75 else int(rng.integers(2, 5))
    for number in range(count):
        offset = number * rng.uniform(1.5, 5) * width
        part = path if number == 0 else path[int(rng.integers(0, 9)) : int(rng.integers(14, 25))]
        core = np.maximum(core, _line(part + normal * offset, width, site.side))
        rim = np.maximum(rim, _line(part + normal * (offset + width), 0.8 * width, site.side))
    # the tool presses more here and less there, and lifts off at the ends
    x, y = grid(site.side)
    along = (x * np.float32(np.cos(angle)) + y * np.float32(np.sin(angle))) * np.float32(site.side / site.radius)
    lift = np.clip((0.97 - np.abs(along)) / rng.uniform(0.05, 0.5), 0, 1)
    uneven = np.interp(along, np.linspace(-1, 1, 12), rng.uniform(0.45, 1, 12)).astype(np.float32)
    press = np.asarray(lift * uneven, np.float32)
    core, rim = core * press, rim * press * np.float32(rng.uniform(0, 0.6))
    ground = site.patch + (site.smooth(5) - site.patch) * np.minimum(1, 1.5 * core * site.contrast)[..., None]
    shade = np.float32(site.step(0.5)) * (core - rim * (1 - core))
    return np.asarray(ground + shade[..., None] * (1 + site.colour(0.06)), np.float32)


def crack(site: Site) -> Floats:
    """Return a dark jagged line that tapers and branches."""
    rng, side = site.rng, site.side
    width = site.stroke * rng.uniform(1.2, 3.2) * (0.7 + 0.6 * site.contrast)
    layer = np.zeros((2 * side, 2 * side), np.uint8)
    angle = rng.uniform(0, 2 * np.pi)
    # twice the size, shrunk in the end; it starts at one end of the place and runs towards the other
    start = side - 1.9 * site.radius * np.array((np.cos(angle), np.sin(angle)))
    stack = [(start, angle, 3.6 * site.radius, 2 * width, 0)]
    while stack:
        point, heading, length, thick, depth = stack.pop()
        steps = max(4, int(length / max(4.0, 2.2 * site.stroke * rng.uniform(2, 5))))
        drift, turn = heading, 0.0
        for step in range(steps):
            turn = 0.4 * turn + rng.normal(0, 0.55)
            drift += rng.normal(0, 0.06)
            after = point + (length / steps) * np.array((np.cos(drift + turn), np.sin(drift + turn)))
            here = thick * (1 - 0.85 * step / steps) * rng.uniform(0.7, 1.2)
            _segment(layer, point, after, here)
            if depth < 2 and 0 < step < steps - 1 and rng.random() < (1.6, 0.6)[depth] / steps:
                fork = drift + rng.choice((-1, 1)) * rng.uniform(0.5, 1.1)
                stack.append((after, fork, length * rng.uniform(0.2, 0.5), 0.75 * here, depth + 1))
            point = after
    core = cv2.resize(layer, (side, side), interpolation=cv2.INTER_AREA).astype(np.float32) / np.float32(255)
    aside = rng.normal(0, 1.2 * site.stroke / side, 2)
    light, down = shifted(core, float(aside[0]), float(aside[1])), np.float32(rng.uniform(0, 0.35))
    shade = np.float32(site.step(1.0)) * (core - down * light * (1 - core))
    ground = site.patch + (site.smooth(5) - site.patch) * (core * site.contrast)[..., None]
    return np.asarray(ground + shade[..., None], np.float32)


def hole(site: Site) -> Floats:
    """Return a pit, or a few pores beside each other: dark inside, with a lit rim on one side."""
    rng, side = site.rng, site.side
    count = 1 if rng.random() < 0.6 or site.radius < 6 else int(rng.integers(2, 7))
    depth, rim = np.zeros((2, side, side), np.float32)
    light = rng.uniform(0, 2 * np.pi)
    for _ in range(count):
        radius = site.radius if count == 1 else site.radius * rng.uniform(0.15, 0.4)
        x, y = (0.0, 0.0) if count == 1 else rng.normal(0, 0.4 * site.radius / side, 2)
        shape = np.float32(side) * blotch(rng, side, x, y, radius / side, rng.uniform(0.02, 0.12))
        bowl = np.clip(-shape / np.float32(rng.uniform(0.25, 0.8) * radius), 0, 1)
        edge = inside(shape, max(1.2, 0.12 * radius))
        dx, dy = slopes(blur(shape, 1.0 / side))
        facing = (dx * np.float32(np.cos(light)) + dy * np.float32(np.sin(light))) / np.float32(side)
        depth = np.maximum(depth, edge * (0.45 + 0.55 * bowl - 0.3 * facing * (1 - bowl)))
        ring = np.exp(-((shape / np.float32(max(1.0, 0.14 * radius)) - 0.6) ** 2))
        rim = np.maximum(rim, ring * np.clip(facing, 0, 1))
    step = np.float32(site.step(1.0))
    floor = np.asarray(site.ground + step * np.maximum(0.3, depth)[..., None] + site.grain(0.5), np.float32)
    dark = paste(site.patch, floor, np.clip(1.6 * depth, 0, 1) * np.float32(0.5 + 0.5 * site.contrast))
    return np.asarray(dark - 0.5 * step * (rim * (1 - depth))[..., None], np.float32)


def stain(site: Site) -> Floats:
    """Return a tint with a soft outline, darker or lighter, through which the surface is still seen."""
    rng, side = site.rng, site.side
    ragged, radius = rng.uniform(0.08, 0.4), site.radius / side
    shape = blotch(rng, side, 0, 0, 0.9 * radius, ragged)
    if rng.random() < 0.35:  # run down, or splashed
        for _ in range(int(rng.integers(1, 4))):
            x, y = rng.normal(0, 0.6 * radius, 2)
            shape = np.minimum(shape, blotch(rng, side, x, y, radius * rng.uniform(0.2, 0.6), ragged))
    soft = max(3.0 / side, radius * rng.uniform(0.15, 0.9))
    cover = inside(shape, soft)
    cover = cover * cover * (3 - 2 * cover)
    if rng.random() < 0.3:  # dried from the outside in: a darker margin
        cover = 0.55 * cover + 0.6 * np.exp(-((shape / np.float32(0.35 * soft) + 0.8) ** 2))
    cover = cover * np.clip(1 + 0.25 * cloud(rng, side, 1.5 / radius if radius > 0.05 else 4, 3), 0.2, 1.5)
    step = site.step(0.6)
    gain = max(-0.65, (0.75 * step if step < 0 else min(0.5 * step, 70)) / max(40.0, site.level))
    tint = np.full(3, gain, np.float32)
    if not site.grey:
        tint = tint * np.array(_TINTS[rng.integers(len(_TINTS))], np.float32)
    # multiplies what is seen; on a dark ground a stain scatters a little light of its own
    veil = site.patch + np.float32(0.35) * (site.smooth(9) - site.patch) + np.float32(max(0.0, 60 - site.level))
    return np.asarray(site.patch + cover[..., None] * tint * veil, np.float32)


def contamination(site: Site) -> Floats:
    """Return something that lies on top and casts a shadow: specks, a fibre, lumps or flakes."""
    rng, side = site.rng, site.side
    cover, relief = np.zeros((2, side, side), np.float32)
    what = ("specks", "fibre", "lumps")[rng.choice(3, p=(0.4, 0.3, 0.3))]
    if what == "fibre":
        for _ in range(1 if rng.random() < 0.7 else 2):
            path = wander(rng, 0, 0, rng.uniform(0, 2 * np.pi), 2.2 * site.radius / side, 32, rng.uniform(0.12, 0.3))
            path = path - path.mean(axis=0)
            line = _line(side * (path + 0.5), site.stroke * rng.uniform(0.9, 1.8), side)
            cover, relief = np.maximum(cover, line), np.maximum(relief, 0.3 * line)
    else:
        count = int(rng.integers(3, 16)) if what == "specks" else int(rng.integers(1, 4))
        share = rng.uniform(0.35, 0.9) / np.sqrt(count)
        for number in range(count):
            radius = max(1.0, site.radius * min(0.8, share * rng.lognormal(0, 0.35)))
            at = rng.normal(0, 0.42 * site.radius, 2) * (number > 0 or what == "specks")
            cover = np.maximum(cover, _lump(rng, side, at + side / 2, radius))
        wide = 2 * round(0.4 * site.radius * share) + 3
        relief = np.asarray(cv2.blur(cv2.blur(cover, (wide, wide)), (wide, wide)) * cover, np.float32)
    step, light = site.step(0.55), rng.uniform(0, 2 * np.pi)
    amplitude = abs(step)
    far = max(1.0, 0.12 * site.radius if what == "lumps" else 1.3 * site.stroke) / side
    shadow = blur(shifted(cover, far * np.cos(light), far * np.sin(light)), 0.6 * far)
    ground = site.patch * (1 - min(0.5, 0.1 + 0.4 * site.contrast) * shadow * (1 - cover))[..., None]
    dx, dy = slopes(blur(relief, 1.0 / side))
    lit = -(dx * np.float32(np.cos(light)) + dy * np.float32(np.sin(light)))
    body = lit / np.float32(np.abs(lit).max() + 1e-3) + 0.15 * noise(rng, side, side / 3)
    body = body + 0.35 * noise(rng, side, 3 * side / site.radius)
    colour = site.level + step + site.colour(0.3) * amplitude
    thing = colour + (np.float32(min(45.0, 0.5 * amplitude)) * body)[..., None] + site.grain(0.7)
    return paste(ground, np.asarray(thing, np.float32), cover * np.float32(0.75 + 0.25 * site.contrast))


_TINTS = (  # how much each channel is changed: grey, rust, oil, ink, verdigris, rose
    (1.0, 1.0, 1.0),
    (0.35, 1.0, 1.6),
    (0.7, 0.8, 1.6),
    (1.5, 1.0, 0.4),
    (1.5, 0.7, 1.0),
    (0.5, 1.4, 1.1),
)


def _line(path: Floats, width: float, side: int) -> Floats:
    """Return how much a line through the points (N, 2), in pixels, covers each pixel, (side, side)."""
    layer = np.zeros((2 * side, 2 * side), np.uint8)
    thick = max(1, round(2 * width))
    corners = np.round(path * 32).astype(np.int32).reshape(-1, 1, 2)
    cv2.polylines(layer, [corners], False, 255, thick, cv2.LINE_AA, 4)
    cover = cv2.resize(layer, (side, side), interpolation=cv2.INTER_AREA).astype(np.float32)
    return np.asarray(cover * np.float32(min(1.0, 2 * width / thick) / 255), np.float32)


def _lump(rng: np.random.Generator, side: int, at: NDArray[np.float64], radius: float) -> Floats:
    """Return how much an irregular grain or flake covers each pixel, (side, side)."""
    angles = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    waves = np.arange(2, 8)
    swing = rng.normal(0, rng.uniform(0.15, 0.45), len(waves)) / waves
    reach = np.exp(swing @ np.cos(waves[:, None] * angles + rng.uniform(0, 2 * np.pi, len(waves))[:, None]))
    corners = radius * reach[:, None] * np.stack([np.cos(angles), np.sin(angles)], 1)
    if rng.random() < 0.4:  # a flake: straight edges
        corners = corners[np.sort(rng.permutation(24)[: int(rng.integers(5, 9))])]
    layer = np.zeros((side, side), np.uint8)
    cv2.fillPoly(layer, [np.round((corners + at) * 16).astype(np.int32).reshape(-1, 1, 2)], 255, cv2.LINE_AA, 4)
    return layer.astype(np.float32) / np.float32(255)


def _segment(layer: Pixels, start: NDArray[np.float64], end: NDArray[np.float64], width: float) -> None:
    """Draw a piece of a line into a layer of bytes; thinner than a pixel means paler."""
    thick = max(1, round(width))
    ends = [tuple(int(value) for value in np.round(16 * point)) for point in (start, end)]
    fresh = int(255 * min(1.0, width / thick))
    cv2.line(layer, ends[0], ends[1], fresh, thick, cv2.LINE_AA, 4)
