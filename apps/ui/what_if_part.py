"""The what-if of the Inspect tab: a slider under the histogram of good parts, which changes nothing."""

from typing import Any

import gradio as gr

from apps.ui.frame import Frame, empty, html
from apps.ui.what_if import Standing, chart, words
from explain.catalogue import Lang

STEP = 0.01  # of the slider, in the score's units: thresholds are shown with as many decimals


class WhatIfPart:
    """Stands under the pictures: chart, slider, and what follows in words."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self.standing = gr.State(None)
        self.chart = html(empty("limit.empty", "en"), "limit")
        self.slider = frame.put(
            gr.Slider, {"label": "limit.slider"}, step=STEP, interactive=False, buttons=[], elem_id="limit-slider"
        )
        self.words = html("", "limit-words")
        self.places = [self.standing, self.chart, self.slider, self.words]

    def wire(self) -> None:
        given, places = [self.standing, self.slider, self.frame.lang], [self.chart, self.words]
        self.slider.input(_told, given, places, show_progress="hidden", queue=False, trigger_mode="always_last")

    def shown(self, standing: Standing | None, lang: Lang) -> list[Any]:
        """Return the values of `places` for a new inspection, with the limit where it is."""
        if standing is None:
            return [None, empty("limit.empty", lang), gr.update(interactive=False), ""]
        axis, now = standing.axis, round(standing.thresholds.review, 2)
        slider = gr.update(minimum=round(axis.low, 2), maximum=round(axis.high, 2), value=now, interactive=True)
        drawn, said = _told(standing, None, lang)
        return [standing, drawn, slider, said]


def _told(standing: Standing | None, limit: float | None, lang: Lang) -> tuple[str, str]:
    if standing is None:
        return empty("limit.empty", lang), ""
    return chart(standing, limit, lang), words(standing, limit, lang)
