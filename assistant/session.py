"""A conversation about a lot: each question gets an answer that was computed, and what it rests on.

A session keeps its own state and nothing is shared: two of them never hear each other.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.answer_table import Table
from assistant.calling import Call, call_of
from assistant.colours import Picture
from assistant.confirming import Deeds
from assistant.finding import read_query
from assistant.lot import Lot
from assistant.lot_tools import TOOLS
from assistant.model_calls import asked_again
from assistant.phrases import phrase
from assistant.recalling import recall
from assistant.router import hear
from assistant.search import Index
from assistant.suggestions import SUGGESTED, suggestions
from assistant.tools import called
from explain.catalogue import Lang, say
from explain.tool_calls import ToolCaller
from explain.wording import in_quotes, number
from fusion.errors import FoilError

if TYPE_CHECKING:
    from assistant.store import Store

_YES = re.compile(
    r"(?:yes|y|yep|yeah|sure|ok|okay|do it|record it|please do|是|是的|好|好的|确认|对|可以)[ .!。！]*", re.IGNORECASE
)
_NO = re.compile(r"(?:no|n|nope|don't|do not|stop|cancel|不|不要|否|不是|取消|算了|别)[ .!。！]*", re.IGNORECASE)


@dataclass(frozen=True, eq=False)
class Reply:
    """An answer so far: the last one that `ask` yields is whole."""

    text: str
    lang: Lang
    tool: str = ""  # "" where nothing was understood
    slots: dict[str, Any] = field(default_factory=dict)
    rests: dict[str, int | None] = field(default_factory=dict)  # pictures by name, and the ids of their inspections
    picture: Picture | None = None
    table: Table | None = None
    suggested: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the line of `foil ask --json`."""
        slots = {key: value for key, value in self.slots.items() if value not in (None, "", ())}
        told = {"answer": self.text, "lang": self.lang, "tool": self.tool or None, "slots": slots}
        told |= {"table": self.table.to_json()} if self.table else {}
        return told | {"rests_on": [{"sample": name, "inspection": record} for name, record in self.rests.items()]}


@dataclass(frozen=True)
class Stand:
    """Where a conversation stands: all that an answer depends on besides the question."""

    at_hand: str
    before: Call | None
    asked: Call | None  # what waits for a yes
    pictures: int


