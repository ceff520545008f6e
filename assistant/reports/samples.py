"""What a report says sample by sample: pictures, figures, words, and what people decided."""

import json
from collections.abc import Iterator
from contextlib import suppress

from assistant.reports.blocks import Block, Cell, Facts, Figure, Figures, Mark, Sample, Section, Table, Text
from assistant.reports.facts import Facts as Known
from assistant.reports.facts import Found
from assistant.reports.pictures import Painter
from assistant.reports.words import label, moment
from explain.catalogue import Lang
from explain.evidence import Evidence
from explain.explanation import explain
from explain.language import Brief, Template
from explain.prompt import clean
from explain.wording import number, points
from fusion.errors import BadInput, FoilError
from fusion.progress import Progress, silent

LARGE, SMALL = 720, 360  # pixels of the longer side of a picture: where it is the only one, and where there are many


def findings(known: Known, lang: Lang, progress: Progress = silent) -> Section:
    """Return section 5: every sample that did not pass; of a report on one sample, that one."""
    one = known.scope.is_one
    title = label("5.one" if one else "5", lang)
    chosen = [found for found in known.found if one or found.verdict in ("REVIEW", "REJECT") or found.is_open]
    if not chosen:
        return Section(title, [Text(label("5.none", lang))])
    chosen.sort(key=lambda found: -(found.score or 0.0))
    painter = Painter(known.store, LARGE if one else SMALL)
    blocks: list[Block] = [Text(label(key, lang), "note") for key in ("5.normal", "5.pictures")]
    blocks[:0] = [] if one else [Text(label("5.how", lang), "note")]
    legends: set[str] = set()
    for done, found in enumerate(chosen):
        progress("drawing", done, len(chosen))
        blocks += _sample(known, found, painter, legends, lang)
    progress("drawing", len(chosen), len(chosen))
    return Section(title, blocks)


def decisions(known: Known, lang: Lang) -> Section:
    """Return section 6: what waits for a person, and what people decided."""
    blocks: list[Block] = [
        Text(label("open" if known.open else "open.none", lang, n=number(len(known.open))), "heading")
    ]
    if known.open:
        head = [label(key, lang) for key in ("head.id", "head.program", "score.head", "head.sample")]
        blocks.append(Table(head, [_brief(found, lang) for found in known.open], 3, (0, 2)))
        command = f"foil store decide {known.open[0].number} --verdict PASS --by NAME --reason WHY"
        blocks.append(Text(label("open.how", lang, command=command), "note"))
    said = [(found, decision) for found in known.found for decision in found.decisions]
    blocks.append(Text(label("decided", lang, n=number(len(said))), "heading"))
    if said:
        over = sum(found.last_word != found.verdict for found in known.found)
        blocks.append(Text(label("decided.over", lang, n=number(over))))
        keys = ("head.id", "head.program", "head.decision", "head.who", "head.meaning", "head.time", "reason")
        rows: list[list[Cell]] = [
            [
                str(found.number),
                mark(found.verdict, lang),
                mark(decision["verdict"], lang),
                clean(decision["by"]),
                label(f"meaning.{decision['meaning']}", lang),
                moment(decision["time"]),
                clean(decision["reason"]),
            ]
            for found, decision in said
        ]
        blocks.append(Table([label(key, lang) for key in keys], rows, 6, (0,)))
    return Section(label("6", lang), blocks)


def annex(known: Known, lang: Lang) -> Section:
    """Return every inspection, a row each."""
    keys = ("head.id", "head.time", "head.program", "score.head", "p.head", "head.decision", "head.sample")
    rows: list[list[Cell]] = []
    for found in known.found:
        figures = ["", ""] if found.score is None else [points(round(found.score, 2)), _p(found)]
        decided = mark(found.last_word, lang) if found.decisions else ""
        row: list[Cell] = [str(found.number), moment(found.time), mark(found.verdict, lang), *figures]
        rows.append([*row, decided, found.name])
    return Section(label("annex", lang), [Table([label(key, lang) for key in keys], rows, 6, (0, 3, 4))])


