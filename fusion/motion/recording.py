"""Recordings: files that hold frame after frame, told by what they hold, gone through some frames at a time."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from fusion.errors import BadInput, BadSetting
from fusion.motion.arrays import Recording, open_archive, open_array, open_key
from fusion.motion.joints import JointSet
from fusion.motion.mapping import HIGHEST_RATE
from fusion.motion.tables import open_table

CHUNK = 1024  # frames
_KEYED = re.compile(r"(.+\.npz)#(.+)", re.IGNORECASE | re.DOTALL)


@contextmanager
def open_recording(file: BinaryIO, key: str | None, joints: JointSet | None, name: str) -> Iterator[Recording]:
    """Open .npy, .npz or a table, told by what it holds; its chunks last as long as the file is open."""
    head = head_of(file)
    if not head.startswith(b"PK") and key is not None:
        raise BadInput(f"{name}: it is no .npz, so it has no array {key!r:.60}; leave out what follows #")
    if head.startswith(b"PK"):
        with open_archive(file, name) as archive, open_key(archive, key, name) as member:
            yield open_array(member, joints, CHUNK, name)
    elif is_json(head):
        raise BadInput(f"{name}: JSON is read whole, not in windows; save the movement as .npy or as a table")
    else:
        yield (open_array if head.startswith(b"\x93NUMPY") else open_table)(file, joints, CHUNK, name)


def head_of(file: BinaryIO) -> bytes:
    head = file.read(2048)
    file.seek(0)
    return head


def is_json(head: bytes) -> bool:
    return head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"[", b"{")


def split_key(source: Path | bytes) -> tuple[Path | bytes, str | None]:
    """Return FILE.npz#KEY as its two parts; a file that is really called so is itself."""
    keyed = _KEYED.fullmatch(str(source)) if isinstance(source, Path) else None
    if keyed is None or os.path.exists(source):
        return source, None
    return Path(keyed[1]), keyed[2]


def rate_of(given: float | None, recording: Recording, name: str) -> float:
    """Return frames a second: as given, else as the file states, else as all files of this joint set have them."""
    if given is not None and not 0 < given <= HIGHEST_RATE:
        raise BadSetting(f"{given:g} frames a second; expected more than 0 and at most {HIGHEST_RATE:,.0f}")
    stated = recording.rate
    if stated is not None and not 0 < stated <= HIGHEST_RATE:
        raise BadInput(f"{name}: it states {stated:g} frames a second; expected up to {HIGHEST_RATE:,.0f}")
    rate = given or stated or recording.joints.convention.rate
    if rate is None:
        raise BadInput(
            f"{name}: nothing says how many frames a second it has; give the rate, or write it into a mapping file"
        )
    return float(rate)
