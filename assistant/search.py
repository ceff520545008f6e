"""Search: the inspections on record by fields, by words and by what they look like, over arrays in memory.

An index reads the store once, and then what is new; a question is one pass over it.
"""

from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import func, select

from assistant.columns import VERDICTS, Columns, Vector, folders_in, moments
from assistant.sentences import Sentences
from assistant.store import Store, last_decision
from assistant.tables import inspections, looks, models, records
from explain.prompt import clean
from fusion.errors import BadInput, BadSetting, NoSuchRecord

Unit = Literal["px", "mm"]
FEWEST = 5  # samples, among which likeness means something


@dataclass(frozen=True)
class Query:
    """All fields that are given must hold; words and pictures put the nearest first."""

    words: str = ""  # English or Chinese; what is described most like it, not what holds these words
    model: str = ""
    lots: tuple[str, ...] = ()  # folders in whose path a sample lay, any of them
    verdicts: tuple[str, ...] = ()  # of the program, any of them
    since: str = ""  # as records write it: UTC, ISO 8601
    until: str = ""
    larger: tuple[float, Unit] | None = None  # the longest region is longer than that
    like: int | Path | None = None  # an inspection: what differs in it, if something does; or a picture, as a whole

    def __post_init__(self) -> None:
        if unknown := set(self.verdicts) - set(VERDICTS):
            raise BadSetting(f"{', '.join(sorted(unknown))} is no verdict; known are {', '.join(VERDICTS)}")


@dataclass(frozen=True)
class Hit:
    number: int
    time: str
    name: str
    model: str
    verdict: str
    decided: str | None  # by a person
    score: float | None
    longest_px: float | None
    longest_mm: float | None
    likeness: float | None  # cosine; None where fields alone were asked for
    words: str  # what was said of it that is nearest


