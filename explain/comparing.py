"""Comparisons that a sentence draws: of the score with a threshold, of two numbers, of regions with each other."""

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from explain.claims import Claim
from explain.difference import Region
from explain.evidence import Evidence
from explain.vocabulary import TURN

ABOVE = r"\b(?:above|over|exceed(?:s|ed|ing)?|beyond|reach(?:es|ed)|(?:higher|greater|larger|more) than)\b"
ABOVE += "|超过|高于|大于|达到|超出"
BELOW = r"\b(?:below|under|(?:lower|less|smaller) than|short of)\b|低于|小于|不到|未达到?|未超过"
_WAY = re.compile(f"(?P<below>{BELOW})|(?P<above>{ABOVE})", re.IGNORECASE)
_LIMIT = (
    r"(?P<review>review (?:threshold|limit)|T1|复检阈值)"
    r"|(?P<reject>reject(?:ion)? (?:threshold|limit)|T2|判退(?:阈值|水平))"
    r"|(?P<mark>marking (?:threshold|level)|标记阈值)|(?P<any>\bthresholds?\b|\blimits?\b|阈值)"
)
_AGAINST = re.compile(rf"(?:{_WAY.pattern})(?P<gap>[^.,;:()，；：（）]{{0,24}}?)(?:{_LIMIT})", re.IGNORECASE)
_BETWEEN = re.compile(r"\bbetween (?:the |both |its )?(?:review|thresholds|two)\b|介于复检阈值|介于两", re.IGNORECASE)

_OF_PARTS = re.compile(r"\bgood parts\b|\bat most\b|\bpromise|良品|至多", re.IGNORECASE)

MEASURES: dict[str, Callable[[Region], float]] = {
    r"larg|big|greater|大": lambda r: r.area_px,
    r"small|小": lambda r: -r.area_px,
    r"long|长": lambda r: r.shape.length_px,
    r"short|短": lambda r: -r.shape.length_px,
    r"wid|broad|宽": lambda r: r.shape.breadth_px,
    r"narrow|thin|窄|细": lambda r: -r.shape.breadth_px,
    r"strong|more striking|intens|强": lambda r: r.strength.peak,
    r"weak|faint|弱": lambda r: -r.strength.peak,
    r"dark|暗": lambda r: -r.contrast.lightness,
    r"bright|light|亮": lambda r: r.contrast.lightness,
}
_MEASURE = "|".join(MEASURES)
_THAN = re.compile(
    rf"(?:regions?|区域) ?#?(?P<a>\d+)\D{{0,24}}?(?:(?P<en>{_MEASURE})\w*\s+than (?:that of |in )?region ?#?(?P<b>\d+)"
    rf"|比区域 ?(?P<zb>\d+) ?更?(?P<zh>{_MEASURE}))",
    re.IGNORECASE,
)
_NOUN = r"(?:region|place|area|spot|one|difference|deviation)"
_MOST = re.compile(
    rf"(?:regions?|区域) ?#?(?P<a>\d+)[^\d.;]{{0,20}}?"
    rf"(?:\bthe (?P<en>{_MEASURE})(?:er|r|g?est|st)\b|最(?P<zh>{_MEASURE}))"
    rf"|\bthe (?P<en2>{_MEASURE})(?:est|gest|st)\b[^\d.;]{{0,30}}?\bregion ?#?(?P<b>\d+)"
    rf"|最(?P<zh2>{_MEASURE})的[^\d。；]{{0,10}}?区域 ?(?P<zb>\d+)",
    re.IGNORECASE,
)


def comparisons(text: str, numbers: Sequence[Claim], evidence: Evidence) -> Iterator[tuple[int, int, bool]]:
    """Yield start, end and truth of every comparison in a sentence, whose numbers are given in its order."""
    for match in _AGAINST.finditer(text):
        if _OF_PARTS.search(_clause(text[: match.start()])):  # "at most 1 % of good parts reach the threshold"
            continue
        yield match.start(), match.end(), _against(match, evidence) != _denied(text, match.start())
    for match in _BETWEEN.finditer(text):
        limits, score = evidence.thresholds, evidence.score
        inside = score is not None and limits.review <= score < limits.reject
        yield match.start(), match.end(), inside != _denied(text, match.start())
    for a, b in pairwise(numbers):
        between = text[a.end : b.start]
        ways = list(_WAY.finditer(between))
        if (
            len(ways) == 1
            and len(between) < 60
            and not re.search("[.,;:()。，；：（）]|\\bover\\b", between)
            and (a.unit or b.unit) == b.unit
        ):
            more = ways[0]["above"] is not None
            true = a.value >= b.value if more else a.value < b.value
            yield a.end + ways[0].start(), a.end + ways[0].end(), true != _denied(between, ways[0].start())
    regions = {r.number: r for r in evidence.regions}
    for match in _THAN.finditer(text):
        one, other = regions.get(int(match["a"])), regions.get(int(match["b"] or match["zb"]))
        measure = _measure(match["en"] or match["zh"])
        true = one is not None and other is not None and measure(one) > measure(other)
        yield match.start(), match.end(), true != _denied(match[0], len(match[0]))
    for match in _MOST.finditer(text):
        measure = _measure(match["en"] or match["zh"] or match["en2"] or match["zh2"])
        first = regions.get(int(match["a"] or match["b"] or match["zb"]))
        true = first is not None and all(measure(first) >= measure(r) for r in evidence.regions)
        yield match.start(), match.end(), true != _denied(match[0], len(match[0]))


def _measure(word: str) -> Callable[[Region], float]:
    return next(of for pattern, of in MEASURES.items() if re.match(pattern, word, re.IGNORECASE))


def _against(match: re.Match[str], e: Evidence) -> bool:
    """Tell whether score or map lie above, or below, the threshold that is named."""
    peak = max((r.strength.peak for r in e.regions), default=e.map.peak.value if e.map and e.map.peak else None)
    pairs = {"review": (e.score, e.thresholds.review), "reject": (e.score, e.thresholds.reject)}
    pairs["mark"] = (peak, e.map.threshold if e.map else 0.0)
    named = [pairs[key] for key in pairs if match[key]] or [pairs["review"], pairs["reject"]]
    return any(v is not None and (v < limit if match["below"] else v >= limit) for v, limit in named)


def _denied(text: str, at: int) -> bool:
    """Tell whether a negation stands before a place of the text, within its clause."""
    return len(TURN.findall(_clause(text[:at]))) % 2 == 1


def _clause(text: str) -> str:
    return re.split(r"[,;:()，；：（）、]|\bbut\b|\band\b|但", text)[-1]
