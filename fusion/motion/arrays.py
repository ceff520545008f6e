"""Arrays: frames out of NumPy's .npy and .npz, some at a time, never more of them in memory than asked for."""

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import prod
from typing import IO, BinaryIO

import numpy as np
from numpy.typing import NDArray

from fusion.errors import BadInput, FoilError
from fusion.files import looks_like
from fusion.motion.joints import JointSet
from fusion.motion.matching import by_shape, is_pose, shown
from fusion.motion.placing import ONE_FRAME

MOST_NUMBERS = 16_000_000  # in memory at once: 130,000 frames of 39 markers
_MAGIC = b"\x93NUMPY"
_HEADERS = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
_ENCRYPTED = 0x1  # a bit of a member's flags


@dataclass(frozen=True)
class Recording:
    """A file that holds frame after frame: what its numbers are, and the frames, to be gone through once."""

    joints: JointSet
    channels: tuple[str, ...]
    chunks: Iterator[NDArray[np.float64]]  # each (n, J, C), in the order of frames
    first: int = 0  # the number of the first frame
    rate: float | None = None  # frames a second, where the file says so
    frames: int | None = None  # how many, where that is known before they are read


def refuse_too_much(numbers: int, name: str) -> None:
    if numbers > MOST_NUMBERS:
        raise BadInput(
            f"{name}: more than {MOST_NUMBERS:,} numbers, the limit for a movement in memory; cut it into shorter "
            "ones, or read it in windows with stream_motion"
        )


def open_array(file: IO[bytes], joints: JointSet | None, size: int, name: str) -> Recording:
    """Open a .npy of (T, J, C) or flat (T, J * C), `size` frames at a time; BadInput if it is anything else."""
    head = file.read(len(_MAGIC) + 2)
    if not head.startswith(_MAGIC):
        raise BadInput(f"{name}: this is {looks_like(head)}, not a NumPy array; save it with numpy.save")
    try:
        shape, by_columns, dtype = _HEADERS[(head[-2], head[-1])](file)
    except Exception as error:  # a header that nobody vouches for raises every kind of exception
        raise BadInput(f"{name}: the array's header is damaged or unknown ({error}); save it again") from error
    if dtype.kind not in "fiu":
        kind = "Python objects, which would need pickle" if dtype.hasobject else f"{dtype}"
        raise BadInput(f"{name}: an array of {kind}; expected numbers: save it as float32")
    if is_pose(shape, joints):
        raise BadInput(f"{name}: {ONE_FRAME}")
    if len(shape) not in (2, 3) or 0 in shape:
        came = " x ".join(map(str, shape)) or "one number"
        raise BadInput(f"{name}: an array of {came}; expected frames x joints x channels, or frames x all of these")
    matched, channels = by_shape(shape[1:], joints, name)
    if by_columns:  # every column holds a number of every frame
        size = shape[0]
        refuse_too_much(prod(shape), name)
    chunks = _chunks(file, (shape[0], len(matched.joints), len(channels)), dtype, by_columns, size, name)
    return Recording(matched, channels, chunks, frames=shape[0])


def _chunks(
    file: IO[bytes], shape: tuple[int, int, int], dtype: np.dtype, by_columns: bool, size: int, name: str
) -> Iterator[NDArray[np.float64]]:
    frames, *frame = shape
    for start in range(0, frames, size):
        n = min(size, frames - start)
        wanted = n * prod(frame) * dtype.itemsize
        content = file.read(wanted)
        if len(content) < wanted:
            raise BadInput(f"{name}: the array ends in the middle of its {frames:,} frames; copy the file again")
        values = np.frombuffer(content, dtype)
        yield values.reshape((n, *frame), order="F" if by_columns else "C").astype(np.float64)


@contextmanager
def open_archive(file: BinaryIO, name: str) -> Iterator[zipfile.ZipFile]:
    """Open a ZIP, of which .npz is one kind; whatever is wrong with it, then or later, is a BadInput."""
    try:
        with zipfile.ZipFile(file) as archive:
            yield archive
    except FoilError:
        raise
    except Exception as error:  # decoders raise every kind of exception on damaged archives
        raise BadInput(f"{name}: the archive is damaged or cut off ({error}); make or copy it again") from error


def keys_of(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """Return the arrays of a .npz by their names, without reading any."""
    return {
        member.filename.removesuffix(".npy"): member
        for member in archive.infolist()
        if member.filename.endswith(".npy")
    }


def open_key(archive: zipfile.ZipFile, key: str | None, name: str) -> IO[bytes]:
    """Open the array that is meant: the one of this name, else the only one, else the one called keypoints."""
    keys = keys_of(archive)
    if key is None and len(keys) > 1 and "keypoints" not in keys:
        known = f"it holds {len(keys):,} arrays, {shown(list(keys))}"
        raise BadInput(f"{name}: {known}; name one as FILE.npz#{shown([next(iter(keys))])}")
    key = key or ("keypoints" if len(keys) > 1 else next(iter(keys), ""))
    if key not in keys:
        raise BadInput(f"{name}: it has no array {shown([key])!r}; it holds {shown(list(keys)) or 'none'}")
    return open_member(archive, keys[key], name)


def open_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str) -> IO[bytes]:
    if member.flag_bits & _ENCRYPTED:
        raise BadInput(f"{name}: {shown([member.filename])} is encrypted; make the archive again without a password")
    return archive.open(member)
