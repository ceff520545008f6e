"""What the Ask tab answers: a question, one that is asked again, and one that is edited, each as the answer grows."""

import time
from collections.abc import Iterator
from typing import Any

import gradio as gr

from apps.ui.asking import INERT, Message, Talk, answered, asked, file, uploaded, working
from apps.ui.frame import Frame, told
from apps.ui.roles import caller_of
from apps.ui.talks import Seat, Talks
from apps.ui.words import word
from assistant.suggestions import suggestions
from explain.catalogue import Lang
from fusion.errors import BadInput, BadSetting, FoilError
from fusion.sample import Sample

OFFERED = 4  # suggested questions
PACE = 0.1  # seconds between two updates of a growing answer: the browser draws the whole conversation at each


class Answering:
    """Yields messages and the picture spoken of; which conversation is meant depends on who asks, and where."""

    def __init__(self, frame: Frame, talks: Talks) -> None:
        self.frame, self.talks = frame, talks

    def ask(
        self,
        given: dict[str, Any],
        seat: Seat,
        sample: Sample | None,
        model: str | None,
        lang: Lang,
        request: gr.Request,
    ) -> Iterator[list[Any]]:
        """Answer what was typed, and empty the box."""
        cleared: Any = gr.update(value=None)
        for values in self._answer(given["text"], given["files"], seat, sample, model, lang, request):
            yield [cleared, *values]
            cleared = gr.skip()

    def click(
        self, question: str, seat: Seat, sample: Sample | None, model: str | None, lang: Lang, request: gr.Request
    ) -> Iterator[list[Any]]:
        """Answer a question that was offered."""
        yield from self._answer(question, [], seat, sample, model, lang, request)

    def retry(self, seat: Seat, lang: Lang, request: gr.Request, event: gr.RetryData) -> Iterator[list[Any]]:
        """Answer a question again, as if nothing had been said since."""
        yield from self._again(event.index, None, seat, lang, request)

    def edit(self, seat: Seat, lang: Lang, request: gr.Request, event: gr.EditData) -> Iterator[list[Any]]:
        """Answer an edited question, with the same uploads, as if the first one had never been asked."""
        yield from self._again(event.index, str(event.value).replace(INERT, ""), seat, lang, request)

    def next(self, seat: Seat, request: gr.Request) -> list[Any]:
        """Return the buttons' words after an answer."""
        talk = self.talks.of(caller_of(request), seat)
        return offered(*talk.offered) if talk and talk.offered else [gr.skip()] * OFFERED

    def _answer(
        self,
        question: str,
        files: list[str],
        seat: Seat,
        sample: Sample | None,
        model: str | None,
        lang: Lang,
        request: gr.Request,
    ) -> Iterator[list[Any]]:
        with told(lang):
            talk = self._talk(seat, model, lang, request)
            question = question.strip() or word("ask.first", lang)
            uploads = [uploaded(path) for path in files]
            new = sample is not None and not talk.is_ready(sample)
            if files or new or self.frame.models.narrator:  # else the answer is there before this would be drawn
                yield self._at_work(talk, [*uploads, asked(question)], lang)
            try:
                if sample is not None:
                    talk.beside(sample)
                for path in files:
                    talk.upload(path)
            except FoilError:
                yield [talk.told(lang), gr.skip()]
                raise
            self.talks.bound()
            talk.history += uploads
            yield from self._grown(talk, question, lang)

    def _again(
        self, message: int, question: str | None, seat: Seat, lang: Lang, request: gr.Request
    ) -> Iterator[list[Any]]:
        """Go back to a question and answer it, or what is asked in its place."""
        with told(lang):
            talk = self.talks.of(caller_of(request), seat)
            turn = talk.turn_at(message) if talk else None
            if talk is None or turn is None:
                raise BadInput(word("ask.no_turn", lang))
            talk.back_to(turn)
            question = turn.question if question is None else question.strip() or word("ask.first", lang)
            if self.frame.models.narrator:
                yield self._at_work(talk, [asked(question)], lang)
            yield from self._grown(talk, question, lang)

    def _grown(self, talk: Talk, question: str, lang: Lang) -> Iterator[list[Any]]:
        told_at = time.monotonic()
        for reply in answered(talk, question, self.frame.shelf, lang):
            talk.offered = reply.suggested, reply.lang
            if time.monotonic() - told_at >= PACE:
                yield [talk.told(lang), gr.skip()]
                told_at = time.monotonic()
        yield [talk.told(lang), self.at_hand(talk)]

    def at_hand(self, talk: Talk) -> str | None:
        """Return the picture that is spoken of as a file."""
        drawn = talk.at_hand()
        return None if drawn is None else file("at-hand.png", drawn, self.frame.shelf)

    def _talk(self, seat: Seat, model: str | None, lang: Lang, request: gr.Request) -> Talk:
        """Return the conversation that a page speaks in, which is a new one if that one can't go on."""
        if not model:
            raise BadSetting(word("no_model.picked", lang))
        caller, detector = caller_of(request), self.frame.models.get(model)
        talk = self.talks.of(caller, seat)
        if talk is None or talk.detector is not detector:
            if seat.key:
                gr.Info(word("ask.anew", lang), duration=15)
            _, recall = self.frame.recording(model)
            talk = Talk(detector, self.frame.models.narrator, self.frame.recent, recall)
            self.talks.begin(caller, seat, talk)
        return talk

    def _at_work(self, talk: Talk, asked: list[Message], lang: Lang) -> list[Any]:
        return [[*talk.told(lang), *asked, working(lang)], gr.skip()]


def offered(questions: tuple[str, ...], lang: Lang) -> list[Any]:
    """Return the buttons' words: questions that may follow, or those to begin with."""
    questions = (questions or suggestions("", lang, OFFERED))[:OFFERED]
    padded = [*questions, *[""] * (OFFERED - len(questions))]
    return [gr.update(value=one, visible=bool(one)) for one in padded]
