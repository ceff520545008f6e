"""What `foil inspect --store` does beside inspecting: it records each result before it is told."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from assistant.inspection import Result

Keep = Callable[["Result"], int]  # returns the id under which a result is recorded


def keeping(where: str, model: str, **how: Any) -> Keep:
    """Return what records results of a model in a store, which is made where there is none; `how` as in Asked."""
    from assistant import library
    from assistant.recording import Asked, entry
    from assistant.store import open_store

    store, folder = open_store(where, create=True), library.existing_folder(model)
    kept = store.keep_model(folder)
    asked = Asked(kept.sha256, kept.config, **how)
    return lambda result: store.add(entry(result, asked))
