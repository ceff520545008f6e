"""Sentences that a language model might write of real evidence: right ones, and the same made wrong in known ways."""

import random
import re
from collections.abc import Callable, Iterator

from explain import plain
from explain.difference import Region
from explain.evidence import Evidence

PLACES = {
    "upper_left": ("upper left", "top-left corner", "左上方"),
    "upper": ("upper part", "top", "上方"),
    "upper_right": ("upper right", "top right", "右上角"),
    "left": ("left side", "left", "左侧"),
    "centre": ("centre", "middle", "中央"),
    "right": ("right-hand side", "right", "右侧"),
    "lower_left": ("lower left", "bottom left", "左下方"),
    "lower": ("lower part", "bottom", "下方"),
    "lower_right": ("lower right", "bottom-right corner", "右下方"),
}
TONES = {"darker": ("darker", "dark", "暗"), "lighter": ("brighter", "bright", "亮")}
VERDICTS = {
    "PASS": ("passes", "is accepted", "合格"),
    "REVIEW": ("needs review", "is put under review", "待复检"),
    "REJECT": ("is rejected", "fails", "不合格"),
}


def right(e: Evidence) -> Iterator[str]:
    """Yield true sentences on evidence that was judged, in the words of many."""
    assert e.score is not None
    assert e.p_value is not None
    t, s, reject = e.thresholds, f"{e.score:.2f}", f"{e.thresholds.reject:.2f}"
    does, is_, zh = VERDICTS[e.verdict]
    over = "above" if e.score >= t.reject else "below"
    exceeds = "exceeds" if e.score >= t.reject else "does not exceed"
    han = "高于" if e.score >= t.reject else "低于"
    yield f"The verdict is {e.verdict}."
    yield f"Verdict: {e.verdict} (score {s}, p = {e.p_value:.3g})."
    yield f"The score of {s} is {over} the reject threshold of {t.reject:.2f}."
    yield f"With a score of {s}, this part {does}."
    yield f"The part {is_}, as its score {exceeds} the rejection threshold ({t.reject:.2f})."
    yield f"The anomaly score came to {s}, while the review limit is {t.review:.2f} and the reject limit {reject}."
    yield f"Its p-value is {e.p_value:.3g}, judged against {e.support.n} good parts."
    yield f"Only {e.support.n} good parts were available, and a firm promise would take {e.support.needed} of them."
    yield f"The confidence in that promise is {100 * e.support.confidence:.3g} %."
    yield f"该件判定为{zh}，得分 {s}，判退阈值 {t.reject:.2f}。"
    yield f"得分为 {s}，{han}判退阈值（{t.reject:.2f}）。"
    yield f"模型以 {e.support.n} 件良品为依据，p 值为 {e.p_value:.3g}。"
    if not e.regions_found:
        yield from ("No region is marked.", "没有异常区域。")
        yield from ("Nothing stands out in this picture.", "未见异常。") if e.verdict == "PASS" else ()
        return
    yield f"{'One region is' if e.regions_found == 1 else f'{e.regions_found} regions are'} marked on the map."
    yield f"The strongest place is region 1, with a peak of {e.regions[0].strength.peak:g} sigma."
    for region in e.regions:
        yield from _of(region, "part" if e.frame == "part" else "picture")


