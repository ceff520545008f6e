"""A model beside the one in force, as HTML: what each rests on, its thresholds, and what training gave."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from apps.ui.detecting import detection_charts
from apps.ui.markup import note, wide
from apps.ui.words import word
from assistant.library import ModelInfo
from explain.catalogue import Lang, say
from explain.wording import number, percent

Figures = tuple[str, Sequence[str]]


def compared(now: ModelInfo | None, new: ModelInfo, lang: Lang) -> str:
    """Return both in a table, or the new one alone; what its network is worth on painted defects comes below."""
    models = [new] if now is None else [now, new]
    heads = ["compare.new"] if now is None else ["compare.now", "compare.new"]
    rows: list[Figures] = [
        (word("compare.created", lang), [str(one.card.get("created", ""))[:16].replace("T", " ") for one in models]),
        (word("compare.normals", lang), [number(one.calibration.n) for one in models]),
        (word("compare.judge", lang), [_judge(one.card, lang) for one in models]),
    ]
    for key, said in (("review", "compare.review"), ("reject", "compare.reject")):
        cells = []
        for one in models:
            limits = one.calibration.thresholds
            rate = percent(getattr(limits, f"{key}_rate"), lang)
            cells.append(f"{getattr(limits, key):.2f} ({rate})")
        rows.append((word(said, lang), cells))
    told = table(["", *(word(key, lang) for key in heads)], rows)
    network = new.card.get("network")
    return told + (_worth(network, lang) if network else "")


def table(heads: Sequence[str], rows: Sequence[Figures]) -> str:
    """Return figures as an HTML table; a row begins with what they are."""
    top = "".join(f'<th scope="col">{escape(head)}</th>' for head in heads)
    body = ""
    for name, cells in rows:
        row = "".join(f"<td>{escape(cell)}</td>" for cell in cells)
        body += f'<tr><th scope="row" class="name">{escape(name)}</th>{row}</tr>'
    rows_of_it = f"<thead><tr>{top}</tr></thead><tbody>{body}</tbody>"
    return wide(f'<table class="foil-table foil-figures">{rows_of_it}</table>')


def _judge(card: Mapping[str, Any], lang: Lang) -> str:
    network = card.get("network")
    return word("compare.network" if network and network["kept"] else "compare.closed", lang)


def _worth(network: Mapping[str, Any], lang: Lang) -> str:
    """Return what training gave on painted defects, and from which size on each kind is found half the time."""
    before, after, limits = network["closed_form"], network["trained"], network.get("limits") or {}
    rows: list[Figures] = [
        (word("compare.auroc", lang), [percent(round(one["auroc"], 3), lang) for one in (before, after)]),
        (word("compare.caught", lang), [percent(round(one["caught"], 2), lang) for one in (before, after)]),
    ]
    rows = [(name, [*cells, ""]) for name, cells in rows]
    for kind, pair in sorted(network["by_kind"].items()):
        share = limits.get(kind)
        limit = word("limits.unknown", lang) if share is None else percent(round(share / 100, 5), lang)
        name = word("compare.kind", lang, kind=say(f"kind.{kind}", lang))
        rows.append((name, [*(percent(round(one, 3), lang) for one in pair), limit]))
    heads = [word(key, lang) for key in ("compare.painted", "compare.closed", "compare.network", "limits")]
    said = note(word("compare.helped" if network["kept"] else "compare.helped.not", lang))
    return said + table(heads, rows) + note(word("limits.note", lang)) + detection_charts(network, lang)
