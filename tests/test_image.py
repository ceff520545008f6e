"""Images: what a person sees comes out, and everything else is refused in words."""

import builtins
import io
import os
import struct
import warnings
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from numpy.typing import NDArray
from PIL import Image, ImageFile

from fusion.errors import BadInput, FoilError
from fusion.modality.image import image_size, pictures_in, read_image, write_png

Y, X = np.mgrid[:40, :50]
PICTURE = np.stack([X * 5, Y * 6, (X + Y) * 2], -1).astype(np.uint8)  # no symmetry, so a turn can't go unseen
DEEP = (PICTURE.astype(np.uint16) << 8) + 77


def encode(image: NDArray[Any] | Image.Image, kind: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    (image if isinstance(image, Image.Image) else Image.fromarray(image)).save(buffer, kind, **options)
    return buffer.getvalue()


def tiff(array: NDArray[Any], **options: Any) -> bytes:
    buffer = io.BytesIO()
    tifffile.imwrite(buffer, array, **options)
    return buffer.getvalue()


def png(width: int, height: int, bits: int, colour: int, rows: bytes) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


@pytest.mark.parametrize("kind", ["PNG", "BMP", "TIFF", "PPM"])
def test_lossless_pictures_come_back_as_they_were(kind: str) -> None:
    np.testing.assert_array_equal(read_image(encode(PICTURE, kind)), PICTURE)


@pytest.mark.parametrize("kind", ["JPEG", "WEBP", "AVIF", "JPEG2000"])
def test_lossy_pictures_come_back_nearly(kind: str) -> None:
    assert np.abs(read_image(encode(PICTURE, kind)).astype(int) - PICTURE).mean() < 5


def test_heic_comes_back_nearly_and_needs_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    pillow_heif = pytest.importorskip("pillow_heif")
    buffer = io.BytesIO()
    pillow_heif.from_pillow(Image.fromarray(PICTURE)).save(buffer)
    assert np.abs(read_image(buffer.getvalue()).astype(int) - PICTURE).mean() < 5
    import_ = builtins.__import__

    def without_heif(name: str, *rest: Any) -> Any:
        if name == "pillow_heif":
            raise ImportError(name)
        return import_(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without_heif)
    with pytest.raises(BadInput, match=r"phone\.heic: .*pip install 'foil\[heic\]'"):
        read_image(buffer.getvalue(), "phone.heic")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "WEBP"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_applied_to_pixels_and_size(tmp_path: Path, kind: str, orientation: int) -> None:
    stored = {  # what a camera held this way stores, so that the upright picture is PICTURE
        1: PICTURE,
        2: PICTURE[:, ::-1],
        3: PICTURE[::-1, ::-1],
        4: PICTURE[::-1],
        5: PICTURE.transpose(1, 0, 2),
        6: np.rot90(PICTURE),
        7: np.rot90(PICTURE, 2).transpose(1, 0, 2),
        8: np.rot90(PICTURE, -1),
    }[orientation]
    exif = Image.Exif()
    exif[274] = orientation
    path = tmp_path / "x"
    path.write_bytes(encode(np.ascontiguousarray(stored), kind, exif=exif))
    assert np.abs(read_image(path).astype(int) - PICTURE).mean() < 6
    assert image_size(path) == (50, 40)


@pytest.mark.parametrize(
    "content",
    [
        encode(DEEP[..., 0], "PNG"),
        encode(DEEP[..., 0], "TIFF", compression="tiff_lzw"),
        tiff(DEEP[..., 0]),
        tiff(DEEP[..., 0].astype(">u2"), byteorder=">"),
        tiff(65535 - DEEP[..., 0], photometric="miniswhite"),
        b"P5 50 40 65535\n" + DEEP[..., 0].astype(">u2").tobytes(),
        encode(DEEP[..., 0], "JPEG2000"),
    ],
    ids=["png", "tiff-lzw", "tiff", "tiff-big-endian", "tiff-white-is-zero", "pgm", "jp2"],
)
def test_16_bit_grey_keeps_its_high_byte(content: bytes) -> None:
    np.testing.assert_array_equal(read_image(content), PICTURE[..., :1].repeat(3, -1))


@pytest.mark.parametrize(
    "content",
    [
        png(50, 40, 16, 2, b"".join(b"\0" + row.astype(">u2").tobytes() for row in DEEP)),
        tiff(DEEP, photometric="rgb"),
        tiff(DEEP, photometric="rgb", compression="zlib", predictor=2),
        tiff(DEEP.transpose(2, 0, 1), photometric="rgb", planarconfig="separate"),
        tiff(DEEP, photometric="rgb", bigtiff=True),
        tiff(np.dstack([DEEP, np.full_like(DEEP[..., :1], 65535)]), photometric="rgb", extrasamples=["unassalpha"]),
    ],
    ids=["png", "tiff", "tiff-zlib", "tiff-planes", "bigtiff", "tiff-alpha"],
)
def test_16_bit_colour_keeps_its_high_byte(content: bytes) -> None:
    np.testing.assert_array_equal(read_image(content), PICTURE)


def test_16_bits_are_scaled_by_a_fixed_factor_whatever_the_picture_shows() -> None:
    dim, bright = np.full((16, 16), 10_000, np.uint16), np.full((16, 16), 10_000, np.uint16)
    bright[0, 0] = 65535
    assert read_image(tiff(dim))[5, 5, 0] == read_image(tiff(bright))[5, 5, 0] == 39  # 10000 / 257


def test_12_bits_that_the_file_declares_fill_the_range() -> None:
    values = np.linspace(0, 4095, 16 * 16).astype(int)
    packed = bytearray()
    for a, b in values.reshape(-1, 2):
        packed += bytes([a >> 4, (a & 15) << 4 | b >> 8, b & 255])
    tags = [(256, 16), (257, 16), (258, 12), (259, 1), (262, 1), (273, 8 + 2 + 9 * 12 + 4), (277, 1), (278, 16)]
    tags.append((279, len(packed)))
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags)
    content = b"II*\0" + struct.pack("<IH", 8, len(tags)) + entries + bytes(4) + bytes(packed)
    np.testing.assert_array_equal(read_image(content)[..., 0].ravel(), values >> 4)


