"""Uploads: each request's files in a folder of its own, under their own names, gone when it has been answered."""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO, Protocol

from explain.prompt import clean
from fusion.errors import BadInput

MOST_FILES = 200  # of a request


class Upload(Protocol):
    """A file of a request, as FastAPI hands it over."""

    @property
    def filename(self) -> str | None: ...
    @property
    def file(self) -> BinaryIO: ...


@contextmanager
def kept(files: Sequence[Upload]) -> Iterator[dict[Path, str]]:
    """Yield where the files lie, and what each was called by whoever sent it."""
    if not 1 <= len(files) <= MOST_FILES:
        raise BadInput(f"{len(files)} files in one request; expected 1 to {MOST_FILES}")
    with TemporaryDirectory(prefix="foil-rest-") as folder:
        places: dict[Path, str] = {}
        for number, file in enumerate(files):
            place = Path(folder) / str(number) / (_safe(file.filename or "") or f"file {number}")
            place.parent.mkdir()
            with place.open("wb") as target:
                shutil.copyfileobj(file.file, target)
            places[place] = place.name
        yield places


def _safe(name: str) -> str:
    """Return the last part of a name as any file system takes it; "" if nothing of it is left."""
    return clean(Path(name.replace("\\", "/")).name).replace("\0", "")[-60:].strip(". ")
