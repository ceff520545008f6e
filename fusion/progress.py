"""How long work reports where it is: (stage, done, total), called from the worker's own thread."""

from collections.abc import Callable

Progress = Callable[[str, int, int], None]


def silent(stage: str, done: int, total: int) -> None:
    """Report to nobody."""