class Index:
    """The index of one store; whoever searches more than once keeps it."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.columns, self.sentences = Columns(), Sentences()
        self._one_by_one = Lock()  # what is new is read by one at a time

    def search(self, query: Query, most: int = 20) -> list[Hit]:
        """Return what fits best: the nearest samples first, or the newest inspections where only fields were given."""
        with self._one_by_one:
            return self._found(query, most)

    def nearest(
        self, kind: str, vector: NDArray[np.float16], model: str, until: int, but: str, most: int
    ) -> tuple[int, list[Hit]]:
        """Return how many samples can be compared with a vector of `fusion.looks`, and the nearest.

        Those that models of a name inspected up to a record, without one sample, by its hash; none of fewer than
        FEWEST, whose spread says too little of what is alike.
        """
        with self._one_by_one:
            c, there = self.columns, self.columns.looks[kind]
            if len(there.rows) < FEWEST:
                return 0, []
            [standard] = there.standard(vector.astype(np.float32)[None])
            near = there.near(standard, len(c.number))
            keep = self._kept(Query(model=model)) & (c.number <= until) & (c.sample != c.samples.get(but, -1))
            rows = self._latest(np.flatnonzero(keep & np.isfinite(near)))
            best = rows[np.argsort(-near[rows], kind="stable")][: most if len(rows) >= FEWEST else 0]
            return len(rows), self._told(best, near, None)

    def refreshed(self) -> int:
        """Read what is new on record, and return the last inspection that is indexed; 0 if none is."""
        with self._one_by_one:
            self.refresh()
            return int(self.columns.number[-1]) if len(self.columns.number) else 0

    def count(self, query: Query) -> int:
        """Return how many have all of the fields, whatever they are near to."""
        with self._one_by_one:
            self.refresh()
            return int(np.count_nonzero(self._kept(query)))

    @property
    def missing(self) -> int:
        """Return how many inspections are on record that aren't indexed, so can't be found."""
        with self.store.database.reading() as connection:
            there = connection.execute(select(func.count()).select_from(inspections)).scalar_one()
        return max(int(there) - len(self.columns.number), 0)

    def refresh(self) -> None:
        """Read what is new on record."""
        with self.store.database.reading() as connection:
            if self.columns.is_behind(connection):
                self.columns, self.sentences = Columns(), Sentences()
            self.columns.read(connection)
            self.sentences.read(connection, self.columns.number)

    @property
    def bytes(self) -> int:
        """Return how much memory the arrays take."""
        return self.columns.bytes + self.sentences.bytes

    def _found(self, query: Query, most: int) -> list[Hit]:
        self.refresh()
        keep = np.flatnonzero(self._kept(query))
        said = self.sentences.near(query.words, self.store.database) if query.words else None
        near = self._nearness(query, said)
        if near is None:
            best = keep[::-1][:most]
        else:
            keep = self._latest(keep[np.isfinite(near[keep])])
            few = keep[np.argpartition(-near[keep], most)[:most]] if len(keep) > most else keep
            best = few[np.argsort(-near[few], kind="stable")]
        return self._told(best, near, said)

    def _kept(self, query: Query) -> NDArray[np.bool_]:
        """Return which inspections have the fields that were asked for, (N,)."""
        c = self.columns
        keep = np.ones(len(c.number), bool)
        if query.model:
            keep &= c.model == c.models.get(query.model, -1)
        if query.lots:
            wanted = {lot.casefold() for lot in query.lots}
            keep &= np.isin(c.folder, [at for path, at in c.folders.items() if wanted & set(folders_in(path))])
        if query.verdicts:
            keep &= np.isin(c.verdict, [VERDICTS.index(one) for one in query.verdicts])
        if query.since:
            keep &= c.time >= moments([query.since])[0]
        if query.until:
            keep &= c.time <= moments([query.until])[0]
        if query.larger:
            size, unit = query.larger
            keep &= np.nan_to_num(c.mm if unit == "mm" else c.px, nan=-1.0) > size
        return keep

    def _latest(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return of each sample its last row: what is near would else be there as often as it was inspected."""
        _, first = np.unique(self.columns.sample[rows[::-1]], return_index=True)
        return np.asarray(rows[len(rows) - 1 - first])

    def _nearness(self, query: Query, said: Vector | None) -> Vector | None:
        """Return how near inspections are, (N,), the mean of what was asked for; None where only fields were."""
        n = len(self.columns.number)
        asked = [] if said is None else [self.sentences.best(said, n)]
        if isinstance(query.like, Path):
            asked.append(self._like_file(query.like))
        elif query.like is not None:
            asked.append(self._like_inspection(query.like))
        return np.asarray(np.mean(asked, axis=0), np.float32) if asked else None

    def _like_file(self, path: Path) -> Vector:
        from fusion.looks import look
        from fusion.modality.image import read_image

        pictures = self.columns.looks["picture"]
        [vector] = pictures.standard(look(read_image(path)).astype(np.float32)[None])
        return pictures.near(vector, len(self.columns.number))

    def _like_inspection(self, number: int) -> Vector:
        numbers = self.columns.number
        row = next(iter(np.flatnonzero(numbers == number).tolist()), None)
        if row is None:
            raise NoSuchRecord(f"{self.store.name}: nothing is indexed of inspection {number}; run: foil store index")
        for kind in ("difference", "picture"):
            if (vector := self.columns.looks[kind].of(row)) is not None:
                near = self.columns.looks[kind].near(vector, len(numbers))
                near[self.columns.sample == self.columns.sample[row]] = -np.inf  # itself, whenever it was inspected
                return near
        raise BadInput(f"inspection {number} is not of a picture, so nothing looks like it; search by words or fields")

    def _told(self, best: NDArray[np.int64], near: Vector | None, said: Vector | None) -> list[Hit]:
        numbers = self.columns.number[best].tolist()
        beside = inspections.join(records).join(models, models.c.sha256 == inspections.c.model)
        beside = beside.join(looks, looks.c.record == inspections.c.record)
        columns = (records.c.time, models.c.name.label("model_name"), looks.c.longest_px, looks.c.longest_mm)
        shown = [getattr(inspections.c, name) for name in ("record", "name", "verdict", "score")]
        wanted = select(*shown, *columns, last_decision().label("decided")).select_from(beside)
        with self.store.database.reading() as connection:
            rows = connection.execute(wanted.where(inspections.c.record.in_(numbers))).all()
        known = {row.record: row for row in rows}
        hits = []
        for at, number in zip(best.tolist(), numbers, strict=True):
            row = known[number]
            likeness = None if near is None else round(float(near[at]), 4)
            told = (row.model_name, row.verdict, row.decided, row.score, row.longest_px, row.longest_mm, likeness)
            hits.append(Hit(number, row.time, clean(row.name), *told, self.sentences.of(at, said)))
        return hits
