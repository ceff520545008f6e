"""A store's files by the hash of their content: pictures, masks, skeletons and models, each kept once."""

import hashlib
import os
from contextlib import suppress
from pathlib import Path

from fusion.errors import FoilError
from fusion.files import atomic_write


class Vault:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, sha256: str) -> Path:
        return self.folder / sha256[:2] / sha256

    def put(self, content: bytes) -> str:
        """Keep these bytes, safe from a power cut, and return their hash; a copy that was altered meanwhile stands."""
        sha256 = hashlib.sha256(content).hexdigest()
        path = self.path(sha256)
        if problem := self.problem(sha256) if path.exists() else None:
            raise FoilError(f"{path}: this file {problem}, so nothing new can rest on it; run: foil audit verify")
        if not path.exists():
            make_folder(path.parent)
            atomic_write(path, content)
            _sync(path.parent)
        return sha256

    def read(self, sha256: str) -> bytes:
        """Return the bytes of a hash; FoilError if they aren't what they were."""
        if problem := self.problem(sha256):
            raise FoilError(f"{self.path(sha256)}: this file {problem}")
        return self.path(sha256).read_bytes()

    def problem(self, sha256: str) -> str | None:
        """Return what is wrong with a file, to follow "this file"; None if it is as it was."""
        try:
            with self.path(sha256).open("rb") as file:
                same = hashlib.file_digest(file, "sha256").hexdigest() == sha256
        except FileNotFoundError:
            return "is missing"
        except OSError as error:
            return f"can't be read ({error.strerror})"
        return None if same else "was altered"

    def remove(self, sha256: str) -> None:
        self.path(sha256).unlink(missing_ok=True)


def make_folder(folder: Path) -> None:
    """Make a folder where it is missing; FoilError where it can't be."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FoilError(f"{folder}: it can't be made ({error.strerror}); choose another folder") from error


def _sync(folder: Path) -> None:
    """Write a folder's new name to the disk, where the system can."""
    with suppress(OSError):  # Windows opens no folders
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
