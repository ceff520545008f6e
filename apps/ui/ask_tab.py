"""The Ask tab: a conversation beside the picture at hand; every answer is computed, and no language model speaks."""

import time
from collections.abc import Iterator
from typing import Any

import gradio as gr

from apps.ui.asking import Message, Talk, answered, file, shown
from apps.ui.frame import Frame, told
from apps.ui.roles import takes
from apps.ui.words import word
from assistant.suggestions import suggestions
from explain.catalogue import Lang
from fusion.errors import BadSetting
from fusion.sample import Sample

OFFERED = 4  # suggested questions
PACE = 0.1  # seconds between two updates of a growing answer: the browser draws the whole conversation at each


class AskTab:
    """Built inside a gr.Tab; the picture of the Inspect tab is at hand here, too."""

    def __init__(self, frame: Frame) -> None:
        self.frame, put = frame, frame.put
        self.talk = gr.State(None)
        put(gr.Markdown, {"value": "ask.how"}, elem_id="ask-how")
        with gr.Row():
            with gr.Column(scale=3, min_width=240):
                fixed = {"interactive": False, "height": 300, "buttons": ["fullscreen"]}
                self.picture = put(gr.Image, {"label": "ask.at_hand"}, elem_id="ask-picture", **fixed)
                self.new = put(gr.Button, {"value": "ask.new"}, size="sm", elem_id="ask-new")
            with gr.Column(scale=7, min_width=320):
                self._conversation()

    def _conversation(self) -> None:
        put = self.frame.put
        self.chat = put(
            gr.Chatbot,
            {"label": "ask.chat", "placeholder": "ask.none"},
            height=400,
            render_markdown=False,  # names and questions are text, whatever is in them
            feedback_options=None,
            buttons=["copy"],
            elem_id="chat",
        )
        with gr.Row(elem_id="ask-chips"):
            words = suggestions("", "en", OFFERED)
            self.chips = [gr.Button(one, size="sm", min_width=80) for one in words]
        self.box = put(
            gr.MultimodalTextbox,
            {"placeholder": "ask.hint", "label": "ask.box"},
            show_label=False,
            file_types=["image", ".tif", ".tiff", ".heic"],
            file_count="multiple",
            sources=["upload"],
            stop_btn=True,
            elem_id="ask",
        )

    def wire(self, tab: gr.Tab) -> None:
        """Answer the tab's events; the model of words is loaded as soon as somebody comes here."""
        frame = self.frame
        tab.select(warm, None, None, show_progress="hidden")
        tab.select(self._beside, [frame.sample, self.talk], self.picture, show_progress="hidden")
        given = [self.chat, self.talk, frame.sample, frame.model, frame.lang]
        filled = [self.chat, self.talk, self.picture, *self.chips]
        options: dict[str, Any] = {"concurrency_limit": 1, "concurrency_id": "inspect", "show_progress": "hidden"}
        answer = filled[:3]
        # a question that comes while the last answer ends is asked next, and not lost
        asked = self.box.submit(
            self._ask, [self.box, *given], [self.box, *answer], trigger_mode="always_last", **options
        )
        clicked = [chip.click(self._click, [chip, *given], answer, **options) for chip in self.chips]
        for event in (asked, *clicked):  # by itself: of updates that come close together the browser may lose one
            event.then(_next, self.talk, self.chips, show_progress="hidden", queue=False)
        self.box.stop(None, cancels=[asked, *clicked])
        for event in (self.new.click, self.chat.clear, frame.model.input):
            event(self._new, frame.lang, filled, show_progress="hidden")
        frame.follow(_offered, [frame.lang], self.chips)

    def _beside(self, sample: Sample | None, talk: Talk | None) -> Any:
        """Show what would be spoken of, before anything was asked."""
        if sample is None or sample.image is None or (talk and talk.is_of(sample)):
            return gr.skip()
        return file("at-hand.png", sample.image, self.frame.shelf)

    def _ask(self, given: dict[str, Any], *known: Any) -> Iterator[list[Any]]:
        cleared: Any = gr.update(value=None)
        for values in self._answer(given["text"], given["files"], *known):
            yield [cleared, *values]
            cleared = gr.skip()

    def _click(self, question: str, *known: Any) -> Iterator[list[Any]]:
        yield from self._answer(question, [], *known)

    def _answer(
        self,
        question: str,
        files: list[str],
        history: list[Message],
        talk: Talk | None,
        sample: Sample | None,
        model: str | None,
        lang: Lang,
    ) -> Iterator[list[Any]]:
        """Yield messages, conversation and picture as the answer grows."""
        with told(lang):
            if not model:
                raise BadSetting(word("no_model.picked", lang))
            detector = self.frame.models.get(model)
            if talk is None or talk.detector is not detector:
                talk = Talk(detector, self.frame.models.narrator, self.frame.recent)
            for path in files:
                history = [*history, {"role": "user", "content": {"path": path}}]
            question = question.strip() or word("ask.first", lang)
            history = [*history, {"role": "user", "content": shown(question)}]
            new = sample is not None and not talk.is_ready(sample)
            if files or new or self.frame.models.narrator:  # else the answer is there before this would be drawn
                working = {"role": "assistant", "content": word("ask.at_it", lang)}
                yield [[*history, working], talk, gr.skip()]
            if sample is not None:
                talk.beside(sample)
            for path in files:
                talk.upload(path)
            messages: list[Message] = []
            told_at = time.monotonic()
            for messages, reply in answered(talk, question, self.frame.shelf, lang):
                talk.offered = offered(reply.suggested, reply.lang)
                if time.monotonic() - told_at >= PACE:
                    yield [[*history, *messages], talk, gr.skip()]
                    told_at = time.monotonic()
            drawn = talk.at_hand()
            beside = None if drawn is None else file("at-hand.png", drawn, self.frame.shelf)
            yield [[*history, *messages], talk, beside]

    @takes("viewer")
    def _new(self, lang: Lang) -> list[Any]:
        return [[], None, None, *offered((), lang)]


def offered(questions: tuple[str, ...], lang: Lang) -> list[Any]:
    """Return the buttons' words: questions that may follow, or those to begin with."""
    questions = (questions or suggestions("", lang, OFFERED))[:OFFERED]
    padded = [*questions, *[""] * (OFFERED - len(questions))]
    return [gr.update(value=one, visible=bool(one)) for one in padded]


@takes("viewer")
def _offered(lang: Lang) -> list[Any]:
    return offered((), lang)


def _next(talk: Talk | None) -> list[Any]:
    """Return the buttons' words after an answer."""
    return [gr.skip()] * OFFERED if talk is None or not talk.offered else talk.offered


def warm() -> None:
    """Load what understands questions while the visitor still reads."""
    from assistant.router import similarities

    similarities("hello")
