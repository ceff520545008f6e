"""What a question names: pictures, regions, rates, a place, a verdict and its reason; and the question without them."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal

from assistant.phrases import phrase
from explain.catalogue import Lang
from explain.prompt import clean
from explain.wording import in_quotes
from fusion.errors import BadInput
from fusion.modality.prompt import read_prompt
from fusion.modality.text import read_text

Judged = Literal["PASS", "REVIEW", "REJECT"]
LONGEST = 40  # characters of a quotation
MOST = 50  # regions of one range

_ORDINALS = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"]
_DIGITS = "一二三四五六七八九十"
_ORDINAL = rf"{'|'.join(_ORDINALS)}|\d+(?:st|nd|rd|th)"
_THING = r"(?:one|picture|photo|image|sample|part|piece|specimen)s?"
_ZH_THING = r"(?:[张个件幅号](?:图片|图像|照片|零件|样品|图)?)"
_PLACE = r"(?:region|defect|spot|mark|area|anomaly|flaw)"
_NUMBERS = r"\d+(?:\s*(?:,\s*and|,|and|&|-|–|to|和|与|、|到|至)\s*(?:regions? ?|区域 ?)?\d+)*"
_REGIONS = re.compile(
    rf"(?:{_PLACE}s?\s*(?:no\.?|number|#)?\s*|区域\s*)(?P<list>{_NUMBERS})"
    rf"|(?:the )?\b(?P<ordinal>{_ORDINAL}|strongest) {_PLACE}\b"
    r"|第(?P<zh>\d+)[个处]?(?:缺陷|区域|异常|瑕疵)"
)
_REFERENCES: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "number",
        re.compile(
            rf"\b(?:picture|photo|image|sample|part|number|no\.) ?(?:no\.? |number |#)?(\d+)\b|第(\d+){_ZH_THING}"
        ),
    ),
    ("ordinal", re.compile(rf"\b(?:the )?({_ORDINAL}) {_THING}\b|\bthe ({_ORDINAL})\b(?! (?:look|time|step))")),
    ("last", re.compile(rf"\b(?:the )?last {_THING}\b|\bthe last\b|最后一?{_ZH_THING}")),
    (
        "before",
        re.compile(
            rf"\b(?:the )?previous(?: {_THING}\b)?|\bthe {_THING} before\b(?: (?:it|this|that)\b)?|[上前]一?{_ZH_THING}"
        ),
    ),
    (
        "after",
        re.compile(rf"\b(?:the )?next(?: {_THING}\b)?|\bthe {_THING} after\b(?: (?:it|this|that)\b)?|下一?{_ZH_THING}"),
    ),
    ("worst", re.compile(rf"\b(?:the )?worst(?: {_THING}\b)?|最差的?那?{_ZH_THING}?")),
    ("best", re.compile(rf"\b(?:the )?best {_THING}\b|最好的?那?{_ZH_THING}?")),
)
_RATE = re.compile(r"(\d+(?:\.\d+)?) ?(?:%|percent\b|per cent\b|pct\b)")
_VERDICTS: tuple[tuple[Judged, str], ...] = (
    ("REVIEW", r"\breview|second look|复检|再看"),
    ("REJECT", r"\breject|\bfail|\bscrap|\bbad\b|\bnot ok\b|不合格|判退|报废|不通过|没通过"),
    ("PASS", r"\bpass|\baccept|\bapprov|\bgood\b|\bok\b|\bfine\b|\brelease|合格|放行|通过|接受"),
)
_BECAUSE = re.compile(r"\b(?:because(?: of)?|since|the reason is)\b:?|因为|由于")
_GERMANE = re.compile(r"[:,]\s*")


@dataclass(frozen=True)
class Scene:
    """What references are relative to: the pictures in their order, the one at hand, and the worst ones first."""

    names: Sequence[str]
    at_hand: str = ""
    ranked: Sequence[str] = ()


@dataclass(frozen=True)
class Named:
    """What a question names."""

    asked: str  # as typed, in one line
    text: str  # small letters, without the pictures it names
    masked: str  # pictures stand as "it", regions as "region 1", rates as "1 %"
    samples: tuple[str, ...]
    regions: tuple[int, ...]
    rates: tuple[float | None, float | None]  # review, reject
    place: str  # a field of the picture
    verdict: Judged | None
    reason: str
    lang: Lang

    @property
    def is_bare(self) -> bool:
        """Tell whether it names something and asks nothing of it, as "and region 2?" does."""
        left = re.sub(r"\bit\b|region 1|1 %|\breview\b|\breject(?: rate)?\b", "", self.masked)
        return bool(self.samples or self.regions or any(self.rates)) and not re.sub(_FILLERS, "", left).strip(
            " ?.,!，。？！"
        )


_FILLERS = re.compile(
    r"\b(?:and|what|how|about|the|on|with|for|at|in|like|to|of|then|please|now|is)\b|[那呢和跟对在的]"
)


def read(asked: str, scene: Scene) -> Named:
    """Return what a question names in a scene; BadInput, in the question's language, where that isn't there."""
    asked = read_text(asked, "the question")
    lang: Lang = "zh" if re.search(r"[\u4e00-\u9fff]", asked) else "en"
    text = _plain(asked)
    regions: list[int] = []

    def region(match: re.Match[str]) -> str:
        regions.extend(_numbers(match))
        return " region 1 "

    masked = _REGIONS.sub(region, text)
    rates = _rates(masked)
    masked = _RATE.sub("1 %", masked)
    found: list[tuple[int, str]] = []
    masked = _names(masked, scene, found)
    for kind, pattern in _REFERENCES:
        for match in pattern.finditer(masked):
            name = _referred(kind, match, scene, lang)
            masked = masked[: match.start()] + _kept(name, found, match) + masked[match.end() :]
    names = tuple(dict.fromkeys(name for _, name in sorted(found)))
    masked = re.sub(r"\s+", " ", re.sub("\ue000+", " it ", masked)).strip()
    rest = re.sub(r"\s+", " ", re.sub(r"\bit\b", " ", masked) if names else masked).strip()
    judged, reason = _judged(text, asked)
    return Named(asked, rest, masked, names, tuple(dict.fromkeys(regions)), rates, _place(rest), judged, reason, lang)


def _plain(asked: str) -> str:
    """Return a question in small letters, its full-width signs narrow, its Chinese numerals as digits."""
    text = unicodedata.normalize("NFKC", asked).lower().replace("’", "'").translate(str.maketrans("。、", ".,"))
    text = re.sub("第二|第两", "第2", text)
    return re.sub(rf"(第|区域 ?)([{_DIGITS}])", lambda match: f"{match[1]}{_DIGITS.index(match[2]) + 1}", text)


def _names(text: str, scene: Scene, found: list[tuple[int, str]]) -> str:
    """Put signs of one character in the place of every name, so that the order of what is named stays."""
    for name in sorted(scene.names, key=len, reverse=True):
        pattern = _pattern(name, scene.names)
        text = re.sub(pattern, partial(_kept, name, found), text)
    return text


def _kept(name: str, found: list[tuple[int, str]], match: re.Match[str]) -> str:
    found.append((match.start(), name))
    return "\ue000" * len(match[0])


def _pattern(name: str, names: Sequence[str]) -> str:
    """Return what may stand for a name: all of it, its stem with other signs between, or a first word of its own."""
    whole = re.escape(name.lower())
    stem, _, suffix = name.lower().rpartition("/")[2].rpartition(".")
    tokens = re.findall(r"[^\W\d_]+|\d+", stem or suffix)
    loose = r"[\s_-]*".join(f"0*{int(token)}" if token.isdigit() else re.escape(token) for token in tokens)
    words = [whole, *([loose] if any(not token.isdigit() for token in tokens) else [])]
    if tokens and not tokens[0].isdigit() and len(tokens[0]) >= 3 and _sole(tokens[0], names):
        words.append(rf"the {re.escape(tokens[0])}")
    return rf"(?<![a-z0-9_])(?:{'|'.join(words)})(?:{re.escape('.' + suffix)})?(?![a-z0-9_])"


def _sole(word: str, names: Sequence[str]) -> bool:
    from fusion.modality.lexicon import lexicon

    known = {part for english in lexicon().values() for part in english.split()}  # "ignore the label" names no picture
    return word not in known and sum(word in name.lower() for name in names) == 1


def _referred(kind: str, match: re.Match[str], scene: Scene, lang: Lang) -> str:
    """Return the name of what a reference means."""
    names, said = list(scene.names), next((group for group in match.groups() if group), "")
    at = names.index(scene.at_hand) if scene.at_hand in names else 0
    number = int(re.sub(r"\D", "", said) or 0) or (_ORDINALS.index(said) + 1 if said in _ORDINALS else 0)
    if kind in ("worst", "best"):
        names, at = list(scene.ranked), 0
    place = {"last": len(names) - 1, "best": len(names) - 1, "worst": 0, "before": at - 1, "after": at + 1}
    index = place.get(kind, number - 1)
    if not 0 <= index < len(names):
        raise BadInput(phrase("no_such", lang, said=in_quotes(clean(match[0]), LONGEST, lang), n=str(len(names))))
    return names[index]


def _numbers(match: re.Match[str]) -> list[int]:
    if ordinal := match["ordinal"]:
        first = re.sub(r"\D", "", ordinal)
        return [int(first) if first else 1 if ordinal == "strongest" else _ORDINALS.index(ordinal) + 1]
    ends = re.findall(r"(\d+)(?:\s*(?:-|–|to|到|至)\s*(?:regions? ?|区域 ?)?(\d+))?", match["list"] or match["zh"])
    return [n for first, last in ends for n in range(int(first), min(int(last or first), int(first) + MOST) + 1)]


def _rates(text: str) -> tuple[float | None, float | None]:
    """Return the rates of review and of reject, each by the nearest word that says which; else it is the latter."""
    review = reject = None
    found = list(_RATE.finditer(text))
    for at, match in enumerate(found):
        before = text[found[at - 1].end() if at else 0 : match.start()]
        after = text[match.end() : found[at + 1].start() if at + 1 < len(found) else len(text)]
        which = re.search("review|复检", before) or (
            not re.search("reject|判退", before) and re.search("^[^,]{0,3}(?:review|复检)", after)
        )
        share = float(match[1]) / 100
        review, reject = (share, reject) if which else (review, share)
    return review, reject


def _judged(text: str, asked: str) -> tuple[Judged | None, str]:
    """Return a verdict that is named, and what is said to be its reason."""
    because = _BECAUSE.search(text)
    said, reason = (text[: because.start()], text[because.end() :]) if because else (text, "")
    if (
        not because
        and (cut := _GERMANE.search(text))
        and _verdict(text[: cut.start()])
        and not _verdict(text[cut.end() :])
    ):
        said, reason = text[: cut.start()], text[cut.end() :]
    at = asked.lower().find(reason.strip())  # as typed, if it can be found there
    return _verdict(said), (asked[at : at + len(reason.strip())] if at >= 0 else reason).strip(" .,!?。，")


def _verdict(text: str) -> Judged | None:
    return next((verdict for verdict, pattern in _VERDICTS if re.search(pattern, text)), None)


def _place(text: str) -> str:
    try:
        return read_prompt(text).place
    except BadInput:
        return ""
