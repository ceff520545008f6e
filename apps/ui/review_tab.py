"""The review tab: what waits for a person's decision, one after the other, and reports of what is on record."""

from collections.abc import Iterator
from functools import cached_property
from typing import Any

import gradio as gr

from apps.ui import reviewing
from apps.ui.drift_part import DriftPart
from apps.ui.frame import Frame, empty, html, told
from apps.ui.inspecting import SHOWN
from apps.ui.jobs_panel import JobsPanel
from apps.ui.judging import CHOICES
from apps.ui.keys import KEYS, LEAVE
from apps.ui.markup import note
from apps.ui.recorder import Recorder
from apps.ui.review_report import ReportPart
from apps.ui.reviewing import Case
from apps.ui.roles import caller_of, signed, takes
from apps.ui.words import word
from assistant import card
from assistant.awaiting import Wanted, awaiting, narrowed
from assistant.reports.pictures import Painter
from assistant.reports.scope import Scope
from explain.catalogue import Lang
from explain.wording import number
from fusion.errors import BadSetting, FoilError

VERDICTS = {"": "review.all", "REJECT": "review.REJECT", "REVIEW": "review.REVIEW"}
ORDERS = {"newest": "review.newest", "gravest": "review.gravest"}


class ReviewTab:
    """Built inside a gr.Tab, where the app records what it inspects."""

    def __init__(self, frame: Frame, recorder: Recorder, jobs: JobsPanel) -> None:
        self.frame, self.recorder, put = frame, recorder, frame.put
        self.order, self.chosen = gr.State(None), gr.State(None)  # ids of the list; one of them
        self.shown = gr.State(None)  # id, language and number of decisions of what is shown
        put(gr.Markdown, {"value": "review.how"}, elem_id="review-how")
        self._filters()
        self.drift = DriftPart(frame, recorder)
        self.report = ReportPart(frame, jobs)
        self.counts = html("", "review-counts")
        with gr.Row():
            with gr.Column(scale=3, min_width=280):
                self._queue()
            with gr.Column(scale=8, min_width=320):
                self._case()

    @cached_property
    def painter(self) -> Painter:
        """Return what makes the pictures again; the models that it read stay."""
        return Painter(self.recorder.store, SHOWN)

    def _filters(self) -> None:
        put, choose = self.frame.put, self.frame.choose
        with gr.Row(elem_id="review-filter"):
            hint = {"label": "review.words", "placeholder": "review.words.hint"}
            self.words = put(gr.Textbox, hint, max_lines=1, elem_id="review-words", scale=3, min_width=240)
            shown: dict[str, Any] = {"show_label": True, "container": True, "min_width": 200, "scale": 2}
            self.verdict = choose(VERDICTS, "review.verdict", value="", elem_id="review-program", **shown)
            self.by_order = choose(ORDERS, "review.order", value="newest", elem_id="review-order", **shown)
        with put(gr.Accordion, {"label": "review.filters"}, open=False, elem_id="review-more"), gr.Row():
            self.model = put(gr.Dropdown, {"label": "model"}, choices=[("", "")], value="", min_width=160)
            own: dict[str, Any] = {"choices": [("", "")], "value": "", "allow_custom_value": True, "min_width": 200}
            self.lot = put(gr.Dropdown, {"label": "review.lot"}, elem_id="review-lot", **own)
            day: dict[str, Any] = {"include_time": False, "type": "string", "min_width": 160}
            self.since = put(gr.DateTime, {"label": "review.since"}, elem_id="review-since", **day)
            self.until = put(gr.DateTime, {"label": "review.until"}, elem_id="review-until", **day)

    def _queue(self) -> None:
        put = self.frame.put
        self.queue = put(gr.Radio, {"label": "review.queue"}, choices=[], elem_id="review-queue")
        with gr.Row():
            self.previous = put(gr.Button, {"value": "review.previous"}, size="sm", min_width=90)
            self.next = put(gr.Button, {"value": "review.next"}, size="sm", min_width=90, elem_id="review-next")
        self.refresh = put(gr.Button, {"value": "review.refresh"}, size="sm", elem_id="review-refresh")
        put(gr.Markdown, {"value": "review.keys"}, elem_id="review-keys")

    def _case(self) -> None:
        put = self.frame.put
        self.card = html("", "review-card")  # filled as soon as somebody comes, in their language
        with gr.Row():
            with gr.Column(scale=5, min_width=300):
                fixed: dict[str, Any] = {"interactive": False, "height": 340, "buttons": ["fullscreen"]}
                whole = fixed | {"slider_position": 90}  # what is judged is seen first, what is normal behind it
                self.pair = put(gr.ImageSlider, {"label": "compare"}, elem_id="review-pair", max_height=340, **whole)
                self.marked = put(gr.Image, {"label": "review.marked"}, elem_id="review-marked", **fixed)
                self.below = html("", "review-below")
            with gr.Column(scale=4, min_width=260):
                self.says = html("", "review-told")
                self.decided = self.frame.choose(CHOICES, "judge.verdict", elem_id="review-verdict")
                self.by = self.frame.sign("judge.by", elem_id="review-by")
                self.reason = put(gr.Textbox, {"label": "judge.reason"}, max_lines=1, elem_id="review-reason")
                self.record = put(gr.Button, {"value": "review.record"}, variant="primary", elem_id="review-record")
                self.frame.reserve("inspector", self.decided, self.by, self.reason, self.record)
                self.recorded = html("", "review-recorded")

    def wire(self, tab: gr.Tab, blocks: gr.Blocks) -> None:
        """Answer the tab's events."""
        frame, hidden = self.frame, {"show_progress": "hidden"}
        lang = frame.lang
        scope = [self.lot, self.since, self.until]
        self.filters = [self.words, self.verdict, self.by_order, self.model, *scope]
        listed = [self.queue, self.order, self.chosen, self.counts, self.model, self.lot]
        places = [self.card, self.says, self.pair, self.marked, self.below, self.shown]
        show = {"concurrency_limit": 1, "concurrency_id": "inspect", "trigger_mode": "always_last", **hidden}
        look = [self.shown, self.order, lang]
        blocks.load(None, js=KEYS)

        def then_show(event: Any) -> Any:
            return event.then(self._show, [self.chosen, *look], places, **show)

        changed = (self.verdict.input, self.by_order.input, self.model.input, self.lot.input)
        typed = (self.words.submit, self.since.change, self.until.change)
        for event in (tab.select, self.refresh.click, *changed, *typed):
            then_show(event(self._listed, [*self.filters, self.shown, lang], listed, **hidden))
        again = [*self.filters, self.shown, lang, self.order]
        frame.follow(self._again, again, [*listed, self.recorded], then_show)
        self.queue.input(self._show, [self.queue, *look], places, **show)
        self.next.click(None, js="() => window.foilStep(1)")
        self.previous.click(None, js="() => window.foilStep(-1)")
        given = [self.decided, self.by, self.reason, self.shown, self.order, *self.filters, self.queue, lang]
        done = [*listed, self.decided, self.reason, self.recorded]
        for event in (self.record.click, self.reason.submit):
            decided = event(self._decide, given, done, **hidden)
            then_show(decided.success(None, js=LEAVE))
        self.report.wire(scope, self.by)
        self.drift.wire(self.model, scope)

    @takes("viewer")
    def _listed(self, *given: Any) -> list[Any]:
        *filters, shown, lang = given
        with told(lang):
            stays = shown and shown[0]
            return self._lists(filters, lang, lambda after: stays if stays in after else next(iter(after), None))

    @takes("viewer")
    def _again(self, *given: Any) -> list[Any]:
        """Say the list in another language, if it was ever looked at."""
        *known, order = given
        return [gr.skip()] * 7 if order is None else [*self._listed(*known), ""]

    def _lists(self, filters: list[Any], lang: Lang, choose: Any) -> list[Any]:
        """Return queue, order, counts, and the models and lots to choose from."""
        words, verdict, order, model, lot, since, until = filters
        store = self.recorder.store
        scope = Scope(lot=lot or "", since=since or "", until=until or "")
        waiting = awaiting(store)
        chosen = narrowed(store, waiting, Wanted(model or "", verdict or "", words or "", scope, order == "gravest"))
        lines = reviewing.lines(chosen, lang)
        numbers = [which for _, which in lines]
        stands = choose(numbers)
        models = [(word("review.any_model", lang), ""), *((name, name) for name in sorted({w.model for w in waiting}))]
        lots = [(word("review.any_lot", lang), ""), *((one, one) for one in sorted({w.lot for w in waiting} - {""}))]
        return [
            gr.update(choices=lines, value=stands),
            numbers,
            stands,
            reviewing.counted(waiting, chosen, lang),
            gr.update(choices=models),
            gr.update(choices=lots),
        ]

    @takes("viewer")
    def _show(self, which: int | None, shown: Any, order: list[int] | None, lang: Lang) -> Iterator[list[Any]]:
        """Yield what is on record of the chosen inspection, first in words; of one that can't be shown, only why."""
        if order is None or (shown and shown[:2] == (which, lang) and self._is_as(*shown)):
            yield [gr.skip()] * 6
            return
        try:
            if which is None:
                yield [self._nothing(lang), empty("nothing_yet", lang), None, None, "", None]
                return
            for case in reviewing.opened(self.recorder.store, which, self.painter, self.frame.shelf, lang):
                yield self._filled(case, which, lang)
        except FoilError as error:
            yield self._filled(
                Case(card.notice("UNREADABLE", str(error), lang), empty("nothing_yet", lang)), None, lang
            )

    def _is_as(self, which: int, lang: Lang, decisions: int) -> bool:
        """Tell whether nobody decided on what is shown since it is."""
        return len(self.recorder.store.decided(which)) == decisions

    def _nothing(self, lang: Lang) -> str:
        """Return that nothing waits, or nothing that fits the filter."""
        n = len(awaiting(self.recorder.store))
        return (
            f'<div class="foil-empty">{word("review.no_fit", lang, n=number(n))}</div>'
            if n
            else empty("review.empty", lang)
        )

    def _filled(self, case: Case, which: int | None, lang: Lang) -> list[Any]:
        shown = None if which is None else (which, lang, case.decisions)
        return [case.card, case.words, case.pair, case.marked, case.below, shown]

    def _decide(
        self,
        request: gr.Request,
        verdict: str | None,
        by: str,
        reason: str,
        shown: Any,
        order: list[int],
        *given: Any,
    ) -> list[Any]:
        *filters, current, lang = given
        with told(lang):
            if not shown or shown[0] != current:  # the next one may be on its way
                raise BadSetting(word("review.nothing", lang))
            if verdict is None or not by.strip() or not reason.strip():
                raise BadSetting(word("judge.missing", lang))
            which, _, seen = shown
            decisions = self.recorder.store.decided(which)
            if len(decisions) != seen:
                said = f"{decisions[-1].by}: {decisions[-1].verdict}"
                raise BadSetting(word("review.meanwhile", lang, number=str(which), said=said))
            made = self.recorder.decide(which, verdict, signed(by, caller_of(request)), reason)
            said = word("judge.done", lang, number=str(which), made=str(made))
            listed = self._lists(filters, lang, lambda after: reviewing.following(order, which, after))
            return [*listed, None, "", note(said, live=True)]


def review_tab(frame: Frame, jobs: JobsPanel) -> ReviewTab | None:
    """Fill the tab; where nothing is recorded, with how to start so that it is."""
    if frame.recorder:
        return ReviewTab(frame, frame.recorder, jobs)
    frame.put(gr.Markdown, {"value": "review.no_store"}, elem_id="review-none")
    return None
