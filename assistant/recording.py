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
from assistant.indexing import Found, found_by
from assistant.inspection import Failure, Inspection, Result
from assistant.moving import MovementInspection
from assistant.tabling import RowInspection
from explain import plain
from explain.instructions import messages
from explain.language import Audience, Brief, Length, Template
from explain.prompt import clean
from fusion.detection import Thresholds
from fusion.errors import BadInput, BadModel
from fusion.modality.image import read_image

FLOORS = ("fusion", "explain", "assistant", "apps")
FILES = ("picture", "mask", "skeleton", "places", "confidence")  # of pictures, and of movements
_LIBRARIES = ("numpy", "torch", "opencv-python-headless", "pillow")


@dataclass(frozen=True)
class Entry:
    """A record to be, the row that it vouches for, and the files that both name by their hashes."""

    kind: Kind
    payload: Mapping[str, Any]
    row: Mapping[str, Any] | None = None
    files: tuple[bytes, ...] = ()
    found_by: Found | None = None  # of an inspection: what it is found by later


@dataclass(frozen=True)
class Asked:
    """How an inspection was asked for, as far as words and map depend on it."""

    model: str  # the hash of its config.json
    config: str  # the hash of what it was fitted with
    created: str | None  # when that was
    thresholds: Thresholds  # in force
    words: str = ""  # the weights that hear words in the model's place, as they were named
    samples: int = 0
    text: str = ""  # of every sample
    watch: str = ""  # the joints that counted
    audience: Audience = "engineer"
    length: Length = "long"


def entry(result: Result, asked: Asked, picture: bytes | None = None) -> Entry:
    """Return what is to be recorded of a result; BadInput if its file was changed since it was inspected.

    A picture that lies in no file that the sample is named after, such as an upload, is given as the bytes it came in.
    """
    if isinstance(result, Failure):
        return Entry("unreadable", {"name": clean(result.path), "problem": clean(result.reason)} | _basis(asked))
    if isinstance(result, Inspection):
        return _of_picture(result, asked, picture)
    if isinstance(result, MovementInspection):
        motion, evidence = result.motion, {"rate": result.motion.rate, "joints": result.motion.joints.joints}
        files = {"places": _npy(motion.places), "confidence": _npy(motion.confidence)}
        return _made(result, asked, motion.sha256, files, evidence, {"seed": str(motion.seed)})
    assert isinstance(result, RowInspection)
    return _made(result, asked, sha256(canonical(result.row)), {}, {"values": result.row}, {})


def files_of(payload: Mapping[str, Any]) -> dict[str, str]:
    """Return the hashes of the files that an inspection's record rests on, by what they are."""
    return {what: payload[what] for what in FILES if what in payload}


def map_hash(anomaly_map: NDArray[np.float32]) -> str:
    """Return the hash of a map's bits and shape."""
    return hashlib.sha256(f"{anomaly_map.shape}{anomaly_map.dtype}".encode() + anomaly_map.tobytes()).hexdigest()


def columns(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a row of the table shows of a document, to be found by it."""
    shown = {"verdict": document["verdict"], "score": document["pred_score"], "p_value": document["p_value"]}
    return {"name": clean(document["path"]), **shown}


def _of_picture(found: Inspection, asked: Asked, picture: bytes | None) -> Entry:
    sample = found.sample
    files = {"picture": _source(found, picture)}
    files |= {what: _npy(array) for what in ("mask", "skeleton") if (array := getattr(sample, what)) is not None}
    shown = {"text": sample.text, "evidence": plain.to_plain(found.evidence)}
    said = {"seed": str(sample.seed), "text": sha256(sample.text) if sample.text else None}
    said |= {"map": map_hash(found.detection.anomaly_map)}
    return _made(found, asked, sample.sha256, files, shown, said | {"told": _told(found, asked)})


def _made(
    found: Inspection | MovementInspection | RowInspection,
    asked: Asked,
    sample: str,
    files: Mapping[str, bytes],
    shown: Mapping[str, Any],
    said: Mapping[str, Any],
) -> Entry:
    """Return the entry of what was judged: `shown` goes into the document beside the result, `said` into the record."""
    line = {**found.to_json(), **shown, "asked": asdict(asked)}
    _refuse_another(found, line["model"], asked)
    document = json.dumps(line, allow_nan=False)  # ASCII, so any name fits into any database
    hashes = {what: hashlib.sha256(content).hexdigest() for what, content in files.items()}
    row = {
        "sample": sample,
        "picture": hashes.get("picture"),
        "model": asked.model,
        **columns(line),
        "document": document,
    }
    judged = {"verdict": found.verdict, "raw_score": found.detection.pred_score, "document": sha256(document)}
    limits = {"thresholds": asdict(found.detection.thresholds)}
    payload = {"sample": sample, **hashes, **judged, **limits, **said, **_basis(asked)}
    return Entry("inspection", payload, row, tuple(files.values()), found_by(found, line))


def _refuse_another(
    found: Inspection | MovementInspection | RowInspection, model: Mapping[str, Any], asked: Asked
) -> None:
    """Refuse what a model found that was loaded before it was fitted anew, or before its thresholds were changed."""
    if isinstance(found, MovementInspection) and found.evidence.taken_for:  # one of several, each fitted by itself
        return
    if model.get("created") != asked.created or found.detection.thresholds != asked.thresholds:
        raise BadModel(f"{model['name']}: it isn't as it was when it was loaded, so nothing is recorded; inspect again")


def _source(found: Inspection, picture: bytes | None) -> bytes:
    """Return the bytes that a sample was read from, if they still hold what was inspected."""
    path = Path(found.sample.name)
    try:
        content = path.read_bytes() if picture is None else picture
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
