"""The curve of a training while it runs, as SVG: the loss of each step as a dot, the validations as a line."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from apps.ui.markup import wide
from apps.ui.words import word
from assistant import charts
from explain.catalogue import Lang

WIDTH, HEIGHT = 560.0, 190.0
LEFT, RIGHT, TOP, BOTTOM = 52.0, 8.0, 14.0, 30.0  # around the axes
FEW = 60  # dots, which are seen when they are larger
FLAT = 0.02  # powers of ten: what spans less has one line across


def curve_of(curve: Mapping[str, Any], lang: Lang) -> str:
    """Return losses and validations over the steps, on one logarithmic axis; nothing where one is not above zero."""
    losses, checks = (np.array(curve[name], float).reshape(-1, 2) for name in ("loss", "validation"))
    points = np.concatenate([losses, checks])
    if not (points[:, 1] > 0).all():
        return ""
    axes = _Axes(points)
    parts = [*axes.lines(), charts.text(WIDTH - RIGHT, HEIGHT - 10, _step(points, lang), "end")]
    dot = 1.6 if len(losses) > FEW else 2.8
    parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{dot}" class="loss"/>' for x, y in axes.place(losses).tolist()]
    # Of a line that has one point only nothing is seen, but for its end.
    parts += [f'<path d="{charts.line(axes.place(checks))}h0" class="validation"/>'] if len(checks) else []
    said = word("job.curve", lang)
    key = "".join(
        f'<span class="{name}">{mark} {word(key, lang)}</span>'
        for name, mark, key in (("loss", "●", "job.curve.loss"), ("validation", "━", "job.curve.validation"))
    )
    drawn = wide(charts.svg(WIDTH, HEIGHT, parts, said))
    return f'<figure class="foil-curve"><figcaption>{said} {key}</figcaption>{drawn}</figure>'


class _Axes:
    """From steps and losses, (N, 2), to places in the picture."""

    def __init__(self, points: NDArray[np.float64]) -> None:
        low, high = np.log10(points[:, 1].min()), np.log10(points[:, 1].max())
        margin = 0.05 * (high - low) + 0.01
        self.low, self.high, self.last = low - margin, high + margin, max(points[:, 0].max(), 1)

    def place(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        x = LEFT + points[:, 0] / self.last * (WIDTH - LEFT - RIGHT)
        y = TOP + (self.high - np.log10(points[:, 1])) / (self.high - self.low) * (HEIGHT - TOP - BOTTOM)
        return np.stack([x, y], axis=1)

    def lines(self) -> list[str]:
        """Return the axis of steps, and a few lines across with what they mean."""
        span = self.high - self.low
        drawn = [f'<path d="M{LEFT} {HEIGHT - BOTTOM}H{WIDTH - RIGHT}" class="axis"/>']
        for share in (0.1, 0.5, 0.9) if span > FLAT else (0.5,):
            value = 10 ** (self.low + share * span)
            _, y = self.place(np.array([[0.0, value]]))[0]
            drawn.append(f'<path d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}" class="grid"/>')
            drawn.append(charts.text(LEFT - 6, y + 4, f"{value:.2g}", "end"))
        return drawn


def _step(points: NDArray[np.float64], lang: Lang) -> str:
    return word("job.curve.step", lang, n=f"{points[:, 0].max():.0f}")
