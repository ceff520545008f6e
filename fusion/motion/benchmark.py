"""Benchmark of movements: (data x group x method x seed) -> rows, and peers beside them."""

import math
import os
import platform
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from fusion.bench_row import alarms_at
from fusion.bench_table import Alarms, Row
from fusion.benchmark import Job, code_version, run_rows
from fusion.calibration import Calibration
from fusion.errors import BadInput
from fusion.metrics import auroc_interval, average_precision, image_auroc
from fusion.motion.bench_table import MotionMeasures, from_json
from fusion.motion.collection import Reading
from fusion.motion.detector import MotionConfig, MotionDetector
from fusion.motion.fitting import fit
from fusion.motion.labelled import Group, Patterns, groups_in
from fusion.motion.motion import Motion
from fusion.motion.peers import PEERS, SEEDED, fit_peer
from fusion.progress import Progress, silent
from fusion.trial import Settings

_Fitted = tuple[Callable[[Motion], float], Calibration | None, Sequence[tuple[str, str]]]


def run_motion_bench(
    sources: Sequence[Path],
    methods: Sequence[str],
    seeds: Sequence[int],
    reading: Reading,
    patterns: Patterns,
    peers: bool = False,
    json_file: Path | None = None,
    progress: Progress = silent,
    common: Mapping[str, Any] | None = None,
) -> list[Row[MotionMeasures]]:
    """Measure every combination and return its rows; `json_file` and `common` as in `run_bench`.

    Labels are compared with what came out, and go nowhere else. Data that can't be compared are refused at once.
    """
    every = [{**(common or {}), "method": method, "seed": seed} for method in dict.fromkeys(methods) for seed in seeds]
    for settings in every:
        MotionConfig(**settings)  # refuses what makes no sense, before the work
    if peers:
        every += [{"method": name, "seed": seed} for name in PEERS for seed in (seeds if name in SEEDED else seeds[:1])]
    jobs: list[Job[MotionMeasures]] = []
    for source in sources:
        for group in groups_in(source, reading, patterns, progress):
            data = group.name if group.name and len(sources) == 1 else f"{source.stem} {group.name}".strip()
            for settings in every:
                row: Row[MotionMeasures] = Row(data, group.fingerprint, settings, code_version())
                jobs.append((row, partial(measure, group, settings, progress)))
    return run_rows(jobs, from_json, json_file, progress)


def measure(group: Group, settings: Settings, progress: Progress = silent) -> MotionMeasures:
    """Fit on a group's normal movements, ask for the others, and compare with their labels."""
    start = time.perf_counter()
    score, calibration, skipped = (_peer if settings["method"] in PEERS else _foil)(group, settings, progress)
    fit_seconds = time.perf_counter() - start
    seen = _ask_all(score, group, progress)
    labels, scores = seen.labels, seen.scores
    low, high = auroc_interval(scores, labels)
    review, reject = seen.alarms(calibration) if calibration else (None, None)
    return MotionMeasures(
        joints=group.fitted[0].joints.name,
        n_fit=len(group.fitted) - len(skipped),
        n_people=len(set(group.people)) if group.people else None,
        n_good=labels.count(0),
        n_bad=labels.count(1),
        auroc=image_auroc(scores, labels),
        auroc_low=low,
        auroc_high=high,
        average_precision=average_precision(scores, labels),
        review=review,
        reject=reject,
        n_refused=scores.count(math.inf),
        fit_seconds=fit_seconds,
        ms_per_movement=1000 * statistics.median(seen.seconds),
        machine=f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}",
        unusable={**group.unusable, **dict(skipped), **seen.unusable},
    )


@dataclass
class _Seen:
    """What came of the movements tested."""

    labels: list[int] = field(default_factory=list)
    scores: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    unusable: dict[str, str] = field(default_factory=dict)

    def alarms(self, calibration: Calibration) -> tuple[Alarms, Alarms]:
        limits = calibration.thresholds
        rates = (limits.review, limits.review_rate), (limits.reject, limits.reject_rate)
        review, reject = (alarms_at(self.scores, self.labels, *limit, calibration.n) for limit in rates)
        return review, reject


def _ask_all(score: Callable[[Motion], float], group: Group, progress: Progress) -> _Seen:
    seen = _Seen()
    for done, (motion, label) in enumerate(group.tested):
        progress("detect", done, len(group.tested))
        start = time.perf_counter()
        try:
            seen.scores.append(score(motion))
        except BadInput as error:
            seen.unusable[motion.name] = str(error)
        else:
            seen.seconds.append(time.perf_counter() - start)
            seen.labels.append(label)
    return seen


def _foil(group: Group, settings: Settings, progress: Progress) -> _Fitted:
    detector = fit(group.fitted, MotionConfig(**settings), group.name, group.people, progress)
    return partial(_score, detector), detector.calibration, detector.card["skipped"]


def _peer(group: Group, settings: Settings, progress: Progress) -> _Fitted:
    score, skipped = fit_peer(settings["method"], group.fitted, settings["seed"])
    return score, None, skipped


def _score(detector: MotionDetector, motion: Motion) -> float:
    """Return the score to rank by; a refused movement is never passed, so it ranks above every scored one."""
    detection = detector.detect(motion)
    return math.inf if detection.verdict == "REFUSED" else detection.pred_score
