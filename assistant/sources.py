"""Sources of good pictures: a folder, a ZIP or a manifest, and where those of a model lay when it was fitted.

Kept beside the models and never inside one: models travel, and paths of this machine are nobody else's business.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from assistant import library
from assistant.home import home
from fusion.archive import unpacked
from fusion.dataset import Dataset, Folders, open_dataset
from fusion.errors import FoilError
from fusion.files import atomic_write


class Roles(TypedDict, total=False):
    """What the subfolders of a data set are, where their names don't tell; as in `open_dataset`."""

    normal_dir: Folders
    abnormal_dir: Folders
    normal_test_dir: Folders
    mask_dir: Folders


@dataclass(frozen=True)
class Source:
    """What `opened` takes."""

    path: Path
    roles: Roles


@contextmanager
def opened(source: Path, roles: Roles) -> Iterator[Dataset]:
    """Open a folder, a manifest or a ZIP as a data set; what a ZIP holds is there for as long as the block lasts."""
    with unpacked(source) as folder:
        yield open_dataset(folder, **roles, confined=folder != source)


def remember(name: str, source: Path, roles: Roles) -> None:
    """Keep where the good pictures of a model lie that was just saved."""
    fingerprint = library.read(name).card["fingerprint"]
    known = {"path": str(source.resolve()), "roles": roles, "fingerprint": fingerprint}
    path = _file(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    atomic_write(path, json.dumps(known, default=str).encode())


def source_of(name: str) -> Source | None:
    """Return where a model's good pictures lie; None where that isn't known, or they are gone, or of another model."""
    try:
        known = json.loads(_file(name).read_bytes())
        source = Source(Path(known["path"]), known["roles"])
        same = known["fingerprint"] == library.read(name).card.get("fingerprint")
    except (OSError, ValueError, KeyError, TypeError, FoilError):
        return None
    return source if same and source.path.exists() else None


def _file(name: str) -> Path:
    return home() / "sources" / f"{library.checked_name(name)}.json"
