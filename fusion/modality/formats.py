"""Formats: from a file's first bytes to its size, and from there to upright pixels of 8 bits a channel.

Depths above 8 bits follow one fixed rule, whatever the picture shows, so that brightness stays comparable between
pictures: 16 bits run from 0 to 65535 and their high byte is kept, floats run from 0 to 1. A 10- or 12-bit camera whose
values lie unscaled in 16 bits would come out almost black; it is refused, rather than stretched by what it happens to
show. Ranges that the file itself declares (12-bit TIFF, the maximum of a PGM) are honoured. Colour profiles are not
applied.
"""

import warnings
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from math import inf
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import (
    AvifImagePlugin,
    BmpImagePlugin,
    GifImagePlugin,
    Image,
    ImageFile,
    Jpeg2KImagePlugin,
    JpegImagePlugin,
    PngImagePlugin,
    PpmImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

from fusion.errors import BadInput
from fusion.files import looks_like

_READERS: tuple[tuple[bytes, type[ImageFile.ImageFile]], ...] = (  # never EPS: Pillow would run Ghostscript on it
    (b"\x89PNG\r\n\x1a\n", PngImagePlugin.PngImageFile),
    (b"\xff\xd8\xff", JpegImagePlugin.JpegImageFile),
    (b"BM", BmpImagePlugin.BmpImageFile),
    (b"GIF8", GifImagePlugin.GifImageFile),
    (b"\x00\x00\x00\x0cjP  ", Jpeg2KImagePlugin.Jpeg2KImageFile),
    (b"\xff\x4f\xff\x51", Jpeg2KImagePlugin.Jpeg2KImageFile),
    *((b"P%d" % kind, PpmImagePlugin.PpmImageFile) for kind in range(1, 7)),
)
_TIFF = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_HEIC = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1")
_AVIF = (b"avif", b"avis")
STILLS = (*_HEIC, *_AVIF)  # brands of pictures in a container that mostly holds videos
_TURNS = {  # EXIF orientation -> what brings the picture upright
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_BITS, _PHOTOMETRIC, _ORIENTATION, _PLANAR = 258, 262, 274, 284  # TIFF and EXIF tags


@dataclass(frozen=True)
class Picture:
    """A file whose header alone was read; `pixels` decodes it, as long as the file is open."""

    size: tuple[int, int]  # (width, height) as a person sees it
    pixels: Callable[[], Image.Image]  # first frame or page, upright, in one of Pillow's 8-bit modes


def open_picture(file: BinaryIO, name: str) -> Picture:
    """Read a picture's header, by its content and not by its name; raises anything on a damaged file."""
    head = file.read(2048)
    file.seek(0)
    brands = head[8:64] if head[4:8] == b"ftyp" else b""
    if head.startswith(_TIFF):
        return _tiff(file, name)
    if any(brand in brands for brand in _AVIF):
        return _pillow(AvifImagePlugin.AvifImageFile(file), name)
    if any(brand in brands for brand in _HEIC):
        return _heic(file, name)
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return _pillow(WebPImagePlugin.WebPImageFile(file), name)
    for magic, reader in _READERS:
        if head.startswith(magic):
            return _pillow(reader(file), name)
    raise BadInput(f"{name}: this is {looks_like(head)}, not a picture; expected PNG, JPEG, TIFF, BMP, WebP or HEIC")


def _pillow(image: ImageFile.ImageFile, name: str) -> Picture:
    orientation = Image.Image.getexif(image).get(_ORIENTATION, 1)  # PNG's own getexif would decode the picture first

    def pixels() -> Image.Image:
        deep = ";16" in str([tile.args for tile in image.tile])  # 16-bit colour, which Pillow reads by its high byte
        image.load()
        upright = image.transpose(_TURNS[orientation]) if orientation in _TURNS else image
        if image.mode.startswith("I"):  # I;16 of PNG and JPEG 2000; I of PGM, already scaled by its declared maximum
            return Image.fromarray(_eight_bits(np.asarray(upright).astype(np.uint16), name))
        if deep:
            _refuse_dark(int(np.asarray(upright.convert("RGB")).max()) * 257, name)
        return upright

    return Picture(image.size[::-1] if orientation in (5, 6, 7, 8) else image.size, pixels)


def _tiff(file: BinaryIO, name: str) -> Picture:
    try:
        image = TiffImagePlugin.TiffImageFile(file)
    except SyntaxError:  # a layout that Pillow doesn't know: floats in colour, 16 bits with alpha, ...
        return _tifffile(file, name)
    bits, photometric = image.tag_v2.get(_BITS, (1,)), image.tag_v2.get(_PHOTOMETRIC)
    if image.tag_v2.get(_PLANAR) == 2 and max(bits) > 8:  # Pillow takes these planes for 8 bits
        return _tifffile(file, name)

    def pixels() -> Image.Image:
        deep = max(bits) == 16
        large = image.width * image.height > (
            Image.MAX_IMAGE_PIXELS or inf
        )  # Pillow would warn; image.py has its limit
        with warnings.catch_warnings(action="ignore") if large else nullcontext():
            image.load()  # turns it upright as well
        if image.mode == "LAB":
            raise BadInput(f"{name}: a TIFF in CIE Lab colours; save it as RGB or grey")
        if image.mode.startswith("I;16") or image.mode in ("I", "F"):
            array = np.asarray(image)
            array = _eight_bits(array << 4 if bits == (12,) else array, name)
            return Image.fromarray(255 - array if photometric == 0 else array)  # 0: white is zero
        if deep:
            _refuse_dark(int(np.asarray(image.convert("RGB")).max()) * 257, name)
        return image

    return Picture(image.size, pixels)


def _tifffile(file: BinaryIO, name: str) -> Picture:
    import tifffile

    file.seek(0)
    page = tifffile.TiffFile(file).pages[0]
    orientation = page.tags.valueof(_ORIENTATION, 1)
    size = (page.imagewidth, page.imagelength)

    def pixels() -> Image.Image:
        if page.photometric.name not in ("RGB", "MINISBLACK", "MINISWHITE"):
            raise BadInput(f"{name}: a TIFF in {page.photometric.name} colours; save it as RGB or grey")
        array = page.asarray()
        array = np.moveaxis(array, 0, -1) if page.axes.startswith("S") else array
        if array.ndim == 3:
            colours = 3 if page.photometric.name == "RGB" else 1
            alpha = bool(page.extrasamples) and page.extrasamples[0] in (1, 2)
            array = np.squeeze(array[..., : colours + alpha])
        array = _eight_bits(array, name)
        image = Image.fromarray(255 - array if page.photometric.name == "MINISWHITE" else array)
        return image.transpose(_TURNS[orientation]) if orientation in _TURNS else image

    return Picture(size[::-1] if orientation in (5, 6, 7, 8) else size, pixels)


def _heic(file: BinaryIO, name: str) -> Picture:
    try:
        import pillow_heif
    except ImportError:
        raise BadInput(
            f"{name}: reading HEIC needs one more package: pip install 'foil[heic]'; or save it as JPEG"
        ) from None
    picture = pillow_heif.open_heif(file)  # without registering it in Pillow, where others would notice
    return Picture(picture.size, picture.to_pillow)  # libheif turns it upright and reduces it to 8 bits


def _eight_bits(array: NDArray[Any], name: str) -> NDArray[np.uint8]:
    """Return pixels as uint8 by the fixed rule above."""
    if array.dtype.kind == "f":
        if not np.isfinite(array).all():
            raise BadInput(f"{name}: it holds NaN or infinite values; expected finite ones from 0 to 1")
        if array.min() < 0 or array.max() > 1:
            raise BadInput(
                f"{name}: floats from {array.min():g} to {array.max():g}; expected 0 (black) to 1 (white): rescale "
                "them by one fixed factor for all pictures, or save them as 8 or 16 bits"
            )
        return np.round(array * 255).astype(np.uint8)
    if array.dtype.kind == "u" and array.dtype.itemsize == 2:
        _refuse_dark(int(array.max()), name)
        return (array >> 8).astype(np.uint8)
    if array.dtype == np.uint8:
        return array
    raise BadInput(f"{name}: pixels are {array.dtype}, whose black and white nobody states; save it as 8 or 16 bits")


def _refuse_dark(highest: int, name: str) -> None:
    if highest < 4096:
        raise BadInput(
            f"{name}: 16 bits, but no value reaches 4096 of 65535, so it would be almost black. If the camera gives 10 "
            "or 12 bits, save them scaled to 16 (12 bits: times 16)"
        )
