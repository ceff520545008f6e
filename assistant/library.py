"""The library: fitted models by name in the user's folder, of whatever kind of data. Only `load` needs torch."""

import json
import re
import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.home import home
from fusion.calibration import Calibration
from fusion.errors import BadModel, BadSetting, FoilError, NoSuchModel
from fusion.modelfile import Kind, kind_of, replace_file, verify

if TYPE_CHECKING:
    from fusion.detector import Detector
    from fusion.motion.detector import MotionDetector
    from fusion.motion.repertoire import Repertoire
    from fusion.table.detector import TableDetector

CALIBRATION, CARD = "calibration.json", "card.json"
# what a model is fitted on
NORMALS: dict[Kind, str] = {"pictures": "good parts", "movements": "normal movements", "tables": "normal rows"}
NAME = r"^[A-Za-z0-9]([A-Za-z0-9._-]{0,62}[A-Za-z0-9_-])?$"  # a folder's name on every system


@dataclass(frozen=True)
class ModelInfo:
    """What is known of a model without loading it."""

    name: str
    folder: Path
    card: dict[str, Any]
    calibration: Calibration
    kind: Kind

    @property
    def bytes(self) -> int:
        return sum(path.stat().st_size for path in self.folder.iterdir())


@dataclass(frozen=True)
class BrokenModel:
    """A model that can't be used, and the sentence that says why."""

    name: str
    folder: Path
    problem: str


def model_folder(name: str) -> Path:
    """Return where the model of this name lies, or would lie."""
    return home() / "models" / checked_name(name)


def checked_name(name: str) -> str:
    """Return the name of a model; one that could lead elsewhere is refused."""
    if not re.fullmatch(NAME, name):
        raise BadSetting(
            f"{name!r} can't be the name of a model; use up to 64 letters, digits, '-', '_' and '.', beginning with a "
            "letter or digit"
        )
    return name


def models() -> list[ModelInfo | BrokenModel]:
    """Return every model by name; of a broken one, what is wrong with it."""
    found: list[ModelInfo | BrokenModel] = []
    for name in names():
        try:
            found.append(read(name))
        except BadModel as error:
            found.append(BrokenModel(name, model_folder(name), str(error)))
    return found


def names(kind: Kind | None = None) -> list[str]:
    """Return the names of all models, broken ones too, or those of one kind; what was interrupted meanwhile is none.

    A model whose kind can't be read is of neither.
    """
    folder = home() / "models"
    if not folder.is_dir():
        return []
    found = sorted(path.name for path in folder.iterdir() if path.is_dir() and re.fullmatch(NAME, path.name))
    return [name for name in found if kind is None or _is(folder / name, kind)]


def sole(kind: Kind | None = None) -> str:
    """Return the name of the only model, or of the only one of a kind; where there are more or none, ask for one."""
    known, of = names(kind), f" of {kind}" if kind else ""
    if len(known) == 1:
        return known[0]
    if known:
        raise BadSetting(f"there are {len(known)} models{of} ({', '.join(known)}); say which one by its name")
    raise BadSetting(
        f"there is no model{of} yet; fit one on good pictures, normal movements or a table: foil fit DATA --name NAME"
    )


def kind(name: str) -> Kind:
    """Return what a model is a model of; BadModel if there is none of this name, or it can't be read."""
    return kind_of(existing_folder(name))


def read(name: str) -> ModelInfo:
    """Return what is known of a model; BadModel if a file is missing or, but for the unread weights, altered."""
    return read_folder(existing_folder(name), name)


def read_folder(folder: Path, name: str) -> ModelInfo:
    """Return what is known of a model of this name that lies in a folder, as `read` does."""
    verify(folder, CALIBRATION, CARD)
    try:
        card = json.loads((folder / CARD).read_bytes())
        calibration = Calibration.from_json(json.loads((folder / CALIBRATION).read_bytes()))
    except (OSError, ValueError, KeyError, TypeError, BadSetting) as error:  # hashed, so only another Foil's form
        raise BadModel(f"{folder}: this Foil can't read the model ({error!r}); fit it again") from error
    return ModelInfo(name, folder, card, calibration, kind_of(folder))


def load(name: str) -> "Detector":
    """Load a model of pictures; whoever needs it more than once keeps it. Movements: `moving.load_movement_model`."""
    folder = existing_folder(name, "pictures")
    from fusion.detector import Detector  # imports torch

    return Detector.from_pretrained(folder)


def save(detector: "Detector | MotionDetector | Repertoire | TableDetector", name: str, replace: bool = False) -> Path:
    """Save a model whole or not at all and return its folder; one of the same name is kept unless `replace` is set."""
    folder = free_folder(name, replace)
    detector.save_pretrained(folder)
    return folder


def free_folder(name: str, replace: bool = False) -> Path:
    """Return the folder for a new model; raise BadSetting if the name is taken, unless it may be replaced."""
    folder = model_folder(name)
    if folder.exists() and not replace:
        raise BadSetting(f"a model named {name} exists ({folder}); choose another name, or replace it with --force")
    return folder


def existing_folder(name: str, kind: Kind | None = None) -> Path:
    """Return a model's folder; raise BadModel, naming the known ones, if there is none of this name, or kind."""
    folder = model_folder(name)
    if not folder.is_dir():
        known = f"known are {', '.join(names())}" if names() else "fit it first: foil fit DIR --name " + name
        raise NoSuchModel(f"there is no model named {name} in {folder.parent}; {known}")
    if kind and (other := kind_of(folder)) != kind:
        known = f"; those are {', '.join(names(kind))}" if names(kind) else ""
        raise BadModel(f"{name} is a model of {other}, and this takes one of {kind}{known}")
    return folder


def _is(folder: Path, kind: Kind) -> bool:
    try:
        return kind_of(folder) == kind
    except BadModel:
        return False


def remove(name: str) -> None:
    """Remove a model, a broken one too: it loses its name first, so that a half removed one is never found."""
    folder = existing_folder(name)
    aside = folder.with_name(f".{name}.{secrets.token_hex(4)}.old")
    try:
        folder.rename(aside)
        shutil.rmtree(aside)
    except OSError as error:
        raise FoilError(f"{folder}: it can't be removed ({error.strerror}); change its permissions") from error


def set_rates(name: str, review_rate: float, reject_rate: float) -> Calibration:
    """Set the false-alarm rates that a model promises, without refitting, and return its new calibration."""
    model = read(name)
    calibration = model.calibration.with_rates(review_rate, reject_rate)
    replace_file(model.folder, CALIBRATION, json.dumps(calibration.to_json()).encode())
    return calibration
