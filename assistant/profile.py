"""A profile: lightness along a line through a region's strongest place, across its narrow side, beside the normal one.

What a region's average hides shows here: a scratch's edges, a stain that fades, a normal version that does not meet
the picture at the seam.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from assistant.charts import between, line, svg, text
from assistant.labels import label
from explain.catalogue import Lang
from explain.colour import lab
from explain.grouping import Spot
from explain.wording import number
from fusion.detection import Detection

Numbers = NDArray[np.float64]

WIDTH, HEIGHT = 410, 170  # of a chart
LEFT, RIGHT, TOP, BOTTOM = 40, 14, 6, 38  # around the axes
SHORTEST, LONGEST = 12, 0.25  # px to either side; share of the picture's longer side
STRONG = 0.95  # of the highest difference
BESIDE = (-1.0, 0.0, 1.0)  # px: lines next to each other, of which the mean is shown
ROOM = 3.0  # L* above and below


@dataclass(frozen=True, eq=False)
class Profile:
    """Values along a line, from one end to the other."""

    along: Numbers  # (N,) px from the strongest place
    seen: Numbers  # (N,) L* of the picture
    normal: Numbers  # (N,) L* of its normal version
    marked: NDArray[np.bool_]  # (N,)


def profile(image: NDArray[np.uint8], detection: Detection, spot: Spot) -> Profile:
    """Measure along a line through a spot of a picture, (H, W, 3), across the spot's narrow side."""
    along, across, wide = _axes(spot.mask)
    reach = int(min(max(1.5 * wide, SHORTEST), max(LONGEST * max(image.shape[:2]), SHORTEST)))
    steps = np.arange(-reach, reach + 1, dtype=float)
    places = _strongest(detection, spot) + steps[:, None] * across
    there = ((places >= 0) & (places <= (image.shape[1] - 1, image.shape[0] - 1))).all(axis=1)
    steps, places = steps[there], places[there]
    seen, normal = (
        np.mean([_lightness(picture, places + by * along) for by in BESIDE], axis=0)
        for picture in (image, detection.normal)
    )
    nearest = places.round().astype(int)
    return Profile(steps, seen, normal, detection.pred_mask[nearest[:, 1], nearest[:, 0]])


def _axes(mask: NDArray[np.bool_]) -> tuple[Numbers, Numbers, float]:
    """Return the directions along and across the pixels of a mask, (2,) each as x, y, and how wide they are across."""
    pixels = np.argwhere(mask)[:, ::-1].astype(float)
    if len(pixels) < 2:
        return np.array([1.0, 0.0]), np.array([0.0, 1.0]), 1.0
    _, directions = np.linalg.eigh(np.cov(pixels.T))  # the narrowest first
    across, along = directions.T
    across = across * (1 if across.sum() >= 0 else -1)  # from left to right, or from top to bottom
    return along, across, float(np.ptp(pixels @ across)) + 1


def _strongest(detection: Detection, spot: Spot) -> Numbers:
    """Return where a spot's difference is about as high as anywhere in it, nearest to its middle, (2,) as x, y."""
    x0, y0, x1, y1 = spot.bbox
    inside = np.where(spot.mask, detection.anomaly_map[y0:y1, x0:x1], -np.inf)
    high = np.argwhere(inside >= STRONG * inside.max())
    middle = np.argwhere(spot.mask).mean(axis=0)
    row, column = high[((high - middle) ** 2).sum(axis=1).argmin()]
    return np.array([x0 + column, y0 + row], float)


def _lightness(picture: NDArray[np.uint8], places: Numbers) -> Numbers:
    """Return L* at places, (N, 2) as x, y, between pixels too."""
    x, y = places.T.astype(np.float32)
    colours = cv2.remap(picture, x[None], y[None], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return lab(np.asarray(colours, np.uint8))[0, :, 0].astype(float)


def profile_chart(found: Profile, region: int, lang: Lang, mm_per_px: float | None = None) -> str:
    """Return a profile as SVG, its axis in mm where the size of a pixel is known."""
    unit, scale = ("mm", mm_per_px) if mm_per_px else ("px", 1.0)
    x, step = found.along * scale, scale
    values = np.concatenate([found.seen, found.normal])
    bottom, top = float(values.min()) - ROOM, float(values.max()) + ROOM
    wide, height = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
    length = float(np.ptp(x)) + step

    def across(values: Numbers) -> Numbers:
        return LEFT + wide * (values - x[0] + step / 2) / length

    def up(values: Numbers) -> Numbers:
        return TOP + height * (top - values) / (top - bottom)

    box = f'y="{TOP}" width="{wide * step / length + 0.2:.1f}" height="{height}" class="wrong"'
    parts = [f'<rect x="{left:.1f}" {box}/>' for left in across(x[found.marked] - step / 2)]
    levels, places = np.array(between(bottom, top)), np.array(between(float(x[0]), float(x[-1])))
    for level, y in zip(levels, up(levels), strict=True):
        parts += [
            f'<path d="M{LEFT} {y:.1f}h{wide}" class="grid"/>',
            text(LEFT - 5, y + 4, number(float(level)), "end"),
        ]
    for kind, curve in (("expected", found.normal), ("seen", found.seen)):
        parts.append(f'<path d="{line(np.stack([across(x), up(curve)], axis=1))}" class="{kind}"/>')
    parts.append(f'<path d="M{LEFT} {TOP + height}h{wide}" class="axis"/>')
    for place, at in zip(places, across(places), strict=True):
        parts.append(f'<path d="M{at:.1f} {TOP + height}v4" class="axis"/>')
        parts.append(text(at, TOP + height + 16, number(float(place)), "middle"))
    parts.append(text(LEFT + wide, HEIGHT - 4, unit, "end"))
    return svg(WIDTH, HEIGHT, parts, label("profile", lang, region=number(region)))
