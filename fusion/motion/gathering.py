"""Gathering: normal movements, or windows of them, in common coordinates; what can't be used, and why."""

from collections.abc import Sequence, Sized
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from fusion.errors import BadData, BadInput
from fusion.motion.cells import Grid
from fusion.motion.coordinates import Coordinates, Course, fit_coordinates, resampled
from fusion.motion.joints import JointSet
from fusion.motion.measure import angles
from fusion.motion.motion import Motion
from fusion.motion.normals import as_tokens, own_movement
from fusion.motion.windows import cut

FEWEST = 5  # normal movements

Numbers = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class NormalSet:
    """What is fitted on: windows of movements, or the movements themselves."""

    motions: list[Motion]
    of: NDArray[np.intp]  # (N,): the movement that a window is of
    people: NDArray[np.str_]  # (N,): who moves in it
    coordinates: Coordinates
    parts: list[Motion]  # the windows
    courses: list[Course]
    x: Tensor  # (N, P, D)
    angles: Numbers  # (N, T', A)
    skipped: list[tuple[str, str]]  # movements that can't be used, with the reason

    @property
    def joints(self) -> JointSet:
        return self.coordinates.joints

    @property
    def grid(self) -> Grid:
        return len(self.joints.joints), self.coordinates.cells

    @cached_property
    def pose(self) -> Tensor:
        """Return where joints are about the root on average, (T', J, D)."""
        return torch.from_numpy(mean_known(np.stack([course.places for course in self.courses]))).float()


def gather(motions: Sequence[Motion], people: Sequence[str] | None, window: float, cells: int) -> NormalSet:
    """Return the movements that can be used, in windows of so many seconds (0: whole), in so many cells (0: as usual).

    BadData if they are of different joints, or fewer than 5.
    """
    if people is not None and len(people) != len(motions):
        raise BadData(f"{len(people)} people for {len(motions)} movements; expected one a movement")
    _refuse_mixed(motions)
    cuts, skipped = _cuts(motions, window)
    _refuse_few(cuts, skipped)
    coordinates = fit_coordinates([part for parts in cuts.values() for part in parts], cells)
    found: dict[int, list[tuple[Motion, Course]]] = {}
    for place, parts in cuts.items():
        try:
            seen = [part for part in parts if coordinates.placeable(part)] or parts[:1]
            found[place] = [(part, coordinates(part)) for part in seen]
        except BadInput as error:
            skipped.append((motions[place].name, str(error)))
    _refuse_few(found, skipped)
    who = np.array(people if people is not None else [f"{place:06d}" for place in range(len(motions))])
    of = np.repeat(np.arange(len(found)), [len(parts) for parts in found.values()])
    windows, courses = zip(*(one for parts in found.values() for one in parts), strict=True)
    return NormalSet(
        motions=[motions[place] for place in found],
        of=of,
        people=who[list(found)][of],
        coordinates=coordinates,
        parts=list(windows),
        courses=list(courses),
        x=_tokens(courses),
        angles=np.stack([resampled(angles(part), coordinates.cells) for part in windows]),
        skipped=skipped,
    )


def _cuts(motions: Sequence[Motion], window: float) -> tuple[dict[int, list[Motion]], list[tuple[str, str]]]:
    """Return the windows of each movement in which somebody is seen, and the movements without any."""
    cuts, skipped = {}, []
    for place, motion in enumerate(motions):
        try:
            parts = [part for _, part in cut(motion, window) if (part.confidence > 0).any()]
            if not parts:
                raise BadInput(f"{motion.name}: no joint is seen in it")
            cuts[place] = parts
        except BadInput as error:
            skipped.append((motion.name, str(error)))
    return cuts, skipped


def _refuse_mixed(motions: Sequence[Motion]) -> None:
    kinds = sorted({f"{motion.joints.name} in {motion.places.shape[-1]}-D" for motion in motions})
    if len(kinds) > 1:
        raise BadData(f"movements of different joints ({', '.join(kinds)}); fit one model on each")


def _refuse_few(kept: Sized, skipped: Sequence[tuple[str, str]]) -> None:
    if len(kept) < FEWEST:
        why = f"; the first that couldn't be used: {skipped[0][1]}" if skipped else ""
        raise BadData(f"{len(kept)} usable normal movements; expected at least {FEWEST}, better 50 of 10 people{why}")


def _tokens(courses: Sequence[Course]) -> Tensor:
    """Return tokens, (N, P, D): the mean of the others where a joint was never seen."""
    moved = np.stack([own_movement(course.places) for course in courses])
    return torch.cat([as_tokens(one) for one in np.where(np.isfinite(moved), moved, mean_known(moved))])


def mean_known(values: Numbers) -> Numbers:
    """Return the mean of what is known, (N, ...) -> (...), 0 where nothing is."""
    known = np.isfinite(values)
    return np.asarray(np.where(known, values, 0).sum(axis=0) / np.maximum(known.sum(axis=0), 1))
