"""Inspect a sample: the whole way from what was seen to a verdict in words. READ THIS FIRST.

sample -> detection (score, map, normal version) -> evidence -> explanation. No step looks back.
"""

import math
import os
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Protocol

from assistant import guide
from assistant.contributions import Contributions, contributions
from assistant.counterfactual import Answer, Question, answer, unlike
from explain import plain
from explain.catalogue import Lang
from explain.evidence import Evidence
from explain.explanation import Explanation, explain
from explain.gather import gather
from explain.language import Audience, Brief, LanguageModel, Length, Template
from explain.naming import Kinds, kinds_in
from explain.nearest import PastCases
from explain.wording import number, points
from fusion.detection import Detection, Verdict
from fusion.errors import BadInput, BadSetting, FoilError
from fusion.item import Item
from fusion.modality.image import pictures_in
from fusion.progress import Progress, silent
from fusion.sample import Sample

if TYPE_CHECKING:
    from fusion.detector import Detector  # imports torch

SEEN = 512  # pixels: the longer side of a picture that a language model looks at
_MASKS = "ground_truth"  # what MVTec's layout calls the folder of the defects' masks, which are no samples
_NARRATOR = ("narrator", "checked", "claims", "wrong", "removed", "note")
_TOLD = (
    "regions",
    "regions_found",
    "map",
    "frame",
    "mm_per_px",
    "support",
    "not_used",
    "prompt",
    "spread",
    "refusal",
    "quality",
    "normals",
    "cases",
)


Recall = Callable[[Sample, Detection], PastCases | None]  # the cases on record that a sample is most like


class Result(Protocol):
    """What is told of one sample, whatever it is: a picture, a movement, or a file that is neither."""

    @property
    def verdict(self) -> Verdict | Literal["UNREADABLE"]: ...

    @property
    def headline(self) -> str:
        """Return which sample it is, in one line."""

    @property
    def text(self) -> str:
        """Return why, in lines; "" if the headline says all."""

    def to_json(self) -> dict[str, Any]: ...


def headline(name: str, score: float | None, p_value: float | None) -> str:
    """Return a sample's name, and its score if it was judged."""
    return name if score is None or p_value is None else f"{name}  score {points(score)}, p {number(p_value, 2)}"


@dataclass(frozen=True, eq=False)
class Inspection:
    """All that is known of one sample after the whole way."""

    sample: Sample
    detection: Detection
    evidence: Evidence
    explanation: Explanation
    seconds: float  # from the sample to the words; reading the file is not in it
    model: str
    what_if: Answer | Contributions | str = ""  # what a question was answered, if one was asked

    @property
    def verdict(self) -> Verdict:
        return self.detection.verdict

    @property
    def headline(self) -> str:
        return headline(self.evidence.sample.name, self.evidence.score, self.evidence.p_value)

    @property
    def text(self) -> str:
        """Return the words, and who wrote them if it wasn't the template."""
        answered = self.what_if if isinstance(self.what_if, str) else self.what_if.text
        return "\n".join(filter(None, (self.explanation.text, answered, self.explanation.note)))

    def to_json(self) -> dict[str, Any]:
        """Return the line of `foil inspect --json`, strict JSON; score, p and thresholds have all their digits."""
        evidence = plain.to_plain(self.evidence)
        scored = self.evidence.score is not None
        return {
            "path": self.sample.name,
            "verdict": self.detection.verdict,
            "pred_score": self.detection.pred_score if scored else None,
            "p_value": self.detection.p_value if scored else None,
            "explanation": self.explanation.text,
            "lang": self.explanation.lang,
            "what_if": self.what_if or None if isinstance(self.what_if, str) else self.what_if.to_json(),
            "narrator": {key: getattr(self.explanation, key) for key in _NARRATOR},
            "model": evidence["model"],
            "sha256": self.sample.sha256,
            "width": self.evidence.sample.width,
            "height": self.evidence.sample.height,
            "seconds": round(self.seconds, 4),
            "thresholds": asdict(self.detection.thresholds),
            **{key: evidence[key] for key in _TOLD},
        }


@dataclass(frozen=True)
class Failure:
    """A file that could not be inspected, and the sentence that says why; it names the file."""

    path: str
    reason: str
    verdict: ClassVar[Literal["UNREADABLE"]] = "UNREADABLE"
    text: ClassVar[str] = ""

    @property
    def headline(self) -> str:
        return self.reason

    def to_json(self) -> dict[str, Any]:
        return {"path": self.path, "error": self.reason}


