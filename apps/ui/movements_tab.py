"""The tab of movements: a skeleton's file in, the movement plays beside its normal version; and teaching new models."""

import traceback
from typing import Any

import gradio as gr

from apps.ui import movements
from apps.ui.frame import Frame, empty, html, picture_place, told, unforeseen
from apps.ui.inspect_tab import TO_CARD
from apps.ui.movements import MovementView, failed
from apps.ui.progress import PROGRESS, shown_on
from apps.ui.roles import takes
from apps.ui.teach_tab import shares
from apps.ui.words import word
from assistant import library
from assistant.moving import narrowed
from assistant.teaching_movements import MovementFit
from explain.catalogue import Lang
from fusion.errors import BadSetting, FoilError
from fusion.motion.collection import Reading
from fusion.motion.joint_sets import BUILT_IN


class MovementsTab:
    """Built inside a gr.Tab."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self.taught = gr.State(None)
        with gr.Row():
            with gr.Column(scale=4, min_width=300):
                self._given()
                self._teach()
            with gr.Column(scale=7, min_width=320):
                self._found()

    def _given(self) -> None:
        put = self.frame.put
        self.model = put(gr.Dropdown, {"label": "movements.model"}, choices=[], elem_id="movement-model")
        self.file = put(gr.File, {"label": "movements.file"}, height=140, elem_id="movement")
        self.key = put(gr.Dropdown, {"label": "movements.key"}, choices=[], visible=False, elem_id="movement-key")
        hint = {"label": "movements.text", "placeholder": "movements.text.hint"}
        self.text = put(gr.Textbox, hint, max_lines=1, elem_id="movement-text")
        put(gr.Markdown, {"value": "movements.scene"})
        self.scene = picture_place("scene", 180)
        hint = {"label": "movements.watch", "placeholder": "movements.watch.hint"}
        self.watch = put(gr.Textbox, hint, max_lines=1, elem_id="watch")
        self.reading = put(gr.Accordion, {"label": "movements.reading"}, open=False, elem_id="reading")
        with self.reading:
            self.joints = put(
                gr.Dropdown, {"label": "movements.joints"}, choices=["", *BUILT_IN], value="", elem_id="joints"
            )
            self.rate = put(gr.Number, {"label": "movements.rate"}, value=None, minimum=0, elem_id="rate")
            self.mapping = put(gr.File, {"label": "movements.mapping"}, height=110, elem_id="mapping")

    def _teach(self) -> None:
        put = self.frame.put
        with put(gr.Accordion, {"label": "movements.teach"}, open=False, elem_id="movements-teach") as teaching:
            self.frame.reserve("admin", teaching)
            put(gr.Markdown, {"value": "movements.how"})
            self.files = put(
                gr.File, {"label": "movements.files"}, file_count="multiple", height=150, elem_id="movement-files"
            )
            hint = {"label": "movements.who", "placeholder": "movements.who.hint"}
            self.people = put(gr.Textbox, hint, max_lines=1, elem_id="people")
            hint = {"label": "movements.only", "placeholder": "movements.only.hint"}
            self.only = put(gr.Textbox, hint, max_lines=1, elem_id="only")
            self.window = put(gr.Number, {"label": "movements.window"}, value=0, minimum=0, maximum=60)
            with gr.Row():
                self.rates = [
                    put(gr.Number, {"label": key}, value=value, minimum=0.01, maximum=50)
                    for key, value in (("review_rate", 5), ("reject_rate", 1))
                ]
            hint = {"label": "name", "placeholder": "name.hint"}
            self.name = put(gr.Textbox, hint, max_lines=1, elem_id="movement-name")
            self.replace = put(gr.Checkbox, {"label": "replace"}, value=False)
            self.fit = put(gr.Button, {"value": "fit"}, variant="primary", elem_id="movement-fit")
            self.made = html(empty("fit.empty", "en"), "movement-made")

    def _found(self) -> None:
        put = self.frame.put
        self.card = html(empty("movements.welcome", "en"), "movement-card")
        with gr.Row():
            with gr.Column(scale=3, min_width=300):
                self.animation = html(empty("movements.plays", "en"), "animation")
            with gr.Column(scale=2, min_width=260):
                self.words = html(empty("nothing_yet", "en"), "movement-words")
                self.report = put(gr.DownloadButton, {"label": "report"}, interactive=False, elem_id="movement-report")
        self.charts = html("", "charts")
        with put(gr.Accordion, {"label": "evidence"}, open=False):
            self.evidence = gr.JSON(show_label=False)

    def wire(self, tab: gr.Tab) -> None:
        """Answer the tab's events."""
        lang = self.frame.lang
        self.shown = [self.card, self.animation, self.words, self.charts, self.evidence, self.report]
        self.known = [self.file, self.key, self.model, self.joints, self.rate, self.mapping]
        self.known += [self.text, self.scene, self.watch, lang]
        self.options: dict[str, Any] = {
            "concurrency_limit": 1,
            "concurrency_id": "inspect",
            "show_progress_on": self.card,
        }
        for event in (self.file.upload, self.file.clear):
            given = event(self._given_file, [self.file, lang], [self.key, self.reading], show_progress="hidden")
            self._refresh(given).then(None, js=TO_CARD.replace("'card'", "'movement-card'"))
        changed = (self.key.input, self.model.input, self.joints.input, self.rate.submit, self.rate.blur, lang.input)
        asked = (self.text.submit, self.text.blur, self.watch.submit, self.watch.blur)
        files = (self.mapping.upload, self.mapping.clear, self.scene.upload, self.scene.clear)
        for change in (*changed, *asked, *files):
            change(self.again, self.known, self.shown, **self.options)
        tab.select(self._models, [self.model, lang], self.model, show_progress="hidden")
        welcome = [self.card, self.animation, self.words]
        tab.select(self._welcome, [self.file, lang], welcome, show_progress="hidden", queue=False)
        said = ([self.taught, lang], self.made)
        new_fit = self.fit.click(nothing, None, self.taught).then(self._said, *said, show_progress="hidden")
        work = [self.files, self.name, self.joints, self.rate, self.mapping, self.only, self.people, self.window]
        fit = new_fit.then(
            self._fit,
            [*work, *self.rates, self.replace, lang],
            [self.taught, self.model],
            show_progress_on=self.made,
            concurrency_limit=1,
            concurrency_id="heavy",
        )
        self._refresh(fit.success(self._said, *said, show_progress="hidden"))
        self.frame.follow(self._said, said[0], [self.made])

    def _refresh(self, event: Any) -> Any:
        return event.then(self.again, self.known, self.shown, **self.options)

    @takes("viewer")
    def _welcome(self, path: str | None, lang: Lang) -> list[Any]:
        """Return what stands here before anything is given, in the visitor's language."""
        return [gr.skip()] * 3 if path else self._filled(MovementView(card=_nothing(lang)), lang)[:3]

    def _models(self, model: str | None, lang: Lang) -> Any:
        with told(lang):
            known = library.names("movements")
            return gr.update(choices=known, value=model if model in known else next(iter(known), None))

    def _given_file(self, path: str | None, lang: Lang) -> tuple[Any, Any]:
        """Return which movements there are to choose from, and how to read them where the file may not say."""
        try:
            keys = movements.keys_of(path) if path else []
        except FoilError:  # whoever reads it next says why it can't be
            keys = []
        told_by_itself = path is None or path.lower().endswith((".json", ".zip"))
        chosen = gr.update(choices=keys, value=next(iter(keys), None), visible=bool(keys))
        return chosen, gr.skip() if told_by_itself else gr.update(open=True)

    @takes("viewer")  # who has no file to give, since that takes more
    def again(
        self,
        path: str | None,
        key: str | None,
        model: str | None,
        joints: str | None,
        rate: float | None,
        mapping: str | None,
        text: str,
        scene: str | None,
        watch: str,
        lang: Lang,
    ) -> list[Any]:
        """Inspect what is at hand and fill the page; whatever goes wrong, nothing of an earlier movement stays."""
        if path is None or not model:
            return self._filled(MovementView(card=_nothing(lang)), lang)
        try:
            reading = Reading(movements.joints_of(mapping, joints or ""), rate or None)
            detector = narrowed(self.frame.models.movement(model), watch)
            view = movements.look(path, key, detector, reading, lang, self.frame.shelf, text, scene)
            return self._filled(view, lang)
        except FoilError as error:
            return self._filled(failed(str(error), lang), lang)
        except Exception as error:
            traceback.print_exc()
            return self._filled(failed(unforeseen(error, lang), lang), lang)

    def _filled(self, view: MovementView, lang: Lang) -> list[Any]:
        """Return the values of `shown`."""
        report = gr.update(value=view.report, interactive=view.report is not None)
        animation = view.animation or empty("movements.plays", lang)
        words = view.words or empty("nothing_yet", lang)
        return [view.card, animation, words, view.charts, view.evidence, report]

    @takes("admin")
    def _fit(
        self,
        files: list[str] | None,
        name: str,
        joints: str | None,
        rate: float | None,
        mapping: str | None,
        only: str,
        people: str,
        window: float | None,
        review: float | None,
        reject: float | None,
        replace: bool,
        lang: Lang,
        progress: gr.Progress = PROGRESS,
    ) -> tuple[MovementFit, Any]:
        with told(lang):
            if not files or not name.strip():
                raise BadSetting(word("fit.no_name" if files else "movements.no_files", lang))
            reading = Reading(movements.joints_of(mapping, joints or ""), rate or None, only.strip())
            taught = movements.fitted(
                *(files, name.strip(), reading, people.strip(), window or 0.0),
                *(shares(review, reject), replace, shown_on(progress, lang)),
            )
            return taught, gr.update(choices=library.names("movements"), value=taught.name)

    @takes("viewer")
    def _said(self, taught: MovementFit | None, lang: Lang) -> str:
        return movements.introduced(taught, lang) if taught else empty("fit.empty", lang)


def nothing() -> None:
    """Return the value of a state that holds nothing."""


def _nothing(lang: Lang) -> str:
    return empty("movements.welcome" if library.names("movements") else "movements.no_model", lang)
