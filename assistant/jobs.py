"""Jobs: long work that is asked for now and done later, by a process of its own, one at a time in the order asked.

A running job is leased: the row names its worker, a token that no two processes share, and when that one was last
heard of by the database's own clock. Only one transaction at a time hands out work, so two servers on one store never
take the same job. A worker says every second that it lives. Who says nothing for LEASE seconds has lost the job to
the next that asks, and learns so, at the latest, when it speaks again.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, Row, and_, func, insert, select, update

from assistant.database import Database
from assistant.tables import jobs
from fusion.errors import BadSetting, NoSuchRecord

Kind = Literal["fit", "batch", "report"]
State = Literal["waiting", "running", "done", "failed", "cancelled"]

LEASE = 20.0  # seconds
MOST_LOST = 3  # workers that end without a word, before the job is given up
_LOST = (
    f"the process that did this ended {MOST_LOST} times without a word, as one does that the system kills for want of "
    "memory; make room or take fewer pictures, then resume it"
)


@dataclass(frozen=True)
class Job:
    """A job as it stands."""

    id: int
    kind: Kind
    settings: Mapping[str, Any]  # the fields of its wish, assistant.job_wishes
    by: str  # who asked
    state: State
    asked: str  # UTC, as the next two
    started: str | None
    ended: str | None
    progress: Mapping[str, Any]  # stage, done, of, seconds_left, curve; as much of it as is known
    outcome: Mapping[str, Any]  # what came out so far
    error: str

    @property
    def is_open(self) -> bool:
        """Tell whether it is still to be done."""
        return self.state in ("waiting", "running")

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


class Queue:
    """The jobs of a database."""

    def __init__(self, database: Database, lease: float = LEASE) -> None:
        self.database, self.lease = database, lease

    def ask(self, kind: Kind, settings: Mapping[str, Any], by: str) -> int:
        """Add a job at the end, and return its id."""
        row: dict[str, Any] = {"kind": kind, "settings": json.dumps(settings), "by": by, "state": "waiting"}
        row |= {"asked": _now(), "progress": "{}", "outcome": "{}", "error": "", "lost": 0}
        with self.database.writing() as connection:
            return int(connection.execute(insert(jobs).values(**row).returning(jobs.c.id)).scalar_one())

    def job(self, number: int) -> Job:
        """Return a job; NoSuchRecord if there is none of this id."""
        with self.database.reading() as connection:
            row = connection.execute(select(jobs).where(jobs.c.id == number)).one_or_none()
            if row is None:
                raise NoSuchRecord(f"{self.database.name}: there is no job {number}; see foil jobs list")
            return self._read(row, self._clock(connection))

    def latest(self, most: int = 50) -> list[Job]:
        """Return the jobs that were asked for last, newest first."""
        with self.database.reading() as connection:
            clock = self._clock(connection)
            rows = connection.execute(select(jobs).order_by(jobs.c.id.desc()).limit(most))
            return [self._read(row, clock) for row in rows]

    def claim(self, worker: str) -> Job | None:
        """Take the next job for a worker; None where none waits, or another worker is at one.

        A job whose worker was lost goes on before those that were asked for later.
        """
        with self.database.reading() as connection:  # mostly there is nothing, and nobody must wait for that
            if self._next(connection) is None:
                return None
        with self.database.writing() as connection:
            while (row := self._next(connection)) is not None:
                lost = row.lost + (row.state == "running")
                if lost < MOST_LOST:
                    taken = {"state": "running", "worker": worker, "beat": self._clock(connection), "lost": lost}
                    _set(connection, jobs.c.id == row.id, started=row.started or _now(), **taken)
                    taken_row = connection.execute(select(jobs).where(jobs.c.id == row.id)).one()
                    return self._read(taken_row, self._clock(connection))
                _set(connection, jobs.c.id == row.id, state="failed", error=_LOST, ended=_now(), lost=lost, worker=None)
        return None

    def beat(self, number: int, worker: str, progress: Mapping[str, Any]) -> bool:
        """Say that a worker lives, and how far it is; False if the job isn't its own any more, as when cancelled."""
        with self.database.writing() as connection:
            return _set(connection, _at(number, worker), beat=self._clock(connection), progress=json.dumps(progress))

    def note(self, number: int, worker: str, outcome: Mapping[str, Any]) -> None:
        """Keep what came out so far, for whoever goes on."""
        with self.database.writing() as connection:
            _set(connection, _at(number, worker), outcome=json.dumps(outcome))

    def finish(self, number: int, worker: str, outcome: Mapping[str, Any] | None, error: str = "") -> bool:
        """End a job, well if nothing is said of an error; False, and as it is, if no more the worker's."""
        ended: dict[str, Any] = {"state": "failed" if error else "done", "error": error, "ended": _now()}
        ended |= {} if outcome is None else {"outcome": json.dumps(outcome)}
        with self.database.writing() as connection:
            was_ours = _set(connection, _at(number, worker), **ended)
            _set(connection, _own(number, worker), worker=None)
        return was_ours

    def let_go(self, number: int, worker: str, lost: bool = False) -> None:
        """Give a job back; a `lost` worker, which ended without a word, counts against it."""
        with self.database.writing() as connection:
            if not lost:
                _set(connection, _at(number, worker), state="waiting")
            _set(connection, _own(number, worker), worker=None)

    def cancel(self, number: int) -> Job:
        """Cancel a job: no more of it begins, and who is at it stops within a few seconds."""
        job = self.job(number)
        with self.database.writing() as connection:
            is_open = and_(jobs.c.id == number, jobs.c.state.in_(("waiting", "running")))
            if not _set(connection, is_open, state="cancelled", ended=_now()):
                raise BadSetting(f"job {number} is {job.state} already; there is nothing to cancel")
        return self.job(number)

    def resume(self, number: int) -> Job:
        """Let a job that was cancelled, or failed, wait again; it goes on from where it was, as far as it can."""
        job = self.job(number)
        with self.database.writing() as connection:
            is_over = and_(jobs.c.id == number, jobs.c.state.in_(("cancelled", "failed")))
            if not _set(connection, is_over, state="waiting", ended=None, error="", lost=0):
                raise BadSetting(f"job {number} is {job.state}; only one that was cancelled or failed can be resumed")
        return self.job(number)

    def _next(self, connection: Connection) -> Row[Any] | None:
        """Return the row of the job to be done next; None where a worker is at one, and be it one just cancelled."""
        is_held = self._is_held(self._clock(connection))
        if connection.execute(select(jobs.c.id).where(is_held).limit(1)).first() is not None:
            return None
        to_do = select(jobs).where(jobs.c.state.in_(("waiting", "running")))
        return connection.execute(to_do.order_by(jobs.c.id).limit(1)).first()

    def _is_held(self, clock: float) -> ColumnElement[bool]:
        return and_(jobs.c.worker.is_not(None), jobs.c.beat > clock - self.lease)

    @staticmethod
    def _clock(connection: Connection) -> float:
        """Return the database's time in seconds: machines that share it may disagree about theirs."""
        moment: datetime = connection.execute(select(func.current_timestamp())).scalar_one()
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()

    def _read(self, row: Row[Any], clock: float) -> Job:
        is_held = row.worker is not None and row.beat is not None and row.beat > clock - self.lease
        state: State = "waiting" if row.state == "running" and not is_held else row.state
        parsed = {name: json.loads(getattr(row, name)) for name in ("settings", "progress", "outcome")}
        plain = {name: getattr(row, name) for name in ("id", "kind", "by", "asked", "started", "ended", "error")}
        return Job(**plain, **parsed, state=state)


def _own(number: int, worker: str) -> ColumnElement[bool]:
    return and_(jobs.c.id == number, jobs.c.worker == worker)


def _at(number: int, worker: str) -> ColumnElement[bool]:
    """Return what holds of a job as long as a worker may be at it."""
    return and_(_own(number, worker), jobs.c.state == "running")


def _set(connection: Connection, where: ColumnElement[bool], **values: Any) -> bool:
    return connection.execute(update(jobs).where(where).values(**values)).rowcount > 0


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
