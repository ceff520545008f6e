"""How a model's inspections went, as HTML: whether they drift, their scores in a chart, and what was found by lot."""

from collections.abc import Sequence
from html import escape

from apps.ui.frame import empty
from apps.ui.markup import note, wide
from apps.ui.words import word
from assistant import card
from assistant.course import Course
from assistant.drift import Drift, drift_told
from assistant.labels import label
from assistant.lots import Lot
from assistant.reports import charts
from assistant.reports.measured import agreed
from assistant.reports.overview import VERDICTS
from assistant.reports.words import label as told
from assistant.reports.words import moment
from explain.catalogue import Lang, say
from explain.prompt import clean
from explain.wording import number

LOTS = 12  # rows; nobody reads more
STATES = {  # the verdict whose shape and colour tell it, and its words
    "steady": ("PASS", "drift.steady"),
    "defects": ("REVIEW", "drift.defects"),
    "undecided": ("REVIEW", "drift.undecided"),
    "changed": ("REJECT", "drift.changed"),
    "nothing": ("REFUSED", "drift.nothing"),
}
LEFT = {"again": "drift.left.again", "guided": "drift.left.guided", "earlier_fits": "drift.left.earlier_fits"}
PEOPLE = ("drift.decided", "drift.false", "drift.escapes")


def shown(seen: Course, lang: Lang) -> str:
    """Return all of it."""
    if not seen.whole.verdicts:
        return nothing(seen.model, lang)
    head = f"<p>{_state(seen.drift, lang)} {escape(word('drift.of', lang, model=seen.model))}</p>"
    sentences = "".join(f"<p>{escape(line)}</p>" for line in drift_told(seen.drift, lang))
    return f'<div class="foil-drift" role="status">{head}{sentences}</div>{_chart(seen, lang)}{_lots(seen, lang)}'


def nothing(model: str | None, lang: Lang) -> str:
    """Return that nothing is on record of a model, or that none is chosen."""
    if not model:
        return empty("no_model.picked", lang)
    return f'<div class="foil-empty">{escape(word("drift.none", lang, model=model))}</div>'


def _state(found: Drift, lang: Lang) -> str:
    """Return the state's shape and words in its colour; changed pictures are graver than what is no alarm."""
    if found.look and found.state not in ("changed", "undecided"):
        return card.badge("REJECT", lang, word("drift.pictures", lang))
    verdict, said = STATES[found.state]
    return card.badge(verdict, lang, word(said, lang))


def _chart(seen: Course, lang: Lang) -> str:
    if not seen.scores:
        return ""
    drawn = charts.control(seen.limits, seen.scores, (moment(seen.ends[0]), moment(seen.ends[1])), lang)
    notes = [told("chart.control.how", lang)]
    if len(seen.scores) < seen.drift.parts:
        slots = {"shown": number(len(seen.scores)), "n": number(seen.drift.parts)}
        notes.append(word("drift.some", lang, **slots))
    reasons = [word(LEFT[why], lang, n=number(n)) for why, n in seen.left_out.items() if n]
    if reasons:
        notes.append(word("drift.left", lang, reasons=say("clause", lang).join(reasons)))
    return f'<figure class="foil-control">{wide(drawn)}<figcaption>{"".join(map(note, notes))}</figcaption></figure>'


def _lots(seen: Course, lang: Lang) -> str:
    heads = [word("drift.lot", lang), word("drift.inspections", lang)]
    cells = [f'<th scope="col">{head}</th>' for head in heads]
    cells += [f'<th scope="col" aria-label="{label(v, lang)}">{card.badge(v, lang)}</th>' for v in VERDICTS]
    cells += [f'<th scope="col">{word(key, lang)}</th>' for key in PEOPLE]
    rows = [_row(word("drift.all", lang), seen.whole, "now")]
    rows += [_row(clean(lot.name) or word("drift.no_folder", lang), lot) for lot in seen.lots[:LOTS]]
    badges = " ".join(card.badge(verdict, lang) for verdict in VERDICTS)
    table = f'<table class="foil-table"><thead><tr>{"".join(cells)}</tr></thead><tbody>{"".join(rows)}</tbody></table>'
    notes = [agreed(seen.whole.met, lang), word("drift.lots.how", lang)]
    if len(seen.lots) > LOTS:
        notes.append(word("drift.more", lang, n=number(len(seen.lots) - LOTS)))
    said = "".join(map(note, notes))
    return f'<h3>{word("drift.lots", lang)}</h3>{wide(table)}<p class="foil-note">{badges}</p>{said}'


def _row(name: str, lot: Lot, kind: str = "") -> str:
    counts: Sequence[int] = (
        lot.verdicts.total(),
        *(lot.verdicts[verdict] for verdict in VERDICTS),
        *(lot.decided, lot.false_alarms, lot.escapes),
    )
    cells = "".join(f"<td>{number(count)}</td>" for count in counts)
    return f'<tr class="{kind}"><td>{escape(name)}</td>{cells}</tr>'
