"""Versions of the selected model, in the Teach tab: what it was before, and the way back."""

from typing import Any

import gradio as gr

from apps.ui.frame import Frame, told
from apps.ui.roles import takes
from apps.ui.words import word
from assistant import library, versions
from assistant.library import ModelInfo
from explain.catalogue import Lang
from explain.wording import number
from fusion.errors import BadSetting


class VersionsPart:
    """An accordion below the thresholds."""

    def __init__(self, frame: Frame) -> None:
        self.frame, put = frame, frame.put
        with put(gr.Accordion, {"label": "versions"}, open=False, elem_id="versions"):
            self.choice = put(gr.Radio, {"label": "versions.choose"}, choices=[], elem_id="versions-choice")
            self.none = put(gr.Markdown, {"value": "versions.none"}, elem_id="versions-none")
            self.switch = put(gr.Button, {"value": "versions.switch"}, interactive=False, elem_id="versions-switch")
        frame.reserve("admin", self.switch)

    def wire(self, tab: gr.Tab, events: list[Any], refresh: Any) -> None:
        """Answer the button; `events` and `refresh` are as in the tab."""
        frame, places = self.frame, [self.choice, self.none, self.switch]
        given = [frame.model, self.choice, frame.lang]
        look: dict[str, Any] = {"inputs": given, "outputs": places, "show_progress": "hidden"}
        switched = self.switch.click(self._switch, given, None)
        refresh(switched.success(self._look, **look))
        for event in events:
            event.success(self._look, **look)
        for change in (tab.select, frame.model.change):
            change(self._look, **look)
        frame.follow(self._look, given, places)

    @takes("viewer")
    def _look(self, model: str | None, chosen: str | None, lang: Lang) -> list[Any]:
        with told(lang):
            kept = versions.versions(model) if model else []
            lines = [(_line(one, lang), one.folder.name) for one in kept]
        known = bool(lines)
        stays = chosen if chosen in [which for _, which in lines] else None
        return [
            gr.update(choices=lines, value=stays, visible=known),
            gr.update(visible=not known),
            gr.update(interactive=known),
        ]

    @takes("admin")
    def _switch(self, model: str, which: str | None, lang: Lang) -> None:
        with told(lang):
            if not which:
                raise BadSetting(word("versions.nothing", lang))
            versions.put_in_force(model, which)
            gr.Success(word("versions.switched", lang, name=library.checked_name(model)))


def _line(one: ModelInfo, lang: Lang) -> str:
    created = str(one.card.get("created", ""))[:16].replace("T", " ")
    limit, n = f"{one.calibration.thresholds.reject:.2f}", number(one.calibration.n)
    return word("versions.line", lang, created=created, method=str(one.card.get("method", "")), n=n, reject=limit)
