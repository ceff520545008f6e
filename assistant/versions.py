"""Versions of a model: those that were in force before, and those that wait to be; any can be put in force.

They lie beside the library's models, `versions/NAME/ID`, where the id begins the hash of config.json, which names the
hash of every other file: other thresholds make another version. Files are shared with the model in force as hard links
where the system has them, since no file of a model is ever written to, only replaced.
"""

import os
import re
import secrets
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from assistant import library
from assistant.home import home
from assistant.library import ModelInfo
from fusion.errors import BadModel, BadSetting
from fusion.files import atomic_folder

if TYPE_CHECKING:
    from fusion.detector import Detector

MOST = 10  # of a model; the oldest go
_ID = re.compile(r"[0-9a-f]{12}")


def versions(name: str) -> list[ModelInfo]:
    """Return what is known of the versions that aren't in force, the one fitted last first; broken ones are none."""
    found = []
    for folder in _folder(name).glob("*"):
        if _ID.fullmatch(folder.name):
            try:
                found.append(library.read_folder(folder, name))
            except BadModel:
                continue
    return sorted(
        found, key=lambda model: (model.card.get("created") or "", model.folder.stat().st_mtime), reverse=True
    )


def version(name: str, which: str) -> ModelInfo:
    """Return what is known of a version; BadSetting if there is none of this id."""
    folder = _folder(name) / which
    if not _ID.fullmatch(which) or not folder.is_dir():
        known = ", ".join(model.folder.name for model in versions(name)) or "none"
        raise BadSetting(f"{which!r:.40} is no version of {name}; known are {known}")
    return library.read_folder(folder, name)


def keep(name: str) -> None:
    """Keep the model in force as a version, if there is one; nothing happens to the model itself."""
    folder = library.model_folder(name)
    if folder.is_dir():
        _store(name, folder)
        for old in versions(name)[MOST:]:
            shutil.rmtree(old.folder)


def save_aside(detector: "Detector", name: str) -> Path:
    """Save a detector as a version of a model that stays in force, whole or not at all, and return its folder."""
    temporary = _folder(name) / f".{secrets.token_hex(4)}"
    try:
        detector.save_pretrained(temporary)
        return _store(name, temporary)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def put_in_force(name: str, which: str) -> None:
    """Put a version in force; the model that it replaces becomes one, so that this can be taken back."""
    new = version(name, which)
    keep(name)
    _copy(new.folder, library.model_folder(name))
    shutil.rmtree(new.folder)


def id_of(folder: Path) -> str:
    """Return the id that a model's folder has, or would have, as a version."""
    from assistant.kept import fingerprint

    return fingerprint(folder)[:12]


def forget(name: str) -> None:
    """Remove all versions of a model for good."""
    shutil.rmtree(_folder(name), ignore_errors=True)


def _store(name: str, folder: Path) -> Path:
    """Make a version of a model's folder, and return the version's."""
    place = _folder(name) / id_of(folder)
    if not place.exists():
        _copy(folder, place)
    return place


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with atomic_folder(target) as new:
        for file in source.iterdir():
            try:
                os.link(file, new / file.name)
            except OSError:  # another disk, or a system without links
                shutil.copy2(file, new / file.name)


def _age(model: ModelInfo) -> tuple[str, float]:
    return model.card.get("created") or "", model.folder.stat().st_mtime


def _folder(name: str) -> Path:
    return home() / "versions" / library.checked_name(name)
