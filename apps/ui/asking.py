"""A visitor's conversation: its pictures, what was said, and how an answer is put on the page."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from apps.ui.inspecting import SHOWN, sample_of
from apps.ui.markup import unbroken
from apps.ui.recent import Recent
from apps.ui.shelf import Shelf
from apps.ui.words import word
from assistant.answer_table import Table
from assistant.colours import Picture
from assistant.inspection import Failure, Recall, inspect
from assistant.lot import Lot
from assistant.pictures import png, shrunk
from assistant.session import Reply, Session, Stand
from assistant.tools import outlined
from explain.catalogue import Lang
from fusion.errors import BadInput
from fusion.sample import Sample

if TYPE_CHECKING:
    from explain.tool_calls import ToolCaller
    from fusion.detector import Detector

MOST = 40  # pictures of one conversation, which all stay in memory
# Unseen, and behind a "<" or "&" it keeps the browser from taking what follows for HTML: a tag or a character begins
# only where a letter, "#", "/", "!" or "?" comes next [HTML, 13.2.5.6 and 13.2.5.72].
INERT = "\u2060"
Message = dict[str, Any]


@dataclass(frozen=True)
class Turn:
    """A question that was asked, and where the conversation stood: whoever asks it anew goes back there."""

    question: str
    at: int  # messages before it; those of its uploads are among them
    stand: Stand


class Talk:
    """One visitor's conversation about one model's pictures."""

    def __init__(
        self,
        detector: "Detector",
        model: "ToolCaller | None" = None,
        recent: Recent | None = None,
        recall: Recall | None = None,
    ) -> None:
        """Take what judges, a language model that may say what a question means, and what was inspected just now.

        `recall` finds past cases to tell of, as the Inspect tab does.
        """
        self.detector, self._recent = detector, recent or Recent()
        self.session = Session(Lot(detector, recall=recall), model=model)
        self.history: list[Message] = []
        self.turns: list[Turn] = []
        self.offered: tuple[tuple[str, ...], Lang] | None = None  # questions that may follow the last answer
        self._known: dict[str, str] = {}  # content -> name
        self._beside = ""  # content of the Inspect tab's picture when the last question was asked

    def beside(self, sample: Sample) -> None:
        """Turn to the picture of the Inspect tab, if it is another one than at the last question."""
        if sample.sha256 != self._beside:
            self._beside = sample.sha256
            self.look_at(sample)

    def is_ready(self, sample: Sample) -> bool:
        """Tell whether a picture needs no inspection before something is said of it."""
        return sample.sha256 in self._known or self._recent.find(self.detector, sample) is not None

    def is_of(self, sample: Sample) -> bool:
        """Tell whether a picture of the Inspect tab was spoken of last."""
        return sample.sha256 == self._beside

    def goes_on(self, sample: Sample | None) -> None:
        """Stay with the picture that is spoken of, whatever the Inspect tab shows now."""
        self._beside = sample.sha256 if sample else ""

    def look_at(self, sample: Sample) -> None:
        """Turn to a picture, which is inspected if it is new."""
        if sample.sha256 not in self._known:
            if len(self._known) >= MOST:
                raise BadInput(f"{sample.name}: a conversation takes {MOST} pictures; begin a new one")
            found = self._recent.find(self.detector, sample)
            found = found or inspect(sample, self.detector, recall=self.session.lot.recall)
            self._known[sample.sha256] = self.session.lot.add(found)
        self.session.add(self._known[sample.sha256])

    def upload(self, path: str) -> None:
        """Take in an uploaded file; one that can't be read is in the lot as such."""
        try:
            sample = sample_of(path)
        except BadInput as error:
            self.session.add(self.session.lot.add(Failure(Path(path).name, str(error))))
        else:
            self.look_at(sample)

    @property
    def pictures(self) -> int:
        return len(self.session.lot.seen)

    def begin(self, question: str) -> int:
        """Take down a question; return how many messages stand before its answer."""
        self.turns.append(Turn(question, len(self.history), self.session.stand()))
        self.history.append(asked(question))
        return len(self.history)

    def turn_at(self, message: int) -> Turn | None:
        """Return the question that is a message of the history."""
        return next((turn for turn in self.turns if turn.at == message), None)

    def back_to(self, turn: Turn) -> None:
        """Forget a question and all that was said and given after it.

        What the Inspect tab showed last counts as spoken of still: the next question is about the picture at hand.
        """
        del self.turns[self.turns.index(turn) :], self.history[turn.at :]
        self.session.go_back(turn.stand)
        self._known = {content: name for content, name in self._known.items() if name in self.session.lot.seen}

    def told(self, lang: Lang) -> list[Message]:
        """Return the history; where a picture's file is no longer there, which no page could show, it says so."""
        return [one if _is_there(one["content"]) else one | {"content": word("ask.gone", lang)} for one in self.history]

    def at_hand(self) -> Picture | None:
        """Return the picture that is spoken of, its regions numbered; None of what can't be read or was refused."""
        name, lot = self.session.at_hand, self.session.lot
        return outlined(lot, name) if name in lot.judged() else None


def answered(talk: Talk, question: str, shelf: Shelf, lang: Lang) -> Iterator[Reply]:
    """Put a question; yield the answer as it grows, also in the conversation's history."""
    at = talk.begin(question)
    for reply in talk.session.ask(question):
        talk.history[at:] = said(reply, shelf, lang)
        yield reply


def said(reply: Reply, shelf: Shelf, lang: Lang) -> list[Message]:
    """Return an answer as messages: its picture, its words, and the pictures that it rests on."""
    messages: list[Message] = []
    if reply.picture is not None:
        messages.append({"role": "assistant", "content": {"path": file(f"{reply.tool}.png", reply.picture, shelf)}})
    rests = word("ask.rests", lang, names=", ".join(reply.rests)) if reply.rests else ""
    text = "\n".join(filter(None, [reply.text or word("ask.at_it", lang), rests]))
    table = f"<br>{drawn(reply.table)}" if reply.table else ""
    return [*messages, {"role": "assistant", "content": shown(text) + table}]


def drawn(table: Table) -> str:
    """Return a table as HTML."""
    heads = "".join(f'<th scope="col">{escape(head)}</th>' for head in table.heads)
    rows = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in table.rows)
    return f'<table class="foil-table"><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>'


def uploaded(path: str) -> Message:
    return {"role": "user", "content": {"path": path}}


def asked(question: str) -> Message:
    """Return a question as a message: whoever edits it finds what was typed, and none of it is taken for HTML."""
    return {"role": "user", "content": re.sub("[<&]", rf"\g<0>{INERT}", question)}


def working(lang: Lang) -> Message:
    return {"role": "assistant", "content": word("ask.at_it", lang)}


def shown(text: str) -> str:
    """Return words as the chat shows them: Gradio takes HTML for HTML even where it renders no Markdown."""
    return escape(unbroken(text)).replace("\n", "<br>")


def file(name: str, picture: Picture, shelf: Shelf) -> str:
    """Return a picture as a file that a browser can fetch."""
    return shelf.put(name, png(shrunk(picture, SHOWN)))


def _is_there(content: Any) -> bool:
    return isinstance(content, str) or Path(content["path"]).is_file()
