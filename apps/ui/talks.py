"""Conversations, kept on the server for as long as it runs: each for its owner, and each spoken in by one page only."""

from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from threading import RLock
from uuid import uuid4

from apps.rest.keys import ANYONE, Caller
from apps.ui.asking import Talk
from explain.catalogue import Lang
from explain.wording import in_quotes

PICTURES = 200  # of all conversations together, each with its inspection
MODELS = 6  # different ones in all conversations, each of which stays in memory for them
LABEL = 44  # characters of a question

Owner = tuple[str, str]


@dataclass(eq=False)
class Seat:
    """A page in a tab of a browser: a reload ends the page, and the tab goes on."""

    tab: str = ""  # random, and known to that tab alone
    is_told: bool = False  # the page may be asked something before it tells its tab
    key: str = ""  # of the conversation that it speaks in, or spoke in until another page took it or it was dropped

    def owner(self, caller: Caller) -> Owner:
        """Return whose conversations are found here: a key's, in any browser; without keys, this tab's."""
        self.tab = self.tab or uuid4().hex  # of a page that told none yet: nobody else's
        return ("", self.tab) if caller is ANYONE else (caller.name, "")


@dataclass(eq=False)
class Kept:
    """A conversation, whose it is and where it goes on."""

    key: str
    owner: Owner
    talk: Talk
    seat: Seat | None  # None while it is an earlier one
    tab: str  # where a reload brings it back
    began: datetime = field(default_factory=datetime.now)

    def label(self, lang: Lang) -> str:
        """Return what tells it from others: when it began, its first question and its model."""
        days = "" if self.began.date() == datetime.now().date() else f"{self.began:%Y-%m-%d} "
        question = in_quotes(self.talk.turns[0].question, LABEL, lang)
        return f"{days}{self.began:%H:%M} {question} · {self.talk.detector.name}"


class Talks:
    """Safe to use from several threads; what was used least recently is dropped once there are too many pictures."""

    def __init__(self, pictures: int = PICTURES, models: int = MODELS) -> None:
        self._pictures, self._models = pictures, models
        self._lock, self._keys = RLock(), count(1)
        self._kept: dict[str, Kept] = {}  # what was used last is last

    def of(self, caller: Caller, seat: Seat) -> Talk | None:
        """Return the conversation that a page speaks in."""
        with self._lock:
            kept = self._kept.get(seat.key)
            if kept is None or kept.seat is not seat or kept.owner != seat.owner(caller):
                return None
            return self._used(kept).talk

    def begin(self, caller: Caller, seat: Seat, talk: Talk) -> None:
        """Keep a conversation that begins on a page; what the page spoke in before is an earlier one now."""
        with self._lock:
            self.leave(seat)
            self._take(Kept(str(next(self._keys)), seat.owner(caller), talk, seat, seat.tab), seat)

    def leave(self, seat: Seat) -> None:
        """File away what a page speaks in; what nothing was asked in is dropped."""
        with self._lock:
            kept = self._kept.get(seat.key)
            if kept and kept.seat is seat:
                kept.seat, kept.tab = None, ""
                if not kept.talk.turns:
                    del self._kept[kept.key]
            seat.key = ""

    def come(self, caller: Caller, seat: Seat, tab: str) -> Talk | None:
        """Learn which tab a page is in; return what it speaks in, or else what its tab spoke of before a reload."""
        with self._lock:
            spoken = self.of(caller, seat)
            if seat.is_told or not tab:
                return spoken
            seat.tab, seat.is_told = tab, True
            owner = seat.owner(caller)
            if spoken:
                self._kept[seat.key].owner, self._kept[seat.key].tab = owner, tab
                return spoken
            mine = [one for one in self._kept.values() if (one.owner, one.tab) == (owner, tab) and one.talk.turns]
            return self._take(mine[-1], seat).talk if mine else None

    def open(self, caller: Caller, seat: Seat, key: str) -> Talk | None:
        """Go on, on this page, with an earlier conversation; no other page speaks in it from now on."""
        with self._lock:
            kept = self._kept.get(key)
            if kept is None or kept.owner != seat.owner(caller):
                return None
            self.leave(seat)
            return self._take(kept, seat).talk

    def earlier(self, caller: Caller, seat: Seat) -> list[Kept]:
        """Return all other conversations of an owner's in which something was asked, the newest first."""
        with self._lock:
            owner = seat.owner(caller)
            others = [one for one in self._kept.values() if one.owner == owner and one.seat is not seat]
            return sorted((one for one in others if one.talk.turns), key=lambda one: one.began, reverse=True)

    def bound(self) -> None:
        """Drop what was used least recently while there are too many pictures or models, but never the last."""
        with self._lock:
            while len(self._kept) > 1 and (
                sum(max(1, one.talk.pictures) for one in self._kept.values()) > self._pictures
                or len({id(one.talk.detector) for one in self._kept.values()}) > self._models
            ):
                del self._kept[next(iter(self._kept))]

    def _take(self, kept: Kept, seat: Seat) -> Kept:
        kept.seat, kept.tab, seat.key = seat, seat.tab, kept.key
        return self._used(kept)

    def _used(self, kept: Kept) -> Kept:
        self._kept.pop(kept.key, None)
        self._kept[kept.key] = kept
        return kept
