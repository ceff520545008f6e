"""What both tabs share: the header with model and language, the visitor's states, and how words and errors appear."""

import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from html import escape
from typing import Any

import gradio as gr

from apps.rest.keys import ANYONE, Role
from apps.ui.following import Follower, on_top
from apps.ui.login import who
from apps.ui.models import Models
from apps.ui.recent import Recent
from apps.ui.recorder import Keep, OnRecord, Recorder
from apps.ui.roles import caller_of, spoken, takes
from apps.ui.shelf import Shelf
from apps.ui.words import WORDS, word
from assistant import library
from assistant.inspection import Recall
from explain.catalogue import Lang
from fusion.errors import FoilError

READ = "review"  # the tab of those who may only read
PICTURES = [
    "image",
    ".tif",
    ".tiff",
    ".heic",
]  # what places for files take; some browsers know no type of the last three
# Screen readers pronounce by the page's lang; Gradio's own words follow the browser's unless its module is told.
# That module (6.31) has no public name, only a file's, which changes with each version.
SPEAK = """async lang => {
  const tongue = {en: 'en', zh: 'zh-CN'}[lang];
  if (document.documentElement.lang === tongue) return;
  document.documentElement.lang = tongue;
  const loaded = performance.getEntriesByType('resource');
  const words = loaded.find(one => /\\/assets\\/core-[^/]*[.]js$/.test(one.name));
  if (words) await (await import(words.name)).changeLocale?.(tongue);
}"""
MARK = (  # a part, and its normal version behind it
    '<svg viewBox="0 0 32 32" aria-hidden="true"><rect x="9" y="3" width="20" height="20" rx="5" class="behind"/>'
    '<rect x="3" y="9" width="20" height="20" rx="5"/><circle cx="17" cy="15" r="3.4" class="spot"/></svg>'
)


class Frame:
    """The header's components and the states of one visitor; `put` makes components whose words follow the language."""

    def __init__(self, models: Models, shelf: Shelf, store: str | None = None) -> None:
        """Take where inspections and decisions are recorded, if they are."""
        self.models, self.shelf, self.recent = models, shelf, Recent()
        self.recorder = Recorder(store) if store else None
        self._followers: list[Follower] = []
        self._worded: dict[Any, Callable[[Lang], dict[str, Any]]] = {}  # component -> its properties in a language
        self._reserved: list[tuple[Any, Role]] = []  # what is seen by those alone who may use it
        self._signed: list[Any] = []  # where people say who they are
        self.sample, self.seen = gr.State(None), gr.State({})  # the picture at hand; scores so far, by model
        with gr.Row(elem_id="header") as self.header:
            self._brand = html(brand("en"), "brand")
            self.model = self.put(gr.Dropdown, {"label": "model"}, choices=[], elem_id="model", min_width=200)
            languages = [("English", "en"), ("中文", "zh")]
            self.lang = gr.Radio(
                languages,
                value="en",
                label="Language · 语言",
                show_label=False,
                container=False,
                elem_id="lang",
                min_width=170,
            )
            self._who = html("", "who")

    def recording(self, model: str, known: OnRecord | None = None) -> tuple[Keep | None, Recall | None]:
        """Return what records inspections by a model, but not `known` anew, and what finds past cases; or neither."""
        if self.recorder is None:
            return None, None
        return partial(self.recorder.keep, model=model, known=known), self.recorder.recall(model)

    def put(self, kind: Any, words: dict[str, str], **options: Any) -> Any:
        """Make a component; `words` names, for its properties, the words that they show."""
        return self._spoken(kind, lambda lang: {name: word(key, lang) for name, key in words.items()}, options)

    def choose(self, words: dict[str, str], named: str, **options: Any) -> gr.Radio:
        """Make a choice between values; `words` names, for each, the word that it shows, `named` what is read aloud."""
        options = {"show_label": False, "container": False} | options

        def spoken(lang: Lang) -> dict[str, Any]:
            return {"label": word(named, lang), "choices": [(word(key, lang), value) for value, key in words.items()]}

        radio: gr.Radio = self._spoken(gr.Radio, spoken, options)
        return radio

    def place(self, made: Callable[[Lang], str], elem_id: str) -> gr.HTML:
        """Make a place for HTML of our own that is made anew in each language."""
        options = {"elem_id": elem_id, "apply_default_css": False}
        component: gr.HTML = self._spoken(gr.HTML, lambda lang: {"value": made(lang)}, options)
        return component

    def thumbnails(self, made: Callable[[Lang], list[tuple[str, str]]], elem_id: str, **options: Any) -> gr.Gallery:
        """Make a gallery of pictures to click, whose captions follow the language."""
        options = {"elem_id": elem_id, "show_label": False, "allow_preview": False, "buttons": []} | options
        gallery: gr.Gallery = self._spoken(gr.Gallery, lambda lang: {"value": made(lang)}, options)
        return gallery

    def reserve(self, role: Role, *components: Any) -> None:
        """Keep components from visitors who may not use them, as the events themselves see to, too."""
        self._reserved += [(component, role) for component in components]

    def sign(self, words: str, **options: Any) -> gr.Textbox:
        """Make a field for a person's name, in which the name of their key stands already."""
        self._signed.append(self.put(gr.Textbox, {"label": words}, max_lines=1, **options))
        return self._signed[-1]

    def wire(self, blocks: gr.Blocks, tabs: gr.Tabs) -> Any:
        """Speak the visitor's language, know the models, and return the event that ends the start."""
        # Only where there are keys does this place change, and do components become outputs that hold others: of those
        # Gradio (6.31) asks the browser for all that is in them at every event.
        shut = [tabs, *self._signed, *(component for component, _ in self._reserved)]
        self._who.change(self._shut, self._signed, shut, show_progress="hidden")
        started = blocks.load(self._started, None, [self.lang, self.model, self._who], show_progress="hidden")
        started.then(None, self.lang, None, js=SPEAK)
        return started

    def follow(
        self, function: Callable[..., Any], given: Sequence[Any], makes: Sequence[Any], then: Any = None
    ) -> None:
        """Answer changes of the language, which a viewer may make, with what else does; `then` is given the event."""
        self._followers.append(Follower(function, given, makes, then))

    def speak(self) -> None:
        """Follow the language, once all is wired: in one event, for each costs the page up to a third of a second."""
        made = [component for one in self._followers for component in one.makes]
        given = [component for one in self._followers for component in one.given]
        places = list(dict.fromkeys([self._brand, self._who, *self._worded, *made]))
        hidden: dict[str, Any] = {"show_progress": "hidden", "queue": False}
        self.lang.change(None, self.lang, None, js=SPEAK)
        spoken = self.lang.change(self._in_words, [self.lang, *given], places, **hidden)
        for one in self._followers:
            if one.then:
                one.then(spoken)

    @takes("viewer")
    def _in_words(self, lang: Lang, request: gr.Request, *given: Any) -> dict[Any, Any]:
        found: dict[Any, Any] = {self._brand: brand(lang), self._who: who(caller_of(request), lang)}
        found |= {component: gr.update(**said(lang)) for component, said in self._worded.items()}
        values = iter(given)
        for one in self._followers:
            for component, value in one(values, request).items():
                found[component] = on_top(found.get(component), value)
        return found

    def _spoken(self, kind: Any, said: Callable[[Lang], dict[str, Any]], options: dict[str, Any]) -> Any:
        component = kind(**options, **said("en"))
        self._worded[component] = said
        return component

    @takes("viewer")
    def _started(self, request: gr.Request) -> list[Any]:
        known, lang = library.names("pictures"), spoken(request.headers)
        model = gr.update(choices=known, value=known[0] if known else None)
        return [lang, model, who(caller_of(request), lang)]

    @takes("viewer")
    def _shut(self, request: gr.Request, *typed: str) -> list[Any]:
        """Return what a visitor with a key sees: their name where one signs, and nothing that they may not use."""
        caller = caller_of(request)
        names = [name or ("" if caller is ANYONE else caller.name) for name in typed]
        first = gr.skip() if caller.may("inspector") else gr.Tabs(selected=READ)
        kept = [gr.skip() if caller.may(role) else _kept(component) for component, role in self._reserved]
        return [first, *names, *kept]


