"""Several pictures at once, or a person's pose: an accordion of the Inspect tab, and where files are dropped for it."""

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import gradio as gr

from apps.ui.frame import PICTURES, Frame, html, told
from apps.ui.inspecting import preview, sample_of, with_pose
from apps.ui.many import POSES, Found, Given, Many, captions, inspected, paired
from apps.ui.many import told as told_of
from apps.ui.recorder import OnRecord
from apps.ui.roles import takes
from apps.ui.words import word
from explain.catalogue import Lang
from fusion.errors import BadInput, BadSetting
from fusion.sample import Sample

NONE = Many(0)
Taken = tuple[Sample | None, str | None, OnRecord | None]  # a sample, the file that shows it, what of it is on record
PACE = 1.0  # seconds between two updates: each draws all thumbnails anew
# What the place of one picture can't take: several files, or one that is no picture.
DROP = """() => {
  if (window.foilDrop) return;
  window.foilDrop = true;
  const isPose = file => POSES.some(end => file?.name.toLowerCase().endsWith(end));
  document.addEventListener('drop', event => {
    const files = event.dataTransfer?.files ?? [];
    if (!event.target.closest?.('#picture') || !(files.length > 1 || isPose(files[0]))) return;
    event.preventDefault();
    event.stopPropagation();
    const head = document.querySelector('#many > button');
    if (!head.classList.contains('open')) head.click();
    const given = new DataTransfer();
    [...files].forEach(file => given.items.add(file));
    const hand = () => {
      const input = document.querySelector('#many-files input[type=file]');
      if (!input) return requestAnimationFrame(hand);
      input.files = given.files;
      input.dispatchEvent(new Event('change', {bubbles: true}));
    };
    hand();
  }, true);
}""".replace("POSES", json.dumps(POSES))


class ManyPart:
    """A place for files, what was found of each, and a click that shows one of them."""

    def __init__(self, frame: Frame) -> None:
        self.frame, put = frame, frame.put
        self.given, self.many = gr.State(None), gr.State(NONE)
        self.taken = gr.State(None)  # what is to be at hand: a sample, what shows it, what of it is on record
        with put(gr.Accordion, {"label": "many"}, open=False, elem_id="many"):
            put(gr.Markdown, {"value": "many.how"}, elem_id="many-how")
            self.files = put(
                gr.File,
                {"label": "many.files"},
                file_count="multiple",
                file_types=[*PICTURES, *POSES],
                height=130,
                elem_id="many-files",
            )
            self.stop = put(gr.Button, {"value": "many.stop"}, size="sm", visible=False, elem_id="many-stop")
            self.told = html("", "many-told")
            self.shown = gr.Gallery(
                columns=3,
                height="auto",
                object_fit="cover",
                allow_preview=False,
                show_label=False,
                buttons=[],
                visible=False,
                elem_id="many-shown",
            )
        self.places = [self.many, self.told, self.shown, self.stop]

    def wire(self, blocks: gr.Blocks, prompt: Any, hand: list[Any]) -> tuple[Any, Any]:
        """Answer the part's events; return the two after which another picture is at hand.

        Both fill `hand`: the sample, the place that shows it, and what of it is on record.
        """
        frame, hidden = self.frame, {"show_progress": "hidden"}
        blocks.load(None, js=DROP)
        given = [self.given, frame.sample, frame.model, prompt, frame.lang]
        filled = [*self.places, self.taken]
        free = self.files.upload(_taken, self.files, [self.given, self.files], **hidden)  # for what is dropped next
        came = free.then(self._inspect, given, filled, concurrency_id="many", concurrency_limit=1, **hidden)
        self.stop.click(self._stopped, [self.many, frame.lang], self.places, cancels=came, queue=False, **hidden)
        came = came.success(_at_hand, [self.taken, *hand], hand, **hidden)  # a place for a picture takes no `skip`
        picked = self.shown.select(self._picked, [self.many, frame.lang], [*hand, frame.model], **hidden)
        frame.follow(_in_words, [self.many, frame.lang], [self.told, self.shown])
        return came, picked

    def _inspect(
        self, files: list[str] | None, sample: Sample | None, model: str | None, words: str | None, lang: Lang
    ) -> Iterator[list[Any]]:
        """Take one picture or pose as what is at hand; inspect several, and put the worst there."""
        with told(lang):
            given, poses = paired(files or [], lang)
            if poses:
                yield [*self._drawn(NONE, lang), (self._posed(poses, sample, lang), None, None)]
                return
            if len(given) == 1:
                yield [*self._drawn(NONE, lang), self._hand(Found(given[0]))]
                return
            if not model:
                raise BadSetting(word("no_model.picked", lang))
            many, shown_at = Many(len(given), model=model), time.monotonic()
            yield [*self._drawn(many, lang), None]
            for found in self._each(given, model, words, lang):
                many = replace(many, found=(*many.found, found))
                if time.monotonic() - shown_at >= PACE:
                    yield [*self._drawn(many, lang), None]
                    shown_at = time.monotonic()
            many = replace(many, ended=True)
            worst = self._hand(many.judged[0]) if many.judged else None
            yield [*self._drawn(many, lang), worst]

    def _each(self, given: list[Given], model: str, words: str | None, lang: Lang) -> Iterator[Found]:
        detector, shelf = self.frame.models.get(model), self.frame.shelf
        yield from inspected(given, detector, words, lang, shelf, *self.frame.recording(model))

    def _posed(self, poses: list[str], sample: Sample | None, lang: Lang) -> Sample:
        """Return the picture at hand with a pose."""
        if sample is None or sample.image is None or len(poses) > 1:
            raise BadInput(word("many.no_picture", lang, name=", ".join(Given(pose).name for pose in poses)))
        return with_pose(sample, poses[0])

    def _hand(self, found: Found) -> Taken:
        """Return one picture to be at hand."""
        sample = sample_of(found.given.path, found.given.pose)
        return sample, preview(found.given.path, sample, self.frame.shelf), found.on_record

    def _picked(self, many: Many, lang: Lang, event: gr.SelectData) -> list[Any]:
        with told(lang):
            found = many.judged[event.index]
            if not Path(found.given.path).exists():  # Gradio keeps uploads for an hour
                raise BadInput(word("many.gone", lang, name=found.given.name))
            return [*self._hand(found), many.model]

    @takes("viewer")
    def _stopped(self, many: Many, lang: Lang) -> list[Any]:
        return self._drawn(replace(many, ended=True), lang)

    def _drawn(self, many: Many, lang: Lang) -> list[Any]:
        """Return the values of `places`."""
        said, shown = _in_words(many, lang)
        return [many, said, shown, gr.update(visible=not many.ended and many.of > 0)]


def _taken(files: list[str]) -> tuple[list[str], None]:
    """Take files out of the place that they were given in."""
    return files, None


def _at_hand(taken: Taken | None, sample: Sample | None, shown: str | None, on_record: OnRecord | None) -> Taken:
    """Return what is at hand from now on: what was taken, or what was there where nothing was."""
    if taken is None:
        return sample, shown, on_record
    return taken[0], taken[1] or shown, taken[2]


@takes("viewer")
def _in_words(many: Many, lang: Lang) -> tuple[str, Any]:
    return told_of(many, lang), gr.update(value=captions(many, lang), visible=bool(many.judged), selected_index=None)
