"""A language model beside Foil's own words: it tells what was found once more, and no verdict waits for it."""

from dataclasses import dataclass
from typing import Any

import gradio as gr

from apps.ui.frame import Frame, html, told
from apps.ui.inspecting import told_again
from apps.ui.markup import note
from apps.ui.roles import takes
from apps.ui.words import word
from assistant.inspection import Inspection
from explain.catalogue import Lang
from explain.language import LanguageModel

AT_ONCE = 2  # visitors whom it tells something; the others wait


@dataclass
class Shown:
    """What a visitor sees just now; it changes while a language model still writes of what was seen before."""

    inspection: Inspection | None = None


class Telling:
    """A place under the words; only where the app was started with a language model."""

    def __init__(self, frame: Frame, narrator: LanguageModel) -> None:
        self.frame, self.narrator = frame, narrator
        self.seen = gr.State(Shown())  # a copy for each visitor
        self.words = html("", "told")

    def begin(self, inspection: Inspection | None, lang: Lang, seen: Shown) -> str:
        """Note what is shown from now on; return that it is being put into words, or nothing."""
        seen.inspection = inspection
        return "" if inspection is None else note(word("telling", lang, name=self.narrator.name))

    def follow(self, event: Any) -> None:
        """Tell what an event found, as soon as that is shown."""
        limits: dict[str, Any] = {"concurrency_id": "telling", "concurrency_limit": AT_ONCE, "show_progress": "hidden"}
        event.then(self._told, [self.seen, self.frame.lang], self.words, **limits)

    @takes("viewer")
    def _told(self, seen: Shown, lang: Lang) -> Any:
        """Return a language model's words, but none of a picture that has made room for another meanwhile."""
        inspection = seen.inspection
        if inspection is None:
            return ""
        with told(lang):
            on_record = word("telling.on_record", lang) if self.frame.recorder else ""
            words = told_again(inspection, self.narrator, on_record)
        return words if seen.inspection is inspection else gr.skip()
