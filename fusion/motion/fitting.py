"""Fitting: from normal movements to a detector. Every person is also seen as if they were new.

Repetitions of one person are alike, people are not: so whoever is held out is held out with all their movements, and
the scores that the thresholds rest on are scores of people whom the statistics never saw.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from fusion.calibration import Calibration
from fusion.errors import BadData
from fusion.motion.cells import Grid, fit_cells
from fusion.motion.culprit import Culprit, calibrated, differences, evidence, explains, matched, pose_factor
from fusion.motion.detector import MotionConfig, MotionDetector
from fusion.motion.gathering import NormalSet, gather, mean_known
from fusion.motion.motion import Motion
from fusion.motion.normals import LOCAL, Normals, Scale, local_of, whole_of
from fusion.progress import Progress, silent
from fusion.residual import Spread, residual
from fusion.threads import one_thread
from fusion.view import SIGMAS, View

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
    with one_thread(), torch.inference_mode():
        set_ = gather(motions, people, config.window, config.cells)
        folds = _folds(set_.people, config.seed)
        held = _hold_out(set_, folds, config, progress)
        normals = _normals(set_, held, config)
    scores, peaks = _of_motions(set_, held, normals)
    low, high = _bands(set_.angles, pooled=bool(config.window))
    seconds = [motion.seconds for motion in set_.motions]
    return MotionDetector(
        name=name,
        config=config,
        normals=normals,
        calibration=Calibration(scores),
        peaks=peaks,
        angle_low=low,
        angle_high=high,
        seconds=(min(seconds), max(seconds)),
        card={
            "n_normals": len(scores),
            "method": config.method,
            "representation": f"{normals.coordinates.joints.name}, {set_.motions[0].places.shape[-1]}-D",
            "created": datetime.now(UTC).isoformat(timespec="seconds"),
            "movements": len(set_.motions),
            "windows": len(set_.courses),
            "people": len(np.unique(set_.people)) if people is not None else None,
            "joints": normals.coordinates.joints.name,
            "dimensions": set_.motions[0].places.shape[-1],
            "cells": normals.coordinates.cells,
            "skipped": set_.skipped,
        },
    )


@dataclass(frozen=True, eq=False)
class _Held:
    """Every window as it looks to statistics of other people."""

    residuals: Tensor  # (N, S, P)
    explained: Tensor  # (N, L, R, T')


def _folds(people: NDArray[np.intp], seed: int) -> list[Tensor]:
    """Return the windows of a person, or of several where there are more than 10, fold by fold."""
    everyone = np.unique(people)
    if len(everyone) < 2:
        raise BadData("movements of one person only; say who moved only where there are several people")
    shuffled = np.random.default_rng(seed).permutation(everyone)
    groups = np.array_split(shuffled, min(len(everyone), _FOLDS))
    return [torch.from_numpy(np.flatnonzero(np.isin(people, group))) for group in groups]


def _hold_out(set_: NormalSet, folds: Sequence[Tensor], config: MotionConfig, progress: Progress) -> _Held:
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


def _factors(x: Tensor, set_: NormalSet, config: MotionConfig) -> list[Tensor]:
    """Return the whitening factors of whole poses, of their velocities and accelerations."""
    deviations = _as_places(x - x.mean(dim=0), set_.grid)
    return [pose_factor(part, bool(config.window)) for part in differences(deviations)]


def _as_places(tokens: Tensor, grid: Grid) -> Tensor:
    """Return tokens, (N, P, D), by time and joint, (N, T', J, D)."""
    return tokens.view(len(tokens), *grid, -1).transpose(1, 2)


def _normals(set_: NormalSet, held: _Held, config: MotionConfig) -> Normals:
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
        posture=mean_known(np.stack([course.places.mean(axis=0) for course in set_.courses])),
        judged=shown >= _OFTEN,
        whole=Scale.of(np.array([whole_of(one) for one in strange])),
        local=Scale.of(np.array([local_of(one) for one in wrong])),
    )


def _maps(set_: NormalSet, held: _Held, spread: Spread, culprit: Culprit) -> tuple[Numbers, Numbers]:
    """Return how strange and how wrong held-out normals are, joint by joint and step by step, (N, J, T') each."""
    strange = spread(held.residuals).mean(dim=1).view(-1, *set_.grid)
    found = evidence(held.explained, culprit.levels, culprit.joints)
    return strange.double().numpy(), ((found - culprit.middle) / culprit.spread).double().numpy()


def _of_motions(set_: NormalSet, held: _Held, normals: Normals) -> tuple[Numbers, Numbers]:
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


def _bands(angles: Numbers, pooled: bool) -> Numbers:
    """Return between what most normals' angles are, (N, T', A) -> (2, A, T'); NaN where no normal shows a bend."""
    values = np.moveaxis(angles, 2, 0)  # (A, N, T')
    if pooled:  # steps mean nothing: one band for all
        values = np.broadcast_to(values.reshape(len(values), -1, 1), (len(values), values[0].size, values.shape[2]))
    shown = np.asarray(np.isfinite(values).any(axis=1))
    known = np.where(shown[:, None], values, 0)
    return np.where(shown, np.nanquantile(known, _BAND, axis=1), np.nan)
