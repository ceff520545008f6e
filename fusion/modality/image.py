"""Images: read what cameras, phones and offices leave in a folder, as a person sees it; refuse the rest in words."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from fusion.errors import BadInput, FoilError
from fusion.files import atomic_write, call, open_input
from fusion.modality.formats import Picture, open_picture

IMAGE_SUFFIXES = frozenset(
    {".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".tif", ".tiff", ".bmp", ".webp", ".gif", ".pgm", ".ppm", ".pbm", ".pnm"}
    | {".jp2", ".j2k", ".avif", ".heic", ".heif"}
)
SMALLEST = 16  # px a side: one cell of the coarsest grid
LARGEST = 100_000_000  # pixels: 300 MB as RGB


def read_image(source: Path | bytes, name: str = "", backdrop: int = 255) -> NDArray[np.uint8]:
    """Read a picture as a person sees it: EXIF orientation applied, first frame or page, RGB, (H, W, 3).

    What is transparent shows `backdrop`, white by default, as browsers, reports and catalogues show it: a fixed colour,
    since the colours stored under full transparency are leftovers that nobody saw. 16-bit and float: see formats.py.
    """
    with _opened(source, call(source, name, "the picture")) as picture:
        return opaque(picture.pixels(), backdrop)


def opaque(image: Image.Image, backdrop: int = 255) -> NDArray[np.uint8]:
    """Return what a person sees before a grey of `backdrop`, RGB, (H, W, 3)."""
    if image.has_transparency_data:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, (backdrop,) * 3 + (255,)), image)
    return np.array(image.convert("RGB"))


def image_size(path: Path) -> tuple[int, int]:
    """Return a picture's (width, height), EXIF orientation applied, from its header alone."""
    with _opened(path, str(path)) as picture:
        return picture.size


def pictures_in(folder: Path) -> list[Path]:
    """Return the pictures in a folder and its subfolders, by name and sorted, without hidden and system files."""

    def unreadable(error: OSError) -> NoReturn:
        raise BadInput(f"{error.filename}: the folder can't be listed ({error.strerror}); change its permissions")

    found = []
    for parent, folders, files in os.walk(folder, onerror=unreadable):
        folders[:] = [name for name in folders if not name.startswith((".", "__MACOSX"))]
        found += [Path(parent, name) for name in files if not name.startswith(".")]
    return sorted(path for path in found if path.suffix.lower() in IMAGE_SUFFIXES)


def write_png(path: Path, image: NDArray[np.uint8]) -> None:
    """Write a picture, (H, W) or (H, W, 3), whole or not at all."""
    buffer = BytesIO()
    Image.fromarray(image).save(buffer, "PNG")
    atomic_write(path, buffer.getvalue())


@contextmanager
def _opened(source: Path | bytes, name: str) -> Iterator[Picture]:
    with open_input(source, name) as file:
        try:
            picture = open_picture(file, name)
            _check_size(*picture.size, name)
            yield picture
        except FoilError:
            raise
        except MemoryError as error:
            raise BadInput(f"{name}: not enough memory to decode it; close something or scale it down") from error
        except Exception as error:  # decoders raise every kind of exception on damaged files
            raise BadInput(
                f"{name}: damaged or cut off, it can't be decoded ({error}); copy it again from its source"
            ) from error


def _check_size(width: int, height: int, name: str) -> None:
    if min(width, height) < SMALLEST:
        raise BadInput(f"{name}: {width} x {height} px; expected at least {SMALLEST} px on each side")
    if width * height > LARGEST:
        raise BadInput(
            f"{name}: {width} x {height} px are {width * height / 1e6:.0f} megapixels; the limit is "
            f"{LARGEST // 1_000_000}: tile it or scale it down"
        )
