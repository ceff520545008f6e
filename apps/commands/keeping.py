"""What `foil inspect --store` does beside inspecting: it records each result before it is told."""

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from assistant.inspection import Recall, Result
    from assistant.store import Store


class Keep(Protocol):
    def __call__(self, result: "Result", picture: bytes | None = None) -> int:
        """Record a result and return its id; `picture` holds the bytes that it came in, if it lies in no file."""
        ...


def made_store(where: str) -> "Store":
    """Open the store of an address, which is made where there is none."""
    from assistant.store import open_store

    return open_store(where, create=True)


def keeping(store: "Store", model: str, **how: Any) -> Keep:
    """Return what records results of a model, as it is now, in a store; `how` as in Asked."""
    from assistant import library
    from assistant.recording import Asked, entry

    kept = store.keep_model(library.existing_folder(model))
    asked = Asked(kept.sha256, kept.config, kept.created, kept.thresholds, **how)

    def keep(result: "Result", picture: bytes | None = None) -> int:
        return store.add(entry(result, asked, picture))

    return keep


def recalling(store: "Store", model: str) -> "Recall":
    """Return what finds the past cases of a model that a sample is most like."""
    from assistant.precedents import precedents
    from assistant.search import Index

    return precedents(Index(store), model)
