"""One page a sample that can be mailed, printed and filed: everything that was found, in one file of HTML.

A page holds no script and asks for nothing from anywhere; names and texts are escaped wherever they stand.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from assistant import charts, colours, pictures
from assistant.card import card
from assistant.colours import Picture
from assistant.contributions import Contributions
from assistant.inspection import Failure, Inspection
from assistant.posing import drawn
from assistant.profile_chart import profile_chart
from assistant.sheet import filled, free_stem, identity, markup
from assistant.waterfall import waterfall
from explain.catalogue import Lang
from explain.grouping import find
from explain.profile import profile
from explain.wording import number
from fusion.detection import Verdict
from fusion.files import atomic_write, make_folder

SHOWN = 640  # pixels of the longer side of a picture inside a page; its PNG beside the page keeps them all
THUMBNAIL = 72  # pixels high
PROFILES = 3  # regions across which lightness is drawn
FIGURES = ("input", "normal", "overlay", "map", "guided", "posed")  # of the page; the files beside it are more
FILES = (*FIGURES, "mask", "spread")
TITLES = {  # inside a picture's file, where no reader's language is known
    "input": "Input",
    "normal": "Generated: what normal would look like",
    "overlay": "Difference over the picture",
    "map": "Difference map",
    "guided": "Where the words fit",
    "regions": "Numbered regions",
    "posed": "The person's pose",
    "mask": "Marked pixels",
    "spread": f"How far samples of the normal version disagree: black 0, white {pictures.WIDEST} grey levels or more",
}
# Of the model's card; the rest of it is in the model's folder.
EXCERPT = ("method", "representation", "n_normals", "n_skipped", "aligned", "pooled", "created", "foil", "fingerprint")
# What IPTC calls a photograph in which a model replaced places.
GENERATED = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"


@dataclass(frozen=True)
class Entry:
    """One row of an index: small enough to keep thousands."""

    name: str
    verdict: Verdict
    score: float | None
    p_value: float | None
    page: str  # file name
    thumbnail: str  # data URI
    kind: Literal["picture", "movement"] = "picture"


def write_page(
    inspection: Inspection, folder: Path, normals: Sequence[float] = (), written: datetime | None = None
) -> Path:
    """Write a sample's page and, in a folder of the same name, its pictures as PNG; return the page's path.

    `normals` are the held-out scores of the good parts. A sample of the same name is written over; another sample that
    happens to be called alike is not.
    """
    stem = free_stem(inspection.sample.name, folder)
    make_folder(folder / stem)
    shown = pictures_of(inspection)
    for key in FILES:
        path = folder / stem / f"{key}.png"
        if key not in shown:
            path.unlink(missing_ok=True)  # of an earlier inspection, when it wasn't refused
            continue
        picture = pictures.captioned(shown[key], TITLES[key]) if key == "normal" else shown[key]
        atomic_write(path, pictures.png(picture, **texts_of(key, inspection)))
    page = folder / f"{stem}.html"
    atomic_write(page, render(inspection, shown, normals, written).encode())
    return page


def pictures_of(inspection: Inspection) -> dict[str, NDArray[np.uint8]]:
    """Return what there is to see, by name; of a refused sample that is nothing but itself."""
    image, detection = _image(inspection), inspection.detection
    if inspection.evidence.map is None:
        return {"input": image}
    shown = {
        "input": image,
        "normal": detection.normal,
        "overlay": pictures.overlay(image, detection),
        "map": pictures.heatmap(detection),
        "mask": detection.pred_mask.astype(np.uint8) * 255,
    }
    asked = {"guided": pictures.guided(image, detection), "spread": pictures.spread(detection)}
    if inspection.sample.skeleton is not None:
        asked["posed"] = drawn(image, inspection.sample.skeleton)
    return shown | {key: picture for key, picture in asked.items() if picture is not None}


def texts_of(key: str, inspection: Inspection) -> dict[str, str]:
    """Return what a picture's file says of itself; a generated picture says so to machines, too."""
    texts = {"Title": TITLES[key], "Sample": inspection.sample.sha256, "Model": inspection.model}
    return texts | ({"DigitalSourceType": GENERATED} if key == "normal" else {})


def render(
    inspection: Inspection,
    shown: dict[str, NDArray[np.uint8]],
    normals: Sequence[float] = (),
    written: datetime | None = None,
) -> str:
    """Return the page as one text of HTML that needs no other file; `shown` is what `pictures_of` returned."""
    lang, detection = inspection.explanation.lang, inspection.detection
    figures = [(key, shown[key]) for key in FIGURES if key in shown]
    legend = None
    if inspection.evidence.map is not None:
        figures[2] = ("overlay", pictures.contours(figures[2][1], detection, inspection.evidence.regions))
        legend = colours.legend(detection.map_threshold, detection.map_top, detection.thresholds, 2 * SHOWN)
    return filled(
        "page.html",
        lang,
        inspection=inspection,
        e=inspection.evidence,
        identity=identity(inspection.sample.name),
        card=markup(card(inspection.evidence, normals, lang)),
        figures=[(key, pictures.data_uri(pictures.shrunk(picture, SHOWN))) for key, picture in figures],
        profiles=_profiles(inspection, lang),
        makeup=markup(waterfall(made, lang)) if isinstance(made := inspection.what_if, Contributions) else None,
        chart_style=markup(charts.style()),
        legend=None if legend is None else pictures.data_uri(legend),
        excerpt=[(key, inspection.evidence.model[key]) for key in EXCERPT if key in inspection.evidence.model],
        written=(written or datetime.now(UTC)).astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC"),
    )


def _profiles(inspection: Inspection, lang: Lang) -> list[tuple[str, object]]:
    """Return the number of each of the strongest regions, and a chart of the lightness across it."""
    e, image = inspection.evidence, _image(inspection)
    spots = find(inspection.detection)[: min(PROFILES, len(e.regions))] if e.regions else []
    return [
        (number(at), markup(profile_chart(profile(image, inspection.detection, spot), at, lang, e.mm_per_px)))
        for at, spot in enumerate(spots, 1)
    ]


def entry(inspection: Inspection, page: Path) -> Entry:
    """Return what an index says of an inspection whose page was written."""
    e = inspection.evidence
    shown = [_image(inspection)]
    if e.map is not None:
        shown.append(pictures.overlay(_image(inspection), inspection.detection))
    thumbnail = pictures.data_uri(pictures.side_by_side(shown, THUMBNAIL))
    return Entry(e.sample.name, e.verdict, e.score, e.p_value, page.name, thumbnail)


def write_index(entries: Sequence[Entry | Failure], folder: Path, lang: Lang = "en") -> Path:
    """Write index.html over pages that were written: strongest first, then what was refused, then the unreadable."""
    inspected = [e for e in entries if isinstance(e, Entry)]
    inspected.sort(key=lambda e: (e.score is None, -(e.score or 0.0), e.name))
    failed = [e for e in entries if not isinstance(e, Entry)]
    counts = Counter([e.verdict for e in inspected] + ["UNREADABLE"] * len(failed))
    make_folder(folder)
    path = folder / "index.html"
    kinds = {e.kind for e in inspected} or {"picture"}
    title = f"index.{'both' if len(kinds) > 1 else kinds.pop()}"
    text = filled("index.html", lang, title=title, entries=inspected, failed=failed, counts=counts, height=THUMBNAIL)
    atomic_write(path, text.encode())
    return path


def _image(inspection: Inspection) -> Picture:
    image = inspection.sample.image
    assert image is not None  # what has no image could not be inspected
    return image
