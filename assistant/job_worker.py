"""A worker: a process that does one job to its end. It is told by its standard input which, and whose it is."""

import json
import os
import sys
import traceback
from pathlib import Path
from typing import Any

from assistant import library
from assistant.job_batch import inspect_folder
from assistant.job_pulse import Pulse
from assistant.job_wishes import BatchWish, FitWish, ReportWish, Wish, drop_upload, open_queue, uploads, wish_of
from fusion.errors import BadSetting, FoilError
from fusion.files import atomic_write

NICE = 5  # what a person asks meanwhile comes first


def main() -> None:
    """Do the job that a line of JSON names: store, job, worker, lease."""
    given = json.loads(sys.stdin.readline())
    if hasattr(os, "nice"):
        os.nice(NICE)
    work(given["store"], given["job"], given["worker"], given["lease"])


def work(store: str | None, number: int, worker: str, lease: float) -> None:
    """Do a job, and write down how it ended; whatever stops the work from outside gives the job back."""
    queue = open_queue(store, create=False)
    queue.lease = lease
    job = queue.job(number)
    wish, outcome, error = wish_of(job), None, ""
    try:
        with Pulse(queue, job, worker) as pulse:
            outcome = _done(wish, store, pulse)
    except FoilError as problem:
        error = _for_people(str(problem), wish)
    except Exception as problem:
        traceback.print_exc()
        error = f"Foil failed in a way that nobody foresaw ({type(problem).__name__}: {problem}); please report it"
    except BaseException:  # cancelled, taken over, or the server stops
        queue.let_go(number, worker)
        raise
    if queue.finish(number, worker, outcome, error) and not error:
        drop_upload(wish)  # who goes on with a job that was cancelled too late still needs it


def _done(wish: Wish, store: str | None, pulse: Pulse) -> dict[str, Any]:
    """Do what is wished for and return what came out, as plain data."""
    if isinstance(wish, FitWish):
        return _fit(wish, pulse)
    if not store:
        raise BadSetting("inspections and reports are of a store, and none is named; give --store, or set FOIL_STORE")
    if isinstance(wish, BatchWish):
        return inspect_folder(wish, store, pulse)
    return _report(wish, store, pulse)


def _fit(wish: FitWish, pulse: Pulse) -> dict[str, Any]:
    from assistant.fitting import fit_folder

    rates = (wish.review, wish.reject)
    fit = fit_folder(Path(wish.source), wish.name, wish.config, None, rates, wish.replace, pulse, True, wish.names)
    is_version = fit.folder != library.model_folder(fit.name)
    return {"model": fit.name, "version": fit.folder.name if is_version else None}


def _report(wish: ReportWish, store: str, pulse: Pulse) -> dict[str, Any]:
    from assistant.report import prepare
    from assistant.reports.html import html
    from assistant.reports.scope import Scope
    from assistant.store import open_store

    opened = open_store(store)
    scope = Scope(wish.samples, wish.lot, wish.since, wish.until)
    out = opened.folder / "reports" / f"job-{pulse.job.id}.{wish.form}"
    prepared = prepare(opened, scope, wish.lang, wish.final, wish.by, pulse)
    made = prepared.write(out)
    if wish.form == "pdf":  # beside it, to be looked at in the app
        atomic_write(out.with_suffix(".html"), html(prepared.document))
    told = {"status": made.status, "inspections": made.inspections, "open": made.open}
    return {"report": str(made.path), "record": made.record, "sha256": made.sha256, **told}


def _for_people(sentence: str, wish: Wish) -> str:
    """Return an error in which no place stands that only this machine knows."""
    if isinstance(wish, FitWish) and wish.source.startswith(str(uploads())):
        sentence = sentence.replace(f"{wish.source}{os.sep}", "").replace(wish.source, os.path.basename(wish.source))
    return sentence


if __name__ == "__main__":
    main()
