"""The numbers that a text claims, in English or Chinese, and whether the evidence holds them.

A number counts with its unit: a score of 141 doesn't support "141 px". Digits of any script are read, and so are
numbers in words; what can't be read for certain ("½", "10³"), or has a unit that Foil never measures in ("3 cm"), is a
claim that nothing supports.
"""

import math
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from explain.plain import Unit

UNITS: tuple[tuple[str, Unit], ...] = (  # what a text may write, what it means; the first that fits
    (r"%|percent|per cent", "percent"),
    (r"mm²|mm2|平方毫米", "mm2"),
    (r"mm|millimet(?:er|re)s?|毫米", "mm"),
    (r"px²|px2|px|pixels?|像素", "px"),
    (r"σ|sigmas?|个标准差|西格玛", "sigma"),
    (r"°|degrees?|度", "degree"),
    (r"times|fold|倍", "ratio"),
    (r"L\*", "lab"),
    (r"s\b|seconds?|秒", "second"),
    (r"gr[ea]y levels?|个灰度级", "grey"),
)
UNIT = "|".join(pattern for pattern, _ in UNITS)
FOREIGN = r"[cnµμukd]?m\b|microns?|microm\w+|(?:centi|deci|nano|kilo)?met(?:er|re)s?|inch(?:es)?|feet|ft\b|mils?\b"
FOREIGN += r"|m[²³]|mm[³3]|[cd]m[²³23]|[mk]?g\b|kg\b|grams?|K\b|[°º] ?[CF]\b|Hz|d[Bb]\b|ms\b|minutes?|hours?|min\b|ppm"
FOREIGN += "|厘米|微米|纳米|英寸|公里|米|克|千克|分钟|小时|毫秒|立方毫米"
NUMERAL = r"(?:\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?"
SHARED = r"\s*(?:[×xX*–~-]|to|and|by|至|到|乘)\s*(?=\d)"  # 34 × 32 px, 1 to 3 %: the unit comes with the second
CLAIM = re.compile(
    rf"(?P<minus>(?<![\w)%])[-−])?(?P<number>{NUMERAL})"
    rf"(?:[\s-]*(?:(?P<foreign>{FOREIGN})|(?P<unit>{UNIT}))|(?P<shared>{SHARED}))?"
)
NAMES = re.compile(r"\bT[12]\b")  # the two thresholds; no numbers

WORDS: dict[str, float] = {"half": 0.5, "quarter": 0.25, "twice": 2, "double": 2, "thrice": 3, "triple": 3}
WORDS |= {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10}
WORDS |= {"eleven": 11, "twelve": 12, "dozen": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16}
WORDS |= {"seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50}
WORDS |= {"sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90, "hundred": 100, "thousand": 1000, "million": 10**6}
WORD = re.compile(rf"\b(?:{'|'.join(WORDS)})\b(?:\s*(?P<unit>{UNIT}))?", re.IGNORECASE)

HAN = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
HAN_UNITS = {"十": 10, "百": 100, "千": 1000, "万": 10_000, "亿": 10**8}
HAN_NUMERAL = f"(?!零)[{''.join(HAN)}{''.join(HAN_UNITS)}]+"
COUNTED = "个|处|条|件|块|片|点|项|次|种|成"  # follows a number that counts: 三处 does, 四周 doesn't; nor does 零件
CHINESE = re.compile(rf"百分之(?P<percent>{HAN_NUMERAL})|(?P<count>{HAN_NUMERAL})\s*(?:(?P<unit>{UNIT})|{COUNTED})")


@dataclass(frozen=True)
class Claim:
    value: float  # nan where the text can't be read as a number
    unit: Unit | None = None
    step: float = 0.0  # the last digit's worth; 0 for a word, which claims the number exactly
    digits: int = 0  # significant ones
    start: int = 0  # where it stands in the text, with its unit
    end: int = 0


def claims(text: str) -> list[Claim]:
    """Return every number that a text claims."""
    plain = NAMES.sub("  ", "".join(_ascii(c) for c in text))
    return [*_numerals(plain), *_words(plain), *_unreadable(plain)]


def supported(claim: Claim, held: Iterable[tuple[Unit, float]]) -> bool:
    """Tell whether one of the evidence's numbers is the one claimed, exactly or rounded to two digits or more."""
    tolerance = claim.step / 2 if claim.digits >= 2 else 0.0
    return any(
        abs(claim.value - v) <= tolerance + 1e-9 * abs(v) for unit, value in held for v in _says(claim, unit, value)
    )


def _says(claim: Claim, unit: Unit, value: float) -> Iterator[float]:
    """Yield the numbers by which a text may give a value in the claim's unit."""
    if claim.unit == "percent":
        if unit == "percent":
            yield value
        elif unit == "ratio":
            yield 100 * value
    elif claim.unit == unit or (claim.unit is None and unit != "percent"):
        yield value
        if unit in ("lab", "degree"):  # the words say which way: "24.7 L* darker"
            yield abs(value)


def _ascii(c: str) -> str:
    digit = unicodedata.decimal(c, None)
    return str(digit) if digit is not None else chr(ord(c) - 0xFEE0) if "\uff01" <= c <= "\uff5e" else c  # full width


def _unit(written: str | None) -> Unit | None:
    return next((unit for pattern, unit in UNITS if written and re.fullmatch(pattern, written, re.IGNORECASE)), None)


def _numerals(text: str) -> list[Claim]:
    found: list[Claim] = []
    for match in reversed(list(CLAIM.finditer(text))):
        unit = found[-1].unit if match["shared"] and found else _unit(match["unit"])
        exact = Decimal(match["number"].replace(",", ""))
        step = 10.0 ** int(exact.as_tuple().exponent)
        value = math.nan if match["foreign"] else -float(exact) if match["minus"] else float(exact)
        found.append(Claim(value, unit, step, len(exact.as_tuple().digits), *match.span()))
    return found


def _words(text: str) -> Iterator[Claim]:
    unit: Unit | None
    for match in WORD.finditer(text):
        yield Claim(WORDS[match[0].split()[0].lower()], _unit(match["unit"]), start=match.start(), end=match.end())
    for match in CHINESE.finditer(text):
        value = _han(match["percent"] or match["count"])
        if value != 1 or match["percent"] or match["unit"]:  # 一处, 一条: an article
            unit = "percent" if match["percent"] else _unit(match["unit"])
            yield Claim(value, unit, start=match.start(), end=match.end())


def _han(text: str) -> float:
    """Return the value of a number in Chinese characters."""
    total, section, digit = 0, 0, 0
    for c in text:
        if c in HAN:
            digit = HAN[c]
        elif HAN_UNITS[c] < 10_000:
            section, digit = section + (digit or 1) * HAN_UNITS[c], 0
        else:
            total, section, digit = (total + section + digit) * HAN_UNITS[c], 0, 0
    return total + section + digit


def _unreadable(text: str) -> Iterator[Claim]:
    bare = re.sub(r"(?<=mm)²|(?<=px)²", " ", text)
    for at, c in enumerate(bare):
        if unicodedata.category(c) in ("No", "Nl") and c not in HAN:
            yield Claim(math.nan, start=at, end=at + 1)