def _kept(component: Any) -> Any:
    """Return what keeps visitors from a component; Gradio (6.31) goes on showing a tab that is to be invisible."""
    return gr.update(interactive=False) if isinstance(component, gr.Tab) else gr.update(visible=False)


def html(value: str, elem_id: str) -> gr.HTML:
    """Make a place for HTML of our own, to which only our own CSS applies."""
    return gr.HTML(value, elem_id=elem_id, apply_default_css=False)


def read_by_foil(image: gr.Image) -> gr.Image:
    """Hand on the file that was given: Gradio's own reading ends in a traceback at what Pillow can't open.

    Foil reads more, and says why it can't. No event may send such a place an update (a value is fine): Gradio makes it
    anew then, and this is lost; and it writes a file beside the source of whoever makes a class of its own of it.
    """
    image.preprocess = lambda upload: upload and upload.path
    return image


def picture_place(elem_id: str, height: int) -> gr.Image:
    """Make a place for a picture."""
    return read_by_foil(
        gr.Image(
            sources=["upload", "clipboard", "webcam"],
            webcam_options=gr.WebcamOptions(mirror=False),  # a part is no face: left must stay left
            placeholder=" · ".join(WORDS["picture.hint"]),  # in every language, as nothing may update it
            show_label=False,
            height=height,
            buttons=[],
            elem_id=elem_id,
        )
    )


def brand(lang: Lang) -> str:
    """Return the app's name and what it is for."""
    return f'<div class="foil-brand">{MARK}<div><h1>Foil</h1><p>{word("tagline", lang)}</p></div></div>'


def empty(key: str, lang: Lang) -> str:
    """Return what stands in the place of something that is not there yet."""
    return f'<div class="foil-empty">{word(key, lang)}</div>'


@contextmanager
def told(lang: Lang) -> Iterator[None]:
    """Tell the visitor of an error in a sentence; what nobody foresaw is also told on the terminal, with its place."""
    try:
        yield
    except FoilError as error:
        raise gr.Error(escape(str(error)), duration=15, print_exception=False) from error
    except Exception as error:
        traceback.print_exc()
        raise gr.Error(escape(unforeseen(error, lang)), duration=15, print_exception=False) from error


def unforeseen(error: Exception, lang: Lang) -> str:
    """Return the sentence for an error that is a fault of Foil's."""
    return word("broken", lang, error=f"{type(error).__name__}: {error}")
