"""Measure: how far joints bend, in degrees, and how long bones are, frame by frame."""

import numpy as np
from numpy.typing import NDArray

from fusion.motion.motion import Motion

Numbers = NDArray[np.float64]


def seen_places(motion: Motion) -> Numbers:
    """Return where each joint was, NaN where it was not seen, (T, J, D)."""
    return np.where(motion.confidence[..., None] > 0, motion.places.astype(np.float64), np.nan)


def filled(motion: Motion) -> Numbers:
    """Return places with gaps bridged by straight lines, (T, J, D); NaN where a joint was never seen."""
    seen, places = motion.confidence > 0, motion.places.astype(np.float64)
    frames = np.arange(len(motion))
    for joint in np.flatnonzero(~seen.all(axis=0)):
        known = np.flatnonzero(seen[:, joint])
        for axis in range(places.shape[-1]):
            values = places[known, joint, axis]
            places[:, joint, axis] = np.interp(frames, known, values) if len(known) else np.nan
    return places


def angles(motion: Motion) -> Numbers:
    """Return the angle at each bend of the joint set in degrees, 180 = straight, NaN where unseen, (T, A)."""
    places, joints = seen_places(motion), motion.joints
    bends = [[joints.index(joint) for joint in bend[1:]] for bend in joints.angles]
    return np.stack([np.degrees(between(places, *bend)) for bend in bends] or [np.empty((len(motion), 0))], axis=1)


def lengths(motion: Motion) -> Numbers:
    """Return how long each bone is, in px or mm, NaN where unseen, (T, B)."""
    return bone_lengths(seen_places(motion), motion)


def bone_lengths(places: Numbers, motion: Motion) -> Numbers:
    """Return the same of other places, (T, J, D), of the motion's joint set, (T, B)."""
    ends = np.array([[motion.joints.index(joint) for joint in bone] for bone in motion.joints.bones], int).reshape(
        -1, 2
    )
    return np.asarray(np.linalg.norm(places[:, ends[:, 0]] - places[:, ends[:, 1]], axis=-1))


def between(places: Numbers, one: int, joint: int, other: int) -> Numbers:
    """Return the angle between the directions from a joint to two others in radians, 0 to pi, (T, J, D) -> (T,)."""
    first, second = places[:, one] - places[:, joint], places[:, other] - places[:, joint]
    size = np.linalg.norm(first, axis=-1) * np.linalg.norm(second, axis=-1)
    cosine = np.einsum("td,td->t", first, second) / np.where(size > 0, size, np.nan)
    return np.asarray(np.arccos(np.clip(cosine, -1, 1)))
