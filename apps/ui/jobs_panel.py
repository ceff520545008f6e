"""The jobs strip under the header: what runs and what came out, the same on every tab and after a reload."""

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gradio as gr

from apps.ui import jobs_told
from apps.ui.frame import Frame, empty, html, told
from apps.ui.words import word
from assistant import library, versions
from explain.catalogue import Lang

if TYPE_CHECKING:
    from assistant.jobs import Job, Queue  # import the database

EVERY = 2.0  # seconds
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
        self.timer = gr.Timer(EVERY)

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
        self.looking = {"fn": self._look, "inputs": look, "outputs": places, "show_progress": "hidden"}
        started.then(self._first, frame.lang, places, show_progress="hidden")
        for event in (self.timer.tick, self.list.input, frame.lang.change):
            event(**self.looking)
        for button, do in ((self.cancel, self._cancel), (self.resume, self._resume)):
            button.click(do, [self.list, frame.lang], None, show_progress="hidden").then(**self.looking)
        used = self.use.click(self._use, [self.list, frame.lang], frame.model, show_progress="hidden")
        used.then(**self.looking)

    def after(self, asked: Any, job: Any) -> None:
        """Show, after an event, the job whose id its state holds."""
        places = [self.strip, self.list]
        opened = asked.success(self._open, [job, self.frame.lang], places, show_progress="hidden")
        opened.then(**self.looking)

    def _open(self, job: Any, lang: Lang) -> list[Any]:
        if not isinstance(job, int):
            return [gr.skip()] * 2
        lines = [(jobs_told.line(one, lang), one.id) for one in self.queue.latest(SHOWN)]
        return [gr.update(open=True, visible=True), gr.update(choices=lines, value=job)]

    def _first(self, lang: Lang) -> list[Any]:
        """Return what a visitor sees who comes, or comes again: open where something is to be done still."""
        jobs = self.queue.latest(SHOWN)
        at_work = next((job.id for job in jobs if job.is_open), None)
        strip, *others = self._look(at_work, None, lang)
        return [strip | {"open": at_work is not None}, *others] if jobs else [strip, *others]

    def _look(self, chosen: int | None, shown: Any, lang: Lang) -> list[Any]:
        jobs = self.queue.latest(SHOWN)
        if not jobs:
            return [gr.skip()] * 8
        job = next((one for one in jobs if one.id == chosen), jobs[0])
        seen = self._seen(job, jobs, lang)
        if seen == shown:
            return [gr.skip()] * 8
        heading, lines, words, can_cancel, can_resume, can_use, key, report = seen
        return [
            gr.update(label=heading, visible=True),
            gr.update(choices=lines, value=job.id),
            words,
            gr.update(visible=can_cancel),
            gr.update(visible=can_resume),
            gr.update(visible=can_use, value=word(key, lang)),
            gr.update(visible=report is not None, value=report),
            seen,
        ]

    def _seen(self, job: "Job", jobs: "list[Job]", lang: Lang) -> tuple[Any, ...]:
        """Return all that the strip shows of a job among others."""
        lines = [(jobs_told.line(one, lang), one.id) for one in jobs]
        model = job.outcome.get("model") if job.state == "done" else None
        is_version = bool(model) and jobs_told.is_version(job)
        can_use = is_version or (model in library.names("pictures") and not job.outcome["version"])
        key = "job.use" if is_version else "job.select"
        report = Path(job.outcome["report"]) if job.state == "done" and "report" in job.outcome else None
        file = self.frame.shelf.put(report.name, report.read_bytes()) if report and report.is_file() else None
        can_resume = job.state in ("cancelled", "failed")
        words = jobs_told.told(job, lang)
        return jobs_told.strip(jobs, lang), lines, words, job.is_open, can_resume, can_use, key, file

    def _cancel(self, job: int, lang: Lang) -> None:
        with told(lang):
            self.queue.cancel(job)

    def _resume(self, job: int, lang: Lang) -> None:
        with told(lang):
            self.queue.resume(job)

    def _use(self, number: int, lang: Lang) -> Any:
        """Put what a job made in force, if it waits for that, and choose the model."""
        with told(lang):
            made = self.queue.job(number).outcome
            if made["version"]:
                versions.put_in_force(made["model"], made["version"])
            return gr.update(choices=library.names("pictures"), value=made["model"])
