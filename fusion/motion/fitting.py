"""Fitting: from normal movements to a detector, whose thresholds rest on people that its statistics never saw."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from fusion.calibration import Calibration
from fusion.motion.cells import SIGMAS, fit_cells
from fusion.motion.culprit import Culprit, calibrated, evidence
from fusion.motion.detector import MotionConfig, MotionDetector
from fusion.motion.future import FutureDenoiser
from fusion.motion.gathering import NormalSet, gather, mean_known
from fusion.motion.holding import Held, hold_out, pose_factors
from fusion.motion.learning import TEXT, Part, Trained, train_forecast
from fusion.motion.motion import Motion
from fusion.motion.normals import Normals
from fusion.motion.scores import HeldScores
from fusion.progress import Progress, silent
from fusion.residual import Spread
from fusion.threads import one_thread
from fusion.view import View

_BAND = (0.05, 0.95)  # of normals' angles
_OFTEN = 0.5  # of the normals must show a joint for it to be judged

Numbers = NDArray[np.float64]


def fit(
    motions: Sequence[Motion],
    config: MotionConfig,
    name: str,
    people: Sequence[str] | None = None,
    progress: Progress = silent,
    checkpoint: Path | None = None,
) -> MotionDetector:
    """Fit on normal movements of one joint set; movements that can't be used are skipped and listed in the card.

    `people` says who moved, one a movement; without it each movement counts as somebody else's, and thresholds will be
    too low for people who weren't among the normals. BadData if fewer than 5 movements can be used. A training that
    was cut off goes on from its `checkpoint`.
    """
    with one_thread(), torch.inference_mode():
        part = prepare(motions, people, config, torch.zeros(TEXT), progress)
    (trained,) = train_forecast([part], config, progress, checkpoint) if config.method == "neural" else [None]
    with one_thread(), torch.inference_mode():
        return finish(part, config, name, trained, people is not None)


def prepare(
    motions: Sequence[Motion], people: Sequence[str] | None, config: MotionConfig, words: Tensor, progress: Progress
) -> Part:
    """Gather a movement's normals, of which `words`, (T,), say what they are, and hold out each person."""
    set_ = gather(motions, people, config.window, config.cells)
    held = hold_out(set_, config.closed, bool(config.window), config.samples, config.seed, progress)
    return Part(set_, held, words)


def finish(part: Part, config: MotionConfig, name: str, trained: Trained | None, known: bool) -> MotionDetector:
    """Return a movement's detector; where a network judges, only people whom it never saw calibrate it.

    `known` says whether it is known who moved.
    """
    set_, held = part.set_, part.held
    members, judged = torch.arange(len(set_.x)), held
    if trained and trained.kept:
        members, judged = trained.members, held.of(trained.members, trained.residuals)
    normals = _normals(part, members, judged, config, trained)
    scores, peaks = normals.held.of_motions(normals.judged)
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
        card={"n_normals": len(scores)} | _card(set_, config, known) | ({"network": trained.card} if trained else {}),
    )


def _card(set_: NormalSet, config: MotionConfig, known: bool) -> dict[str, Any]:
    """Return how the fit came about."""
    dimensions = set_.motions[0].places.shape[-1]
    return {
        "method": config.method,
        "representation": f"{set_.joints.name}, {dimensions}-D",
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "movements": len(set_.motions),
        "windows": len(set_.courses),
        "people": len(np.unique(set_.people)) if known else None,
        "joints": set_.joints.name,
        "dimensions": dimensions,
        "cells": set_.coordinates.cells,
        "window": config.window,
        "skipped": set_.skipped,
    }


def _normals(part: Part, members: Tensor, judged: Held, config: MotionConfig, trained: Trained | None) -> Normals:
    """Return the statistics of all normals, in units that held-out ones gave: `judged`, which are these members."""
    set_, held, pooled = part.set_, part.held, bool(config.window)
    levels = calibrated(held.explained, pose_factors(set_.x, set_.grid, pooled))
    found = evidence(held.explained, levels, set_.joints)
    culprit = Culprit(set_.joints, set_.pose, levels, float(found.mean()), float(found.std()))
    whitening, denoise = fit_cells(set_.x, set_.grid, config.closed, pooled, config.samples)
    if trained and trained.kept:
        denoise = FutureDenoiser(trained.forecast, set_.grid, config.samples)
    view = View(whitening, denoise, SIGMAS[config.method], Spread.of(judged.residuals))
    wrong = (found[members] - culprit.middle) / culprit.spread
    strange = view.spread(judged.residuals).mean(dim=1).view(wrong.shape)
    scores = HeldScores.measured(strange.double().numpy(), wrong.double().numpy(), set_.of[members.numpy()])
    shows = np.mean([course.seen.mean(axis=0) > 0 for course in set_.courses], axis=0) >= _OFTEN
    whole, local = scores.scales(shows)
    return Normals(
        coordinates=set_.coordinates,
        view=view,
        culprit=culprit,
        posture=mean_known(np.stack([course.places.mean(axis=0) for course in set_.courses])),
        judged=shows,
        watched=shows,
        held=scores,
        whole=whole,
        local=local,
    )


def _bands(angles: Numbers, pooled: bool) -> Numbers:
    """Return between what most normals' angles are, (N, T', A) -> (2, A, T'); NaN where no normal shows a bend."""
    values = np.moveaxis(angles, 2, 0)  # (A, N, T')
    if pooled:  # steps mean nothing: one band for all
        values = np.broadcast_to(values.reshape(len(values), -1, 1), (len(values), values[0].size, values.shape[2]))
    shown = np.asarray(np.isfinite(values).any(axis=1))
    known = np.where(shown[:, None], values, 0)
    return np.where(shown, np.nanquantile(known, _BAND, axis=1), np.nan)
