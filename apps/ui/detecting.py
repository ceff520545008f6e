"""Probability of detection by size, as SVG: a small chart for each kind of painted defect, all over one axis."""

from collections.abc import Mapping
from html import escape
from typing import Any

import numpy as np

from apps.ui.words import word
from assistant import charts
from assistant.reports.charts import Axis
from explain.catalogue import Lang, say
from explain.wording import number

WIDTH, HEIGHT = 260.0, 132.0
LEFT, RIGHT, TOP, FLOOR = 44.0, 10.0, 12.0, 106.0  # where the axes stand


def detection_charts(network: Mapping[str, Any], lang: Lang) -> str:
    """Return the charts of what a model's card says of detection; nothing where it was made before cards said it."""
    kinds: Mapping[str, Any] = network.get("detection") or {}
    sizes = np.array([size for kind in kinds.values() for size, _ in kind["seen"]])
    if not len(sizes):
        return ""
    low, high = np.log(sizes.min()), np.log(sizes.max())
    axis = Axis(float(low), float(high) if high > low else float(low) + 1, LEFT, WIDTH - RIGHT)
    limits = network.get("limits") or {}
    figures = []
    for kind, found in sorted(kinds.items()):
        name = say(f"kind.{kind}", lang)
        drawn = _chart(found, limits.get(kind), axis, f"{word('pod', lang)}: {name}", lang)
        figures.append(f"<figure><figcaption>{escape(name)}</figcaption>{drawn}</figure>")
    head = f"<p>{escape(word('pod', lang))}</p>"
    note = f'<p class="foil-note">{escape(word("pod.note", lang))}</p>'
    return f'{head}<div class="foil-pod">{"".join(figures)}</div>{note}'


def _chart(found: Mapping[str, Any], limit: float | None, axis: Axis, said: str, lang: Lang) -> str:
    parts = []
    for share in (0.0, 0.5, 1.0):
        y = _height(share)
        parts.append(f'<path d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}" class="{"grid" if share else "axis"}"/>')
        parts.append(charts.text(LEFT - 5, y + 4, f"{100 * share:.0f} %", "end"))
    for tick in _powers(axis):
        x = axis.at(float(np.log(tick)))
        parts.append(f'<path d="M{x:.1f} {FLOOR}v4" class="axis"/>')
        parts.append(charts.text(x, FLOOR + 16, f"{number(tick)} %", "middle"))
    for size, hit in found["seen"]:
        x, y = axis.at(float(np.log(size))), _height(hit)
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.6" class="{"hit" if hit else "miss"}"/>')
    if found["curve"]:
        a, b = found["curve"]
        at = np.linspace(axis.low, axis.high, 60)
        points = np.stack([[axis.at(one) for one in at], _height(1 / (1 + np.exp(-(a + b * at))))], axis=1)
        parts.append(f'<path d="{charts.line(points)}" class="seen"/>')
    if limit is not None:
        x = axis.at(float(np.log(limit)))
        parts.append(f'<path d="M{x:.1f} {_height(0.5):.1f}V{FLOOR}" class="expected"/>')
        side, dx = ("end", -4) if x > WIDTH - 60 else ("start", 4)
        parts.append(charts.text(x + dx, FLOOR - 6, f"{number(limit, significant=2)} %", side, "limb"))
    return charts.svg(WIDTH, HEIGHT, parts, said)


def _height(share: Any) -> Any:
    """Return where a share stands, or an array of them."""
    return FLOOR - share * (FLOOR - TOP)


def _powers(axis: Axis) -> list[float]:
    """Return the powers of ten on an axis of logarithms; its ends where there are fewer than two."""
    first, last = np.ceil(axis.low / np.log(10)), np.floor(axis.high / np.log(10))
    powers = [float(f"{10.0**at:.0e}") for at in np.arange(first, last + 1)]
    return powers if len(powers) > 1 else [float(f"{np.exp(end):.1g}") for end in (axis.low, axis.high)]
