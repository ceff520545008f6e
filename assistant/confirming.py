"""What a conversation does only after a yes: a decision on record, a fit as a job. It is read back first."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.calling import Call
from assistant.lot import Lot
from assistant.phrases import phrase
from assistant.tools import called
from explain.catalogue import Lang, say
from explain.wording import in_quotes, number

if TYPE_CHECKING:
    from assistant.job_wishes import FitWish
    from assistant.store import Store

_GOOD = ("good", "ok", "normal", "train")  # names of folders that say nothing of the product
SHOWN, WHY = 80, 200  # characters of a name, and of a reason
Rests = dict[str, int | None]  # pictures by name, and the ids of their inspections


@dataclass(frozen=True)
class Deeds:
    """What may be done in one conversation, by whom; without a name nothing may."""

    lot: Lot
    store: "Store | None"
    by: str

    def takes(self, call: Call) -> bool:
        """Tell whether a call says all that it takes to do something."""
        needed = {"decide": ("verdict", "reason"), "fit": ("source",)}.get(call.tool, ())
        return bool(needed) and all(call.slots[slot] for slot in needed)

    def read_back(self, call: Call) -> tuple[str, bool]:
        """Return what would be done, as a question, and True; or why it can't be, and False. FoilError: it can't."""
        return (self._decision if call.tool == "decide" else self._fit)(call.slots, call.lang)

    def do(self, call: Call) -> tuple[str, Rests]:
        """Do what was said yes to; return what was done, and the pictures that it rests on."""
        return (self._decide if call.tool == "decide" else self._ask_for_fit)(call.slots, call.lang)

    def _decision(self, slots: dict[str, Any], lang: Lang) -> tuple[str, bool]:
        if missing := "decide.no_store" if self.store is None else "" if self.by else "decide.by":
            return phrase(missing, lang), False
        said = {
            "name": called(slots["sample"], lang),
            "verdict": say(f"verdict.{slots['verdict']}", lang),
            "by": in_quotes(self.by, SHOWN, lang),
            "reason": in_quotes(slots["reason"], WHY, lang),
        }
        return phrase("decide.sure", lang, **said), True

    def _decide(self, slots: dict[str, Any], lang: Lang) -> tuple[str, Rests]:
        name, verdict = slots["sample"], slots["verdict"]
        inspection = self.lot.seen[name].record
        assert self.store is not None
        assert inspection is not None, "with a store, every picture has a record"
        record = self.store.decide(inspection, verdict, self.by, slots["reason"])
        said = {"record": str(record), "inspection": str(inspection), "name": called(name, lang)}
        return phrase("decide.done", lang, **said, verdict=say(f"verdict.{verdict}", lang)), {name: inspection}

    def _fit(self, slots: dict[str, Any], lang: Lang) -> tuple[str, bool]:
        if not self.by:
            return phrase("fit.by", lang), False
        wish = _wish(slots)
        said = {"name": in_quotes(wish.name, SHOWN, lang), "source": in_quotes(slots["source"], SHOWN, lang)}
        return phrase("fit.sure", lang, **said, n=number(wish.check())), True

    def _ask_for_fit(self, slots: dict[str, Any], lang: Lang) -> tuple[str, Rests]:
        from assistant.job_wishes import ask, open_queue
        from assistant.jobs import Queue

        queue, wish = Queue(self.store.database) if self.store else open_queue(None), _wish(slots)
        job = ask(queue, wish, self.by)
        return phrase("fit.done", lang, job=str(job.id), name=in_quotes(wish.name, SHOWN, lang)), {}


def _wish(slots: dict[str, Any]) -> "FitWish":
    from assistant.job_wishes import FitWish

    source = Path(slots["source"]).expanduser().resolve()
    parts = [part for part in (*source.parent.parts, source.stem) if part.lower() not in _GOOD]
    return FitWish(str(source), slots["name"] or re.sub(r"[^\w.-]+", "-", parts[-1]), replace=True)
