"""A profile as a chart: the lightness of the picture and of its normal version along one line."""

import numpy as np
from numpy.typing import NDArray

from assistant.charts import between, line, svg, text
from assistant.labels import label
from explain.catalogue import Lang
from explain.profile import Profile
from explain.wording import number

Numbers = NDArray[np.float64]

WIDTH, HEIGHT = 410, 170  # of a chart
LEFT, RIGHT, TOP, BOTTOM = 40, 14, 6, 38  # around the axes
ROOM = 3.0  # L* above and below


def profile_chart(found: Profile, region: int, lang: Lang, mm_per_px: float | None = None) -> str:
    """Return a profile as SVG, its axis in mm where the size of a pixel is known."""
    unit, scale = ("mm", mm_per_px) if mm_per_px else ("px", 1.0)
    x, step = found.along * scale, scale
    first = float(x[0]) - step / 2
    values = np.concatenate([found.seen, found.normal])
    bottom, top = float(values.min()) - ROOM, float(values.max()) + ROOM
    wide, height = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
    length = float(np.ptp(x)) + step

    def across(values: Numbers) -> Numbers:
        return LEFT + wide * (values - first) / length

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
