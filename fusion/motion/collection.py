"""Collections: the movements behind a path, what each is called, and which of them are there to learn from."""

import os
import re
from dataclasses import dataclass
from pathlib import Path

from fusion.errors import BadData, BadInput, BadSetting
from fusion.item import Item
from fusion.layouts import loose, mvtec, refuse_several
from fusion.motion.joints import JointSet
from fusion.motion.read import motion_keys
from fusion.motion.recording import split_key

SUFFIXES = (".json", ".npy", ".npz", ".csv", ".tsv")
_FRAME = re.compile(r"_\d+_keypoints\.json$")  # as OpenPose names the file of a frame


@dataclass(frozen=True)
class Reading:
    """How files of movements are to be read."""

    joints: JointSet | None = None  # None: a picture's joint set, told by how many joints there are
    rate: float | None = None  # frames a second, before the files' own
    only: str = ""  # a pattern that names must hold, of files and of the movements in an NPZ


def movements_in(path: Path, reading: Reading) -> list[Path]:
    """Return the movements behind a path that are asked for: a file, FILE.npz#KEY for each of several, a folder's."""
    only = pattern(reading.only)
    return [one for one in all_in(path) if only.search(called(one, path))]


def items_in(source: Path, reading: Reading) -> list[Item]:
    """Return the movements of a data set as items, whose paths `read_motion` takes.

    A folder may have MVTec's layout (train/good, test/good, test/KIND); of any other, and of a file, all are normal.
    BadData if there are none, or none that is asked for.
    """
    if not source.is_dir():
        items = [Item(path, 0, "good", "train") for path in all_in(source)]
    elif (source / "train").is_dir() or (source / "test").is_dir():
        items = mvtec(source, all_in)
    else:
        refuse_several(source)
        items = loose(source, all_in)
    only = pattern(reading.only)
    chosen = [item for item in items if only.search(called(item.path, source))]
    if not chosen:
        among = f", of {len(items)} none matches {reading.only!r}" if items else ""
        raise BadData(f"{source}: no movements in it{among}; expected {', '.join(SUFFIXES)}")
    return chosen


def normals_in(source: Path, reading: Reading) -> list[Path]:
    """Return the movements of a data set to learn from; BadData if there are none."""
    normals = [item.path for item in items_in(source, reading) if item.label == 0 and item.split == "train"]
    if not normals:
        raise BadData(f"{source}: no normal movements to fit on; put them into train/good")
    return normals


def all_in(path: Path) -> list[Path]:
    """Return all movements behind a path; a folder of OpenPose's files, one a frame, is one movement."""
    if not path.is_dir():
        return _keys(path)
    whole = {file.parent if _FRAME.search(file.name) else file for file in files_in(path)}
    return [one for file in sorted(whole) for one in ([file] if file.is_dir() else _keys(file))]


def files_in(folder: Path) -> list[Path]:
    """Return the files in a folder and its subfolders that may hold movements, without hidden ones."""
    found: list[Path] = []
    for parent, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith((".", "__MACOSX"))]
        found += [Path(parent, name) for name in files if not name.startswith(".")]
    return sorted(path for path in found if path.suffix.lower() in SUFFIXES)


def called(path: Path, source: Path) -> str:
    """Return what a movement is called among others: its path below a folder, its key in a file, else its file's name.

    Patterns look at this, so that where data happen to lie plays no part.
    """
    if source.is_dir() and path != source:
        return path.relative_to(source).as_posix()
    return split_key(path)[1] or path.name


def pattern(text: str) -> re.Pattern[str]:
    """Return a regular expression of the user's; BadSetting if it is none."""
    try:
        return re.compile(text)
    except re.error as error:
        raise BadSetting(f"{text!r} is no regular expression ({error}); quote special letters") from error


def told(find: re.Pattern[str], name: str, what: str) -> str:
    """Return what a pattern's group, or else its match, says of a movement by its name; BadSetting if it finds none."""
    found = find.search(name)
    if found is None:
        raise BadSetting(f"{name}: nothing in this name matches {find.pattern!r}, so nobody knows {what}")
    return found.group(1) if find.groups else found.group(0)


def _keys(file: Path) -> list[Path]:
    """Return FILE.npz#KEY for each of several movements in a file; the file itself if there is one, or no telling."""
    try:
        keys = motion_keys(file) if file.suffix.lower() == ".npz" else ()
    except BadInput:  # whoever reads it will say so, by name
        keys = ()
    return [Path(f"{file}#{key}") for key in keys] if len(keys) > 1 else [file]
