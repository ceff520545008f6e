"""Listen to a narrator, but not for ever: nobody waits for a model that hangs, or hears one out that never ends."""

import queue
import re
import threading
import time
from collections.abc import Iterator

from explain.evidence import Evidence
from explain.language import Brief, LanguageModel
from explain.prompt import clean
from explain.repair import is_json, words_of
from fusion.errors import BadModel, FoilError

LONGEST = 8_000  # characters of an answer; an explanation takes a quarter of it
_HTML = re.compile(r"<\s*(?:!doctype|html|head|body|div|script|p|br|span|table)\b", re.IGNORECASE)
_THINKING = re.compile(r"<think(?:ing)?>.*?</think(?:ing)?>", re.DOTALL | re.IGNORECASE)
_MARKS = re.compile(r"\*\*|__|`+|^\s{0,3}#{1,6}\s+", re.MULTILINE)  # of Markdown; they would stand in the way of words


def listen(language: LanguageModel, evidence: Evidence, brief: Brief) -> str:
    """Return what a narrator says, as plain text; raise BadModel where it says nothing usable within its patience."""
    pieces, length = [], 0
    for piece in _in_time(language, evidence, brief):
        pieces.append(piece)
        length += len(piece)
        if length > LONGEST:
            raise BadModel(f"it said more than {LONGEST} characters; ask for less, or take another model")
    text = plain_text("".join(pieces))
    if not text:
        raise BadModel("its answer was empty; take another model, or give it more tokens")
    return text


def plain_text(said: str) -> str:
    """Return an answer without thoughts, marks and wrapping; raise BadModel at what is no text."""
    text = _THINKING.sub("", said).strip()
    if text.startswith("```"):
        text = re.sub(r"^```\w*\n?|\n?```$", "", text).strip()
    if is_json(text):
        text = words_of(text)
    if _HTML.search(text):
        raise BadModel("its answer was a web page, not words; check the address")
    text = "".join(c if c.isprintable() or c == "\n" else " " for c in text)
    return _MARKS.sub("", text).strip()


def _in_time(language: LanguageModel, evidence: Evidence, brief: Brief) -> Iterator[str]:
    """Yield a narrator's pieces as they come; from a thread of its own, so that one that hangs can be left alone."""
    if language.patience is None:
        yield from language.narrate(evidence, brief)
        return
    pieces = language.narrate(evidence, brief)  # the clock starts when it is our turn
    heard: queue.SimpleQueue[str | FoilError | None] = queue.SimpleQueue()
    gone = threading.Event()

    def speak() -> None:
        try:
            for piece in pieces:
                heard.put(piece)
                if gone.is_set():
                    break
            heard.put(None)
        except FoilError as error:
            heard.put(error)
        except Exception as error:  # whatever a foreign narrator brings up ends its words, not the inspection
            heard.put(BadModel(f"it failed: {clean(str(error) or repr(error))[:200]}; take another model"))
        finally:
            getattr(pieces, "close", lambda: None)()  # which closes the connection, or ends the generation

    threading.Thread(target=speak, name=f"narrator {language.name}", daemon=True).start()
    end = time.monotonic() + language.patience
    try:
        while True:
            try:
                piece = heard.get(timeout=max(end - time.monotonic(), 0.001))
            except queue.Empty:
                raise BadModel(
                    f"it was not done after {language.patience:g} seconds; wait longer, or take a faster one"
                ) from None
            if isinstance(piece, FoilError):
                raise piece
            if piece is None:
                return
            yield piece
            if time.monotonic() > end:
                raise BadModel(
                    f"it was not done after {language.patience:g} seconds; wait longer, or take a faster one"
                )
    finally:
        gone.set()
