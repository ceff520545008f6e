"""Inspect what was sent, by whatever kind of model is named; every result in the words of the command line."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from apps.commands.keeping import Keep, keeping
from apps.ui.models import Models
from assistant import library
from explain.catalogue import Lang
from explain.language import Audience, Length
from fusion.errors import BadSetting

if TYPE_CHECKING:
    from apps.rest.records import Shelf
    from assistant.inspection import Result
    from fusion.sample import Sample


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
    """Inspects for everyone who calls, with the models that they share."""

    def __init__(self, models: Models, shelf: "Shelf | None" = None) -> None:
        self.models, self.shelf = models, shelf

    def results(self, wish: Wish, called: dict[Path, str], mask: Path | None = None) -> list[dict[str, Any]]:
        """Return a result a file but the mask, and the id of its record where there is a store."""
        keep, paths = self._keeping(wish), [place for place in called if place != mask]
        return [_told(result, called, keep) for result in self._inspected(wish, paths, mask)]

    def answers(self, model: str, questions: Sequence[str], called: dict[Path, str]) -> list[dict[str, Any]]:
        """Return an answer a question, all of one conversation about pictures, in which nothing can be decided."""
        from assistant.inspection import inspect_paths
        from assistant.lot import Lot
        from assistant.session import Session

        keep = self._keeping(Wish(model))
        lot = Lot(self.models.get(model))
        for place, result in zip(called, inspect_paths(list(called), lot.detector), strict=True):
            named = _named(result, called)
            record = keep(named, place.read_bytes()) if keep else None
            lot.add(named, partial(_loaded, place, called[place]), record)
        store = self.shelf.store if self.shelf else None
        session = Session(lot, store, model=self.models.narrator)  # nobody's name: nothing is a decision
        told = []
        for question in questions:
            *_, reply = session.ask(question)
            told.append({"question": question} | reply.to_json())
        return told

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
            from assistant.precedents import precedents
            from fusion.item import Item

            targets: list[Path | Item] = [*paths]
            if mask:
                targets = [Item(paths[0], None, "", "test", region=mask, text=wish.text or None)]
            how: dict[str, Any] = {"text": wish.text or None, "audience": wish.audience, "length": wish.length}
            how["language"] = narrator
            how["recall"] = precedents(self.shelf.index, wish.model) if self.shelf else None
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
        return keeping(self.shelf.store, wish.model, **asked) if self.shelf else None


def _told(result: "Result", called: dict[Path, str], keep: Keep | None) -> dict[str, Any]:
    """Return a result as plain data, in which no path of this machine stands."""
    name = _name(result)
    place = next((place for place in called if name.startswith(str(place))), None)
    named: Result = _named(result, called)
    recorded = {"id": keep(named, place.read_bytes() if place else None)} if keep else {}
    return recorded | named.to_json() | {"verdict": named.verdict}


def _loaded(place: Path, name: str) -> "Sample":
    from fusion.item import Item

    return replace(Item(place, None, "", "test").load(), name=name)


def _name(result: Any) -> str:
    """Return what a result is called, which begins with where its file lies."""
    from assistant.inspection import Failure, Inspection
    from assistant.moving import MovementInspection

    if isinstance(result, Failure):
        return result.path
    if isinstance(result, Inspection):
        return result.sample.name
    return result.motion.name if isinstance(result, MovementInspection) else str(result.name)


def _named(result: Any, called: dict[Path, str]) -> Any:
    """Return a result of files that for the moment lie somewhere, under the names that their owner knows."""
    from assistant.inspection import Failure, Inspection
    from assistant.moving import MovementInspection

    def owners(text: str) -> str:
        for place, name in called.items():
            text = text.replace(str(place), name)
        return text

    if isinstance(result, Failure):
        return Failure(owners(result.path), owners(result.reason))
    if isinstance(result, Inspection):
        sample = replace(result.sample, name=owners(result.sample.name))
        seen = replace(result.evidence.sample, name=owners(result.evidence.sample.name))
        return replace(result, sample=sample, evidence=replace(result.evidence, sample=seen))
    if isinstance(result, MovementInspection):
        motion = replace(result.motion, name=owners(result.motion.name))
        return replace(result, motion=motion, evidence=replace(result.evidence, name=owners(result.evidence.name)))
    return replace(result, name=owners(result.name))
