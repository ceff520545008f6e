"""The front of a report, what it is of, and what inspected."""

from collections import Counter

from assistant.audit import canonical
from assistant.reports.blocks import Block, Cell, Facts, Section, Text, Tiles
from assistant.reports.facts import Facts as Known
from assistant.reports.samples import glance
from assistant.reports.words import label, moment
from explain.catalogue import Lang, say
from explain.prompt import clean
from explain.wording import number

VERDICTS = ("PASS", "REVIEW", "REJECT", "REFUSED")
_EXCERPT = ("method", "representation", "n_normals", "n_skipped", "created", "foil", "fingerprint")


def front(known: Known, by: str, final: bool, lang: Lang) -> list[Block]:
    """Return what a reader sees first: whether it is final, the counts, and how to read all the rest."""
    counts = Counter(one.verdict for one in known.found)
    tiles = [(number(len(known.found)), label("tile.found", lang), "")]
    tiles += [(number(counts[verdict]), label(verdict, lang), verdict) for verdict in VERDICTS]
    tiles.append((number(len(known.unreadable)), label("UNREADABLE", lang), "UNREADABLE"))
    tiles.append((number(len(known.open)), label("tile.open", lang), "REVIEW" if known.open else ""))
    if final:
        status = Text(label("final.said", lang, name=by))
    else:
        key = "draft.why.open" if known.open else "draft.why.none"
        status = Text(label(key, lang, n=number(len(known.open))), "note")
    warning = [Text(label("broken", lang), "warning")] if known.verified.faults else []
    how = [Text(label(f"how.{key}", lang)) for key in ("score", "verdict", "p")]
    seen: list[Block] = glance(known, lang) if known.scope.is_one else [Tiles(tiles)]
    return [*warning, status, *seen, Text(label("how", lang), "heading"), *how]


def scope_said(known: Known, lang: Lang) -> str:
    """Return in one line what a report is of."""
    scope = known.scope
    slots = {"ids": scope.samples, "lot": clean(scope.lot), "since": scope.since, "until": scope.until}
    name = known.found[0].name if known.found else clean(known.unreadable[0]["name"])
    keys = [key for key, said in (("lot", scope.lot), ("since", scope.since), ("until", scope.until)) if said]
    keys = ["one" if scope.is_one else "ids", *keys] if scope.samples else keys
    return say("clause", lang).join(label(f"scope.{key}", lang, **slots, name=name) for key in keys or ["all"])


def identity(known: Known, lang: Lang) -> Section:
    """Return section 1."""
    numbers = [one.number for one in known.found] + [row["number"] for row in known.unreadable]
    times = sorted([one.time for one in known.found] + [row["time"] for row in known.unreadable])
    slots = {"n": len(known.found), "samples": len({one.sample for one in known.found})}
    counted = {key: number(value) for key, value in (slots | {"unreadable": len(known.unreadable)}).items()}
    ends = {"first": str(min(numbers)), "last": str(max(numbers)), "store": clean(known.store.name)}
    rows: list[tuple[str, Cell]] = [
        (label("scope", lang), scope_said(known, lang)),
        (label("inspections", lang), label("inspections.said", lang, **counted)),
        (label("inspections.span", lang), label("interval", lang, low=moment(times[0]), high=moment(times[-1]))),
        (label("records", lang), label("records.said", lang, **ends)),
        (label("prepared", lang), moment(known.made)),
        (label("intended", lang), label("intended.said", lang)),
    ]
    return Section(label("1", lang), [Facts(rows)])


def system(known: Known, lang: Lang) -> Section:
    """Return section 2."""
    blocks: list[Block] = []
    for model in known.models.values():
        card = [(f"model.{key}", model.card[key]) for key in _EXCERPT if model.card.get(key) not in (None, "")]
        rows = [(label(key, lang), clean(str(value))) for key, value in card]
        rows += [(label("model.bad", lang), label("model.bad.none", lang))]
        rows += [(label("model.kept", lang), moment(model.time)), (label("model.sha256", lang), model.sha256)]
        blocks += [Text(label("model.said", lang, name=model.name), "heading"), Facts(rows)]
    ran = {canonical(one.said["code"]): one.said["code"] for one in known.found}
    programs = [
        row
        for code in ran.values()
        for row in (
            (label("program", lang), label("program.said", lang, **{**code, "source": code["source"][:16]})),
            (label("machine", lang), code["machine"]),
        )
    ]
    licence = (label("licence", lang), "Apache-2.0")
    return Section(label("2", lang), [*blocks, Text(label("program", lang), "heading"), Facts([*programs, licence])])
