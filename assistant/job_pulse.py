"""A worker's pulse: it says every second how far its job is, and ends the work when the job is its own no longer."""

import _thread
import math
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping
from threading import Event, Thread
from types import TracebackType
from typing import Any

from assistant.jobs import Job, Queue
from fusion.errors import FoilError

EVERY = 1.0  # seconds
WITHIN = 3.0  # seconds until the work is next asked, between two steps, whether to go on; else it is cut off in one
GRACE = 10.0  # seconds that it has for tidying up then
MOST_POINTS = 240  # of a curve
STOPPED = 128 + signal.SIGTERM  # exit code, as shells have it


class Pulse:
    """A Progress (see fusion.progress.Follower) for as long as its block lasts, told from the worker's main thread."""

    def __init__(self, queue: Queue, job: Job, worker: str, clock: Callable[[], float] = time.monotonic) -> None:
        self.queue, self.job, self.worker, self.clock = queue, job, worker, clock
        self.stage, self.done, self.of, self.began = "", 0, 0, clock()
        self.curve = Curve()
        self.left: float | None = None  # seconds, where a training knows
        self.stopping = False
        self._ended = Event()
        self._thread = Thread(target=self._beat, daemon=True)

    def __enter__(self) -> "Pulse":
        self._before = signal.signal(signal.SIGTERM, self._stop)
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._ended.set()
        self._thread.join()
        signal.signal(signal.SIGTERM, self._before)

    def __call__(self, stage: str, done: int, total: int) -> None:
        if self.stopping:  # here, between two steps, a training saves where it is
            sys.exit(STOPPED)
        name = stage.partition(", about")[0]  # a training's own estimate, which `trained` tells better
        if name != self.stage:
            self.stage, self.began, self.left = name, self.clock(), None
        self.done, self.of = done, total

    def trained(self, step: int, loss: float, validation: float | None, seconds_left: float) -> None:
        self.curve.add(step, loss, validation)
        self.left = seconds_left

    @property
    def progress(self) -> Mapping[str, Any]:
        """Return how far the job is, as plain data."""
        known = {"stage": self.stage, "done": self.done, "of": self.of, "seconds_left": self._seconds_left()}
        return known | self.curve.to_json()

    def _seconds_left(self) -> float | None:
        """Return what is left of this stage, by what it took so far; None as long as that says little."""
        spent = self.clock() - self.began
        if self.stage == "training the network" and self.left is not None:
            return round(self.left, 1)
        if not 0 < self.done <= self.of or spent < EVERY:
            return None
        return round(spent / self.done * (self.of - self.done), 1)

    def _stop(self, number: int, frame: Any) -> None:
        """Stop at the next step; who is told so twice stops at once."""
        if self.stopping:
            sys.exit(STOPPED)
        self.stopping = True

    def _beat(self) -> None:
        while not self._ended.wait(EVERY):
            try:
                is_ours = self.queue.beat(self.job.id, self.worker, self.progress)
            except FoilError:  # the database is kept by others; whoever is kept out too long finds the job taken
                is_ours = True
            if self.stopping or not is_ours:
                self.stopping = True
                if not self._ended.wait(WITHIN):
                    _thread.interrupt_main(signal.SIGTERM)
                    if not self._ended.wait(GRACE):
                        os._exit(STOPPED)
                return


class Curve:
    """Losses of a training and its validations, thinned where there are many."""

    def __init__(self) -> None:
        self.losses: list[tuple[int, float]] = []
        self.validations: list[tuple[int, float]] = []
        self._every = 1

    def add(self, step: int, loss: float, validation: float | None) -> None:
        if validation is not None and math.isfinite(validation):
            self.validations.append((step, round(validation, 5)))
        if step and step % self._every == 0 and math.isfinite(loss):
            self.losses.append((step, round(loss, 5)))
        if len(self.losses) > MOST_POINTS:
            self.losses, self._every = self.losses[1::2], 2 * self._every

    def to_json(self) -> dict[str, Any]:
        return {"curve": {"loss": self.losses, "validation": self.validations}} if self.losses else {}
