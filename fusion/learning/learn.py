"""Learn: train a network around a fitted closed form, and ask normals that it never saw whether it helped.

The normals are dealt into three: most train, some tell when to stop, and a third, otherwise unseen, says whether the
network judges or the closed form, and how much less the network finds on the others (`fusion.learning.calibrating`).
"""

import math
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import torch
from torch import Tensor

from fusion.diffusion.denoiser import NeuralDenoiser
from fusion.diffusion.network import SIZES, Network, NetworkConfig
from fusion.diffusion.teaching import teach
from fusion.diffusion.training import TrainingConfig
from fusion.errors import BadData
from fusion.learned import Learned, image_only, rounded
from fusion.learning.batches import Source, repair_loss
from fusion.learning.choosing import closed_residuals, score, verdict
from fusion.learning.examples import Captions, Normals, Pairs
from fusion.learning.seeing import learn_to_see
from fusion.learning.story import story_of, worth
from fusion.learning.students import teach_student
from fusion.learning.weighing import learn_to_weigh
from fusion.methods.named import LEARNT, STUDENTS, Question
from fusion.progress import Progress
from fusion.residual import Spread, Weighed
from fusion.sight import Sight
from fusion.threads import one_thread

FEWEST = 20  # normals, of which then 12 train
HELD = 1 / 3  # of the normals are never learnt from
STOP = 0.1  # of the normals tell when to stop
TOGETHER = 8  # samples asked at once: half the time of one by one, and the same but for rounding, about 1e-6
DIGITS = 16  # of a picture's hash, by which weights know what they learnt from


class Ready(Protocol):
    """Weights that were trained before, for this very kind of network."""

    @property
    def story(self) -> dict[str, Any]:
        """Return how they were trained: steps, minutes, history."""
        ...

    def fill(self, network: Network, sight: Sight) -> None:
        """Put the weights into both; BadModel if they don't fit."""
        ...


@dataclass(frozen=True, eq=False)
class Outcome:
    """What came of a training."""

    learned: Learned  # it judges only if it was better than the closed form
    held: Tensor  # indices of the normals that the network never saw
    residuals: Tensor  # (H, S V, P) of these
    card: dict[str, Any]


def deal(n: int, seed: int) -> tuple[Tensor, Tensor, Tensor]:
    """Return the indices of the normals that train, that tell when to stop, and that calibrate."""
    order = torch.randperm(n, generator=torch.Generator().manual_seed(seed + 1))
    held, stop = math.ceil(HELD * n), max(2, round(STOP * n))
    return order[held + stop :], order[held : held + stop], order[:held]


def unseen(
    digests: Sequence[str], seen: Sequence[str], seed: int, method: str = "neural"
) -> tuple[Tensor, Tensor, Tensor]:
    """Return the indices of normals as `deal` does, for weights that learnt from pictures of these hashes elsewhere.

    All others calibrate, but for a method that learns something itself: then they are dealt, too. Where they are no
    more than `deal` would leave, it is as if the weights had been trained here.
    """
    new = torch.tensor([digest[:DIGITS] not in seen for digest in digests])
    if int(new.sum()) <= math.ceil(HELD * len(digests)):
        return deal(len(digests), seed)
    known, fresh = (one.nonzero()[:, 0] for one in (~new, new))
    if method not in LEARNT:
        return known, known[:0], fresh
    if len(fresh) < FEWEST:
        raise BadData(
            f"{len(fresh)} good pictures are new to these weights, and method {method}, which learns from some and is "
            f"calibrated on others, needs at least {FEWEST}; add some, or train anew"
        )
    training, stop, held = (fresh[part] for part in deal(len(fresh), seed))
    return torch.cat([known, training]), stop, held


def painted(dealt: tuple[Tensor, Tensor, Tensor], minutes: float) -> Tensor:
    """Return how many pairs of defects to paint on each normal, (N,): as many as pay within the time of a training.

    Without a training, 0 minutes, only those by which network and closed form are compared.
    """
    training, stop, held = dealt
    wanted = torch.zeros(sum(len(members) for members in dealt), dtype=torch.long)
    stopping = 32 if minutes else 0
    for members, many in ((training, 120 * min(minutes, 10)), (stop, stopping), (held, min(270, 60 + 30 * minutes))):
        if not len(members):
            continue
        each, rest = divmod(math.ceil(many), len(members))
        wanted[members] = each
        wanted[members[:rest]] += 1
    return wanted


