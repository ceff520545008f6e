"""Charts as SVG, whose words a browser sets in any language; the look of them is in movement.css."""

import base64
from collections.abc import Sequence
from html import escape
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.colours import ticks
from assistant.pictures import png
from explain.wording import number


def style() -> str:
    """Return the CSS of the charts."""
    return Path(__file__).with_name("movement.css").read_text(encoding="utf-8")


def svg(width: float, height: float, parts: Sequence[str], said: str) -> str:
    """Return a chart of that size, which says to those who can't see it what it is."""
    return (
        f'<svg class="foil-chart" viewBox="0 0 {width:g} {height:g}" role="img" aria-label="{escape(said)}">'
        f"{''.join(parts)}</svg>"
    )


def text(x: float, y: float, said: str, anchor: str, kind: str = "") -> str:
    """Return words at a place, whose class is `kind`."""
    kind = f' class="{kind}"' if kind else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{kind}>{escape(said)}</text>'


def line(points: NDArray[np.float64]) -> str:
    """Return an SVG path through points, (N, 2), broken where they are NaN; a lone point is a dot."""
    pieces: list[str] = []
    pen = "M"
    for x, y in points.tolist():
        if np.isnan(y):
            pen = "M"
            continue
        pieces.append(f"{pen}{x:.1f} {y:.1f}" + ("h0" if pen == "M" else ""))
        pen = "L"
    return "".join(pieces)


def between(low: float, high: float) -> list[float]:
    """Return a few round numbers from low to high."""
    step = ticks(high - low)[1]
    return [round(step * at, 10) for at in range(int(np.ceil(low / step)), int(np.floor(high / step)) + 1)]


def time_axis(left: float, y: float, wide: float, seconds: float, said: str) -> list[str]:
    """Return ticks in seconds below a chart, and what they are."""
    parts = [f'<path d="M{left} {y}h{wide}" class="axis"/>']
    for second in ticks(seconds):
        x = left + wide * second / seconds
        parts += [f'<path d="M{x:.1f} {y}v4" class="axis"/>', text(x, y + 16, number(second), "middle")]
    return [*parts, text(left + wide, y + 30, said, "end")]


def uri(picture: NDArray[np.uint8]) -> str:
    """Return a picture as a URI, none of its pixels altered."""
    return "data:image/png;base64," + base64.b64encode(png(picture)).decode()
