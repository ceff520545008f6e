"""The map of a movement as a chart: a row a joint, grouped by limb, over time."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from assistant.charts import svg, text, time_axis, uri
from assistant.colours import INK, Picture, heat, ticks
from assistant.labels import movement_label as label
from explain.catalogue import Lang
from explain.movement import MovementEvidence, joint_name
from explain.wording import number
from fusion.motion.chain import chain_of, names_of
from fusion.motion.detection import MotionDetection
from fusion.motion.joints import JointSet, plain

WIDTH, LEFT, RIGHT = 840, 170, 14  # of a chart, of the names, of the space after the end
ROWS = 60  # joints at most, the strangest
HEAD = 17  # the name of a limb
COLUMNS = 656  # of the map's picture: as many as the chart has pixels for it
_ARM = {"shoulder", "arm", "elbow", "forearm", "wrist", "hand", "finger", "fingers", "thumb"}
_LEG = {"hip", "thigh", "knee", "shin", "ankle", "heel", "toe", "toes", "foot"}
_HEAD = {"head", "forehead", "nose", "eye", "ear", "neck", "back", "collarbone", "breastbone", "trunk", "pelvis"}
_LIMBS = ("head", "left arm", "right arm", "left leg", "right leg", "other")


def limbs(joints: JointSet) -> list[tuple[str, list[int]]]:
    """Return the joints of each limb that there is, from the body outwards; limbs as in `label("limb." + limb)`."""
    below = chain_of(joints).below.sum(axis=0)  # how many joints it hangs on, and itself
    order = sorted(range(len(joints.joints)), key=lambda joint: int(below[joint]))
    found = [_limb(name) for name in names_of(joints)]
    grouped = [(limb, [joint for joint in order if found[joint] == limb]) for limb in _LIMBS]
    return [(limb, members) for limb, members in grouped if members]


def map_chart(detection: MotionDetection, evidence: MovementEvidence, lang: Lang) -> str:
    """Return the map, a row a joint, seconds along it, what the words tell framed, and its legend, as an SVG."""
    joints, rate, frames = detection.normal.joints, detection.normal.rate, detection.anomaly_map.shape[1]
    kept = set(np.argsort(-detection.anomaly_map.max(axis=1), kind="stable")[:ROWS].tolist())
    groups = [(limb, [joint for joint in members if joint in kept]) for limb, members in limbs(joints)]
    row, names = (12 if len(kept) > 24 else 16), names_of(joints)
    wide, seconds, parts, y, places = WIDTH - LEFT - RIGHT, frames / rate, [], 4.0, {}
    for limb, members in ((limb, members) for limb, members in groups if members):
        parts.append(text(LEFT - 8, y + HEAD - 5, label(f"limb.{limb}", lang), "end", "limb"))
        y += HEAD
        href = uri(_raster(detection, members, row))
        box = f'x="{LEFT}" y="{y}" width="{wide}" height="{row * len(members)}"'
        parts += [f'<image href="{href}" {box}/>', f'<rect {box} class="frame"/>']
        for joint in members:
            parts.append(text(LEFT - 8, y + row - (3 if row < 16 else 4), joint_name(names[joint], lang), "end"))
            places[names[joint]] = y
            y += row
    for finding in (finding for finding in evidence.findings if finding.joint in places):
        x = LEFT + wide * finding.start / seconds
        size = f'width="{wide * min(finding.end, seconds) / seconds + LEFT - x:.1f}" height="{row}"'
        parts.append(f'<rect x="{x:.1f}" y="{places[finding.joint]}" {size} class="found"/>')
    parts += time_axis(LEFT, y, wide, seconds, label("seconds", lang))
    parts += _legend(detection, y + 44, lang)
    return svg(WIDTH, y + 92, parts, label("map", lang))


def _limb(name: str) -> str:
    """Return the limb that a joint's name puts it in."""
    words = set(plain(name).split())
    side = next((side for side in ("left", "right") if side in words), None)
    if words & _HEAD or (words & (_ARM | _LEG) and not side):
        return "head"
    return f"{side} arm" if words & _ARM else f"{side} leg" if words & _LEG else "other"


def _raster(detection: MotionDetection, members: Sequence[int], row: int) -> Picture:
    """Return rows of the map as a picture, (row * joints, COLUMNS, 3); many frames in a column show their highest."""
    values = detection.anomaly_map[list(members)]
    frames = values.shape[1]
    starts = np.arange(COLUMNS) * frames // COLUMNS
    columns = np.maximum.reduceat(values, starts, axis=1)  # of a start that is there twice, its own value
    return _coloured(columns, detection).repeat(row, axis=0)


def _coloured(values: NDArray[np.float32], detection: MotionDetection) -> Picture:
    """Return values (H, W) in the map's colours on the dark ground that stands for normal, (H, W, 3)."""
    colours = heat(values, detection.map_threshold, detection.map_top).astype(np.float32)
    ground = np.array(INK, np.float32)
    flat = ground + colours[..., 3:] / 255 * (colours[..., :3] - ground)
    return np.asarray(np.rint(flat), np.uint8)


def _legend(detection: MotionDetection, y: float, lang: Lang) -> list[str]:
    """Return the scale of every map of a model, where joints are marked from, and its unit."""
    wide, top = WIDTH - LEFT - RIGHT, detection.map_top
    values = np.linspace(0, top, COLUMNS, dtype=np.float32)[None]
    href = uri(_coloured(values, detection).repeat(12, axis=0))
    parts = [f'<image href="{href}" x="{LEFT}" y="{y}" width="{wide}" height="12"/>']
    for value in ticks(top):
        x = LEFT + wide * value / top
        parts += [f'<path d="M{x:.1f} {y + 12}v4" class="axis"/>', text(x, y + 27, number(value), "middle")]
    if 0 <= detection.map_threshold <= top:
        x = LEFT + wide * detection.map_threshold / top
        parts.append(f'<path d="M{x:.1f} {y - 1}l-4 -7h8z" class="mark"/>')
    said = label("sigma", lang, threshold=number(detection.map_threshold, significant=3))
    return [*parts, text(LEFT + wide, y + 43, said, "end")]
