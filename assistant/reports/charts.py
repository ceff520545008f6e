"""The charts of a report as SVG that needs no style sheet, so that a page and a PDF show the very same."""

from collections.abc import Iterable, Sequence
from html import escape
from itertools import accumulate
from typing import NamedTuple

import numpy as np

from assistant.colours import ticks
from assistant.reports.words import label
from explain.catalogue import Lang
from explain.wording import number, percent, points
from fusion.calibration import Calibration

COLOURS = {"PASS": "#0b7a4b", "REVIEW": "#a85b00", "REJECT": "#b3201f", "REFUSED": "#4a5568", "UNREADABLE": "#4a5568"}
INK, FAINT, GRID, NORMAL = "#1b1a1f", "#6b6874", "#e4e3e7", "#8f8c98"
WIDE, LEFT, RIGHT = 680.0, 46.0, 14.0
_FONT = "'Noto Sans CJK SC', system-ui, 'PingFang SC', 'Microsoft YaHei', sans-serif"
_BINS = 60
_ROOM = 1.25  # how far beyond T2 an axis of scores goes; what is farther out is drawn at its end


class Scored(NamedTuple):
    score: float
    verdict: str


class Limits(NamedTuple):
    """What scores are held against: T1, T2, and the scores of the held-out normals."""

    review: float
    reject: float
    normals: Sequence[float]

    @classmethod
    def of(cls, calibration: Calibration) -> "Limits":
        thresholds = calibration.thresholds
        return cls(thresholds.review, thresholds.reject, calibration.scores.tolist())

    @property
    def centre(self) -> float:
        return float(np.median(self.normals))


class Axis(NamedTuple):
    """Values from low to high along pixels from start to end; what lies beyond is drawn at the end."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return self.start + min(max(share, 0.0), 1.0) * (self.end - self.start)


def distribution(limits: Limits, found: Sequence[Scored], lang: Lang) -> str:
    """Return normals above and samples below, over one axis of scores with T1 and T2."""
    axis = _scores(limits, found, LEFT, WIDE - RIGHT)
    normals = label("chart.normals", lang, n=number(len(limits.normals)))
    parts = _bars(axis, 118, normals, [(NORMAL, limits.normals)])
    samples = [(COLOURS[verdict], [s.score for s in found if s.verdict == verdict]) for verdict in COLOURS]
    parts += _bars(axis, 240, label("chart.samples", lang, n=number(len(found))), samples)
    for name, limit in (("T1", limits.review), ("T2", limits.reject)):
        parts.append(line(axis.at(limit), 24, axis.at(limit), 240, INK, "4 3"))
        anchor = "end" if name == "T1" else "start"
        parts.append(text(axis.at(limit) + (4 if name == "T2" else -4), 20, f"{name} {limit:.2f}", anchor, INK))
    for tick in _ticks(axis):
        parts.append(text(axis.at(tick), 256, number(tick), "middle"))
    parts.append(text(WIDE - RIGHT, 272, label("chart.score", lang), "end"))
    return svg(WIDE, 276, parts, label("chart.distribution", lang))


def control(limits: Limits, found: Sequence[Scored], ends: tuple[str, str], lang: Lang) -> str:
    """Return the scores in the order of inspection, with T1, T2 and the middle of the normals."""
    axis = _scores(limits, found, 190, 14)
    order = Axis(0, max(len(found) - 1, 1), LEFT + 8, WIDE - 84)
    parts = []
    for tick in _ticks(axis):
        parts += [line(LEFT, axis.at(tick), WIDE - 76, axis.at(tick), GRID)]
        parts.append(text(LEFT - 6, axis.at(tick) + 4, number(tick), "end"))
    names = (("T2", limits.reject), ("T1", limits.review), (label("chart.centre", lang), limits.centre))
    for name, limit in names:
        dashes = "" if limit == limits.centre else "4 3"
        parts.append(line(LEFT, axis.at(limit), WIDE - 76, axis.at(limit), INK, dashes))
        parts.append(text(WIDE - 72, axis.at(limit) + 4, f"{name} {limit:.2f}", "start", INK))
    parts += [_mark(order.at(i), axis.at(s.score), s, axis.high) for i, s in enumerate(found)]
    parts += [text(LEFT, 212, ends[0], "start"), text(WIDE - 76, 212, ends[1], "end")]
    return svg(WIDE, 218, parts, label("chart.control", lang))


def pareto(title: str, counted: Sequence[tuple[str, int]], total: int, lang: Lang) -> str:
    """Return what was found most often, with counts and the share that all up to there have together."""
    shares = accumulate(count / total for _, count in counted)
    noted = [f"{count} · {percent(round(part, 2), lang)}" for (_, count), part in zip(counted, shares, strict=True)]
    return bars(title, [(said, count, note) for (said, count), note in zip(counted, noted, strict=True)])


def bars(title: str, rows: Sequence[tuple[str, float, str]]) -> str:
    """Return bars to the right, each with what it is of and a note on its length; half as wide as a page."""
    wide, name, longest = 330.0, 150.0, max(length for _, length, _ in rows)
    parts = [text(0, 12, title, "start", INK, bold=True)]
    for row, (said, length, note) in enumerate(rows):
        y, long = 24 + 18.0 * row, 96 * length / longest
        parts += [text(name - 6, y + 11, _short(said), "end", INK), box(name, y, long, 14, NORMAL)]
        parts.append(text(name + long + 5, y + 11, note, "start"))
    return svg(wide, 28 + 18 * len(rows), parts, title)


def svg(wide: float, high: float, parts: Iterable[str], said: str) -> str:
    """Return a chart of that size, which says to those who can't see it what it is."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide:g} {high:g}" role="img"'
        f' aria-label="{escape(said)}" font-family="{_FONT}" font-size="11">{"".join(parts)}</svg>'
    )


