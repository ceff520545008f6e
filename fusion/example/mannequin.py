"""Mannequin: an artist's wooden figure, waving, before a grey backdrop; with the skeleton that the renderer knows."""

from collections.abc import Sequence

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
    moved,
    noise,
    paste,
    shifted,
    shrink,
    to_mask,
)
from fusion.example.defects import blotch, graded, wander
from fusion.example.figure import draw_pose, joints_of, pieces_of, skeleton_of
from fusion.example.turned import BACKDROP, WOOD, Piece, Point, Relief, blank, draw, silhouette

DEFECTS = ("missing_limb", "wrong_pose", "crack", "paint")
MISSING = (("hand",), ("hand", "wrist", "forearm"), ("foot", "ankle", "shin"))  # what comes off, the smallest first
FOREARM = ("forearm", "wrist", "hand")
ARM = ("upper_arm", "elbow", *FOREARM)
LEG = ("thigh", "knee", "shin", "ankle", "foot")
BENDS = {  # the limb that turns, how far outwards, what turns with it, what then is wrong
    "left_upper_arm": (-1.0, ARM, "left arm hangs {} too low"),
    "left_forearm": (-1.0, FOREARM, "left forearm is bent {} too low"),
    "right_upper_arm": (1.0, ARM, "right arm is raised {} too high"),
    "right_forearm": (1.0, FOREARM, "right forearm is bent {} too high"),
    "left_thigh": (0.6, LEG, "left leg is spread {} too wide"),
    "right_thigh": (0.6, LEG, "right leg is spread {} too wide"),
}
PAINT = (("red", (0.42, 0.03, 0.025)), ("blue", (0.03, 0.09, 0.36)), ("green", (0.05, 0.24, 0.07)))


def render(rng: np.random.Generator, size: int, defect: str | None, severity: float) -> Picture:
    """Return one photograph of the mannequin with one defect, or none, of a severity in [0, 1].

    The mask of a missing or misplaced limb is where it should be, seen from the front, and where it is instead.
    """
    side = size * SUPERSAMPLE
    light = lamp.draw_light(rng, azimuth=(205, 245), elevation=(38, 50))
    pose, shift, log = draw_pose(rng), rng.uniform(-0.012, 0.012, 2).tolist(), int(rng.integers(2**32))
    fate = rng.spawn(1)[0]  # the defect's own luck: all else stays as it would be without
    should = pieces_of(_joints(pose, shift))
    gone: frozenset[str] = frozenset()
    bent: frozenset[str] = frozenset()
    words = f"A wooden mannequin without defects, waving, lit from the {light.side}."
    if defect == "missing_limb":
        gone, words = _lose(fate, severity)
    elif defect == "wrong_pose":
        bent, words = _bend(fate, pose, severity)
    at = _joints(pose, shift)
    pieces = pieces_of(at)
    relief = blank(side)
    for index, piece in enumerate(pieces):
        if piece.name not in gone:
            draw(relief, index, piece, np.random.default_rng([log, index]))  # a missing piece changes no other's grain
    if defect == "crack":
        mark, words = _crack(fate, relief, pieces, severity)
    elif defect == "paint":
        mark, words = _paint(fate, relief, pieces, severity)
    else:
        elsewhere = np.isin(relief.owner, [i for i, piece in enumerate(pieces) if piece.name in bent])
        mark = (silhouette(should, gone | bent, relief.owner) | elsewhere).astype(np.float32)
    photo = lamp.photograph(rng, _scene(rng, relief, at["base"], light, size) * light.colour)
    return Picture(photo, to_mask(mark, size), words, skeleton_of(at, gone, size))


def _joints(pose: dict[str, float], shift: Sequence[float]) -> dict[str, Point]:
    """Return the joints of a figure that stands a little off the middle."""
    return {name: (x + shift[0], y + shift[1]) for name, (x, y) in joints_of(pose).items()}


def _lose(rng: np.random.Generator, severity: float) -> tuple[frozenset[str], str]:
    """Choose a limb to take off: a hand is easily overlooked, a shin is not."""
    side, parts = str(rng.choice(["left", "right"])), MISSING[min(int(severity * len(MISSING)), len(MISSING) - 1)]
    limb = parts[0] if len(parts) == 1 else f"{parts[-1]} with its {parts[0]}"
    return frozenset(f"{side}_{part}" for part in parts), f"The {side} {limb} is missing."


def _bend(rng: np.random.Generator, pose: dict[str, float], severity: float) -> tuple[frozenset[str], str]:
    """Turn a limb of `pose` far out of its normal range, an arm by 25 to 85 degrees, and what hangs on it with it."""
    limb = str(rng.choice(list(BENDS)))
    way, parts, words = BENDS[limb]
    side = limb.split("_")[0]
    turned = frozenset(f"{side}_{part}" for part in parts)
    for joint in turned & pose.keys():
        pose[joint] += way * (25 + 60 * severity)
    return turned, f"The {words.format(graded(severity, ('somewhat', 'clearly', 'far')))}."


def _crack(rng: np.random.Generator, relief: Relief, pieces: list[Piece], severity: float) -> tuple[Floats, str]:
    """Split a piece along its grain, and return the crack's cover and the sentence that says so."""
    side = relief.cover.shape[0]
    index, (x, y), name = _spot(
        rng, pieces, ("chest", "left_thigh", "right_thigh", "left_upper_arm", "right_upper_arm")
    )
    (x0, y0), (x1, y1) = pieces[index].start, pieces[index].end
    along = float(np.arctan2(y1 - y0, x1 - x0)) + rng.normal(0, 0.12)
    path = wander(rng, x, y, along, (0.35 + 0.5 * severity) * float(np.hypot(x1 - x0, y1 - y0)), 14, 0.3)
    width = np.float32(0.0022 + 0.003 * severity) * np.clip(1 + np.float32(0.6) * noise(rng, side, 40), 0.2, 2)
    mark = inside(distance_to(path, side) - width / 2, 0.002) * (relief.owner == index)
    relief.tint = paste(relief.tint, relief.tint * np.array([0.09, 0.07, 0.06], np.float32), mark)
    return mark, f"A {graded(severity, ('fine', 'dark', 'wide dark'))} crack runs along the {name}."


