"""Documents: JSON as one file for all frames, or as a folder or ZIP of files, one a frame."""

import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import IO, Any

from fusion.errors import BadInput
from fusion.files import looks_like, open_input
from fusion.motion.arrays import keys_of, open_archive, open_member
from fusion.motion.keypoints import Poses, frame_of, poses_of
from fusion.motion.matching import shown
from fusion.motion.recording import head_of, is_json
from fusion.motion.tables import EXPECTED

LARGEST = 1_000_000_000  # bytes of a file, and of all files of a folder or ZIP
LARGEST_JSON = 64_000_000  # bytes of one file, which is read whole: some 50,000 frames of one person
MOST_FILES = 100_000  # frames in a folder or ZIP

Load = Callable[[], Any]


def poses_in(source: Path | bytes, name: str) -> Poses | None:
    """Return everybody in every frame; None of a source that is no JSON. BadInput for what is too large to look at."""
    if isinstance(source, Path) and os.path.isdir(source):  # False, not an error, where nobody can look
        return _from_folder(source, name)
    with open_input(source, name) as file:
        if (size := file.seek(0, 2)) > LARGEST:
            limit = f"{LARGEST / 1e9:.0f} GB"
            raise BadInput(f"{name}: {size / 1e9:.1f} GB, where {limit} is the limit; cut it, or use stream_motion")
        file.seek(0)
        head = head_of(file)
        if is_json(head):
            return poses_of(_json(file, size, name), name)
        if not head.startswith(b"PK"):
            return None
        with open_archive(file, name) as archive:
            return None if keys_of(archive) else _from_zip(archive, name)


def _from_folder(folder: Path, name: str) -> Poses:
    try:
        files = [file for file in folder.iterdir() if file.suffix.lower() == ".json" and not file.name.startswith(".")]
        sizes = [file.stat().st_size for file in files]
    except OSError as error:
        raise BadInput(f"{name}: not all of this folder can be read ({error}); mend its links or permissions") from None
    return _framewise({file.name: (size, _loader(file)) for file, size in zip(files, sizes, strict=True)}, name)


def _from_zip(archive: zipfile.ZipFile, name: str) -> Poses:
    members = [member for member in archive.infolist() if _is_frame(member)]

    def loader(member: zipfile.ZipInfo) -> Load:
        def load() -> Any:
            with open_member(archive, member, name) as file:
                return _json(file, member.file_size, f"{name}/{shown([member.filename])}")

        return load

    if len(members) == 1:  # one file for all frames
        return poses_of(loader(members[0])(), name)
    return _framewise({member.filename: (member.file_size, loader(member)) for member in members}, name)


def _is_frame(member: zipfile.ZipInfo) -> bool:
    inside = PurePosixPath(member.filename)
    hidden = any(part.startswith((".", "__MACOSX")) for part in inside.parts)
    return inside.suffix.lower() == ".json" and not hidden and not member.is_dir()


def _loader(path: Path) -> Load:
    def load() -> Any:
        with open_input(path, str(path)) as file:
            return _json(file, path.stat().st_size, str(path))

    return load


def _framewise(files: dict[str, tuple[int, Load]], name: str) -> Poses:
    """Return the poses of files that hold a frame each, numbered by their names."""
    if not files:
        raise BadInput(f"{name}: it holds no .json files; expected one a frame, as OpenPose writes them")
    size = sum(size for size, _ in files.values())
    if len(files) > MOST_FILES or size > LARGEST:
        raise BadInput(
            f"{name}: {len(files):,} files of {size / 1e9:.1f} GB; the limit is {MOST_FILES:,} files of together "
            f"{LARGEST / 1e9:.0f} GB: split it"
        )
    poses, at = Poses(), dict[int, str]()
    for file in sorted(files):
        frame = frame_of(PurePosixPath(file).name, name)
        if frame in at:
            raise BadInput(
                f"{name}: {shown([at[frame]])} and {shown([file])} are both of frame {frame}; one movement at a time"
            )
        at[frame] = file
        poses.add(frame, files[file][1](), f"{name}/{shown([file])}")
    return poses


def _json(file: IO[bytes], size: int, name: str) -> Any:
    if size > LARGEST_JSON:
        raise BadInput(
            f"{name}: more than {LARGEST_JSON / 1e6:.0f} MB of JSON, the limit; cut it, or save the movement as .npy"
        )
    content = file.read(size)
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        raise BadInput(
            f"{name}: this is {looks_like(content[:2048])}, but no whole JSON, as if cut off; {EXPECTED}"
        ) from None
