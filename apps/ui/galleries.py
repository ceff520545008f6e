"""What the gallery shows: which methods there are, how long they will take, and a panel for each that is ready."""

import zipfile
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event
from typing import TYPE_CHECKING, Any

import numpy as np

from apps.ui.teaching import gathered
from apps.ui.words import word
from apps.ui.words_review import METHODS
from assistant import card, library
from assistant.colours import heat
from assistant.gallery import Shown, through
from assistant.pictures import data_uri, overlay, shrunk
from assistant.sources import opened, source_of
from explain.catalogue import Lang
from explain.wording import number
from fusion.dataset import Dataset
from fusion.item import Item
from fusion.modality.image import IMAGE_SUFFIXES
from fusion.progress import Progress
from fusion.recipes import TRAINED
from fusion.sample import Sample

if TYPE_CHECKING:
    from fusion.detector import Detector

PANEL = 480  # pixels of the longer side
CARRIED = ("backbone", "size", "align", "seed")  # of a model's settings, so that its weights fit
# How many detections of a picture a fit costs, a good part: measured, docs/LOG.md of 2026-11-28.
CLOSED, FIRST, NEXT = 2.0, 4.5, 2.0
PACE = 0.2  # seconds of a detection, where there is no model yet to be timed


class Stopped(Exception):
    """The visitor wants no more."""


@dataclass(eq=False)
class Run:
    """One walk through methods: what is ready so far, and whether it goes on."""

    sample: Sample
    methods: tuple[str, ...]
    shown: list[Shown] = field(default_factory=list)
    ended: Event = field(default_factory=Event)

    def watched(self, progress: Progress) -> Progress:
        """Return what reports progress, and ends the work where the visitor stopped it."""

        def report(stage: str, done: int, total: int) -> None:
            if self.ended.is_set():
                raise Stopped
            progress(stage, done, total)

        return report

    def walk(self, picture: Path, good: Dataset, detector: "Detector | None", progress: Progress) -> Iterator[None]:
        """Yield whenever a method is ready; end early where the visitor stops it."""
        item, settings = Item(picture, None, "", "test"), settings_of(detector)
        with TemporaryDirectory(prefix="foil-") as folder, suppress(Stopped):
            weights = None
            if detector and TRAINED & {*self.methods}:
                from fusion.learning.weights import write_weights  # imports torch

                weights = Path(folder) / "weights.safetensors"
                write_weights(detector, weights, detector.name)
            for one in through(item, good, self.methods, settings, weights, self.watched(progress)):
                self.shown.append(one)
                yield
        self.ended.set()


def settings_of(detector: "Detector | None") -> dict[str, Any]:
    """Return with which settings methods are fitted beside a model: its own."""
    return {} if detector is None else {name: getattr(detector.config, name) for name in CARRIED}


def good_of(files: Sequence[str] | None, model: str | None) -> AbstractContextManager[Dataset] | None:
    """Return the good parts: those that were uploaded, or else those that a model was fitted on; None without any."""
    if files:
        return _uploaded(files)
    source = source_of(model) if model else None
    return opened(source.path, source.roles) if source else None


def counted(files: Sequence[str] | None, model: str | None) -> int:
    """Return about how many good parts there are, without reading any."""
    if not files:
        return int(library.read(model).card["n_statistics"]) if model and source_of(model) else 0
    names = list(files)
    if len(names) == 1 and zipfile.is_zipfile(names[0]):
        with zipfile.ZipFile(names[0]) as archive:
            names = archive.namelist()
    return sum(Path(name).suffix.lower() in IMAGE_SUFFIXES for name in names)


def expected(methods: Sequence[str], parts: int, pace: float) -> float:
    """Return about how many seconds methods take, where one detection takes `pace` of them."""
    trained = sum(method in TRAINED for method in methods)
    costs = CLOSED * (len(methods) - trained) + (FIRST + NEXT * (trained - 1) if trained else 0)
    return costs * parts * pace


def lasting(seconds: float, lang: Lang) -> str:
    """Return a time as a person says it."""
    if seconds < 90:
        return word("gallery.seconds", lang, n=number(max(5, 5 * round(seconds / 5))))
    return word("gallery.minutes", lang, n=number(round(seconds / 60)))


def panels(run: Run, lang: Lang) -> str:
    """Return, as HTML, the picture and a panel for each method; of those to come, what they wait for."""
    image = run.sample.image
    assert image is not None  # it is looked at
    small = data_uri(shrunk(image, PANEL))
    parts = [_figure(small, word("gallery.picture", lang), f"<b>{word('gallery.picture', lang)}</b>")]
    parts += [_panel(image, one, lang) for one in run.shown]
    ended = run.ended.is_set()
    for at, method in enumerate(run.methods[len(run.shown) :]):
        key = "gallery.stopped" if ended else "gallery.waits" if at else "gallery.works"
        parts.append(
            f'<figure class="foil-wait"><div>{word(key, lang)}</div><figcaption><b>{escape(title(method, lang))}</b>'
            "</figcaption></figure>"
        )
    return f'<div class="foil-gallery">{"".join(parts)}</div>{_scale(lang) if run.shown else ""}'


def title(method: str, lang: Lang) -> str:
    phrase: str = getattr(METHODS[method], lang)
    return phrase


def _panel(image: Any, one: Shown, lang: Lang) -> str:
    name, found = escape(title(one.method, lang)), one.detection
    alt = word("gallery.alt", lang, method=name, times=number(one.times, 3))
    costs = [word("gallery.ms", lang, n=number(round(1000 * one.seconds)))]
    costs += [word("gallery.calls", lang, n=number(one.calls))] if one.calls else []
    costs.append(word("gallery.fitted", lang, n=number(one.fitting, 2)))
    caption = (
        f"<b>{name}</b>{card.badge(found.verdict, lang)} {word('gallery.times', lang, times=number(one.times, 3))}"
        f"<small>{' · '.join(costs)}</small>"
    )
    return _figure(data_uri(shrunk(overlay(image, found), PANEL)), alt, caption)


def _figure(source: str, alt: str, caption: str) -> str:
    return f'<figure><img src="{source}" alt="{alt}"><figcaption>{caption}</figcaption></figure>'


@cache
def _strip() -> str:
    """Return the colours from half of T1, which a map begins at, to its top, over the ground of a picture in grey."""
    levels = np.linspace(0.5, 6, 440, dtype=np.float32)[None].repeat(14, 0)
    coloured = heat(levels, 1.0, 6.0).astype(np.float32)
    opacity = coloured[..., 3:] / 255
    return data_uri((coloured[..., :3] * opacity + 120 * (1 - opacity)).astype(np.uint8))


def _scale(lang: Lang) -> str:
    ends = f"<span>{word('gallery.low', lang)}</span><span>{word('gallery.high', lang)}</span>"
    return (
        f'<div class="foil-scale"><img src="{_strip()}" alt=""><p>{ends}</p></div>'
        f'<p class="foil-note">{word("gallery.scale", lang)}</p>'
    )


@contextmanager
def _uploaded(files: Sequence[str]) -> Iterator[Dataset]:
    with gathered(files) as source, opened(source, {}) as dataset:
        yield dataset
