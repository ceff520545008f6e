"""What can be asked for as a job: fit on good pictures, inspect a folder, make a report. Plain data, checked early."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from assistant import library
from assistant.database import Database, sqlite_url
from assistant.home import home
from assistant.jobs import Job, Kind, Queue
from assistant.sources import opened
from explain.catalogue import Lang
from explain.language import Audience, Length
from explain.prompt import clean
from fusion.calibration import Calibration
from fusion.errors import BadData, BadInput, BadSetting
from fusion.kind import kind_at

FEWEST_TO_NAME = 8  # good pictures; as explain.own_kinds.held_back
FEWEST_TO_TRAIN = 20  # good pictures; as fusion.learning.learn.FEWEST, which would cost torch to ask
MOST_MINUTES = 24 * 60
KEPT = 7  # days
FORMS = ("pdf", "html", "json", "csv")


@dataclass(frozen=True)
class FitWish:
    """Fit on good pictures. Where a model of this name is in force it stays so, and the new one waits beside it."""

    kind: ClassVar[Kind] = "fit"
    source: str  # a folder, a manifest or a ZIP
    name: str
    minutes: float = 0.0  # of training; 0: the closed form alone
    review: float = 0.05
    reject: float = 0.01
    replace: bool = False
    names: int = 0  # painted defects that the model learns names from
    settings: dict[str, Any] = field(default_factory=dict)  # further ones, fields of DetectorConfig

    def check(self) -> int:
        """Refuse what can't be done, before anybody waits for it; return how many good pictures there are."""
        library.free_folder(self.name, self.replace)
        Calibration(np.zeros(2), self.review, self.reject)
        if not 0 <= self.minutes <= MOST_MINUTES:
            raise BadSetting(f"{self.minutes:g} minutes is no time to train; expected 0 (none) to {MOST_MINUTES}")
        if (kind := kind_at(Path(self.source))) != "pictures":
            raise BadSetting(f"{self.source} is read as {kind}, and a job fits on pictures; use foil fit")
        with opened(Path(self.source), {}) as dataset:
            count = len(dataset.normals())
        if self.minutes and count < FEWEST_TO_TRAIN:
            raise BadData(
                f"{count} good pictures, and a network needs at least {FEWEST_TO_TRAIN}; add some, or don't train"
            )
        if self.names < 0:
            raise BadSetting(f"{self.names} painted defects can't be learnt from; expected 0 (none) or more")
        if self.names and count < FEWEST_TO_NAME:
            raise BadData(
                f"{count} good pictures, and learning names takes {FEWEST_TO_NAME}, of which a fifth is held back; add "
                "some, or don't learn names"
            )
        return count

    @property
    def config(self) -> dict[str, Any]:
        """Return the fields of DetectorConfig."""
        trained = {"method": "neural", "minutes": self.minutes} if self.minutes else {}
        return trained | self.settings


@dataclass(frozen=True)
class BatchWish:
    """Inspect everything in a folder, and record it."""

    kind: ClassVar[Kind] = "batch"
    folder: str
    model: str
    lang: Lang = "en"
    text: str = ""
    audience: Audience = "engineer"
    length: Length = "long"

    def check(self) -> None:
        library.existing_folder(self.model)
        if not Path(self.folder).exists():
            raise BadInput(f"{self.folder}: there is nothing here; check the path, on the machine that Foil runs on")


@dataclass(frozen=True)
class ReportWish:
    """Report what is on record, as `foil report` does; it lies beside the store."""

    kind: ClassVar[Kind] = "report"
    form: str = "pdf"
    samples: str = ""
    lot: str = ""
    since: str = ""
    until: str = ""
    lang: Lang = "en"
    final: bool = False
    by: str = ""

    def check(self) -> None:
        from assistant.reports.scope import Scope

        Scope(self.samples, self.lot, self.since, self.until)
        if self.form not in FORMS:
            raise BadSetting(f"a report is no {self.form!r:.20}; expected {', '.join(FORMS)}")
        if self.final and not clean(self.by):
            raise BadSetting("people answer for a final report by name; give --by")


Wish = FitWish | BatchWish | ReportWish
WISHES: dict[Kind, type[FitWish] | type[BatchWish] | type[ReportWish]] = {
    "fit": FitWish,
    "batch": BatchWish,
    "report": ReportWish,
}


def ask(queue: Queue, wish: Wish, by: str) -> Job:
    """Check a wish and put it into the queue; nobody's name is a person at this machine."""
    wish.check()
    return queue.job(queue.ask(wish.kind, asdict(wish), clean(by)))


def wish_of(job: Job) -> Wish:
    """Return what a job was asked for."""
    return WISHES[job.kind](**job.settings)


def open_queue(store: str | None, create: bool = True) -> Queue:
    """Return the jobs of a store; without one those of this user, who can have models fitted, since these need none."""
    if store:
        from assistant.store import open_store

        return Queue(open_store(store, create).database)
    uploads().mkdir(parents=True, exist_ok=True)
    database = Database.at(sqlite_url(uploads() / "jobs.db"))
    database.upgrade()
    return Queue(database)


def uploads() -> Path:
    """Return where uploaded pictures wait for their job, each job's in a folder of its own."""
    return home() / "jobs"


@contextmanager
def uploaded(source: Path, token: str) -> Iterator[Path]:
    """Copy what lies for the moment only to where a job will find it; it goes again if the block fails."""
    folder = uploads() / token
    place = folder / source.name
    try:
        folder.mkdir(parents=True)
        copy = shutil.copytree if source.is_dir() else shutil.copy2
        yield Path(copy(source, place))
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def drop_upload(wish: Wish) -> None:
    """Remove the pictures that were uploaded for a job alone."""
    if isinstance(wish, FitWish) and Path(wish.source).is_relative_to(uploads()):
        shutil.rmtree(uploads() / Path(wish.source).relative_to(uploads()).parts[0], ignore_errors=True)


def drop_old_uploads(queue: Queue) -> None:
    """Remove what was uploaded for jobs that were cancelled, or failed, and that nobody resumed for KEPT days."""
    limit = (datetime.now(UTC) - timedelta(days=KEPT)).isoformat(timespec="seconds")
    for job in queue.latest(1000):
        if job.ended and job.ended < limit:
            drop_upload(wish_of(job))
