"""The jobs strip under the header: what runs and what came out, the same on every tab and after a reload."""

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gradio as gr

from apps.rest.keys import Caller
from apps.ui import jobs_told
from apps.ui.frame import Frame, empty, html, told
from apps.ui.roles import caller_of, refuse, takes
from apps.ui.words import word
from assistant import library, versions
from explain.catalogue import Lang

if TYPE_CHECKING:
    from assistant.jobs import Job, Queue  # import the database

EVERY, IDLE = 2.0, 15.0  # seconds, while a job is open and while none is: each look costs every browser something
SHOWN = 20  # jobs


class JobsPanel:
    """Built under the header; there is no strip as long as there is no job."""

    def __init__(self, frame: Frame, store: str | None) -> None:
        self.frame, self.store, put = frame, store, frame.put
        self.shown = gr.State(None)  # what the visitor sees, so that nothing is drawn anew that is the same
        with gr.Accordion("", open=False, visible=False, elem_id="jobs") as self.strip, gr.Row():
            with gr.Column(scale=3, min_width=260):
                self.list = put(gr.Radio, {"label": "jobs.list"}, choices=[], elem_id="jobs-list")
            with gr.Column(scale=7, min_width=300):
                self.told = html(empty("jobs.empty", "en"), "job")
                with gr.Row():
                    self.cancel = put(gr.Button, {"value": "job.cancel"}, visible=False, elem_id="job-cancel")
                    self.resume = put(gr.Button, {"value": "job.resume"}, visible=False, elem_id="job-resume")
                    self.use = put(gr.Button, {"value": "job.use"}, variant="primary", visible=False, elem_id="job-use")
                    self.report = put(gr.DownloadButton, {"label": "job.download"}, visible=False, elem_id="job-report")
        self.timer = gr.Timer(IDLE)

    @cached_property
    def queue(self) -> "Queue":
        """Return the jobs, which stay open."""
        from assistant.job_wishes import open_queue

        return open_queue(self.store)

    def wire(self, started: Any) -> None:
        """Answer the strip's events; `started` ends the page's start, after which the language is known."""
        frame = self.frame
        look = [self.list, self.shown, frame.lang]
        places = [self.strip, self.list, self.told, self.cancel, self.resume, self.use, self.report, self.shown]
        places.append(self.timer)
        self.looking = {"fn": self._look, "inputs": look, "outputs": places, "show_progress": "hidden"}
        started.then(self._first, frame.lang, places, show_progress="hidden")
        for event in (self.timer.tick, self.list.input):
            event(**self.looking)
        frame.follow(self._look, look, places)
        for button, do in ((self.cancel, self._cancel), (self.resume, self._resume)):
            button.click(do, [self.list, frame.lang], None, show_progress="hidden").then(**self.looking)
        used = self.use.click(self._use, [self.list, frame.lang], frame.model, show_progress="hidden")
        used.then(**self.looking)

    def after(self, asked: Any, job: Any) -> None:
        """Show, after an event, the job whose id its state holds."""
        places = [self.strip, self.list]
        opened = asked.success(self._open, [job, self.frame.lang], places, show_progress="hidden")
        opened.then(**self.looking)

    @takes("viewer")
    def _open(self, job: Any, lang: Lang) -> list[Any]:
        if not isinstance(job, int):
            return [gr.skip()] * 2
        lines = [(jobs_told.line(one, lang), one.id) for one in self.queue.latest(SHOWN)]
        return [gr.update(open=True, visible=True), gr.update(choices=lines, value=job)]

    @takes("viewer")
    def _first(self, lang: Lang, request: gr.Request) -> list[Any]:
        """Return what a visitor sees who comes, or comes again: open where something is to be done still."""
        jobs = self.queue.latest(SHOWN)
        at_work = next((job.id for job in jobs if job.is_open), None)
        strip, *others = self._look(at_work, None, lang, request)
        return [strip | {"open": at_work is not None}, *others] if jobs else [strip, *others]

    @takes("viewer")
    def _look(self, chosen: int | None, shown: Any, lang: Lang, request: gr.Request) -> list[Any]:
        jobs = self.queue.latest(SHOWN)
        if not jobs:
            return [gr.skip()] * 9
        job = next((one for one in jobs if one.id == chosen), jobs[0])
        seen = self._seen(job, jobs, lang, caller_of(request))
        if seen == shown:
            return [gr.skip()] * 9
        heading, lines, words, can_cancel, can_resume, can_use, key, report, pace = seen
        return [
            gr.update(label=heading, visible=True),
            gr.update(choices=lines, value=job.id),
            words,
            gr.update(visible=can_cancel),
            gr.update(visible=can_resume),
            gr.update(visible=can_use, value=word(key, lang)),
            gr.update(visible=report is not None, value=report),
            seen,
            gr.Timer(pace),
        ]

    def _seen(self, job: "Job", jobs: "list[Job]", lang: Lang, caller: Caller) -> tuple[Any, ...]:
        """Return all that the strip shows of a job among others, to somebody who may do so much."""
        from apps.rest.jobs import ROLES

        may = caller.may(ROLES[job.kind])
        lines = [(jobs_told.line(one, lang), one.id) for one in jobs]
        model = job.outcome.get("model") if job.state == "done" else None
        is_version = bool(model) and jobs_told.is_version(job)
        can_use = (
            caller.may("admin") if is_version else model in library.names("pictures") and not job.outcome["version"]
        )
        key = "job.use" if is_version else "job.select"
        report = Path(job.outcome["report"]) if job.state == "done" and "report" in job.outcome else None
        file = self.frame.shelf.put(report.name, report.read_bytes()) if report and report.is_file() else None
        can_cancel, can_resume = may and job.is_open, may and job.state in ("cancelled", "failed")
        words, pace = jobs_told.told(job, lang), EVERY if any(one.is_open for one in jobs) else IDLE
        return jobs_told.strip(jobs, lang), lines, words, can_cancel, can_resume, can_use, key, file, pace

    def _cancel(self, job: int, lang: Lang, request: gr.Request) -> None:
        with told(lang):
            self.queue.cancel(self._his(job, lang, request))

    def _resume(self, job: int, lang: Lang, request: gr.Request) -> None:
        with told(lang):
            self.queue.resume(self._his(job, lang, request))

    def _his(self, job: int, lang: Lang, request: gr.Request) -> int:
        """Return a job that a visitor might have asked for, too."""
        from apps.rest.jobs import ROLES

        refuse(caller_of(request), ROLES[self.queue.job(job).kind], lang)
        return job

    @takes("viewer")
    def _use(self, number: int, lang: Lang, request: gr.Request) -> Any:
        """Put what a job made in force, if it waits for that, and choose the model."""
        with told(lang):
            made = self.queue.job(number).outcome
            if made["version"]:
                refuse(caller_of(request), "admin", lang)
                versions.put_in_force(made["model"], made["version"])
            return gr.update(choices=library.names("pictures"), value=made["model"])
