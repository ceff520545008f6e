"""A batch: everything in a folder is inspected and recorded; what was recorded before a crash is not done again."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from assistant import library
from assistant.job_pulse import Pulse
from assistant.job_wishes import BatchWish
from assistant.recording import Asked, entry
from assistant.store import Store, open_store
from assistant.tables import inspections, records
from explain.prompt import clean
from fusion.errors import BadInput
from fusion.progress import Progress

if TYPE_CHECKING:
    from assistant.inspection import Result


def inspect_folder(wish: BatchWish, where: str, pulse: Pulse) -> dict[str, Any]:
    """Inspect and record, in order, and return how many of each verdict there are."""
    store = open_store(where)
    kept = store.keep_model(library.existing_folder(wish.model))
    how = {"text": wish.text, "audience": wish.audience, "length": wish.length}
    asked = Asked(kept.sha256, kept.config, kept.created, kept.thresholds, **how)  # type: ignore[arg-type]
    first = int(pulse.job.outcome.get("after", store.head().number))  # of an earlier worker of this job
    pulse.queue.note(pulse.job.id, pulse.worker, {"after": first})
    known = _recorded(store, first, kept.sha256)
    counts = Counter(known.values())
    for result in _results(wish, store, set(known), pulse):
        if clean(str(result.to_json()["path"])) not in known:
            store.add(entry(result, asked))
            counts[result.verdict] += 1
    return {"after": first, "inspections": counts.total(), "verdicts": dict(counts)}


def _recorded(store: Store, after: int, model: str) -> dict[str, str]:
    """Return the verdicts of what this model found since a record, by name; of what couldn't be read, too."""
    wanted = select(inspections.c.name, inspections.c.verdict)
    wanted = wanted.where(inspections.c.record > after, inspections.c.model == model)
    unreadable = select(records.c.payload).where(records.c.number > after, records.c.kind == "unreadable")
    with store.database.reading() as connection:
        known = {row.name: row.verdict for row in connection.execute(wanted)}
        payloads = [json.loads(payload) for payload in connection.execute(unreadable).scalars()]
    return known | {said["name"]: "UNREADABLE" for said in payloads if said["model"] == model}


def _results(wish: BatchWish, store: Store, known: set[str], progress: Progress) -> "Iterator[Result]":
    """Yield the results of whatever kind of data the model is of; pictures that are known aren't even read."""
    kind, folder = library.kind(wish.model), Path(wish.folder)
    if kind == "pictures":
        from assistant.inspection import Failure, expand, inspect_paths
        from assistant.precedents import precedents
        from assistant.search import Index

        found = expand(folder, wish.text or None)
        if isinstance(found[0], Failure):
            raise BadInput(found[0].reason)
        to_do = [item for item in found if not isinstance(item, Failure) and clean(str(item.path)) not in known]
        skipped = len(found) - len(to_do)

        def told(stage: str, done: int, total: int) -> None:
            progress(stage, done + skipped, total + skipped)

        how: dict[str, Any] = {"recall": precedents(Index(store), wish.model)}
        how |= {"audience": wish.audience, "length": wish.length, "progress": told}
        yield from inspect_paths(to_do, library.load(wish.model), wish.lang, **how)
    elif kind == "movements":
        from assistant.moving import inspect_movements, load_movement_model
        from fusion.motion.collection import Reading

        detector = load_movement_model(wish.model)
        yield from inspect_movements([folder], detector, Reading(), wish.lang, progress, wish.text or None)
    else:
        from assistant.tabling import inspect_tables, load_table_model

        yield from inspect_tables([folder], load_table_model(wish.model), wish.lang, progress)
