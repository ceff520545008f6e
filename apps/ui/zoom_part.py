"""The pictures of a result at full resolution, in a dialog over the page; how it moves is in `zooming`."""

from html import escape
from typing import Any

import gradio as gr

from apps.ui.frame import Frame
from apps.ui.words import word
from apps.ui.zooming import ZOOM
from explain.catalogue import Lang

PICTURES = ("zoom.input", "zoom.normal", "overlay", "regions", "guided")  # in the order of the files
MOVES = (  # key, what it shows, what it is called
    ("-", "−", "zoom.out"),
    ("+", "+", "zoom.in"),
    ("0", "⤢", "zoom.whole"),
    ("f", "1:1", "zoom.pixels"),
    ("Escape", "✕", "zoom.close"),
)
REGIONS = PICTURES.index("regions")


class ZoomPart:
    """A button under the pictures; the dialog and the files that it shows are hidden until then."""

    def __init__(self, frame: Frame) -> None:
        self.open = frame.put(gr.Button, {"value": "zoom"}, size="sm", interactive=False, elem_id="zoom-open")
        self.files = gr.File(file_count="multiple", visible="hidden", interactive=False, elem_id="zoom-files")
        frame.place(_dialog, "zoom")
        self.places = [self.files, self.open]

    def wire(self, blocks: gr.Blocks) -> None:
        blocks.load(None, js=ZOOM)
        self.open.click(None, js=f"() => window.foilZoom({REGIONS})")

    def shown(self, files: tuple[str, ...]) -> list[Any]:
        """Return the values of `places`; `files` are in the order of PICTURES."""
        return [list(files) or None, gr.update(interactive=bool(files))]


def _dialog(lang: Lang) -> str:
    chosen = "".join(
        f'<button type="button" data-at="{at}">{escape(word(key, lang))}</button>' for at, key in enumerate(PICTURES)
    )
    moves = [
        f'<button type="button" data-key="{key}" aria-label="{word(said, lang)}" title="{word(said, lang)}">'
        f"{shown}</button>"
        for key, shown, said in MOVES
    ]
    scale = '<output aria-live="polite"></output>'
    return (
        f'<dialog class="foil-zoom" aria-label="{word("zoom", lang)}"><div class="bar"><div role="group"'
        f' aria-label="{word("zoom.which", lang)}">{chosen}</div><div>{moves[0]}{scale}{"".join(moves[1:])}</div></div>'
        f'<div class="stage"><img alt="" draggable="false"></div><p>{word("zoom.keys", lang)}</p></dialog>'
    )
