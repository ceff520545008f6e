"""A model as a store keeps it: its files under their hashes, and what results must agree with to be the model's."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.audit import canonical, sha256
from assistant.library import CALIBRATION, CARD
from assistant.vault import AnyVault
from fusion.calibration import Calibration
from fusion.detection import Thresholds
from fusion.modelfile import MANIFEST, Kind, kind_of, verify


@dataclass(frozen=True)
class Kept:
    """Other thresholds make it another one."""

    sha256: str  # of its config.json, which names the hash of every other file
    config: str  # the hash of what it was fitted with
    name: str
    kind: Kind
    files: Mapping[str, str]  # name -> hash
    created: str | None  # when it was fitted
    thresholds: Thresholds  # in force


def fingerprint(folder: Path) -> str:
    """Return the hash of a model's config.json."""
    return hashlib.sha256((folder / MANIFEST).read_bytes()).hexdigest()


def keep(folder: Path, vault: AnyVault, files: Mapping[str, str] | None = None) -> Kept:
    """Put a model's files into a vault; where they are known to be there, `files`, only their names are taken."""
    manifest = verify(folder, CARD, CALIBRATION) if files else verify(folder)  # weights may be gigabytes
    if files is None:
        files = {name: vault.put((folder / name).read_bytes()) for name in (MANIFEST, *manifest["files"])}
    card, calibration = card_and_calibration(files, vault)
    config = sha256(canonical(manifest["config"]))
    created, limits = card.get("created"), calibration.thresholds
    return Kept(files[MANIFEST], config, folder.name, kind_of(folder), files, created, limits)


def card_and_calibration(files: Mapping[str, str], vault: AnyVault) -> tuple[dict[str, Any], Calibration]:
    """Return what a kept model says of itself, and what its scores mean."""
    card, calibration = (json.loads(vault.read(files[name])) for name in (CARD, CALIBRATION))
    return card, Calibration.from_json(calibration)
