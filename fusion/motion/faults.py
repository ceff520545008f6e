"""Faults: movements gone wrong at a known joint and time, made from right ones, to choose and to check a detector by.

A fault turns what hangs on a joint about that joint, so bones keep their lengths; only limb swap, which is an error of
tracking, doesn't. Its beginning and its end are smooth.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from fusion.errors import BadInput
from fusion.motion.chain import chain_of, names_of
from fusion.motion.measure import between, filled
from fusion.motion.motion import Motion

Numbers = NDArray[np.float64]
Bend = tuple[str, str, str, str]  # of JointSet.angles

RAMP = 0.25  # s over which a fault sets in
_SMALLEST = np.radians(15)  # a fault that turns a joint by less can hardly be told from somebody's style
_TRIES = 200


@dataclass(frozen=True, eq=False)
class Fault:
    motion: Motion  # with the fault in it
    kind: str
    joints: tuple[str, ...]  # where it is: the joint that bends wrongly, or all that were exchanged
    start: float  # s
    end: float  # s
    caption: str


def range_cut(motion: Motion, bend: Bend, start: float, end: float, share: float) -> Fault:
    """Let a joint move through only a `share` in [0, 1] of its range from `start` to `end`."""
    angle, time = _angle(motion, bend), _times(motion)
    base = np.interp(time, (start, end), np.interp((start, end), time, angle))
    moved = _turned(motion, bend, (share - 1) * (angle - base) * _during(time, start, end))
    return _fault(moved, "range cut", bend, start, end, f"the {bend[0]} moves only {share:.0%} as far")


def tremor(motion: Motion, bend: Bend, start: float, end: float, degrees: float, hertz: float) -> Fault:
    """Let what hangs on a joint tremble by so many `degrees` to either side."""
    time = _times(motion)
    swing = np.radians(degrees) * np.sin(2 * np.pi * hertz * (time - start)) * _during(time, start, end)
    caption = f"the {bend[0]} trembles by {degrees:.0f} degrees, {hertz:.0f} times a second"
    return _fault(_turned(motion, bend, swing), "tremor", bend, start, end, caption)


def delay(motion: Motion, bend: Bend, start: float, end: float, seconds: float) -> Fault:
    """Let a joint do what it does `seconds` later than the rest of the body."""
    angle, time = _angle(motion, bend), _times(motion)
    late = np.interp(time - seconds * _during(time, start, end), time, angle)
    moved = _turned(motion, bend, late - angle)
    return _fault(moved, "delay", bend, start, end, f"the {bend[0]} moves {seconds:.1f} s late")


def asymmetry(motion: Motion, bend: Bend, start: float, end: float, degrees: float) -> Fault:
    """Let one side bend by so many `degrees` more (less, if negative) than it did."""
    angle, time = _angle(motion, bend), _times(motion)
    wanted = np.clip(angle - np.radians(degrees) * _during(time, start, end), np.radians(5), np.radians(178))
    more = "more" if degrees > 0 else "less"
    caption = f"the {bend[0]} is bent {abs(degrees):.0f} degrees {more} than on the other side"
    return _fault(_turned(motion, bend, wanted - angle), "asymmetry", bend, start, end, caption)


def limb_swap(motion: Motion, joint: str, start: float, end: float) -> Fault:
    """Exchange left and right for a joint and what hangs on it, as tracking does that mistakes one for the other."""
    chain = chain_of(motion.joints)
    one = chain.below[motion.joints.index(joint)]
    limbs = np.flatnonzero(one | one[chain.twins])
    time = _times(motion)
    during = np.flatnonzero((time >= start) & (time <= end))[:, None]
    places, confidence = motion.places.copy(), motion.confidence.copy()
    places[during, limbs] = motion.places[during, chain.twins[limbs]]
    confidence[during, limbs] = motion.confidence[during, chain.twins[limbs]]
    names = tuple(motion.joints.joints[limb] for limb in limbs)
    caption = f"the {names_of(motion.joints)[motion.joints.index(joint)]} changes places with the other side's"
    return Fault(replace(motion, places=places, confidence=confidence), "limb swap", names, start, end, caption)


def draw_fault(motion: Motion, kind: str, rng: np.random.Generator) -> Fault | None:
    """Return a fault of a kind of KINDS, at a place, a time and of a size drawn by `rng`; None if nothing moves enough.

    It lasts 30 to 60 % of the motion, and turns a joint by at least 15 degrees (a tremor: 4 to 8).
    """
    return KINDS[kind](motion, rng)


def _draw_swap(motion: Motion, rng: np.random.Generator) -> Fault | None:
    chain = chain_of(motion.joints)
    seen = (motion.confidence > 0).all(axis=0)
    limbs = [
        bend[2]
        for bend in motion.joints.angles
        if (joint := motion.joints.index(bend[2])) != chain.twins[joint]
        and chain.parents[joint] >= 0  # exchanging the hips would exchange the body
        and (seen | ~chain.below[joint]).all()
    ]
    if not limbs:
        return None
    return limb_swap(motion, limbs[rng.integers(len(limbs))], *_interval(motion, rng))


def _draw(
    fault: Callable[..., Fault], sizes: Callable[[np.random.Generator], tuple[float, ...]], smallest: float
) -> Callable[[Motion, np.random.Generator], Fault | None]:
    """Return what draws such a fault until it turns the joint by at least `smallest` radians."""

    def drawn(motion: Motion, rng: np.random.Generator) -> Fault | None:
        for _ in range(_TRIES):
            bend = motion.joints.angles[rng.integers(len(motion.joints.angles))]
            start, end = _interval(motion, rng)
            size = sizes(rng)
            if np.isnan(before := _angle(motion, bend)).any():
                continue
            found = fault(motion, bend, start, end, *size)
            if np.abs(_angle(found.motion, bend) - before).max() >= smallest:
                return found
        return None

    return drawn


KINDS: dict[str, Callable[[Motion, np.random.Generator], Fault | None]] = {
    "range cut": _draw(range_cut, lambda rng: (rng.uniform(0.2, 0.5),), _SMALLEST),
    "tremor": _draw(tremor, lambda rng: (rng.uniform(4, 8), rng.uniform(4, 7)), _SMALLEST / 5),
    "delay": _draw(delay, lambda rng: (rng.uniform(0.25, 0.5),), _SMALLEST),
    "asymmetry": _draw(asymmetry, lambda rng: (rng.uniform(20, 35) * rng.choice((-1, 1)),), _SMALLEST),
    "limb swap": _draw_swap,
}


def _turned(motion: Motion, bend: Bend, by: Numbers) -> Motion:
    """Return the motion with what hangs on a joint turned about it, so that the bend's angle grows by radians, (T,)."""
    one, joint, other = (motion.joints.index(name) for name in bend[1:])
    places = filled(motion)
    moving = chain_of(motion.joints).moving(one, joint, other)
    opens = by if moving[other] else -by  # turning the other end's side away from the first opens the angle
    arms = places[:, moving] - places[:, [joint]]
    turned = _rotated(arms, _axis(places, one, joint, other), np.nan_to_num(opens))
    out = motion.places.copy()
    out[:, moving] = np.where(motion.confidence[:, moving, None] > 0, places[:, [joint]] + turned, 0)
    return replace(motion, places=out)


