"""One row of the benchmark, measured in this process: fit on good parts, detect the test, compare with its labels."""

import math
import os
import platform
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from fusion.bench_table import Alarms, Measures
from fusion.dataset import open_dataset
from fusion.detection import Judged
from fusion.errors import FoilError
from fusion.item import Item
from fusion.kept import Kept
from fusion.metrics import PixelMetrics, auroc_interval, average_precision, f1_max, image_auroc, per_defect
from fusion.progress import Progress, silent
from fusion.promise import false_alarms
from fusion.trial import Fit, Fitted, Settings, counted_calls, detect_each, detector_fit, judge_each

TIMED = 20  # pictures whose whole detection is timed, after one that warms up


def measure(
    folder: Path, settings: Settings, progress: Progress = silent, fit: Fit | None = None, kept: Kept | None = None
) -> Measures:
    """Fit on the good parts of the training, judge the test, and compare; `fit` is the detector's own unless given.

    Time and memory are of the whole `detect` of some test pictures, one by one. What is `kept` of pictures serves the
    next row that shares this one's training.
    """
    dataset = open_dataset(folder)
    normals = dataset.normals()
    fit = fit or detector_fit()
    detector = fit(normals, settings, dataset.name, progress)
    skipped = {str(path): str(reason) for path, reason in detector.card["skipped"]}
    tested = [item for item in dataset.test() if item.label is not None]
    ms_per_image = _milliseconds(detector, tested, progress)
    peak_mb = peak_memory_mb()  # before all are judged, of which several are in memory at once
    seen = _judge_all(detector, dataset.test(), progress, kept if "training" in settings else None)
    labels, scores = seen.labels, seen.scores
    low, high = auroc_interval(scores, labels)
    thresholds, n = detector.calibration.thresholds, detector.calibration.n
    return Measures(
        representation=str(detector.card["representation"]),
        n_fit=len(normals) - len(skipped),
        n_good=labels.count(0),
        n_bad=labels.count(1),
        auroc=image_auroc(scores, labels),
        auroc_low=low,
        auroc_high=high,
        per_defect=per_defect(scores, labels, seen.defects),
        average_precision=average_precision(scores, labels),
        f1_max=f1_max(scores, labels),
        pixel_auroc=seen.pixels.pixel_auroc() if seen.n_masks else None,
        aupro=seen.pixels.aupro() if seen.n_masks else None,
        n_masks=seen.n_masks,
        review=seen.alarms(thresholds.review, thresholds.review_rate, n),
        reject=seen.alarms(thresholds.reject, thresholds.reject_rate, n),
        n_refused=scores.count(math.inf),
        fit_seconds=detector.card["fit_seconds"],
        calls=seen.calls_each,
        ms_per_image=ms_per_image,
        peak_mb=peak_mb,
        machine=f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}",
        unusable={**skipped, **seen.unusable},
    )


def _milliseconds(detector: Fitted, items: Sequence[Item], progress: Progress) -> float:
    """Return how long a picture takes to detect, the median of TIMED, spread over all; 0 where none can be."""
    many = min(TIMED + 1, len(items))
    some = [items[round(at * (len(items) - 1) / max(1, many - 1))] for at in range(many)]
    seconds = [trial.seconds for trial in detect_each(detector, some, progress) if trial.detection]
    return 1000 * statistics.median(seconds[1:] or seconds or [0.0])  # the first one warms up


@dataclass
class _Seen:
    """What is kept of the judgements: no arrays."""

    labels: list[int] = field(default_factory=list)
    defects: list[str] = field(default_factory=list)
    scores: list[float] = field(default_factory=list)
    calls: list[int] | None = None  # of a network, how many samples each was of
    pixels: PixelMetrics = field(default_factory=PixelMetrics)
    n_masks: int = 0
    unusable: dict[str, str] = field(default_factory=dict)

    @property
    def calls_each(self) -> float | None:
        return None if self.calls is None else sum(self.calls) / len(self.scores)

    def alarms(self, threshold: float, rate: float, n: int) -> Alarms:
        return alarms_at(self.scores, self.labels, threshold, rate, n)

    def add_pixels(self, item: Item, judged: Judged) -> None:
        try:
            gt_mask = item.load_gt_mask()
        except FoilError as error:
            self.unusable[str(item.gt_mask)] = str(error)
            return
        if item.label == 1 and not gt_mask.any():
            self.unusable[str(item.gt_mask)] = "the mask of a defect, but it marks nothing"
            return
        self.pixels.add(judged.anomaly_map, gt_mask)
        self.n_masks += item.label == 1


def alarms_at(scores: Sequence[float], labels: Sequence[int], threshold: float, rate: float, n: int) -> Alarms:
    """Return what a threshold, set for a rate by `n` held-out normals, did on the test."""
    good, bad = ([score for score, label in zip(scores, labels, strict=True) if label == kind] for kind in (0, 1))
    return Alarms(false_alarms(good, threshold, rate, n), sum(score >= threshold for score in bad) / len(bad))


def _judge_all(detector: Fitted, items: Sequence[Item], progress: Progress, kept: Kept | None) -> _Seen:
    seen, unlabelled = _Seen(), "nobody said whether it is good, so it can't be compared"
    seen.unusable.update({str(item.path): unlabelled for item in items if item.label is None})
    seen.calls = counted_calls(detector)
    for rating in judge_each(detector, [item for item in items if item.label is not None], progress, kept):
        item, judged = rating.item, rating.judged
        if judged is None:
            seen.unusable[str(item.path)] = rating.failed
            continue
        seen.labels.append(int(item.label == 1))
        seen.defects.append(item.defect)
        seen.scores.append(judged.rank)
        if item.label == 0 or item.gt_mask:
            seen.add_pixels(item, judged)
    return seen


def peak_memory_mb() -> float | None:
    """Return the most memory that this process has held so far; None where the system doesn't tell."""
    status = Path("/proc/self/status")
    if status.exists():  # Linux hands ru_maxrss on from the parent, whatever the child then uses
        return next(int(line.split()[1]) / 1024 for line in status.read_text().splitlines() if line[:6] == "VmHWM:")
    if platform.system() != "Darwin":
        return None
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20  # bytes on macOS
