"""What the app keeps: inspections and people's decisions, in one store."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

from apps.commands.keeping import keeping, made_store
from assistant.inspection import Inspection
from assistant.pictures import png

if TYPE_CHECKING:
    from assistant.inspection import Recall
    from assistant.search import Index
    from assistant.store import Decided, Store  # imports the database


Keep = Callable[[Inspection], int]  # records an inspection and returns its id


@dataclass(frozen=True)
class OnRecord:
    """An inspection on record, so that telling it once more, in another language say, is not recorded as another."""

    what: tuple[Any, ...]
    number: int  # the record's id

    @classmethod
    def of(cls, found: Inspection, number: int | None) -> "OnRecord | None":
        """Return what says that an inspection is on record under this id, if it is."""
        return None if number is None else cls(_what(found), number)

    def is_of(self, found: Inspection) -> bool:
        """Tell whether the same sample was seen by the same fit of a model under the same thresholds."""
        return self.what == _what(found)


def _what(found: Inspection) -> tuple[Any, ...]:
    model = (found.model, found.evidence.model.get("created"), found.detection.thresholds)
    return found.sample.sha256, *model


class Recorder:
    """Keeps what the app inspects and what people decide."""

    def __init__(self, where: str) -> None:
        self.where = where

    @cached_property
    def store(self) -> "Store":
        """Return the store, which is made where there is none; it stays open."""
        return made_store(self.where)

    @cached_property
    def _index(self) -> "Index":
        from assistant.search import Index

        return Index(self.store)

    def recall(self, model: str) -> "Recall":
        """Return what finds the past cases of a model that a sample is most like."""
        from assistant.precedents import precedents

        return precedents(self._index, model)

    def keep(self, found: Inspection, model: str, known: OnRecord | None = None) -> int:
        """Record an inspection, its picture without loss, and return the record's id; or that of the one known."""
        if known and known.is_of(found):
            return known.number
        assert found.sample.image is not None  # else there is no inspection of a picture
        return keeping(self.store, model, text=found.sample.text or "")(found, png(found.sample.image))

    def decide(self, number: int, verdict: str, by: str, reason: str) -> int:
        """Record what a person decided, and return that record's id."""
        return self.store.decide(number, cast("Decided", verdict), by, reason)
