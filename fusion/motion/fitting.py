"""Fitting: from normal movements to a detector. Every person is also seen as if they were new.

Repetitions of one person are alike, people are not: so whoever is held out is held out with all their movements, and
the scores that the thresholds rest on are scores of people whom the statistics never saw.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from fusion.calibration import Calibration
from fusion.errors import BadData, BadInput
from fusion.motion.cells import Grid, fit_cells
from fusion.motion.coordinates import Coordinates, Course, fit_coordinates, resampled
from fusion.motion.culprit import (
    Culprit,
    calibrated,
    differences,
    evidence,
    explains,
    matched,
    pose_factor,
)
from fusion.motion.detector import MotionConfig, MotionDetector
from fusion.motion.joints import JointSet
from fusion.motion.measure import angles
from fusion.motion.motion import Motion
from fusion.motion.normals import LOCAL, Normals, Scale, as_tokens, local_of, own_movement, whole_of
from fusion.motion.windows import cut
from fusion.progress import Progress, silent
from fusion.residual import Spread, residual
from fusion.threads import one_thread
from fusion.view import SIGMAS, View

FEWEST = 5  # normal movements
_FOLDS = 10
_BAND = (0.05, 0.95)  # of normals' angles
_OFTEN = 0.5  # of the normals must show a joint for it to be judged

Numbers = NDArray[np.float64]


def fit(
    motions: Sequence[Motion],
    config: MotionConfig,
    name: str,
    people: Sequence[str] | None = None,
    progress: Progress = silent,
) -> MotionDetector:
    """Fit on normal movements of one joint set; movements that can't be used are skipped and listed in the card.

    `people` says who moved, one a movement; without it each movement counts as somebody else's, and thresholds will be
    too low for people who weren't among the normals. BadData if fewer than 5 movements can be used.
    """
    if people is not None and len(people) != len(motions):
        raise BadData(f"{len(people)} people for {len(motions)} movements; expected one a movement")
    _refuse_mixed(motions)
    with one_thread(), torch.inference_mode():
        set_, skipped = _windows(motions, config, people)
        folds = _folds(set_.people, config.seed)
        held = _hold_out(set_, folds, config, progress)
        normals = _normals(set_, held, config)
    scores, peaks = _of_motions(set_, held, normals)
    low, high = np.nanquantile(set_.angles, _BAND, axis=0)
    if config.window:  # steps mean nothing: one band for all
        low, high = (np.repeat(np.nanquantile(set_.angles, q, axis=(0, 1))[None], len(low), axis=0) for q in _BAND)
    seconds = [motion.seconds for motion in set_.motions]
    return MotionDetector(
        name=name,
        config=config,
        normals=normals,
        calibration=Calibration(scores),
        peaks=peaks,
        angle_low=low.T,
        angle_high=high.T,
        seconds=(min(seconds), max(seconds)),
        card={
            "movements": len(set_.motions),
            "windows": len(set_.courses),
            "people": len(set(people)) if people is not None else None,
            "joints": normals.coordinates.joints.name,
            "dimensions": set_.motions[0].places.shape[-1],
            "cells": normals.coordinates.cells,
            "skipped": skipped,
        },
    )


@dataclass(frozen=True, eq=False)
class _Set:
    """What is fitted on: windows of movements, or the movements themselves."""

    motions: list[Motion]
    of: NDArray[np.intp]  # (N,): the movement that a window is of
    people: NDArray[np.intp]  # (N,): who moves in it
    coordinates: Coordinates
    courses: list[Course]
    x: Tensor  # (N, P, D)
    angles: Numbers  # (N, T', A)

    @property
    def joints(self) -> JointSet:
        return self.coordinates.joints

    @property
    def grid(self) -> Grid:
        return len(self.joints.joints), self.coordinates.cells

    @cached_property
    def pose(self) -> Tensor:
        """Return where joints are about the root on average, (T', J, D)."""
        return torch.from_numpy(_mean(np.stack([course.places for course in self.courses]))).float()


@dataclass(frozen=True, eq=False)
class _Held:
    """Every window as it looks to statistics of other people."""

    residuals: Tensor  # (N, S, P)
    explained: Tensor  # (N, L, R, T')


def _refuse_mixed(motions: Sequence[Motion]) -> None:
    kinds = sorted({f"{motion.joints.name} in {motion.places.shape[-1]}-D" for motion in motions})
    if len(kinds) > 1:
        raise BadData(f"movements of different joints ({', '.join(kinds)}); fit one model on each")


def _windows(
    motions: Sequence[Motion], config: MotionConfig, people: Sequence[str] | None
) -> tuple[_Set, list[tuple[str, str]]]:
    """Return the movements that can be used, in common coordinates, and the others with the reason."""
    cuts, kept, skipped = [], [], []
    for place, motion in enumerate(motions):
        try:
            parts = [part for _, part in cut(motion, config.window) if (part.confidence > 0).any()]
            if not parts:
                raise BadInput(f"{motion.name}: no joint is seen in it")
            cuts.append(parts)
            kept.append(place)
        except BadInput as error:
            skipped.append((motion.name, str(error)))
    _refuse_few(kept, skipped)
    coordinates = fit_coordinates([part for parts in cuts for part in parts], config.cells)
    courses, bends, of = [], [], []
    for place, parts in zip(kept, cuts, strict=True):
        try:
            courses += [coordinates(part) for part in parts]
            bends += [resampled(angles(part), coordinates.cells) for part in parts]
            of += [place] * len(parts)
        except BadInput as error:
            skipped.append((motions[place].name, str(error)))
            del courses[len(of) :]
    used = sorted(set(of))
    _refuse_few(used, skipped)
    who = np.unique(people, return_inverse=True)[1] if people is not None else np.arange(len(motions))
    place_of = np.searchsorted(used, of)
    x = _tokens(courses)
    set_ = _Set([motions[place] for place in used], place_of, who[of], coordinates, courses, x, np.stack(bends))
    return set_, skipped


def _refuse_few(kept: Sequence[int], skipped: Sequence[tuple[str, str]]) -> None:
    if len(kept) < FEWEST:
        why = f"; the first that couldn't be used: {skipped[0][1]}" if skipped else ""
        raise BadData(f"{len(kept)} usable normal movements; expected at least {FEWEST}, better 50 of 10 people{why}")


def _tokens(courses: Sequence[Course]) -> Tensor:
    """Return tokens, (N, P, D): the mean of the others where a joint was never seen."""
    moved = np.stack([own_movement(course.places) for course in courses])
    return torch.cat([as_tokens(one) for one in np.where(np.isfinite(moved), moved, _mean(moved))])


def _mean(values: Numbers) -> Numbers:
    """Return the mean of what is known, (N, ...) -> (...), 0 where nothing is."""
    known = np.isfinite(values)
    return np.asarray(np.where(known, values, 0).sum(axis=0) / np.maximum(known.sum(axis=0), 1))


def _folds(people: NDArray[np.intp], seed: int) -> list[Tensor]:
    """Return the windows of a person, or of several where there are more than 10, fold by fold."""
    everyone = np.unique(people)
    if len(everyone) < 2:
        raise BadData("movements of one person only; say who moved only where there are several people")
    shuffled = np.random.default_rng(seed).permutation(everyone)
    groups = np.array_split(shuffled, min(len(everyone), _FOLDS))
    return [torch.from_numpy(np.flatnonzero(np.isin(people, group))) for group in groups]


def _hold_out(set_: _Set, folds: Sequence[Tensor], config: MotionConfig, progress: Progress) -> _Held:
    residuals, explained = [], []
    for done, fold in enumerate(folds):
        progress("looking at each person as if they were new", done, len(folds))
        others = torch.ones(len(set_.x), dtype=torch.bool)
        others[fold] = False
        known = set_.x[others]
        whitening, denoise = fit_cells(known, set_.grid, config.method, bool(config.window))
        residuals.append(residual(whitening(set_.x[fold]), denoise, SIGMAS[config.method]))
        difference = _as_places(set_.x[fold] - known.mean(dim=0), set_.grid)
        filters = [matched(factor, set_.pose, set_.joints) for factor in _factors(known, set_, config)]
        explained.append(explains(filters, difference))
    order = torch.argsort(torch.cat(list(folds)))
    return _Held(torch.cat(residuals)[order], torch.cat(explained)[order])


def _factors(x: Tensor, set_: _Set, config: MotionConfig) -> list[Tensor]:
    """Return the whitening factors of whole poses, of their velocities and accelerations."""
    deviations = _as_places(x - x.mean(dim=0), set_.grid)
    return [pose_factor(part, bool(config.window)) for part in differences(deviations)]


def _as_places(tokens: Tensor, grid: Grid) -> Tensor:
    """Return tokens, (N, P, D), by time and joint, (N, T', J, D)."""
    return tokens.view(len(tokens), *grid, -1).transpose(1, 2)


def _normals(set_: _Set, held: _Held, config: MotionConfig) -> Normals:
    """Return the statistics of all normals, in units that held-out ones gave."""
    levels = calibrated(held.explained, _factors(set_.x, set_, config))
    found = evidence(held.explained, levels, set_.joints)
    culprit = Culprit(set_.joints, set_.pose, levels, float(found.mean()), float(found.std()))
    whitening, denoise = fit_cells(set_.x, set_.grid, config.method, bool(config.window))
    view = View(whitening, denoise, SIGMAS[config.method], Spread.of(held.residuals))
    shown = np.mean([course.seen.mean(axis=0) > 0 for course in set_.courses], axis=0)
    strange, wrong = _maps(set_, held, view.spread, culprit)
    return Normals(
        coordinates=set_.coordinates,
        view=view,
        culprit=culprit,
        posture=_mean(np.stack([course.places.mean(axis=0) for course in set_.courses])),
        judged=shown >= _OFTEN,
        whole=Scale.of(np.array([whole_of(one) for one in strange])),
        local=Scale.of(np.array([local_of(one) for one in wrong])),
    )


def _maps(set_: _Set, held: _Held, spread: Spread, culprit: Culprit) -> tuple[Numbers, Numbers]:
    """Return how strange and how wrong held-out normals are, joint by joint and step by step, (N, J, T') each."""
    strange = spread(held.residuals).mean(dim=1).view(-1, *set_.grid)
    found = evidence(held.explained, culprit.levels, culprit.joints)
    return strange.double().numpy(), ((found - culprit.middle) / culprit.spread).double().numpy()


def _of_motions(set_: _Set, held: _Held, normals: Normals) -> tuple[Numbers, Numbers]:
    """Return the score and the highest value of the map of each held-out movement: of its strangest window."""
    strange, wrong = _maps(set_, held, normals.view.spread, normals.culprit)
    scores = [
        max(normals.whole(whole_of(one)), normals.local(local_of(other)) - LOCAL)
        for one, other in zip(strange, wrong, strict=True)
    ]
    best = np.full((2, len(set_.motions)), -np.inf)
    np.maximum.at(best[0], set_.of, scores)
    np.maximum.at(best[1], set_.of, wrong.max(axis=(1, 2)))
    return best[0], best[1]