def _axis(places: Numbers, one: int, joint: int, other: int) -> Numbers:
    """Return the unit vector about which a bend opens, (T, 3), or the sense of it in a picture, (T, 1).

    A straight limb has none; it bends as it does at other times.
    """
    first, second = places[:, one] - places[:, joint], places[:, other] - places[:, joint]
    size = np.linalg.norm(first, axis=-1) * np.linalg.norm(second, axis=-1)
    if places.shape[-1] == 2:
        normal = (first[:, 0] * second[:, 1] - first[:, 1] * second[:, 0])[:, None]
    else:
        normal = np.cross(first, second)
    normal = normal / np.maximum(size, 1e-9)[:, None]
    normal += 0.1 * np.nanmean(normal, axis=0)
    return np.asarray(normal / np.maximum(np.linalg.norm(normal, axis=-1, keepdims=True), 1e-9))


def _rotated(arms: Numbers, axis: Numbers, by: Numbers) -> Numbers:
    """Return vectors, (T, M, D), turned about an axis by radians, (T,) [Rodrigues]."""
    cosine, sine = np.cos(by)[:, None, None], np.sin(by)[:, None, None]
    if arms.shape[-1] == 2:
        return arms * cosine + np.stack([-arms[..., 1], arms[..., 0]], axis=-1) * sine * axis[:, None]
    about = np.broadcast_to(axis[:, None], arms.shape)
    along = about * (arms * about).sum(axis=-1, keepdims=True)
    return np.asarray(arms * cosine + np.cross(about, arms) * sine + along * (1 - cosine))


def _fault(motion: Motion, kind: str, bend: Bend, start: float, end: float, what: str) -> Fault:
    caption = f"{what}, from {start:.1f} s to {end:.1f} s"
    return Fault(motion, kind, (bend[2],), start, end, caption)


def _angle(motion: Motion, bend: Bend) -> Numbers:
    return between(filled(motion), *(motion.joints.index(name) for name in bend[1:]))


def _times(motion: Motion) -> Numbers:
    if len(motion) < 2:
        raise BadInput(f"{motion.name}: one frame only; a fault takes a movement of at least 2 frames")
    return np.arange(len(motion)) / motion.rate


def _interval(motion: Motion, rng: np.random.Generator) -> tuple[float, float]:
    whole = (len(motion) - 1) / motion.rate
    lasts = rng.uniform(0.3, 0.6) * whole
    start = rng.uniform(0, whole - lasts)
    return start, start + lasts


def _during(time: Numbers, start: float, end: float) -> Numbers:
    """Return 1 inside the interval and 0 outside, with smooth shoulders inside of it, (T,)."""
    ramp = min(RAMP, (end - start) / 2)
    inside = np.clip(np.minimum(time - start, end - time) / max(ramp, 1e-9), 0, 1)
    return np.asarray((1 - np.cos(np.pi * inside)) / 2)
