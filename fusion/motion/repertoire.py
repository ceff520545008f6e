"""Repertoire: several movements under one name, told apart by words or a picture of the scene, else by their looks.

Each has normals of its own, so one model for five movements knows no less than five models; a network, where one is
trained, is shared, and hears which movement it is.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from fusion.calibration import Calibration
from fusion.errors import BadSetting
from fusion.modality.text import MINILM, text_encoder
from fusion.motion.coordinates import usual_cells
from fusion.motion.detector import MotionConfig, MotionDetector
from fusion.motion.fitting import finish, prepare
from fusion.motion.joints import JointSet
from fusion.motion.learning import train_forecast
from fusion.motion.motion import Motion
from fusion.motion.scene import Described, Scenes
from fusion.progress import Progress, silent
from fusion.threads import one_thread

MEANT = 0.4  # cosine of what is said with what is known of a movement, from which it is meant
CLEAR = 0.1  # by which it must be nearer than any other
_UNCLEAR = re.compile(r"\b(or|no|not|never|without|neither|n't|except)\b|n't\b")  # an embedding hardly hears it


@dataclass(frozen=True, eq=False)
class Repertoire:
    """Detectors by the words for their movements; all share one calibration, for their scores are in sigma."""

    name: str
    movements: Mapping[str, MotionDetector]
    card: dict[str, Any]  # how it came about; under "cards", that of each movement
    scenes: Scenes | None = None  # where the movements are done

    def of(self, motion: Motion, text: str | None = None, scene: Described | None = None) -> MotionDetector:
        """Return the detector of the movement that words mean and whose scene a picture shows.

        Where neither is given, that of the one among whose normals the motion is likeliest. BadSetting if the words or
        the scene are those of none of the movements, or contradict each other.
        """
        said = self._meant(text) if text else None
        shown = self._shown(scene) if scene is not None else None
        if said and shown and said != shown:
            raise BadSetting(
                f"{text!r} means {said}, but the picture shows the scene of {shown}; correct one of the two, or leave "
                "one out"
            )
        if expected := said or shown:
            return self.movements[expected]
        return max(self.movements.values(), key=lambda one: one.likelihood(motion))

    @property
    def joints(self) -> JointSet:
        return next(iter(self.movements.values())).joints

    @property
    def calibration(self) -> Calibration:
        return next(iter(self.movements.values())).calibration

    def watching(self, joints: NDArray[np.bool_]) -> "Repertoire":
        """Return the same detectors where only some joints, (J,), count."""
        return replace(self, movements=_together({w: one.watching(joints) for w, one in self.movements.items()}))

    def with_rates(self, review_rate: float, reject_rate: float) -> "Repertoire":
        """Return the same detectors under other promised false-alarm rates."""
        return replace(
            self, movements={w: one.with_rates(review_rate, reject_rate) for w, one in self.movements.items()}
        )

    def save_pretrained(self, folder: str | Path) -> None:
        """Write the model's folder, whole or not at all; an older one of this name is replaced."""
        from fusion.motion.pretrained import save

        save(self, Path(folder))

    def _shown(self, scene: Described) -> str:
        if self.scenes is None:
            raise BadSetting(
                f"{self.name} was taught no scenes: leave the picture out, or fit it with pictures of the scenes named "
                "in its about-file"
            )
        return self.scenes.shown(scene)

    def _meant(self, text: str) -> str:
        known = list(self.movements)
        said = text_encoder(MINILM).encode([text])[0]
        likeness = self._embedded @ said / np.linalg.norm(said)
        order = np.argsort(-likeness)
        if likeness[order[0]] < MEANT or _UNCLEAR.search(text.casefold()):
            raise BadSetting(
                f"{text!r} doesn't name one of the movements that {self.name} knows: {', '.join(known)}; name one, in "
                "English words of your own if you like"
            )
        if likeness[order[1]] > likeness[order[0]] - CLEAR:
            raise BadSetting(f"{text!r} may mean {known[order[0]]} or {known[order[1]]}; say which one")
        return known[int(order[0])]

    @cached_property
    def _embedded(self) -> NDArray[np.float32]:
        embedded = text_encoder(MINILM).encode(list(self.movements))
        return np.asarray(embedded / np.linalg.norm(embedded, axis=1, keepdims=True), np.float32)


def fit_repertoire(
    motions: Mapping[str, Sequence[Motion]],
    config: MotionConfig,
    name: str,
    people: Mapping[str, Sequence[str]] | None = None,
    progress: Progress = silent,
    checkpoint: Path | None = None,
    scenes: Scenes | None = None,
) -> Repertoire:
    """Fit on normal movements by the words for them; everything else as `fitting.fit` has it."""
    if len(motions) < 2:
        raise BadSetting("words for one movement only tell nothing apart; give the words for two or more, or none")
    everything = [one for several in motions.values() for one in several]
    config = replace(config, cells=config.cells or usual_cells(everything))
    embedded = torch.from_numpy(text_encoder(MINILM).encode(list(motions)))
    with one_thread(), torch.inference_mode():
        parts = [
            prepare(several, people[words] if people else None, config, text, progress)
            for (words, several), text in zip(motions.items(), embedded, strict=True)
        ]
    trained = train_forecast(parts, config, progress, checkpoint) if config.method == "neural" else [None] * len(parts)
    with one_thread(), torch.inference_mode():
        found = {
            words: finish(part, config, words, learnt, people is not None)
            for words, part, learnt in zip(motions, parts, trained, strict=True)
        }
    found = _together(found)
    card = _card({words: one.card for words, one in found.items()})
    if scenes:
        for words, one in card["cards"].items():
            one["scenes"] = scenes.files_of(words)
    return Repertoire(name, found, card, scenes)


def _together(movements: Mapping[str, MotionDetector]) -> dict[str, MotionDetector]:
    """Return the same detectors under one calibration, of all their normals."""
    several = [one.calibration for one in movements.values()]
    rates = several[0].review_rate, several[0].reject_rate
    calibration = Calibration(np.concatenate([one.scores for one in several]), *rates)
    return {words: replace(one, calibration=calibration) for words, one in movements.items()}


def _card(cards: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    """Return what movements have in common, what they have together, and the card of each."""
    first = next(iter(cards.values()))
    added = {key: sum(card[key] for card in cards.values()) for key in ("n_normals", "movements", "windows")}
    skipped = [one for card in cards.values() for one in card["skipped"]]
    common = {
        key: first[key]
        for key in ("method", "representation", "created", "people", "joints", "dimensions", "cells", "window")
    }
    return common | added | {"skipped": skipped, "cards": dict(cards)}
