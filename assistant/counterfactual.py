"""Questions that begin with "what if" or "why not", answered by computing.

Nothing is guessed: a picture with a region made normal goes through the same detector as any other, and why a region
isn't called some kind of defect is read off the distances that named it.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from assistant import guide
from assistant.pictures import grown
from explain.catalogue import Lang, say
from explain.contrast import why_not
from explain.grouping import Spot, covered, filled, find
from explain.naming import Kinds, kind_said
from explain.prompt import clean
from explain.wording import called, in_quotes, number, points
from fusion.detection import Detection, Verdict
from fusion.errors import BadSetting
from fusion.sample import Sample

if TYPE_CHECKING:
    from explain.difference import Region
    from fusion.detector import Detector  # imports torch

LONGEST = 80  # characters of a question that are quoted
MOST = 1000  # regions of one range
ROUNDS = 6  # what was hidden by the strongest difference is seen once that is gone
MARGIN = 0.02  # of the picture's longer side: a region's surroundings that are made normal with it
_RANGE = re.compile(r"(\d+)(?: ?(?:-|–|~|to|到|至) ?(?:regions? |区域 ?)?(\d+))?")
_EN = rf"{_RANGE.pattern}(?:(?:, ?and | and |, ?| ?& ?)(?:region )?{_RANGE.pattern})*"
_ZH = rf"{_RANGE.pattern}(?: ?[、,和与及] ?(?:区域 ?)?{_RANGE.pattern})*"
_MADE_NORMAL = re.compile(
    rf"(?:(?:what )?if )?(?:regions? (?P<en>{_EN})|all(?: (?:the )?regions)?|everything) (?:were|was|is|are) normal"
    rf"|(?:如果|假如|假设|若)? ?(?:区域 ?(?P<zh>{_ZH})|(?:全部|所有)(?:区域)?) ?[都均]?(?:恢复)?正常(?:会怎样|呢)?"
)


def _it(group: str) -> str:
    return rf"(?:it|this|that|region (?P<{group}>\d+))"


_UNLIKE = re.compile(
    rf"why not (?P<a>.+)|why (?:is|was) {_it('r1')} not (?P<b>.+)|(?:why )?isn't {_it('r2')} (?P<c>.+)"
    rf"|could {_it('r3')} be (?P<d>.+)"
    r"|(?:为什么|为何)? ?(?:它|这|(?:区域|region) ?(?P<r4>\d+))? ?(?:不是|会不会是)(?P<e>.+?)(?:呢|吗)?"
)
_TO_PASS = re.compile(r"what would pass|(?:什么|怎样|如何|怎么)才?(?:能|算|会|可以)?(?:合格|通过)")
_IN_TURN = re.compile(
    r"what (?:makes up|contribute[sd] to|made up) (?:the|this|its) score"
    r"|(?:这个|该)?(?:得分|分数)是?由?(?:什么|哪些区域)(?:构成|组成|造成)的?"
)


@dataclass(frozen=True)
class Question:
    """What is to be made normal: some regions, all of them, or as few as it takes to pass; or what a region isn't."""

    regions: tuple[int, ...] = ()  # none: all, or of what one isn't the first
    to_pass: bool = False
    unlike: str = ""  # words for a kind of defect
    in_turn: bool = False  # one after another: what makes up the score


@dataclass(frozen=True)
class Answer:
    """What came out with some regions made normal."""

    regions: tuple[int, ...]  # those that were made normal
    before: float
    score: float | None  # None where the model refuses the changed picture
    verdict: Verdict
    text: str

    def to_json(self) -> dict[str, object]:
        return asdict(self)


def question(text: str) -> Question:
    """Return what is asked; raise BadSetting, in the question's language, at anything that isn't understood whole."""
    asked = " ".join(unicodedata.normalize("NFKC", text).lower().split()).rstrip(" .?!。")
    if _TO_PASS.fullmatch(asked):
        return Question(to_pass=True)
    if _IN_TURN.fullmatch(asked):
        return Question(in_turn=True)
    if unlike := read_unlike(asked):
        return unlike
    found = _MADE_NORMAL.fullmatch(asked)
    regions = _numbers(found["en"] or found["zh"] or "") if found else None
    if regions is None:
        lang: Lang = "zh" if re.search(r"[\u4e00-\u9fff]", text) else "en"
        raise BadSetting(say("whatif.forms", lang, text=in_quotes(clean(text), LONGEST, lang)))
    return Question(regions)


def read_unlike(asked: str) -> Question | None:
    """Return what is asked by "why not a crack?" and its like, in small letters; None if nothing of that kind is."""
    found = _UNLIKE.fullmatch(asked.rstrip(" .?!。？"))
    if found is None:
        return None
    said = next(text for text in (found[group] for group in "abcde") if text)
    region = next((int(text) for text in (found[f"r{at}"] for at in range(1, 5)) if text), 1)
    return Question((region,), unlike=said)


