"""A report of what is on record, in the review tab: made as a job that outlives the page, looked at, downloaded."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gradio as gr

from apps.ui import jobs_told, reviewing
from apps.ui.frame import Frame, empty, html, told
from apps.ui.jobs_panel import SHOWN, JobsPanel
from apps.ui.markup import note
from apps.ui.roles import caller_of, signed, takes
from apps.ui.words import word
from explain.catalogue import Lang
from explain.wording import number

if TYPE_CHECKING:
    from assistant.jobs import Job

FORM = "pdf"


class ReportPart:
    """An accordion above the queue; it shows the last report that was asked for, and how far it is."""

    def __init__(self, frame: Frame, jobs: JobsPanel) -> None:
        self.frame, self.jobs, put = frame, jobs, frame.put
        self.shown = gr.State(None)  # what the visitor sees, so that nothing is sent anew that is the same
        with put(gr.Accordion, {"label": "review.report"}, open=False, elem_id="review-report"):
            put(gr.Markdown, {"value": "review.report.how"})
            when = {"chosen": "review.report.chosen", "today": "review.report.today"}
            self.when = frame.choose(when, "review.report.when", value="chosen", elem_id="review-when")
            self.final = put(gr.Checkbox, {"label": "review.final"}, value=False, elem_id="review-final")
            with gr.Row():
                self.make = put(gr.Button, {"value": "review.make"}, variant="primary", elem_id="review-make")
                self.pdf = put(gr.DownloadButton, {"label": "review.pdf"}, interactive=False, elem_id="review-pdf")
            frame.reserve("inspector", self.when, self.final, self.make)
            self.made = html("", "review-made")
            self.page = html(empty("review.report.none", "en"), "review-page")

    def wire(self, scope: list[Any], by: Any) -> None:
        """Answer the button; `scope` are lot, since and until, `by` is who answers for a final report."""
        given = [*scope, self.when, self.final, by, self.frame.lang]
        self.make.click(self._ask, given, None, show_progress="hidden").success(**self.jobs.looking)
        # Whatever happens to any job, also before a page was loaded again, changes what the strip shows.
        places = [self.page, self.pdf, self.made, self.shown]
        self.jobs.shown.change(self._look, [self.shown, self.frame.lang], places, show_progress="hidden")

    def _ask(
        self,
        lot: str | None,
        since: str | None,
        until: str | None,
        when: str,
        final: bool,
        by: str | None,
        lang: Lang,
        request: gr.Request,
    ) -> None:
        from assistant.job_wishes import ReportWish, ask

        if when == "today":
            since = until = datetime.now(UTC).date().isoformat()
        with told(lang):
            name = signed(by or "", caller_of(request))
            wish = ReportWish(
                FORM, lot=lot or "", since=since or "", until=until or "", lang=lang, final=final, by=name
            )
            ask(self.jobs.queue, wish, name)

    @takes("viewer")
    def _look(self, shown: Any, lang: Lang) -> list[Any]:
        """Return page, file and words of the last report, as far as it is."""
        reports = (job for job in self.jobs.queue.latest(SHOWN) if job.settings.get("form") == FORM)
        job = next(reports, None)
        seen = None if job is None else (job.id, job.state, job.progress, lang)
        if job is None or seen == shown:
            return [gr.skip()] * 4
        file = Path(job.outcome["report"]) if job.state == "done" else None
        if file is None or not file.is_file():
            none = empty("review.report.none", lang)
            return [none, gr.update(value=None, interactive=False), jobs_told.told(job, lang), seen]
        kept = self.frame.shelf.put(f"foil-report-{job.asked[:10]}.{FORM}", file.read_bytes())
        page = reviewing.preview(file.with_suffix(".html"), lang)
        return [page, gr.update(value=kept, interactive=True), note(_made(job, lang), live=True), seen]


def _made(job: "Job", lang: Lang) -> str:
    out = job.outcome
    counts = {"n": number(out["inspections"]), "open": number(out["open"])}
    return word("review.report.made", lang, record=str(out["record"]), **counts)
