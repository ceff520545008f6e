"""Inspect what was sent, by whatever kind of model is named; every result in the words of the command line."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from threading import BoundedSemaphore
from typing import TYPE_CHECKING, Any

from apps.commands.keeping import Keep, keeping
from apps.ui.models import Models
from assistant import library
from explain.catalogue import Lang
from explain.language import Audience, Length
from fusion.errors import BadSetting

if TYPE_CHECKING:
    from assistant.inspection import Result


@dataclass(frozen=True)
class Wish:
    """How something is to be inspected."""

    model: str
    lang: Lang = "en"
    text: str = ""
    audience: Audience = "engineer"
    length: Length = "long"
    language_model: bool = False  # tells what was found of pictures


class Inspector:
    """Inspects for everyone who calls, as many at once as there are cores; the others wait."""

    def __init__(self, models: Models, store: str | None = None) -> None:
        self.models, self.store = models, store
        self._places = BoundedSemaphore(max(1, min(os.cpu_count() or 1, 8)))

    def results(self, wish: Wish, called: dict[Path, str], mask: Path | None = None) -> list[dict[str, Any]]:
        """Return a result a file, and the id of its record where there is a store."""
        with self._places:
            keep = self._keeping(wish)
            return [self._told(result, called, keep) for result in self._inspected(wish, list(called), mask)]

    def _inspected(self, wish: Wish, paths: Sequence[Path], mask: Path | None) -> "Iterator[Result]":
        kind = library.kind(wish.model)
        if mask and (kind != "pictures" or len(paths) != 1):
            raise BadSetting("a mask belongs to one picture; send just that one, to a model of pictures")
        if wish.text and kind == "tables":
            raise BadSetting(f"text is for pictures and movements, and {wish.model} is a model of tables; leave it out")
        narrator = self.models.narrator if wish.language_model else None
        if wish.language_model and (kind != "pictures" or narrator is None):
            raise BadSetting(
                "a language model tells of pictures, and only where this server was started with one (foil serve "
                "--language); leave language_model out"
            )
        if kind == "pictures":
            from assistant.inspection import inspect_paths
            from fusion.item import Item

            targets: list[Path | Item] = [*paths]
            if mask:
                targets = [Item(paths[0], None, "", "test", region=mask, text=wish.text or None)]
            how: dict[str, Any] = {"text": wish.text or None, "audience": wish.audience, "length": wish.length}
            how["language"] = narrator
            yield from inspect_paths(targets, self.models.get(wish.model), wish.lang, **how)
        elif kind == "movements":
            from assistant.moving import inspect_movements
            from fusion.motion.collection import Reading

            detector = self.models.movement(wish.model)
            yield from inspect_movements(paths, detector, Reading(), wish.lang, text=wish.text or None)
        else:
            from assistant.tabling import inspect_tables, load_table_model

            yield from inspect_tables(paths, load_table_model(wish.model), wish.lang)

    def _keeping(self, wish: Wish) -> Keep | None:
        asked = {"text": wish.text, "audience": wish.audience, "length": wish.length}
        return keeping(self.store, wish.model, **asked) if self.store else None

    def _told(self, result: "Result", called: dict[Path, str], keep: Keep | None) -> dict[str, Any]:
        """Return a result as plain data, in which no path of this machine stands."""
        place = next((place for place in called if str(result.to_json()["path"]).startswith(str(place))), None)
        if place:
            result = _renamed(result, str(place), called[place])
        recorded = {"id": keep(result, place.read_bytes() if place else None)} if keep else {}
        return recorded | result.to_json() | {"verdict": result.verdict}


def _renamed(result: Any, place: str, name: str) -> Any:
    """Return a result of a file that for the moment lies in a place, under the name that its owner knows."""
    from assistant.inspection import Failure, Inspection
    from assistant.moving import MovementInspection

    if isinstance(result, Failure):
        return Failure(result.path.replace(place, name), result.reason.replace(place, name))
    if isinstance(result, Inspection):
        return replace(result, sample=replace(result.sample, name=result.sample.name.replace(place, name)))
    if isinstance(result, MovementInspection):
        return replace(result, motion=replace(result.motion, name=result.motion.name.replace(place, name)))
    return replace(result, name=result.name.replace(place, name))