class Session:
    """One person's conversation; `ask` is all there is to do with it."""

    def __init__(
        self,
        lot: Lot,
        store: "Store | None" = None,
        by: str = "",
        folder: Path | None = None,
        model: ToolCaller | None = None,
    ) -> None:
        """Take the pictures; a store and the name of who decides, to record decisions; a folder, for reports.

        A language model is asked what a question means where nothing was understood.
        """
        self.lot, self._store, self._by, self._folder = lot, store, by, folder
        self._model, self._deeds = model, Deeds(lot, store, by)
        self.at_hand = next(reversed(lot.seen), "")
        self._before: Call | None = None
        self._asked: Call | None = None  # what waits for a yes

    def add(self, name: str) -> None:
        """Turn to a picture that was added to the lot."""
        self.at_hand = name

    def stand(self) -> Stand:
        """Note where the conversation stands, to go back to."""
        return Stand(self.at_hand, self._before, self._asked, len(self.lot.seen))

    def go_back(self, stand: Stand) -> None:
        """Go on as if nothing had been said or given since; what was recorded meanwhile stays on record."""
        self.at_hand, self._before, self._asked = stand.at_hand, stand.before, stand.asked
        self.lot.forget_after(stand.pictures)

    def ask(self, question: str) -> Iterator[Reply]:
        """Yield the answer line by line; the first reply, at once, says what was understood."""
        lang: Lang = "zh" if re.search(r"[\u4e00-\u9fff]", question) else "en"
        waiting, self._asked = self._asked, None
        if waiting and _YES.fullmatch(question.strip()):
            yield self._done(waiting)
            return
        dropped = [phrase(f"{waiting.tool}.dropped", waiting.lang)] if waiting else []
        if waiting and _NO.fullmatch(question.strip()):
            yield Reply(dropped[0], waiting.lang, suggested=suggestions("inspect", waiting.lang))
            return
        if _YES.fullmatch(question.strip()) or _NO.fullmatch(question.strip()):  # to what, nobody knows
            yield self._lost((), lang, dropped)
            return
        if not self.lot.seen:
            yield Reply(phrase("nothing_yet", lang), lang)
            return
        try:
            yield from self._answered(question, dropped)
        except FoilError as error:
            yield Reply("\n".join([*dropped, str(error)]), lang, suggested=suggestions("", lang))

    def _answered(self, question: str, dropped: list[str]) -> Iterator[Reply]:
        scene = self.lot.scene(self.at_hand)
        heard = hear(question, scene, self._before.tool if self._before else "")
        call = call_of(heard, scene, self._before)
        lang = call.lang
        if not call.tool and self._model:
            call, told = asked_again(self._model, question, scene, self._before, call)
            dropped = [*dropped, *told]
        if not call.tool:
            yield self._lost(heard.nearest, lang, dropped)
            return
        so_far = Reply("\n".join(dropped), lang, call.tool, call.slots)
        yield so_far
        self._before, self.at_hand = call, call.slots.get("sample") or self.at_hand
        if self._deeds.takes(call):
            yield self._confirmed(call, so_far)
            return
        if call.tool == "report" and self._store and self._folder:
            yield self._reported(self._store, self._folder, so_far)
            return
        if call.tool == "drift" and self._store:
            yield self._drifted(self._store, so_far)
            return
        if self._store and (call.tool == "similar" or (call.tool == "summary" and read_query(question).has_fields)):
            yield self._recalled(call, question, so_far)
            return
        answer = TOOLS[call.tool](self.lot, lang, **call.slots)
        rests = {name: self.lot.seen[name].record for name in answer.rests}
        for at in range(1, len(answer.lines) + 1):
            yield replace(so_far, text="\n".join([*dropped, *answer.lines[:at]]), rests=rests)
        last = "\n".join([*dropped, *answer.lines])
        whole = replace(so_far, text=last, rests=rests, picture=answer.picture, table=answer.table)
        yield replace(whole, suggested=suggestions(call.tool, lang))

    def _confirmed(self, call: Call, so_far: Reply) -> Reply:
        """Ask whether something is to be done, or say what it takes."""
        said, waits = self._deeds.read_back(call)
        self._asked = call if waits else None
        answers = (("是", "否") if call.lang == "zh" else ("yes", "no")) if waits else ()
        return replace(so_far, text="\n".join(filter(None, [so_far.text, said])), suggested=answers)

    def _done(self, call: Call) -> Reply:
        """Do what was said yes to."""
        try:
            said, rests = self._deeds.do(call)
        except FoilError as error:
            return Reply(f"{phrase(f'{call.tool}.dropped', call.lang)} {error}", call.lang, call.tool, call.slots)
        return Reply(said, call.lang, call.tool, call.slots, rests, suggested=suggestions(call.tool, call.lang))

    def _reported(self, store: "Store", folder: Path, so_far: Reply) -> Reply:
        """Write a draft report of the pictures here."""
        from assistant.report import write_report
        from assistant.reports.scope import Scope

        rests = {name: seen.record for name, seen in self.lot.seen.items() if seen.evidence}
        folder.mkdir(parents=True, exist_ok=True)
        made = write_report(
            store, Scope(samples=",".join(map(str, rests.values()))), folder / "report.pdf", so_far.lang, by=self._by
        )
        said = phrase(
            "report.done", so_far.lang, path=str(made.path), n=number(made.inspections), open=number(made.open)
        )
        return replace(so_far, text="\n".join(filter(None, [so_far.text, said])), rests=rests)

    def _recalled(self, call: Call, question: str, so_far: Reply) -> Reply:
        """Tell what of all that is on record fits a question, or is like a picture or words."""
        sample = call.slots.get("sample", "")
        like = self.lot.seen[sample].record if call.tool == "similar" and not call.slots["text"] else None
        what = in_quotes(call.slots["text"], 80, call.lang) if call.slots.get("text") else called(sample, call.lang)
        lines, rests = recall(self._index, question, call.slots.get("text", ""), like, what, call.lang)
        text = "\n".join(filter(None, [so_far.text, *lines]))
        return replace(so_far, text=text, rests=rests, suggested=suggestions("similar", call.lang))

    @cached_property
    def _index(self) -> Index:
        assert self._store is not None, "only what is on record is searched"
        return Index(self._store)

    def _drifted(self, store: "Store", so_far: Reply) -> Reply:
        """Tell whether all that the store knows of this model's parts drifts, not only the pictures here."""
        from assistant.drift import drift, drift_told
        from assistant.history import latest

        known, _ = latest(store, self.lot.detector.name)
        found = drift(known.fit.calibration, known.parts)
        lines = [so_far.text, phrase("drift.store", so_far.lang, n=number(len(known.parts)))]
        text = "\n".join(filter(None, [*lines, *drift_told(found, so_far.lang)]))
        rests: dict[str, int | None] = {part.name: part.number for part in (found.since, found.at) if part}
        return replace(so_far, text=text, rests=rests, suggested=suggestions("drift", so_far.lang))

    @staticmethod
    def _lost(nearest: tuple[str, ...], lang: Lang, dropped: list[str]) -> Reply:
        """Say that nothing was understood, with questions near to what was asked."""
        keys = [key for key in nearest if key in SUGGESTED][:3] or ["why", "where", "summary"]
        questions = tuple(getattr(SUGGESTED[key], lang) for key in keys)
        examples = say("list", lang).join(in_quotes(one, 80, lang) for one in questions)
        text = phrase("not_understood", lang, examples=examples)
        return Reply("\n".join([*dropped, text]), lang, suggested=questions)
