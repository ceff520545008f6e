"""What a sentence claims of mirror places: that another region lies at a region's, or nothing does.

The other region is no subject of the sentence: it is read here, before anything is read of the region at hand.
"""

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from explain.reading import mentions

if TYPE_CHECKING:
    from explain.difference import Region

_ALONE = re.compile(
    r"\b(?:nothing|nor|no (?:region|defect|counterpart))\b[^.;,]{0,20}\bmirror (?:place|image|side)\b(?: on the part)?"
    r"|对称的?位置(?:上|处)?(?:也?没有|[也并]?无)(?:这样的结构|区域|异常)?",
    re.IGNORECASE,
)
_REGION = re.compile(
    r"\bmirror (?:place|image|side)\b(?: on the part)?(?:,? (?:is|lies|holds|has|there is))* region (?P<en>[\d,]+)"
    r"|对称的?位置(?:上|处)?[是为有]区域 ?(?P<zh>[\d,]+)",
    re.IGNORECASE,
)


def of_mirrors(text: str, regions: Sequence["Region"], carried: Sequence[int]) -> Iterator[tuple[int, int, bool]]:
    """Yield start, end and truth of everything that a sentence says of mirror places."""
    named = mentions(text)
    for match in (*_ALONE.finditer(text), *_REGION.finditer(text)):
        before = [mention for mention in named if mention.end <= match.start()]
        subjects = before[-1].regions if before else carried
        said = match.groupdict() if match.re is _REGION else {}
        wanted = next((int(number.replace(",", "")) for number in said.values() if number), None)
        found = [region.mirror for region in regions if region.number in subjects]
        yield *match.span(), bool(found) and all(one is not None and one.region == wanted for one in found)
