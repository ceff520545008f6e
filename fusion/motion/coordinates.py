"""Coordinates: a movement about its own root, turned to one heading, in body lengths, at equal steps of its course.

What is left of it is how somebody moves: where they stand, which way they look, how tall and how fast they are is gone.
The steps are called cells. Left is +y and up is +z in 3-D; in a picture up stays up, and nothing is turned.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from fusion.errors import BadData, BadInput
from fusion.motion.chain import chain_of, names_of
from fusion.motion.joints import JointSet
from fusion.motion.measure import bone_lengths, filled
from fusion.motion.motion import Motion

Numbers = NDArray[np.float64]

CELLS = (16, 128)  # fewest and most steps of a movement
_PER_SECOND = 24.0  # steps of a movement of usual length: a tremor shows between them
_OFTEN = 0.9  # of the normals must show a joint for others to be placed by it


@dataclass(frozen=True, eq=False)
class Course:
    """One movement in these coordinates, and the way back."""

    places: Numbers  # (T', J, D) in body lengths about the root; NaN where a joint was never seen
    seen: Numbers  # (T', J) in [0, 1]: 0 where a place was bridged from the frames around, or never seen
    path: Numbers  # (T', D): the root's way, in body lengths from where it began
    origin: Numbers  # (D,): where it began, in px or mm
    turn: Numbers  # (D, D): from the motion's own axes to these
    size: float  # a body length in px or mm
    frames: int
    rate: float

    @property
    def velocities(self) -> Numbers:
        """Return how fast each joint moves about the root, in body lengths a cell, (T', J, D)."""
        return np.asarray(np.gradient(self.places, axis=0))

    def back(self, places: Numbers) -> Numbers:
        """Return places, (T', J, D), in the motion's own coordinates and frames, (T, J, D) in px or mm."""
        whole = (places + self.path[:, None]) * self.size
        return resampled(whole @ self.turn, self.frames) + self.origin


@dataclass(frozen=True, eq=False)
class Coordinates:
    """What movements have in common: their joints, the proportions of the body, and where the root is in it."""

    joints: JointSet
    cells: int  # T'
    proportions: Numbers  # (B,): bones in body lengths; NaN where normals never show one
    anchors: NDArray[np.intp]  # (A,): joints that the root is told by
    offsets: Numbers  # (A, D): where these are, from the root, on average, in body lengths

    def __call__(self, motion: Motion) -> Course:
        """Return the course of a motion; BadInput if no joint is seen that the root could be told by."""
        self.check(motion)
        places, seen = filled(motion), motion.confidence > 0
        there = seen[:, self.anchors].any(axis=0)
        size, turn = self._size(places, motion), _heading(places, self._sides)
        turned = places @ turn.T / size
        root = (turned[:, self.anchors[there]] - self.offsets[there]).mean(axis=1)
        return Course(
            places=resampled(turned - root[:, None], self.cells),
            seen=resampled(seen.astype(np.float64), self.cells),
            path=resampled(root - root[0], self.cells),
            origin=root[0] * size @ turn,
            turn=turn,
            size=size,
            frames=len(motion),
            rate=motion.rate,
        )

    def placeable(self, motion: Motion) -> bool:
        """Return whether a joint is seen that the root could be told by."""
        return bool((motion.confidence[:, self.anchors] > 0).any())

    def check(self, motion: Motion) -> None:
        """Raise BadInput, with what came and what was expected, if a motion has no course."""
        given, wanted = (
            f"{joints.name} ({len(joints.joints)} joints, {dimensions}-D)"
            for joints, dimensions in (
                (motion.joints, motion.places.shape[-1]),
                (self.joints, self.offsets.shape[-1]),
            )
        )
        if motion.joints != self.joints or given != wanted:
            raise BadInput(
                f"{motion.name}: a movement of {given}, and this model was fitted on {wanted}; give it those"
            )
        if len(motion) < 2:
            raise BadInput(f"{motion.name}: one frame only; a movement takes at least 2")
        if not np.isfinite(motion.places[motion.confidence > 0]).all():
            raise BadInput(f"{motion.name}: places that are no numbers; give joints that were not seen confidence 0")
        if not self.placeable(motion):
            names = names_of(self.joints)
            anchors = ", ".join(names[anchor] for anchor in self.anchors)
            raise BadInput(f"{motion.name}: none of {anchors} is seen in it, so nobody knows where the body is")

    def _size(self, places: Numbers, motion: Motion) -> float:
        """Return the length of the body that the bones in sight belong to, in px or mm."""
        size = _ratio(_typical_lengths(places, motion), self.proportions)
        if not size > 0:
            raise BadInput(f"{motion.name}: no bone has both ends in sight and apart, so the body's size is unknown")
        return size

    @cached_property
    def _sides(self) -> NDArray[np.intp]:
        return _sides(self.joints)


def fit_coordinates(motions: Sequence[Motion], cells: int = 0) -> Coordinates:
    """Fit on normal motions of one joint set; `cells` 0 = 24 a second of the usual duration."""
    joints = motions[0].joints
    cells = cells or usual_cells(motions)
    lengths = np.stack([_typical_lengths(filled(motion), motion) for motion in motions])
    sized = [bool(np.isfinite(own).any()) for own in lengths]
    often = np.mean([(motion.confidence > 0).any(axis=0) for motion in motions], axis=0) >= _OFTEN
    root = [joint for joint in map(joints.index, joints.root) if often[joint]]
    anchors = np.array(root or np.flatnonzero(often), np.intp)
    if not len(anchors):
        raise BadData(f"no joint is seen in {_OFTEN:.0%} of the {len(motions)} movements; fit on clearer ones")
    complete = [
        motion
        for motion, whole in zip(motions, sized, strict=True)
        if whole and (motion.confidence[:, anchors] > 0).any(axis=0).all()
    ]
    if not complete:
        raise BadData(f"none of the {len(motions)} movements shows all of its hips and a bone; fit on clearer ones")
    proportions = _proportions(lengths)
    plain = Coordinates(joints, cells, proportions, anchors, np.zeros((len(anchors), motions[0].places.shape[-1])))
    away = [plain(motion).places[:, anchors].mean(axis=0) for motion in complete]
    return Coordinates(joints, cells, proportions, anchors, np.mean(away, axis=0))


def usual_cells(motions: Sequence[Motion]) -> int:
    """Return as many steps as a movement of usual duration takes at 24 a second."""
    return int(np.clip(_PER_SECOND * np.median([motion.seconds for motion in motions]), *CELLS))


def resampled(values: Numbers, count: int) -> Numbers:
    """Return values at so many equal steps from the first to the last, (T, ...) -> (count, ...)."""
    at = np.linspace(0, len(values) - 1, count)
    before = np.minimum(at.astype(np.intp), max(len(values) - 2, 0))
    share = (at - before).reshape(-1, *(1,) * (values.ndim - 1))
    return np.asarray(values[before] * (1 - share) + values[np.minimum(before + 1, len(values) - 1)] * share)


def _typical_lengths(places: Numbers, motion: Motion) -> Numbers:
    """Return how long each bone is over the whole motion, in px or mm, NaN where unseen or without length, (B,).

    In a picture bones are foreshortened for most of the time: there it is the length that they seldom exceed.
    """
    lengths = np.quantile(bone_lengths(places, motion), 0.5 if places.shape[-1] == 3 else 0.9, axis=0)
    return np.where(lengths > 0, lengths, np.nan)


def _proportions(lengths: Numbers) -> Numbers:
    """Return bones in mean bones, of normals' lengths, (N, B) -> (B,), NaN where no normal shows one."""
    sizes = np.ones(len(lengths))
    for _ in range(3):  # normals may show different bones, so size and proportions wait for each other
        shown = np.isfinite(lengths)
        ratio = np.where(shown, lengths / sizes[:, None], 0).sum(axis=0) / np.where(
            shown.any(axis=0), shown.sum(axis=0), np.nan
        )
        sizes = np.array([_ratio(one, ratio) for one in lengths])
    return np.asarray(ratio / np.nanmean(ratio))


def _ratio(lengths: Numbers, proportions: Numbers) -> float:
    """Return how many times as long bones are as in these proportions; NaN if none is known in both."""
    known = np.isfinite(lengths) & np.isfinite(proportions)
    return float(lengths[known].sum() / proportions[known].sum()) if known.any() else np.nan


def _heading(places: Numbers, sides: NDArray[np.intp]) -> Numbers:
    """Return the turn about the vertical after which the body's left is +y, (3, 3); nothing is turned in a picture."""
    turn = np.eye(places.shape[-1])
    left = (places[:, sides[:, 0]] - places[:, sides[:, 1]])[..., :2]
    left = left[:, np.isfinite(left).all(axis=(0, 2))]
    if places.shape[-1] == 2 or not left.size or np.linalg.norm(towards := left.mean(axis=(0, 1))) < 1e-9:
        return turn
    sine, cosine = towards / np.linalg.norm(towards)  # of the angle from +y back to it, in the sense of -z
    turn[:2, :2] = (cosine, -sine), (sine, cosine)
    return turn


def _sides(joints: JointSet) -> NDArray[np.intp]:
    """Return the pairs of a left joint and its right twin, (P, 2)."""
    twins = chain_of(joints).twins
    lefts = [place for place, name in enumerate(names_of(joints)) if name.startswith("left ") and twins[place] != place]
    return np.array([(left, twins[left]) for left in lefts], np.intp).reshape(-1, 2)
