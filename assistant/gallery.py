"""Gallery: one picture through several methods, side by side, each map in units of its own thresholds."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from assistant.colours import PAPER, Picture
from assistant.pictures import captioned, overlay, shrunk, side_by_side
from fusion.dataset import open_dataset
from fusion.detection import Detection
from fusion.item import Item
from fusion.progress import Progress, silent
from fusion.recipes import TRAINED
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

    @property
    def caption(self) -> str:
        """Return method, verdict, score in units of T1, and cost."""
        found, calls = self.detection, f", {self.calls} calls" if self.calls else ""
        times = found.pred_score / found.thresholds.review
        return f"{self.method}: {found.verdict}, {times:.2f} x T1{calls}, {1000 * self.seconds:.0f} ms"


def through(
    picture: Item,
    good: Path,
    methods: Sequence[str],
    settings: Settings,
    weights: Path | None = None,
    progress: Progress = silent,
) -> Iterator[Shown]:
    """Yield what each method says of a picture, fitted on the good ones of a folder.

    Those that ask a trained network share one: that of `weights`, or else one is trained as the settings say.
    """
    dataset, fit = open_dataset(good), detector_fit()
    normals = dataset.normals()
    with TemporaryDirectory() as folder:
        training = str(weights or Path(folder, "shared.safetensors"))
        for done, method in enumerate(methods):
            progress(method, done, len(methods))
            own = {**settings, "method": method} | ({"training": training} if method in TRAINED else {})
            detector = fit(normals, own, dataset.name, progress)
            list(detect_each(detector, [picture], silent))  # the first one warms up
            calls = counted_calls(detector)
            (trial,) = detect_each(detector, [picture], silent)
            yield Shown(method, trial.seen, None if calls is None else sum(calls), trial.seconds)
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
