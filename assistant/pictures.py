"""Pictures of a detection: the map, the map over the picture, outlines and numbers; numpy and Pillow alone."""

import base64
import struct
import zlib
from collections.abc import Sequence
from dataclasses import replace
from io import BytesIO
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from assistant.colours import INK, PAPER, Picture, heat
from explain.grouping import GAP
from fusion.detection import Detection

VEIL = 0.65  # opacity of the strongest colour over a picture
WIDEST = 64  # grey levels by which samples disagree where a picture of that is white


class Placed(Protocol):
    """What a number is put beside: a region, as it was measured or as a record tells of it."""

    @property
    def number(self) -> int: ...

    @property
    def bbox(self) -> tuple[int, int, int, int]:
        """Return x0, y0, x1, y1; exclusive at the end."""


def heatmap(detection: Detection) -> Picture:
    """Return the map alone, on the dark ground that stands for normal, (H, W, 3)."""
    colours = Image.fromarray(heat(detection.anomaly_map, detection.map_threshold, detection.map_top))
    return _over(Image.new("RGB", colours.size, INK), colours, colours.getchannel("A"))


def overlay(image: Picture, detection: Detection) -> Picture:
    """Return the map over the picture in grey, so that colour means nothing but difference, (H, W, 3)."""
    grey = Image.fromarray(image).convert("L").point([round(32 + 0.7 * v) for v in range(256)]).convert("RGB")
    colours = Image.fromarray(heat(detection.anomaly_map, detection.map_threshold, detection.map_top))
    veil = colours.getchannel("A").point([round(VEIL * v) for v in range(256)])
    return _over(grey, colours, veil)


def guided(image: Picture, detection: Detection) -> Picture | None:
    """Return where the words fit, over the picture, in the colours of the map, (H, W, 3); None if nobody asked."""
    if detection.guidance is None or detection.guidance.guided_map is None:
        return None
    return overlay(image, replace(detection, anomaly_map=detection.guidance.guided_map))


def spread(detection: Detection) -> NDArray[np.uint8] | None:
    """Return how far samples of the normal version disagree, on one scale for all, (H, W); None if nobody asked."""
    if detection.spread is None:
        return None
    return np.asarray(np.rint(np.clip(detection.spread / WIDEST, 0, 1) * 255), np.uint8)


def _over(ground: Image.Image, colours: Image.Image, opacity: Image.Image) -> Picture:
    ground.paste(colours.convert("RGB"), mask=opacity)
    return np.asarray(ground)


def outlined(image: Picture, mask: NDArray[np.bool_]) -> tuple[Picture, NDArray[np.bool_]]:
    """Return the picture with an outline beside what a mask marks, (H, W, 3), and what that encloses, (H, W)."""
    line, gap = _line(image), round(GAP / 2 * max(image.shape[:2]))
    whole = ~grown(~grown(mask, gap), gap)  # fragments that count as one place get one outline
    inner = grown(whole, line)
    outer = grown(inner, line)
    drawn = image.copy()
    drawn[outer & ~inner] = INK
    drawn[inner & ~whole] = PAPER
    return drawn, outer


def contours(image: Picture, detection: Detection, regions: Sequence[Placed]) -> Picture:
    """Return the picture with the mask's outline and numbered regions, (H, W, 3)."""
    drawn, outer = outlined(image, detection.pred_mask)
    line = _line(image)
    canvas = Image.fromarray(drawn)
    radius = max(9, round(max(image.shape[:2]) / 28))
    taken: list[tuple[float, float]] = []
    for region in regions:
        taken.append(_free_place(region, outer, taken, radius))
        _lead(canvas, taken[-1], _nearest(region, outer, taken[-1]), radius, line)
        _badge(canvas, taken[-1], radius, str(region.number))
    return np.asarray(canvas)


def _line(image: Picture) -> int:
    """Return how wide lines are that are drawn on a picture, in pixels."""
    return max(1, round(int(max(image.shape[:2])) / 320))


def grown(mask: NDArray[np.bool_], by: int) -> NDArray[np.bool_]:
    """Return a mask (H, W) grown by so many pixels on every side."""
    for axis in (0, 1):
        source = np.moveaxis(mask, axis, 0)
        mask = mask.copy()
        target = np.moveaxis(mask, axis, 0)
        for shift in range(1, min(by, len(source) - 1) + 1):
            target[shift:] |= source[:-shift]
            target[:-shift] |= source[shift:]
    return mask


def _free_place(
    region: Placed, covered: NDArray[np.bool_], taken: Sequence[tuple[float, float]], radius: int
) -> tuple[float, float]:
    """Return the centre, beside the region's box, where a badge hides the least of defects and other badges."""
    (x0, y0, x1, y1), gap = region.bbox, 1.6 * radius
    height, width = covered.shape
    xs, ys = (x1 + gap, x0 - gap, (x0 + x1) / 2), (y0 - gap, y1 + gap, (y0 + y1) / 2)
    places = [(x, y) for y in ys for x in xs][:-1]  # the last would be the region's own centre
    inside = [
        (min(max(x, radius), max(width - radius, radius)), min(max(y, radius), max(height - radius, radius)))
        for x, y in places
    ]

    def hidden(place: tuple[float, float]) -> float:
        x, y = place
        top, left = max(0, int(y - radius)), max(0, int(x - radius))
        clashes = sum(np.hypot(x - u, y - v) < 2.2 * radius for u, v in taken)
        return float(covered[top : int(y + radius), left : int(x + radius)].sum()) + 10 * radius**2 * float(clashes)

    return min(inside, key=hidden)


