"""Several pictures at once: which pose goes with which, each inspected in turn, and what was found, the worst first."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from apps.ui.inspecting import sample_of, with_words
from apps.ui.markup import listed, note
from apps.ui.recorder import Keep, OnRecord
from apps.ui.shelf import Shelf
from apps.ui.words import word
from assistant.inspection import Inspection, Recall, inspect
from assistant.labels import label
from assistant.pictures import png, shrunk
from assistant.reports.html import SHAPES
from explain.catalogue import Lang, say
from explain.wording import number, points
from fusion.detection import Verdict
from fusion.errors import BadInput, BadSetting, FoilError

if TYPE_CHECKING:
    from fusion.detector import Detector

MOST = 200  # pictures at once
SMALL = 240  # pixels of the longer side of a thumbnail
POSES = (".json", ".npy", ".npz")
ORDER: tuple[Verdict, ...] = ("REJECT", "REVIEW", "REFUSED", "PASS")  # the worst first


@dataclass(frozen=True)
class Given:
    """One picture's file, and the file of its pose, if there is one."""

    path: str
    pose: str | None = None

    @property
    def name(self) -> str:
        return Path(self.path).name


@dataclass(frozen=True)
class Found:
    """What is kept of one picture of several; nothing but a problem of one that can't be read."""

    given: Given
    problem: str = ""
    verdict: Verdict = "REFUSED"
    score: float | None = None
    thumbnail: str = ""  # its file
    on_record: OnRecord | None = None


@dataclass(frozen=True)
class Many:
    """How far several pictures are inspected."""

    of: int
    found: tuple[Found, ...] = ()
    ended: bool = False  # whether all are, or the visitor stopped it
    model: str = ""

    @property
    def judged(self) -> list[Found]:
        """Return what could be read, the worst first."""
        return sorted(
            (one for one in self.found if not one.problem),
            key=lambda one: (ORDER.index(one.verdict), -(one.score or 0), one.given.name),
        )


def paired(files: Sequence[str], lang: Lang) -> tuple[list[Given], list[str]]:
    """Return pictures, each with the pose that is named like it, and poses that may go with a picture at hand.

    Of several pictures each pose must be named like one; a single picture takes a single pose whatever its name.
    """
    poses = [file for file in files if Path(file).suffix.lower() in POSES]
    paths = [file for file in files if file not in poses]
    if len(paths) > MOST:
        raise BadSetting(word("many.most", lang, n=number(len(paths)), most=number(MOST)))
    if not paths:
        return [], poses
    if len(paths) == len(poses) == 1:
        return [Given(paths[0], poses[0])], []
    named = {Path(path).stem: path for path in paths}
    for pose in poses:
        if Path(pose).stem not in named:
            raise BadInput(word("many.lonely", lang, name=Path(pose).name))
    known = {Path(pose).stem: pose for pose in poses}
    return [Given(path, known.get(Path(path).stem)) for path in paths], []


def inspected(
    given: Sequence[Given],
    detector: "Detector",
    words: str | None,
    lang: Lang,
    shelf: Shelf,
    keep: Keep | None = None,
    recall: Recall | None = None,
) -> Iterator[Found]:
    """Yield what is found of each picture, in turn; one that can't be read ends itself only."""
    for one in given:
        try:
            sample = with_words(sample_of(one.path, one.pose), words)
            yield _found(one, inspect(sample, detector, lang, recall=recall), shelf, keep)
        except BadSetting:
            raise  # it would end every other picture as well
        except FoilError as error:
            yield Found(one, str(error))


def _found(given: Given, inspection: Inspection, shelf: Shelf, keep: Keep | None) -> Found:
    assert inspection.sample.image is not None, "a picture was inspected"
    small = shelf.put(f"{Path(given.name).stem}.png", png(shrunk(inspection.sample.image, SMALL)))
    on_record = OnRecord.of(inspection, keep(inspection) if keep else None)
    return Found(given, "", inspection.verdict, inspection.evidence.score, small, on_record)


def captions(many: Many, lang: Lang) -> list[tuple[str, str]]:
    """Return thumbnails, the worst first, each with verdict, score and name."""
    said = []
    for one in many.judged:
        score = f" {points(one.score)}" if one.score is not None and one.verdict != "REFUSED" else ""
        said.append((one.thumbnail, f"{SHAPES[one.verdict]} {label(one.verdict, lang)}{score}\n{one.given.name}"))
    return said


def told(many: Many, lang: Lang) -> str:
    """Return, as HTML, how far it is, or what came of it, and what could not be read."""
    if not many.of:
        return ""
    if not many.ended:
        return note(word("many.at", lang, done=number(len(many.found)), of=number(many.of)), live=True)
    counts = Counter(one.verdict for one in many.judged)
    unread = [one for one in many.found if one.problem]
    said = [
        word("many.count", lang, n=number(counts[verdict]), verdict=f"{SHAPES[verdict]} {label(verdict, lang)}")
        for verdict in ORDER
        if counts[verdict]
    ]
    said += [word("many.unread", lang, n=number(len(unread)))] if unread else []
    key = "many.done" if len(many.found) == many.of else "many.stopped"
    figures = {"done": number(len(many.found)), "of": number(many.of), "counts": say("list", lang).join(said) or "0"}
    click = note(word("many.click", lang)) if counts else ""
    return f"<p>{escape(word(key, lang, **figures))}</p>{click}{listed([one.problem for one in unread])}"