def inspect(
    sample: Sample,
    detector: "Detector",
    lang: Lang = "en",
    language: LanguageModel | None = None,
    mm_per_px: float | None = None,
    samples: int = 0,
    audience: Audience = "engineer",
    length: Length = "long",
    what_if: Question | None = None,
    kinds: Kinds | None = None,
    recall: Recall | None = None,
) -> Inspection:
    """Walk one sample the whole way; without a language model, the template tells what was found.

    `samples` of the normal version, if any are asked for, say how sure it is; `recall` finds past cases to tell of.
    """
    started = time.perf_counter()
    detection = guide.detect(detector, sample, samples)
    support = detector.calibration.support(detection.thresholds.reject_rate)
    model = {"name": detector.name} | {key: value for key, value in detector.card.items() if _is_scalar(value)}
    cases = recall(sample, detection) if recall else None
    kinds = kinds or kinds_in(detector.card)
    eye = detector.zero_shot.kinds_of if detector.zero_shot else None
    evidence = gather(sample, detection, model, asdict(support), mm_per_px, kinds, cases, eye)
    language = language or Template()
    brief = Brief(lang, audience, length, _pictures(sample, detection, evidence) if language.sees else {})
    explanation = explain(evidence, language, brief)
    told: Answer | Contributions | str = ""
    if what_if and what_if.unlike:
        told = unlike(what_if, evidence.regions, kinds, lang)
    elif what_if and what_if.in_turn:
        told = contributions(sample, detection, detector, lang)
    elif what_if:
        told = answer(what_if, sample, detection, detector, lang)
    return Inspection(sample, detection, evidence, explanation, time.perf_counter() - started, detector.name, told)


def retold(inspection: Inspection, language: LanguageModel) -> Inspection:
    """Return the same inspection in a language model's words; what was found stays as it was."""
    e, lang = inspection.evidence, inspection.explanation.lang
    seen = _pictures(inspection.sample, inspection.detection, e) if language.sees else {}
    return replace(inspection, explanation=explain(e, language, Brief(lang, pictures=seen)))


def _pictures(sample: Sample, detection: Detection, evidence: Evidence) -> dict[str, bytes]:
    """Return what a narrator with eyes may look at, small: as PNG, by what it shows."""
    from assistant.pictures import contours, png, shrunk

    if sample.image is None or detection.verdict == "REFUSED":
        return {}
    marked = contours(sample.image, detection, evidence.regions)
    shown = {"the picture": sample.image, "its normal version": detection.normal, "the numbered regions": marked}
    return {what: png(shrunk(picture, SEEN)) for what, picture in shown.items()}


def inspect_paths(
    paths: Sequence[Path | Item],
    detector: "Detector",
    lang: Lang = "en",
    language: LanguageModel | None = None,
    mm_per_px: float | None = None,
    progress: Progress = silent,
    text: str | None = None,
    samples: int = 0,
    audience: Audience = "engineer",
    length: Length = "long",
    what_if: Question | None = None,
    kinds: Kinds | None = None,
    recall: Recall | None = None,
) -> Iterator[Inspection | Failure]:
    """Inspect pictures, folders of them, and items, of which more is known, in order; a bad file ends itself only.

    `text` goes with every picture but the items, which have their own. Every core walks a sample of its own the whole
    way, so memory holds a few pictures, however many there are.
    """
    found = [entry for path in paths for entry in expand(path, text)]
    progress("inspecting", 0, len(found))

    def walk(entry: Item | Failure) -> Inspection | Failure:
        sample = _read(entry)
        if isinstance(sample, Failure):
            return sample
        try:
            how = (mm_per_px, samples, audience, length, what_if, kinds, recall)
            return inspect(sample, detector, lang, language, *how)
        except BadSetting:
            raise  # it would end every other sample as well
        except FoilError as error:
            return Failure(sample.name, str(error))

    for done, result in enumerate(_in_order(walk, found), 1):
        yield result
        progress("inspecting", done, len(found))


def _in_order(
    walk: Callable[[Item | Failure], Inspection | Failure], found: Sequence[Item | Failure]
) -> Iterator[Inspection | Failure]:
    """Yield the results in the entries' order, a core at work on each of the next few."""
    cores = min(os.cpu_count() or 1, 8)
    with ThreadPoolExecutor(max_workers=cores) as pool:
        running: deque[Future[Inspection | Failure]] = deque()
        for entry in found:
            running.append(pool.submit(walk, entry))
            if len(running) > cores:
                yield running.popleft().result()
        while running:
            yield running.popleft().result()


def _read(entry: Item | Failure) -> Sample | Failure:
    if isinstance(entry, Failure):
        return entry
    try:
        return entry.load()
    except BadInput as error:
        return Failure(str(entry.path), str(error))


def expand(path: Path | Item, text: str | None) -> list[Item | Failure]:
    """Return what is to be inspected behind a path."""
    if isinstance(path, Item):
        return [path]
    if not os.path.isdir(path):  # unlike Path.is_dir, never an exception: whoever opens it will say what is wrong
        return [Item(path, None, "", "test", text=text)]
    try:
        pictures = [picture for picture in pictures_in(path) if _MASKS not in picture.relative_to(path).parts]
    except BadInput as error:
        return [Failure(str(path), str(error))]
    if not pictures:
        return [Failure(str(path), f"{path}: no pictures in this folder; check the path")]
    return [Item(picture, None, "", "test", text=text) for picture in pictures]


def _is_scalar(value: object) -> bool:
    return value is None or isinstance(value, str) or (isinstance(value, int | float) and math.isfinite(value))
