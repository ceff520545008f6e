"""Inspect one movement for the page, and teach a model of movements from uploaded files."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from apps.ui.inspecting import in_paragraphs
from apps.ui.markup import listed, note, wide
from apps.ui.shelf import Shelf
from apps.ui.teaching import gathered, told_of
from apps.ui.words import word
from assistant import card, movement_page, pictures
from assistant.labels import movement_label
from assistant.moving import inspect_movement, read_scene
from assistant.sheet import plain_stem
from assistant.teaching_movements import MovementFit, fit_movements
from explain.catalogue import Lang
from explain.wording import number
from fusion.errors import FoilError
from fusion.motion.collection import Reading
from fusion.progress import Progress, silent

if TYPE_CHECKING:
    from assistant.moving import Model
    from fusion.motion.joints import JointSet


@dataclass(frozen=True)
class MovementView:
    """What the page shows of one movement, as HTML; of the report the path. Empty or None: nothing to show."""

    card: str
    animation: str = ""
    words: str = ""
    charts: str = ""  # moments, map and angles
    evidence: dict[str, Any] | None = None
    report: str | None = None


def keys_of(path: str) -> list[str]:
    """Return the movements in a file among which one has to choose; none where there is no choice."""
    from fusion.motion.read import motion_keys

    keys = motion_keys(Path(path)) if path.lower().endswith(".npz") else ()
    return list(keys) if len(keys) > 1 else []


def joints_of(mapping: str | None, chosen: str) -> "JointSet | None":
    """Return the joint set of an uploaded mapping file, or else the built-in one that was chosen, or else none."""
    from fusion.motion.mapping import joint_set

    with _named(mapping or ""):
        return joint_set(mapping or chosen) if mapping or chosen else None


def look(
    path: str,
    key: str | None,
    model: "Model",
    reading: Reading,
    lang: Lang,
    shelf: Shelf,
    text: str = "",
    scene: str | None = None,
) -> MovementView:
    """Inspect a movement, draw what was found, and write its report; without a joint set, it is of the model's.

    Of a model of several, `text` or the picture `scene` say which it should be.
    """
    from fusion.motion.read import read_motion

    source, name = (f"{at}#{key}" if key else at for at in (path, Path(path).name))
    joints = reading.joints or model.joints
    with _named(path):
        motion = read_motion(Path(source), joints, reading.rate, name=name)
    where = read_scene(Path(scene), Path(scene).name) if scene else None
    inspection = inspect_movement(motion, model, lang, text.strip() or None, where)
    shown = movement_page.shown_of(inspection, lang)
    normals = model.calibration.scores.tolist()
    report = movement_page.render(inspection, shown, lang, normals)
    return MovementView(
        card=card.card(inspection.evidence, normals, lang),
        animation=_animation(shown, lang),
        words=in_paragraphs("\n".join(shown.words)),
        charts=_charts(shown, lang),
        evidence=inspection.to_json() | {"path": name},
        report=shelf.put(f"{plain_stem(key or Path(path).stem)}.html", report.encode()),
    )


def _animation(shown: movement_page.Shown, lang: Lang) -> str:
    """Return the movement as it plays, and which half is which."""
    halves = [movement_label("seen", lang)]
    if shown.map:  # it was judged
        halves.append(f"{movement_label('normal', lang)} ({movement_label('generated', lang)})")
    alt = escape(f"{movement_label('animation', lang)}: {', '.join(halves)}")
    below = f"<figcaption>{escape(shown.excerpt)}</figcaption>" if shown.excerpt else ""
    names = "".join(f"<span>{half}</span>" for half in halves)
    return (
        f'<figure class="foil-play"><img src="{movement_page.gif_uri(shown.animation)}" alt="{alt}">'
        f'<figcaption class="halves">{names}</figcaption>{below}</figure>'
    )


def _charts(shown: movement_page.Shown, lang: Lang) -> str:
    """Return moments, map and angles, each under its name, with what they mean; of a refused movement the moments."""
    parts = []
    for title, picture in shown.strips:
        image = f'<img src="{pictures.data_uri(picture)}" alt="{escape(title)}">'
        parts.append(f"<h3>{escape(title)}</h3>{wide(image)}")
    if shown.map:
        parts += [note(movement_label("strip.how", lang)), f"<h3>{movement_label('map', lang)}</h3>"]
        parts += [wide(shown.map), note(movement_label("legend", lang))]
    if shown.angles:
        charts = [f"<figure><figcaption>{escape(name)}</figcaption>{chart}</figure>" for name, chart in shown.angles]
        parts.append(f"<h3>{movement_label('angles', lang)}</h3>")
        parts += [f'<div class="foil-angles">{"".join(charts)}</div>', note(movement_label("angles.how", lang))]
    return f'<div class="foil-charts">{"".join(parts)}</div>'


def fitted(
    files: Sequence[str],
    name: str,
    reading: Reading,
    people: str,
    window: float,
    rates: tuple[float, float],
    replace: bool,
    progress: Progress = silent,
) -> MovementFit:
    """Fit a model of movements on uploaded files and keep it under a name, with these false-alarm rates."""
    with gathered(files) as source:
        return fit_movements(source, name, reading, people, {"window": window}, rates, replace, progress)


@contextmanager
def _named(place: str) -> Iterator[None]:
    """Let errors name an uploaded file or folder as the visitor knows it, not by where it was put."""
    try:
        yield
    except FoilError as error:
        if not place:
            raise
        raise type(error)(str(error).replace(f"{place}{os.sep}", "").replace(place, Path(place).name)) from error


def introduced(taught: MovementFit, lang: Lang) -> str:
    """Return, as HTML, what was fitted and what it promises."""
    calibration, made = taught.detector.calibration, taught.detector.card
    seconds = number(taught.seconds, significant=2)
    lines = [word("movements.took", lang, n=number(made["movements"]), joints=made["joints"], seconds=seconds)]
    lines += [word("movements.people", lang)] if made["people"] is None else []
    lines += card.support_in_words(calibration.support(calibration.reject_rate), lang, movement_label)
    skipped = [told_of(name, reason) for name, reason in made["skipped"]]
    lines += [word("movements.skipped", lang, count=number(len(skipped)))] if skipped else []
    said = "".join(f"<p>{escape(line)}</p>" for line in lines)
    return f"<p><b>{word('fit.done', lang, name=escape(taught.name))}</b></p>{said}{listed(skipped)}"


def failed(reason: str, lang: Lang) -> MovementView:
    """Return the view of a movement that could not be inspected: the sentence that says why, and nothing old."""
    return MovementView(card=card.notice("UNREADABLE", reason, lang))
