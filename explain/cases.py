"""What a sentence claims of past cases: that "inspection 17" is one, what it was judged and decided, how alike it is.

Such a verdict is another part's: it is read here, before anything is read of the part at hand.
"""

import re
from collections.abc import Iterator, Sequence

from explain.claims import claims, supported
from explain.nearest import PastCase, PastCases
from explain.reading import clauses, read
from explain.vocabulary import TURN

_CASE = re.compile(
    r"\b(?:inspections?|(?:past )?cases?|records?) (?:no\. ?|number |#)?(?P<en>\d+)\b"
    r"|(?:检验|案例|记录)(?:记录|编号)? ?(?P<zh>\d+)(?![\d.]*\s*[个处件次项张条])"
    r"|\b(?:nearest|closest|most (?:similar|alike)) (?:past )?(?:case|inspection)\b"
    r"|最(?:相似|接近)的(?:案例|检验|记录)",
    re.IGNORECASE,
)
_AT_HAND = re.compile(r"\bthis\b|\bbut\b|\bwhile\b|\bwhereas\b|\bregions?\b|该件|本件|此件|但|而|区域", re.IGNORECASE)
_PEOPLE = r"persons?|people|humans?|inspectors?"
_BEFORE = re.compile(rf"\bdecided\b|\bdecision\b|\b(?:{_PEOPLE})\b|人", re.IGNORECASE)
_AFTER = re.compile(rf"\s*(?:by|from|of) (?:an? |the )?(?:{_PEOPLE})\b", re.IGNORECASE)
_NOBODY = re.compile(r"\bnobody (?:has )?decided\b|\bno (?:one|person) (?:has )?decided\b|\bundecided\b|无人判定", re.I)
_LIKENESS = re.compile(
    r"(?:\blikeness|\bsimilarity|相似度)(?: of| is|为|是)?[ :：]*(?P<value>[-−]?\d(?:[\d,.]*\d)?)", re.I
)
Told = Iterator[tuple[int, int, bool]]  # start, end and truth of each claim


def of_cases(text: str, cases: PastCases | None) -> Told:
    """Yield everything that a sentence says of past cases."""
    found = list(_CASE.finditer(text))
    for at, match in enumerate(found):
        stop = found[at + 1].start() if at + 1 < len(found) else len(text)
        turn = _AT_HAND.search(text, match.end(), stop)
        case = _meant(match, cases.nearest if cases else ())
        yield match.start(), match.end(), case is not None
        here, offset = text[match.end() : turn.start() if turn else stop], match.end()
        for start, end, true in (*_verdicts(here, case), *_likenesses(here, case)):
            yield start + offset, end + offset, true


def _meant(match: re.Match[str], cases: Sequence[PastCase]) -> PastCase | None:
    record = match["en"] or match["zh"]
    return next((case for case in cases if record is None or case.record == int(record)), None)


def _verdicts(text: str, case: PastCase | None) -> Told:
    """Yield what a text says that the program judged, or people decided, of one case."""
    since, starts = 0, clauses(text)
    for one in (one for one in read(text)[0] if one.subject == "verdict"):
        before = text[max(since, *(start for start in starts if start <= one.start)) : one.start]
        by_people = _BEFORE.search(before) or _AFTER.match(text, one.end)
        so = case is not None and one.value == (case.decided if by_people else case.verdict)
        yield one.start, one.end, so != (len(TURN.findall(before)) % 2 == 1)
        since = one.end
    for match in _NOBODY.finditer(text):
        yield *match.span(), case is not None and case.decided is None


def _likenesses(text: str, case: PastCase | None) -> Told:
    for match in _LIKENESS.finditer(text):
        said = claims(match["value"])
        yield *match.span(), case is not None and supported(said[0], [("ratio", case.likeness)])