@pytest.mark.parametrize(
    "content",
    [
        tiff(DEEP[..., 0] >> 4),
        tiff(DEEP >> 4, photometric="rgb"),
        tiff((DEEP >> 4).transpose(2, 0, 1), photometric="rgb", planarconfig="separate"),
        encode(DEEP[..., 0] >> 4, "PNG"),
        png(50, 40, 16, 2, b"".join(b"\0" + (row >> 4).astype(">u2").tobytes() for row in DEEP)),
    ],
    ids=["tiff", "tiff-colour", "tiff-planes", "png", "png-colour"],
)
def test_12_bits_left_unscaled_in_16_are_refused_not_stretched(content: bytes) -> None:
    with pytest.raises(BadInput, match=r"no value reaches 4096 of 65535.*times 16"):
        read_image(content)


@pytest.mark.parametrize("dtype", ["f2", "f4", "f8"])
def test_floats_from_0_to_1_fill_the_range(dtype: str) -> None:
    grey, colour = (PICTURE[..., 0] / 255).astype(dtype), (PICTURE / 255).astype(dtype)
    np.testing.assert_array_equal(read_image(tiff(grey))[..., 1], PICTURE[..., 0])
    np.testing.assert_array_equal(read_image(tiff(colour, photometric="rgb")), PICTURE)


@pytest.mark.parametrize(
    ("value", "message"),
    [(np.nan, "NaN or infinite"), (np.inf, "NaN or infinite"), (255.0, "floats from 0 to 255"), (-1, "floats from -1")],
)
def test_floats_of_unknown_range_are_refused(value: float, message: str) -> None:
    array = np.zeros((20, 20), np.float32)
    array[3, 4] = value
    with pytest.raises(BadInput, match=message):
        read_image(tiff(array))


@pytest.mark.parametrize("dtype", [np.uint32, np.int32, np.int16])
def test_integers_of_unknown_range_are_refused(dtype: type) -> None:
    with pytest.raises(BadInput, match=r"pixels are u?int32"):
        read_image(tiff(np.full((20, 20), 9, dtype)))


def test_grey_and_bilevel_fill_three_channels() -> None:
    np.testing.assert_array_equal(read_image(encode(PICTURE[..., 0], "PNG")), PICTURE[..., :1].repeat(3, -1))
    stripes = X % 2 == 1
    np.testing.assert_array_equal(read_image(encode(stripes, "PNG"))[..., 2], stripes * 255)


def test_what_is_transparent_shows_the_backdrop() -> None:
    half = np.dstack([PICTURE, np.full((40, 50), 255, np.uint8)])
    half[:, 25:, 3] = 0
    over_white = read_image(encode(half, "PNG"))
    np.testing.assert_array_equal(over_white[:, :25], PICTURE[:, :25])
    assert (over_white[:, 25:] == 255).all()
    assert (read_image(encode(half, "PNG"), backdrop=0)[:, 25:] == 0).all()


def test_a_palette_with_alpha_is_looked_up_and_composited() -> None:
    image = Image.fromarray((X > 24).astype(np.uint8), "P")
    image.putpalette([200, 10, 20, 0, 0, 0])
    read = read_image(encode(image, "PNG", transparency=bytes([255, 0])))
    assert read[0, 0].tolist() == [200, 10, 20]
    assert read[0, 49].tolist() == [255, 255, 255]


def test_cmyk_is_read_as_ink_not_as_light() -> None:
    ink = Image.fromarray(np.full((20, 20, 4), (0, 255, 255, 0), np.uint8), "CMYK")  # magenta and yellow make red
    for kind in ("JPEG", "TIFF"):
        assert np.abs(read_image(encode(ink, kind))[5, 5].astype(int) - (255, 0, 0)).max() < 4


