"""Clips: the frames of a video, of an animated picture, or of a folder or ZIP of pictures, one after the other."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from tempfile import TemporaryDirectory

from fusion.archive import unpack_zip
from fusion.errors import BadInput, BadSetting
from fusion.files import looks_like, open_input
from fusion.modality.image import pictures_in, read_image
from fusion.motion.video import Frame, Source, animated, decoding, is_video, open_animation, open_video, refuse_many

_FASTEST = 1000.0  # frames a second; more is what broken headers say
_PACKED = b"PK"


@dataclass(frozen=True, eq=False)
class Clip:
    """Frames that can be gone through several times, one of them in memory at a time."""

    name: str
    rate: float  # frames a second of what `frames` yields
    count: int  # how many that will be, by what the file states; 0 = it doesn't
    frames: Callable[[], Iterator[Frame]]  # all of one size; BadInput where the file is damaged


def is_clip(path: Path) -> bool:
    """Tell by its content whether a path is a clip; if not, it is a picture or nothing of use."""
    if path.is_dir():
        return True
    head = _head(path)
    if head.startswith(_PACKED) or is_video(head):
        return True
    reader = animated(head)
    if reader is None:
        return False
    with open_input(path, str(path)) as file:
        try:
            return bool(getattr(reader(file), "is_animated", False))
        except Exception:  # damaged: whoever reads it as a picture says how
            return False


@contextmanager
def read_clip(path: Path, every: float | None = None, rate: float | None = None) -> Iterator[Clip]:
    """Yield the clip of a video, an animated GIF, WebP or PNG, or a folder or ZIP of pictures in order of their names.

    `every` keeps one frame in so many seconds, as near as whole frames come. `rate`, in frames a second, replaces what
    the file states; a folder states none, so there it must be given. The first frame is decoded at once, to see if it
    can be. BadInput says what is wrong with a file, BadSetting what is wrong with the two numbers.
    """
    for name, value in (("every", every), ("rate", rate)):
        if value is not None and not (isfinite(value) and value > 0):
            raise BadSetting(f"{name} {value:g}: expected a number above 0")
    with _folder_of(path) as folder:
        source = _pictures(folder, path) if folder else _file(path)
        rate = rate or source.rate
        if rate is None or not 0 < rate <= _FASTEST:
            raise BadInput(f"{path}: it states no sensible number of frames a second; give it, such as --rate 30")
        step = max(1, round(every * rate)) if every else 1
        count = -(-source.count // step)
        refuse_many(count, path)
        clip = Clip(str(path), rate / step, count, lambda: _checked(source.frames(step), path))
        if next(clip.frames(), None) is None:
            raise BadInput(f"{path}: it holds no frame that can be decoded; copy it again from its source")
        yield clip


def _checked(frames: Iterator[Frame], path: Path) -> Iterator[Frame]:
    """Yield the frames as long as they are of one size, and not too many."""
    size: tuple[int, ...] = ()
    with decoding(path):
        for at, frame in enumerate(frames):
            refuse_many(at + 1, path)
            size = size or frame.shape
            if frame.shape != size:
                raise BadInput(
                    f"{path}: frame {at} has {frame.shape[1]} x {frame.shape[0]} px, those before it {size[1]} x "
                    f"{size[0]}; expected the frames of one clip, all of one size"
                )
            yield frame


@contextmanager
def _folder_of(path: Path) -> Iterator[Path | None]:
    """Yield the folder of frames, unpacked if it is a ZIP; None where the path is another file."""
    if path.is_dir():
        yield path
        return
    packed = _head(path).startswith(_PACKED)
    with TemporaryDirectory(prefix="foil-") if packed else nullcontext() as temporary:
        yield unpack_zip(path, Path(temporary) / "frames") if temporary else None


def _pictures(folder: Path, path: Path) -> Source:
    files = sorted(pictures_in(folder), key=_in_order)
    if not files:
        raise BadInput(f"{path}: no pictures in it; expected the frames of one clip, in order of their names")
    folders = {file.parent for file in files}
    if len(folders) > 1:
        raise BadInput(f"{path}: pictures in {len(folders)} folders; give the frames of one clip at a time")
    return Source(None, len(files), lambda step: (read_image(file) for file in files[::step]))


def _in_order(file: Path) -> list[tuple[int, str]]:
    """Return a name as a key by which frame 9 comes before frame 10."""
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", file.name.casefold())]


def _file(path: Path) -> Source:
    head = _head(path)
    if is_video(head):
        return open_video(path)
    if reader := animated(head):
        return open_animation(path, reader)
    raise BadInput(
        f"{path}: this is {looks_like(head)}, not a clip; expected a video (MP4, MOV, MKV, WebM, AVI, MPEG, WMV), an "
        "animated GIF, WebP or PNG, or a folder or ZIP of pictures"
    )


def _head(path: Path) -> bytes:
    with open_input(path, str(path)) as file:
        return file.read(2048)
