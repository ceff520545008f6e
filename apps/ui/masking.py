"""Where to look, drawn with a brush on the picture at hand, or given as a mask."""

from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import gradio as gr
import numpy as np
from numpy.typing import NDArray

from apps.ui.frame import Frame, told
from apps.ui.inspecting import SHOWN
from apps.ui.shelf import Shelf
from apps.ui.words import word
from assistant import pictures
from explain.catalogue import Lang
from fusion.errors import BadInput
from fusion.modality.mask import read_mask
from fusion.sample import Sample

Means = Literal["look", "ignore"]  # what is drawn over
BRUSH, WIDTH = "#ff3b30", 30  # pixels of the canvas
SMALL = 600  # pixels of the longer side, below which a canvas is an enlarged picture


class Masking:
    """An accordion under the picture; `wire` returns what changes the sample at hand."""

    def __init__(self, frame: Frame) -> None:
        self.frame, put = frame, frame.put
        with put(gr.Accordion, {"label": "mask"}, open=False, elem_id="masking"):
            self.means = frame.choose(
                {"look": "mask.look", "ignore": "mask.ignore"}, "mask.means", value="look", elem_id="means"
            )
            self.drawing = gr.ImageEditor(
                type="numpy",
                sources=(),
                transforms=(),
                layers=False,
                brush=gr.Brush(colors=[BRUSH], color_mode="fixed", default_size=WIDTH),
                eraser=gr.Eraser(default_size=WIDTH),
                show_label=False,
                height=320,
                buttons=[],
                elem_id="drawing",
            )
            self.file = put(gr.File, {"label": "mask.file"}, file_count="single", height=130, elem_id="mask-file")
            with gr.Row():
                self.apply = put(gr.Button, {"value": "mask.apply"}, variant="primary", elem_id="mask-apply")
                self.clear = put(gr.Button, {"value": "mask.clear"}, elem_id="mask-clear")

    def wire(self) -> tuple[Any, Any]:
        """Answer the accordion's events; return those after which the sample is another one."""
        frame, hidden = self.frame, {"show_progress": "hidden"}
        given = [frame.sample, self.drawing, self.file, self.means, frame.lang]
        applied = self.apply.click(_masked, given, frame.sample, **hidden)
        cleared = self.clear.click(self._cleared, frame.sample, [frame.sample, self.drawing, self.file], **hidden)
        return applied, cleared

    def canvas(self, sample: Sample | None) -> Any:
        """Return the picture at hand to draw on, with nothing drawn yet."""
        return canvas(sample, self.frame.shelf)

    def _cleared(self, sample: Sample | None) -> tuple[Sample | None, Any, None]:
        plain = None if sample is None else replace(sample, mask=None)
        return plain, self.canvas(plain), None


def canvas(sample: Sample | None, shelf: Shelf) -> Any:
    """Return the value of an editor over a sample's picture; an empty one without."""
    if sample is None or sample.image is None:
        return None
    times = -(-SMALL // max(sample.image.shape[:2]))  # a brush is some pixels wide, whatever they are of
    picture = pictures.shrunk(sample.image.repeat(times, 0).repeat(times, 1), SHOWN)
    path = shelf.put("canvas.png", pictures.png(picture))
    return {"background": path, "layers": [], "composite": None}


def drawn(editor: dict[str, Any] | None) -> NDArray[np.bool_] | None:
    """Return where was drawn, (h, w) in the editor's pixels; None where nothing was."""
    layers = [np.asarray(layer) for layer in (editor or {}).get("layers") or []]
    marked = [layer[..., -1] > 0 for layer in layers if layer.ndim == 3 and layer.shape[-1] == 4]
    together = np.any(marked, axis=0) if marked else None
    return together if together is not None and together.any() else None


def mask_of(
    editor: dict[str, Any] | None, file: str | None, means: Means, size: tuple[int, int]
) -> NDArray[np.float32]:
    """Return where to look of a picture of size (width, height), (H, W): a file's say, and a brush's, together.

    BadInput if neither says anything, or nothing would be left to look at.
    """
    strokes = drawn(editor)
    if strokes is None and not file:
        raise BadInput("nothing is drawn and no mask is given; draw over a place on the picture first, or give a mask")
    look = np.ones(size[::-1], np.float32)
    if file:
        look = read_mask(Path(file), size, Path(file).name)
    if strokes is not None:
        over = _resized(strokes, size)
        look = look * (over if means == "look" else ~over)
    if not (look >= 0.5).any():
        raise BadInput("nothing is left to look at; draw less, or choose the other meaning of what is drawn")
    return look


def _resized(marked: NDArray[np.bool_], size: tuple[int, int]) -> NDArray[np.bool_]:
    """Return the nearest of marked pixels for each of a picture of size (width, height), (h, w) -> (H, W)."""
    rows, columns = (np.arange(new) * old // new for new, old in zip(size[::-1], marked.shape, strict=True))
    return np.asarray(marked[np.ix_(rows, columns)])


def _masked(
    sample: Sample | None, editor: dict[str, Any] | None, file: str | None, means: Means, lang: Lang
) -> Sample | None:
    with told(lang):
        if sample is None or sample.image is None:
            raise BadInput(word("mask.no_picture", lang))
        height, width = sample.image.shape[:2]
        return replace(sample, mask=mask_of(editor, file, means, (width, height)))
