"""Videos and animated pictures: what their headers state, and their frames one after the other."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, islice, repeat
from math import isfinite
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import ImageFile
from PIL.GifImagePlugin import GifImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile

from fusion.errors import BadInput, FoilError
from fusion.files import open_input
from fusion.modality.formats import STILLS
from fusion.modality.image import SMALLEST, opaque

MOST_FRAMES = 100_000  # an hour at 28 frames a second
LARGEST_FRAME = 34_000_000  # pixels: 8K
_TOLD = 0.9  # of the frames that a header states: some containers only know their duration
_UNTOLD = 100  # ms that a frame is shown which states no duration, as in browsers
_VIDEO = (  # never a playlist: FFmpeg would fetch what it names
    b"\x1a\x45\xdf\xa3",  # Matroska, WebM
    b"\x00\x00\x01\xba",  # MPEG program stream
    b"\x00\x00\x01\xb3",  # MPEG-1 and -2 without a container
    b"\x30\x26\xb2\x75\x8e\x66\xcf\x11",  # Windows Media
    b"FLV\x01",
    b"OggS",
)
_ATOMS = (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot")  # of MP4 and QuickTime, old ones too
_ANIMATED: tuple[tuple[bytes, type[ImageFile.ImageFile]], ...] = (
    (b"GIF8", GifImageFile),
    (b"RIFF", WebPImageFile),
    (b"\x89PNG\r\n\x1a\n", PngImageFile),
)

Frame = NDArray[np.uint8]  # (H, W, 3), RGB, upright


@dataclass(frozen=True)
class Source:
    """A file whose header was read; `frames(n)` decodes every n-th frame, from the first one on."""

    rate: float | None  # frames a second, as the file states it
    count: int  # frames, as the file states it; 0 = it doesn't
    frames: Callable[[int], Iterator[Frame]]


def is_video(head: bytes) -> bool:
    """Tell by a file's first 2 kB whether it is a video."""
    if head.startswith(b"RIFF"):
        return head[8:12] == b"AVI "
    if head[4:8] in _ATOMS:
        return not (head[4:8] == b"ftyp" and any(brand in head[8:64] for brand in STILLS))
    return head.startswith(_VIDEO) or (head[:1] == head[188:189] == head[376:377] == b"G")  # MPEG transport stream


def animated(head: bytes) -> type[ImageFile.ImageFile] | None:
    """Return what reads a picture that may be animated, by the file's first bytes; None for others."""
    return next((reader for magic, reader in _ANIMATED if head.startswith(magic)), None)


@contextmanager
def decoding(path: Path) -> Iterator[None]:
    """Raise BadInput for whatever decoders raise on damaged files, which is every kind of exception."""
    try:
        yield
    except FoilError:
        raise
    except Exception as error:
        raise BadInput(f"{path}: damaged or cut off, it can't be decoded ({error}); copy it again") from error


def refuse_many(count: int, path: Path) -> None:
    """Raise BadInput if that many frames are more than the limit."""
    if count > MOST_FRAMES:
        raise BadInput(
            f"{path}: more than {MOST_FRAMES:,} frames; keep fewer, such as one in 0.1 seconds (--every 0.1), or cut it"
        )


def _refuse_size(width: int, height: int, path: Path) -> None:
    if min(width, height) < SMALLEST or width * height > LARGEST_FRAME:
        raise BadInput(
            f"{path}: frames of {width} x {height} px; expected at least {SMALLEST} px on each side and at most "
            f"{LARGEST_FRAME // 1_000_000} megapixels"
        )


def open_video(path: Path) -> Source:
    """Read a video's header; BadInput where FFmpeg can't, and from `frames` where the file ends too early."""
    import cv2

    def opened() -> cv2.VideoCapture:
        # an absolute path is no URL to FFmpeg, and other backends would take it for a pattern of pictures' names
        capture = cv2.VideoCapture(str(path.resolve()), cv2.CAP_FFMPEG, [cv2.CAP_PROP_N_THREADS, 1])
        if not capture.isOpened():
            raise BadInput(f"{path}: a video that is damaged, cut off or of an unknown codec; save it as MP4 (H.264)")
        return capture

    def frames(step: int) -> Iterator[Frame]:
        capture, read = opened(), 0
        try:
            while capture.grab():
                if read % step == 0:
                    decoded, image = capture.retrieve()
                    if not decoded:
                        break
                    yield cv2.cvtColor(image, cv2.COLOR_BGR2RGB).astype(np.uint8, copy=False)
                read += 1
        finally:
            capture.release()
        if read < _TOLD * stated:
            raise BadInput(
                f"{path}: cut off or damaged, {read} of the {stated} frames that it states could be read; copy it "
                "again from its source"
            )

    capture = opened()
    width, height = int(capture.get(cv2.CAP_PROP_FRAME_WIDTH)), int(capture.get(cv2.CAP_PROP_FRAME_HEIGHT))
    rate, count = capture.get(cv2.CAP_PROP_FPS), capture.get(cv2.CAP_PROP_FRAME_COUNT)
    capture.release()
    _refuse_size(width, height, path)
    stated = max(0, int(count)) if isfinite(count) else 0
    return Source(rate, stated, frames)


def open_animation(path: Path, reader: type[ImageFile.ImageFile]) -> Source:
    """Read how long each frame of an animated picture is shown; it takes decoding all of them."""

    def images() -> Iterator[ImageFile.ImageFile]:
        with open_input(path, str(path)) as file:
            image = reader(file)
            _refuse_size(*image.size, path)
            for at in range(getattr(image, "n_frames", 1)):
                refuse_many(at + 1, path)
                image.seek(at)
                image.load()  # WebP states how long a frame is shown only then
                yield image

    def frames(step: int) -> Iterator[Frame]:
        shown = (repeat(opaque(image), times) for image, times in zip(images(), repeats, strict=True))
        return islice(chain.from_iterable(shown), 0, None, step)

    with decoding(path):
        durations = [image.info.get("duration", 0) or _UNTOLD for image in images()]  # ms
    # writers merge equal frames into one that is shown longer; they are told apart again, so that time runs evenly
    repeats = [round(duration / min(durations)) for duration in durations]
    return Source(1000 * sum(repeats) / sum(durations), sum(repeats), frames)
