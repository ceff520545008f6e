"""Verify a store: the chain from its first record to its last, and everything that each record vouches for."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, or_, select

from assistant import audit
from assistant.audit import Fault, Record, canonical
from assistant.recording import columns, files_of
from assistant.retention import pruned_in
from assistant.signing import read_key
from assistant.stamping import Stamp, problem_of, trusted
from assistant.store import Store
from assistant.tables import decisions, inspections, models, records
from fusion.errors import BadSetting
from fusion.progress import Progress, silent

_VOUCHED = {"inspection": inspections, "model": models, "decision": decisions}


@dataclass(frozen=True)
class Verified:
    """What verifying gave; the first fault is the first bad record's."""

    records: int  # that hold
    head: str  # the hash of the last of them
    signer: str  # the public key that all were held against
    trusted: bool  # whether the key was named from outside or lies on this machine, or only the store names it
    pruned: int  # pictures that are gone by policy, backed by a record
    faults: tuple[Fault, ...]
    stamps: tuple[Stamp, ...] = ()  # of third parties, all of which hold


def verify(
    store: Store,
    head: str | None = None,
    signer: str | None = None,
    progress: Progress = silent,
    trust: Path | None = None,
) -> Verified:
    """Verify a store; `head` is a hash that was noted elsewhere, `signer` the public key that should have signed.

    Time stamps are held against the certificates in `trust`, or in the file that FOIL_STAMP_TRUST names.
    """
    for what, given in (("head", head), ("signer", signer)):
        if given is not None and not re.fullmatch("[0-9a-f]{64}", given):
            raise BadSetting(f"--{what} {given!r:.70} is no hash; expected 64 hex digits, as foil audit prints them")
    if signer is None and store.key_path.exists():
        signer = read_key(store.key_path).public
    key, trust = signer or store.signer, trust or trusted()
    count, last, faults, problems = 0, audit.START, [], dict[str, str | None]()
    stamps: list[Stamp] = []
    with store.database.reading() as connection:
        total, pruned = store.head().number, pruned_in(connection)
        for found in audit.follow(connection, key, head):
            if isinstance(found, Fault):
                faults.append(found)
                break
            faults += [Fault(found.number, text) for text in _content(store, connection, found, pruned, problems)]
            if found.kind == "stamp":
                told = _stamp(connection, found, trust)
                (stamps if isinstance(told, Stamp) else faults).append(told)  # type: ignore[arg-type]
            count, last = found.number, found.hash
            progress("verifying", count, total)
        faults += _unvouched(connection)
    gone = sum(problem is not None for sha256, problem in problems.items() if sha256 in pruned)
    return Verified(count, last, key, signer is not None, gone, tuple(faults), tuple(stamps))


def _content(
    store: Store, connection: Connection, record: Record, pruned: dict[str, int], problems: dict[str, str | None]
) -> Iterator[str]:
    """Yield what is wrong with what a record vouches for; every file is read once."""
    if record.kind in _VOUCHED:
        yield from _row_wrong(connection, record)
    for what, sha256 in _files(record).items():
        if sha256 not in problems:
            problems[sha256] = store.vault.problem(sha256)
        excused = problems[sha256] == "is missing" and pruned.get(sha256, 0) > record.number
        if problems[sha256] and not excused:
            yield f"what it rests on {problems[sha256]}: {what} ({store.vault.path(sha256)})"


def _stamp(connection: Connection, record: Record, trust: Path | None) -> Stamp | Fault:
    """Return the time stamp that a record holds, or what is wrong with it."""
    said = record.content
    stamped = connection.execute(
        select(records.c.hash, records.c.time).where(records.c.number == said["of"], records.c.number < record.number)
    ).one_or_none()
    if stamped is None:
        return Fault(record.number, f"it is a time stamp of record {said['of']}, which does not stand before it")
    if problem := problem_of(said, stamped.hash, stamped.time, trust):
        return Fault(record.number, problem)
    return Stamp(record.number, said["of"], said["time"], said["authority"], trust is not None)


def _row_wrong(connection: Connection, record: Record) -> Iterator[str]:
    """Yield what is wrong with the row that a record vouches for."""
    said, table = record.content, _VOUCHED[record.kind]
    row = connection.execute(select(table).where(table.c.record == record.number)).mappings().one_or_none()
    if row is None:
        yield f"the {record.kind} that it vouches for is missing"
    elif changed := [name for name, value in row.items() if name != "record" and not _holds(name, value, said)]:
        yield f"the {record.kind} that it vouches for was altered: its {', '.join(changed)}"
    elif record.kind == "inspection" and (wrong := _shown_wrong(row)):
        yield f"the inspection that it vouches for was altered: its {', '.join(wrong)}"


def _files(record: Record) -> dict[str, str]:
    """Return the hashes of the files that a record vouches for, by what they are; of a draft none is kept."""
    said = record.content
    if record.kind == "model":
        return dict(said["files"])
    if record.kind == "report":
        return {"report": said["report"]} if said["status"] == "final" else {}
    return files_of(said)


def _holds(name: str, value: Any, said: dict[str, Any]) -> bool:
    """Tell whether a column holds what the record says of it."""
    if name == "document":
        return bool(audit.sha256(str(value)) == said["document"])
    if name == "files":
        return bool(value == canonical(said["files"]))
    return name not in said or bool(value == said[name])


def _shown_wrong(row: Any) -> list[str]:
    """Return the columns of an inspection that don't show what its document, which is as it was, says."""
    return [name for name, value in columns(json.loads(row["document"])).items() if row[name] != value]


def _unvouched(connection: Connection) -> Iterator[Fault]:
    """Yield what stands beside the chain: rows that were put in by hand."""
    for kind, table in _VOUCHED.items():
        strangers = select(table.c.record).outerjoin(records, records.c.number == table.c.record)
        for (number,) in connection.execute(strangers.where(or_(records.c.kind.is_(None), records.c.kind != kind))):
            yield Fault(number, f"there is a {kind} of this number that no record vouches for")
