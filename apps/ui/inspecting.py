"""Inspect one picture for the page: everything it shows, ready to be put into its places."""

from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from apps.ui.shelf import Shelf
from assistant import card, page, pictures
from assistant.inspection import Inspection, inspect
from assistant.labels import label
from assistant.pictures import Picture
from explain.catalogue import Lang
from fusion.modality.image import read_image
from fusion.sample import Sample

if TYPE_CHECKING:
    from fusion.detector import Detector

SHOWN = 1600  # pixels of the longer side of a picture in the browser
LEGEND = 720  # pixels


@dataclass(frozen=True)
class View:
    """What the page shows of one picture; None where there is nothing to show. Files are paths, words are HTML."""

    card: str
    pair: tuple[str, str] | None = None  # input and normal version
    overlay: str | None = None
    regions: str | None = None
    legend: str = ""
    words: str = ""
    evidence: dict[str, Any] | None = None
    report: str | None = None
    score: float | None = None


def sample_of(path: str) -> Sample:
    """Read an uploaded picture as every door of Foil reads it."""
    return Sample(image=read_image(Path(path)), name=Path(path).name)


def look(sample: Sample, detector: "Detector", lang: Lang, shelf: Shelf) -> View:
    """Inspect a sample, draw what was found, and write its report."""
    inspection = inspect(sample, detector, lang)
    normals = detector.calibration.scores.tolist()
    shown = page.pictures_of(inspection)
    report = shelf.put(f"{Path(sample.name).stem}.html", page.render(inspection, shown, normals).encode())
    return View(
        card=card.card(inspection.evidence, normals, lang),
        words="".join(f"<p>{escape(line)}</p>" for line in inspection.explanation.text.splitlines()),
        evidence=inspection.to_json(),
        report=report,
        score=inspection.evidence.score,
        **({} if inspection.evidence.map is None else _drawn(inspection, shown, lang, shelf)),
    )


def _drawn(inspection: Inspection, shown: dict[str, Picture], lang: Lang, shelf: Shelf) -> dict[str, Any]:
    """Return the pictures of what was not refused, as files."""
    detection = inspection.detection

    def file(key: str, picture: Picture) -> str:
        small = pictures.shrunk(picture, SHOWN)
        return shelf.put(f"{key}.png", pictures.png(small, **page.texts_of(key, inspection)))

    scale = pictures.legend(detection.map_threshold, detection.map_top, detection.thresholds, 2 * LEGEND)
    return {
        "pair": (file("input", shown["input"]), file("normal", shown["normal"])),
        "overlay": file("overlay", shown["overlay"]),
        "regions": file("regions", pictures.contours(shown["input"], detection, inspection.evidence.regions)),
        "legend": f'<img src="{pictures.data_uri(scale)}" alt="{escape(label("legend", lang))}"><p>{escape(label("legend", lang))}</p>',
    }


def failed(reason: str, lang: Lang) -> View:
    """Return the view of a picture that could not be inspected: the sentence that says why, and nothing old."""
    return View(card=card.notice("FAILED", reason, lang))
