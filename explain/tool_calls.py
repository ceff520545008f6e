"""Tool calls: which of the tools a language model takes a question for, whatever way it says so.

A model only chooses; what the tool then answers is computed, as it is for everybody else.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from fusion.errors import BadModel

Tool = Mapping[str, Any]  # as OpenAI has it: {"type": "function", "function": {"name", "description", "parameters"}}
Message = Mapping[str, str]
_ARGUMENTS = ("arguments", "parameters")  # as models call them that write a call as text


@dataclass(frozen=True)
class ToolCall:
    name: str
    arguments: Mapping[str, Any]


class ToolCaller(Protocol):
    """A language model that chooses among tools."""

    @property
    def name(self) -> str:
        """Return what it is called."""
        ...

    def choose(self, asked: Sequence[Message], tools: Sequence[Tool]) -> ToolCall | None:
        """Return the call that a question means; None if it chose none; raise BadModel where it could not be asked."""
        ...


def call_in_message(message: Any) -> ToolCall | None:
    """Return the first call of an OpenAI message, in its own field or, by servers that know none, in its text."""
    if not isinstance(message, dict):
        raise BadModel("the server's answer holds no message; check the address")
    for call in message.get("tool_calls") or ():
        told = call.get("function") if isinstance(call, dict) else None
        if isinstance(told, dict):
            return _call({"name": told.get("name"), "arguments": told.get("arguments")})
    return call_in_text(str(message.get("content") or ""))


def call_in_text(text: str) -> ToolCall | None:
    """Return the first JSON object of a text that names a tool and its arguments, as chat templates ask for it."""
    decoder, at = json.JSONDecoder(), text.find("{")
    while at >= 0:
        try:
            data, _ = decoder.raw_decode(text, at)
        except ValueError:
            data = None
        if isinstance(data, dict) and (call := _call(data)):
            return call
        at = text.find("{", at + 1)
    return None


def _call(data: Mapping[str, Any]) -> ToolCall | None:
    """Return an object as a call; None if it is none. Arguments may be an object, or JSON of one."""
    name = data.get("name")
    given: Any = next((data[key] for key in _ARGUMENTS if data.get(key) is not None), {})
    if isinstance(given, str):
        try:
            given = json.loads(given or "{}")
        except ValueError:
            return None
    return ToolCall(name, given) if isinstance(name, str) and isinstance(given, dict) else None
