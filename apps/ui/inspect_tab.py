"""The first tab: a picture in, the verdict beside it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import gradio as gr

from apps.ui.frame import Frame, empty, html, picture_place
from apps.ui.inspecting import View, failed, preview, sample_of
from apps.ui.judging import Judging
from apps.ui.looking import Looking
from apps.ui.many_part import ManyPart
from apps.ui.marked import POINT, STRENGTH, marked
from apps.ui.markup import note
from apps.ui.masking import Masking
from apps.ui.recorder import OnRecord
from apps.ui.roles import takes
from apps.ui.telling import Shown, Telling
from apps.ui.what_if_part import WhatIfPart
from apps.ui.words import word
from apps.ui.words_inspect import EXAMPLES
from apps.ui.zoom_part import ZoomPart
from explain.catalogue import Lang
from fusion.errors import FoilError
from fusion.sample import Sample

Clickable = Sequence[tuple[Path, str, str]]  # path, caption, model
Seen = dict[str, dict[str, float]]  # model -> content -> score

UNHEARD = {"text": "unheard.text", "skeleton": "unheard.skeleton"}  # what is said of what a model makes nothing of

# On a telephone the card lies below the picture, and elsewhere above what was clicked: bring it into sight.
TO_CARD = """() => { const card = document.getElementById('card'), {top, bottom} = card.getBoundingClientRect();
  if (top > innerHeight - 80 || bottom < 80) card.scrollIntoView({behavior: 'smooth'}) }"""

# Who is not heard in words can still draw. (An update of the place by the server would upload the drawing again.)
TO_DRAW = """() => { const place = document.querySelector('#masking > button');
  if (document.querySelector('#unheard p') && !place.classList.contains('open')) place.click() }"""


class InspectTab:
    """Built inside a gr.Tab."""

    def __init__(self, frame: Frame, clickable: Clickable) -> None:
        self.frame, self.clickable, self.looking = frame, clickable, Looking(frame)
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
        self.on_record = gr.State(None)  # what is at hand, if it was inspected already
        self.caption = html("", "caption")
        words = {"label": "prompt", "placeholder": "prompt.hint"}
        self.prompt = put(gr.Textbox, words, lines=1, max_lines=1, submit_btn=True, elem_id="prompt")
        with gr.Row(elem_id="chips"):
            keys = ("chip.look", "chip.only", "chip.ignore")
            self.chips = [put(gr.Button, {"value": key}, size="sm", min_width=80) for key in keys]
        self.unheard = html("", "unheard")
        self.masking = Masking(self.frame)
        self.many = ManyPart(self.frame)

    def _thumbnails(self, lang: Lang) -> list[tuple[str, str]]:
        return [(str(path), example(path.parent.name.replace("_", " "), lang)) for path, _, _ in self.clickable]

    def _found(self) -> None:
        put = self.frame.put
        self.card = html(empty("welcome", "en"), "card")
        self.recognised = gr.State(None)  # the model that knows what the chosen one refused
        self.other = gr.Button(visible=False, size="sm", elem_id="other")
        with gr.Row(elem_id="found"):
            with gr.Column(scale=3, min_width=300):
                fixed = {"interactive": False, "height": 400, "max_height": 400, "buttons": ["fullscreen"]}
                self.pair = put(gr.ImageSlider, {"label": "compare"}, elem_id="pair", **fixed)
                self.marked = html(empty("marked.empty", "en"), "marked")
                with gr.Row(elem_id="map"):
                    self.zoom = ZoomPart(self.frame)
                    strong = {"minimum": 0, "maximum": 100, "value": 100, "step": 5, "buttons": []}
                    self.strength = put(gr.Slider, {"label": "strength"}, elem_id="strength", min_width=160, **strong)
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
        self.shown = [self.on_record, self.card, self.recognised, self.other, self.pair, self.marked]
        self.shown += [self.legend, self.words]
        self.shown += [self.evidence, self.report, frame.seen, self.unheard, self.zoom.open, *self.what_if.places]
        self.zoom.wire(blocks)
        blocks.load(None, js=POINT)
        self.strength.input(None, self.strength, None, js=STRENGTH)
        self.what_if.wire()
        if self.judging:
            self.judging.wire()
            self.shown += [self.judging.number, self.judging.recorded, self.judging.verdict]
        if self.telling:
            self.shown.append(self.telling.words)
        told = [self.telling.seen] if self.telling else []
        self.known = [frame.sample, frame.model, frame.lang, frame.seen, self.prompt, self.on_record, *told]
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
        self.refresh(self.other.click(as_it_is, self.recognised, frame.model, show_progress="hidden"))
        self.refresh(started)
        self._wire_many(blocks)
        if self.clickable:
            taken = [frame.sample, self.picture, self.on_record, frame.model, self.clicked, self.caption]
            clicked = self.examples.select(self._clicked, frame.lang, taken, show_progress="hidden")
            self.refresh(clicked).then(None, js=TO_CARD)
            self._to_draw_on(clicked)
            frame.follow(self._captioned, [self.clicked, frame.lang], [self.caption])

    def _wire_many(self, blocks: gr.Blocks) -> None:
        hand = [self.frame.sample, self.picture, self.on_record]
        for event in self.many.wire(blocks, self.prompt, hand):
            shown = self._inspect_at(event.success, self.again, self.known, self.shown)
            shown.then(lambda: (None, ""), None, [self.clicked, self.caption], show_progress="hidden")
            self._to_draw_on(shown)
            shown.then(None, js=TO_CARD)

    def _to_draw_on(self, event: Any) -> None:
        """Put a new picture under the brush."""
        drawing = [self.masking.drawing, self.masking.file]
        event.then(self._blank, self.frame.sample, drawing, show_progress="hidden")

    def _blank(self, sample: Sample | None) -> tuple[Any, None]:
        return self.masking.canvas(sample), None

    def _clicked(self, lang: Lang, event: gr.SelectData) -> tuple[Sample, str, None, str, int, str]:
        path, _, model = self.clickable[event.index]
        copy = self.frame.shelf.put(f"{model}-{path.parent.name}-{path.name}", path.read_bytes())
        return sample_of(copy), copy, None, model, event.index, self._captioned(event.index, lang)

    @takes("viewer")
    def _captioned(self, which: int | None, lang: Lang) -> str:
        return "" if which is None else note(example(self.clickable[which][1], lang))

    def _given_picture(
        self,
        path: str | None,
        model: str | None,
        lang: Lang,
        seen: Seen,
        words: str | None,
        _: OnRecord | None,
        told: Shown | None = None,
    ) -> list[Any]:
        """Take a picture, or none; it is no example that was clicked, and no look before is this one."""
        try:
            sample = None if path is None else sample_of(path)
        except FoilError as error:
            return [None, path, None, "", *self._filled(failed(str(error), lang), lang, seen, told)]
        shown = path and sample and preview(path, sample, self.frame.shelf)
        return [sample, shown, None, "", *self.again(sample, model, lang, seen, words, None, told)]

    @takes("viewer")  # who has nothing at hand, since that takes more
    def again(
        self,
        sample: Sample | None,
        model: str | None,
        lang: Lang,
        seen: Seen,
        words: str | None,
        known: OnRecord | None,
        told: Shown | None = None,
    ) -> list[Any]:
        """Inspect what is at hand and fill the page."""
        view = self.looking.view(sample, model, lang, words, known)
        if sample and model and view.score is not None:
            seen = seen | {model: seen.get(model, {}) | {sample.sha256: view.score}}
        return self._filled(view, lang, seen, told)

    def _filled(self, view: View, lang: Lang, seen: Seen, told: Shown | None) -> list[Any]:
        """Return the values of `shown`."""
        report = gr.update(value=view.report, interactive=view.report is not None)
        on_record = OnRecord.of(view.inspection, view.record) if view.inspection else None
        other = gr.update(value=word("recognised", lang, model=view.recognised or ""), visible=bool(view.recognised))
        verdict = [on_record, view.card, view.recognised, other, view.pair, marked(view, lang)]
        words = [view.legend or empty("legend.empty", lang), view.words or empty("nothing_yet", lang)]
        unheard = "".join(note(word(UNHEARD[what], lang), live=True) for what in view.unheard)
        looks = [view.evidence, report, seen, unheard, self.zoom.shown(view.whole)]
        looks += self.what_if.shown(view.standing, lang)
        judged = self.judging.shown(view.record, lang) if self.judging else []
        telling = [self.telling.begin(view.inspection, lang, told)] if self.telling and told else []
        return [*verdict, *words, *looks, *judged, *telling]


def example(said: str, lang: Lang) -> str:
    """Return what an example is called, or what is said of it, in a language that Foil knows it in."""
    return EXAMPLES.get(said, said) if lang == "zh" else said


def as_it_is(words: str) -> str:
    """Return the words of a button, to be put where one types."""
    return words
