"""What a score is made of: the strongest regions made normal one after another, and the score that is left each time.

A score is its highest place, so a region counts with what its going takes away, and the order matters: the strongest
go first. Every step is judged by the same detector as any other picture.
"""

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from assistant.counterfactual import without
from explain.catalogue import Lang, say
from explain.grouping import find
from explain.wording import number, points
from fusion.detection import Detection, Thresholds, Verdict
from fusion.sample import Sample

if TYPE_CHECKING:
    from fusion.detector import Detector  # imports torch

MOST = 4  # regions that go one by one; what is marked beside them goes at once


@dataclass(frozen=True)
class Step:
    """One more step of making a picture normal."""

    region: int | None  # that is made normal now, beside those before; None: all the others
    score: float  # that is left


@dataclass(frozen=True)
class Contributions:
    """How a score goes down, step by step."""

    before: float
    thresholds: Thresholds
    steps: tuple[Step, ...]
    verdict: Verdict  # of what is left
    text: str

    def to_json(self) -> dict[str, object]:
        return asdict(self)

    @property
    def scores(self) -> list[float]:
        """Return the score as it is, and what is left of it after each step."""
        return [self.before, *(step.score for step in self.steps)]

    @property
    def left(self) -> float:
        return self.scores[-1]


def contributions(sample: Sample, detection: Detection, detector: "Detector", lang: Lang) -> Contributions | str:
    """Return what makes up a sample's score, or a sentence that says why there is nothing to make normal."""
    spots = [] if detection.verdict == "REFUSED" else find(detection)
    if not spots:
        return say("whatif.nothing", lang)
    steps: list[Step] = []
    verdict = detection.verdict
    ends = [*range(1, min(MOST, len(spots)) + 1), *([len(spots)] if len(spots) > MOST else [])]
    for end in ends:
        again = without(sample, spots[:end], detector)
        if again.verdict == "REFUSED":  # what it made of the picture before stands
            break
        verdict = again.verdict
        steps.append(Step(end if end <= MOST else None, again.pred_score))
        if verdict == "PASS":
            break
    text = _told(detection, steps, verdict, lang)
    return Contributions(detection.pred_score, detection.thresholds, tuple(steps), verdict, text)


def _told(detection: Detection, steps: list[Step], verdict: Verdict, lang: Lang) -> str:
    """Return the steps in a sentence; its figures are rounded first, so that they add up."""
    scores = [round(score, 2) for score in (detection.pred_score, *(step.score for step in steps))]
    if not steps:
        return say("makeup.refused", lang, before=points(scores[0]))
    parts = []
    for step, before, after in zip(steps, scores, scores[1:], strict=False):
        key = "makeup.region" if step.region else "makeup.others"
        parts.append(say(key, lang, number=number(step.region or 0), much=points(round(before - after, 2))))
    slots = {"before": points(scores[0]), "left": points(scores[-1]), "verdict": say(f"verdict.{verdict}", lang)}
    return say("makeup", lang, parts=say("list", lang).join(parts), **slots)
