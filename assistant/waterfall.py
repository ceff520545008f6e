"""What makes up a score as a chart: from the score, by what each region takes away, down to what is left."""

from assistant.charts import between, svg, text
from assistant.contributions import Contributions
from assistant.labels import label
from explain.catalogue import Lang
from explain.wording import number, points

HEIGHT = 200
LEFT, RIGHT, TOP, BOTTOM = 44, 34, 18, 26  # around the axes
COLUMN, BAR = 84, 52  # px wide: a step, and its bar


def waterfall(found: Contributions, lang: Lang) -> str:
    """Return the steps as SVG, each bar with what it is and how much; lines at T1 and T2."""
    scores = found.scores
    names = [
        label(f"makeup.{'others' if s.region is None else 'region'}", lang, region=str(s.region)) for s in found.steps
    ]
    bars = [(label("makeup.score", lang), 0.0, found.before, "mark")]
    bars += [(name, a, b, "wrong") for name, a, b in zip(names, scores, scores[1:], strict=False)]
    bars.append((label("makeup.left", lang), 0.0, found.left, "mark"))
    limits = {"T1": found.thresholds.review, "T2": found.thresholds.reject}
    bottom, top = min(0.0, *scores), 1.08 * max(*scores, *limits.values())
    width, deep = LEFT + COLUMN * len(bars) + RIGHT, HEIGHT - TOP - BOTTOM

    def up(value: float) -> float:
        return TOP + deep * (top - value) / ((top - bottom) or 1.0)

    parts = []
    for level in between(bottom, top):
        parts.append(text(LEFT - 6, up(level) + 4, number(level), "end"))
        parts.append(f'<path d="M{LEFT} {up(level):.1f}H{width - RIGHT}" class="grid"/>')
    for name, limit in limits.items():
        parts.append(f'<path d="M{LEFT} {up(limit):.1f}H{width - RIGHT}" class="expected"/>')
        parts.append(text(width - RIGHT + 5, up(limit) + 4, name, "start"))
    for at, (name, start, end, kind) in enumerate(bars):
        x, high, low = LEFT + COLUMN * at + (COLUMN - BAR) / 2, up(max(start, end)), up(min(start, end))
        much = end - start if kind == "wrong" else end  # as a step down, which stands below what it comes from
        parts.append(
            f'<rect x="{x:.1f}" y="{high:.1f}" width="{BAR}" height="{max(1.0, low - high):.1f}" class="{kind}"/>'
        )
        parts.append(text(x + BAR / 2, high - 5, points(round(much, 2)), "middle", "value"))
        parts.append(text(x + BAR / 2, HEIGHT - 8, name, "middle"))
    return svg(width, HEIGHT, parts, found.text)
