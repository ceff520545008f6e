"""One page a movement, as `page` writes one a picture: it plays, and says which joint is wrong, when and how.

A page holds no script and asks for nothing from anywhere; names and texts are escaped wherever they stand.
"""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from assistant import charts, pictures
from assistant.card import card
from assistant.colours import Picture
from assistant.labels import movement_label as label
from assistant.movement_angles import angle_charts
from assistant.movement_map import map_chart
from assistant.movement_pictures import animation, excerpt, strip, thumbnail
from assistant.movement_views import views_of
from assistant.moving import MovementInspection
from assistant.page import THUMBNAIL, Entry
from assistant.sheet import filled, free_stem, identity, markup
from explain.catalogue import Lang
from explain.movement import tell
from explain.wording import number
from fusion.files import atomic_write, make_folder


@dataclass(frozen=True)
class Shown:
    """What there is to see of a movement in one language; of a refused one, itself and no more."""

    animation: bytes  # GIF
    excerpt: str  # which part of a long movement plays, in words; "" if all of it does
    strips: tuple[tuple[str, Picture], ...]  # what each is called, and its picture; first the side that shows most
    map: str  # SVG; "" if there is none
    angles: tuple[tuple[str, str], ...]  # what each is called, and its SVG
    words: tuple[str, ...]  # a sentence or line each


def shown_of(inspection: MovementInspection, lang: Lang) -> Shown:
    """Draw everything, and tell it in a language."""
    motion, detection, evidence = inspection.motion, inspection.detection, inspection.evidence
    views = views_of(motion, detection.normal)
    start, end = excerpt(detection, motion.rate)
    part = {"start": f"{start / motion.rate:.1f}", "end": f"{end / motion.rate:.1f}"}
    judged = detection.refusal is None
    return Shown(
        animation=animation(motion, detection, views[0]),
        excerpt="" if end - start == len(motion) else label("excerpt", lang, **part),
        strips=tuple((label(f"strip.{view.name}", lang), strip(motion, detection, view)) for view in views),
        map=map_chart(detection, evidence, lang) if judged else "",
        angles=tuple(angle_charts(detection, evidence, lang)) if judged else (),
        words=tuple(tell(evidence, lang).splitlines()),
    )


def write_movement_page(
    inspection: MovementInspection,
    folder: Path,
    lang: Lang = "en",
    normals: Sequence[float] = (),
    written: datetime | None = None,
) -> Path:
    """Write a movement's page and, in a folder of the same name, its pictures and evidence; return the page's path.

    `normals` are the held-out scores of the normal movements. A movement of the same name is written over; another one
    that happens to be called alike is not.
    """
    name = inspection.motion.name
    stem = free_stem(name, folder, called=name.rpartition("#")[2] if "#" in name else "")
    make_folder(folder / stem)
    shown = shown_of(inspection, lang)
    atomic_write(folder / stem / "movement.gif", shown.animation)
    for place, (title, picture) in enumerate(shown.strips, 1):
        atomic_write(folder / stem / f"moments{place}.png", pictures.png(picture, Title=title))
    atomic_write(folder / stem / "evidence.json", evidence_json(inspection).encode())
    page = folder / f"{stem}.html"
    atomic_write(page, render(inspection, shown, lang, normals, written).encode())
    return page


def render(
    inspection: MovementInspection,
    shown: Shown,
    lang: Lang,
    normals: Sequence[float] = (),
    written: datetime | None = None,
) -> str:
    """Return the page as one text of HTML that needs no other file; `shown` is what `shown_of` returned."""
    return filled(
        "movement.html",
        lang,
        label,
        e=inspection.evidence,
        about=about(inspection, lang),
        identity=identity(inspection.motion.name),
        card=markup(card(inspection.evidence, normals, lang)),
        shown=shown,
        judged=inspection.detection.refusal is None,
        animation=gif_uri(shown.animation),
        strips=[(title, pictures.data_uri(picture)) for title, picture in shown.strips],
        map=markup(shown.map),
        angles=[(title, markup(chart)) for title, chart in shown.angles],
        evidence=evidence_json(inspection),
        charts=markup(charts.style()),
        written=(written or datetime.now(UTC)).astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC"),
    )


def movement_entry(inspection: MovementInspection, page: Path) -> Entry:
    """Return what an index says of a movement whose page was written."""
    e, motion, detection = inspection.evidence, inspection.motion, inspection.detection
    picture = thumbnail(motion, detection, views_of(motion, detection.normal)[0], 2 * THUMBNAIL)
    judged = detection.refusal is None
    score, p_value = (e.score, e.p_value) if judged else (None, None)
    return Entry(e.name, e.verdict, score, p_value, page.name, pictures.data_uri(picture), "movement")


def about(inspection: MovementInspection, lang: Lang) -> str:
    """Return how long a movement is and of what, in words."""
    e, joints = inspection.evidence, inspection.motion.joints.name
    return label("about", lang, seconds=number(e.seconds), frames=number(e.frames), joints=joints)


def evidence_json(inspection: MovementInspection) -> str:
    """Return everything that the sentences rest on, as JSON for people."""
    evidence: dict[str, Any] = inspection.evidence.to_json()
    return json.dumps(evidence, ensure_ascii=False, indent=2, allow_nan=False)


def gif_uri(animation: bytes) -> str:
    """Return an animation as a URI that a page can hold."""
    return "data:image/gif;base64," + base64.b64encode(animation).decode()
