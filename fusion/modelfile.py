"""A model folder: config.json names its other files with their hashes, so that a missing or altered one is noticed."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import version
from io import BufferedReader
from pathlib import Path
from typing import Any, Literal

from fusion.errors import BadModel
from fusion.files import atomic_folder, atomic_write

FORMAT = 1  # of the folder; raised when an older Foil could not read it
MANIFEST = "config.json"
MOTION, TABLE = "motion", "table"  # what the config of a model calls its kind; that of pictures calls it nothing
GROWN = "grown"  # in a card: sha256 of what a memory took in after its fit
_AGAIN = "copy it again from its source, or fit it again"

Kind = Literal["pictures", "movements", "tables"]
_KINDS: dict[str | None, Kind] = {MOTION: "movements", TABLE: "tables"}


def write_model(folder: Path, config: Mapping[str, Any], files: Mapping[str, bytes]) -> None:
    """Write a model's folder of these files, whole or not at all; an older one of this name is replaced."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with atomic_folder(folder) as new:
        for name, content in files.items():
            atomic_write(new / name, content)
        write_manifest(new, config)


def json_bytes(data: Any) -> bytes:
    """Return data as strict JSON for a model's file."""
    return json.dumps(data, ensure_ascii=False, indent=2, allow_nan=False).encode() + b"\n"


def write_manifest(folder: Path, config: Mapping[str, Any]) -> None:
    """Write config.json, last of all: how the model was made, and the hash of every other file in the folder."""
    files = {path.name: _sha256(path) for path in sorted(folder.iterdir()) if path.name != MANIFEST}
    _write(folder, {"format": FORMAT, "foil": version("foil"), "config": dict(config), "files": files})


def verify(folder: Path, *names: str) -> dict[str, Any]:
    """Return what config.json holds, once every file is there and unaltered; with `names`, only these are hashed.

    BadModel names the file at fault. Weights may be gigabytes: who needs none of them names the others.
    """
    manifest = _read(folder)
    for name in names:
        if name not in manifest["files"]:
            raise BadModel(f"{folder / MANIFEST}: it lists no {name}, so the model is incomplete; {_AGAIN}")
    for name, accepted in manifest["files"].items():
        if not (folder / name).is_file():
            raise BadModel(f"{folder / name}: this file of the model is missing; {_AGAIN}")
        if (not names or name in names) and _sha256(folder / name) not in _hashes(accepted):
            raise BadModel(f"{folder / name}: not the file that was saved with the model (its hash differs); {_AGAIN}")
    return manifest


def kind_of(folder: Path) -> Kind:
    """Return what a model's folder is a model of; BadModel if its config.json can't be read."""
    config = _read(folder).get("config")
    return _KINDS.get(config.get("kind"), "pictures") if isinstance(config, dict) else "pictures"


def replace_file(folder: Path, name: str, content: bytes) -> None:
    """Give a model's file new content; `verify` accepts the folder at every moment of it, and after a crash at any.

    To that end config.json accepts both hashes, old and new, while the file itself is replaced.
    """
    manifest = verify(folder, name)
    old, new = _sha256(folder / name), hashlib.sha256(content).hexdigest()
    _write(folder, manifest | {"files": manifest["files"] | {name: [old, new]}})
    atomic_write(folder / name, content)
    _write(folder, manifest | {"files": manifest["files"] | {name: new}})


def _read(folder: Path) -> dict[str, Any]:
    path = folder / MANIFEST
    if not folder.is_dir():
        raise BadModel(f"{folder}: there is no such model folder; check the path, or fit a model")
    try:
        with _opened(path) as file:
            manifest = json.load(file)
    except ValueError:
        raise BadModel(f"{path}: no JSON, so it was altered or cut off; {_AGAIN}") from None
    if not isinstance(manifest, dict) or not isinstance(manifest.get("format"), int):
        raise BadModel(f"{path}: Foil didn't write this; expected a model folder, as `foil fit` writes it")
    if manifest["format"] != FORMAT:
        advice = "update Foil" if manifest["format"] > FORMAT else "fit it again"
        raise BadModel(
            f"{folder}: written by Foil {manifest.get('foil')} in format {manifest['format']}, and this is Foil "
            f"{version('foil')}, which reads format {FORMAT}; {advice}"
        )
    if manifest.pop("sha256", None) != _digest(manifest):
        raise BadModel(f"{path}: not as it was saved with the model (its hash differs); {_AGAIN}")
    return manifest


def _write(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Write config.json with a hash of itself, since no other file could vouch for it."""
    text = json.dumps({**manifest, "sha256": _digest(manifest)}, ensure_ascii=False, indent=2)
    atomic_write(folder / MANIFEST, text.encode() + b"\n")


def _digest(manifest: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(manifest, sort_keys=True).encode()).hexdigest()


def _hashes(accepted: str | list[str]) -> list[str]:
    return [accepted] if isinstance(accepted, str) else accepted


def _sha256(path: Path) -> str:
    with _opened(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def _opened(path: Path) -> Iterator[BufferedReader]:
    try:
        with path.open("rb") as file:
            yield file
    except FileNotFoundError:
        raise BadModel(f"{path}: this file of the model is missing; {_AGAIN}") from None
    except OSError as error:
        raise BadModel(f"{path}: it can't be read ({error.strerror}); change its permissions or {_AGAIN}") from error
