"""A report of what is on record, in the review tab: made, looked at, downloaded."""

from typing import Any

import gradio as gr

from apps.ui import reviewing
from apps.ui.frame import Frame, empty, html, told
from apps.ui.markup import note
from apps.ui.recorder import Recorder
from apps.ui.teach_tab import PROGRESS, shown_on
from apps.ui.words import word
from assistant.report import prepare
from assistant.reports.scope import Scope
from explain.catalogue import Lang
from explain.wording import number


class ReportPart:
    """An accordion below the queue."""

    def __init__(self, frame: Frame, recorder: Recorder) -> None:
        self.frame, self.recorder, put = frame, recorder, frame.put
        with put(gr.Accordion, {"label": "review.report"}, open=False, elem_id="review-report"):
            put(gr.Markdown, {"value": "review.report.how"})
            self.final = put(gr.Checkbox, {"label": "review.final"}, value=False, elem_id="review-final")
            with gr.Row():
                self.make = put(gr.Button, {"value": "review.make"}, variant="primary", elem_id="review-make")
                self.pdf = put(gr.DownloadButton, {"label": "review.pdf"}, interactive=False, elem_id="review-pdf")
            self.made = html("", "review-made")
            self.page = html(empty("review.report.none", "en"), "review-page")

    def wire(self, scope: list[Any], by: Any) -> None:
        """Answer the button; `scope` are lot, since and until, `by` is who answers for a final report."""
        self.make.click(
            self._make,
            [*scope, self.final, by, self.frame.lang],
            [self.page, self.pdf, self.made],
            show_progress_on=self.page,
            concurrency_limit=1,
            concurrency_id="heavy",
        )

    def _make(
        self,
        lot: str | None,
        since: str | None,
        until: str | None,
        final: bool,
        by: str,
        lang: Lang,
        progress: gr.Progress = PROGRESS,
    ) -> list[Any]:
        with told(lang):
            scope = Scope(lot=lot or "", since=since or "", until=until or "")
            prepared = prepare(self.recorder.store, scope, lang, final, by, shown_on(progress))
            page = reviewing.preview(prepared, lang)
            file, record = reviewing.written(prepared, self.frame.shelf)
            n, waiting = len(prepared.known.found), len(prepared.known.open)
            said = word("review.report.made", lang, record=str(record), n=number(n), open=number(waiting))
            return [page, gr.update(value=file, interactive=True), note(said, live=True)]
