"""The addresses that take a store: its inspections, people's decisions, search, drift and feedback, the chain."""

import json
from dataclasses import dataclass, replace
from functools import cached_property
from threading import Lock
from typing import Annotated, Any, Literal

from fastapi import FastAPI, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from apps.rest import keys
from apps.rest.door import allowed, without_places
from assistant.audit import Record
from assistant.finding import read_query
from assistant.history import latest as past
from assistant.library import NAME
from assistant.reports.scope import Scope
from assistant.search import Hit, Index
from assistant.store import Decided, Meaning, Store, open_store
from assistant.verifying import Verified, verify
from assistant.watching import drift_json, feedback_json
from explain.catalogue import Lang

_SHOWN = ("record", "time", "name", "model_name", "verdict", "score", "p_value", "decided")
Number = Annotated[int, Path(ge=1, le=2**63 - 1, description="an inspection's id", examples=[12])]
Name = Annotated[str, Query(pattern=NAME, description="as it is on record", examples=["bracket"])]
Moment = Annotated[str, Query(max_length=40, description="a day or a time, UTC", examples=["2026-11-28"])]
InLot = Annotated[str, Query(max_length=255, description="only samples that lay in a folder of this name")]


class Decision(BaseModel):
    """What a person decides on an inspection."""

    model_config = ConfigDict(extra="forbid")
    verdict: Decided
    by: str = Field(min_length=1, max_length=200, examples=["M. Keller"])
    reason: str = Field(min_length=1, max_length=2000, examples=["scratch is on the protective film"])
    meaning: Meaning = "review"


class Recorded(BaseModel):
    """The id of a record."""

    id: int


class Listed(BaseModel):
    """An inspection in a list."""

    record: int
    time: str
    name: str
    model_name: str
    verdict: str
    score: float | None
    p_value: float | None
    decided: Decided | None


class Kept(BaseModel):
    """An inspection as it is on record, and what people decided on it."""

    id: int
    time: str
    decisions: list[dict[str, Any]]
    document: dict[str, Any]


@dataclass(frozen=True)
class Searched:
    """What was understood of the words, and what was found."""

    understood: dict[str, str]
    found: list[Hit]
    not_indexed: int  # inspections that no search finds before foil store index


class Shelf:
    """A store and its index, opened by the first who asks, and kept open for all."""

    def __init__(self, address: str) -> None:
        self.address, self._lock = address, Lock()

    @property
    def store(self) -> Store:
        with self._lock:
            return self._store

    @property
    def index(self) -> Index:
        with self._lock:
            return self._index

    @cached_property
    def _store(self) -> Store:
        return open_store(self.address, create=True)

    @cached_property
    def _index(self) -> Index:
        return Index(self._store)


def add_records(app: FastAPI, shelf: Shelf) -> None:
    """Add what reads inspections and decides on them."""

    @app.get("/v1/inspections", summary="The newest inspections", dependencies=[allowed("viewer")])
    def latest(most: Annotated[int, Query(ge=1, le=1000)] = 50) -> list[Listed]:
        return [Listed(**{key: row._mapping[key] for key in _SHOWN}) for row in shelf.store.latest(most)]

    @app.get("/v1/inspections/{number}", summary="An inspection with its evidence", dependencies=[allowed("viewer")])
    def one(number: Number) -> Kept:
        row = shelf.store.inspection(number)
        decided = [dict(each._mapping) for each in shelf.store.decided(number)]
        return Kept(id=number, time=row.time, decisions=decided, document=json.loads(row.document))

    @app.post("/v1/inspections/{number}/decisions", status_code=201, summary="Record a person's decision")
    def decide(number: Number, said: Decision, caller: Annotated[keys.Caller, allowed("inspector")]) -> Recorded:
        by = said.by if caller is keys.ANYONE else f"{said.by} (key of {caller.name})"
        return Recorded(id=shelf.store.decide(number, said.verdict, by, said.reason, said.meaning))

    @app.get("/v1/search", summary="What is on record, by fields, words and looks", dependencies=[allowed("viewer")])
    def search(
        words: Annotated[str, Query(max_length=2000, examples=["rejects of lot 7 with regions over 5 mm"])] = "",
        like: Annotated[int | None, Query(ge=1, le=2**63 - 1, description="what looks like this inspection")] = None,
        most: Annotated[int, Query(ge=1, le=1000)] = 20,
    ) -> Searched:
        read = read_query(words)
        hits = shelf.index.search(replace(read.query, like=like), most)
        return Searched(read.fields, hits, shelf.index.missing)


def add_watching(app: FastAPI, shelf: Shelf) -> None:
    """Add what tells of a model over time, and verifies the chain."""

    @app.get("/v1/drift", summary="Whether a model's good parts changed", dependencies=[allowed("viewer")])
    def drift(
        model: Name, since: Moment = "", until: Moment = "", lot: InLot = "", lang: Annotated[Lang, Query()] = "en"
    ) -> dict[str, Any]:
        return drift_json(*past(shelf.store, model, Scope(lot=lot, since=since, until=until)), lang)

    @app.get("/v1/feedback", summary="A model's promise by what people decided", dependencies=[allowed("viewer")])
    def feedback(
        model: Name,
        since: Moment = "",
        until: Moment = "",
        lot: InLot = "",
        by: Annotated[Literal["month", "day", "all"], Query(description="a row a month, a day, or for all")] = "month",
    ) -> dict[str, Any]:
        return feedback_json(*past(shelf.store, model, Scope(lot=lot, since=since, until=until)), by)

    @app.get("/v1/audit/head", summary="The chain's last record", dependencies=[allowed("viewer")])
    def head() -> Record:
        return shelf.store.head()

    @app.get("/v1/audit/verify", summary="Verify the chain and all it rests on", dependencies=[allowed("admin")])
    def verified(
        head: Annotated[
            str | None, Query(pattern="^[0-9a-f]{64}$", description="a hash that was noted elsewhere")
        ] = None,
    ) -> Verified:
        found = verify(shelf.store, head)
        told = (replace(fault, problem=without_places(fault.problem, shelf.address)) for fault in found.faults)
        return replace(found, faults=tuple(told))