def unlike(asked: Question, regions: Sequence["Region"], kinds: Kinds, lang: Lang) -> str:
    """Return why a region isn't called what is asked for, or a sentence that says why that can't be told."""
    kind = kind_said(asked.unlike, kinds)
    if not kind:
        known = say("list", lang).join(called(name, lang) for name in kinds.names)
        return say("whynot.unknown", lang, asked=in_quotes(clean(asked.unlike), LONGEST, lang), kinds=known)
    if not regions:
        return say("whynot.nothing", lang)
    wanted = asked.regions[0]
    if wanted > len(regions):
        return say("whatif.missing", lang, number=number(wanted), found=number(len(regions)))
    return why_not(kinds, regions[wanted - 1], kind, lang)


def answer(asked: Question, sample: Sample, detection: Detection, detector: "Detector", lang: Lang) -> Answer | str:
    """Return what would come out, or a sentence that says why nothing can be asked of this sample."""
    spots = [] if detection.verdict == "REFUSED" else find(detection)
    if not spots:
        return say("whatif.nothing", lang)
    numbers = list(range(1, len(spots) + 1))
    wanted = [n for n in asked.regions or numbers if n in numbers]
    if missing := [n for n in asked.regions if n not in numbers]:
        return say("whatif.missing", lang, number=number(missing[0]), found=number(len(spots)))
    if not asked.to_pass:
        return _answer(wanted, spots, sample, detection, detector, lang)
    for upto in numbers:  # the strongest come first
        found = _answer(numbers[:upto], spots, sample, detection, detector, lang)
        if found.verdict == "PASS":
            return found
    return found


def place_of(spots: Sequence[Spot], shape: tuple[int, int]) -> NDArray[np.bool_]:
    """Return where spots are, with what they enclose and their surroundings, (H, W)."""
    return filled(grown(covered(spots, shape), _margin(shape)))


def without(sample: Sample, spots: Sequence[Spot], detector: "Detector") -> Detection:
    """Detect a sample again with some spots made normal; what is left of them beside the seam is made so with them.

    Of the few rounds that this takes, with other likely versions of what is normal, the most normal one counts.
    """
    assert sample.image is not None
    place, found, last = place_of(spots, sample.image.shape[:2]), list[Detection](), sample.image
    for rank in range(ROUNDS):
        image = detector.without(sample.image, place, rank)
        if found and np.array_equal(image, last):
            break  # there is no other version, and nothing more to make normal
        last = image
        found.append(guide.detect(detector, replace(sample, image=image)))  # what words left out stays left out
        if found[-1].verdict in ("PASS", "REFUSED"):
            return found[-1]
        near = grown(place, _margin(place.shape))
        left = [spot for spot in find(found[-1]) if _touches(spot, near)]
        if not left:
            break
        place |= place_of(left, place.shape)
    return min(found, key=lambda one: one.pred_score)


def _margin(shape: tuple[int, ...]) -> int:
    return round(MARGIN * max(shape))


def _touches(spot: Spot, area: NDArray[np.bool_]) -> bool:
    x0, y0, x1, y1 = spot.bbox
    return bool((area[y0:y1, x0:x1] & spot.mask).any())


def _numbers(text: str) -> tuple[int, ...] | None:
    """Return the numbers of a list such as "1, 3-5 and 7", each once; None if a range runs backwards or has no end."""
    ranges = [(int(first), int(last or first)) for first, last in _RANGE.findall(text)]
    if any(not first <= last < first + MOST for first, last in ranges):
        return None
    return tuple(dict.fromkeys(n for first, last in ranges for n in range(first, last + 1)))


def _answer(
    regions: Sequence[int],
    spots: Sequence[Spot],
    sample: Sample,
    detection: Detection,
    detector: "Detector",
    lang: Lang,
) -> Answer:
    again = without(sample, [spots[n - 1] for n in regions], detector)
    score = None if again.verdict == "REFUSED" else again.pred_score
    slots = {"regions": _names(regions, lang), "before": points(round(detection.pred_score, 2))}
    slots["verdict"] = say(f"verdict.{again.verdict}", lang)
    if score is not None:
        slots["score"] = points(round(score, 2))
    text = say("whatif.refused" if score is None else "whatif", lang, **slots)
    return Answer(tuple(regions), detection.pred_score, score, again.verdict, text)


def _names(regions: Sequence[int], lang: Lang) -> str:
    *others, last = map(number, regions)
    if not others:
        return say("whatif.region", lang, number=last)
    return say("whatif.regions", lang, numbers=say("list", lang).join(others), last=last)
