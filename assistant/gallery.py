"""Gallery: one picture through several methods, side by side, each map in units of its own thresholds."""

import math
import time
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from assistant.colours import PAPER, Picture
from assistant.pictures import captioned, overlay, shrunk, side_by_side
from fusion.dataset import Dataset
from fusion.detection import Detection
from fusion.item import Item
from fusion.progress import Progress, silent
from fusion.recipes import TRAINED, Recipe, of_kind
from fusion.sample import Sample
from fusion.trial import Settings, counted_calls, detect_each, detector_fit

PANEL = 280  # px, height of a picture
COLUMNS = 5


@dataclass(frozen=True, eq=False)
class Shown:
    """What one method says of the picture."""

    method: str
    detection: Detection
    calls: int | None  # of the trained network; None: there is none that judges
    seconds: float
    fitting: float  # seconds until it could be asked; of those that share what they learn from, the first pays for all

    @property
    def times(self) -> float:
        """Return the score in units of T1."""
        return self.detection.pred_score / self.detection.thresholds.review

    @property
    def caption(self) -> str:
        """Return method, verdict, score in units of T1, and cost."""
        calls = f", {self.calls} calls" if self.calls else ""
        told = f"{self.method}: {self.detection.verdict}, {self.times:.2f} x T1{calls}"
        return f"{told}, {1000 * self.seconds:.0f} ms"


def ready(trained: bool) -> list[Recipe]:
    """Return the methods that need no training: the closed forms, and where a network is trained, those that ask it."""
    left_out: Collection[str] = TRAINED
    if trained:
        from fusion.methods.named import LEARNT as left_out  # imports torch
    return [row for row in of_kind("pictures") if row.name not in left_out]


def through(
    picture: Item,
    good: Dataset,
    methods: Sequence[str],
    settings: Settings,
    weights: Path | None = None,
    progress: Progress = silent,
) -> Iterator[Shown]:
    """Yield what each method says of a picture, fitted on the good ones of a data set.

    Those that ask a trained network share one: that of `weights`, or else one is trained as the settings say.
    """
    normals, fit = good.normals(), detector_fit()
    with TemporaryDirectory() as folder:
        training = str(weights or Path(folder, "shared.safetensors"))
        for done, method in enumerate(methods):
            progress(method, done, len(methods))
            own = {**settings, "method": method} | ({"training": training} if method in TRAINED else {})
            started = time.perf_counter()
            detector = fit(normals, own, good.name, progress)
            fitting = time.perf_counter() - started
            list(detect_each(detector, [picture], silent))  # the first one warms up
            calls = counted_calls(detector)
            (trial,) = detect_each(detector, [picture], silent)
            yield Shown(method, trial.seen, None if calls is None else sum(calls), trial.seconds, fitting)
    progress("methods", len(methods), len(methods))


def sheet(sample: Sample, shown: Sequence[Shown], columns: int = COLUMNS) -> Picture:
    """Return the picture and each method's map over it, with what they say below them, (H, W, 3)."""
    assert sample.image is not None  # it was looked at
    image = sample.image
    panels = [captioned(_panel(image), "the picture")]
    panels += [captioned(_panel(overlay(image, one.detection)), one.caption) for one in shown]
    height, width = panels[0].shape[:2]
    panels += [np.full((height, width, 3), PAPER, np.uint8)] * (-len(panels) % columns)
    rows = [side_by_side(panels[at : at + columns], height) for at in range(0, len(panels), columns)]
    gap = np.broadcast_to(np.array(PAPER, np.uint8), (height // 40, rows[0].shape[1], 3))
    return np.concatenate([part for row in rows for part in (row, gap)][:-1])


def _panel(picture: Picture) -> Picture:
    height, width = picture.shape[:2]
    return shrunk(picture, math.ceil(PANEL * max(1.0, width / height)))
