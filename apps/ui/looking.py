"""The Inspect tab's looks at a picture: what it shows of one, also where that can't be inspected or was refused."""

import traceback
from dataclasses import replace

from apps.ui.frame import Frame, empty, unforeseen
from apps.ui.inspecting import View, failed, look, with_words
from apps.ui.markup import note
from apps.ui.recorder import OnRecord
from apps.ui.words import word
from assistant import library
from assistant.recognising import recognised
from explain.catalogue import Lang
from fusion.errors import FoilError
from fusion.sample import Sample


class Looking:
    """Looks at pictures for all visitors; what is recorded is recorded once a look."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame

    def view(
        self, sample: Sample | None, model: str | None, lang: Lang, words: str | None, known: OnRecord | None = None
    ) -> View:
        """Return what to show of a picture; where it is only told once more, `known` is the record that there is.

        Whatever goes wrong is a sentence in the place of the verdict, and nothing of an earlier picture.
        """
        if not model:
            return View(card=empty("no_model", lang))
        if sample is None:
            return View(card=empty("welcome", lang))
        try:
            return self._look(with_words(sample, words), model, lang, known)
        except FoilError as error:
            return failed(str(error), lang)
        except Exception as error:
            traceback.print_exc()
            return failed(unforeseen(error, lang), lang)

    def _look(self, sample: Sample, model: str, lang: Lang, known: OnRecord | None) -> View:
        detector = self.frame.models.get(model)
        view = look(sample, detector, lang, self.frame.shelf, *self.frame.recording(model, known))
        if view.inspection:
            self.frame.recent.keep(detector, view.inspection)
        return view if view.standing else self._refused(view, sample, model, lang)

    def _refused(self, view: View, sample: Sample, model: str, lang: Lang) -> View:
        """Return the view of what is none of a model's parts, with the other model that knows it, if one does."""
        others = [name for name in library.names("pictures") if name != model]
        if not others:
            return view
        other = next(iter(recognised(sample, others, self.frame.models.get)), None)
        key = "refused.like" if other else "refused.none"
        said = note(word(key, lang, model=model, other=other or ""))
        return replace(view, card=f"{view.card.removesuffix('</div>')}{said}</div>", recognised=other)
