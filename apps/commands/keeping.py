"""What `foil inspect --store` does beside inspecting: it records each result before it is told."""

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assistant.inspection import Result
    from explain.language import Audience, Length

Keep = Callable[["Result"], int]  # returns the id under which a result is recorded


def keeping(where: str, model: str, words: str | None, samples: int, audience: "Audience", length: "Length") -> Keep:
    """Return what records results of a model in a store, which is made where there is none."""
    from assistant import library
    from assistant.recording import Asked, entry
    from assistant.store import open_store

    store, folder = open_store(where, create=True), library.existing_folder(model)
    kept = store.keep_model(folder)
    asked = Asked(kept.sha256, kept.config, words or "", samples, audience, length)
    return lambda result: store.add(entry(result, asked))
