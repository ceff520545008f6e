"""Fabric: a close view of plain-woven linen. Phase and angle vary, so a position says nothing about what is there."""

from dataclasses import dataclass

import cv2
import numpy as np

from fusion.example import light as lamp
from fusion.example.canvas import (
    SUPERSAMPLE,
    Floats,
    Picture,
    blur,
    cloud,
    distance_to,
    grid,
    inside,
    noise,
    paste,
    shifted,
    shrink,
    slopes,
    to_mask,
)
from fusion.example.defects import blotch, graded, place, wander

DEFECTS = ("hole", "stain", "pulled_thread", "foreign_fibre")
THREADS = 30  # across the picture
WARP, WEFT = (0.62, 0.555, 0.45), (0.58, 0.535, 0.455)  # linear reflectance
TABLE = (0.014, 0.013, 0.012)  # seen through a hole
GAP, GONE = -0.6, -2.0  # heights, in pitches, between threads and where there is no thread
STAINS = (("coffee", (0.48, 0.31, 0.16)), ("oil", (0.55, 0.46, 0.3)), ("ink", (0.28, 0.34, 0.58)))
FIBRES = (("black", (0.03, 0.028, 0.03)), ("blue", (0.04, 0.09, 0.24)), ("red", (0.3, 0.04, 0.035)))


@dataclass(eq=False)
class Threads:
    """One of the two sets of threads as seen from above, supersampled; lengths are in thread pitches."""

    number: Floats  # (H, W): which thread
    offset: Floats  # from the thread's centre
    along: Floats  # position along the thread
    height: Floats  # of the thread's surface
    tone: Floats  # its own brightness, about 1


@dataclass(eq=False)
class Cloth:
    """The woven cloth; a defect changes it before the picture is taken."""

    warp: Threads
    weft: Threads
    defect: Floats  # (H, W): how far each pixel shows the defect
    dye: Floats  # (size, size, 3) factor on the threads' colour
    litter: Floats  # (size, size, 4): what lies on the cloth: colour and cover


def render(rng: np.random.Generator, size: int, defect: str | None, severity: float) -> Picture:
    """Return one photograph of linen with one defect, or none, of a severity in [0, 1]; else as without it."""
    light = lamp.draw_light(rng, azimuth=(200, 250), elevation=(42, 52))
    cloth = _woven(rng, size)
    words = f"An even piece of linen without defects, lit from the {light.side}."
    if defect is not None:
        fate = rng.spawn(1)[0]  # the defect's own luck: all else stays as it would be without
        x, y = fate.uniform(-0.36, 0.36, 2).tolist()
        kinds = {"hole": _hole, "stain": _stain, "pulled_thread": _pull, "foreign_fibre": _fibre}
        words = kinds[defect](fate, cloth, x, y, severity)
    radiance = _seen(rng, cloth, light, size)
    radiance *= lamp.falloff(light, size, rng.uniform(0.15, 0.45))[..., None] * light.colour
    return Picture(lamp.photograph(rng, radiance), to_mask(cloth.defect, size), words)


def _woven(rng: np.random.Generator, size: int) -> Cloth:
    """Weave the cloth: threads of uneven width, course and tone, over and under each other."""
    side = size * SUPERSAMPLE
    x, y = grid(side)
    turn, threads = np.deg2rad(rng.uniform(-4, 4)), THREADS * rng.uniform(0.97, 1.03)
    cos, sin, drift = np.float32(threads * np.cos(turn)), np.float32(threads * np.sin(turn)), np.float32(0.17)
    u = x * cos + y * sin + np.float32(2 * THREADS + 2 * rng.random()) + drift * cloud(rng, side, 2, 3)
    v = y * cos - x * sin + np.float32(2 * THREADS + 2 * rng.random()) + drift * cloud(rng, side, 2, 3)
    clean, bare = np.ones((size, size, 3), np.float32), np.zeros((size, size, 4), np.float32)
    return Cloth(_threads(rng, u, v, 0), _threads(rng, v, u, 1), np.zeros((side, side), np.float32), clean, bare)