def _of(r: Region, frame: str) -> Iterator[str]:
    n, peak, share, (place, other, han) = r.number, f"{r.strength.peak:g}", f"{r.area_percent:g}", PLACES[r.place]
    size, zh_size = f"{r.width_px} × {r.height_px} px", f"{r.width_px}×{r.height_px} 像素"
    yield f"Region {n} lies in the {place}."
    yield f"A deviation of {peak} sigma at its peak was found in the {other} (region {n})."
    yield f"Region {n} measures {size} and covers {share} % of the {frame}."
    yield f"Spanning roughly {r.width_px} by {r.height_px} pixels, region {n} is located at the {other} of the {frame}."
    yield f"Its peak strength reaches {peak} sigma in region {n}."
    yield f"In region {n}, about {share} % of the {frame} is affected."
    yield f"区域 {n} 位于{han}，大小约 {zh_size}。"
    yield f"区域 {n} 的峰值为 {peak}σ，占面积 {share}%。"
    if r.strength.times_threshold is not None:
        yield f"Region {n} peaks at {peak} sigma, which is {r.strength.times_threshold:g} times the marking threshold."
    if r.shape.kind == "elongated" and r.change.basis != "background":
        yield f"Region {n} is an elongated mark, {r.shape.length_px:g} px long and {r.shape.breadth_px:g} px wide."
    if r.scale:
        yield f"In millimetres, region {n} is {r.scale.width:g} mm wide and {r.scale.height:g} mm high."
    if r.contrast.tone != "same":
        tone, look, zh_tone = TONES[r.contrast.tone]
        amount = f"{abs(r.contrast.lightness):g}"
        yield f"Region {n} is {tone} than normal by {amount} L*."
        yield f"There is a {look} area at the {other}, marked as region {n}."
        yield f"Compared with the normal version, the surface in region {n} looks {tone}."
        yield f"区域 {n} 比正常偏{zh_tone}（{amount} L*）。"


def wrong_of(sentences: Iterator[str], e: Evidence, dice: random.Random) -> Iterator[tuple[str, str]]:
    """Yield (in which way, sentence) of right sentences made wrong, each in every way that fits it."""
    for sentence in sentences:
        for way, change in WAYS.items():
            changed = change(sentence, e, dice)
            if changed and changed != sentence:
                yield way, changed


DENIED = re.compile(r"\b(?:no|not|neither|nor|never)\b|[不没]|无(?!法)|未(?!见)", re.IGNORECASE)
Change = Callable[[str, Evidence, random.Random], str | None]


def wrong(e: Evidence, dice: random.Random) -> Iterator[tuple[str, str]]:
    """Yield (in which way, sentence): the right ones made wrong, and some that no right one is behind."""
    yield from wrong_of(right(e), e, dice)
    yield from (("region", sentence) for sentence in _invented(e, dice))
    yield from (
        ("name", f"Region 1 is a {name}.") for name in dice.sample(["scratch", "crack", "dent", "rust stain"], 2)
    )
    yield "name", f"该件有{dice.choice(['划痕', '裂纹', '污渍'])}。"
    yield "name", "The deviation was caused by a worn tool."


def _number(text: str, e: Evidence, dice: random.Random) -> str | None:
    """Change one number by a fifth or more, to one that the evidence doesn't hold anywhere."""
    found = [m for m in re.finditer(r"(?<![\w.#])\d+(?:\.\d+)?(?![\w.])", text) if not _is_index(text, m.start())]
    held = {v for _, value in plain.numbers(e) for v in (value, 100 * value, abs(value))}
    if not found:
        return None
    match = dice.choice(found)
    decimals = len(match[0].partition(".")[2])
    for _ in range(50):
        factor = dice.choice([dice.uniform(0.2, 0.8), dice.uniform(1.2, 4)])
        new = f"{float(match[0]) * factor + 10**-decimals:.{decimals}f}"
        if all(abs(float(new) - v) > 10**-decimals for v in held):
            return text[: match.start()] + new + text[match.end() :]
    return None


def _role(text: str, e: Evidence, dice: random.Random) -> str | None:
    """Give the score as the threshold, and the threshold as the score."""
    score, reject = f"{e.score:.2f}", f"{e.thresholds.reject:.2f}"
    if score not in text or reject not in text:
        return None
    return text.replace(score, "\0").replace(reject, score).replace("\0", reject)


def _is_index(text: str, at: int) -> bool:
    return re.search(r"(?:[Rr]egions?|区域) $", text[:at]) is not None


