"""Files: open them with a sentence when they can't be, write them whole or not at all, name what they hold."""

import errno
import hashlib
import os
import secrets
import shutil
import stat
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from fusion.errors import BadInput, BadSetting, FoilError

_FULL = {errno.ENOSPC, errno.EDQUOT}
_MAGIC = (
    (b"%PDF", "a PDF document"),
    (b"version https://git-lfs", "a Git LFS pointer, so the real file was not fetched (git lfs pull)"),
    (b"PK\x03\x04", "a ZIP archive or an Office document"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"8BPS", "a Photoshop document"),
    (b"\x93NUMPY", "a NumPy array"),
    (b"SIMPLE  =", "a FITS picture"),
    (b"\x76\x2f\x31\x01", "an OpenEXR picture"),
    (b"%!PS", "a PostScript drawing"),
    (b"\xff\x0a", "a JPEG XL picture"),
    (b"\x00\x00\x00\x0cJXL ", "a JPEG XL picture"),
    (b"\x89PNG\r\n\x1a\n", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"II*\0", "a TIFF picture"),
    (b"MM\0*", "a TIFF picture"),
)


def looks_like(head: bytes) -> str:
    """Return what a file's first bytes look like, in words that end "this is ..."; its name may say otherwise."""
    if kind := next((kind for magic, kind in _MAGIC if head.startswith(magic)), None):
        return kind
    if head[128:132] == b"DICM":
        return "a DICOM picture"
    if head[4:8] == b"ftyp":
        return "a video"
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1024].lower()
    if start.startswith(b"<svg") or (start.startswith(b"<?xml") and b"<svg" in start):
        return "an SVG drawing"
    if start.startswith((b"<!doctype html", b"<html")):
        return "a web page, as a failed download leaves it"
    if not any(head):
        return "nothing but zeros, as an interrupted copy leaves it"
    printable = sum(byte >= 32 or byte in b"\t\r\n" for byte in head)
    if b"\0" not in head and printable > 0.95 * len(head):
        words = " ".join(head[:60].decode("utf-8", "replace").split())
        return f"a text that begins with {words!r}"
    return "of a kind that Foil doesn't know"


def call(source: Path | bytes, name: str, otherwise: str) -> str:
    """Return what messages should call a source: its given name, else its path, else `otherwise`."""
    return name or (str(source) if isinstance(source, Path) else otherwise)


@contextmanager
def open_input(source: Path | bytes, name: str) -> Iterator[BinaryIO]:
    """Open a file, or bytes, for reading; what stands in the way is a BadInput that says what to do about it."""
    try:
        file = BytesIO(source) if isinstance(source, bytes) else _open_regular(source)
    except FileNotFoundError:
        raise BadInput(f"{name}: there is no such file; check the path") from None
    except PermissionError:
        raise BadInput(f"{name}: this user may not read it; change its permissions or run as its owner") from None
    except (OSError, ValueError) as error:  # ValueError: a NUL character in the path
        raise BadInput(f"{name}: it can't be opened ({getattr(error, 'strerror', None) or error})") from error
    with file:
        if not file.read(1):
            raise BadInput(f"{name}: the file is empty (0 bytes); copy it again from its source")
        file.seek(0)
        yield file


def _open_regular(path: Path) -> BinaryIO:
    mode = path.stat().st_mode
    if not stat.S_ISREG(mode):  # a named pipe would be waited for forever
        raise OSError(errno.EINVAL, "it is a folder, not a file" if stat.S_ISDIR(mode) else "it is no regular file")
    return path.open("rb")


def without_copies(paths: Iterable[Path]) -> list[Path]:
    """Return the paths in their order, the first of each content only; files of a size of their own aren't read."""
    paths = list(paths)
    sizes: defaultdict[int, list[Path]] = defaultdict(list)
    for path in paths:
        with suppress(OSError):  # kept: whoever reads it will say what is wrong with it
            sizes[path.stat().st_size].append(path)
    copies: set[Path] = set()
    for alike in sizes.values():
        if len(alike) > 1:
            copies.update(_copies(alike))
    return [path for path in paths if path not in copies]


def _copies(paths: list[Path]) -> Iterator[Path]:
    seen: set[bytes] = set()
    for path in paths:
        with suppress(OSError), path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").digest()
            if digest in seen:
                yield path
            seen.add(digest)


def make_folder(folder: Path) -> None:
    """Make a folder to write to, unless it is there; BadSetting if none can be made there."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = error.strerror or error
        raise BadSetting(
            f"{folder}: no folder can be made here ({reason}); choose another folder to write to"
        ) from error


def atomic_write(path: Path, content: bytes) -> None:
    """Write a file whole or not at all: into a temporary sibling that then takes the name."""
    temporary = _sibling(path, "tmp")
    try:
        with temporary.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        raise _unwritable(path, error) from error
    finally:
        with suppress(OSError):  # gone after success; and the first error is the one to tell
            temporary.unlink()


@contextmanager
def atomic_folder(path: Path) -> Iterator[Path]:
    """Yield an empty folder that takes the name `path` once it is filled, replacing what was there; or leave no trace.

    Whether the old folder may go is the caller's to check. It is set aside for the rename and comes back if that fails;
    any exception inside the block, KeyboardInterrupt too, removes the new folder and leaves the old one as it was.
    """
    if path.exists() and not path.is_dir():
        raise FoilError(f"{path}: a file has this name where a folder should be written; choose another name")
    temporary = _sibling(path, "tmp")
    try:
        temporary.mkdir(parents=True)
    except OSError as error:
        raise _unwritable(path, error) from error
    aside = _sibling(path, "old")
    try:
        yield temporary
        if path.exists():
            path.rename(aside)
        temporary.rename(path)
    except BaseException as error:
        shutil.rmtree(temporary, ignore_errors=True)
        if aside.exists():
            aside.rename(path)
        if isinstance(error, OSError) and error.errno in _FULL:
            raise _unwritable(path, error) from error
        raise
    shutil.rmtree(aside, ignore_errors=True)


def _sibling(path: Path, suffix: str) -> Path:
    """Return a free hidden name in the same folder, so that a rename never crosses file systems."""
    return path.with_name(f".{path.name}.{secrets.token_hex(4)}.{suffix}")


def _unwritable(path: Path, error: OSError) -> FoilError:
    if error.errno in _FULL:
        return FoilError(
            f"{path}: the disk is full, nothing was written; free some space on it or choose another folder"
        )
    return FoilError(f"{path}: it can't be written ({error.strerror or error}); choose another folder")