def text(x: float, y: float, said: str, anchor: str, colour: str = FAINT, bold: bool = False) -> str:
    weight = ' font-weight="700"' if bold else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}"{weight}>{escape(said)}</text>'


def line(x0: float, y0: float, x1: float, y1: float, colour: str, dashes: str = "") -> str:
    dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
    return f'<path d="M{x0:.1f} {y0:.1f}L{x1:.1f} {y1:.1f}" stroke="{colour}"{dashed} fill="none"/>'


def box(x: float, y: float, wide: float, high: float, colour: str) -> str:
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{high:.1f}" fill="{colour}"/>'


def _scores(limits: Limits, found: Sequence[Scored], start: float, end: float) -> Axis:
    low = min(0.0, *limits.normals, *(s.score for s in found))
    high = _ROOM * max(limits.reject, *limits.normals)
    return Axis(low, high if high > low else low + 1.0, start, end)


def _ticks(axis: Axis) -> list[float]:
    return ticks(axis.high) if axis.high > 0 else [axis.low]


def _bars(axis: Axis, base: float, title: str, piled: Sequence[tuple[str, Sequence[float]]]) -> list[str]:
    """Return a histogram on a base line, its colours piled up."""
    counts = [np.histogram(np.clip(v, axis.low, axis.high), _BINS, (axis.low, axis.high))[0] for _, v in piled]
    tallest = max(int(np.sum(counts, axis=0).max()), 1)
    step, below = (axis.end - axis.start) / _BINS, np.zeros(_BINS)
    parts = [text(LEFT, base - 88, title, "start", INK, bold=True), text(LEFT - 6, base, "0", "end")]
    parts += [text(LEFT - 6, base - 68, number(tallest), "end"), line(LEFT, base, WIDE - RIGHT, base, FAINT)]
    for (colour, _), count in zip(piled, counts, strict=True):
        for i in np.flatnonzero(count).tolist():
            tall, y = 74 * count[i] / tallest, base - 74 * below[i] / tallest
            parts.append(box(axis.start + step * i + 0.5, y - tall, step - 1, tall, colour))
        below += count
    return parts


def _mark(x: float, y: float, scored: Scored, top: float) -> str:
    """Return a point whose shape tells its verdict, too; what is beyond the chart points upwards and has its score."""
    colour = COLOURS[scored.verdict]
    if scored.score > top:
        arrow = f'<path d="M{x:.1f} {y - 5:.1f}l4 7h-8z" fill="{colour}"/>'
        return arrow + text(x + 6, y + 4, points(round(scored.score, 2)), "start", colour)
    if scored.verdict == "PASS":
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2" fill="{colour}"/>'
    if scored.verdict == "REVIEW":
        return f'<path d="M{x:.1f} {y - 4:.1f}l4 7h-8z" fill="{colour}"/>'
    return box(x - 3, y - 3, 6, 6, colour)


def _short(said: str) -> str:
    return said if len(said) <= 24 else f"{said[:23]}…"