def _side(text: str, e: Evidence, dice: random.Random) -> str | None:
    sides = [("left", "right"), ("upper", "lower"), ("top", "bottom"), ("左", "右"), ("上方", "下方"), ("上角", "下角")]
    for centre, elsewhere in (("centre", "upper left"), ("middle", "right-hand side"), ("中央", "左侧")):
        text = text.replace(centre, elsewhere) if re.search(rf"(?:in|at) the {centre}|于{centre}", text) else text
    for one, other in sides:
        if re.search(rf"{one}(?! right)", text) and "region" in text.lower() + ("region" if "区域" in text else ""):
            return re.sub(f"{one}|{other}", lambda m, a=one, b=other: b if m[0] == a else a, text)  # type: ignore[misc]
    return text


def _verdict(text: str, e: Evidence, dice: random.Random) -> str | None:
    other = dice.choice([v for v in VERDICTS if v != e.verdict])
    for mine, its in zip((e.verdict, *VERDICTS[e.verdict]), (other, *VERDICTS[other]), strict=True):
        if re.search(rf"(?<![不\w]){mine}", text):
            return text.replace(mine, its)
    return None


def _unit(text: str, e: Evidence, dice: random.Random) -> str | None:
    swaps = [(" px", " mm"), (" pixels", " mm"), (" %", " px"), (" sigma", " %"), (" L*", " %"), (" mm ", " cm ")]
    swaps += [(" 像素", " mm"), ("σ", "%"), (" times", " %")]
    fitting = [(a, b) for a, b in swaps if a in text]
    if not fitting:
        return None
    a, b = dice.choice(fitting)
    return text.replace(a, b, 1)


def _not(text: str, e: Evidence, dice: random.Random) -> str | None:
    turned = {
        " does not exceed ": " exceeds ",
        " exceeds ": " does not exceed ",
        "Nothing stands out": "Something stands out",
        "未见异常": "并非未见异常",
        "没有异常区域": "并非没有异常区域",
        " is ": " is not ",
        " are ": " are not ",
        " lies ": " does not lie ",
        " covers ": " does not cover ",
        " measures ": " does not measure ",
        " reaches ": " does not reach ",
        " peaks at ": " does not peak at ",
        " looks ": " does not look ",
        " was found ": " was not found ",
        " came to ": " did not come to ",
        "passes": "does not pass",
        "needs": "does not need",
        "fails": "does not fail",
        "位于": "不在",
        "判定为": "未判定为",
        "比正常": "并不比正常",
        "峰值为": "峰值不是",
        "得分为": "得分不是",
    }
    for said, denied in turned.items():
        if said in text and (denied.strip() in ("exceeds",) or not DENIED.search(text)):
            return text.replace(said, denied, 1)
    return None


def _tone(text: str, e: Evidence, dice: random.Random) -> str | None:
    swap = {"darker": "brighter", "brighter": "darker", "dark ": "bright ", "bright ": "dark ", "暗": "亮", "亮": "暗"}
    found = [word for word in swap if word in text]
    return text.replace(found[0], swap[found[0]]) if found else None


def _index(text: str, e: Evidence, dice: random.Random) -> str | None:
    return re.sub(r"((?:[Rr]egion|区域) )\d+", rf"\g<1>{e.regions_found + 1 + dice.randrange(4)}", text)


def _invented(e: Evidence, dice: random.Random) -> Iterator[str]:
    taken = {place for r in e.regions for place in (r.place, *(r.ends or ()))}
    peak = {e.map.peak.place} if e.map and e.map.peak else set()
    free = [
        p for p in ("upper_left", "upper_right", "lower_left", "lower_right") if not any(p in t for t in taken | peak)
    ]
    if free:
        place, other, han = PLACES[dice.choice(free)]
        yield f"There is also a bright spot in the {place}."
        yield f"A faint line runs along the {other}."
        yield f"{han}也有一处异常。"
    if e.regions_found == 1:
        yield "A second region was found nearby."
        yield "Several regions are marked on this part."
    if e.regions_found == 0:
        yield "Region 1 lies where the part is thinnest."
        yield "Three places are marked on the map."


WAYS: dict[str, Change] = {
    "number": _number,
    "role": _role,
    "side": _side,
    "verdict": _verdict,
    "unit": _unit,
    "negation": _not,
    "tone": _tone,
    "region": _index,
}