def _paint(rng: np.random.Generator, relief: Relief, pieces: list[Piece], severity: float) -> tuple[Floats, str]:
    """Stain the figure with paint, and return the stain's cover and the sentence that says so."""
    side = relief.cover.shape[0]
    _, (x, y), name = _spot(rng, pieces, ("head", "chest", "pelvis", "left_thigh", "right_shin", "left_upper_arm"))
    kind, colour = PAINT[int(rng.integers(len(PAINT)))]
    stain = inside(blotch(rng, side, x, y, 0.012 + 0.024 * severity, 0.3), 0.004) * (relief.owner != BACKDROP)
    cover = np.float32(0.5 + 0.45 * severity) * stain * np.clip(1 + np.float32(0.12) * cloud(rng, side, 20, 3), 0.6, 1)
    relief.tint = paste(relief.tint, colour, cover)
    return stain, f"A {graded(severity, ('small', 'medium', 'large'))} spot of {kind} paint is on the {name}."


def _spot(rng: np.random.Generator, pieces: list[Piece], names: tuple[str, ...]) -> tuple[int, Point, str]:
    """Choose one of the named pieces, and return its index, a point on its axis, and its name in words."""
    name = str(rng.choice(names))
    index = next(i for i, piece in enumerate(pieces) if piece.name == name)
    share = rng.uniform(0.35, 0.65)
    x, y = (a + (b - a) * share for a, b in zip(pieces[index].start, pieces[index].end, strict=True))
    return index, (x, y), name.replace("_", " ")


def _scene(rng: np.random.Generator, relief: Relief, base: Point, light: lamp.Light, size: int) -> Floats:
    """Return the light that figure, stand and backdrop send to the camera, (size, size, 3)."""
    x, y = grid(size)
    cover = shrink(relief.cover, size)
    floor = inside(np.float32(base[1] - 0.1) - y, 0.3)
    paper = np.float32(0.41 * rng.uniform(0.95, 1.05)) * (1 + np.float32(0.22) * floor)
    paper = paper * lamp.falloff(light, size, 0.7) * (1 + np.float32(0.01) * noise(rng, size, size))
    backdrop = (paper * _cast(cover, base, light))[..., None] * np.array([1.0, 1.0, 1.02], np.float32)
    scene = _stand(backdrop, x - np.float32(base[0]), y - np.float32(base[1]), light)
    scene *= (1 - np.float32(0.5) * blur(cover * (y > base[1] - 0.02), 0.008))[..., None]  # under the feet
    return scene * (1 - cover)[..., None] + shrink(_lit(relief, light) * relief.cover[..., None], size)


def _lit(relief: Relief, light: lamp.Light) -> Floats:
    """Return the light that the figure sends to the camera, (H, W, 3): waxed wood, dull with a soft shine."""
    nx, ny, nz = cv2.split(relief.normal)
    x, y, z = (np.float32(part) for part in light.towards)
    hx, hy, hz = (np.float32(part) for part in light.half)
    lambert = np.maximum(nx * x + ny * y + nz * z, 0)
    gloss = np.maximum(nx * hx + ny * hy + nz * hz, 0)
    for _ in range(5):
        gloss *= gloss  # to the 32nd power
    dull = np.float32(0.3) - np.float32(0.12) * ny + np.float32(1.1) * lambert
    lit: Floats = relief.tint * (dull * relief.open)[..., None] + (np.float32(0.11) * gloss * relief.open)[..., None]
    return lit


def _cast(cover: Floats, base: Point, light: lamp.Light) -> Floats:
    """Return how much light reaches floor and wall beside the figure's soft shadow, (H, W)."""
    lean, squash, ground = -0.75 * light.towards[0], 0.3, (base[1] + 0.5) * len(cover)
    onto_floor = np.array([[1, -lean, lean * ground], [0, squash, (1 - squash) * ground]])
    return 1 - np.float32(0.5) * blur(moved(cover, onto_floor), 0.014)


def _stand(backdrop: Floats, x: Floats, y: Floats, light: lamp.Light) -> Floats:
    """Return the backdrop with the round wooden stand and its contact shadow on it, (H, W, 3)."""
    half, deep, thick, soft = np.float32(0.15), np.float32(0.036), np.float32(0.024), 1.2 / len(x)
    rim = np.sqrt(np.maximum(1 - (x / half) ** 2, 0))
    body = inside(np.maximum(np.abs(x) - half, np.maximum(y - thick - deep * rim, -y - deep * rim)), soft)
    shadow = shifted(blur(body, 0.012), -0.03 * light.towards[0], 0.012)
    turned = np.maximum(x / half * np.float32(light.towards[0]) + rim * np.float32(light.towards[2]), 0)
    rings = 1 - np.float32(0.06) * (1 + np.sin(np.hypot(x - np.float32(0.3), y * 4 - np.float32(0.2)) * 260))
    wood = np.array(WOOD, np.float32)
    scene = backdrop * (1 - np.float32(0.6) * shadow)[..., None]
    scene = paste(scene, (np.float32(0.17) + np.float32(0.44) * turned)[..., None] * wood, body)
    return paste(scene, rings[..., None] * wood, inside(np.maximum(np.abs(x) - half, np.abs(y) - deep * rim), soft))
