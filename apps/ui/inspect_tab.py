"""The first tab: a picture in, the verdict beside it."""

import traceback
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import gradio as gr

from apps.ui.frame import Frame, empty, html, picture_place, unforeseen
from apps.ui.inspecting import View, failed, look, preview, sample_of, with_words
from apps.ui.judging import Judging
from apps.ui.markup import note
from apps.ui.masking import Masking
from apps.ui.roles import takes
from apps.ui.telling import Shown, Telling
from apps.ui.what_if_part import WhatIfPart
from apps.ui.words import word
from apps.ui.words_inspect import EXAMPLES
from apps.ui.zoom_part import ZoomPart
from assistant import library
from explain.catalogue import Lang
from fusion.errors import FoilError
from fusion.sample import Sample

Clickable = Sequence[tuple[Path, str, str]]  # path, caption, model
Seen = dict[str, dict[str, float]]  # model -> content -> score

# On a telephone the card lies below the picture, and elsewhere above what was clicked: bring it into sight.
TO_CARD = """() => { const card = document.getElementById('card'), {top, bottom} = card.getBoundingClientRect();
  if (top > innerHeight - 80 || bottom < 80) card.scrollIntoView({behavior: 'smooth'}) }"""

# Who is not heard in words can still draw. (An update of the place by the server would upload the drawing again.)
TO_DRAW = """() => { const place = document.querySelector('#masking > button');
  if (document.querySelector('#unheard p') && !place.classList.contains('open')) place.click() }"""