def _nearest(region: Placed, covered: NDArray[np.bool_], place: tuple[float, float]) -> tuple[float, float]:
    """Return the pixel of a region's outline that is nearest to a place; the place itself if none is drawn."""
    (x0, y0, x1, y1), rim = region.bbox, 2 + round(GAP * max(covered.shape))
    top, left = max(0, y0 - rim), max(0, x0 - rim)
    y, x = covered[top : y1 + rim, left : x1 + rim].nonzero()
    if not len(x):
        return place
    at = int(np.hypot(x + left - place[0], y + top - place[1]).argmin())
    return float(x[at] + left), float(y[at] + top)


def _lead(canvas: Image.Image, start: tuple[float, float], end: tuple[float, float], radius: int, line: int) -> None:
    """Draw a line from a badge to what it numbers, unless they touch as it is; it ends where the outline begins."""
    if np.hypot(start[0] - end[0], start[1] - end[1]) > radius + 2 * line:
        draw = ImageDraw.Draw(canvas)
        draw.line((start, end), fill=INK, width=3 * line)
        draw.line((start, end), fill=PAPER, width=line)


def _badge(canvas: Image.Image, centre: tuple[float, float], radius: int, number: str) -> None:
    (x, y), sharp = centre, 4  # drawn larger and scaled down, since Pillow's circles have stairs
    side = 2 * radius * sharp
    badge = Image.new("RGBA", (side, side))
    draw = ImageDraw.Draw(badge)
    draw.ellipse((0, 0, side - 1, side - 1), fill=INK, outline=PAPER, width=max(1, round(side / 14)))
    draw.text((side / 2, side / 2), number, fill=PAPER, font=ImageFont.load_default(side * 0.6), anchor="mm")
    small = badge.resize((2 * radius, 2 * radius), Image.Resampling.LANCZOS)
    canvas.paste(small, (round(x - radius), round(y - radius)), small)


def captioned(picture: Picture, caption: str) -> Picture:
    """Return a picture with a strip below it that says what it is, (H + strip, W, 3); no pixel of it is covered."""
    height, width = picture.shape[:2]
    strip = Image.new("RGB", (width, max(16, height // 14)), INK)
    size = 0.55 * strip.height
    room = 0.94 * width / ImageFont.load_default(size).getlength(caption)
    font = ImageFont.load_default(size * min(room, 1))
    ImageDraw.Draw(strip).text((width / 2, strip.height / 2), caption, fill=PAPER, font=font, anchor="mm")
    return np.concatenate([picture, np.asarray(strip)])


def side_by_side(pictures: Sequence[Picture], height: int) -> Picture:
    """Return pictures scaled to one height in pixels, with a gap between them, (height, W, 3)."""
    gap = np.broadcast_to(np.array(PAPER, np.uint8), (height, max(2, height // 40), 3))
    row: list[NDArray[np.uint8]] = []
    for picture in pictures:
        size = (max(1, round(picture.shape[1] * height / picture.shape[0])), height)
        row += [gap, np.asarray(Image.fromarray(picture).resize(size, Image.Resampling.BOX))]
    return np.concatenate(row[1:], axis=1)


def shrunk(picture: Picture, longest: int) -> Picture:
    """Return a picture with no side longer than so many pixels, (h, w, 3); a small one as it is."""
    small = Image.fromarray(picture)
    small.thumbnail((longest, longest))
    return np.asarray(small)


def png(picture: NDArray[np.uint8], **texts: str) -> bytes:
    """Return a picture (H, W) or (H, W, 3) as PNG, with texts that travel inside the file [ISO/IEC 15948].

    Written here, since Pillow tries every filter on every row, which takes longer than all the rest of a report.
    """
    height, width = picture.shape[:2]
    rows = np.full((height, 1 + picture[0].size), 2, np.uint8)  # filter 2: the difference from the row above
    rows[:, 1:] = np.diff(picture.reshape(height, -1), axis=0, prepend=np.uint8(0))
    deflate = zlib.compressobj(1, strategy=zlib.Z_RLE)  # sensor noise hardly compresses, and a map is runs of zeros
    chunks = [
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0 if picture.ndim == 2 else 2, 0, 0, 0)),
        *((b"iTXt", f"{key}\0\0\0\0\0{text}".encode()) for key, text in {"Software": "Foil", **texts}.items()),
        (b"IDAT", deflate.compress(rows.tobytes()) + deflate.flush()),
        (b"IEND", b""),
    ]
    packed = [struct.pack(">I", len(c)) + kind + c + struct.pack(">I", zlib.crc32(kind + c)) for kind, c in chunks]
    return b"\x89PNG\r\n\x1a\n" + b"".join(packed)


def data_uri(picture: Picture) -> str:
    """Return a picture as a URI that a page can hold, compressed as photographs are."""
    return "data:image/jpeg;base64," + base64.b64encode(jpeg(picture, 90)).decode()


def jpeg(picture: Picture, quality: int, **texts: str) -> bytes:
    """Return a picture as JPEG, of a quality up to 95, with texts in its comment."""
    buffer = BytesIO()
    comment = "\n".join(f"{key}: {text}" for key, text in texts.items())
    Image.fromarray(picture).save(buffer, "JPEG", quality=quality, comment=comment)
    return buffer.getvalue()