def _threads(rng: np.random.Generator, across: Floats, along: Floats, under: int) -> Threads:
    """Return the threads that `across` numbers; where number + `under` is even they go over at even crossings."""
    character = rng.standard_normal((3, 48, 4 * THREADS), dtype=np.float32)  # course, width, tone; along each thread
    character[2] += rng.standard_normal(4 * THREADS, dtype=np.float32)  # some threads are darker all along
    number = np.floor(across)
    slowly = along * np.float32(0.6)
    course, width, tone = (
        np.asarray(cv2.remap(trait, number, slowly, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP), np.float32)
        for trait in character
    )
    offset = across - number - np.float32(0.5) - np.float32(0.05) * course
    half = np.float32(0.46) * (1 + np.float32(0.09) * width)
    bulge = np.sqrt(np.maximum(1 - (offset / half) ** 2, 0))
    wave = np.sin(along * np.float32(np.pi)) * np.cos((number + np.float32(under)) * np.float32(np.pi))
    height: Floats = np.where(bulge > 0, np.float32(0.5) * bulge + np.float32(0.32) * wave, np.float32(GAP))
    twist = np.sin((along * np.float32(3) + offset * np.float32(2.2)) * np.float32(2 * np.pi))
    shade = np.asarray(1 + np.float32(0.07) * tone + np.float32(0.09) * twist, np.float32)
    return Threads(number, offset, along, height, shade)


def _seen(rng: np.random.Generator, cloth: Cloth, light: lamp.Light, size: int) -> Floats:
    """Return the light that the cloth and what lies on it send to the camera, (size, size, 3)."""
    warp, weft, side = cloth.warp, cloth.weft, len(cloth.defect)
    upper = inside(weft.height - warp.height, 0.1)
    height = np.maximum(warp.height, weft.height)
    slope_x, slope_y = slopes(np.maximum(height, np.float32(GAP)) * np.float32(0.45 / THREADS))
    crevice = np.clip(np.float32(0.6) + np.float32(0.6) * height, 0.3, 1)
    lit = (np.float32(0.22) + lamp.diffuse(light, slope_x, slope_y)) * crevice * inside(-1 - height, 0.2)
    lit *= 1 + np.float32(0.11) * noise(rng, side, side / 2)
    upper_light = lit * warp.tone * upper
    lower_light = lit * weft.tone - lit * weft.tone * upper
    threads = shrink(upper_light, size)[..., None] * np.array(WARP, np.float32)
    threads += shrink(lower_light, size)[..., None] * np.array(WEFT, np.float32)
    through = shrink((height < -1).astype(np.float32), size)[..., None] * np.array(TABLE, np.float32)
    radiance = _fuzz(rng, threads * cloth.dye * (1 + np.float32(0.03) * cloud(rng, size, 3, 2))[..., None]) + through
    cover = cloth.litter[..., 3]
    x, y, _ = light.towards
    shadow = 1 - np.float32(0.5) * blur(shifted(cover, -0.006 * x, -0.006 * y), 0.003)
    return paste(radiance * shadow[..., None], cloth.litter[..., :3], cover)


def _fuzz(rng: np.random.Generator, cloth: Floats) -> Floats:
    """Return the cloth with the short loose hairs that all linen has, (size, size, 3)."""
    size, count = len(cloth), 90
    layer = np.zeros((size, size), np.uint8)
    start, way = rng.uniform(-0.05, 1.05, (count, 1, 2)), rng.uniform(0, 2 * np.pi, (count, 1))
    heading = way + rng.normal(0, 0.35, (count, 5)).cumsum(1)
    hairs = start + np.stack([np.cos(heading), np.sin(heading)], -1).cumsum(1) * rng.uniform(0.003, 0.01, (count, 1, 1))
    cv2.polylines(layer, list((hairs * size * 16).astype(np.int32)), False, 255, 1, cv2.LINE_AA, 4)
    return cloth * (1 + np.float32(0.22 / 255) * layer.astype(np.float32))[..., None]


