"""Tables: frames out of CSV and TSV, a row a frame, some at a time."""

from collections.abc import Iterator, Sequence
from itertools import chain, islice
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from fusion.errors import BadInput
from fusion.files import looks_like
from fusion.motion.arrays import Recording
from fusion.motion.joints import AXES, CONFIDENCE, JointSet, plain
from fusion.motion.matching import by_names, by_shape, is_place, shown

LONGEST_GAP = 10_000  # frames without anybody between two with somebody: numbers further apart count something else
EXPECTED = "expected a movement as JSON of COCO, OpenPose or AlphaPose, as .npy, .npz, or a table with a row a frame"
_LONGEST_LINE = 1 << 20  # bytes
_CONFIDENCES = ("c", "conf", CONFIDENCE, "score", "likelihood")
_FRAME = ("frame", "frame id", "frame number")
_MISSING = ("", "na", "nan", "null", "none")

Row = tuple[int, list[float]]  # the frame's number and its numbers


def open_table(file: BinaryIO, joints: JointSet | None, size: int, name: str) -> Recording:
    """Open a table with a row a frame, `size` frames at a time: numbers in file order, or columns named by a header.

    A header names a joint and a channel each, such as "left knee x", in any order; joints may be missing. A column
    "frame" numbers the rows: frames that it leaves out are frames in which nobody was seen.
    """
    lines = _lines(file, name)
    head = next(lines, "")
    separator = next((mark for mark in ";\t," if mark in head), None)  # before commas: some countries write 1,5; 2,5
    fields = _fields(head, separator)
    header = None if all(map(_is_number, fields)) else [plain(field) for field in fields]
    if header and not any(map(_channel, header)):
        raise BadInput(f"{name}: this is {looks_like(head[:2048].encode())}; {EXPECTED}")
    rows = _rows(lines if header else chain([head], lines), separator, len(fields), 1 + bool(header), name)
    if header is None:
        matched, channels = by_shape((len(fields),), joints, name)
        frames: Iterator[Row] = enumerate(rows)
        places: Sequence[int] = range(len(fields))
    else:
        matched, channels, places = _columns(header, joints, name)
        frames = _numbered(rows, header, name)
    first = next(frames, None)
    if first is None:
        raise BadInput(f"{name}: a header without rows; a movement needs at least 2 frames")
    every = _every_frame(chain([first], frames), len(header or fields), name)
    chunks = _chunks(every, places, (len(matched.joints), len(channels)), size)
    return Recording(matched, channels, chunks, first[0])


def _lines(file: BinaryIO, name: str) -> Iterator[str]:
    kind = looks_like(file.read(2048))
    file.seek(0)
    start = True
    while line := file.readline(_LONGEST_LINE):
        if len(line) == _LONGEST_LINE:
            raise BadInput(f"{name}: a line of more than 1 MB; {EXPECTED}")
        try:
            text = line.decode("utf-8-sig" if start else "utf-8").rstrip("\r\n")
        except UnicodeDecodeError:
            raise BadInput(f"{name}: this is {kind}, not a text in UTF-8; {EXPECTED}") from None
        start = False
        if text.strip():
            yield text


def _fields(line: str, separator: str | None) -> list[str]:
    return [field.strip().strip('"').strip() for field in line.split(separator)]


def _is_number(field: str) -> bool:
    try:
        _number(field)
    except ValueError:
        return False
    return True


def _number(field: str) -> float:
    return np.nan if field.casefold() in _MISSING else float(field.replace(",", "."))  # a comma within a field: 1,5


def _rows(lines: Iterator[str], separator: str | None, width: int, line: int, name: str) -> Iterator[list[float]]:
    for number, text in enumerate(lines, line):
        fields = _fields(text, separator)
        if len(fields) != width:
            raise BadInput(
                f"{name}, row {number}: {len(fields)} fields, where the first row has {width}; is it cut off?"
            )
        try:
            yield [_number(field) for field in fields]
        except ValueError:
            wrong = next(field for field in fields if not _is_number(field))
            raise BadInput(f"{name}, row {number}: {shown([wrong])} is no number; leave missing ones empty") from None


def _columns(header: list[str], joints: JointSet | None, name: str) -> tuple[JointSet, tuple[str, ...], Sequence[int]]:
    """Return the joint set, its channels here, and where each column goes in a frame, laid flat; -1 for nowhere."""
    if wrong := [column for column in header if column not in _FRAME and not _channel(column)]:
        raise BadInput(
            f"{name}: its columns {shown(wrong)} name no joint and channel, as 'left knee x' does; mend the header, or "
            "leave it out"
        )
    named = [(column.rpartition(" ")[0], _channel(column)) for column in header if column not in _FRAME]
    channels = tuple(channel for channel in (*AXES, CONFIDENCE) if channel in {channel for _, channel in named})
    names = list(dict.fromkeys(joint for joint, _ in named))
    matched, at = by_names(names, joints, name)
    if not is_place(channels, matched):
        axes = ", ".join(AXES[: matched.dimensions])
        raise BadInput(f"{name}: its columns are {', '.join(channels)}; {matched.name} needs {axes} of each joint")
    if len(set(named)) < len(named) or len(named) != len(names) * len(channels):
        raise BadInput(f"{name}: not every joint has each of {', '.join(channels)} exactly once; mend the header")
    where = {joint: place * len(channels) for joint, place in zip(names, at, strict=True)}
    columns = iter(named)
    places = [
        -1 if column in _FRAME else where[(pair := next(columns))[0]] + channels.index(pair[1]) for column in header
    ]
    return matched, channels, places


def _channel(column: str) -> str | None:
    """Return what a column says of its joint, None if it doesn't say."""
    joint, _, channel = column.rpartition(" ")
    if not joint:
        return None
    return CONFIDENCE if channel in _CONFIDENCES else channel if channel in AXES else None


def _numbered(rows: Iterator[list[float]], header: list[str], name: str) -> Iterator[Row]:
    at = next((place for place, column in enumerate(header) if column in _FRAME), None)
    last: float = -np.inf
    for position, row in enumerate(rows):
        number = position if at is None else row[at]
        if not last < number < 2**53 or number != int(number):
            raise BadInput(f"{name}: frame {number:g} after frame {last:g}; expected whole numbers that increase")
        last = number
        yield int(number), row


def _every_frame(frames: Iterator[Row], width: int, name: str) -> Iterator[list[float]]:
    """Fill frames that the numbers leave out with nothing seen."""
    last: int | None = None
    for number, row in frames:
        missing = 0 if last is None else number - last - 1
        if missing > LONGEST_GAP:
            raise BadInput(f"{name}: no frame between {last} and {number}; are these really numbers of frames?")
        yield from ([np.nan] * width for _ in range(missing))
        yield row
        last = number


def _chunks(
    frames: Iterator[list[float]], places: Sequence[int], frame: tuple[int, int], size: int
) -> Iterator[NDArray[np.float64]]:
    kept = [column for column, place in enumerate(places) if place >= 0]
    while some := list(islice(frames, size)):
        values = np.full((len(some), frame[0] * frame[1]), np.nan)
        values[:, [places[column] for column in kept]] = np.array(some)[:, kept]
        yield values.reshape(len(some), *frame)
