"""Matching: which joint set a file's numbers belong to, by their count or by their names, and what each number is."""

from collections.abc import Sequence

from fusion.errors import BadInput
from fusion.modality.text import read_text
from fusion.motion.joint_sets import BUILT_IN
from fusion.motion.joints import AXES, CONFIDENCE, JointSet

# Sets of pictures are known by how many joints they have. Places in a room are not: their axes and unit must be said.
_BY_COUNT = [joints for joints in BUILT_IN.values() if joints.dimensions == 2]
_WAYS = (2, 3, 4)  # numbers a joint
_MAPPING = "describe other joints in a mapping file"


def channels_of(joints: JointSet, count: int) -> tuple[str, ...] | None:
    """Return what `count` numbers a joint are, None if they are nothing that this joint set knows.

    They are the set's channels, or these without a last confidence, or these with a further confidence.
    """
    channels = joints.convention.channels
    ways = [channels, channels[:-1]] if channels[-1] == CONFIDENCE else [channels]
    ways += [(*channels, CONFIDENCE)] if CONFIDENCE not in channels else []
    return next((way for way in ways if len(way) == count), None)


def by_shape(shape: tuple[int, ...], joints: JointSet | None, name: str) -> tuple[JointSet, tuple[str, ...]]:
    """Return the joint set and the channels of a pose of this shape, (J, C) or flat (J * C,); BadInput if none fits."""
    for candidate in [joints] if joints else _BY_COUNT:
        count = shape[-1] if len(shape) == 2 else shape[0] / len(candidate.joints)
        channels = channels_of(candidate, int(count)) if count == int(count) else None
        if channels and (len(shape) == 1 or shape[0] == len(candidate.joints)):
            return candidate, channels
    came = " x ".join(map(str, shape))
    if joints:
        expected = f"{len(joints.joints)} joints of {joints.name} with {', '.join(joints.convention.channels)}"
        raise BadInput(f"{name}: a frame of {came} numbers; expected {expected}; {_MAPPING}")
    counts = ", ".join(f"{len(joints.joints)} ({joints.name})" for joints in _BY_COUNT)
    raise BadInput(
        f"{name}: a frame of {came} numbers; without a joint set that is told, expected x, y and perhaps confidence of "
        f"{counts} joints; name plug-in-gait-39 for its 39 markers in a room; {_MAPPING}"
    )


def is_pose(shape: tuple[int, ...], joints: JointSet | None) -> bool:
    """Return whether an array of this shape is one pose, with no axis of time."""
    sets = [joints] if joints else _BY_COUNT
    return any(shape in ((len(known.joints), count), (len(known.joints) * count,)) for known in sets for count in _WAYS)


def by_names(names: Sequence[str], joints: JointSet | None, name: str) -> tuple[JointSet, list[int]]:
    """Return the joint set that knows these names, and the place of each in it; BadInput names one that none knows."""
    best: list[int | None] = [None] * len(names)
    for candidate in [joints] if joints else _BY_COUNT:
        places = [candidate.find(joint) for joint in names]
        known = [place for place in places if place is not None]
        if len(known) == len(names):
            if len(set(known)) < len(known):
                twice = next(joint for joint, place in zip(names, known, strict=True) if known.count(place) > 1)
                raise BadInput(f"{name}: the joint {shown([twice])} is in it twice; give each joint once")
            return candidate, known
        best = max(best, places, key=lambda places: sum(place is not None for place in places))
    unknown = [joint for joint, place in zip(names, best, strict=True) if place is None]
    known_to = f"{joints.name} has no such joint" if joints else "no built-in joint set has all of them"
    raise BadInput(f"{name}: its joints {shown(unknown)} are outside the mapping: {known_to}; {_MAPPING}")


def is_place(channels: Sequence[str], joints: JointSet) -> bool:
    """Return whether these channels say where a joint is, in as many directions as the joint set has."""
    places = sorted(channel for channel in channels if channel != CONFIDENCE)
    return places == list(AXES[: joints.dimensions])


def shown(names: Sequence[str]) -> str:
    """Return a few of many names that somebody else chose, as one clean line for a message."""
    clean = [read_text(name[:60], "a name") for name in names[:6]]
    return ", ".join(clean) + (f" and {len(names) - 6} more" if len(names) > 6 else "")
