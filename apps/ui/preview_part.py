"""What painted defects look like on the good pictures at hand, in the Teach tab, before anything is fitted."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from apps.ui import teaching
from apps.ui.frame import Frame, empty, html, told
from apps.ui.markup import note
from apps.ui.progress import PROGRESS, shown_on
from apps.ui.roles import takes
from apps.ui.shelf import Shelf
from apps.ui.words import word
from assistant.previewing import previews
from assistant.sources import opened
from explain.catalogue import Lang
from explain.wording import called, number
from fusion.errors import BadSetting
from fusion.progress import Progress, silent


@dataclass(frozen=True)
class Painted:
    """What was painted on some files."""

    files: tuple[str, ...]
    seed: int
    shown: tuple[tuple[str, str], ...]  # path and kind of each


class PreviewPart:
    """An accordion below the files; it paints when it is opened, and again when asked."""

    def __init__(self, frame: Frame) -> None:
        self.frame, put = frame, frame.put
        self.painted = gr.State(None)
        with put(gr.Accordion, {"label": "preview"}, open=False, elem_id="preview") as self.accordion:
            put(gr.Markdown, {"value": "preview.how"})
            shown: dict[str, Any] = {"columns": 3, "height": "auto", "object_fit": "contain", "show_label": False}
            own: dict[str, Any] = {"visible": False, "interactive": False, "buttons": [], "elem_id": "preview-gallery"}
            self.gallery = put(gr.Gallery, {"label": "preview.gallery"}, **shown, **own)
            self.said = html(empty("preview.empty", "en"), "preview-said")
            self.paint = put(gr.Button, {"value": "preview.paint"}, elem_id="preview-paint")
        self.places = [self.gallery, self.said, self.paint]

    def wire(self, files: gr.File) -> None:
        """Answer what opens it, and its button."""
        given, places = [files, self.painted, self.frame.lang], [self.painted, *self.places]
        work: dict[str, Any] = {"show_progress_on": self.said, "concurrency_limit": 1, "concurrency_id": "preview"}
        self.accordion.expand(self._opened, given, places, **work)
        self.paint.click(self._again, given, places, **work)
        self.frame.follow(self.told_of, [files, self.painted, self.frame.lang], self.places)

    @takes("admin")
    def _opened(
        self, files: list[str] | None, painted: Painted | None, lang: Lang, progress: gr.Progress = PROGRESS
    ) -> list[Any]:
        """Paint what isn't painted yet, if there are pictures."""
        if files and not (painted and painted.files == tuple(files)):
            return self._again(files, painted, lang, progress)
        return [gr.skip()] * 4

    @takes("admin")
    def _again(
        self, files: list[str] | None, painted: Painted | None, lang: Lang, progress: gr.Progress = PROGRESS
    ) -> list[Any]:
        with told(lang):
            if not files:
                raise BadSetting(word("fit.no_files", lang))
            seed = painted.seed + 1 if painted else 0
            painted = paint(files, seed, self.frame.shelf, shown_on(progress, lang))
            return [painted, *self.told_of(files, painted, lang)]

    @takes("viewer")
    def told_of(self, files: list[str] | None, painted: Painted | None, lang: Lang) -> list[Any]:
        """Return the values of `places`; of what was painted on other files, nothing."""
        if not painted or painted.files != tuple(files or ()):
            said = note(word("preview.ready", lang)) if files else empty("preview.empty", lang)
            return [gr.update(value=None, visible=False), said, gr.update(value=word("preview.paint", lang))]
        captions = [(path, called(kind, lang)) for path, kind in painted.shown]
        said = word("preview.painted", lang, n=number(len(captions)), seed=number(painted.seed))
        return [
            gr.update(value=captions, visible=True),
            note(said, live=True),
            gr.update(value=word("preview.others", lang)),
        ]


def paint(files: list[str], seed: int, shelf: Shelf, progress: Progress = silent) -> Painted:
    """Paint a defect of each kind on uploaded good pictures."""
    with teaching.gathered(files) as source, opened(source, {}) as dataset:
        found = [
            (shelf.put(f"generated-{one.kind.replace(' ', '-')}-on-{Path(one.source).stem}.png", one.png), one.kind)
            for one in previews(dataset.normals(), seed, progress)
        ]
    return Painted(tuple(files), seed, tuple(found))