def _hole(rng: np.random.Generator, cloth: Cloth, x: float, y: float, severity: float) -> str:
    side = len(cloth.defect)
    outline = blotch(rng, side, x, y, 0.022 + 0.04 * severity, 0.25)
    for threads in (cloth.warp, cloth.weft):
        ends = rng.uniform(-0.35 / THREADS, 0.5 / THREADS, 256).astype(np.float32)  # each thread tears at its own place
        gone = outline < ends[threads.number.astype(np.int32) % 256]
        threads.height = np.where(gone, np.float32(GONE), threads.height)
        cloth.defect = np.maximum(cloth.defect, gone)
    return f"A {graded(severity, ('small', 'ragged', 'large'))} hole is torn into the fabric at the {place(x, y)}."


def _stain(rng: np.random.Generator, cloth: Cloth, x: float, y: float, severity: float) -> str:
    side, size = len(cloth.defect), len(cloth.dye)
    outline = blotch(rng, side, x, y, 0.04 + 0.06 * severity, 0.2)
    outline += np.float32(0.03) * (cloth.warp.tone - cloth.weft.tone)  # it creeps along the threads
    body = inside(outline, 0.012)
    rim = inside(np.abs(outline + np.float32(0.006)) - np.float32(0.004), 0.01) * body
    kind, colour = STAINS[int(rng.integers(len(STAINS)))]
    depth = np.float32(0.5 + 0.35 * severity) * body * (1 + np.float32(0.12) * cloud(rng, side, 12, 3))
    cloth.dye = paste(cloth.dye, colour, shrink(np.clip(depth + np.float32(0.2) * rim, 0, 0.95), size))
    cloth.defect = body
    return f"A {graded(severity, ('small', 'medium', 'large'))} {kind} stain lies on the fabric at the {place(x, y)}."


def _pull(rng: np.random.Generator, cloth: Cloth, x: float, y: float, severity: float) -> str:
    side = len(cloth.defect)
    threads, course = (cloth.warp, "vertical") if rng.random() < 0.5 else (cloth.weft, "horizontal")
    row, column = int((y + 0.5) * side), int((x + 0.5) * side)
    number, middle = threads.number[row, column], threads.along[row, column]
    reach = np.float32(3 + 5 * severity)
    bow = np.cos(np.clip((threads.along - middle) / reach, -1, 1) * np.float32(np.pi / 2)) ** 2
    sideways = np.float32(rng.choice([-1, 1]) * (0.35 + 1.1 * severity))
    aside = threads.number + threads.offset - number - sideways * bow
    loop = (np.abs(aside) < 0.46) & (bow > 0.02)
    left = (threads.number == number) & (bow > 0.02)
    lifted = np.sqrt(np.maximum(1 - (aside / np.float32(0.46)) ** 2, 0)) / 2 + np.float32(0.3) + bow / 2
    threads.height = np.where(loop, lifted, np.where(left, np.float32(GAP), threads.height))
    cloth.defect = (left | loop).astype(np.float32)
    extent = graded(severity, ("slightly", "clearly", "far"))
    return f"A {course} thread is pulled {extent} out of line at the {place(x, y)} of the fabric."


def _fibre(rng: np.random.Generator, cloth: Cloth, x: float, y: float, severity: float) -> str:
    side, size = len(cloth.defect), len(cloth.dye)
    kind, colour = FIBRES[int(rng.integers(len(FIBRES)))]
    path = wander(rng, x, y, rng.uniform(0, np.pi), 0.1 + 0.22 * severity, steps=30, bend=0.22)
    radius, distance = 0.0022 + 0.002 * severity, distance_to(path, side)
    cover = inside(distance - np.float32(radius), 0.0025) * np.float32(0.9)
    sheen = 1 + np.float32(0.7) * inside(distance - np.float32(radius / 3), 0.002)
    cloth.litter = np.dstack([shrink(sheen, size)[..., None] * np.array(colour, np.float32), shrink(cover, size)])
    cloth.defect = cover
    return f"A {graded(severity, ('short', 'curved', 'long'))} {kind} fibre lies on the fabric at the {place(x, y)}."
