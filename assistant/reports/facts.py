"""All that a report rests on, read from the store at one moment: whatever is added later is not in it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, select

from assistant.audit import Record, sha256
from assistant.kept import card_and_calibration
from assistant.reports.scope import Scope
from assistant.retention import pruned_in
from assistant.store import Store
from assistant.tables import inspections, records
from assistant.tables import models as kept_models
from assistant.verifying import Verified, verify
from explain.prompt import clean
from fusion.calibration import Calibration
from fusion.errors import BadInput, FoilError
from fusion.progress import Progress, silent

_TOGETHER = 500  # inspections whose documents are read at once
Row = dict[str, Any]


@dataclass(frozen=True)
class Found:
    """An inspection as it is on record, and what people decided on it, oldest first."""

    number: int
    time: str
    name: str
    sample: str
    model: str
    verdict: str
    score: float | None
    p_value: float | None
    document: Row
    said: Row  # what its record vouches for
    decisions: tuple[Row, ...]

    @property
    def last_word(self) -> str:
        """Return what holds: a person's latest decision, or the machine's verdict where nobody decided."""
        return str(self.decisions[-1]["verdict"]) if self.decisions else self.verdict

    @property
    def is_decided(self) -> bool:
        return bool(self.decisions)

    @property
    def is_open(self) -> bool:
        """Tell whether a person still has to decide."""
        return self.last_word == "REVIEW"


@dataclass(frozen=True, eq=False)
class Model:
    number: int
    time: str
    sha256: str
    name: str
    kind: str
    card: Row
    calibration: Calibration


@dataclass(frozen=True)
class Facts:
    store: Store
    scope: Scope
    made: str  # UTC
    verified: Verified
    until: int  # the last record that was seen
    found: tuple[Found, ...]  # in their order
    unreadable: tuple[Row, ...]  # number, time, name, problem
    models: dict[str, Model]  # by hash, of these inspections
    before: tuple[Row, ...]  # number, time and content of reports that were made before, of whatever scope
    pruned: dict[str, int]  # files that are gone by policy, and the record that says so

    @property
    def open(self) -> list[Found]:
        return [one for one in self.found if one.is_open]

    @property
    def judged(self) -> list[Found]:
        """Return what has a score: all but the refused."""
        return [one for one in self.found if one.score is not None]

    def of_model(self, sha256: str) -> list[Found]:
        return [one for one in self.judged if one.model == sha256]


def gather(store: Store, scope: Scope, progress: Progress = silent) -> Facts:
    """Return what the store holds of a scope, after verifying all of it; BadInput where it holds nothing."""
    verified = verify(store, progress=progress)
    until = store.head().number if verified.faults else verified.records
    with store.database.reading() as connection:
        told = _records(connection, until)
        chosen = [row for row in _light(connection, until) if scope.holds(row["number"], row["time"], row["name"])]
        found = tuple(_whole(connection, chosen, _decided(told["decision"])))
        unread = [row | row["content"] for row in told["unreadable"]]
        unreadable = tuple(row for row in unread if scope.holds(row["number"], row["time"], row["name"]))
        used = {one.model for one in found} | {row["model"] for row in unreadable}
        gone = {file: number for file, number in pruned_in(connection).items() if number <= until}
        models = {name: _model(store, connection, name) for name in used}
    if not found and not unreadable:
        raise BadInput(f"{store.name}: nothing on record is of {scope}; see what there is: foil store show")
    _all_there(scope, {row["number"] for row in (*chosen, *unreadable)})
    made = datetime.now(UTC).isoformat(timespec="seconds")
    ordered = dict(sorted(models.items(), key=lambda item: item[1].number))
    return Facts(store, scope, made, verified, until, found, unreadable, ordered, tuple(told["report"]), gone)


def one(store: Store, number: int) -> tuple[Found, Model]:
    """Return an inspection and its model as they are on record; BadInput or FoilError where they can't be trusted."""
    row = store.inspection(number)
    decided = tuple(dict(said._mapping) for said in store.decided(number))
    with store.database.reading() as connection:
        (found,) = _whole(connection, [{"number": number}], {number: decided})
        return found, _model(store, connection, row.model)


def _records(connection: Connection, until: int) -> dict[str, list[Row]]:
    """Return what is told from its record alone, by kind."""
    found: dict[str, list[Row]] = {"unreadable": [], "report": [], "decision": []}
    wanted = select(records).where(records.c.kind.in_(found)).order_by(records.c.number)
    for row in connection.execute(wanted.where(records.c.number <= until)).mappings():
        record = Record(**row)
        found[record.kind].append({"number": record.number, "time": record.time, "content": record.content})
    return found


def _light(connection: Connection, until: int) -> list[Row]:
    """Return what tells whether an inspection is of a scope, of all of them."""
    wanted = select(records.c.number, records.c.time, inspections.c.name).join(inspections)
    rows = connection.execute(wanted.where(records.c.number <= until).order_by(records.c.number))
    return [dict(row) for row in rows.mappings()]


def _decided(told: list[Row]) -> dict[int, tuple[Row, ...]]:
    """Return what people decided, by inspection, oldest first."""
    decided: dict[int, tuple[Row, ...]] = {}
    for row in told:
        said = {"record": row["number"], "time": row["time"], **row["content"]}
        decided[said["inspection"]] = (*decided.get(said["inspection"], ()), said)
    return decided


def _whole(connection: Connection, chosen: list[Row], decided: dict[int, tuple[Row, ...]]) -> Iterator[Found]:
    """Yield inspections as their documents tell them; FoilError at one that its record doesn't vouch for."""
    kept = select(records, inspections.c.document).join(inspections).order_by(records.c.number)
    for start in range(0, len(chosen), _TOGETHER):
        ids = [row["number"] for row in chosen[start : start + _TOGETHER]]
        for row in connection.execute(kept.where(records.c.number.in_(ids))).mappings():
            record = Record(**{column.name: row[column.name] for column in records.columns})
            said = record.content
            if sha256(str(row["document"])) != said.get("document"):
                raise FoilError(
                    f"inspection {record.number} was altered: its document isn't the recorded one, so nothing is "
                    "reported of it; run: foil audit verify"
                )
            document = json.loads(row["document"])
            told = {"name": clean(document["path"]), "document": document, "said": said}
            told |= {"verdict": document["verdict"], "score": document["pred_score"], "p_value": document["p_value"]}
            told |= {"sample": said["sample"], "model": said["model"], "decisions": decided.get(record.number, ())}
            yield Found(record.number, record.time, **told)


def _model(store: Store, connection: Connection, name: str) -> Model:
    """Return a model by its hash, with card and calibration."""
    kept = select(kept_models, records.c.time).join(records).where(kept_models.c.sha256 == name)
    row = connection.execute(kept).one()
    return Model(
        row.record, row.time, name, row.name, row.kind, *card_and_calibration(json.loads(row.files), store.vault)
    )


def _all_there(scope: Scope, numbers: set[int]) -> None:
    """Refuse a report that was asked of what isn't there: it would look complete."""
    lacking = [low for low, high in scope.ids if not any(low <= number <= high for number in numbers)]
    if lacking:
        raise BadInput(f"there is no inspection {lacking[0]} in this scope; see which there are: foil store show")
