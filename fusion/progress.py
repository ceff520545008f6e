"""How long work reports where it is: (stage, done, total), called from the worker's own thread."""

from collections.abc import Callable
from typing import Protocol, runtime_checkable

Progress = Callable[[str, int, int], None]


@runtime_checkable
class Follower(Protocol):
    """A Progress that is also told, before each call, how a training goes."""

    def __call__(self, stage: str, done: int, total: int) -> None: ...
    def trained(self, step: int, loss: float, validation: float | None, seconds_left: float) -> None:
        """Hear of a step that was taken; a loss that is no number was skipped."""
        ...


def silent(stage: str, done: int, total: int) -> None:
    """Report to nobody."""
