"""Pictures of a detection, in colours that mean the same on every picture of a model; numpy and Pillow alone.

Light is rare, dark is common: a map begins transparent where normals are, turns violet where it starts to count, and
ends yellow at `map_top`. Lightness grows evenly all the way, so the scale survives colour blindness and grey printers.
"""

import base64
import struct
import zlib
from collections.abc import Sequence
from functools import cache
from io import BytesIO
from math import comb

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from explain.difference import Region
from fusion.detection import Detection, Thresholds

Picture = NDArray[np.uint8]  # (H, W, 3)

INK, FAINT, PAPER = (24, 22, 28), (120, 118, 126), (244, 243, 246)  # of all that isn't the scale
# Lightness, chroma, hue in OKLab of the Bezier curve from violet over red to yellow; chosen to stay inside sRGB.
_CURVE = ((0.34, 0.15, 292), (0.50, 0.30, 335), (0.64, 0.26, 15), (0.76, 0.20, 70), (0.93, 0.18, 104))
_LEVELS = 1024
_VEIL = 0.85  # opacity of the strongest colour over a picture


@cache
def scale() -> NDArray[np.uint8]:
    """Return the colours from weak to strong, (1024, 3): equal steps look equally far apart [OKLab, Ottosson 2020]."""
    lightness, chroma, hue = np.array(_CURVE).T
    points = np.stack([lightness, chroma * np.cos(np.radians(hue)), chroma * np.sin(np.radians(hue))], axis=1)
    t, n = np.linspace(0, 1, 4 * _LEVELS)[:, None], len(points) - 1
    curve = sum(comb(n, k) * t**k * (1 - t) ** (n - k) * point for k, point in enumerate(points))
    path = np.concatenate([[0], np.linalg.norm(np.diff(curve, axis=0), axis=1).cumsum()])
    lab = np.stack([np.interp(np.linspace(0, path[-1], _LEVELS), path, axis) for axis in curve.T], axis=1)
    to_cone = np.array([[1, 0.39633778, 0.21580376], [1, -0.10556135, -0.06385417], [1, -0.08948418, -1.29148555]])
    to_rgb = np.array(
        [
            [4.07674166, -3.30771159, 0.23096993],
            [-1.268438, 2.6097574, -0.3413194],
            [-0.00419609, -0.70341861, 1.7076147],
        ]
    )
    linear = np.clip((lab @ to_cone.T) ** 3 @ to_rgb.T, 0, 1)
    rgb = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    colours: NDArray[np.uint8] = np.round(255 * rgb).astype(np.uint8)
    return colours


def heat(anomaly_map: NDArray[np.float32], map_threshold: float, map_top: float) -> NDArray[np.uint8]:
    """Return a map (H, W) as colours with opacity, (H, W, 4): clear at half the threshold, opaque from it on."""
    low, full = _ends(map_threshold, map_top)
    levels = np.linspace(low, map_top, _LEVELS)
    opacity = np.round(255 * np.clip((levels - low) / (full - low), 0, 1)).astype(np.uint8)
    colours = np.concatenate([scale(), opacity[:, None]], axis=1)
    steps = (np.asarray(anomaly_map, np.float32) - low) * ((_LEVELS - 1) / (map_top - low))
    coloured: NDArray[np.uint8] = colours[np.clip(steps, 0, _LEVELS - 1).astype(np.uint16)]
    return coloured


def _ends(map_threshold: float, map_top: float) -> tuple[float, float]:
    """Return where the scale begins and where it is opaque; a threshold that nothing reaches doesn't shape it."""
    if not 0 < map_threshold < map_top:
        return 0.0, map_top / 2
    return map_threshold / 2, map_threshold


def heatmap(detection: Detection) -> Picture:
    """Return the map alone, on the dark ground that stands for normal, (H, W, 3)."""
    colours = Image.fromarray(heat(detection.anomaly_map, detection.map_threshold, detection.map_top))
    return _over(Image.new("RGB", colours.size, INK), colours, colours.getchannel("A"))


def overlay(image: Picture, detection: Detection) -> Picture:
    """Return the map over the picture in grey, so that colour means nothing but difference, (H, W, 3)."""
    grey = Image.fromarray(image).convert("L").point([round(32 + 0.7 * v) for v in range(256)]).convert("RGB")
    colours = Image.fromarray(heat(detection.anomaly_map, detection.map_threshold, detection.map_top))
    veil = colours.getchannel("A").point([round(_VEIL * v) for v in range(256)])
    return _over(grey, colours, veil)


def _over(ground: Image.Image, colours: Image.Image, opacity: Image.Image) -> Picture:
    ground.paste(colours.convert("RGB"), mask=opacity)
    return np.asarray(ground)


