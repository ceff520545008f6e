"""Learning: train a forecast on most people, and ask on others' movements, and faults in them, if it is better."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from fusion.diffusion.denoiser import GaussianDenoiser
from fusion.errors import BadData
from fusion.metrics import image_auroc
from fusion.motion.detector import MotionConfig
from fusion.motion.faults import KINDS, draw_fault
from fusion.motion.forecast import NeuralForecast
from fusion.motion.future import FutureDenoiser
from fusion.motion.gathering import NormalSet
from fusion.motion.holding import Held
from fusion.motion.normals import as_tokens, own_movement
from fusion.motion.scores import whole_of
from fusion.motion.training import learn_forecast
from fusion.progress import Progress
from fusion.residual import Spread, residual
from fusion.threads import one_thread

FEWEST = 20  # movements that train
TEXT = 384  # width of embedded words


@dataclass(frozen=True, eq=False)
class Part:
    """A movement to be learnt: its normals, and what it is in words, embedded, (T,); zeros if nobody said."""

    set_: NormalSet
    held: Held
    words: Tensor


@dataclass(frozen=True, eq=False)
class Trained:
    """What came of a training for one movement."""

    forecast: NeuralForecast
    kept: bool  # it told faults from normals at least as well as the closed form, and judges
    members: Tensor  # (H,) indices of the windows of people whom it never saw
    residuals: Tensor  # (H, 1, P) of these
    card: dict[str, Any]


def train_forecast(
    parts: Sequence[Part], config: MotionConfig, progress: Progress, checkpoint: Path | None
) -> list[Trained]:
    """Train one network on most people's movements, and ask of each movement whether it is better than the closed form.

    All are of one grid. BadData if fewer than 20 would train.
    """
    training, stopping, members = _deal(np.concatenate([part.set_.people for part in parts]), config.seed)
    if len(training) < FEWEST:
        raise BadData(
            f"{len(training)} movements would train a network, and it takes {FEWEST}; add some, or don't train"
        )
    white = torch.cat([part.held.white for part in parts])
    words = torch.cat([part.words.expand(len(part.held.white), -1) for part in parts])
    forecast, history = learn_forecast(
        white, parts[0].set_.grid, words, training, stopping, config, progress, checkpoint
    )
    story = {
        "steps": history[-1].step,
        "minutes": round(history[-1].seconds / 60, 2),
        "parameters": sum(weight.numel() for weight in forecast.denoise.network.parameters()),
    }
    ends = np.cumsum([len(part.held.white) for part in parts])
    outcomes = []
    with one_thread(), torch.inference_mode():
        for part, end in zip(parts, ends.tolist(), strict=True):
            start = end - len(part.held.white)
            mine = members[(members >= start) & (members < end)] - start
            outcomes.append(_asked_of(replace(forecast, text=part.words), part, mine, config, story))
    return outcomes


def _asked_of(
    forecast: NeuralForecast, part: Part, members: Tensor, config: MotionConfig, story: dict[str, Any]
) -> Trained:
    """Compare the network with the closed form on people whom it never saw, and faults painted on their movements."""
    denoise = FutureDenoiser(forecast, part.set_.grid, config.samples)
    ours = residual(part.held.white[members], denoise, (1.0,))
    faulty = _faulty(part.set_, part.held, members, config.seed)
    before = _auroc(part.held.residuals[members], residual(faulty, GaussianDenoiser(), (1.0,)))
    after = _auroc(ours, residual(faulty, denoise, (1.0,)))
    kept = after >= before
    told = (
        f"on {len(faulty)} painted faults and {len(members)} normal movements of people whom it never saw, AUROC is "
        f"{100 * after:.1f} with the network and {100 * before:.1f} without"
    )
    why = ("the network is used: " if kept else "the closed form is kept, training did not help: ") + told
    figures = {"trained": round(after, 4), "closed_form": round(before, 4)}
    return Trained(forecast, kept, members, ours, {"kept": kept, "why": why} | story | figures)


def _deal(people: NDArray[np.str_], seed: int) -> tuple[Tensor, Tensor, Tensor]:
    """Return the indices of the windows that train, that tell when to stop, and that calibrate, person by person."""
    order = np.random.default_rng([seed, 1]).permutation(np.unique(people))
    held, stop = max(1, len(order) // 3), max(1, round(0.1 * len(order)))
    groups = order[held + stop :], order[held : held + stop], order[:held]
    training, stopping, calibrating = (torch.from_numpy(np.flatnonzero(np.isin(people, group))) for group in groups)
    return training, stopping, calibrating


def _faulty(set_: NormalSet, held: Held, members: Tensor, seed: int) -> Tensor:
    """Return faults of every kind painted on windows of some people, whitened as these are, (M, P, D)."""
    found = []
    for fold, whitening in zip(held.folds, held.whitenings, strict=True):
        for index in fold[torch.isin(fold, members)].tolist():
            for number, kind in enumerate(KINDS):
                fault = draw_fault(set_.parts[index], kind, np.random.default_rng([seed, index, number]))
                if fault:
                    moved = own_movement(set_.coordinates(fault.motion).places)
                    found.append(torch.nan_to_num(whitening(as_tokens(moved))))
    if not found:
        raise BadData("no joint of these movements bends far enough to paint a fault, so a network can't be compared")
    return torch.cat(found)


def _auroc(good: Tensor, bad: Tensor) -> float:
    """Return how well residuals, (N, S, P) each, tell faults from normal movements, as a whole."""
    spread = Spread.of(good)
    scores = [whole_of(spread(one).mean(dim=0).numpy()) for one in (*good, *bad)]
    return image_auroc(np.array(scores), np.repeat([0, 1], [len(good), len(bad)]))
