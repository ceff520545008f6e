"""What a person thinks of a verdict, recorded beside it: only where the app was given a store."""

from typing import Any

import gradio as gr

from apps.ui.frame import Frame, html, told
from apps.ui.markup import note
from apps.ui.recorder import Recorder
from apps.ui.roles import caller_of, signed
from apps.ui.words import word
from explain.catalogue import Lang
from fusion.errors import BadSetting

CHOICES = {"PASS": "judge.PASS", "REVIEW": "judge.REVIEW", "REJECT": "judge.REJECT"}  # verdict -> its words


class Judging:
    """A few fields under the words; nothing is recorded before the button is pressed."""

    def __init__(self, frame: Frame, recorder: Recorder) -> None:
        self.frame, self.recorder, put = frame, recorder, frame.put
        self.number = gr.State(None)
        with put(gr.Accordion, {"label": "judge"}, open=False, elem_id="judging"):
            self.recorded = html("", "recorded")
            self.verdict = frame.choose(CHOICES, "judge.verdict", elem_id="judged")
            with gr.Row():
                self.by = frame.sign("judge.by", elem_id="judge-by", min_width=120)
                self.reason = put(gr.Textbox, {"label": "judge.reason"}, max_lines=1, elem_id="judge-reason")
            self.button = put(gr.Button, {"value": "judge.record"}, elem_id="judge-record")

    def wire(self) -> None:
        given = [self.number, self.verdict, self.by, self.reason, self.frame.lang]
        self.button.click(self._decide, given, [self.recorded, self.verdict, self.reason], show_progress="hidden")

    def shown(self, number: int | None, lang: Lang) -> list[Any]:
        """Return the values of number, sentence and choice for a new inspection."""
        return [number, _note("judge.kept", lang, number) if number else "", None]

    def _decide(
        self, number: int | None, verdict: str | None, by: str, reason: str, lang: Lang, request: gr.Request
    ) -> list[Any]:
        with told(lang):
            if number is None:
                raise BadSetting(word("judge.nothing", lang))
            if verdict is None or not by.strip() or not reason.strip():
                raise BadSetting(word("judge.missing", lang))
            made = self.recorder.decide(number, verdict, signed(by, caller_of(request)), reason)
            return [_note("judge.done", lang, number, made), None, ""]


def _note(key: str, lang: Lang, number: int, made: int = 0) -> str:
    return note(word(key, lang, number=str(number), made=str(made)))
