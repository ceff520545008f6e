"""The pictures of a result at full resolution, in a dialog over the page; how it moves is in `zooming`."""

from html import escape
from typing import Any

import gradio as gr

from apps.ui.frame import Frame
from apps.ui.words import word
from apps.ui.zooming import ZOOM
from explain.catalogue import Lang

PICTURES = {  # what files are named after, and what that is called
    **{"input": "zoom.input", "normal": "zoom.normal"},
    **{key: key for key in ("overlay", "regions", "guided", "posed")},
}
MOVES = (  # key, what it shows, what it is called
    ("-", "−", "zoom.out"),
    ("+", "+", "zoom.in"),
    ("0", "⤢", "zoom.whole"),
    ("f", "1:1", "zoom.pixels"),
    ("Escape", "✕", "zoom.close"),
)


class ZoomPart:
    """A button under the pictures; the dialog is hidden until then, and shows the files that `marked` names."""

    def __init__(self, frame: Frame) -> None:
        self.open = frame.put(gr.Button, {"value": "zoom"}, size="sm", interactive=False, elem_id="zoom-open")
        frame.place(_dialog, "zoom")

    def wire(self, blocks: gr.Blocks) -> None:
        blocks.load(None, js=ZOOM)
        self.open.click(None, js="() => window.foilZoom('regions')")

    def shown(self, files: tuple[str, ...]) -> Any:
        """Return what the button becomes where there are these files, or none."""
        return gr.update(interactive=bool(files))


def _dialog(lang: Lang) -> str:
    chosen = "".join(
        f'<button type="button" data-at="{key}">{escape(word(said, lang))}</button>' for key, said in PICTURES.items()
    )
    moves = [
        f'<button type="button" data-key="{key}" aria-label="{word(said, lang)}" title="{word(said, lang)}">'
        f"{shown}</button>"
        for key, shown, said in MOVES
    ]
    scale = '<output aria-live="polite"></output>'
    moves.insert(-1, f'<a class="save" download>{escape(word("zoom.save", lang))}</a>')
    return (
        f'<dialog class="foil-zoom" aria-label="{word("zoom", lang)}"><div class="bar"><div role="group"'
        f' aria-label="{word("zoom.which", lang)}">{chosen}</div><div>{moves[0]}{scale}{"".join(moves[1:])}</div></div>'
        f'<div class="stage"><img alt="" draggable="false"></div><p>{word("zoom.keys", lang)}</p></dialog>'
    )
