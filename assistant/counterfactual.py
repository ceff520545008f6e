"""Questions that begin with "what if", answered by computing: the normal version is pasted in and scored again.

Nothing is guessed: a picture with a region made normal goes through the same detector as any other.
"""

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from assistant.pictures import grown
from explain.catalogue import Lang, say
from explain.grouping import Spot, find
from explain.reading import mentions
from explain.wording import number, points
from fusion.detection import Detection, Verdict
from fusion.errors import BadSetting
from fusion.sample import Sample

if TYPE_CHECKING:
    from fusion.detector import Detector  # imports torch

MARGIN = 0.02  # of the picture's longer side: a region's surroundings that are made normal with it
_ALL = re.compile(r"\b(?:all|every|everything|they|each)\b|全部|所有|都", re.IGNORECASE)
_TO_PASS = re.compile(r"\b(?:what|which)\b.*\bpass\b|怎样.*合格|如何.*合格|怎么.*合格", re.IGNORECASE)


@dataclass(frozen=True)
class Question:
    """What is to be made normal: some regions, all of them, or as few as it takes to pass."""

    regions: tuple[int, ...] = ()  # none: all
    to_pass: bool = False


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
    """Return what is asked; raise BadSetting where it can't be computed."""
    named = tuple(n for mention in mentions(text) for n in mention.regions)
    if named:
        return Question(named)
    if _TO_PASS.search(text):
        return Question(to_pass=True)
    if _ALL.search(text):
        return Question()
    raise BadSetting(
        f"{text!r} can't be computed; ask what if “region 1 were normal”, “regions 1 and 2 were normal”, “all were "
        "normal”, or “what would pass”"
    )


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


def made_normal(sample: Sample, detection: Detection, spots: Sequence[Spot]) -> Sample:
    """Return a sample in whose picture, (H, W, 3), some spots look as their normal version does."""
    assert sample.image is not None
    inside: NDArray[np.bool_] = np.zeros(sample.image.shape[:2], bool)
    for spot in spots:
        x0, y0, x1, y1 = spot.bbox
        inside[y0:y1, x0:x1] |= spot.mask
    inside = grown(inside, round(MARGIN * max(inside.shape)))
    return replace(sample, image=np.where(inside[..., None], detection.normal, sample.image))


def _answer(
    regions: Sequence[int],
    spots: Sequence[Spot],
    sample: Sample,
    detection: Detection,
    detector: "Detector",
    lang: Lang,
) -> Answer:
    again = detector.detect(made_normal(sample, detection, [spots[n - 1] for n in regions]))
    names = say("list", lang).join(say("whatif.region", lang, number=number(n)) for n in regions)
    score = None if again.verdict == "REFUSED" else again.pred_score
    slots = {"regions": names, "before": points(round(detection.pred_score, 2))}
    slots["verdict"] = say(f"verdict.{again.verdict}", lang)
    if score is not None:
        slots["score"] = points(round(score, 2))
    text = say("whatif.refused" if score is None else "whatif", lang, **slots)
    return Answer(tuple(regions), detection.pred_score, score, again.verdict, text)
