"""The second tab: good pictures in, a model out, and what its thresholds promise."""

from typing import Any

import gradio as gr

from apps.ui import teaching
from apps.ui.detecting import detection_charts
from apps.ui.folder import FOLDER
from apps.ui.frame import PICTURES, Frame, empty, html, told
from apps.ui.inspect_tab import Seen
from apps.ui.jobs_panel import JobsPanel
from apps.ui.markup import note
from apps.ui.preview_part import Painted, PreviewPart
from apps.ui.progress import PROGRESS, shown_on
from apps.ui.roles import takes
from apps.ui.teaching import Checked
from apps.ui.versions_part import VersionsPart
from apps.ui.words import word
from assistant import library
from assistant.fitting import Fit
from explain.catalogue import Lang
from fusion.errors import BadSetting


class TeachTab:
    """Built inside a gr.Tab."""

    def __init__(self, frame: Frame, jobs: JobsPanel) -> None:
        self.frame, self.jobs = frame, jobs
        self.checked, self.fitted = gr.State(None), gr.State(None)
        self.asked = gr.State(None)  # the id of a training that was asked for
        with gr.Row():
            with gr.Column(scale=5, min_width=320) as given:
                self._given()
            with gr.Column(scale=6, min_width=320):
                self._thresholds()
        frame.reserve("admin", given)

    def _given(self) -> None:
        put = self.frame.put
        put(gr.Markdown, {"value": "teach.how"})
        kinds = [*PICTURES, ".zip"]
        self.files = put(
            gr.File, {"label": "files"}, file_count="multiple", file_types=kinds, height=190, elem_id="files"
        )
        self.folder = put(gr.Button, {"value": "folder"}, size="sm", elem_id="folder")
        self.check = html(empty("check.empty", "en"), "check")
        self.preview = PreviewPart(self.frame)
        self.name = put(gr.Textbox, {"label": "name", "placeholder": "name.hint"}, max_lines=1, elem_id="name")
        self.rates = self._rates("fit")
        self.replace = put(gr.Checkbox, {"label": "replace"}, value=False, elem_id="replace")
        self.minutes = put(gr.Slider, {"label": "minutes"}, minimum=0, maximum=30, step=1, value=0, elem_id="minutes")
        self.names = put(gr.Checkbox, {"label": "names", "info": "names.how"}, value=False, elem_id="learn-names")
        self.fit = put(gr.Button, {"value": "fit"}, variant="primary", elem_id="fit")
        self.made = html(empty("fit.empty", "en"), "made")

    def _thresholds(self) -> None:
        put = self.frame.put
        put(gr.Markdown, {"value": "rates"}, elem_id="rates")
        self.new_rates = self._rates("apply")
        self.apply = put(gr.Button, {"value": "apply"}, elem_id="apply")
        self.frame.reserve("admin", *self.new_rates, self.apply)
        self.what_if = html(empty("no_model", "en"), "what-if")
        self.versions = VersionsPart(self.frame)

    def _rates(self, name: str) -> list[Any]:
        """Make the two numbers of a promise, in percent."""
        with gr.Row():
            return [
                self.frame.put(
                    gr.Number, {"label": key}, value=value, minimum=0.01, maximum=50, elem_id=f"{name}-{key}"
                )
                for key, value in (("review_rate", 5), ("reject_rate", 1))
            ]

    def wire(self, tab: gr.Tab, blocks: gr.Blocks, refresh: Any) -> None:
        """Answer the tab's events; `refresh` makes the other tab follow an event."""
        frame, heavy = self.frame, {"concurrency_limit": 1, "concurrency_id": "heavy"}
        said = ([self.checked, self.fitted, self.asked, self.name, frame.lang], [self.check, self.made])
        # First forget the last result, so that nothing old stands beside the sentence of an error.
        old = [self.checked, *self.preview.places]
        new_files = self.files.change(self._forgotten, [self.files, self.preview.painted, frame.lang], old)
        new_files = new_files.then(self._said, *said, show_progress="hidden")
        files = [self.files, frame.lang]
        given = new_files.then(self._check, files, self.checked, show_progress_on=self.check, **heavy)
        new_fit = self.fit.click(lambda: (None, None), None, [self.fitted, self.asked])
        new_fit = new_fit.then(self._said, *said, show_progress="hidden")
        work = [self.files, self.name, *self.rates, self.replace, self.minutes, self.names, frame.lang]
        places = [self.fitted, self.asked, frame.model]
        fit = new_fit.then(self._fit, work, places, show_progress_on=self.made, **heavy)
        self.jobs.after(fit, self.asked)
        blocks.load(None, js=FOLDER)
        self.folder.click(None, js="() => window.foilFolder()")
        self.preview.wire(self.files)
        self.versions.wire(tab, [fit], refresh)
        for event in (given.success, fit.success):
            event(self._said, *said, show_progress="hidden")
        frame.follow(self._said, *said)
        table = ([frame.model, frame.seen, frame.lang], [self.what_if, *self.new_rates])
        applied = self.apply.click(self._apply, [frame.model, *self.new_rates, frame.lang], None)
        for event in (fit, applied):
            refresh(event.success(self._what_if, *table, show_progress="hidden"))
        for change in (tab.select, frame.model.input):
            change(self._what_if, *table, show_progress="hidden")
        frame.follow(self._what_if, *table)

    @takes("viewer")
    def _said(
        self, checked: Checked | None, fitted: Fit | None, asked: int | None, name: str, lang: Lang
    ) -> tuple[str, str]:
        """Return what is known of the files and of the new model, in words."""
        check = teaching.described(checked, lang) if checked else empty("check.empty", lang)
        if asked is not None:
            return check, note(word("fit.asked", lang, name=name.strip(), number=str(asked)), live=True)
        return check, teaching.introduced(fitted, lang) if fitted else empty("fit.empty", lang)

    @takes("admin")
    def _forgotten(self, files: list[str] | None, painted: Painted | None, lang: Lang) -> list[Any]:
        """Return that nothing is known of new files."""
        return [None, *self.preview.told_of(files, painted, lang)]

    @takes("admin")
    def _check(self, files: list[str] | None, lang: Lang, progress: gr.Progress = PROGRESS) -> Checked | None:
        with told(lang):
            return teaching.checked(files, shown_on(progress, lang)) if files else None

    @takes("admin")
    def _fit(
        self,
        files: list[str] | None,
        name: str,
        review: float | None,
        reject: float | None,
        replace: bool,
        minutes: float,
        learn_names: bool,
        lang: Lang,
        progress: gr.Progress = PROGRESS,
    ) -> tuple[Fit | None, int | None, Any]:
        with told(lang):
            if not files or not name.strip():
                raise BadSetting(word("fit.no_name" if files else "fit.no_files", lang))
            rates, name = shares(review, reject), name.strip()
            names = teaching.NAMES if learn_names else 0
            if minutes:
                return None, teaching.asked(self.jobs.queue, files, name, rates, replace, minutes, names), gr.skip()
            fit = teaching.fitted(files, name, rates, replace, names, shown_on(progress, lang))
            return fit, None, gr.update(choices=library.names("pictures"), value=fit.name)

    @takes("admin")
    def _apply(self, model: str | None, review: float, reject: float, lang: Lang) -> None:
        with told(lang):
            if not model:
                raise BadSetting(word("no_model.picked", lang))
            library.set_rates(model, *shares(review, reject))
            gr.Success(word("applied", lang, name=model))

    @takes("viewer")
    def _what_if(self, model: str | None, seen: Seen, lang: Lang) -> tuple[str, float | None, float | None]:
        if not model:
            return empty("no_model", lang), None, None
        with told(lang):
            info = library.read(model)
            calibration = info.calibration
            told_of = teaching.what_if(calibration, list(seen.get(model, {}).values()), lang)
            told_of += detection_charts(info.card.get("network") or {}, lang)
        return told_of, round(100 * calibration.review_rate, 6), round(100 * calibration.reject_rate, 6)


def shares(review: float | None, reject: float | None) -> tuple[float, float]:
    """Return false-alarm rates given in percent as shares."""
    return (review or 0) / 100, (reject or 0) / 100
