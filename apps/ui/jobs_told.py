"""Jobs in words and pictures, as HTML: how far one is, how its training goes, and what came out."""

from collections.abc import Mapping, Sequence
from html import escape
from pathlib import PurePath
from typing import Any

from apps.ui.comparing import compared
from apps.ui.curve import curve_of
from apps.ui.markup import note
from apps.ui.words import word
from apps.ui.words_jobs import STAGES
from assistant import card, library, versions
from assistant.jobs import Job
from explain.catalogue import Lang
from explain.wording import number
from fusion.errors import FoilError

KINDS = {"fit": "job.fit", "batch": "job.batch", "report": "job.report"}  # to their words
STATES = {
    "waiting": "job.waiting",
    "running": "job.running",
    "done": "job.done",
    "failed": "job.failed",
    "cancelled": "job.cancelled",
}


def subject(job: Job, lang: Lang) -> str:
    """Return what a job is of, in a few words."""
    said = job.settings
    if job.kind == "fit":
        return str(said["name"])
    if job.kind == "batch":
        return word("job.of.batch", lang, folder=PurePath(said["folder"]).name, model=said["model"])
    given = [str(said[name]) for name in ("lot", "samples", "since", "until") if said.get(name)]
    return " ".join(given) or word("job.of.all", lang)


def line(job: Job, lang: Lang) -> str:
    """Return a job for a list of them: what it is of, and below how it stands."""
    return f"{job.id} · {word(KINDS[job.kind], lang)} · {subject(job, lang)}\n{far(job, lang)}"


def far(job: Job, lang: Lang) -> str:
    """Return how a job stands, in a few words."""
    at = job.progress
    if job.state != "running" or not at.get("stage"):
        return word("job.starts" if job.state == "running" else STATES[job.state], lang)
    share = f" {100 * at['done'] // at['of']} %" if at.get("of") else ""
    left = ""
    if at["stage"] == "training the network" and at.get("seconds_left"):  # of other steps too little is known here
        left = word("job.comma", lang) + word("job.left", lang, time=_time(at["seconds_left"], lang))
    return f"{stage(at['stage'], lang)}{share}{left}"


def strip(jobs: Sequence[Job], lang: Lang) -> str:
    """Return the strip's heading: the job that runs, or the next."""
    at_work = next((job for job in jobs if job.state == "running"), None)
    at_work = at_work or next((job for job in reversed(jobs) if job.is_open), None)
    if at_work is None:
        return word("jobs.idle", lang)
    return word("jobs.at", lang, subject=subject(at_work, lang), far=far(at_work, lang))


def told(job: Job, lang: Lang) -> str:
    """Return all that is to be said of a job."""
    head = word("job.head", lang, kind=word(KINDS[job.kind], lang), subject=subject(job, lang))
    state = f'<span class="foil-state foil-{job.state}">{word(STATES[job.state], lang)}</span>'
    asked = word("job.asked.by" if job.by else "job.asked", lang, by=job.by, time=job.asked[:16].replace("T", " "))
    parts = [f'<p class="foil-job"><b>{escape(head)}</b>{state}</p>', note(asked), _bar(job, lang)]
    if job.error:
        parts.append(f"<p>{escape(job.error)}</p>")
    if job.state in ("cancelled", "failed"):
        parts.append(note(word("job.resumable", lang)))
    if job.state == "done":
        parts.append(_outcome(job, lang))
    if curve := job.progress.get("curve"):
        parts.append(curve_of(curve, lang))
    return f'<div class="foil-words">{"".join(parts)}</div>'


def is_version(job: Job) -> bool:
    """Tell whether a version came out that still waits to be put in force."""
    which = job.outcome.get("version")
    return bool(which) and any(one.folder.name == which for one in versions.versions(job.outcome["model"]))


def _bar(job: Job, lang: Lang) -> str:
    at = job.progress
    if job.state not in ("running", "waiting") or not at.get("stage"):
        return ""
    said, bar = [stage(at["stage"], lang)], ""
    if at.get("of"):
        said.append(word("job.of", lang, done=number(at["done"]), of=number(at["of"])))
        share = round(100 * at["done"] / at["of"])
        told = f'role="progressbar" aria-valuenow="{share}" aria-label="{escape(said[0])}"'
        bar = f'<div class="foil-bar" {told}><div style="width: {share}%"></div></div>'
    if at.get("seconds_left") is not None:
        said.append(word("job.left.stage", lang, time=_time(at["seconds_left"], lang)))
    return bar + note(" · ".join(said))


def _outcome(job: Job, lang: Lang) -> str:
    out = job.outcome
    if job.kind == "batch":
        badges = " ".join(f"{card.badge(v, lang)} {number(n)}" for v, n in sorted(out["verdicts"].items()))
        return f"<p>{word('job.batch.done', lang, n=number(out['inspections']))}</p><p>{badges}</p>"
    if job.kind == "report":
        return f"<p>{word('job.report.done', lang, n=number(out['inspections']), open=number(out['open']))}</p>"
    return _made(out, lang)


def _made(out: Mapping[str, Any], lang: Lang) -> str:
    """Return a new model beside the one in force."""
    name, which = out["model"], out["version"]
    try:
        now = library.read(name)
        if which is None:
            return f"<p>{escape(word('job.model.new', lang, name=name))}</p>{compared(None, now, lang)}"
        waiting = next((one for one in versions.versions(name) if one.folder.name == which), None)
        if waiting:
            return f"<p>{escape(word('job.model.waits', lang, name=name))}</p>{compared(now, waiting, lang)}"
        is_in_force = now.folder.exists() and which == versions.id_of(now.folder)
        return f"<p>{word('job.model.switched' if is_in_force else 'job.model.gone', lang)}</p>"
    except FoilError as error:  # removed or broken since
        return f"<p>{escape(str(error))}</p>"


def stage(said: str, lang: Lang) -> str:
    """Return what a floor below calls a step, in a language."""
    return STAGES.get(said, said) if lang == "zh" else said


def _time(seconds: float, lang: Lang) -> str:
    if seconds < 90:
        return word("job.seconds", lang, n=str(max(1, round(seconds))))
    return word("job.minutes", lang, n=str(round(seconds / 60)))