def contours(image: Picture, detection: Detection, regions: Sequence[Region]) -> Picture:
    """Return the picture with the mask's outline beside the defects, never on them, and numbered regions, (H, W, 3)."""
    line = max(1, round(max(image.shape[:2]) / 320))
    inner = grown(detection.pred_mask, line)
    outer = grown(inner, line)
    drawn = image.copy()
    drawn[outer & ~inner] = INK
    drawn[inner & ~detection.pred_mask] = PAPER
    canvas = Image.fromarray(drawn)
    radius = max(9, round(max(image.shape[:2]) / 28))
    taken: list[tuple[float, float]] = []
    for region in regions:
        taken.append(_free_place(region, outer, taken, radius))
        _badge(canvas, taken[-1], radius, str(region.number))
    return np.asarray(canvas)


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
    region: Region, covered: NDArray[np.bool_], taken: Sequence[tuple[float, float]], radius: int
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


def _badge(canvas: Image.Image, centre: tuple[float, float], radius: int, number: str) -> None:
    (x, y), sharp = centre, 4  # drawn larger and scaled down, since Pillow's circles have stairs
    side = 2 * radius * sharp
    badge = Image.new("RGBA", (side, side))
    draw = ImageDraw.Draw(badge)
    draw.ellipse((0, 0, side - 1, side - 1), fill=INK, outline=PAPER, width=max(1, round(side / 14)))
    draw.text((side / 2, side / 2), number, fill=PAPER, font=ImageFont.load_default(side * 0.6), anchor="mm")
    small = badge.resize((2 * radius, 2 * radius), Image.Resampling.LANCZOS)
    canvas.paste(small, (round(x - radius), round(y - radius)), small)


def legend(map_threshold: float, map_top: float, thresholds: Thresholds, width: int = 512) -> Picture:
    """Return the scale of every map of a model, ticks in sigma, with T1, T2 and where marking begins, (h, W, 3)."""
    unit = width / 512
    left, right, top, bottom = 16 * unit, width - 16 * unit, 28 * unit, 48 * unit
    canvas = Image.new("RGB", (width, round(104 * unit)), INK)
    draw = ImageDraw.Draw(canvas)
    font = ImageFont.load_default(14 * unit)
    bar = np.linspace(0, map_top, round(right - left), dtype=np.float32)[None].repeat(round(bottom - top), 0)
    colours = Image.fromarray(heat(bar, map_threshold, map_top))
    canvas.paste(colours.convert("RGB"), (round(left), round(top)), colours.getchannel("A"))
    draw.rectangle((left - 1, top - 1, right, bottom), outline=FAINT, width=max(1, round(unit)))

    def x(value: float) -> float:
        return left + value / map_top * (right - left)

    for value in ticks(map_top):
        draw.line((x(value), bottom, x(value), bottom + 5 * unit), fill=PAPER, width=max(1, round(unit)))
        draw.text((x(value), bottom + 20 * unit), f"{value:g}", fill=PAPER, font=font, anchor="ms")
    if not any(value > 0.92 * map_top for value in ticks(map_top)):
        draw.text((right, bottom + 20 * unit), f"{map_top:.3g}+", fill=PAPER, font=font, anchor="rs")
    written = 0.0
    for name, value in (("T1", thresholds.review), ("T2", thresholds.reject)):
        if 0 <= value <= map_top:
            draw.line((x(value), top - 5 * unit, x(value), bottom), fill=PAPER, width=max(1, round(2 * unit)))
            written = max(x(value) - 8 * unit, written)
            draw.text((written, top - 8 * unit), name, fill=PAPER, font=font, anchor="ls")
            written += 24 * unit
    words = "sigma beyond the normals"
    if 0 <= map_threshold <= map_top:
        tip = (x(map_threshold), bottom)
        draw.polygon((tip, (tip[0] - 5 * unit, tip[1] + 8 * unit), (tip[0] + 5 * unit, tip[1] + 8 * unit)), fill=PAPER)
        words += f", marked from {map_threshold:.3g}"
    draw.text((left, bottom + 42 * unit), words, fill=PAPER, font=font, anchor="ls")
    return np.asarray(canvas)


def ticks(top: float) -> list[float]:
    """Return about five round numbers from 0 to `top`."""
    rough = top / 5
    power = 10 ** np.floor(np.log10(rough))
    step = next(float(m * power) for m in (1, 2, 2.5, 5, 10) if m * power >= rough)
    return [round(i * step, 10) for i in range(int(top / step + 1e-9) + 1)]


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
    buffer = BytesIO()
    Image.fromarray(picture).save(buffer, "JPEG", quality=90)
    return "data:image/jpeg;base64," + base64.b64encode(buffer.getvalue()).decode()
