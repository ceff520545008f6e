"""What a question means to a language model, where the router understood nothing: one of the same tools, or none.

It is told the question, the tools, how many pictures there are and which is at hand: no name, no picture, nothing that
was found. What it chooses is checked as a stranger's word: a tool that is there, slots of the right kind, and a reason
only as the person typed it. What is recorded is still read back, and waits for a yes.
"""

import inspect
from collections.abc import Callable, Sequence
from typing import Any, get_args

from assistant.calling import Call, beside
from assistant.lot_tools import TOOLS
from assistant.phrases import phrase
from assistant.slots import Judged, Scene
from explain.catalogue import Lang
from explain.place import PLACES
from explain.tool_calls import Tool, ToolCall, ToolCaller
from explain.wording import in_quotes
from fusion.errors import FoilError
from fusion.synthesis.words import KINDS

SYSTEM = (
    "You choose the one tool that answers a question about pictures which an inspection system has judged. Call "
    "exactly one tool, or none if none answers it. Never answer the question yourself. There are {n} pictures, "
    "numbered 1 to {n} in the order in which they came; number {at} is at hand. The last tool was {before}."
)
_NEEDED = {"look": "text", "why_not": "kind", "decide": "verdict", "fit": "source"}  # without which a call says nothing
NAME = 80  # characters of a model's
_LONGEST = 500  # characters of words
_MOST = 50  # regions
_VERDICTS = get_args(Judged)
_PLACES = [place for row in PLACES for place in row]
_ASKED: dict[str, dict[str, Any]] = {
    "sample": {"type": "integer", "description": "number of the picture; leave out for the one at hand"},
    "other": {"type": "integer", "description": "number of the picture that it is compared with"},
    "regions": {"type": "array", "items": {"type": "integer"}, "description": "numbers of marked regions, from 1"},
    "place": {"type": "string", "enum": _PLACES, "description": "where in the picture"},
    "to_pass": {"type": "boolean", "description": "whether it is asked what it would take to pass"},
    "kind": {"type": "string", "enum": list(KINDS), "description": "kind of defect"},
    "text": {"type": "string", "description": "words to look for and to ignore, as the person put them"},
    "review": {"type": "number", "description": "share of good parts to be reviewed, 0.05 for 5 %"},
    "reject": {"type": "number", "description": "share of good parts to be rejected, 0.01 for 1 %"},
    "verdict": {"type": "string", "enum": list(_VERDICTS), "description": "verdict that is asked for"},
    "reason": {"type": "string", "description": "the person's own words why, copied from the question"},
    "source": {"type": "string", "description": "folder or file to fit a model on, copied from the question"},
    "name": {"type": "string", "description": "name for that model, copied from the question"},
}


class _WrongSlot(ValueError):
    """A model gave a slot what can't be in it."""


def asked_again(
    model: ToolCaller, question: str, scene: Scene, before: Call | None, call: Call
) -> tuple[Call, list[str]]:
    """Return the call that a model takes a question for, else `call`, and what is to be said of who understood it."""
    lang, who = call.lang, in_quotes(model.name, NAME, call.lang)
    try:
        found = call_by(model, question, scene, before, lang)
    except FoilError as error:
        return call, [phrase("model.failed", lang, model=who, why=str(error))]
    return (found, [phrase("model.took", lang, model=who, tool=found.tool)]) if found else (call, [])


def call_by(model: ToolCaller, question: str, scene: Scene, before: Call | None, lang: Lang) -> Call | None:
    """Return the call that a model takes a question for; None where it chose none that can be made."""
    at = list(scene.names).index(scene.at_hand) + 1
    told = SYSTEM.format(n=len(scene.names), at=at, before=before.tool if before else "none")
    chosen = model.choose([{"role": "system", "content": told}, {"role": "user", "content": question}], _tools())
    if chosen is None or chosen.name not in TOOLS:
        return None
    try:
        slots = _filled(chosen, question, scene)
    except _WrongSlot:
        return None
    needed = _NEEDED.get(chosen.name)
    return Call(chosen.name, slots, lang) if needed is None or slots[needed] else None


def _tools() -> list[Tool]:
    """Return the tools with what they take, as their signatures and first lines say it."""
    found: list[Tool] = []
    for name, tool in TOOLS.items():
        schema = {"type": "object", "properties": {slot: _ASKED[slot] for slot in _slots(name)}}
        if needed := _NEEDED.get(name):
            schema["required"] = [needed]
        told = inspect.getdoc(tool) or ""
        found.append({"type": "function", "function": {"name": name, "description": told, "parameters": schema}})
    return found


def _slots(tool: str) -> list[str]:
    return list(inspect.signature(TOOLS[tool]).parameters)[2:]  # the first two are lot and language


def _filled(chosen: ToolCall, question: str, scene: Scene) -> dict[str, Any]:
    """Return a tool's slots as a model filled them; raise _WrongSlot at one that can't be."""
    slots: dict[str, Any] = {}
    for name in _slots(chosen.name):
        given = chosen.arguments.get(name)
        if given is None:
            slots[name] = _LEFT_OUT[name](scene)
        elif name in ("reason", "source", "name"):  # goes on record, or is read: it must be what the person typed
            slots[name] = given if isinstance(given, str) and given in question else ""
        else:
            slots[name] = _TAKEN[name](given, scene)
    return slots


def _one_of(known: Sequence[str]) -> Callable[[Any, Scene], str]:
    return lambda given, scene: _checked(given, given in known)


def _checked(given: Any, fits: bool) -> Any:
    if not fits:
        raise _WrongSlot(repr(given))
    return given


def _is_number(given: Any, most: int) -> bool:
    return isinstance(given, int) and not isinstance(given, bool) and 1 <= given <= most


def _picture(given: Any, scene: Scene) -> str:
    number: int = _checked(given, _is_number(given, len(scene.names)))
    return scene.names[number - 1]


def _regions(given: Any, scene: Scene) -> tuple[int, ...]:
    listed = given if isinstance(given, list) else [given]
    return tuple(_checked(one, _is_number(one, _MOST)) for one in listed[:_MOST])


def _share(given: Any, scene: Scene) -> float:
    return float(_checked(given, isinstance(given, float) and 0 < given < 1))


_LEFT_OUT: dict[str, Callable[[Scene], Any]] = {
    "sample": lambda scene: scene.at_hand,
    "other": beside,
    "regions": lambda scene: (),
    "to_pass": lambda scene: False,
    **{name: lambda scene: "" for name in ("place", "kind", "text", "reason", "source", "name")},
    **{name: lambda scene: None for name in ("review", "reject", "verdict")},
}
_TAKEN: dict[str, Callable[[Any, Scene], Any]] = {
    "sample": _picture,
    "other": _picture,
    "regions": _regions,
    "place": _one_of(_PLACES),
    "to_pass": lambda given, scene: _checked(given, isinstance(given, bool)),
    "kind": _one_of(KINDS),
    "text": lambda given, scene: _checked(given, isinstance(given, str) and len(given) <= _LONGEST),
    "review": _share,
    "reject": _share,
    "verdict": _one_of(_VERDICTS),
}
