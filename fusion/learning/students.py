"""Students: a copy of the trained network learns further, beside it, what a method asks of it.

One learns to say in one call where the walks of many calls end. The teacher's walks are noisy, and each lesson is one
walk under noise of its own: what is nearest to all of them is their mean. It meets normals that train, and painted
defects, of which nothing is said: there it has to differ. Another learns what its teacher did once more, under noise in
blobs.
"""

from copy import deepcopy
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from fusion.condition import stacked
from fusion.diffusion.denoiser import NeuralDenoiser
from fusion.diffusion.noise import generator_of, in_octaves
from fusion.diffusion.teaching import Batch, teach
from fusion.diffusion.training import Step, TrainingConfig
from fusion.learned import rounded
from fusion.learning.batches import DROP, Source, repair_loss
from fusion.methods.learnt import OneCall
from fusion.methods.named import ASKS, Question
from fusion.progress import Progress

STEPS = 120  # at most, where the training counts steps
SHARE, MINUTES = 0.5, 3.0  # of the training's minutes, and at most so many, where it counts those


@dataclass(frozen=True, eq=False, kw_only=True)
class Walks(Source):
    """A teacher's walks as lessons: a sample, and where one walk from it ends."""

    teacher: NeuralDenoiser
    question: Question
    ask: OneCall

    def __call__(self, number: int) -> Batch:
        """Return batch number 0, 1, ..., always the same: half of it normals, half defects."""
        g = generator_of(self.seed, number)
        bad = self.size // 2 if len(self.pairs) else 0
        x, _, cond = self._normals(self.size - bad, g)
        if bad:
            pick = torch.randint(len(self.pairs), (bad,), generator=g)
            odd = self._defective(pick, torch.rand(bad, generator=g) < 0.5)
            x, cond = torch.cat([x, odd]), stacked([cond, self._seen(odd)])
        cond = cond.dropped(DROP, g, ("image", "skeleton"))
        walk = self.ask.teacher.walk
        with torch.no_grad():
            target = walk.walked(x, self.question.asked(self.teacher, cond), number)
        return Batch(x, target, torch.full((self.size,), walk.start), cond)


class Blobs(Source):
    """The network's own lessons under noise in octaves [Wyatt et al. 2022]."""

    def _noise(self, x: Tensor, g: torch.Generator) -> Tensor:
        return in_octaves(super()._noise(x, g), self.grid)


def teach_student(
    teacher: NeuralDenoiser,
    question: Question,
    source: Source,
    checks: Source,
    config: TrainingConfig,
    progress: Progress,
) -> tuple[NeuralDenoiser, list[Step]]:
    """Return a method's student and how its training went; it is the teacher's copy where nothing better was found."""
    ask = ASKS[question.method]
    lessons, tests = (_lessons(one, teacher, question) for one in (source, checks))
    short = replace(
        config,
        steps=min(config.steps, STEPS),
        minutes=min(SHARE * config.minutes, MINUTES),
        warmup=10,
        validate_every=20,
    )
    student = deepcopy(teacher.network)
    stage = "distilling its walks into one call" if isinstance(ask, OneCall) else "teaching it noise in blobs"
    history = teach(student, teacher.colour, lessons, tests, repair_loss, short, progress, None, stage)
    return NeuralDenoiser(rounded(student.eval()), teacher.colour), history


def _lessons(source: Source, teacher: NeuralDenoiser, question: Question) -> Source:
    ask = ASKS[question.method]
    if isinstance(ask, OneCall):
        return Walks(**vars(replace(source, size=8)), teacher=teacher, question=question, ask=ask)
    return Blobs(**vars(source))
