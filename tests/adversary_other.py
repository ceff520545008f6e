"""Sentences of another hand than `adversary`'s, never tuned on: what a chatty model says, right and wrong."""

import random
from collections.abc import Iterator

from adversary import VERDICTS, wrong_of

from explain.difference import Region
from explain.evidence import Evidence

HERE = {
    "upper_left": ("top left", "左上"),
    "upper": ("top", "顶部"),
    "upper_right": ("top right-hand corner", "右上方"),
    "left": ("left edge", "左边"),
    "centre": ("center", "中部"),
    "right": ("far right", "右边"),
    "lower_left": ("bottom-left area", "左下角"),
    "lower": ("bottom", "底部"),
    "lower_right": ("lower right quadrant", "右下方"),
}


def right(e: Evidence) -> Iterator[str]:
    assert e.score is not None
    assert e.p_value is not None
    t, s = e.thresholds, f"{e.score:.2f}"
    yield f"Foil's judgement on this sample: {e.verdict}."
    yield f"I looked at the measurements: the overall score equals {s}."
    yield f"The two thresholds are {t.review:.2f} for review and {t.reject:.2f} for rejection."
    yield f"Among {e.support.n} normal samples, this corresponds to p = {e.p_value:.3g}."
    rate = f"{100 * e.support.rate:g} %"
    yield f"To guarantee the false-alarm rate of {rate}, {e.support.needed} good parts would be required."
    yield f"综合来看，该件得分为 {s}，p 值 {e.p_value:.3g}。"
    yield f"复检阈值为 {t.review:.2f}，判退阈值为 {t.reject:.2f}。"
    if e.verdict == "REJECT":
        yield f"Since {s} is greater than {t.reject:.2f}, the part should not be accepted."
        yield "This part clearly fails the inspection and must not be shipped."
        yield f"由于得分 {s} 超过判退阈值，该件不合格。".replace("由于", "")
    elif e.verdict == "PASS":
        yield f"Since {s} is below {t.review:.2f}, the part can be accepted."
        yield "The sample looks normal, and there is no reason to reject it."
        yield "该件合格，可以放行。"
    else:
        yield f"A score of {s} is higher than the review threshold but lower than the reject threshold."
        yield "It is neither a clear pass nor a clear reject, so a person should decide."
        yield "该件需要人工复检，暂不判退。"
    if not e.regions_found:
        yield "The map does not mark any region."
        yield "图上没有标记任何区域。"
        return
    yield f"Altogether, {e.regions_found} {'area' if e.regions_found == 1 else 'areas'} exceeded the marking threshold."
    for region in e.regions:
        yield from _of(region)


def _of(r: Region) -> Iterator[str]:
    place, han = HERE[r.place]
    peak, share = f"{r.strength.peak:g}", f"{r.area_percent:g}"
    yield f"At the {place} you will see region {r.number}, where the difference from normal peaks at {peak} sigma."
    yield f"Region {r.number} (about {r.width_px} px wide and {r.height_px} px high) sits in the {place}."
    size = f"{r.width_px}x{r.height_px} px"
    yield f"- Region {r.number}: location {place}; size {size}; area {share} %; peak {peak} sigma."
    yield f"{han}有一处明显差异（区域 {r.number}），面积占比 {share}%，峰值 {peak}σ。"
    if r.contrast.tone == "darker":
        yield f"What stands out in region {r.number}: it has become darker; it lost {-r.contrast.lightness:g} L*."
        yield f"区域 {r.number} 颜色变暗，亮度下降 {-r.contrast.lightness:g} L*。"
    if r.contrast.tone == "lighter":
        yield f"Region {r.number} appears lighter than expected, by {r.contrast.lightness:g} L*."
        yield f"区域 {r.number} 更亮，亮度上升 {r.contrast.lightness:g} L*。"
    if r.number > 1:
        first = f"{r.strength.peak:g}"
        yield f"Region {r.number} is weaker than region 1, with a peak of {first} sigma."


def wrong(e: Evidence, dice: random.Random) -> Iterator[tuple[str, str]]:
    """Yield (in which way, sentence): the right ones made wrong, and a few that no right one is behind."""
    yield from wrong_of(right(e), e, dice)
    free = [v for v in VERDICTS if v != e.verdict]
    yield "verdict", f"Overall I would call this a {dice.choice(free)}."
    yield (
        "verdict",
        {"PASS": "This part must be scrapped.", "REJECT": "Everything is fine with this part."}.get(
            e.verdict, "Go ahead and accept the part."
        ),
    )
    yield "number", f"The model is {dice.randrange(71, 99)} % certain about this."
    yield "number", f"There are {e.regions_found + 3} regions to look at."
    yield "name", "It looks like a hairline crack in the coating."
    yield "name", "The surface shows signs of corrosion, probably from moisture."
    yield "name", "疑似划痕。"
    if e.regions:
        yield "negation", "In fact, region 1 does not differ from normal."
        yield "negation", "区域 1 并无差异。"
    else:
        yield "region", "The bottom-left corner contains a tiny dark mark."
        yield "region", "区域 2 位于左上方。"
