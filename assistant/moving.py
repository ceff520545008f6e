"""Movements from files to words: find them, fit on normal ones, inspect others. What `inspection` is for pictures."""

import dataclasses
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Any

import numpy as np

from assistant import library
from assistant.fitting import skipped_lines
from assistant.inspection import Failure, headline
from assistant.rates import promise
from explain.catalogue import Lang
from explain.movement import MovementEvidence, movement_evidence, tell
from fusion.archive import unpacked
from fusion.calibration import Calibration
from fusion.detection import Verdict
from fusion.errors import BadData, BadInput, BadSetting
from fusion.motion.collection import SUFFIXES, Reading, called, movements_in, normals_in, pattern
from fusion.motion.detection import MotionDetection
from fusion.motion.joints import JointSet
from fusion.motion.motion import Motion
from fusion.motion.read import read_motion
from fusion.progress import Progress, silent

if TYPE_CHECKING:
    from fusion.motion.detector import MotionDetector  # imports torch


@dataclass(frozen=True, eq=False)
class MovementFit:
    """A model of movements that was fitted and saved."""

    detector: "MotionDetector"
    folder: Path
    given: int  # normal movements, some of which could not be used perhaps
    seconds: float  # from the files to the saved model
    rate: float | None  # frames a second, if the user had to say so
    to_inspect: Path | None  # where the data set keeps what is to be tested, if it does

    @property
    def name(self) -> str:
        return self.detector.name

    def lines(self) -> list[str]:
        """Return for a person what was used, what was decided, what it promises, and what to do next."""
        card, calibration, window = self.detector.card, self.detector.calibration, self.detector.config.window
        people = f" of {card['people']} people" if card["people"] else ""
        lines = [
            f"{self.name}: fitted on {card['movements']} normal movements{people} in {self.seconds:.0f} s; "
            f"its thresholds rest on {card['n_normals']}",
            f"seen as {card['representation']}; " + (f"{window:g} s at a time" if window else "each as a whole"),
        ]
        if not people:
            lines.append("nobody said who moved (--people), so thresholds may be too low for new people")
        lines += skipped_lines(card["skipped"], f"{self.given} movements")
        limits = calibration.thresholds
        lines.append(f"REVIEW from a score of {limits.review:.2f}, REJECT from {limits.reject:.2f}")
        lines.append(promise(calibration.support(limits.reject_rate), library.NORMALS["movements"]))
        what = quote(str(self.to_inspect)) if self.to_inspect else "MOVEMENT"
        rate = f" --rate {self.rate:g}" if self.rate else ""
        return [*lines, f"saved in {self.folder}", f"next: foil inspect {what} --model {self.name}{rate}"]


@dataclass(frozen=True, eq=False)
class MovementInspection:
    """All that is known of one movement after the whole way."""

    motion: Motion
    detection: MotionDetection
    evidence: MovementEvidence
    text: str

    @property
    def verdict(self) -> Verdict:
        return self.detection.verdict

    @property
    def headline(self) -> str:
        judged = self.verdict != "REFUSED"
        return headline(self.evidence.name, *((self.evidence.score, self.evidence.p_value) if judged else (None, None)))

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
) -> MovementFit:
    """Fit on the normal movements of `source`, promise the rates, save under `name`, or leave no trace.

    `people` is a pattern whose group, or else whose match, says who moved, in what a movement is called in `source`.
    Files that can't be read are skipped and listed, as is what can't be used. `settings` are fields of MotionConfig.
    """
    library.free_folder(name, replace)
    Calibration(np.zeros(2), *rates)
    started = time.perf_counter()
    from fusion.motion.detector import MotionConfig
    from fusion.motion.fitting import fit

    config = MotionConfig(**(settings or {}))
    motions, persons, unread = _normals(source, reading, people, progress)
    detector = fit(motions, config, name, persons if people else None, progress).with_rates(*rates)
    skipped = unread + [list(one) for one in detector.card["skipped"]]
    detector = dataclasses.replace(detector, card=detector.card | {"skipped": skipped})
    folder = library.save(detector, name, replace)
    seconds, test = time.perf_counter() - started, source / "test"
    given = len(motions) + len(unread)
    return MovementFit(detector, folder, given, seconds, reading.rate, test if test.is_dir() else None)


def _normals(
    source: Path, reading: Reading, people: str, progress: Progress
) -> tuple[list[Motion], list[str], list[list[str]]]:
    """Return the normal movements of a data set, who moves in each, and what can't be read, with the reason."""
    from fusion.motion.gathering import FEWEST

    who, motions, persons, unread = pattern(people), [], [], []
    with unpacked(source) as folder:
        paths = normals_in(folder, reading)
        said = [_person(who, called(path, folder)) if people else "" for path in paths]
        progress("reading movements", 0, len(paths))
        for done, (path, person) in enumerate(zip(paths, said, strict=True), 1):
            name = str(path).replace(str(folder), str(source), 1)  # never where a ZIP was unpacked
            motion = _read(path, name, reading.joints, reading.rate)
            if isinstance(motion, Failure):
                unread.append([motion.path, motion.reason])
            else:
                motions.append(motion)
                persons.append(person)
            progress("reading movements", done, len(paths))
    if unread and len(motions) < FEWEST:
        raise BadData(
            f"{source}: {len(motions)} of its {len(paths)} movements can be read, and it takes {FEWEST}; the first "
            f"that can't: {unread[0][1]}"
        )
    return motions, persons, unread


def _person(who: re.Pattern[str], name: str) -> str:
    found = who.search(name)
    if found is None:
        raise BadSetting(f"{name}: nothing in this name matches {who.pattern!r}, so nobody knows who moved")
    return found.group(1) if who.groups else found.group(0)


def inspect_movements(
    paths: Sequence[Path], detector: "MotionDetector", reading: Reading, lang: Lang = "en", progress: Progress = silent
) -> Iterator[MovementInspection | Failure]:
    """Inspect movements in order; a bad file ends itself only. Without a joint set they are of the model's."""
    found = [one for path in paths for one in _expand(path, reading)]
    if not found:
        raise BadData(f"none of these movements is called anything that matches {reading.only!r}")
    joints = reading.joints or detector.normals.coordinates.joints
    progress("inspecting", 0, len(found))
    for done, entry in enumerate(found, 1):
        motion = _read(entry, str(entry), joints, reading.rate) if isinstance(entry, Path) else entry
        yield motion if isinstance(motion, Failure) else _inspected(motion, detector, lang)
        progress("inspecting", done, len(found))


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


def _inspected(motion: Motion, detector: "MotionDetector", lang: Lang) -> MovementInspection | Failure:
    try:
        return inspect_movement(motion, detector, lang)
    except BadInput as error:
        return Failure(motion.name, str(error))


def _expand(path: Path, reading: Reading) -> Sequence[Path | Failure]:
    """Return the movements behind a path, without those that nobody asked for."""
    found = movements_in(path, reading)
    if found or reading.only:
        return found
    return [Failure(str(path), f"{path}: no movements in this folder; expected {', '.join(SUFFIXES)}")]


def _read(path: Path, name: str, joints: JointSet | None, rate: float | None) -> Motion | Failure:
    try:
        return read_motion(path, joints, rate, name=name)
    except BadInput as error:
        return Failure(name, str(error))
