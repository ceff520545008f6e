"""Pictures don't stay forever: what a policy prunes goes, the records and the evidence stay, and a record says why."""

from collections.abc import Collection
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import get_args

from sqlalchemy import Connection

from assistant import audit
from assistant.recording import files_of
from assistant.store import Store, named
from fusion.detection import Verdict
from fusion.errors import BadSetting, FoilError


def prunable(store: Store, days: float, verdicts: Collection[str] = ()) -> list[str]:
    """Return the hashes of the files that only inspections older than so many days, and of these verdicts, rest on."""
    if not 0 <= days < 36500:
        raise BadSetting(f"{days:g} days is no time to keep pictures; expected 0 or more")
    if unknown := set(verdicts) - set(get_args(Verdict)):
        raise BadSetting(f"{', '.join(sorted(unknown))} is no verdict; known are {', '.join(get_args(Verdict))}")
    with store.database.reading() as connection:
        return _prunable(connection, days, verdicts)


def prune(store: Store, days: float, by: str, reason: str, verdicts: Collection[str] = ()) -> int:
    """Record what goes, and who says so, then remove it, and return how many files were recorded as pruned.

    In this order, since a picture that is gone without a record would look like tampering. What a crash left undone is
    done by the next pruning.
    """
    said = {"by": named("by", by), "reason": named("reason", reason)}
    with store.database.writing() as connection:
        files = _prunable(connection, days, verdicts)
        if files:
            policy = {"files": files, "days": days, "verdicts": sorted(verdicts)}
            audit.append(connection, store.key, "pruned", policy | said)
    with store.database.writing() as connection:  # nobody inspects one of them anew meanwhile
        used = _last_use(connection)
        for sha256, number in pruned_in(connection).items():
            if number > used.get(sha256, 0):
                store.vault.remove(sha256)
    return len(files)


def pruned_in(connection: Connection) -> dict[str, int]:
    """Return every file that was pruned, with the last record that says so."""
    pruned: dict[str, int] = {}
    for record in audit.chain(connection, "pruned"):
        with suppress(FoilError):  # an altered one is for verify to name
            pruned |= dict.fromkeys(record.content["files"], record.number)
    return pruned


def _prunable(connection: Connection, days: float, verdicts: Collection[str]) -> list[str]:
    before = (datetime.now(UTC) - timedelta(days=days)).isoformat(timespec="milliseconds")
    old, kept = set[str](), set[str]()
    for record in audit.chain(connection, "inspection"):
        goes = record.time <= before and (not verdicts or record.content["verdict"] in verdicts)
        (old if goes else kept).update(files_of(record.content).values())
    used, pruned = _last_use(connection), pruned_in(connection)
    return sorted(sha256 for sha256 in old - kept if pruned.get(sha256, 0) < used[sha256])


def _last_use(connection: Connection) -> dict[str, int]:
    """Return every file that inspections rest on, with the last that does."""
    used: dict[str, int] = {}
    for record in audit.chain(connection, "inspection"):
        used |= dict.fromkeys(files_of(record.content).values(), record.number)
    return used
