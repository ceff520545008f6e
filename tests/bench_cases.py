"""A small data set of bright spots and a detector that knows only brightness, for the tests of the benchmark."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from fusion.calibration import Calibration
from fusion.detection import Detection, Judged, Verdict
from fusion.errors import BadInput
from fusion.item import Item
from fusion.kept import Kept
from fusion.progress import Progress
from fusion.sample import Sample

SIDE = 24


def write_data(root: Path, good: int = 30, tested: int = 20, bad: int = 8) -> Path:
    """Write grey noise in MVTec's layout; `spot` has a spot far brighter than it, `faint` one that is hardly there."""
    rng = np.random.default_rng(0)
    names = [f"train/good/{i}.png" for i in range(good)] + [f"test/good/{i}.png" for i in range(tested)]
    names += [f"test/{kind}/{i}.png" for kind in ("faint", "spot") for i in range(bad)]
    for name in names:
        picture, mask = rng.normal(100, 10, (SIDE, SIDE)), np.zeros((SIDE, SIDE), bool)
        if "good" not in name:
            y, x = rng.integers(0, SIDE - 4, 2)
            mask[y : y + 4, x : x + 4] = True
            picture += mask * (120 if "spot" in name else 8)
            save(root / name.replace("test", "ground_truth", 1), mask * 255.0)
        save(root / name, picture)
    return root


def save(path: Path, levels: np.ndarray[Any, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(levels.clip(0, 255).astype(np.uint8)).save(path)


@dataclass
class Brightness:
    """Rate each pixel by its brightness and a picture by its brightest pixel; a black one is of another world."""

    calibration: Calibration
    card: dict[str, Any]
    asked: list[Sample] = field(default_factory=list)

    def detect(self, sample: Sample) -> Detection:
        self.asked.append(sample)
        if "crashes" in sample.name:
            raise RuntimeError("a bug")
        levels = _levels(sample)
        if levels.max() == 255 and levels.min() == 255:
            raise BadInput(f"{sample.name}: all white")
        score, thresholds = _score(levels), self.calibration.thresholds
        verdict: Verdict = "REFUSED" if not levels.any() else thresholds.verdict(score)
        everything = np.ones(levels.shape, bool)
        return Detection(
            verdict, score, self.calibration.p_value(score), thresholds, levels, 150, 255, levels > 150,
            np.zeros((*levels.shape, 3), np.uint8), everything,
        )  # fmt: skip

    def judge(self, samples: Sequence[Sample], kept: Kept | None) -> list[Judged]:
        return [self.detect(sample).judged for sample in samples]


def fit(items: Sequence[Item], settings: Mapping[str, Any], name: str, progress: Progress) -> Brightness:
    """Learn nothing but the calibration, so the scores of normals and of new good parts are exchangeable."""
    progress("fit", 0, 1)
    if settings["method"] == "refuses":
        raise BadInput(f"{name}: refused")
    if settings["method"] == "fails":
        raise RuntimeError("a bug")
    usable = [item for item in items if item.path.stat().st_size]
    scores = np.array([_score(_levels(item.load())) for item in usable])
    skipped = [(str(item.path), "0 bytes") for item in items if item not in usable]
    return Brightness(Calibration(scores), {"representation": "brightness", "skipped": skipped, "fit_seconds": 1.5})


def _levels(sample: Sample) -> np.ndarray[Any, np.dtype[np.float32]]:
    assert sample.image is not None
    return sample.image[..., 0].astype(np.float32)


def _score(levels: np.ndarray[Any, np.dtype[np.float32]]) -> float:
    return float(levels.max() + levels.mean(dtype=np.float64) / 1000)  # the mean tells ties apart
