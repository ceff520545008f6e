"""What follows the language, in one event: each event costs the page up to a third of a second, and many would."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from inspect import signature
from itertools import islice
from typing import Any

import gradio as gr


@dataclass(frozen=True)
class Follower:
    """A function, what it is given, what it makes, and what is told the event after which its work is done."""

    function: Callable[..., Any]
    given: Sequence[Any]
    makes: Sequence[Any]
    then: Callable[[Any], Any] | None

    def __call__(self, values: Iterator[Any], request: gr.Request) -> dict[Any, Any]:
        """Take what it is given off all values; return what it makes, or say what is wrong and leave all as it is."""
        asked = {"request": request} if "request" in signature(self.function).parameters else {}
        mine = list(islice(values, len(self.given)))
        try:
            made = self.function(*mine, **asked)
        except gr.Error as error:
            gr.Warning(error.message)
            return {}
        return dict(zip(self.makes, made if len(self.makes) > 1 else [made], strict=True))


def on_top(before: Any, value: Any) -> Any:
    """Return what a component becomes by a value, or an update, after an earlier update of it, or None."""
    if before is None:
        return value
    return before | (value if isinstance(value, dict) and "__type__" in value else gr.update(value=value))
