"""A store's files by the hash of their content: pictures, masks, skeletons and models, each kept once."""

import hashlib
import os
from contextlib import suppress
from pathlib import Path

from assistant.vault_url import UrlVault
from fusion.errors import BadSetting, FoilError
from fusion.files import atomic_write

NOTED = "files.url"  # beside the key: where a store's files lie, if not in its folder


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

    def holds(self, sha256: str) -> bool:
        return self.path(sha256).exists()

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


AnyVault = Vault | UrlVault


def vault_of(folder: Path) -> AnyVault:
    """Return where a store's files lie: at the address that is noted in its folder, or FOIL_PICTURES names, or in it.

    BadSetting where these disagree: files in two places are half of them missing.
    """
    noted = (folder / NOTED).read_text(encoding="utf-8").strip() if (folder / NOTED).is_file() else ""
    named = os.environ.get("FOIL_PICTURES", "").rstrip("/")
    if noted and named and noted != named:
        raise BadSetting(f"{folder}: this store's files lie at {noted}, but FOIL_PICTURES names {named}; leave it out")
    if named and not noted and (folder / "files").is_dir():
        raise BadSetting(
            f"{folder / 'files'}: this store's files lie here; copy them to {named} and write that into "
            f"{folder / NOTED}, or leave out FOIL_PICTURES"
        )
    return UrlVault(noted or named) if noted or named else Vault(folder / "files")


def make_vault(vault: AnyVault, folder: Path) -> None:
    """Make ready what a new store's files go to, and note in its folder where that is."""
    if isinstance(vault, Vault):
        make_folder(vault.folder)
        return
    vault.check()
    make_folder(folder)
    if not (folder / NOTED).exists():
        atomic_write(folder / NOTED, f"{vault.url}\n".encode())


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
