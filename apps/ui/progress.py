"""The visitor's own bar of progress, filled by what works on the floors below."""

import gradio as gr

from apps.ui.jobs_told import stage
from explain.catalogue import Lang
from fusion.progress import Progress

PROGRESS = gr.Progress()  # as a default, it tells Gradio to hand in the visitor's own bar


def shown_on(progress: gr.Progress, lang: Lang) -> Progress:
    """Return Foil's way to report progress, which fills Gradio's bar."""
    return lambda said, done, total: progress((done, total), desc=stage(said, lang) or None, unit="")
