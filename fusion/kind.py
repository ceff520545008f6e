"""Kinds of data: whether a folder, a ZIP or a file holds pictures, movements or a table."""

import csv
import zipfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path, PurePath

import numpy as np

from fusion.errors import FoilError
from fusion.files import open_input
from fusion.manifest import MANIFEST_SUFFIXES, names_pictures
from fusion.modality.image import IMAGE_SUFFIXES, pictures_in
from fusion.modelfile import Kind
from fusion.motion.arrays import keys_of, open_archive
from fusion.motion.collection import SUFFIXES, files_in
from fusion.motion.joints import AXES, CONFIDENCE, plain
from fusion.motion.matching import by_shape
from fusion.motion.recording import split_key


def kind_at(source: Path) -> Kind:
    """Return what lies at a path: movements, where files of them lie there and neither a picture nor a manifest.

    A file may be a table instead: Parquet, an NPZ with X, a header of which most columns name no joint's place, named
    columns of an array, or as many nameless ones, of an array or a text, as no built-in joint set of pictures has.
    Nothing at all counts as pictures: whoever opens these says in a sentence what is wrong.
    """
    with suppress(FoilError, OSError, ValueError, EOFError):
        if _TABULAR.get(source.suffix.lower(), _never)(source):
            return "tables"
    with suppress(FoilError, OSError):
        suffixes = {file.suffix.lower() for file in _files(source)}
        if not suffixes & IMAGE_SUFFIXES and suffixes & set(SUFFIXES) and not any(map(names_pictures, _tables(source))):
            return "movements"
    return "pictures"


def _files(source: Path) -> Sequence[PurePath]:
    """Return what lies in a folder or ZIP, hidden files left out, or the file itself."""
    if source.is_dir():
        return [*pictures_in(source), *files_in(source)]
    if source.suffix.lower() == ".zip":
        with open_input(source, str(source)) as file, open_archive(file, str(source)) as archive:
            return _members(archive)
    path, _ = split_key(source)
    return [path] if isinstance(path, Path) else []


def _tables(source: Path) -> list[Path]:
    """Return the files that may be a manifest: in a folder only what is called so, as `open_dataset` has it."""
    return [
        file
        for file in (source.glob("manifest.*") if source.is_dir() else [source])
        if file.suffix.lower() in MANIFEST_SUFFIXES
    ]


def _members(archive: zipfile.ZipFile) -> list[PurePath]:
    paths = [PurePath(name.replace("\\", "/")) for name in archive.namelist()]
    return [path for path in paths if not any(part.startswith((".", "__MACOSX")) for part in path.parts)]


def _never(path: Path) -> bool:
    return False


def _is_table(path: Path) -> bool:
    """Return whether a text's columns have names, most of them no joint's, or are as many as no joint set has."""
    if names_pictures(path):
        return False
    with open_input(path, str(path)) as file:
        head = file.readline(_LONGEST).decode("utf-8-sig", "replace").rstrip("\r\n")
    separator = next((mark for mark in ";\t," if mark in head), None)  # None: spaces, as in files of movements
    fields = next(csv.reader([head], delimiter=separator)) if separator else head.split()
    if all(map(_is_number, fields)):
        return not _fits_joints((len(fields),), str(path))
    places = sum(plain(field).rpartition(" ")[2] in (*AXES, CONFIDENCE) for field in fields)
    return 2 * places < len(fields)


def _is_number(field: str) -> bool:
    try:
        float(field.strip().replace(",", ".") or "nan")  # an empty one is missing
    except ValueError:
        return False
    return True


def _holds_x(path: Path) -> bool:
    with open_input(path, str(path)) as file, open_archive(file, str(path)) as archive:
        return "X" in keys_of(archive)


def _is_no_movement(path: Path) -> bool:
    """Return whether an array's columns have names, or are as many as no joint set of pictures has."""
    array = np.load(path, mmap_mode="r", allow_pickle=False)
    if array.dtype.names or array.ndim != 2:
        return bool(array.dtype.names)
    return not _fits_joints(array.shape[1:], str(path))


def _fits_joints(shape: tuple[int, ...], name: str) -> bool:
    try:
        by_shape(shape, None, name)
    except FoilError:
        return False
    return True


_LONGEST = 1_000_000  # bytes of a header
_TABULAR: dict[str, Callable[[Path], bool]] = {
    ".parquet": lambda path: True,
    ".csv": _is_table,
    ".tsv": _is_table,
    ".npz": _holds_x,
    ".npy": _is_no_movement,
}