def glance(known: Known, lang: Lang) -> list[Block]:
    """Return the verdict on the only sample of a report, and what it rests on."""
    return [Facts([(label("verdict", lang), mark(one.verdict, lang)), *_figures(one, lang)]) for one in known.found]


def mark(verdict: str, lang: Lang) -> Mark:
    return Mark(verdict, label(verdict, lang))


def _sample(known: Known, found: Found, painter: Painter, legends: set[str], lang: Lang) -> Iterator[Block]:
    """Yield one sample, and before the first of a model, the scale of its colours."""
    words, told = words_of(found, lang)
    rows = [*_figures(found, lang), (label("words", lang), told)]
    texts = [Text(clean(line)) for line in words.splitlines() if line.strip()]
    shown: list[Block] = []
    if "picture" in found.said:
        pictures = _pictures(known, found, painter, lang)
        if isinstance(pictures, str):
            shown = [Text(pictures, "note")]
        else:
            figures, legend, same = pictures
            if legend and found.model not in legends:
                legends.add(found.model)
                yield Figures([Figure(legend, label("legend", lang))])
            shown = [figures] if same else [figures, Text(label("same.no", lang), "warning")]
    title = f"{found.number} · {found.name}"
    yield Sample(title, mark(found.verdict, lang), [*shown, Facts(rows), *texts])


def _figures(found: Found, lang: Lang) -> list[tuple[str, Cell]]:
    """Return the score between its thresholds, and what a person decided or must decide."""
    rows: list[tuple[str, Cell]] = []
    if found.score is not None:
        limits = found.document["thresholds"]
        scored = label("score.of", lang, score=points(round(found.score, 2)), p=_p(found))
        limited = {key: f"{limits[key]:.2f}" for key in ("review", "reject")}
        rows.append((label("score.head", lang), f"{scored} ({label('limits.of', lang, **limited)})"))
    if found.decisions or found.is_open:
        rows.append((label("person", lang), person(found, lang)))
    return rows


def words_of(found: Found, lang: Lang) -> tuple[str, str]:
    """Return an inspection's words and where they come from; those in the other language are told anew."""
    document = found.document
    recorded, asked = document.get("lang", lang), document["asked"]
    if recorded != lang:
        with suppress(BadInput):  # evidence of another Foil's form: its recorded words stand
            evidence = Evidence.from_json(json.dumps(document["evidence"]))
            brief = Brief(lang, asked["audience"], asked["length"])
            return explain(evidence, Template(), brief).text, label("words.anew", lang)
    narrator = document.get("narrator")
    checked = label("yes" if narrator and narrator["checked"] else "no", lang)
    return document["explanation"], label("words.checked", lang, yes=checked)


def _pictures(known: Known, found: Found, painter: Painter, lang: Lang) -> tuple[Figures, bytes | None, bool] | str:
    """Return pictures, the legend and whether the map is the recorded one; or why there are none."""
    if (gone := known.pruned.get(str(found.said.get("picture")), 0)) > found.number:
        return label("pictures.pruned", lang, number=str(gone))
    try:
        shown = painter.shown(found)
    except FoilError as error:
        return label("pictures.none", lang, why=clean(str(error)).rstrip("."))
    figures = [Figure(shown.input, label("caption.input", lang))]
    if shown.normal and shown.difference:
        figures.append(Figure(shown.normal, label("caption.normal", lang), label("generated", lang)))
        figures.append(Figure(shown.difference, label("caption.difference", lang)))
    return Figures(figures), shown.legend, shown.same


def person(found: Found, lang: Lang) -> str:
    """Return the last decision in words, or that there is none yet."""
    if not found.decisions:
        return label("person.open" if found.is_open else "person.none", lang)
    last = found.decisions[-1]
    said = {"verdict": label(last["verdict"], lang), "by": clean(last["by"]), "reason": clean(last["reason"])}
    return label("person.said", lang, **said, time=moment(last["time"]))


def _brief(found: Found, lang: Lang) -> list[Cell]:
    score = "" if found.score is None else points(round(found.score, 2))
    return [str(found.number), mark(found.verdict, lang), score, found.name]


def _p(found: Found) -> str:
    return "" if found.p_value is None else number(found.p_value, significant=2)
