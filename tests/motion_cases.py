"""Squats of people who don't exist: as tall, as fast, as deep and as steady as each happens to be."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from fusion.motion.joints import COCO
from fusion.motion.motion import Motion

RATE = 25.0


@dataclass(frozen=True)
class Person:
    size: float  # mm of a thigh
    depth: float  # radians by which the knees bend
    lean: float  # radians by which the trunk goes forward
    reach: float  # radians by which the arms rise
    seconds: float
    turn: float  # radians: which way they look

    @classmethod
    def of(cls, seed: int) -> "Person":
        rng = np.random.default_rng(seed)
        return cls(
            size=rng.uniform(380, 480),
            depth=rng.uniform(1.5, 1.8),
            lean=rng.uniform(0.4, 0.6),
            reach=rng.uniform(1.2, 1.5),
            seconds=rng.uniform(2.0, 3.2),
            turn=rng.uniform(0, 2 * np.pi),
        )


def squat(person: int | Person, repetition: int = 0, flat: bool = False, name: str = "") -> Motion:
    """Return a squat in a room, in mm, or as a camera sees it from the front left (`flat`), in pixels."""
    who = Person.of(person) if isinstance(person, int) else person
    rng = np.random.default_rng([round(1000 * who.size), repetition])
    frames = round(who.seconds * rng.uniform(0.95, 1.05) * RATE)
    down = np.sin(np.pi * np.linspace(0, 1, frames)) ** 2 * rng.uniform(0.95, 1.05)
    places = np.stack([_pose(who, share) for share in down]) * who.size
    places += rng.normal(0, 2, places.shape)
    if flat:
        places = _seen_by_camera(places)
    else:
        places = places @ _about_z(who.turn).T + (rng.uniform(-500, 500), rng.uniform(-500, 500), 0)
    seen = np.ones(places.shape[:2], np.float32)
    return Motion(places.astype(np.float32), seen, COCO, RATE, name or f"person {person} squat {repetition}")


def squats(people: int, repetitions: int, flat: bool = False, first: int = 0) -> tuple[list[Motion], list[str]]:
    """Return the squats of so many people, and who made each."""
    every = [(person, one) for person in range(first, first + people) for one in range(repetitions)]
    return [squat(person, one, flat) for person, one in every], [str(person) for person, _ in every]


def hidden(motion: Motion, joint: str, start: int = 0, end: int | None = None) -> Motion:
    """Return the motion with a joint unseen from one frame to before another."""
    places, confidence = motion.places.copy(), motion.confidence.copy()
    at = motion.joints.index(joint)
    places[start:end, at] = 0
    confidence[start:end, at] = 0
    return replace(motion, places=places, confidence=confidence)


def _pose(who: Person, down: float) -> NDArray[np.float64]:
    """Return COCO's joints of somebody who looks along x, left is +y and up is +z, in lengths of a thigh, (17, 3)."""
    knee, lean, reach = who.depth * down, who.lean * down, 0.1 + who.reach * down
    shank, thigh = 0.35 * knee, 0.65 * knee  # from the vertical: shanks lean forward, thighs back
    ankle, across = np.array((0, 0, 0.15)), np.array((0, 1, 0))
    knees = ankle + _in_plane(shank)
    hips = knees + _in_plane(-thigh)
    neck = hips + 1.2 * _in_plane(lean)
    elbow = neck - 0.7 * _in_plane(-reach)
    wrist = elbow - 0.6 * _in_plane(-reach - 0.2)
    head = neck + 0.4 * _in_plane(lean)
    eye, ear = head + np.array((0.12, 0, 0.05)), head + np.array((0, 0, 0.05))
    sides = ((eye, 0.07), (ear, 0.17), (neck, 0.42), (elbow, 0.45), (wrist, 0.42), (hips, 0.28), (knees, 0.3))
    both = [place + side * wide * across for place, wide in (*sides, (ankle, 0.3)) for side in (1, -1)]
    return np.stack([head + np.array((0.15, 0, 0)), *both])


def _in_plane(angle: float) -> NDArray[np.float64]:
    return np.array((np.sin(angle), 0, np.cos(angle)))


def _about_z(angle: float) -> NDArray[np.float64]:
    sine, cosine = np.sin(angle), np.cos(angle)
    return np.array(((cosine, -sine, 0), (sine, cosine, 0), (0, 0, 1)))


def _seen_by_camera(places: NDArray[np.float64]) -> NDArray[np.float64]:
    turned = places @ _about_z(0.6).T
    return np.stack([320 + 0.2 * turned[..., 1], 440 - 0.2 * turned[..., 2]], axis=-1)
