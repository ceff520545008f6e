"""The second tab: good pictures in, a model out, and what its thresholds promise."""

from typing import Any

import gradio as gr

from apps.ui import teaching
from apps.ui.frame import Frame, empty, told
from apps.ui.inspect_tab import Seen
from apps.ui.words import word
from assistant import library
from explain.catalogue import Lang
from fusion.errors import BadSetting
from fusion.progress import Progress


class TeachTab:
    """Built inside a gr.Tab."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        with gr.Row():
            with gr.Column(scale=5, min_width=320):
                self._given()
            with gr.Column(scale=6, min_width=320):
                self._thresholds()

    def _given(self) -> None:
        put = self.frame.put
        put(gr.Markdown, {"value": "teach.how"})
        kinds = ["image", ".zip", ".tif", ".tiff", ".heic"]
        self.files = put(
            gr.File, {"label": "files"}, file_count="multiple", file_types=kinds, height=190, elem_id="files"
        )
        self.check = gr.HTML(empty("check.empty", "en"), elem_id="check")
        self.name = put(gr.Textbox, {"label": "name", "placeholder": "name.hint"}, max_lines=1, elem_id="name")
        self.rates = self._rates("fit")
        self.replace = put(gr.Checkbox, {"label": "replace"}, value=False, elem_id="replace")
        self.fit = put(gr.Button, {"value": "fit"}, variant="primary", elem_id="fit")
        self.made = gr.HTML(empty("fit.empty", "en"), elem_id="made")

    def _thresholds(self) -> None:
        put = self.frame.put
        put(gr.Markdown, {"value": "rates"}, elem_id="rates")
        self.new_rates = self._rates("apply")
        self.apply = put(gr.Button, {"value": "apply"}, elem_id="apply")
        self.what_if = gr.HTML(empty("no_model", "en"), elem_id="what-if")

    def _rates(self, name: str) -> list[Any]:
        """Make the two numbers of a promise, in percent."""
        with gr.Row():
            return [
                self.frame.put(
                    gr.Number, {"label": key}, value=value, minimum=0.01, maximum=50, elem_id=f"{name}-{key}"
                )
                for key, value in (("review_rate", 5), ("reject_rate", 1))
            ]

    def wire(self, tab: gr.Tab, afterwards: Any) -> None:
        """Answer the tab's events; `afterwards` is called with the event that ends a fit or a change of rates."""
        frame = self.frame
        self.files.change(
            self._check, [self.files, frame.lang], self.check, concurrency_limit=1, concurrency_id="heavy"
        )
        work = [self.files, self.name, *self.rates, self.replace, frame.lang]
        fitted = self.fit.click(
            self._fit,
            work,
            [self.made, frame.model],
            show_progress_on=self.made,
            concurrency_limit=1,
            concurrency_id="heavy",
        )
        table = [frame.model, frame.seen, frame.lang]
        applied = self.apply.click(self._apply, [frame.model, *self.new_rates, frame.lang], None)
        for event in (fitted, applied):
            afterwards(event.success(self._what_if, table, [self.what_if, *self.new_rates], show_progress="hidden"))
        for change in (tab.select, frame.model.input, frame.lang.input):
            change(self._what_if, table, [self.what_if, *self.new_rates], show_progress="hidden")

    def _check(self, files: list[str] | None, lang: Lang, progress: gr.Progress = gr.Progress()) -> str:  # noqa: B008
        if not files:
            return empty("check.empty", lang)
        with told(lang):
            return teaching.checked(files, lang, shown_on(progress))

    def _fit(
        self,
        files: list[str] | None,
        name: str,
        review: float,
        reject: float,
        replace: bool,
        lang: Lang,
        progress: gr.Progress = gr.Progress(),  # noqa: B008
    ) -> tuple[str, Any]:
        with told(lang):
            if not files:
                raise BadSetting(word("fit.no_files", lang))
            if not name.strip():
                raise BadSetting(word("fit.no_name", lang))
            fit = teaching.fitted(files, name.strip(), shares(review, reject), replace, shown_on(progress))
            return teaching.introduced(fit, lang), gr.update(choices=library.names(), value=fit.name)

    def _apply(self, model: str | None, review: float, reject: float, lang: Lang) -> None:
        with told(lang):
            if not model:
                raise BadSetting(word("no_model.picked", lang))
            library.set_rates(model, *shares(review, reject))
            gr.Success(word("applied", lang, name=model), title="Foil")

    def _what_if(self, model: str | None, seen: Seen, lang: Lang) -> tuple[str, float | None, float | None]:
        if not model:
            return empty("no_model", lang), None, None
        with told(lang):
            calibration = library.read(model).calibration
            table = teaching.what_if(calibration, seen.get(model, []), lang)
        return table, round(100 * calibration.review_rate, 6), round(100 * calibration.reject_rate, 6)


def shown_on(progress: gr.Progress) -> Progress:
    """Return Foil's way to report progress, which fills Gradio's bar."""
    return lambda stage, done, total: progress((done, total), desc=stage or None, unit="")


def shares(review: float | None, reject: float | None) -> tuple[float, float]:
    """Return false-alarm rates given in percent as shares."""
    return (review or 0) / 100, (reject or 0) / 100