@pytest.mark.parametrize("kind", ["GIF", "TIFF", "WEBP", "PNG"])
def test_of_several_frames_or_pages_the_first_is_read(kind: str) -> None:
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "blue")]
    content = encode(frames[0], kind, save_all=True, append_images=frames[1:])
    assert np.abs(read_image(content)[5, 5].astype(int) - (255, 0, 0)).max() < 4


CUT: list[tuple[str, dict[str, Any]]] = [
    (kind, {}) for kind in ("JPEG", "PNG", "GIF", "BMP", "WEBP", "TIFF", "JPEG2000", "AVIF", "PPM")
]
CUT += [("JPEG", {"progressive": True}), ("TIFF", {"compression": "tiff_lzw"})]


@pytest.mark.parametrize(("kind", "options"), CUT)
@pytest.mark.filterwarnings("ignore:Corrupt EXIF|Truncated File:UserWarning")
def test_a_picture_cut_off_anywhere_is_refused_and_named(kind: str, options: dict[str, Any]) -> None:
    noise = np.random.default_rng(0).integers(
        0, 256, (40, 50, 3), np.uint8
    )  # so that every format needs its last bytes
    content = encode(noise, kind, **options)
    for share in (0.1, 0.3, 0.6, 0.9):
        with pytest.raises(BadInput, match=r"line4\.img: .*(damaged or cut off|not a picture)"):
            read_image(content[: int(share * len(content))], "line4.img")


def test_no_damage_escapes_as_another_exception() -> None:
    rng = np.random.default_rng(0)
    for kind in ("JPEG", "PNG", "GIF", "TIFF", "WEBP", "BMP"):
        whole = encode(PICTURE, kind)
        for _ in range(60):
            content = bytearray(whole)
            for place in rng.integers(0, len(whole), 3):
                content[place] = rng.integers(256)
            try:
                with warnings.catch_warnings(action="ignore"):
                    image = read_image(bytes(content))
            except BadInput:
                continue
            assert image.dtype == np.uint8
            assert image.shape[2] == 3


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", r"empty \(0 bytes\)"),
        (b"a note to the next shift", "a text that begins with 'a note to the next shift', not a picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "an SVG drawing, not a picture"),
        (b"%!PS-Adobe-3.0 EPSF-3.0", "a PostScript drawing, not a picture"),
        (encode(PICTURE[:1, :1], "PNG"), "1 x 1 px; expected at least 16 px"),
        (encode(PICTURE[:15], "PNG"), "50 x 15 px; expected at least 16 px"),
        (png(20_000, 20_000, 8, 2, b""), "20000 x 20000 px are 400 megapixels; the limit is 100: tile it"),
    ],
)
def test_what_is_no_usable_picture_is_refused_by_name(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "part.png"
    path.write_bytes(content)
    for read in (read_image, image_size):
        with pytest.raises(BadInput, match=rf"part\.png: .*{message}"):
            read(path)


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_up_to_100_megapixels_no_warning_comes_either(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1500)  # PICTURE's 2000 are to Pillow what 95 megapixels are
    content = encode(PICTURE, kind)
    with warnings.catch_warnings(action="error"):
        assert read_image(content).shape == (40, 50, 3)


def test_pillows_global_state_stays_as_it_is() -> None:
    before = (Image.MAX_IMAGE_PIXELS, ImageFile.LOAD_TRUNCATED_IMAGES, dict(Image.OPEN))
    for content in (encode(PICTURE, "PNG"), tiff(DEEP, photometric="rgb"), encode(PICTURE, "JPEG")):
        read_image(content)
    assert (Image.MAX_IMAGE_PIXELS, ImageFile.LOAD_TRUNCATED_IMAGES, dict(Image.OPEN)) == before


def test_too_little_memory_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def exhausted(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(Image.Image, "convert", exhausted)
    with pytest.raises(BadInput, match="not enough memory"):
        read_image(encode(PICTURE, "PNG"))


def test_pictures_are_found_by_suffix_without_hidden_files(tmp_path: Path) -> None:
    for name in (
        "b/2.PNG",
        "a/1.jpeg",
        "._1.jpeg",
        ".DS_Store",
        "Thumbs.db",
        "note.txt",
        ".git/3.png",
        "__MACOSX/4.png",
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    assert [path.relative_to(tmp_path).as_posix() for path in pictures_in(tmp_path)] == ["a/1.jpeg", "b/2.PNG"]


def test_an_unreadable_folder_is_a_sentence_not_an_empty_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(path: str) -> Callable[..., Any]:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(os, "scandir", forbidden)
    with pytest.raises(BadInput, match=r"can't be listed \(Permission denied\); change its permissions"):
        pictures_in(tmp_path)


def test_a_written_png_reads_back_and_a_full_disk_leaves_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_png(tmp_path / "a.png", PICTURE)
    np.testing.assert_array_equal(read_image(tmp_path / "a.png"), PICTURE)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(FoilError, match="disk is full"):
        write_png(tmp_path / "b.png", PICTURE)
    assert [path.name for path in tmp_path.iterdir()] == ["a.png"]
