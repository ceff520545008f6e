"""The first tab: a picture in, the verdict beside it."""

import traceback
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr

from apps.ui.frame import Frame, empty, unforeseen
from apps.ui.inspecting import View, failed, look, sample_of
from explain.catalogue import Lang
from fusion.errors import FoilError
from fusion.sample import Sample

Clickable = Sequence[tuple[Path, str, str]]  # path, caption, model
Seen = dict[str, list[float]]

# On a telephone the card lies below the picture: bring it into sight.
TO_CARD = """() => { const card = document.getElementById('card');
  if (card.getBoundingClientRect().top > innerHeight - 80) card.scrollIntoView({behavior: 'smooth'}) }"""


class Upload(gr.Image):  # type: ignore[misc]  # Gradio ships no types
    """An image component that hands on the file itself: Foil reads more formats than Gradio, and says why it can't."""

    is_template = True  # the browser shows it as an Image

    def preprocess(self, payload: Any) -> str | None:
        return None if payload is None else payload.path


class InspectTab:
    """Built inside a gr.Tab."""

    def __init__(self, frame: Frame, clickable: Clickable) -> None:
        self.frame, self.clickable = frame, clickable
        with gr.Row():
            with gr.Column(scale=4, min_width=300):
                self._given()
            with gr.Column(scale=7, min_width=320):
                self._found()

    def _given(self) -> None:
        put = self.frame.put
        words = {"label": "picture", "placeholder": "picture.hint"}
        self.picture = put(Upload, words, sources=["upload", "clipboard"], height=300, elem_id="picture", buttons=[])
        if self.clickable:
            thumbnails = [(str(path), path.parent.name.replace("_", " ")) for path, _, _ in self.clickable]
            look_of = {"columns": 4, "height": "auto", "object_fit": "cover", "allow_preview": False, "buttons": []}
            self.examples = put(gr.Gallery, {"label": "examples"}, value=thumbnails, elem_id="examples", **look_of)
            self.caption = gr.HTML(elem_id="caption", elem_classes="quiet")

    def _found(self) -> None:
        put = self.frame.put
        self.card = gr.HTML(empty("welcome", "en"), elem_id="card")
        self.pair = put(
            gr.ImageSlider,
            {"label": "compare"},
            interactive=False,
            elem_id="pair",
            max_height=420,
            buttons=["fullscreen"],
        )
        with gr.Row():
            self.overlay, self.regions = (
                put(
                    gr.Image,
                    {"label": key},
                    interactive=False,
                    elem_id=key,
                    height=300,
                    buttons=["download", "fullscreen"],
                )
                for key in ("overlay", "regions")
            )
        self.legend = gr.HTML(elem_id="legend")
        self.words = gr.HTML(empty("nothing_yet", "en"), elem_id="words")
        self.report = put(gr.DownloadButton, {"label": "report"}, interactive=False, elem_id="report")
        with put(gr.Accordion, {"label": "evidence"}, open=False):
            self.evidence = gr.JSON(show_label=False, elem_id="evidence")

    def refresh(self, event: Any) -> Any:
        """Inspect what is at hand again after another event."""
        return event.then(self.again, self.known, self.shown, **self.options)

    def wire(self, started: Any) -> None:
        """Answer the tab's events; `started` is the event that ends the start of the page."""
        frame = self.frame
        pictures = [self.pair, self.overlay, self.regions]
        self.shown = [self.card, *pictures, self.legend, self.words, self.evidence, self.report, frame.seen]
        self.known = [frame.sample, frame.model, frame.lang, frame.seen]
        self.options: dict[str, Any] = {
            "concurrency_limit": 1,
            "concurrency_id": "inspect",
            "show_progress_on": self.card,
        }
        given = [self.picture, *self.known[1:]]
        for event in (self.picture.upload, self.picture.clear):
            event(self._given_picture, given, [frame.sample, *self.shown], **self.options).then(None, js=TO_CARD)
        for change in (frame.model.input, frame.lang.input):
            change(self.again, self.known, self.shown, **self.options)
        self.refresh(started)
        if self.clickable:
            taken = [frame.sample, self.picture, frame.model, self.caption]
            clicked = self.examples.select(self._clicked, None, taken, show_progress="hidden")
            self.refresh(clicked).then(None, js=TO_CARD)

    def _clicked(self, event: gr.SelectData) -> tuple[Sample, str, str, str]:
        path, caption, model = self.clickable[event.index]
        copy = self.frame.shelf.put(f"{model}-{path.parent.name}-{path.name}", path.read_bytes())
        return sample_of(copy), copy, model, escape(caption)

    def _given_picture(self, path: str | None, model: str | None, lang: Lang, seen: Seen) -> list[Any]:
        try:
            sample = None if path is None else sample_of(path)
        except FoilError as error:
            return [None, *self._filled(failed(str(error), lang), lang, seen)]
        return [sample, *self.again(sample, model, lang, seen)]

    def again(self, sample: Sample | None, model: str | None, lang: Lang, seen: Seen) -> list[Any]:
        """Inspect what is at hand and fill the page; whatever goes wrong, nothing of an earlier picture stays."""
        view = self._inspected(sample, model, lang)
        if model and view.score is not None:
            seen = seen | {model: [*seen.get(model, []), view.score]}
        return self._filled(view, lang, seen)

    def _inspected(self, sample: Sample | None, model: str | None, lang: Lang) -> View:
        if not model:
            return View(card=empty("no_model", lang))
        if sample is None:
            return View(card=empty("welcome", lang))
        try:
            return look(sample, self.frame.models.get(model), lang, self.frame.shelf)
        except FoilError as error:
            return failed(str(error), lang)
        except Exception as error:
            traceback.print_exc()
            return failed(unforeseen(error, lang), lang)

    def _filled(self, view: View, lang: Lang, seen: Seen) -> list[Any]:
        """Return the values of `shown`."""
        report = gr.update(value=view.report, interactive=view.report is not None)
        words = view.words or empty("nothing_yet", lang)
        pictures = [view.pair, view.overlay, view.regions]
        return [view.card, *pictures, view.legend, words, view.evidence, report, seen]
