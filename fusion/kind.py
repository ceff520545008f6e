"""Kinds of data: whether a folder, a ZIP or a file holds pictures or movements."""

import zipfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path, PurePath

from fusion.errors import FoilError
from fusion.files import open_input
from fusion.manifest import MANIFEST_SUFFIXES, names_pictures
from fusion.modality.image import IMAGE_SUFFIXES, pictures_in
from fusion.modelfile import Kind
from fusion.motion.arrays import open_archive
from fusion.motion.collection import SUFFIXES, files_in
from fusion.motion.recording import split_key


def kind_at(source: Path) -> Kind:
    """Return what lies at a path: movements, where files of them lie there and neither a picture nor a manifest.

    Nothing at all counts as pictures: whoever opens these says in a sentence what is wrong.
    """
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
