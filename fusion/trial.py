"""Trial: fit on good parts, then detect or judge others; labels stay outside, so no setting can follow them."""

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from fusion.calibration import Calibration
from fusion.detection import Detection, Judged
from fusion.errors import FoilError
from fusion.item import Item
from fusion.kept import Kept
from fusion.progress import Progress
from fusion.sample import Sample

if TYPE_CHECKING:
    from fusion.detector import Detector
    from fusion.learned import Learned

TOGETHER = 8  # samples that are judged at once
Settings = Mapping[str, Any]  # DetectorConfig's fields as plain data, so that nothing here needs torch


class Fitted(Protocol):
    """What a trial asks of a detector."""

    @property
    def calibration(self) -> Calibration: ...
    @property
    def card(self) -> dict[str, Any]: ...
    def detect(self, sample: Sample) -> Detection: ...
    def judge(self, samples: Sequence[Sample], kept: Kept | None) -> list[Judged]: ...


Fit = Callable[[Sequence[Item], Settings, str, Progress], Fitted]


def detector_fit() -> Fit:
    """Return the real way to fit; torch is imported here, seconds that belong to no measured time.

    Where the settings name a file as "training", what is trained goes there, and is taken from there if it exists; and
    a next fit that differs in nothing but the way to ask it reads no picture again.
    """
    from fusion.detector import DetectorConfig, fit
    from fusion.fitting import fitter
    from fusion.learning.weights import write_weights

    last: dict[object, Callable[[DetectorConfig], Detector]] = {}

    def fitted(items: Sequence[Item], settings: Settings, name: str, progress: Progress) -> Fitted:
        own = dict(settings)
        training = own.pop("training", None)
        known = training is not None and Path(training).exists()
        config = DetectorConfig(**own | ({"weights": training} if known else {}))
        if training is None:
            return fit(items, config, name, progress)
        key = training, tuple(item.path for item in items)
        if key not in last:
            last.clear()
            last[key] = fitter(items, config, name, progress)
        detector = last[key](config)
        if not known:
            write_weights(detector, Path(training), name)
            return detector
        spent = detector.card["fit_seconds"] + 60 * detector.card["network"]["minutes"]  # by whoever trained
        return replace(detector, card=detector.card | {"fit_seconds": spent})

    return fitted


def counted_calls(detector: Fitted) -> list[int] | None:
    """Return a list to which each call of the network that judges will add its number of samples; None without one."""
    learned: Learned | None = getattr(detector, "learned", None)
    if learned is None or not learned.judges:
        return None
    calls: list[int] = []
    learned.denoise.network.register_forward_hook(lambda _, given, __: calls.append(len(given[0])))
    return calls


@dataclass(frozen=True, eq=False)
class Trial:
    """One item, and what the detector said of it, or why it could say nothing."""

    item: Item
    detection: Detection | None
    seconds: float = 0.0  # of `detect`, the whole of it
    failed: str = ""

    @property
    def seen(self) -> Detection:
        """Return the detection; FoilError says why there is none."""
        if self.detection is None:
            raise FoilError(f"{self.item.path}: not detected ({self.failed})")
        return self.detection

    @property
    def score(self) -> float:
        """Return the score to rank by."""
        return self.seen.judged.rank


def detect_each(detector: Fitted, items: Sequence[Item], progress: Progress) -> Iterator[Trial]:
    """Detect the items in their order; a picture that can't be used ends its own trial only.

    The text is withheld: in a labelled data set it is a caption, and captions tell the defect.
    """
    for done, item in enumerate(items):
        progress("detect", done, len(items))
        try:
            sample = replace(item.load(), text=None)
            start = time.perf_counter()
            detection = detector.detect(sample)
        except FoilError as error:
            yield Trial(item, None, failed=str(error))
        else:
            yield Trial(item, detection, time.perf_counter() - start)
    progress("detect", len(items), len(items))


@dataclass(frozen=True, eq=False)
class Rating:
    """One item, and its score and map, or why there are none."""

    item: Item
    judged: Judged | None
    failed: str = ""


def judge_each(
    detector: Fitted, items: Sequence[Item], progress: Progress, kept: Kept | None = None
) -> Iterator[Rating]:
    """Judge the items in their order, several at once on all cores; what can't be used ends its own rating only.

    The text is withheld, as by `detect_each`. As many pictures as are judged at once are in memory.
    """

    def rated(some: Sequence[Item]) -> list[Rating]:
        try:
            samples = [replace(item.load(), text=None) for item in some]
            found = detector.judge(samples, kept)
        except FoilError as error:
            return [Rating(some[0], None, str(error))] if len(some) == 1 else [rated([item])[0] for item in some]
        return [Rating(item, judged) for item, judged in zip(some, found, strict=True)]

    workers = os.cpu_count() or 1
    with ThreadPoolExecutor(workers) as pool:
        for start in range(0, len(items), TOGETHER * workers):
            progress("judge", start, len(items))
            ends = range(start, min(start + TOGETHER * workers, len(items)), TOGETHER)
            for ratings in pool.map(rated, [items[at : at + TOGETHER] for at in ends]):
                yield from ratings
    progress("judge", len(items), len(items))
