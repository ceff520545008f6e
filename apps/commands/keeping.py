"""What `foil inspect --store` does beside inspecting: it records each result before it is told."""

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from assistant.inspection import Result


class Keep(Protocol):
    def __call__(self, result: "Result", picture: bytes | None = None) -> int:
        """Record a result and return its id; `picture` holds the bytes that it came in, if it lies in no file."""
        ...


def keeping(where: str, model: str, **how: Any) -> Keep:
    """Return what records results of a model in a store, which is made where there is none; `how` as in Asked."""
    from assistant import library
    from assistant.recording import Asked, entry
    from assistant.store import open_store

    store, folder = open_store(where, create=True), library.existing_folder(model)
    kept = store.keep_model(folder)
    asked = Asked(kept.sha256, kept.config, kept.created, kept.thresholds, **how)

    def keep(result: "Result", picture: bytes | None = None) -> int:
        return store.add(entry(result, asked, picture))

    return keep
