"""Trial: fit on good parts, then detect others one by one; labels stay outside, so no setting can follow them."""

import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from fusion.calibration import Calibration
from fusion.detection import Detection
from fusion.errors import FoilError
from fusion.item import Item
from fusion.progress import Progress
from fusion.sample import Sample

if TYPE_CHECKING:
    from fusion.detector import Detector
    from fusion.learned import Learned

Settings = Mapping[str, Any]  # DetectorConfig's fields as plain data, so that nothing here needs torch


class Fitted(Protocol):
    """What a trial asks of a detector."""

    @property
    def calibration(self) -> Calibration: ...
    @property
    def card(self) -> dict[str, Any]: ...
    def detect(self, sample: Sample) -> Detection: ...


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
        """Return the score to rank by; a refused sample is never passed, so it ranks above every scored one."""
        return math.inf if self.seen.verdict == "REFUSED" else self.seen.pred_score


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
