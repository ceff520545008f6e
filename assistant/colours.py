"""The colours of a map, which mean the same on every picture of a model, and the legend that says what.

A map begins transparent where normals are, turns violet where it starts to count, and ends yellow at `map_top`.
Lightness grows evenly all the way, so the scale survives colour blindness and grey printers.
"""

from functools import cache
from math import comb

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from fusion.detection import Thresholds

Picture = NDArray[np.uint8]  # (H, W, 3)

INK, FAINT, PAPER = (24, 22, 28), (120, 118, 126), (244, 243, 246)  # of all that isn't the scale
# Lightness, chroma, hue in OKLab of the Bezier curve from violet over red to yellow; chosen to stay inside sRGB.
_CURVE = ((0.34, 0.15, 292), (0.50, 0.30, 335), (0.64, 0.26, 15), (0.76, 0.20, 70), (0.93, 0.18, 104))
_LEVELS = 1024


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


def legend(map_threshold: float, map_top: float, thresholds: Thresholds, width: int = 512) -> Picture:
    """Return the scale of every map of a model, ticks in sigma, with T1, T2 and where marking begins, (h, W, 3).

    It speaks no language: what it shows is said beside it.
    """
    unit = width / 512
    left, right, top, bottom = 16 * unit, width - 16 * unit, 28 * unit, 48 * unit
    canvas = Image.new("RGB", (width, round(78 * unit)), INK)
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
    if ticks(map_top)[-1] < 0.86 * map_top:  # else there is no room for it
        draw.text((right, bottom + 20 * unit), f"{map_top:.3g}+", fill=PAPER, font=font, anchor="rs")
    written = 0.0
    for name, value in (("T1", thresholds.review), ("T2", thresholds.reject)):
        if 0 <= value <= map_top:
            draw.line((x(value), top - 5 * unit, x(value), bottom), fill=PAPER, width=max(1, round(2 * unit)))
            written = max(x(value) - 8 * unit, written)
            draw.text((written, top - 8 * unit), name, fill=PAPER, font=font, anchor="ls")
            written += 24 * unit
    if 0 <= map_threshold <= map_top:
        tip = (x(map_threshold), bottom)
        draw.polygon((tip, (tip[0] - 5 * unit, tip[1] + 8 * unit), (tip[0] + 5 * unit, tip[1] + 8 * unit)), fill=PAPER)
    return np.asarray(canvas)


def ticks(top: float) -> list[float]:
    """Return about five round numbers from 0 to `top`."""
    rough = top / 5
    power = 10 ** np.floor(np.log10(rough))
    step = next(float(m * power) for m in (1, 2, 2.5, 5, 10) if m * power >= rough)
    return [round(i * step, 10) for i in range(int(top / step + 1e-9) + 1)]
