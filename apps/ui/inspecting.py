"""Inspect one picture for the page: everything it shows, ready to be put into its places."""

from dataclasses import dataclass, replace
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from apps.ui.marked import spoken_of
from apps.ui.markup import note, unbroken
from apps.ui.recorder import Keep
from apps.ui.shelf import Shelf
from apps.ui.what_if import Standing, standing
from assistant import card, page, pictures
from assistant.colours import Picture, legend
from assistant.inspection import Inspection, Recall, inspect, retold
from assistant.labels import label
from explain.catalogue import Lang
from explain.language import LanguageModel
from fusion.modality.image import read_image
from fusion.modality.skeleton import read_skeleton
from fusion.modality.text import read_text
from fusion.sample import Sample

if TYPE_CHECKING:
    from fusion.detector import Detector

Box = tuple[int, int, int, int]  # x0, y0, x1, y1; exclusive at the end

DISPLAYED = {".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp"}  # by browsers
SHOWN = 1600  # pixels of the longer side of a picture in the browser
LEGEND = 720  # pixels
FINE = 95  # quality of a JPEG in which single pixels are looked at; a PNG of many megapixels takes too long


@dataclass(frozen=True)
class View:
    """What the page shows of one picture; None where there is nothing to show. Files are paths, words are HTML."""

    card: str
    pair: tuple[str, str] | None = None  # input and normal version
    overlay: str | None = None
    regions: str | None = None
    guided: str | None = None
    posed: str | None = None  # the picture with its skeleton
    whole: tuple[str, ...] = ()  # all of these at full resolution, each named after what it shows
    size: tuple[int, int] = (0, 0)  # width and height, in pixels of the sample
    places: tuple[tuple[int, Box], ...] = ()  # number and box of each region, in these pixels
    legend: str = ""
    words: str = ""
    unheard: tuple[str, ...] = ()  # what was given to a model that makes nothing of it: text, skeleton
    evidence: dict[str, Any] | None = None
    report: str | None = None
    score: float | None = None
    standing: Standing | None = None  # among the good parts
    record: int | None = None  # its id in the store
    inspection: Inspection | None = None  # to be told once more
    recognised: str | None = None  # of what the model refused: another one that knows it


def sample_of(path: str, pose: str | None = None) -> Sample:
    """Read an uploaded picture, and a file with the skeleton of whom it shows, as every door of Foil reads them."""
    name = Path(path).name  # the visitor knows the file, not where it was put
    sample = Sample(image=read_image(Path(path), name), name=name)
    return with_pose(sample, pose) if pose else sample


def with_pose(sample: Sample, pose: str) -> Sample:
    """Return a sample of a picture with the skeleton in a file."""
    assert sample.image is not None, "a skeleton is laid over a picture"
    height, width = sample.image.shape[:2]
    return replace(sample, skeleton=read_skeleton(Path(pose), (width, height), Path(pose).name))


def with_words(sample: Sample, words: str | None) -> Sample:
    """Return a sample with a visitor's words; without them where there are none."""
    return replace(sample, text=read_text(words or "", "the words") or None)


def preview(path: str, sample: Sample, shelf: Shelf) -> str:
    """Return a file that a browser can show: the picture's own, or a copy of what only Foil can read."""
    if sample.image is None or Path(path).suffix.lower() in DISPLAYED:
        return path
    return shelf.put(f"{Path(path).stem}.png", pictures.png(pictures.shrunk(sample.image, SHOWN)))


def look(
    sample: Sample,
    detector: "Detector",
    lang: Lang,
    shelf: Shelf,
    keep: Keep | None = None,
    recall: Recall | None = None,
) -> View:
    """Inspect a sample, record it where that is wished, draw what was found, and write its report.

    `recall` finds past cases to tell of.
    """
    inspection = inspect(sample, detector, lang, recall=recall)
    record = keep(inspection) if keep else None
    normals = detector.calibration.scores.tolist()
    shown = page.pictures_of(inspection)
    report = shelf.put(f"{Path(sample.name).stem}.html", page.render(inspection, shown, normals).encode())
    return View(
        card=card.card(inspection.evidence, normals, lang),
        words=in_paragraphs(inspection.text),
        unheard=tuple(what for what in ("text", "skeleton") if what in inspection.evidence.not_used),
        evidence=inspection.to_json(),
        report=report,
        score=inspection.evidence.score,
        standing=standing(inspection, normals),
        record=record,
        inspection=inspection,
        **({} if inspection.evidence.map is None else _drawn(inspection, shown, lang, shelf)),
    )


def told_again(inspection: Inspection, narrator: LanguageModel, also: str = "") -> str:
    """Return what a language model makes of an inspection, as HTML: checked words, who told them, what else to say.

    Where it said nothing of use the template's words, which stand there already, are not said twice.
    """
    told = retold(inspection, narrator).explanation
    own = told.text == inspection.explanation.text
    under = " ".join(filter(None, (told.note, "" if own else also)))
    return ("" if own else in_paragraphs(told.text)) + note(under)


def in_paragraphs(text: str) -> str:
    """Return lines of text as HTML."""
    lines = (f"<p{spoken_of(line)}>{escape(unbroken(line))}</p>" for line in text.splitlines())
    return f'<div class="foil-words">{"".join(lines)}</div>'


def _drawn(inspection: Inspection, shown: dict[str, Picture], lang: Lang, shelf: Shelf) -> dict[str, Any]:
    """Return the pictures of what was not refused, as files."""
    detection = inspection.detection
    drawn = {key: shown[key] for key in ("input", "normal", "overlay")}
    drawn["regions"] = pictures.contours(shown["input"], detection, inspection.evidence.regions)
    drawn |= {key: shown[key] for key in ("guided", "posed") if key in shown}
    small = {key: _small(key, picture, inspection, shelf) for key, picture in drawn.items()}
    scale = legend(detection.map_threshold, detection.map_top, detection.thresholds, 2 * LEGEND)
    strip = f'<img src="{pictures.data_uri(scale)}" alt="">'
    return {
        "pair": (small["input"], small["normal"]),
        "overlay": small["overlay"],
        "regions": small["regions"],
        "guided": small.get("guided"),
        "posed": small.get("posed"),
        "size": shown["input"].shape[1::-1],
        "places": tuple((region.number, region.bbox) for region in inspection.evidence.regions),
        "whole": tuple(_whole(key, picture, small[key], inspection, shelf) for key, picture in drawn.items()),
        "legend": f'<div class="foil-legend">{strip}{note(label("legend", lang))}</div>',
    }


def _small(key: str, picture: Picture, inspection: Inspection, shelf: Shelf) -> str:
    texts = page.texts_of(key, inspection)
    return shelf.put(f"{key}.png", pictures.png(pictures.shrunk(picture, SHOWN), **texts))


def _whole(key: str, picture: Picture, small: str, inspection: Inspection, shelf: Shelf) -> str:
    """Return the file of a picture with all of its pixels: the small one, where none were left out."""
    if max(picture.shape[:2]) <= SHOWN:
        return small
    return shelf.put(f"{key}.jpg", pictures.jpeg(picture, FINE, **page.texts_of(key, inspection)))


def failed(reason: str, lang: Lang) -> View:
    """Return the view of a picture that could not be inspected: the sentence that says why, and nothing old."""
    return View(card=card.notice("UNREADABLE", reason, lang))
