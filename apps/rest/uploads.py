"""Uploads: each request's files in a folder of its own, under names of ours, gone when it has been answered."""

import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO, Protocol

from explain.prompt import clean
from fusion.errors import BadInput

MOST_FILES = 200  # of a request
_SUFFIX = r"\.[A-Za-z0-9]{1,8}"  # readers go by it


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
        for number, file in enumerate(files, 1):
            name = _readable(file.filename or "") or f"file {number}"
            suffix = Path(name).suffix
            place = Path(folder) / str(number) / f"file{suffix if re.fullmatch(_SUFFIX, suffix) else ''}"
            place.parent.mkdir()
            with place.open("wb") as target:
                shutil.copyfileobj(file.file, target)
            places[place] = name
        yield places


def _readable(name: str) -> str:
    """Return the last part of a name in one line of printable characters; "" if nothing of it is left."""
    return clean(name.replace("\\", "/").rpartition("/")[2])[-60:].strip(". ")
