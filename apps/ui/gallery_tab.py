"""The gallery's tab: one picture through several methods of the survey, side by side on one scale, with their cost."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr

from apps.ui import galleries
from apps.ui.frame import PICTURES, Frame, empty, html, picture_place, told
from apps.ui.galleries import Run
from apps.ui.inspecting import preview, sample_of
from apps.ui.markup import note
from apps.ui.progress import PROGRESS, shown_on
from apps.ui.roles import takes
from apps.ui.words import word
from assistant import library
from assistant.gallery import ready, sheet
from assistant.pictures import png
from assistant.sources import source_of
from explain.catalogue import Lang
from explain.wording import number
from fusion.errors import BadSetting
from fusion.sample import Sample

CLOSED = ["gaussian", "memory"]  # what is chosen at first: quick, for any good parts


class GalleryTab:
    """Built inside a gr.Tab."""

    def __init__(self, frame: Frame) -> None:
        self.frame, put = frame, frame.put
        self.run, self.pace, self.seen = gr.State(None), gr.State(galleries.PACE), gr.State(False)
        put(gr.Markdown, {"value": "gallery.how"}, elem_id="gallery-how")
        with gr.Row():
            with gr.Column(scale=3, min_width=290):
                self._given()
            with gr.Column(scale=8, min_width=320):
                self.panels = html(empty("gallery.empty", "en"), "gallery-panels")
                self.sheet = put(
                    gr.DownloadButton, {"label": "gallery.sheet"}, interactive=False, elem_id="gallery-sheet"
                )

    def _given(self) -> None:
        put = self.frame.put
        self.picture = picture_place("gallery-picture", 220)
        self.source = html("", "gallery-source")
        kinds = [*PICTURES, ".zip"]
        self.files = put(
            gr.File,
            {"label": "gallery.files"},
            file_count="multiple",
            file_types=kinds,
            height=160,
            elem_id="gallery-files",
        )
        self.methods = put(
            gr.CheckboxGroup, {"label": "gallery.methods"}, choices=CLOSED, value=CLOSED, elem_id="gallery-methods"
        )
        self.time = html("", "gallery-time")
        with gr.Row():
            self.start = put(
                gr.Button, {"value": "gallery.start"}, variant="primary", min_width=110, elem_id="gallery-start"
            )
            self.stop = put(
                gr.Button, {"value": "gallery.stop"}, interactive=False, min_width=110, elem_id="gallery-stop"
            )

    def wire(self, tab: gr.Tab) -> None:
        """Answer the tab's events."""
        frame, hidden = self.frame, {"show_progress": "hidden"}
        given = [self.picture, frame.model, frame.lang]
        known = [self.seen, frame.model, self.files, self.methods, self.pace, frame.lang]
        said = [self.source, self.methods, self.time]
        opened = tab.select(self._beside, [self.picture, frame.sample], [self.picture, self.seen], **hidden)
        taken = self.picture.upload(self._given_picture, [self.picture, frame.lang], self.picture, **hidden)
        timed = {"concurrency_limit": 1, "concurrency_id": "inspect", **hidden}
        for event in (opened, taken):
            shown = event.then(self._known, known, said, **hidden)
            shown.then(self._timed, given, self.pace, **timed).then(self._known, known, said, **hidden)
        for change in (frame.model.change, self.files.change, self.methods.input):
            change(self._known, known, said, **hidden)
        frame.follow(self._known, known, said)
        frame.follow(self._panels, [self.run, frame.lang], [self.panels])
        begun = self.start.click(
            self._begin,
            [self.picture, frame.model, self.files, self.methods, frame.lang],
            [self.run, self.panels, self.start, self.stop, self.sheet],
            **hidden,
        )
        walked = begun.success(
            self._walk,
            [self.run, *given, self.files],
            [self.panels, self.time],
            show_progress_on=self.time,
            concurrency_limit=1,
            concurrency_id="heavy",
        )
        walked.then(self._ended, [self.run, frame.lang], [self.panels, self.start, self.stop, self.sheet], **hidden)
        self.stop.click(stopped, self.run, self.stop, queue=False, **hidden)

    def _beside(self, picture: str | None, sample: Sample | None) -> tuple[str | None, bool]:
        """Return the picture here, or that of the first tab, and that somebody came.

        A path in any case: an update of its properties would undo how the place reads files.
        """
        if picture or sample is None or sample.image is None:
            return picture, True
        return self.frame.shelf.put(f"{Path(sample.name).stem}.png", png(sample.image)), True

    def _given_picture(self, path: str | None, lang: Lang) -> Any:
        with told(lang):
            return path and preview(path, sample_of(path), self.frame.shelf)

    @takes("viewer")
    def _known(
        self, seen: bool, model: str | None, files: list[str] | None, methods: list[str], pace: float, lang: Lang
    ) -> list[Any]:
        """Return whose good parts are taken, which methods there are, and how long the chosen ones take."""
        if not seen:  # nobody came here yet, and this may load torch
            return [gr.skip()] * 3
        with told(lang):
            trained = bool(model) and "network" in library.read(str(model)).card
            names = [row.name for row in ready(trained)]
            chosen = [name for name in methods or [] if name in names]
            parts = galleries.counted(files, model)
            source = source_of(model) if model and not files else None
            if files:
                said = word("gallery.uploaded", lang, n=number(parts))
            elif source:
                said = word("gallery.source", lang, model=str(model), folder=str(source.path), n=number(parts))
            else:
                said = word("gallery.unknown", lang)
            untrained = "" if trained else f" {word('gallery.untrained', lang)}"
            lasts = galleries.lasting(galleries.expected(chosen, parts, pace), lang)
            takes = word("gallery.takes", lang, time=lasts, n=number(len(chosen)))
            choices = [(galleries.title(name, lang), name) for name in names]
            return [
                note(said + untrained, live=True),
                gr.update(choices=choices, value=chosen),
                note(takes, live=True) if parts and chosen else "",
            ]

    def _timed(self, picture: str | None, model: str | None, lang: Lang) -> float:
        """Return how many seconds one detection takes here and now."""
        if not picture or not model:
            return galleries.PACE
        with told(lang):
            sample, detector = sample_of(picture), self.frame.models.get(model)
            started = time.perf_counter()
            detector.detect(sample)
            return time.perf_counter() - started

    def _begin(
        self, picture: str | None, model: str | None, files: list[str] | None, methods: list[str], lang: Lang
    ) -> list[Any]:
        """Return a new walk, or say what is missing for it."""
        with told(lang):
            if not picture or not methods:
                raise BadSetting(word("gallery.no_methods" if picture else "mask.no_picture", lang))
            if galleries.good_of(files, model) is None:
                raise BadSetting(word("gallery.unknown", lang))
            run = Run(sample_of(picture), tuple(methods))
            busy = [gr.update(interactive=False), gr.update(interactive=True), gr.update(interactive=False)]
            return [run, galleries.panels(run, lang), *busy]

    def _walk(
        self,
        run: Run,
        picture: str,
        model: str | None,
        lang: Lang,
        files: list[str] | None,
        progress: gr.Progress = PROGRESS,
    ) -> Iterator[list[Any]]:
        """Yield the panels as each method is ready."""
        good = galleries.good_of(files, model)
        try:
            with told(lang):
                assert good is not None  # `_begin` saw it
                detector = self.frame.models.get(model) if model else None
                with good as dataset:
                    for _ in run.walk(Path(picture), dataset, detector, shown_on(progress, lang)):
                        yield [galleries.panels(run, lang), note(self._so_far(run, lang), live=True)]
        finally:
            run.ended.set()

    def _so_far(self, run: Run, lang: Lang) -> str:
        done, total = number(len(run.shown)), number(len(run.methods))
        return word("gallery.done", lang, done=done, total=total)

    def _ended(self, run: Run | None, lang: Lang) -> list[Any]:
        """Return the page after the last method, or after what ended the walk before it."""
        if run is None:
            return [gr.skip()] * 4
        drawn = png(sheet(run.sample, run.shown)) if run.shown else None
        file = drawn and self.frame.shelf.put(f"gallery-{Path(run.sample.name).stem}.png", drawn)
        free = [gr.update(interactive=True), gr.update(interactive=False)]
        return [galleries.panels(run, lang), *free, gr.update(value=file, interactive=bool(file))]

    @takes("viewer")
    def _panels(self, run: Run | None, lang: Lang) -> str:
        return galleries.panels(run, lang) if run else empty("gallery.empty", lang)


def stopped(run: Run | None) -> Any:
    """End a walk at its next step."""
    if run:
        run.ended.set()
    return gr.update(interactive=False)
