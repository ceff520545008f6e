"""What is recorded of a result: hashes of all it rests on for the chain, and a document with everything that was told.

The chain holds no evidence, only its hash, so whatever must go one day can go without breaking it.
"""

import hashlib
import json
import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from importlib.metadata import version
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.audit import Kind, canonical, sha256
from assistant.inspection import Failure, Inspection, Result
from explain import plain
from explain.instructions import messages
from explain.language import Audience, Brief, Length, Template
from explain.prompt import clean
from fusion.errors import BadInput
from fusion.modality.image import read_image

FLOORS = ("fusion", "explain", "assistant", "apps")
_LIBRARIES = ("numpy", "torch", "opencv-python-headless", "pillow")


@dataclass(frozen=True)
class Entry:
    """A record to be, the row that it vouches for, and the files that both name by their hashes."""

    kind: Kind
    payload: Mapping[str, Any]
    row: Mapping[str, Any] | None = None
    files: tuple[bytes, ...] = ()


@dataclass(frozen=True)
class Asked:
    """How an inspection was asked for, as far as words and map depend on it."""

    model: str  # the hash of its config.json
    config: str  # the hash of what it was fitted with
    words: str = ""  # the weights that hear words in the model's place, as they were named
    samples: int = 0
    audience: Audience = "engineer"
    length: Length = "long"


def entry(result: Result, asked: Asked) -> Entry:
    """Return what is to be recorded of a result; BadInput if its file was changed since it was inspected."""
    if isinstance(result, Failure):
        return Entry("unreadable", {"name": clean(result.path), "problem": clean(result.reason)} | _basis(asked))
    if isinstance(result, Inspection):
        return _of_picture(result, asked)
    raise NotImplementedError


def files_of(payload: Mapping[str, Any]) -> dict[str, str]:
    """Return the hashes of the files that an inspection's record rests on, by what they are."""
    return {what: payload[what] for what in ("file", "mask", "skeleton") if payload.get(what)}


def map_hash(anomaly_map: NDArray[np.float32]) -> str:
    """Return the hash of a map's bits and shape."""
    return hashlib.sha256(f"{anomaly_map.shape}{anomaly_map.dtype}".encode() + anomaly_map.tobytes()).hexdigest()


def columns(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a row of the table shows of a document, to be found by it."""
    shown = {"verdict": document["verdict"], "score": document["pred_score"], "p_value": document["p_value"]}
    return {"name": clean(document["path"]), **shown}


def _of_picture(found: Inspection, asked: Asked) -> Entry:
    sample, detection = found.sample, found.detection
    files = {"file": _source(found)}
    files |= {what: _npy(array) for what in ("mask", "skeleton") if (array := getattr(sample, what)) is not None}
    hashes = {what: hashlib.sha256(content).hexdigest() for what, content in files.items()}
    line = found.to_json() | {"text": sample.text, "evidence": plain.to_plain(found.evidence), "asked": asdict(asked)}
    document = json.dumps(line, allow_nan=False)  # ASCII, so any name fits into any database
    row = {"sample": sample.sha256, "file": hashes["file"], "model": asked.model, **columns(line), "document": document}
    payload: dict[str, Any] = {"sample": sample.sha256, **hashes, "seed": sample.seed, "document": sha256(document)}
    payload |= {"text": sha256(sample.text) if sample.text else None, "verdict": detection.verdict}
    payload |= {"raw_score": detection.pred_score, "map": map_hash(detection.anomaly_map)}
    payload |= {"thresholds": asdict(detection.thresholds), "told": _told(found, asked), **_basis(asked)}
    return Entry("inspection", payload, row, tuple(files.values()))


def _source(found: Inspection) -> bytes:
    """Return the bytes of the file that a sample was read from, if it still holds what was inspected."""
    path = Path(found.sample.name)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BadInput(f"{path}: it can't be kept ({error.strerror}); a store takes pictures that are files") from error
    if found.sample.image is None or not np.array_equal(read_image(content, str(path)), found.sample.image):
        raise BadInput(f"{path}: it was changed while it was inspected, so nothing was recorded; inspect it again")
    return content


def _npy(array: NDArray[np.float32]) -> bytes:
    file = BytesIO()
    np.save(file, array, allow_pickle=False)
    return file.getvalue()


def _told(found: Inspection, asked: Asked) -> dict[str, Any]:
    """Return who put it into words, what was asked of a language model, and what the check of its answer gave."""
    words = found.explanation
    told = {"by": words.narrator, "lang": words.lang, "checked": words.checked, "text": sha256(words.text)}
    told |= {"claims": words.claims, "wrong": words.wrong, "removed": sha256(canonical(words.removed))}
    if words.narrator == Template.name:
        return told
    brief = Brief(words.lang, asked.audience, asked.length)
    return told | {"prompt": sha256(canonical(messages(found.evidence, brief)))}


def _basis(asked: Asked) -> dict[str, Any]:
    return {"model": asked.model, "config": asked.config, "code": code()}


@cache
def code() -> dict[str, str]:
    """Return what ran: Foil's version, the hash of its source as it stands, and the libraries that results rest on."""
    digest = hashlib.sha256()
    root = Path(__file__).parents[1]
    for path in sorted(path for floor in FLOORS for path in (root / floor).rglob("*.py")):
        digest.update(f"{path.relative_to(root).as_posix()}\0".encode() + path.read_bytes())
    ran = {"foil": version("foil"), "source": digest.hexdigest(), "python": platform.python_version()}
    return ran | {name: version(name) for name in _LIBRARIES} | {"machine": platform.platform()}
