"""Recalling: what a conversation tells of all that is on record, with the ids of what it rests on."""

import json
from collections.abc import Sequence
from dataclasses import replace

from assistant.finding import read_query
from assistant.phrases import phrase
from assistant.search import Hit, Index, Query
from assistant.tools import bare_sights, called
from explain.catalogue import Lang, say
from explain.evidence import Evidence
from explain.wording import number

TOLD = 5  # inspections


def recall(
    index: Index, question: str, words: str, like: int | None, what: str, lang: Lang
) -> tuple[list[str], dict[str, int | None]]:
    """Return in sentences what fits a question's fields, and the ids of what they tell of.

    The nearest to words, or to an inspection that is called `what`, comes first; without either the newest.
    """
    read = read_query(question)
    query: Query = replace(read.query, words=words, like=like)
    told = [phrase(f"field.{name}", lang, value=value) for name, value in read.fields.items() if name != "words"]
    fields = say("list", lang).join(told)
    n = index.count(query)
    lacking = [phrase("record.missing", lang, n=number(index.missing))] if index.missing else []
    if not n or not (hits := index.search(query, TOLD)):
        return [phrase("record.none", lang, fields=fields or phrase("record.all", lang)), *lacking], {}
    slots = {"n": number(n), "what": what}
    if words or like is not None:
        first = phrase("record.near", lang, **slots, fields=f"{fields}{say('clause', lang)}" if fields else "")
    else:
        first = phrase("record.fields", lang, **slots, fields=fields)
    return [first, *(_line(index, hit, lang) for hit in hits), *lacking], _rests(hits)


def _rests(hits: Sequence[Hit]) -> dict[str, int | None]:
    """Return ids by names; of a sample that is there more than once, the first by its name alone."""
    rests: dict[str, int | None] = {}
    for hit in hits:
        rests[hit.name if hit.name not in rests else f"{hit.name} ({hit.number})"] = hit.number
    return rests


def _line(index: Index, hit: Hit, lang: Lang) -> str:
    verdict = say(f"verdict.{hit.decided or hit.verdict}", lang)
    said = hit.words if lang == "en" else _first_sight(index, hit, lang)
    said = f"{say('clause', lang)}{said}" if said else ""
    if hit.likeness is not None:
        said += phrase("record.likeness", lang, likeness=f"{hit.likeness:.2f}")
    return phrase("record.hit", lang, number=str(hit.number), name=called(hit.name, lang), verdict=verdict, said=said)


def _first_sight(index: Index, hit: Hit, lang: Lang) -> str:
    """Return what the strongest region is and where, in a language other than the index's."""
    document = json.loads(index.store.inspection(hit.number).document)
    if not document.get("regions"):
        return ""
    return bare_sights(Evidence.from_json(json.dumps(document["evidence"])), lang)[0]
