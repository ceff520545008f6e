"""A worker whose detector is the tests' fake, which needs no torch: run it as assistant.job_worker is run.

A network is "trained" by steps that take STEP seconds each; which were taken is written to FOIL_HOME/steps. Where a
file FOIL_HOME/hurry lies, the rest of them is left out.
"""

import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from fake_detector import FakeConfig, FakeDetector, fake_fit
from network_card import NETWORK

from fusion.files import atomic_write
from fusion.item import Item
from fusion.progress import Follower, Progress

COMMAND = (sys.executable, __file__)
STEP = 0.025  # seconds


def slow_fit(
    items: Sequence[Item], config: FakeConfig, name: str, progress: Progress, checkpoint: Path | None = None
) -> FakeDetector:
    """Fit as the fake does, and "train" before; each step is written to a checkpoint and taken up from there."""
    if config.method != "neural":
        return fake_fit(items, config, name, progress, checkpoint)
    assert checkpoint is not None
    assert isinstance(progress, Follower)
    checkpoint.mkdir(parents=True, exist_ok=True)
    at, log = checkpoint / "step", Path(os.environ["FOIL_HOME"]) / "steps"
    log.with_name("pid").write_text(str(os.getpid()))
    total = round(60 * config.minutes / STEP)
    for step in range(int(at.read_text()) if at.exists() else 0, total):
        progress.trained(step, 1 / (step + 1), 1 / (step + 1) if step % 5 == 0 else None, (total - step) * STEP)
        progress("training the network, about 3 s", step, total)
        if log.with_name("hurry").exists():
            break
        time.sleep(STEP)
        with log.open("a") as file:
            file.write(f"{step}\n")
        atomic_write(at, str(step + 1).encode())
    made = fake_fit(items, config, name, progress, checkpoint)
    made.card.update(network=NETWORK, created="2026-02-02T12:00:00+00:00")
    return made


if __name__ == "__main__":
    module = ModuleType("fusion.detector")
    values: dict[str, Any] = {"Detector": FakeDetector, "DetectorConfig": FakeConfig, "fit": slow_fit}
    module.__dict__.update(values)
    sys.modules["fusion.detector"] = module
    from assistant import job_pulse, job_worker

    job_pulse.EVERY = 0.2
    job_worker.main()
