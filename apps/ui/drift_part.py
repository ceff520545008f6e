"""Whether production drifts, in the review tab: looked at when it is opened, and again when asked."""

from typing import Any

import gradio as gr

from apps.ui import drifting
from apps.ui.frame import Frame, empty, html, told
from apps.ui.recorder import Recorder
from apps.ui.roles import takes
from assistant.course import Course, course
from assistant.reports.scope import Scope
from explain.catalogue import Lang
from fusion.errors import NoSuchRecord


class DriftPart:
    """An accordion above the queue."""

    def __init__(self, frame: Frame, recorder: Recorder) -> None:
        self.frame, self.recorder, put = frame, recorder, frame.put
        self.seen = gr.State(None)  # what was found, and of which model
        with put(gr.Accordion, {"label": "drift"}, open=False, elem_id="review-drift") as self.accordion:
            put(gr.Markdown, {"value": "drift.how"})
            self.again = put(gr.Button, {"value": "drift.look"}, size="sm", elem_id="drift-look")
            self.shown = html(empty("drift.empty", "en"), "drift")

    def wire(self, model: Any, scope: list[Any]) -> None:
        """Answer what opens it, and its button; `scope` are lot, since and until, `model` is the filter's."""
        frame = self.frame
        given, places = [model, frame.model, *scope, frame.lang], [self.seen, self.shown]
        for event in (self.accordion.expand, self.again.click):
            event(self._look, given, places, show_progress_on=self.shown)
        frame.follow(self._said, [self.seen, frame.lang], [self.shown])

    @takes("viewer")
    def _look(
        self, chosen: str | None, at_top: str | None, lot: str | None, since: str | None, until: str | None, lang: Lang
    ) -> tuple[Any, str]:
        """Return what is on record of the chosen model, or of the one at the top."""
        with told(lang):
            scope, model = Scope(lot=lot or "", since=since or "", until=until or ""), chosen or at_top
            try:
                seen = model, course(self.recorder.store, model, scope) if model else None
            except NoSuchRecord:
                seen = model, None
            return seen, self._said(seen, lang)

    @takes("viewer")
    def _said(self, seen: tuple[str | None, Course | None] | None, lang: Lang) -> str:
        """Return what was found, if anybody looked."""
        if seen is None:
            return empty("drift.empty", lang)
        model, found = seen
        return drifting.shown(found, lang) if found else drifting.nothing(model, lang)
