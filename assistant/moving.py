"""Movements from files to words: find them, fit on normal ones, inspect others. What `inspection` is for pictures."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant import library
from assistant.inspection import Failure
from explain.catalogue import Lang
from explain.movement import MovementEvidence, movement_evidence, tell
from fusion.errors import BadData, BadInput, BadSetting
from fusion.motion.collection import Reading, called, movements_in, normals_in, pattern
from fusion.motion.detection import MotionDetection
from fusion.motion.motion import Motion
from fusion.progress import Progress, silent

if TYPE_CHECKING:
    from fusion.motion.detector import MotionDetector  # imports torch


@dataclass(frozen=True, eq=False)
class MovementInspection:
    """All that is known of one movement after the whole way."""

    motion: Motion
    detection: MotionDetection
    evidence: MovementEvidence
    text: str

    def to_json(self) -> dict[str, Any]:
        """Return the line of `foil inspect --json`, strict JSON; `pred_score` has all its digits."""
        scored = self.detection.verdict != "REFUSED"
        told = {"path": self.motion.name, "pred_score": self.detection.pred_score if scored else None}
        return told | self.evidence.to_json() | {"explanation": self.text}


def fit_movements(
    source: Path,
    name: str,
    reading: Reading,
    people: str = "",
    settings: dict[str, Any] | None = None,
    rates: tuple[float, float] = (0.05, 0.01),
    replace: bool = False,
    progress: Progress = silent,
) -> tuple["MotionDetector", Path]:
    """Fit on the normal movements of `source` and keep the model; return it and its folder.

    `people` is a pattern whose group, or else whose match, says who moved, in what a movement is called in `source`.
    """
    library.free_folder(name, replace)
    from fusion.motion.detector import MotionConfig
    from fusion.motion.fitting import fit

    paths, motions = normals_in(source, reading), []
    persons = [_person(pattern(people), called(path, source)) for path in paths] if people else None
    for motion in _read_all(paths, reading, progress):
        if isinstance(motion, Failure):
            raise BadData(motion.reason)
        motions.append(motion)
    detector = fit(motions, MotionConfig(**(settings or {})), name, persons, progress)
    detector = detector.with_rates(*rates)
    return detector, library.save(detector, name, replace)


def inspect_movements(
    paths: Sequence[Path], detector: "MotionDetector", reading: Reading, lang: Lang = "en", progress: Progress = silent
) -> Iterator[MovementInspection | Failure]:
    """Inspect movements in order; a bad file ends itself only."""
    found = [one for path in paths for one in movements_in(path, reading)]
    for motion in _read_all(found, reading, progress):
        if isinstance(motion, Failure):
            yield motion
            continue
        try:
            yield inspect_movement(motion, detector, lang)
        except BadInput as error:
            yield Failure(motion.name, str(error))


def inspect_movement(motion: Motion, detector: "MotionDetector", lang: Lang = "en") -> MovementInspection:
    """Walk one movement the whole way."""
    detection = detector.detect(motion)
    support = asdict(detector.calibration.support(detection.thresholds.reject_rate))
    plain = {key: value for key, value in detector.card.items() if isinstance(value, str | int | float | None)}
    evidence = movement_evidence(motion, detection, {"name": detector.name} | plain, support)
    return MovementInspection(motion, detection, evidence, tell(evidence, lang))


def load_movement_model(name: str) -> "MotionDetector":
    """Load a model of movements; BadModel, naming the known ones, if there is none of this name and kind."""
    folder = library.existing_folder(name, "movements")
    from fusion.motion.detector import MotionDetector

    return MotionDetector.from_pretrained(folder)


def _read_all(paths: Sequence[Path], reading: Reading, progress: Progress) -> Iterator[Motion | Failure]:
    from fusion.motion.read import read_motion

    for done, path in enumerate(paths):
        progress("reading movements", done, len(paths))
        try:
            yield read_motion(path, reading.joints, reading.rate)
        except BadInput as error:
            yield Failure(str(path), str(error))
    progress("reading movements", len(paths), len(paths))


def _person(who: re.Pattern[str], name: str) -> str:
    found = who.search(name)
    if found is None:
        raise BadSetting(f"{name}: nothing in this name matches {who.pattern!r}, so nobody knows who moved")
    return found.group(1) if who.groups else found.group(0)
