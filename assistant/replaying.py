"""Replay a record: the kept picture through the kept model again, and the same score and map, bit for bit, or not."""

import json
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np

from assistant import guide
from assistant.recording import code, map_hash
from assistant.store import Store
from fusion.errors import BadInput
from fusion.modality.image import read_image
from fusion.sample import Sample

if TYPE_CHECKING:
    from fusion.detector import Detector  # imports torch


@dataclass(frozen=True)
class Replay:
    number: int
    before: float  # the score as it was recorded
    now: float
    same_map: bool
    changed: tuple[str, ...]  # what of the code, the libraries and the machine is another now

    @property
    def same(self) -> bool:
        """Tell whether score and map are what they were, bit for bit."""
        return self.before == self.now and self.same_map


def replay(store: Store, number: int) -> Replay:
    """Inspect what a record vouches for again; FoilError if its picture or its model is no longer what it was."""
    row = store.inspection(number)
    said, document = json.loads(row.payload), json.loads(row.document)
    if "map" not in said:
        raise BadInput(f"inspection {number} is not of a picture; only those are replayed so far")
    sample = kept_sample(store, said, document)
    if sample.sha256 != said["sample"]:
        raise BadInput(f"inspection {number}: this machine reads its picture otherwise than the one that inspected it")
    detector = kept_detector(store, row.model, document["asked"]["words"])
    detection = guide.detect(detector, sample, document["asked"]["samples"])
    changed = tuple(name for name, value in code().items() if said["code"].get(name) != value)
    same_map = map_hash(detection.anomaly_map) == said["map"]
    return Replay(number, float(said["raw_score"]), detection.pred_score, same_map, changed)


def kept_sample(store: Store, said: dict[str, Any], document: dict[str, Any]) -> Sample:
    """Return what was inspected, from the store's files alone."""
    arrays = {
        what: np.load(BytesIO(store.vault.read(said[what])), allow_pickle=False)
        for what in ("mask", "skeleton")
        if what in said
    }
    image = read_image(store.vault.read(said["picture"]), document["path"])
    return Sample(image=image, text=document["text"], name=document["path"], **arrays)


def kept_detector(store: Store, sha256: str, words: str) -> "Detector":
    """Return the model that inspected, as the store keeps it."""
    model = store.model(sha256)
    from fusion.detector import Detector

    with TemporaryDirectory(prefix="foil-replay-") as folder:
        home = Path(folder) / model.name
        home.mkdir()
        for name, content in json.loads(model.files).items():
            (home / name).write_bytes(store.vault.read(content))
        detector = Detector.from_pretrained(home)
    return detector.with_words(words) if words else detector
