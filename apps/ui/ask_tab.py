"""The Ask tab: a conversation beside the picture at hand; every answer is computed, and no language model speaks."""

from typing import Any

import gradio as gr

from apps.rest.keys import Caller
from apps.ui.answering import OFFERED, Answering, offered
from apps.ui.asking import INERT, Talk, file
from apps.ui.frame import PICTURES, Frame, told
from apps.ui.roles import caller_of, takes
from apps.ui.talks import Seat, Talks
from apps.ui.words import word
from assistant import library
from assistant.suggestions import suggestions
from explain.catalogue import Lang
from fusion.errors import BadInput
from fusion.sample import Sample

# Names the browser's tab, for as long as it is open, and nothing else is kept there. Gradio (6.31) shows an edited
# question as HTML until the server answers, so it is made inert before Gradio's own listener hears of it; and it gives
# the field no name to be read out.
COMES = f"""(_, ...given) => {{
  const edited = does => document.querySelectorAll('#chat textarea').forEach(does);
  window.foilEdits ??= document.addEventListener('click', () => {{
    edited(box => {{
      box.value = box.value.replace(/[<&](?!{INERT})/g, '$&{INERT}');
      box.dispatchEvent(new Event('input'));
    }});
    const name = document.querySelector('#ask [data-testid=block-info]').textContent;
    setTimeout(() => edited(box => {{ box.ariaLabel = name; }}));
  }}, true) ?? true;
  return [sessionStorage.foilTab ??= crypto.randomUUID(), ...given];
}}"""


