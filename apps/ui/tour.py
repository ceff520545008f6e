"""A tour for who is new here: a line that invites, then a hint at a time, each beside what it speaks of.

Nothing waits for it and nothing is covered by it. It invites once in each browser; a button in the header opens it.
"""

from typing import Any

import gradio as gr

from apps.ui.frame import Frame, html
from apps.ui.roles import caller_of, takes
from apps.ui.words import word
from explain.catalogue import Lang

INVITATION = -1
STEPS = (  # a hint, and what it speaks of
    ("tour.give", "#inspect-given"),
    ("tour.verdict", "#card"),
    ("tour.pictures", "#pair"),
    ("tour.reasons", "#words"),
    ("tour.then", "[role=tablist]"),
)
LAST = len(STEPS) - 1
EXAMPLE = 1  # which one is clicked for who goes on without a picture
# The frame around the place is CSS: see .foil-hint.
GO = f"""() => {{
  const step = Number(document.querySelector('#tour .foil-hint')?.dataset.step ?? {INVITATION});
  const place = document.querySelector({[place for _, place in STEPS]}[step]);
  if (!place) return;
  if (step > 0 && !document.querySelector('#card .foil-card'))
    document.querySelectorAll('#examples button.thumbnail-item')[{EXAMPLE}]?.click();
  // Below the bar there must be room for the frame around the place.
  const bar = document.querySelector('#tour').getBoundingClientRect().height + 20;
  const {{top, bottom}} = place.getBoundingClientRect();
  if (top < bar || bottom > innerHeight) scrollBy({{top: top - bar, behavior: 'smooth'}});
}}"""


class Tour:
    """Stands between the header and the tabs."""

    def __init__(self, frame: Frame) -> None:
        self.frame, put = frame, frame.put
        self.at = gr.State(INVITATION)
        # Not a secret: with one of its own, each start of the server would forget who has been here.
        self.been = gr.BrowserState(False, storage_key="foil-tour", secret="foil")
        with frame.header:
            self.open = put(gr.Button, {"value": "tour"}, size="sm", min_width=80, elem_id="tour-open")
        frame.reserve("inspector", self.open)
        with gr.Row(elem_id="tour") as self.bar:
            self.hint = html(_hint(INVITATION, "en"), "tour-hint")
            self.back = put(gr.Button, {"value": "tour.back"}, size="sm", min_width=70, visible=False)
            # What these say depends on the step, too.
            self.next = gr.Button(word("tour.begin", "en"), variant="primary", size="sm", min_width=110)
            self.close = gr.Button(word("tour.no", "en"), size="sm", min_width=90)

    def wire(self, started: Any, tabs: gr.Tabs) -> None:
        """Answer the tour's events; `started` ends the start of the page, and of `tabs` the first is opened."""
        hidden: dict[str, Any] = {"show_progress": "hidden", "queue": False}
        lang, places = self.frame.lang, [self.at, self.bar, self.hint, self.back, self.next, self.close]
        started.then(_invited, [self.been, self.at, lang], [*places, self.been], **hidden)
        self.frame.follow(_shown, [self.at, lang], places)
        for event, step in ((self.open.click, _first), (self.next.click, _following), (self.back.click, _before)):
            event(step, [self.at, lang], [*places, tabs], **hidden).then(None, js=GO)
        self.close.click(_gone, None, self.bar, **hidden)


@takes("viewer")
def _invited(been: bool, at: int, lang: Lang, request: gr.Request) -> list[Any]:
    return [*_shown(at, lang, visible=not been and caller_of(request).may("inspector")), True]


@takes("viewer")
def _first(at: int, lang: Lang) -> list[Any]:
    return [*_shown(0, lang, visible=True), gr.Tabs(selected="inspect")]


@takes("viewer")
def _following(at: int, lang: Lang) -> list[Any]:
    return [*_shown(min(at + 1, LAST), lang, visible=at < LAST), gr.Tabs(selected="inspect")]


@takes("viewer")
def _before(at: int, lang: Lang) -> list[Any]:
    return [*_shown(max(at - 1, 0), lang), gr.Tabs(selected="inspect")]


@takes("viewer")
def _shown(at: int, lang: Lang, **bar: bool) -> list[Any]:
    """Return step, bar, hint and buttons of a step."""
    forward, close = "tour.done" if at == LAST else "tour.next", "tour.close"
    if at == INVITATION:
        forward, close = "tour.begin", "tour.no"
    buttons = [gr.update(value=word(key, lang)) for key in (forward, close)]
    return [at, gr.update(**bar), _hint(at, lang), gr.update(visible=at > 0), *buttons]


@takes("viewer")
def _gone() -> Any:
    return gr.update(visible=False)


def _hint(at: int, lang: Lang) -> str:
    if at == INVITATION:
        return f"<p>{word('tour.invite', lang)}</p>"
    said = f"<small>{at + 1} / {len(STEPS)}</small> {word(STEPS[at][0], lang)}"
    return f'<p class="foil-hint" data-step="{at}" role="status">{said}</p>'