def learn(
    normals: Normals,
    pairs: Pairs,
    captions: Captions,
    colour: Tensor,
    channels: Sequence[int],
    grid: tuple[int, int],
    size: str,
    config: TrainingConfig,
    words: str,
    progress: Progress,
    checkpoint: Path | None = None,
    ready: Ready | None = None,
    dealt: tuple[Tensor, Tensor, Tensor] | None = None,
    method: str = "neural",
    lessons: str = "all",
) -> Outcome:
    """Train a network of a size, and return it with its calibration, and whether it is better than the closed form.

    With `ready`, its weights are calibrated here, and nothing is trained but what a method learns beside them. `dealt`
    says which normals train, stop and calibrate, if not as `deal` does. A training that was cut off goes on from its
    `checkpoint`.
    """
    training, stop, held = dealt or deal(len(normals.x), config.seed)
    width = sum(channels)
    shape = NetworkConfig(2 * width, 2 * width, grid, image=width, text=captions.normal.shape[1], **SIZES[size])
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(config.seed)  # of the first weights
        network, sight = Network(shape), Sight(width, shape.text)
    source = Source(normals, pairs.of(training), captions, training, grid, config.seed, lessons=lessons)
    checks = replace(source, pairs=pairs.of(stop), members=stop, seed=config.seed + 1)
    if ready:
        ready.fill(network, sight)
        story = ready.story
    else:
        history = teach(network, colour, source, checks, repair_loss, config, progress, checkpoint)
        taught = min(1200, round(200 * config.minutes), 10 * config.steps or 1200)
        learn_to_see(sight, source.pairs, captions, colour, grid, taught, config.seed, progress)
        story = story_of(history)
    denoise = NeuralDenoiser(rounded(network.eval()), colour)
    tested = pairs.of(held)
    before = score(closed_residuals(normals.x[held], channels), closed_residuals(tested.one, channels), tested, grid)
    question = Question.about(method, channels, normals.x[held], captions.normal[0])
    asked, measure, told = _beside(question, denoise, source, checks, config, progress)
    ours = unconditioned(normals.x[held], asked, question)
    after = score(ours, unconditioned(tested.one, asked, question), tested, grid, measure)
    better, why = verdict(before, after)
    kept = better or method != "neural"  # a method that was asked for by its name judges
    teacher = None if asked is denoise else network
    learned = Learned(asked, question, measure(ours), rounded(sight), words, kept, teacher)
    card = story | worth(asked.network, size, before, after, tested) | told | {"kept": kept, "why": why}
    return Outcome(learned, held, ours, card)


def _beside(
    question: Question,
    denoise: NeuralDenoiser,
    source: Source,
    checks: Source,
    config: TrainingConfig,
    progress: Progress,
) -> tuple[NeuralDenoiser, Callable[[Tensor], Spread], dict[str, Any]]:
    """Learn what a method needs beside the trained network; return whom it asks, how it measures, a card's entry."""
    if question.method in STUDENTS:
        student, history = teach_student(denoise, question, source, checks, config, progress)
        return student, question.units.of, {"student": story_of(history)}
    if question.units is Weighed:
        learnt = learn_to_weigh(source, checks, partial(unconditioned, denoise=denoise, question=question), progress)
        return denoise, learnt.again, {"weights": [round(float(one), 4) for one in learnt.weight]}
    return denoise, question.units.of, {}


def unconditioned(x: Tensor, denoise: NeuralDenoiser, question: Question) -> Tensor:
    """Return what is found under nothing but the image itself, (N, P, C) -> (N, S, P)."""

    def some(samples: Tensor) -> Tensor:
        with torch.inference_mode():
            cond = image_only(samples.float(), denoise.network.config.text)
            return question(samples.float(), denoise, cond)

    with one_thread(), ThreadPoolExecutor(max_workers=min(os.cpu_count() or 1, 8)) as pool:
        return torch.cat(list(pool.map(some, torch.split(x, TOGETHER))))
