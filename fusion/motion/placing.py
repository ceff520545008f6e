"""Placing: numbers as a file has them become a Motion in pixels or millimetres, or a sentence that says why not."""

import numpy as np
from numpy.typing import NDArray

from fusion.errors import BadInput
from fusion.motion.joints import AXES, CONFIDENCE, UNITS, Convention, JointSet
from fusion.motion.motion import Motion

FARTHEST = 1e7  # px, or mm: ten kilometres
_BODY = (10.0, 1e5)  # mm from end to end: a mouse to a whale
ONE_FRAME = "one frame only, and a movement needs at least 2; give a single pose as the skeleton of a picture"
_UNIT = {2: "px", 3: "mm"}  # of a Motion
_TOLERANCE = 1e-3  # of confidences, for rounding

Numbers = NDArray[np.float64]
Seen = NDArray[np.bool_]


def motion_of(
    values: Numbers, channels: tuple[str, ...], joints: JointSet, rate: float, name: str, first: int = 0
) -> Motion:
    """Return a file's numbers, (T, J, C), as a Motion; `first` is its first frame's number, for messages.

    A joint was not seen where its confidence is 0 or NaN, where a place is NaN, or, without confidences, where all its
    places are 0; it is kept at 0 with confidence 0. BadInput for infinite values, confidences outside [0, 1], places
    that can't be in the unit, and frames between which a person jumps as nobody can.
    """
    endless = np.any(np.isinf(values), axis=2)
    if endless.any():
        raise BadInput(f"{name}: infinite at {_where(endless, joints, first)}; give what was not seen as NaN")
    places = values[..., [channels.index(axis) for axis in AXES[: joints.dimensions]]]
    confidence = _confidence(values, channels, joints, name, first)
    confidence[np.isnan(places).any(axis=2)] = 0
    seen = confidence > 0
    with np.errstate(over="ignore"):  # told apart below
        places = np.where(seen[..., None], _in_foils_axes(places, joints.convention), 0.0)
    far = np.any(np.abs(places) > FARTHEST, axis=2)
    if far.any():
        limit = f"{FARTHEST:,.0f} {_UNIT[joints.dimensions]}"
        unit = joints.convention.unit
        raise BadInput(f"{name}: {_where(far, joints, first)} lies beyond {limit}; are its places really in {unit}?")
    _refuse_odd_sizes(places, seen, joints, name)
    _refuse_jumps(places, seen, joints, name, first)
    return Motion(places.astype(np.float32), confidence.astype(np.float32), joints, rate, name)


def refuse_too_little(frames: int, seen: int, name: str) -> None:
    """Refuse what is no movement: one frame, or no joint in sight in two of them."""
    if frames < 2:
        raise BadInput(f"{name}: {ONE_FRAME}")
    if seen < 2:
        none = "every confidence is 0 or every place missing, so no joint was seen" if not seen else "seen in one frame"
        raise BadInput(f"{name}: {none}; a movement needs a joint in at least 2 of its {frames:,} frames")


def _confidence(values: Numbers, channels: tuple[str, ...], joints: JointSet, name: str, first: int) -> Numbers:
    if CONFIDENCE not in channels:
        return np.where((values == 0).all(axis=2), 0.0, 1.0)
    confidence = np.nan_to_num(values[..., channels.index(CONFIDENCE)], nan=0.0)
    off = (confidence < -_TOLERANCE) | (confidence > 1 + _TOLERANCE)
    if off.any():
        raise BadInput(
            f"{name}: confidence {confidence[off][0]:g} at {_where(off, joints, first)}; expected 0 to 1; if it is z, "
            "say so with the channels of a mapping file"
        )
    return np.asarray(confidence.clip(0, 1))


def _in_foils_axes(places: Numbers, convention: Convention) -> Numbers:
    """Return places in pixels with y down, or in millimetres with z up; axes are turned, never mirrored, in 3-D."""
    up, down = convention.up[-1], convention.up.startswith("-")
    if places.shape[-1] == 2:
        return places if down else places * (1.0, -1.0)
    places = np.roll(places, AXES.index("z") - AXES.index(up), axis=-1) * UNITS[convention.unit]
    return places * (1.0, -1.0, -1.0) if down else places


def _where(wrong: Seen, joints: JointSet, first: int) -> str:
    frame, joint = np.argwhere(wrong)[0]
    return f"{joints.joints[joint]} in frame {first + frame}"


def _refuse_odd_sizes(places: Numbers, seen: Seen, joints: JointSet, name: str) -> None:
    if joints.dimensions == 2:
        if seen.sum() > 1 and np.abs(places).max() <= 1:
            raise BadInput(f"{name}: all joints lie within one pixel; multiply them by the picture's width and height")
        return
    body = _body(places, seen)
    if body and not _BODY[0] <= body <= _BODY[1]:
        raise BadInput(
            f"{name}: a body of {body:,.4g} mm, where 10 mm to 100 m can be; its places are hardly in "
            f"{joints.convention.unit}: say which unit in a mapping file"
        )


def _refuse_jumps(places: Numbers, seen: Seen, joints: JointSet, name: str, first: int) -> None:
    """Refuse a jump by more than a body's length a frame: the frames are of different people, or of cut films."""
    frames = np.flatnonzero(seen.any(axis=1))
    body = _body(places, seen)
    if not body or len(frames) < 2:
        return
    common = seen[frames[1:]] & seen[frames[:-1]]
    moved = np.linalg.norm(places[frames[1:]] - places[frames[:-1]], axis=-1)
    ordered = np.sort(np.where(common, moved, np.inf), axis=1)
    median = ordered[np.arange(len(ordered)), np.maximum(common.sum(axis=1) - 1, 0) // 2]
    jumps = common.any(axis=1) & (median > body * np.diff(frames))
    if jumps.any():
        at = int(np.argmax(jumps))
        unit = _UNIT[joints.dimensions]
        raise BadInput(
            f"{name}: in frame {first + frames[at + 1]} the body jumps {median[at]:,.0f} {unit}, further than its own "
            f"length ({body:,.0f} {unit}): frames of different people were merged, or films cut together; give every "
            "person's frames a track id, or a file of their own"
        )


def _body(places: Numbers, seen: Seen) -> float:
    """Return how long a body is from end to end, as most of it is seen; 0 if no two joints were."""
    several = seen.sum(axis=1) > 1
    if not several.any():
        return 0.0
    some, there = places[several], seen[several][..., None]
    extent = np.where(there, some, -np.inf).max(axis=1) - np.where(there, some, np.inf).min(axis=1)
    return float(np.quantile(np.linalg.norm(extent, axis=1), 0.9))
