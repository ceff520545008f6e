"""Training as a generator of steps: a budget of time or steps, the best weights kept, resumed where it was cut off."""

import math
import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import asdict, astuple, dataclass, replace
from pathlib import Path
from typing import Any

from torch import nn

from fusion.diffusion.budget import TrainingConfig, check, learning_rate
from fusion.diffusion.checkpoint import read_checkpoint, write_checkpoint
from fusion.diffusion.learner import Learner, Loss
from fusion.errors import FoilError

__all__ = ["Step", "TrainingConfig", "train"]

TIMED = 3  # steps before the first is yielded, so that its estimate of time means something
SAVE_EVERY = 60.0  # seconds
MOST_BAD = 10  # losses in a row that are no numbers


@dataclass(frozen=True)
class Step:
    """One step that was taken. Step 0 is the untrained network, with its loss on the first batch."""

    step: int
    total: int  # estimated, where time is the budget
    loss: float  # nan: the step was skipped
    validation: float | None  # lower is better
    best: float | None
    seconds: float  # since the training began, interruptions not counted
    seconds_left: float  # estimated
    improved: bool  # the best validation so far


def train(
    network: nn.Module,
    batch: Callable[[int], Any],
    loss: Loss,
    validate: Callable[[nn.Module], float],
    config: TrainingConfig,
    checkpoint: Path | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Generator[Step, None, None]:
    """Train a network in place, a Step at a time; at the end, or when closed, it holds the best weights validated.

    These are a moving average's, or the untrained network's if nothing beat it. Between two steps the network holds
    its raw weights. `batch` is asked by number, 0, 1, ..., and must answer a number always alike: a resumed training,
    which yields the steps of its past again, then ends as an uninterrupted one. Its tensors are moved to the device.
    """
    check(config)
    started = clock()
    learner = Learner(network, config)
    try:
        yield from _Training(learner, batch, loss, validate, config, checkpoint, clock, started).walk()
    finally:
        learner.close()


@dataclass
class _Progress:
    """What a checkpoint remembers beside the weights."""

    step: int = 0
    best: float | None = None
    stale: int = 0  # validations without gain
    bad: int = 0  # losses in a row that were no numbers
    finished: bool = False


class _Training:
    def __init__(
        self,
        learner: Learner,
        batch: Callable[[int], Any],
        loss: Loss,
        validate: Callable[[nn.Module], float],
        config: TrainingConfig,
        checkpoint: Path | None,
        clock: Callable[[], float],
        started: float,
    ) -> None:
        self.learner, self.batch, self.loss, self.validate = learner, batch, loss, validate
        self.config, self.checkpoint, self.clock, self.started = config, checkpoint, clock, started
        shapes = {name: [*value.shape, str(value.dtype)] for name, value in learner.network.state_dict().items()}
        self.identity = {"config": asdict(config), "network": shapes}
        self.progress = _Progress()
        self.history: list[Step] = []
        self.saved = started
        self.taken = 0  # steps of this run
        self.first_done = 0.0  # when its first step was
        self.pace = self.validating = 0.0  # seconds of a step, and of the last validation

    def walk(self) -> Iterator[Step]:
        self._resume()
        yield from list(self.history)
        waiting = [] if self.history else self._start()
        while True:
            if waiting and (self.taken >= TIMED or self.progress.finished):
                yield from self._release(waiting)
                waiting = []
            if self.progress.finished:
                return
            waiting.append(self._advance())

    def _resume(self) -> None:
        kept = read_checkpoint(self.checkpoint, self.identity) if self.checkpoint else None
        if kept:
            tensors, numbers = kept
            self.learner.restore(tensors, numbers["learner"])
            self.progress = _Progress(**numbers["progress"])
            self.history = [Step(*row) for row in numbers["history"]]
            self.started -= self.history[-1].seconds

    def _start(self) -> list[Step]:
        """Judge the network before it learns anything, so that "training did not help" is known; take a first step."""
        validation, _ = self._judge()
        best, seconds = self.progress.best, self._elapsed()
        first = self._advance()
        return [replace(first, step=0, validation=validation, best=best, seconds=seconds, improved=False), first]

    def _advance(self) -> Step:
        config, progress = self.config, self.progress
        began = self.clock()
        share = progress.step / config.steps if config.steps else self._elapsed() / (60 * config.minutes)
        rate = learning_rate(config, progress.step, self.learner.agree(share))
        loss = self.learner.learn(map(self.batch, self._numbers()), self.loss, rate, config.seed + progress.step)
        progress.step += 1
        self._count_bad(loss)
        self._time(began)
        over = self._over()
        validation, improved = None, False
        if over or progress.step % config.validate_every == 0:
            validation, improved = self._judge()
            progress.stale = 0 if improved else progress.stale + 1
        progress.finished = over or progress.stale >= config.patience
        return self._told(loss, validation, improved)

    def _numbers(self) -> list[int]:
        """Return the numbers of this step's batches: no two processes and no two steps share one."""
        process, processes = self.learner.processes
        each = self.config.gradient_accumulation
        return [(self.progress.step * each + part) * processes + process for part in range(each)]

    def _judge(self) -> tuple[float, bool]:
        began = self.clock()
        value, improved = self.learner.judge(self.validate, self.progress.best, self.config.seed)
        if improved:
            self.progress.best = value
        self.validating = self.clock() - began
        return value, improved

    def _count_bad(self, loss: float) -> None:
        self.progress.bad = 0 if math.isfinite(loss) else self.progress.bad + 1
        if self.progress.bad >= MOST_BAD:
            raise FoilError(
                f"the loss was no number {MOST_BAD} times in a row, the last time at step {self.progress.step}; take a "
                f"learning rate below {self.config.learning_rate:g}, precision 'no' or 'bf16' instead of 'fp16', "
                "and look for infinite or missing values in the data"
            )

    def _time(self, began: float) -> None:
        now = self.clock()
        if not self.taken:  # the first step warms up, so it counts only until there is a second
            self.first_done, self.pace = now, now - began
        else:
            self.pace = (now - self.first_done) / self.taken
        self.taken += 1

    def _elapsed(self) -> float:
        return self.clock() - self.started

    def _over(self) -> bool:
        """Return whether another step, and the validation that ends all, would be too much."""
        if self.config.steps:
            return self.progress.step >= self.config.steps
        over = self._elapsed() + self.pace + self.validating >= 60 * self.config.minutes
        return self.learner.agree(float(over)) > 0

    def _told(self, loss: float, validation: float | None, improved: bool) -> Step:
        step, elapsed = self.progress.step, self._elapsed()
        if self.progress.finished:
            total, left = step, 0.0
        elif self.config.steps:
            total = self.config.steps
            left = (total - step) * self.pace
        else:
            left = max(0.0, 60 * self.config.minutes - elapsed)
            total = step + int(max(0.0, left - self.validating) / max(self.pace, 1e-9))
        return Step(step, total, loss, validation, self.progress.best, elapsed, left, improved)

    def _release(self, waiting: list[Step]) -> Iterator[Step]:
        """Yield the steps that waited for an estimate of the time, and save them before if it is time to."""
        newest = waiting[-1]
        steps = [
            replace(step, total=newest.total, seconds_left=newest.seconds_left + newest.seconds - step.seconds)
            for step in waiting
        ]
        self.history += steps
        if any(step.validation is not None for step in steps) or self.clock() - self.saved >= SAVE_EVERY:
            self._save()
        for step in steps:
            try:
                yield step
            except GeneratorExit:  # closed between two steps, when everything fits together
                self._save()
                raise

    def _save(self) -> None:
        if self.checkpoint and self.learner.processes[0] == 0:
            tensors, numbers = self.learner.state()
            history = [astuple(step) for step in self.history]
            progress = {"learner": numbers, "progress": asdict(self.progress), "history": history}
            write_checkpoint(self.checkpoint, tensors, progress, self.identity)
        self.saved = self.clock()
