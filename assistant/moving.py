"""Movements from files to words: find them, and inspect them. What `inspection` is for pictures."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from assistant import library
from assistant.inspection import Failure, headline
from explain.catalogue import Lang
from explain.movement import MovementEvidence, TakenBy, movement_evidence, tell
from fusion.detection import Verdict
from fusion.errors import BadData, BadInput
from fusion.motion.collection import SUFFIXES, Reading, movements_in
from fusion.motion.detection import MotionDetection
from fusion.motion.joints import JointSet
from fusion.motion.motion import Motion
from fusion.motion.read import read_motion
from fusion.progress import Progress, silent

if TYPE_CHECKING:  # they import torch
    from fusion.motion.detector import MotionDetector
    from fusion.motion.repertoire import Repertoire

    Model = MotionDetector | Repertoire

Scene = NDArray[np.float32]  # as `read_scene` returns it


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


def inspect_movements(
    paths: Sequence[Path],
    model: "Model",
    reading: Reading,
    lang: Lang = "en",
    progress: Progress = silent,
    text: str | None = None,
    scene: Scene | None = None,
) -> Iterator[MovementInspection | Failure]:
    """Inspect movements in order; a bad file ends itself only. Without a joint set they are of the model's."""
    found = [one for path in paths for one in _expand(path, reading)]
    if not found:
        raise BadData(f"none of these movements is called anything that matches {reading.only!r}")
    joints = reading.joints or model.joints
    progress("inspecting", 0, len(found))
    for done, entry in enumerate(found, 1):
        motion = read_or_fail(entry, str(entry), joints, reading.rate) if isinstance(entry, Path) else entry
        yield motion if isinstance(motion, Failure) else _inspected(motion, model, lang, text, scene)
        progress("inspecting", done, len(found))


def inspect_movement(
    motion: Motion, model: "Model", lang: Lang = "en", text: str | None = None, scene: Scene | None = None
) -> MovementInspection:
    """Walk one movement the whole way; of a model of several, `text` or `scene` say which it should be."""
    detector = model.of(motion, text, scene)
    detection = detector.detect(motion)
    support = asdict(detector.calibration.support(detection.thresholds.reject_rate))
    plain = {key: value for key, value in detector.card.items() if isinstance(value, str | int | float | None)}
    taken = None if detector is model else (detector.name, _taken_by(text, scene))
    evidence = movement_evidence(
        motion,
        detection,
        {"name": model.name} | plain | {"n_normals": detector.calibration.n},
        support,
        taken,
        detector.normals.counted,
    )
    return MovementInspection(motion, detection, evidence, tell(evidence, lang))


def _taken_by(text: str | None, scene: Scene | None) -> TakenBy:
    if scene is None:
        return "words" if text else "looks"
    return "words and scene" if text else "scene"


def read_scene(path: Path, name: str = "") -> Scene:
    """Read a picture of where a movement is done, and return what it shows, (16, 74); BadInput if it is none."""
    from fusion.modality.image import read_image
    from fusion.motion.scene import described

    return described(read_image(path, name))


def load_movement_model(name: str, watch: str = "") -> "Model":
    """Load a model of movements; BadModel, naming the known ones, if there is none of this name and kind.

    Where `watch` names joints in words, only these count.
    """
    folder = library.existing_folder(name, "movements")
    from fusion.motion.pretrained import load

    return narrowed(load(folder), watch)


def narrowed(model: "Model", watch: str) -> "Model":
    """Return a model for which only the joints count that `watch` names in words; the same one where it names none."""
    if not watch.strip():
        return model
    from fusion.motion.watching import watched

    return model.watching(watched(watch, model.joints))


def _inspected(
    motion: Motion, model: "Model", lang: Lang, text: str | None, scene: Scene | None
) -> MovementInspection | Failure:
    try:
        return inspect_movement(motion, model, lang, text, scene)
    except BadInput as error:
        return Failure(motion.name, str(error))


def _expand(path: Path, reading: Reading) -> Sequence[Path | Failure]:
    """Return the movements behind a path, without those that nobody asked for."""
    found = movements_in(path, reading)
    if found or reading.only:
        return found
    return [Failure(str(path), f"{path}: no movements in this folder; expected {', '.join(SUFFIXES)}")]


def read_or_fail(path: Path, name: str, joints: JointSet | None, rate: float | None) -> Motion | Failure:
    """Read a movement, called so; a file that can't be read is a failure of its own."""
    try:
        return read_motion(path, joints, rate, name=name)
    except BadInput as error:
        return Failure(name, str(error))
