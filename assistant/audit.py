"""The audit chain: records that are only ever added, each with the hash of the one before, and signed.

hash = SHA-256 of the canonical JSON of [number, previous, time, kind, payload], the payload as the text that is stored;
the signature is Ed25519's over that hash. What was wrong is put right by a new record.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import Connection, insert, select, update

from assistant.signing import Key, signed
from assistant.tables import head, records
from fusion.errors import FoilError

START = "0" * 64  # what the first record has as the hash before it
_TOGETHER = 500  # records read at once

# opened: a store with its key; model: kept for the first time; unreadable: a file that couldn't be inspected; stamp: a
# third party's time stamp of the record before
Kind = Literal["opened", "model", "inspection", "unreadable", "decision", "pruned", "report", "stamp"]


@dataclass(frozen=True)
class Record:
    number: int
    previous: str
    time: str
    kind: str
    payload: str
    hash: str
    signature: str

    @property
    def content(self) -> dict[str, Any]:
        """Return the payload as data; FoilError if it was altered into something else."""
        with suppress(ValueError, TypeError):
            content = json.loads(self.payload)
            if isinstance(content, dict):
                return content
        raise FoilError(f"record {self.number} was altered: it can't be read any more; run: foil audit verify")


@dataclass(frozen=True)
class Fault:
    """What is wrong with a store, at which record."""

    number: int
    problem: str

    def __str__(self) -> str:
        return f"record {self.number}: {self.problem}"


def canonical(value: Any) -> str:
    """Return data as the one JSON text that it has: ASCII, keys sorted, no spaces, a float as the text of its digits.

    A float's shortest digits read back to the same bits, and as text no other program rounds them.
    """
    return json.dumps(_exact(value), sort_keys=True, separators=(",", ":"), allow_nan=False)


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def append(connection: Connection, key: Key, kind: Kind, payload: Mapping[str, Any]) -> Record:
    """Add a record to the chain, over a connection that alone may write."""
    end = connection.execute(select(head.c.number, head.c.hash)).one_or_none()
    number, previous = (end.number + 1, end.hash) if end else (1, START)
    time, text = datetime.now(UTC).isoformat(timespec="milliseconds"), canonical(payload)
    seal = _seal(number, previous, time, kind, text)
    record = Record(number, previous, time, kind, text, seal, key.sign(seal))
    connection.execute(insert(records).values(asdict(record)))
    at = {"number": number, "hash": seal}
    connection.execute(update(head).values(at) if end else insert(head).values(id=1, **at))
    return record


def chain(connection: Connection, kind: Kind | None = None) -> Iterator[Record]:
    """Yield all records, or those of a kind, in their order."""
    ordered = select(records).order_by(records.c.number).execution_options(yield_per=_TOGETHER)
    ordered = ordered.where(records.c.kind == kind) if kind else ordered
    return (Record(**row) for row in connection.execute(ordered).mappings())


def follow(connection: Connection, signer: str, expected: str | None = None) -> Iterator[Record | Fault]:
    """Yield the records as long as the chain holds, then, if it doesn't, the fault that breaks it.

    `expected` is the hash of a record that is known to have been there: a head that was printed or noted.
    """
    last, number, seen = START, 0, False
    for record in chain(connection):
        number += 1
        if problem := _broken(connection, record, number, last, signer):
            yield Fault(number, problem)
            return
        yield record
        last = record.hash
        seen = seen or last == expected
    end = connection.execute(select(head.c.number, head.c.hash)).one_or_none()
    if (end and (end.number, end.hash)) != (number, last):
        told = f"the head says {end.number} with hash {end.hash[:16]}..." if end else "there is no head"
        yield Fault(number + 1, f"missing: the chain ends with record {number}, but {told}; its tail was dropped")
    elif expected and not seen:
        yield Fault(
            number + 1,
            f"missing: no record up to the last, {number}, has the expected hash {expected[:16]}...; the tail was "
            "dropped or the chain written anew",
        )


def _broken(connection: Connection, record: Record, number: int, last: str, signer: str) -> str | None:
    """Return why a record can't be the next of the chain; None if it is."""
    if record.number != number:
        return f"missing: the next that is there is record {record.number}"
    whole = _seal(number, record.previous, record.time, record.kind, record.payload) == record.hash
    if whole and record.previous == last and signed(signer, record.hash, record.signature):
        return None
    for other in chain(connection):
        if other.number != number and _seal(number, last, other.time, other.kind, other.payload) == other.hash:
            return f"swapped: what belongs here stands as record {other.number}"
    if not whole:
        return "altered: its content doesn't give its hash"
    if record.previous != last:
        return f"altered: it doesn't follow record {number - 1}, whose hash is another"
    return "altered: its signature isn't that of the store's key"


def _seal(number: int, *texts: str) -> str:
    return sha256(canonical([number, *map(str, texts)]))  # str: by hand, SQLite takes anything into any column


def _exact(value: Any) -> Any:
    if isinstance(value, float):
        if value != value or value in (float("inf"), float("-inf")):
            raise ValueError(f"{value} can't stand in a record")
        return repr(value)
    if isinstance(value, Mapping):
        return {key: _exact(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_exact(item) for item in value]
    return value
