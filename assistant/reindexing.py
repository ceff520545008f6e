"""Index what was recorded before there was an index, from the kept pictures by the kept models."""

import json
from collections.abc import Callable
from contextlib import suppress
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from assistant import guide, indexing
from assistant.indexing import Found
from assistant.replaying import kept_detector, kept_sample
from assistant.search import Index
from assistant.store import Store
from assistant.tables import inspections, looks
from explain.evidence import Evidence
from fusion.errors import BadInput, FoilError
from fusion.progress import Progress, silent

if TYPE_CHECKING:
    from fusion.detector import Detector  # imports torch


def reindex(store: Store, progress: Progress = silent) -> tuple[int, int]:
    """Index what isn't, then the vectors of all sentences; return how many were, and how many without their picture."""
    without = inspections.outerjoin(looks, looks.c.record == inspections.c.record)
    wanted = select(inspections.c.record).select_from(without).where(looks.c.record.is_(None))
    with store.database.reading() as connection:
        numbers = list(connection.execute(wanted.order_by(inspections.c.record)).scalars())
    detector, blind = cache(lambda model, words: kept_detector(store, model, words)), 0
    for done, number in enumerate(numbers):
        progress("indexing", done, len(numbers))
        row = store.inspection(number)
        said, document = json.loads(row.payload), json.loads(row.document)
        found = Found(indexing.parts_off(document))
        if "map" in said:  # of a picture
            found = _of_picture(store, said, document, partial(detector, row.model, document["asked"]["words"]))
            blind += found.picture is None
        with store.database.writing() as connection:
            indexing.put(connection, number, found)
            for decision in store.decided(number):
                indexing.note(connection, number, decision.reason)
    progress("indexing", len(numbers), len(numbers))
    index = Index(store)
    index.refresh()
    index.sentences.embed(store.database, progress)
    return len(numbers), blind


def _of_picture(
    store: Store, said: dict[str, Any], document: dict[str, Any], detector: "Callable[[], Detector]"
) -> Found:
    found = Found()
    with suppress(BadInput):  # evidence of an earlier version: by its picture alone
        found = indexing.of_evidence(Evidence.from_json(json.dumps(document["evidence"])), document["text"])
    try:
        sample = kept_sample(store, said, document)
        marked = guide.detect(detector(), sample, document["asked"]["samples"]) if document["regions"] else None
    except FoilError:  # pruned or altered, which verify tells
        return found
    return indexing.looked_at(found, sample, marked)
