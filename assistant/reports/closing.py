"""The end of a report: sampling, changes, limits and what was not looked at, and whether the records hold."""

from collections.abc import Iterator

from assistant.reports.blocks import Block, Cell, Facts, Section, Table, Text
from assistant.reports.facts import Facts as Known
from assistant.reports.facts import Found
from assistant.reports.samples import mark
from assistant.reports.words import label, moment
from explain.catalogue import Lang, say
from explain.prompt import clean
from explain.wording import number, percent

_FAULTS = 20  # that are told


def sampling(known: Known, lang: Lang) -> Section:
    """Return section 7."""
    return Section(label("7", lang), [Text(label("7.said", lang))])


def changes(known: Known, lang: Lang) -> Section:
    """Return section 8: where model, thresholds, program or machine became others, since the last report."""
    before = known.before[-1] if known.before else None
    if before:
        status = label(before["content"]["status"], lang)
        slots = {"number": str(before["number"]), "time": moment(before["time"]), "status": status}
        blocks: list[Block] = [Text(label("8.before", lang, **slots))]
    else:
        blocks = [Text(label("8.first", lang))]
    rows: list[list[Cell]] = []
    last: dict[str, str] = {}
    for found in known.found:
        for what, said in _basis(known, found, lang):
            if last.get(what) != said:
                changed = label("8.changed" if what in last else "8.start", lang)
                rows.append([str(found.number), f"{changed} {said}"])
                last[what] = said
    if rows:
        blocks.append(Text(label("8.none" if len(rows) == len(last) else "8.some", lang)))
        blocks += [Table([label("8.from", lang), label("8.what", lang)], rows, 1, (0,))]
    return Section(label("8", lang), [*blocks, Text(label("8.approver", lang))])


def limits(known: Known, lang: Lang) -> Section:
    """Return section 9."""
    blocks: list[Block] = [Text(label("9.measured", lang)), Text(label("9.world", lang))]
    unread: list[tuple[str, Cell, str]] = [
        (str(row["number"]), mark("UNREADABLE", lang), f"{clean(row['problem'])}") for row in known.unreadable
    ]
    refused = [found for found in known.found if found.verdict == "REFUSED"]
    listed: list[tuple[str, list[tuple[str, Cell, str]]]] = [
        ("9.unreadable", unread),
        ("9.refused", [_row(f, lang, f"{f.name}: {clean(_refusal(f))}") for f in refused]),
        ("9.partly", [_row(f, lang, f"{f.name}: {why}") for f in known.found for why in _partly(f, lang)]),
        ("9.noted", [_row(f, lang, f"{f.name}: {why}") for f in known.found for why in _noted(f, lang)]),
        ("9.pruned", [_row(f, lang, f.name) for f in known.found if _is_gone(known, f)]),
    ]
    for key, rows in listed:
        if rows:
            head = [label(name, lang) for name in ("head.id", "head.program", "reason")]
            blocks += [Text(label(key, lang, n=number(len(rows))), "heading"), Table(head, rows, 2, (0,))]
    if not any(rows for _, rows in listed):
        blocks.append(Text(label("9.clear", lang)))
    return Section(label("9", lang), blocks)


def integrity(known: Known, lang: Lang) -> Section:
    """Return section 10: what verifying gave, and where the chain ends, to be noted elsewhere."""
    verified = known.verified
    if verified.faults:
        told = [Text(str(fault), "warning") for fault in verified.faults[:_FAULTS]]
        more = len(verified.faults) - len(told)
        blocks: list[Block] = [Text(label("10.broken", lang), "warning"), *told]
        blocks += [Text(label("10.more", lang, n=number(more)))] if more else []
    else:
        blocks = [Text(label("10.holds", lang, n=number(verified.records)))]
    if verified.pruned:
        blocks.append(Text(label("10.pruned", lang, n=number(verified.pruned))))
    last = label("10.number", lang, n=str(verified.records))
    rows: list[tuple[str, Cell]] = [
        (label("10.head", lang), f"{last}: {verified.head}"),
        *_stamped(known, lang),
        (label("10.signer", lang), verified.signer),
        (label("10.trusted", lang), label("10.trusted.yes" if verified.trusted else "10.trusted.no", lang)),
        (label("10.check", lang), f"foil audit verify --store STORE --head {verified.head}"),
        (label("10.this", lang), label("10.this.said", lang)),
        (label("10.sign", lang), label("10.sign.said", lang)),
    ]
    return Section(label("10", lang), [*blocks, Facts(rows), Text(label("10.owner", lang), "note")])


def _stamped(known: Known, lang: Lang) -> Iterator[tuple[str, Cell]]:
    """Yield what the last time stamp proves, if there is one."""
    for made in known.verified.stamps[-1:]:
        key = "10.stamp.checked" if made.checked else "10.stamp.unchecked"
        slots = {"of": str(made.of), "number": str(made.number), "authority": clean(made.authority)}
        yield label("10.stamp", lang), label(key, lang, time=moment(made.time), **slots)


def _basis(known: Known, found: Found, lang: Lang) -> Iterator[tuple[str, str]]:
    """Yield what an inspection rests on, by what it is."""
    model, set_to, code = known.models[found.model], found.document["thresholds"], found.said["code"]
    slots = {key: f"{set_to[key]:.2f}" for key in ("review", "reject")}
    yield f"model {model.name}", label("8.model", lang, name=model.name, hash=model.sha256[:16], **slots)
    yield "program", label("8.program", lang, foil=code["foil"], source=code["source"][:16])
    yield "machine", str(code["machine"])


def _row(found: Found, lang: Lang, why: str) -> tuple[str, Cell, str]:
    return str(found.number), mark(found.verdict, lang), why


def _refusal(found: Found) -> str:
    return str(found.document.get("refusal") or "")


def _partly(found: Found, lang: Lang) -> Iterator[str]:
    """Yield what kept a place, or a joint, from counting."""
    evidence = found.document.get("evidence", {})
    prompt = evidence.get("prompt") or {}
    if (seen := evidence.get("looked_at")) is not None:
        yield label("partly.mask", lang, share=say("percent", lang, number=number(seen)))
    if prompt.get("ignored"):
        left = percent(prompt["ignored"], lang)
        yield label("partly.ignored", lang, share=left, words=clean(prompt["text"]))
    if prompt.get("place"):
        yield label("partly.place", lang, words=clean(prompt["text"]))
    if watched := found.document.get("watched"):
        yield label("partly.watched", lang, joints=say("list", lang).join(watched))


def _noted(found: Found, lang: Lang) -> Iterator[str]:
    return (label(f"note.{note}", lang) for note in found.document.get("quality", ()))


def _is_gone(known: Known, found: Found) -> bool:
    return known.pruned.get(str(found.said.get("picture")), 0) > found.number
