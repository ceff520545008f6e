"""Sentences of a fourth hand, measured once and never tuned on: an estimate for words that the checker hasn't met."""

import random
from collections.abc import Iterator

from adversary import VERDICTS, wrong_of

from explain.difference import Region
from explain.evidence import Evidence

ON = {
    "upper_left": ("top left", "左上侧"),
    "upper": ("upper side", "上部"),
    "upper_right": ("right upper corner", "右上部"),
    "left": ("left-hand border", "左方"),
    "centre": ("middle", "中心"),
    "right": ("right side", "右方"),
    "lower_left": ("left lower corner", "左下边"),
    "lower": ("lower side", "下部"),
    "lower_right": ("bottom right", "右下侧"),
}


def right(e: Evidence) -> Iterator[str]:
    assert e.score is not None
    assert e.p_value is not None
    t, s = e.thresholds, f"{e.score:.2f}"
    yield f"This inspection ended with {e.verdict}, at a score of {s}."
    yield f"How unusual is it? p = {e.p_value:.3g}, from {e.support.n} good parts."
    yield f"Review starts at {t.review:.2f}, rejection at {t.reject:.2f}."
    yield f"The measured score amounts to {s} sigma."
    yield f"Note that {e.support.n} good parts are few; {e.support.needed} would be needed for a firm promise."
    yield f"结论：{e.verdict}。得分 {s}，p = {e.p_value:.3g}。"
    yield f"系统给出的得分是 {s}，复检阈值是 {t.review:.2f}。"
    if e.verdict == "REJECT":
        yield "The part should be taken out of the line, as the verdict is REJECT."
        yield f"At {s}, it is well above the reject threshold."
    if e.verdict == "PASS":
        yield "No further steps are necessary, since the verdict is PASS."
        yield f"At {s}, it is well below the review threshold."
    for r in e.regions:
        yield from _of(r)
    if not e.regions_found:
        yield "Not a single place exceeds the marking threshold."
        yield "没有任何位置超过标记阈值。"


def _of(r: Region) -> Iterator[str]:
    n, peak, share, (place, han) = r.number, f"{r.strength.peak:g}", f"{r.area_percent:g}", ON[r.place]
    yield f"You can find region {n} at the {place}; it occupies {share} % of the whole."
    yield f"The maximum in region {n} is {peak} sigma."
    yield f"{peak} sigma is the peak of region {n}."
    yield f"Region {n}: {r.width_px} × {r.height_px} px, {place}."
    yield f"请看{han}的区域 {n}，峰值 {peak}σ。"
    if r.contrast.tone == "darker":
        yield f"Region {n} shows up dark against the normal version, {-r.contrast.lightness:g} L* below it."
        yield f"区域 {n} 呈暗色。"
    if r.contrast.tone == "lighter":
        yield f"Region {n} is too bright by {r.contrast.lightness:g} L*."
        yield f"区域 {n} 呈亮色。"


def wrong(e: Evidence, dice: random.Random) -> Iterator[tuple[str, str]]:
    yield from wrong_of(right(e), e, dice)
    other = dice.choice([v for v in VERDICTS if v != e.verdict])
    yield "verdict", f"My own opinion: {other}."
    yield (
        "verdict",
        {"REJECT": "Feel free to use it.", "PASS": "Take it out of production.", "REVIEW": "Certainly a bad one."}[
            e.verdict
        ],
    )
    yield "number", f"It took {dice.randrange(2, 9)} minutes."
    yield "number", f"About {dice.randrange(20, 60)} of 100 parts look like this."
    yield "name", "A gash runs through the material."
    yield "name", "There may be rust."
    yield "name", "像是一道刮花。"
    if e.regions:
        yield "region", f"Also mind region {e.regions_found + 1}."
        yield "negation", "Region 1 is perfectly normal."
    else:
        yield "region", "Look at the dark area near the bottom."
