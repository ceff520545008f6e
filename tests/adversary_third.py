"""Sentences of a third hand, written after the checker was done, and measured before it was mended on them."""

import random
from collections.abc import Iterator

from adversary import VERDICTS, wrong_of

from explain.difference import Region
from explain.evidence import Evidence

AT = {
    "upper_left": ("the upper-left quadrant", "偏左上方"),
    "upper": ("the topmost area", "靠上部"),
    "upper_right": ("the upper-right area", "右上区域"),
    "left": ("the left half", "偏左侧"),
    "centre": ("the very centre", "正中"),
    "right": ("the right half", "偏右侧"),
    "lower_left": ("the lower-left part", "左下部"),
    "lower": ("the bottom edge", "底端"),
    "lower_right": ("the bottom right-hand corner", "右下部"),
}


def right(e: Evidence) -> Iterator[str]:
    assert e.score is not None
    assert e.p_value is not None
    t, s = e.thresholds, f"{e.score:.2f}"
    yield f"Result: {e.verdict}. Score: {s}. P-value: {e.p_value:.3g}."
    yield f"The overall anomaly score of {s} is to be compared with limits of {t.review:.2f} and {t.reject:.2f}."
    yield f"The model has learned from {e.support.n} good parts what normal looks like."
    yield f"T1 is {t.review:.2f} and T2 is {t.reject:.2f}."
    yield "A false-alarm rate cannot be promised firmly with so few good parts."
    yield f"Statistically, only {100 * e.p_value:.3g} % of comparable good parts would score as high or higher."
    yield f"本次检测结果：{e.verdict}，异常得分 {s}。"
    yield f"阈值 T1 为 {t.review:.2f}，T2 为 {t.reject:.2f}。"
    yield from {
        "REJECT": (
            "Because of its score the part is rejected.".replace("Because of its score the", "The"),
            f"Its score lies above both thresholds, so the verdict is {e.verdict}.",
            "Do not ship this part.",
            "请将此件隔离，该件被判退。",
        ),
        "REVIEW": (
            "The score lies between the two thresholds.",
            "Please let a colleague take a second look before it is passed on.",
            "得分介于复检阈值和判退阈值之间，需人工确认。",
        ),
        "PASS": (
            "Its score stays below both thresholds.",
            "No action is needed.",
            "得分低于两个阈值，无需处理。",
        ),
    }[e.verdict]
    if not e.regions_found:
        yield "There are no marked regions."
        yield "差异图上没有标记。"
        return
    yield f"The difference map highlights {e.regions_found} {'region' if e.regions_found == 1 else 'regions'}."
    for region in e.regions:
        yield from _of(region)


def _of(r: Region) -> Iterator[str]:
    n, peak, share, (place, han) = r.number, f"{r.strength.peak:g}", f"{r.area_percent:g}", AT[r.place]
    yield f"Region {n}, in {place}, differs most clearly with {peak} sigma."
    yield f"Within region {n} ({r.width_px} px by {r.height_px} px), the map rises to {peak} sigma."
    yield f"The difference in {place} (region {n}) takes up {share} % of the area."
    yield f"Please inspect {place} first, where region {n} is marked."
    yield f"区域 {n} 在{han}，宽 {r.width_px} px，高 {r.height_px} px。"
    yield f"其中区域 {n} 的差异达到 {peak}σ。"
    if r.contrast.tone != "same":
        word, zh = {"darker": ("darkened", "更暗"), "lighter": ("brightened", "更亮")}[r.contrast.tone]
        yield f"Region {n} has {word} against normal: the lightness changed by {abs(r.contrast.lightness):g} L*."
        yield f"与正常版本相比，区域 {n} {zh}。"
    if r.shape.kind == "compact":
        yield f"In shape, region {n} is compact."


def wrong(e: Evidence, dice: random.Random) -> Iterator[tuple[str, str]]:
    yield from wrong_of(right(e), e, dice)
    other = dice.choice([v for v in VERDICTS if v != e.verdict])
    yield "verdict", f"I disagree with the tool; the right call is {other}."
    yield (
        "verdict",
        {"REJECT": "It can be shipped.", "PASS": "It has to be discarded.", "REVIEW": "It can be shipped."}[e.verdict],
    )
    yield "number", f"My confidence is {dice.randrange(61, 99)} out of 100."
    yield "number", f"The part is roughly {dice.randrange(3, 30)} cm long."
    yield "name", "A scuff mark is visible."
    yield "name", "Probably a casting defect such as porosity."
    yield "name", "表面有压痕，可能由夹具造成。"
    if e.regions:
        yield "negation", "Region 1 is a false alarm."
        yield "region", f"Region {e.regions_found + 2} deserves a look as well."
    else:
        yield "region", "A dark streak crosses the lower right."
        yield "region", "左下角有暗色条带。"
