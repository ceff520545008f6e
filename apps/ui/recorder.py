"""What the app keeps: inspections and people's decisions, in one store."""

from functools import cached_property
from typing import TYPE_CHECKING, cast

from apps.commands.keeping import keeping, made_store
from assistant.inspection import Inspection
from assistant.pictures import png

if TYPE_CHECKING:
    from assistant.inspection import Recall
    from assistant.search import Index
    from assistant.store import Decided, Store  # imports the database


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

    def keep(self, found: Inspection, model: str) -> int:
        """Record an inspection, its picture without loss, and return the record's id."""
        assert found.sample.image is not None  # else there is no inspection of a picture
        return keeping(self.store, model, text=found.sample.text or "")(found, png(found.sample.image))

    def decide(self, number: int, verdict: str, by: str, reason: str) -> int:
        """Record what a person decided, and return that record's id."""
        return self.store.decide(number, cast("Decided", verdict), by, reason)
