"""What the review tab shows: the queue in lines, an inspection as it is on record, and a report as a page."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from apps.ui.frame import empty
from apps.ui.inspecting import SHOWN
from apps.ui.markup import note, unbroken
from apps.ui.shelf import Shelf
from apps.ui.words import word
from assistant import card, pictures
from assistant.awaiting import Waiting
from assistant.colours import Picture
from assistant.labels import label
from assistant.page import GENERATED
from assistant.reports import facts
from assistant.reports.facts import Found
from assistant.reports.html import SHAPES
from assistant.reports.pictures import Painter
from assistant.reports.samples import person, words_of
from assistant.reports.words import label as told
from assistant.reports.words import moment
from assistant.retention import pruned_in
from explain.catalogue import Lang
from explain.evidence import Evidence
from explain.prompt import clean
from explain.wording import number, points
from fusion.errors import BadInput, FoilError

if TYPE_CHECKING:
    from assistant.store import Store

MOST = 200  # lines of the queue; nobody reads more before the first are decided
PREVIEW = 12_000_000  # bytes of a page that a browser still shows at once


@dataclass(frozen=True)
class Case:
    """What there is to see of one inspection; files are paths, words are HTML."""

    card: str
    words: str
    decisions: int = 0
    pair: tuple[str, str] | None = None  # input and normal version
    marked: str | None = None
    below: str = ""  # the legend, or why there are no pictures


def lines(waiting: Sequence[Waiting], lang: Lang) -> list[tuple[str, int]]:
    """Return the first of those that wait, each as words and id."""
    return [(_line(one, lang), one.number) for one in waiting[:MOST]]


def counted(waiting: Sequence[Waiting], chosen: Sequence[Waiting], lang: Lang) -> str:
    """Return, as HTML, how many wait, and how many of them are shown."""
    by = {verdict: sum(one.verdict == verdict for one in waiting) for verdict in ("REJECT", "REVIEW")}
    parts = [word("review.count", lang, n=number(len(waiting)))]
    parts += [f"{SHAPES[verdict]} {label(verdict, lang)}\u00a0{number(n)}" for verdict, n in by.items()]
    if again := sum(one.again for one in waiting):
        parts.append(word("review.count.again", lang, n=number(again)))
    if len(chosen) != len(waiting):
        parts.append(word("review.count.fit", lang, n=number(len(chosen))))
    if len(chosen) > MOST:
        parts.append(word("review.count.most", lang, n=number(MOST)))
    return f'<p class="foil-counts" role="status">{escape(unbroken(" · ".join(parts)))}</p>'


def following(before: Sequence[int], decided: int, after: Sequence[int]) -> int | None:
    """Return what comes after a decided inspection in the list that it stood in, of what still waits."""
    at = before.index(decided) if decided in before else -1
    rest = [one for one in (*before[at + 1 :], *before[: max(at, 0)]) if one in after]
    return next(iter([*rest, *after]), None)


def opened(store: "Store", which: int, painter: Painter, shelf: Shelf, lang: Lang) -> Iterator[Case]:
    """Yield an inspection as it is on record: first its words, then with its pictures, made again and compared."""
    found, model = facts.one(store, which)
    case = Case(_card(found, model.calibration.scores.tolist(), lang), _words(found, model.name, lang))
    case = replace(case, decisions=len(found.decisions))
    if "picture" not in found.said:
        yield replace(case, below=note(word("review.no_picture", lang)))
        return
    yield replace(case, below=note(word("review.drawing", lang)))
    try:
        yield _drawn(case, found, painter, shelf, lang)
    except FoilError as error:
        yield replace(case, below=note(_why_none(store, found, error, lang)))


def preview(page: Path, lang: Lang) -> str:
    """Return a report as a frame in the page, in which no script runs; in words, where it is too large for that."""
    if not page.is_file() or page.stat().st_size > PREVIEW:
        return empty("review.report.large", lang)
    title = escape(word("review.report.shown", lang))
    told = escape(page.read_text(encoding="utf-8"))
    return f'<iframe class="foil-report" sandbox="" title="{title}" srcdoc="{told}"></iframe>'


def _line(one: Waiting, lang: Lang) -> str:
    where = f"{one.lot}/" if one.lot else ""
    name = f"{where}{one.name.replace(chr(92), '/').rpartition('/')[2]}"
    score = "" if one.score is None else f" · {label('score', lang, score=points(round(one.score, 2)))}"
    again = f" · {word('review.again', lang)}" if one.again else ""
    head = f"{SHAPES[one.verdict]} {label(one.verdict, lang)}{score}{again}"
    return f"{head}\n{name}\n{one.number} · {one.model} · {moment(one.time)[:16]} UTC"


def _card(found: Found, normals: Sequence[float], lang: Lang) -> str:
    """Return the verdict as the inspect tab shows it; of what is no picture, or of another Foil's form, in words."""
    if "evidence" in found.document:
        try:
            evidence = Evidence.from_json(json.dumps(found.document["evidence"]))
        except BadInput:
            pass
        else:
            return card.card(evidence, normals, lang)
    if found.score is None or found.p_value is None:
        return card.notice(found.verdict, label("score.none", lang), lang)
    score = told("score.of", lang, score=points(round(found.score, 2)), p=number(found.p_value, significant=2))
    return card.notice(found.verdict, score, lang)


def _words(found: Found, model: str, lang: Lang) -> str:
    """Return what was told of it, by whom, of what, when, and what a person said so far."""
    said, how = words_of(found, lang)
    paragraphs = "".join(f"<p>{escape(unbroken(clean(line)))}</p>" for line in said.splitlines() if line.strip())
    place = word("review.of", lang, number=str(found.number), name=found.name, model=model, time=moment(found.time))
    notes = [place, how]
    if found.decisions:
        notes.append(f"{told('person', lang)}: {person(found, lang)}")
    below = "".join(map(note, notes))
    return f'<div class="foil-words" tabindex="0">{paragraphs}{below}</div>'  # keys, too, can scroll it


def _drawn(case: Case, found: Found, painter: Painter, shelf: Shelf, lang: Lang) -> Case:
    seen = painter.seen(found)

    def file(what: str, picture: Picture, **texts: str) -> str:
        return shelf.put(f"{found.number}-{what}.png", pictures.png(pictures.shrunk(picture, SHOWN), **texts))

    image = file("input", seen.input)
    if seen.normal is None or seen.difference is None or seen.legend is None:
        return replace(case, pair=(image, image))
    texts = [label("legend", lang)] if seen.same else [told("same.no", lang), label("legend", lang)]
    strip = f'<img src="{pictures.data_uri(seen.legend)}" alt="">'
    return replace(
        case,
        pair=(image, file("normal", seen.normal, DigitalSourceType=GENERATED)),
        marked=file("marked", seen.difference),
        below=f'<div class="foil-legend">{strip}{"".join(map(note, texts))}</div>',
    )


def _why_none(store: "Store", found: Found, error: FoilError, lang: Lang) -> str:
    """Return why there are no pictures: a policy removed them, or something is wrong."""
    with store.database.reading() as connection:
        gone = pruned_in(connection).get(str(found.said["picture"]), 0)
    if gone > found.number:
        return told("pictures.pruned", lang, number=str(gone))
    return told("pictures.none", lang, why=clean(str(error)).rstrip("."))