class InspectTab:
    """Built inside a gr.Tab."""

    def __init__(self, frame: Frame, clickable: Clickable) -> None:
        self.frame, self.clickable = frame, clickable
        with gr.Row():
            with gr.Column(scale=4, min_width=300, elem_id="inspect-given"):
                self._given()
            with gr.Column(scale=7, min_width=320):
                self._found()

    def _given(self) -> None:
        put = self.frame.put
        put(gr.Markdown, {"value": "picture"})
        self.picture = picture_place("picture", 240)
        if self.clickable:
            put(gr.Markdown, {"value": "examples"})
            wide: dict[str, Any] = {"columns": 4, "height": "auto", "object_fit": "cover"}
            self.examples = self.frame.thumbnails(self._thumbnails, "examples", **wide)
        self.clicked = gr.State(None)  # which one, as long as its picture is at hand
        self.caption = html("", "caption")
        words = {"label": "prompt", "placeholder": "prompt.hint"}
        self.prompt = put(gr.Textbox, words, lines=1, max_lines=1, submit_btn=True, elem_id="prompt")
        with gr.Row(elem_id="chips"):
            keys = ("chip.look", "chip.only", "chip.ignore")
            self.chips = [put(gr.Button, {"value": key}, size="sm", min_width=80) for key in keys]
        self.unheard = html("", "unheard")
        self.masking = Masking(self.frame)

    def _thumbnails(self, lang: Lang) -> list[tuple[str, str]]:
        return [(str(path), example(path.parent.name.replace("_", " "), lang)) for path, _, _ in self.clickable]

    def _found(self) -> None:
        put = self.frame.put
        self.card = html(empty("welcome", "en"), "card")
        with gr.Row(elem_id="found"):
            with gr.Column(scale=3, min_width=300):
                fixed = {"interactive": False, "height": 400, "max_height": 400, "buttons": ["fullscreen"]}
                self.pair = put(gr.ImageSlider, {"label": "compare"}, elem_id="pair", **fixed)
                with gr.Row():
                    fixed = {"interactive": False, "height": 250, "buttons": ["download", "fullscreen"]}
                    self.overlay = put(gr.Image, {"label": "overlay"}, elem_id="overlay", min_width=200, **fixed)
                    self.regions = put(gr.Image, {"label": "regions"}, elem_id="regions", min_width=200, **fixed)
                    self.guided = put(
                        gr.Image, {"label": "guided"}, elem_id="guided", min_width=200, visible=False, **fixed
                    )
                self.zoom = ZoomPart(self.frame)
                self.legend = html(empty("legend.empty", "en"), "legend")
                self.what_if = WhatIfPart(self.frame)
            with gr.Column(scale=2, min_width=260):
                self.words = html(empty("nothing_yet", "en"), "words")
                narrator = self.frame.models.narrator
                self.telling = Telling(self.frame, narrator) if narrator else None
                self.report = put(gr.DownloadButton, {"label": "report"}, interactive=False, elem_id="report")
                self.judging = Judging(self.frame, self.frame.recorder) if self.frame.recorder else None
        with put(gr.Accordion, {"label": "evidence"}, open=False):
            self.evidence = gr.JSON(show_label=False, elem_id="evidence")

    def refresh(self, event: Any) -> Any:
        """Inspect what is at hand again after another event."""
        return self._inspect_at(event.then, self.again, self.known, self.shown)

    def _inspect_at(self, begins: Any, how: Any, given: list[Any], shown: list[Any]) -> Any:
        """Inspect when something begins; where there is a language model, it tells what was found once more."""
        event = begins(how, given, shown, **self.options)
        if self.telling:
            self.telling.follow(event)
        return event

    def wire(self, blocks: gr.Blocks, started: Any) -> None:
        """Answer the tab's events; `started` is the event that ends the start of the page."""
        frame = self.frame
        pictures = [self.pair, self.overlay, self.regions, self.guided]
        self.shown = [self.card, *pictures, self.legend, self.words, self.evidence, self.report, frame.seen]
        self.shown.append(self.unheard)
        self.shown += [*self.zoom.places, *self.what_if.places]
        self.zoom.wire(blocks)
        self.what_if.wire()
        if self.judging:
            self.judging.wire()
            self.shown += [self.judging.number, self.judging.recorded, self.judging.verdict]
        if self.telling:
            self.shown.append(self.telling.words)
        told = [self.telling.seen] if self.telling else []
        self.known = [frame.sample, frame.model, frame.lang, frame.seen, self.prompt, *told]
        self.options: dict[str, Any] = {
            "concurrency_limit": 1,
            "concurrency_id": "inspect",
            "show_progress_on": self.card,
        }
        places = [frame.sample, self.picture, self.clicked, self.caption, *self.shown]
        taken = self._inspect_at(self.picture.upload, self._given_picture, [self.picture, *self.known[1:]], places)
        # What empties the page waits for nobody's inspection, and ends one that is under way. The place that is being
        # cleared may still hand in what was there, so it isn't asked.
        cleared = self.picture.clear(
            self._given_picture,
            [gr.State(None), *self.known[1:]],
            places,
            queue=False,
            cancels=taken,
            show_progress="hidden",
        )
        if self.telling:
            self.telling.follow(cleared)
        for event in (taken, cleared):
            event.then(None, js=TO_CARD)
            self._to_draw_on(event)
        for changed in self.masking.wire():
            self.refresh(changed)
        for chip in self.chips:
            said = self.refresh(chip.click(as_it_is, chip, self.prompt, show_progress="hidden"))
            said.then(None, js=TO_DRAW)
        for change in (frame.model.input, frame.lang.input, self.prompt.submit):
            self._inspect_at(change, self.again, self.known, self.shown).then(None, js=TO_DRAW)
        self.refresh(started)
        if self.clickable:
            taken = [frame.sample, self.picture, frame.model, self.clicked, self.caption]
            clicked = self.examples.select(self._clicked, frame.lang, taken, show_progress="hidden")
            self.refresh(clicked).then(None, js=TO_CARD)
            self._to_draw_on(clicked)
            frame.follow(self._captioned, [self.clicked, frame.lang], [self.caption])

    def _to_draw_on(self, event: Any) -> None:
        """Put a new picture under the brush."""
        drawing = [self.masking.drawing, self.masking.file]
        event.then(self._blank, self.frame.sample, drawing, show_progress="hidden")

    def _blank(self, sample: Sample | None) -> tuple[Any, None]:
        return self.masking.canvas(sample), None

    def _clicked(self, lang: Lang, event: gr.SelectData) -> tuple[Sample, str, str, int, str]:
        path, _, model = self.clickable[event.index]
        copy = self.frame.shelf.put(f"{model}-{path.parent.name}-{path.name}", path.read_bytes())
        return sample_of(copy), copy, model, event.index, self._captioned(event.index, lang)

    @takes("viewer")
    def _captioned(self, which: int | None, lang: Lang) -> str:
        return "" if which is None else note(example(self.clickable[which][1], lang))

    def _given_picture(
        self, path: str | None, model: str | None, lang: Lang, seen: Seen, words: str | None, told: Shown | None = None
    ) -> list[Any]:
        """Take a picture, or none; it is no example that was clicked."""
        try:
            sample = None if path is None else sample_of(path)
        except FoilError as error:
            return [None, path, None, "", *self._filled(failed(str(error), lang), lang, seen, told)]
        shown = path and sample and preview(path, sample, self.frame.shelf)
        return [sample, shown, None, "", *self.again(sample, model, lang, seen, words, told)]

    @takes("viewer")  # who has nothing at hand, since that takes more
    def again(
        self,
        sample: Sample | None,
        model: str | None,
        lang: Lang,
        seen: Seen,
        words: str | None,
        told: Shown | None = None,
    ) -> list[Any]:
        """Inspect what is at hand and fill the page; whatever goes wrong, nothing of an earlier picture stays."""
        view = self._inspected(sample, model, lang, words)
        if sample and model and view.score is not None:
            seen = seen | {model: seen.get(model, {}) | {sample.sha256: view.score}}
        return self._filled(view, lang, seen, told)

    def _inspected(self, sample: Sample | None, model: str | None, lang: Lang, words: str | None) -> View:
        if not model:
            return View(card=empty("no_model", lang))
        if sample is None:
            return View(card=empty("welcome", lang))
        try:
            detector, recorder = self.frame.models.get(model), self.judging.recorder if self.judging else None
            keep = partial(recorder.keep, model=model) if recorder else None
            recall = recorder.recall(model) if recorder else None
            view = look(with_words(sample, words), detector, lang, self.frame.shelf, keep, recall)
            if view.inspection:
                self.frame.recent.keep(detector, view.inspection)
            return view if view.standing else refused(view, model, lang)
        except FoilError as error:
            return failed(str(error), lang)
        except Exception as error:
            traceback.print_exc()
            return failed(unforeseen(error, lang), lang)

    def _filled(self, view: View, lang: Lang, seen: Seen, told: Shown | None) -> list[Any]:
        """Return the values of `shown`."""
        report = gr.update(value=view.report, interactive=view.report is not None)
        words = view.words or empty("nothing_yet", lang)
        guided = gr.update(value=view.guided, visible=view.guided is not None)
        pictures = [view.pair, view.overlay, view.regions, guided]
        looks = [*self.zoom.shown(view.whole), *self.what_if.shown(view.standing, lang)]
        judged = self.judging.shown(view.record, lang) if self.judging else []
        telling = [self.telling.begin(view.inspection, lang, told)] if self.telling and told else []
        legend = view.legend or empty("legend.empty", lang)
        own = [view.evidence, report, seen, note(word("unheard", lang), live=True) if view.unheard else ""]
        return [view.card, *pictures, legend, words, *own, *looks, *judged, *telling]


def refused(view: View, model: str, lang: Lang) -> View:
    """Return the view of what is none of a model's parts, with the other models that it may be a part of."""
    others = ", ".join(name for name in library.names("pictures") if name != model)
    said = note(word("refused.other", lang, model=model, others=others)) if others else ""
    return replace(view, card=f"{view.card.removesuffix('</div>')}{said}</div>")


def example(said: str, lang: Lang) -> str:
    """Return what an example is called, or what is said of it, in a language that Foil knows it in."""
    return EXAMPLES.get(said, said) if lang == "zh" else said


def as_it_is(words: str) -> str:
    """Return the words of a button, to be put where one types."""
    return words
