"""A sentence -> what it claims without a number: of which regions, and whether it is said or denied."""

import re
from dataclasses import dataclass

from explain.claims import HAN
from explain.claims import WORDS as NUMBERS
from explain.vocabulary import READ, TURN, WORDS, Subject

CLAUSE = re.compile(
    r"[,;:()，；：（）、\n]|\s[-–—]\s|\b(?:but|although|though|while|whereas|however)\b|但是?|然而|而(?!非)"
)
_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8}
_COUNT = rf"\d+|{'|'.join(w for w, v in NUMBERS.items() if v >= 2)}|one"
_MENTION = re.compile(
    rf"\bregions? (?:no\. ?|number |#)?"
    rf"(?P<en>(?:{_COUNT})(?:(?:, | and |, and | & |/)(?:{_COUNT})(?![\d.]* ?(?:px|mm|%)))*)\b"
    rf"|\b(?P<ordinal>{'|'.join(_ORDINALS)}) (?:marked |described )?region\b"
    rf"|区域 ?(?P<zh>(?:\d+|[{''.join(HAN)}])(?:(?:、|和|与|及)(?:区域 ?)?\d+)*)|#(?P<hash>\d+)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Mention:
    """Regions that a sentence names, and where; several at once are spoken of together."""

    regions: tuple[int, ...]
    start: int
    end: int


@dataclass(frozen=True)
class Assertion:
    """One thing that a sentence claims in words."""

    subject: Subject
    value: str
    start: int
    end: int


@dataclass(frozen=True)
class Denial:
    """What turns a sentence round; `wholly` if it says that there is nothing of which all the rest holds."""

    start: int
    wholly: bool


def mentions(text: str) -> list[Mention]:
    """Return the regions that a sentence names by their number."""
    found = []
    for match in _MENTION.finditer(text):
        words = match["en"] or match["zh"] or match["hash"] or match["ordinal"]
        numbers = re.findall(
            rf"\d+|{_COUNT}|[{''.join(HAN)}]" if not match["ordinal"] else r"\w+", words, re.IGNORECASE
        )
        found.append(Mention(tuple(_value(word.lower()) for word in numbers), *match.span()))
    return found


def _value(word: str) -> int:
    if word.isdecimal():
        return int(word)
    return int(HAN.get(word) or _ORDINALS.get(word) or NUMBERS.get(word, 1))


def clauses(text: str) -> list[int]:
    """Return where each clause of a sentence begins."""
    return [0, *(match.end() for match in CLAUSE.finditer(text))]


def read(text: str) -> tuple[list[Assertion], list[Denial], list[tuple[int, int]]]:
    """Return what a sentence claims in words, what denies claims, and the stretches whose numbers are no figures."""
    found = list(READ.finditer(text))
    said = [
        Assertion(WORDS[int(name[1:])].subject, WORDS[int(name[1:])].value, *match.span())
        for match in found
        if (name := match.lastgroup or "").startswith("w")
    ]
    denials = [
        Denial(match.start(), match["none"] is not None)
        for match in TURN.finditer(text)
        if not any(other.start() <= match.start() < other.end() for other in found)
    ]
    silent = [match.span() for match in found if (match.lastgroup or "").startswith("n")]
    return said, denials, silent + [(a.start, a.end) for a in said if a.subject in ("place", "verdict")]
