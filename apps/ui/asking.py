"""A visitor's conversation: its pictures, what was said, and how an answer is put on the page."""

from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from apps.ui.inspecting import SHOWN, sample_of
from apps.ui.markup import unbroken
from apps.ui.recent import Recent
from apps.ui.shelf import Shelf
from apps.ui.words import word
from assistant.colours import Picture
from assistant.inspection import Failure, inspect
from assistant.lot import Lot
from assistant.pictures import png, shrunk
from assistant.session import Reply, Session
from assistant.tools import outlined
from explain.catalogue import Lang
from fusion.errors import BadInput
from fusion.sample import Sample

if TYPE_CHECKING:
    from explain.tool_calls import ToolCaller
    from fusion.detector import Detector

MOST = 40  # pictures of one conversation, which all stay in memory
Message = dict[str, Any]


class Talk:
    """One visitor's conversation about one model's pictures."""

    def __init__(self, detector: "Detector", model: "ToolCaller | None" = None, recent: Recent | None = None) -> None:
        """Take what judges, a language model that may say what a question means, and what was inspected just now."""
        self.detector, self._recent = detector, recent or Recent()
        self.session = Session(Lot(detector), model=model)
        self.offered: list[Any] = []  # what the buttons say after the last answer
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

    def look_at(self, sample: Sample) -> None:
        """Turn to a picture, which is inspected if it is new."""
        if sample.sha256 not in self._known:
            if len(self._known) >= MOST:
                raise BadInput(f"{sample.name}: a conversation takes {MOST} pictures; begin a new one")
            found = self._recent.find(self.detector, sample) or inspect(sample, self.detector)
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

    def at_hand(self) -> Picture | None:
        """Return the picture that is spoken of, its regions numbered; None of what can't be read or was refused."""
        name, lot = self.session.at_hand, self.session.lot
        return outlined(lot, name) if name in lot.judged() else None


def answered(talk: Talk, question: str, shelf: Shelf, lang: Lang) -> Iterator[tuple[list[Message], Reply]]:
    """Yield the messages of an answer, and the answer itself, as it grows."""
    for reply in talk.session.ask(question):
        yield said(reply, shelf, lang), reply


def said(reply: Reply, shelf: Shelf, lang: Lang) -> list[Message]:
    """Return an answer as messages: its picture, its words, and the pictures that it rests on."""
    messages: list[Message] = []
    if reply.picture is not None:
        messages.append({"role": "assistant", "content": {"path": file(f"{reply.tool}.png", reply.picture, shelf)}})
    rests = word("ask.rests", lang, names=", ".join(reply.rests)) if reply.rests else ""
    text = "\n".join(filter(None, [reply.text or word("ask.at_it", lang), rests]))
    return [*messages, {"role": "assistant", "content": shown(text)}]


def shown(text: str) -> str:
    """Return words as the chat shows them: Gradio takes HTML for HTML even where it renders no Markdown."""
    return escape(unbroken(text)).replace("\n", "<br>")


def file(name: str, picture: Picture, shelf: Shelf) -> str:
    """Return a picture as a file that a browser can fetch."""
    return shelf.put(name, png(shrunk(picture, SHOWN)))
