"""What if the limit were elsewhere: the good parts' scores as a histogram, this score among them, and what follows."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np

from apps.ui.markup import note, unbroken
from apps.ui.words import word
from assistant import card, charts
from assistant.inspection import Inspection
from assistant.reports.charts import Axis
from explain.catalogue import Lang
from explain.wording import number, percent, points
from fusion.detection import Thresholds

WIDTH, HEIGHT = 460.0, 164.0
SIDE, FLOOR, TALL = 10.0, 128.0, 78.0  # left and right of the axis; where bars stand, how tall they may be
BINS = 42
ROOM = 1.25  # how far beyond T2 and the good parts the axis goes at least
FAR = 2.0  # times that: a score farther out is drawn at the end
SURE = 0.95  # of how many good parts may be flagged where none of those seen would be


@dataclass(frozen=True)
class Standing:
    """Where a sample stands among the good parts that the thresholds rest on."""

    normals: Sequence[float]  # held-out scores of good parts
    thresholds: Thresholds
    score: float

    @property
    def axis(self) -> Axis:
        """Return the scores that are drawn, and that a limit may have."""
        known = ROOM * max(self.thresholds.reject, *self.normals)
        low, high = min(0.0, *self.normals), max(known, min(ROOM * self.score, FAR * known))
        return Axis(low, high if high > low else low + 1.0, SIDE, WIDTH - SIDE)

    def at(self, limit: float | None) -> Thresholds:
        """Return the thresholds with T1 at a limit, which takes T2 along where it passes it; None is as it is."""
        now = self.thresholds
        if limit is None:
            return now
        return Thresholds(limit, max(limit, now.reject), now.review_rate, now.reject_rate)


def standing(inspection: Inspection, normals: Sequence[float]) -> Standing | None:
    """Return where an inspected sample stands; None where it was not scored."""
    if inspection.evidence.score is None:
        return None
    return Standing(normals, inspection.detection.thresholds, inspection.detection.pred_score)


def chart(standing: Standing, limit: float | None, lang: Lang) -> str:
    """Return, as HTML, the histogram of the good parts with T1, T2, the sample and, if there is one, a limit."""
    axis, would = standing.axis, standing.at(limit)
    said = word("limit.chart", lang, n=number(len(standing.normals)))
    parts = [*_bars(standing, would), f'<path d="M{SIDE} {FLOOR}H{WIDTH - SIDE}" class="axis"/>']
    parts += [
        charts.text(axis.at(tick), FLOOR + 14, number(tick), "middle") for tick in charts.between(axis.low, axis.high)
    ]
    for name, at, anchor, dx in (
        ("T1", standing.thresholds.review, "end", -4),
        ("T2", standing.thresholds.reject, "start", 4),
    ):
        x = axis.at(at)
        anchor, dx = ("start", 4) if x < SIDE + 50 else (anchor, dx)
        parts += [f'<path d="M{x:.1f} 30V{FLOOR}" class="limit"/>', charts.text(x + dx, 38, f"{name} {at:.2f}", anchor)]
    if limit is not None:
        x, here = axis.at(limit), word("limit.here", lang, limit=f"{limit:.2f}")
        parts.append(f'<path d="M{x:.1f} 44V{FLOOR + 18}" class="moved"/>')
        parts.append(charts.text(x, FLOOR + 30, here, _anchor(x), "limb"))
    x, far = axis.at(standing.score), " →" if standing.score > axis.high else ""
    this = word("limit.this", lang, score=points(round(standing.score, 2)))
    parts += [f'<path d="M{x:.1f} {FLOOR}l-5 -9h10z" class="mark"/>', f'<path d="M{x:.1f} 18V{FLOOR}" class="score"/>']
    parts.append(charts.text(x, 13, this + far, _anchor(x), "limb"))
    drawn = charts.svg(WIDTH, HEIGHT, parts, said)
    return f'<figure class="foil-limit"><figcaption>{said}</figcaption>{drawn}</figure>'


def words(standing: Standing, limit: float | None, lang: Lang) -> str:
    """Return, as HTML, what a limit would mean for the sample and the good parts; None is the one in force."""
    would = standing.at(limit)
    flagged, rejected = (sum(score >= t for score in standing.normals) for t in (would.review, would.reject))
    n = len(standing.normals)
    shown = {"review": f"{would.review:.2f}", "reject": f"{would.reject:.2f}"}
    verdict = card.badge(would.verdict(standing.score), lang)
    head = escape(word("limit.now" if limit is None else "limit.if", lang, verdict="\0", **shown)).replace(
        "\0", verdict
    )
    if flagged:
        share = percent(round(flagged / n, 3), lang)
        good = word("limit.flagged", lang, k=number(flagged), n=number(n), share=share, rejected=number(rejected))
    else:  # none of n seen: the most that is still plausible [rule of three]
        share = percent(round(1 - (1 - SURE) ** (1 / n), 3), lang)
        good = word("limit.none", lang, n=number(n), share=share)
    nothing = note(word("limit.nothing", lang))
    return f'<div class="foil-limit"><p role="status">{head} {escape(unbroken(good))}</p>{nothing}</div>'


def _bars(standing: Standing, would: Thresholds) -> list[str]:
    """Return the histogram, each part in the colour of its verdict under these thresholds."""
    axis = standing.axis
    edges = np.linspace(axis.low, axis.high, BINS + 1)
    groups: dict[str, list[float]] = {"PASS": [], "REVIEW": [], "REJECT": []}
    for score in standing.normals:
        groups[would.verdict(score)].append(score)
    counts = {name: np.histogram(np.array(group), edges)[0] for name, group in groups.items()}
    tallest, wide = int(np.sum(list(counts.values()), axis=0).max()), (axis.end - axis.start) / BINS
    parts, below = [], np.zeros(BINS)
    for name, count in counts.items():
        for i in np.flatnonzero(count).tolist():
            tall = TALL * count[i] / tallest
            x, y = axis.start + wide * i + 0.5, FLOOR - TALL * below[i] / tallest - tall
            kind = f"bar-{name.lower()}"
            parts.append(f'<rect x="{x:.1f}" y="{y:.1f}" width="{wide - 1:.1f}" height="{tall:.1f}" class="{kind}"/>')
        below += count
    return parts


def _anchor(x: float) -> str:
    """Return from where words at a place grow, so that none are cut at the chart's ends."""
    return "start" if x < 0.2 * WIDTH else "end" if x > 0.8 * WIDTH else "middle"