class AskTab:
    """Built inside a gr.Tab; the picture of the Inspect tab is at hand here, too."""

    def __init__(self, frame: Frame) -> None:
        self.frame, put = frame, frame.put
        self.talks = Talks()
        self.answering = Answering(frame, self.talks)
        self.seat, self.tab = gr.State(Seat()), gr.Textbox(visible=False)
        put(gr.Markdown, {"value": "ask.how"}, elem_id="ask-how")
        with gr.Row():
            with gr.Column(scale=3, min_width=240):
                fixed = {"interactive": False, "height": 300, "buttons": ["fullscreen"]}
                self.picture = put(gr.Image, {"label": "ask.at_hand"}, elem_id="ask-picture", **fixed)
                self.new = put(gr.Button, {"value": "ask.new"}, size="sm", elem_id="ask-new")
                self.earlier = put(
                    gr.Dropdown, {"label": "ask.earlier"}, choices=[], value=None, visible=False, elem_id="ask-earlier"
                )
            with gr.Column(scale=7, min_width=320):
                self._conversation()

    def _conversation(self) -> None:
        put = self.frame.put
        self.chat = put(
            gr.Chatbot,
            {"label": "ask.chat", "placeholder": "ask.none"},
            height=440,
            render_markdown=False,  # names and questions are text, whatever is in them
            feedback_options=None,
            buttons=["copy"],
            editable="user",
            group_consecutive_messages=False,  # else a question with uploads can't be edited in Gradio 6.31
            elem_id="chat",
        )
        with gr.Row(elem_id="ask-chips"):
            words = suggestions("", "en", OFFERED)
            self.chips = [gr.Button(one, size="sm", min_width=80) for one in words]
        self.box = put(
            gr.MultimodalTextbox,
            {"placeholder": "ask.hint", "label": "ask.box"},
            show_label=False,
            file_types=PICTURES,
            file_count="multiple",
            sources=["upload"],
            stop_btn=True,
            elem_id="ask",
        )

    def wire(self, tab: gr.Tab) -> None:
        """Answer the tab's events; the model of words is loaded as soon as somebody comes here."""
        frame, answering = self.frame, self.answering
        hidden: dict[str, Any] = {"show_progress": "hidden"}
        tab.select(warm, None, None, **hidden)
        filled = [self.chat, self.picture, *self.chips, self.earlier]
        come = [self.tab, self.seat, frame.sample, frame.model, frame.lang]
        tab.select(self._come, come, [*filled, frame.model], js=COMES, queue=False, **hidden)
        options: dict[str, Any] = {"concurrency_limit": 1, "concurrency_id": "inspect", **hidden}
        given, answer = [self.seat, frame.sample, frame.model, frame.lang], [self.chat, self.picture]
        # a question that comes while the last answer ends is asked next, and not lost
        asked = self.box.submit(
            answering.ask, [self.box, *given], [self.box, *answer], trigger_mode="always_last", **options
        )
        others = [chip.click(answering.click, [chip, *given], answer, **options) for chip in self.chips]
        for event, again in ((self.chat.retry, answering.retry), (self.chat.edit, answering.edit)):
            others.append(event(again, [self.seat, frame.lang], answer, **options))
        for event in (asked, *others):  # by itself: of updates that come close together the browser may lose one
            event.then(answering.next, self.seat, self.chips, queue=False, **hidden)
        stops: dict[str, Any] = {"cancels": [asked, *others]}  # an answer belongs to the conversation that is left
        self.box.stop(None, **stops)
        for event in (self.new.click, self.chat.clear, frame.model.input):
            event(self._new, [self.seat, frame.lang], filled, **stops, **hidden)
        opened = [self.earlier, self.seat, frame.sample, frame.lang]
        self.earlier.select(self._go_on, opened, [*filled, frame.model], **stops, **hidden)
        frame.follow(_offered, [frame.lang], self.chips)

    def _come(
        self, tab: str, seat: Seat, sample: Sample | None, model: str | None, lang: Lang, request: gr.Request
    ) -> list[Any]:
        """Bring back what this tab of the browser spoke of before a reload, and show what would be spoken of next."""
        caller, before = caller_of(request), seat.key
        talk = self.talks.come(caller, seat, tab)
        is_back, name = talk is not None and not before, talk.detector.name if talk else model
        # after a reload its model is chosen, too, unless something was inspected by another one meanwhile
        chooses = is_back and sample is None and name != model and name in library.names("pictures")
        values = [gr.skip()] * (2 + OFFERED)
        if name != model and not chooses:
            self.talks.leave(seat)
            talk, values = None, self._filled(None, lang)
        elif is_back:
            values = self._filled(talk, lang)
        if sample is not None and sample.image is not None and not (talk and talk.is_of(sample)):
            values[1] = file("at-hand.png", sample.image, self.frame.shelf)
        return [*values, self._earlier(caller, seat, lang), name if chooses else gr.skip()]

    def _go_on(self, key: str, seat: Seat, sample: Sample | None, lang: Lang, request: gr.Request) -> list[Any]:
        """Go on with an earlier conversation, and with its model if there still is one of that name."""
        caller = caller_of(request)
        with told(lang):
            talk = self.talks.open(caller, seat, key)
            if talk is None:
                raise BadInput(word("ask.not_kept", lang))
        talk.goes_on(sample)
        known = library.names("pictures")
        model = gr.update(choices=known, value=talk.detector.name) if talk.detector.name in known else gr.skip()
        return [*self._filled(talk, lang), self._earlier(caller, seat, lang), model]

    @takes("viewer")
    def _new(self, seat: Seat, lang: Lang, request: gr.Request) -> list[Any]:
        """Begin with nothing; what was spoken of is an earlier conversation now."""
        self.talks.leave(seat)
        return [*self._filled(None, lang), self._earlier(caller_of(request), seat, lang)]

    def _filled(self, talk: Talk | None, lang: Lang) -> list[Any]:
        """Return a conversation's messages, the picture that it speaks of, and the questions that it offers."""
        if talk is None:
            return [[], None, *offered((), lang)]
        return [talk.told(lang), self.answering.at_hand(talk), *offered(*(talk.offered or ((), lang)))]

    def _earlier(self, caller: Caller, seat: Seat, lang: Lang) -> Any:
        choices = [(one.label(lang), one.key) for one in self.talks.earlier(caller, seat)]
        return gr.update(choices=choices, value=None, visible=bool(choices))


@takes("viewer")
def _offered(lang: Lang) -> list[Any]:
    return offered((), lang)


def warm() -> None:
    """Load what understands questions while the visitor still reads."""
    from assistant.router import similarities

    similarities("hello")
