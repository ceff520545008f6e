"""From what was heard to a call: the tool, and its slots filled from the question and from the one before."""

import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from assistant.lot_tools import TOOLS
from assistant.router import Heard, glossed
from assistant.slots import Scene
from explain.catalogue import Lang

_LISTS = re.compile(r"\bwhich\b|\blist\b|\bshow\b|\bwho\b|哪些|列出|哪几")
_ALONE = re.compile(r"\bit\b|\bthat\b|\bthis region\b|[它这那]")  # what was spoken of before
_HAS = re.compile(
    r"\b(?:have|has|had|with|where|contain\w*|show\w*)\b(?: (?:any )?other (?:part|picture)s?)?(?: got)? (?P<what>.+)"
)
_ALIKE = re.compile(r"\b(?:same|similar|like|happened|before|resemble)\b")
_AGAIN = re.compile(r"\b(?:and )?(?:check|look|try|inspect)(?: it)? again\b|\b(?:pls|plz|see)\b|再看一遍|重新检查")
_REGIONAL = ("region", "where", "what_if", "why_not")


@dataclass(frozen=True)
class Call:
    """A tool and what it is called with; "" is no tool."""

    tool: str
    slots: dict[str, Any]
    lang: Lang


def call_of(heard: Heard, scene: Scene, before: Call | None = None) -> Call:
    """Return the call that a question means; what it leaves open is as in the question before, where it follows it."""
    if not heard.tool:
        return Call("", {}, heard.named.lang)
    taken = list(inspect.signature(TOOLS[heard.tool]).parameters)[2:]  # the first two are lot and language
    slots = {name: FILL[name](heard, scene, before) for name in taken}
    if heard.follows and before and before.tool == heard.tool:
        named = heard.named
        fresh = {"sample": bool(named.samples), "other": bool(named.samples), "regions": bool(named.regions)}
        fresh |= {"reason": bool(named.reason), "review": any(named.rates), "reject": any(named.rates)}
        if heard.tool == "compare":
            fresh["sample"] = False
        slots |= {name: value for name, value in before.slots.items() if not fresh.get(name)}
    return Call(heard.tool, slots, heard.named.lang)


def _sample(heard: Heard, scene: Scene, before: Call | None) -> str:
    names = heard.named.samples
    if heard.tool == "compare" and len(names) == 1:
        return scene.at_hand
    return names[0] if names else scene.at_hand


def _other(heard: Heard, scene: Scene, before: Call | None) -> str:
    """Return what is compared with: what is named, or else the picture beside the one at hand."""
    return heard.named.samples[-1] if heard.named.samples else beside(scene)


def beside(scene: Scene) -> str:
    """Return the picture before the one at hand, or the one after it; "" if it is the only one."""
    at = list(scene.names).index(scene.at_hand)
    return [*reversed(scene.names[:at]), *scene.names[at + 1 :], ""][0]


def _regions(heard: Heard, scene: Scene, before: Call | None) -> tuple[int, ...]:
    if heard.named.regions or heard.named.samples or before is None or before.tool not in _REGIONAL:
        return heard.named.regions
    spoken: tuple[int, ...] = before.slots["regions"]
    return spoken if _ALONE.search(heard.named.masked) and not _passes(heard, scene, before) else ()


def _passes(heard: Heard, scene: Scene, before: Call | None) -> bool:
    """Tell whether it is asked what it takes to pass, rather than what would come of some change."""
    english = glossed(heard.named.masked)[0]
    wanted = re.search(r"\b(?:what|how|which|must|to|fixed)\b.*\bpass|\bpass\b.*\b(?:take|need)", english)
    return bool(wanted) and not heard.named.regions and not re.search(r"\bif (?:it|all|every)|\ball\b", english)


def _look_text(heard: Heard) -> str:
    return _AGAIN.sub("", heard.named.text)


def _text(heard: Heard, scene: Scene, before: Call | None) -> str:
    """Return the words that a picture is to be looked at with, or that others are to be like."""
    if heard.tool == "look":
        return _look_text(heard)
    text = heard.named.text
    english = re.sub("^.*?有", "has ", text) if heard.named.lang == "zh" and "有" in text else text
    english = glossed(english)[0] if heard.named.lang == "zh" else english
    found = None if heard.named.samples or _ALIKE.search(glossed(text)[0]) else _HAS.search(english)
    return (
        re.sub(r"^(?:any )?other parts? |^any other part ", "", found["what"]).strip(" ?.,").removesuffix(" too")
        if found
        else ""
    )


def _verdict(heard: Heard, scene: Scene, before: Call | None) -> Any:
    listed = heard.tool != "summary" or _LISTS.search(heard.named.text)
    return heard.named.verdict if listed else None


FILL: dict[str, Callable[[Heard, Scene, Call | None], Any]] = {
    "sample": _sample,
    "other": _other,
    "regions": _regions,
    "place": lambda heard, scene, before: "" if heard.named.regions else heard.named.place,
    "to_pass": _passes,
    "kind": lambda heard, scene, before: heard.kind,
    "text": _text,
    "review": lambda heard, scene, before: heard.named.rates[0],
    "reject": lambda heard, scene, before: heard.named.rates[1],
    "verdict": _verdict,
    "reason": lambda heard, scene, before: heard.named.reason,
    "source": lambda heard, scene, before: heard.source,
    "name": lambda heard, scene, before: heard.name,
}
