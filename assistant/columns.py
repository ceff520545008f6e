"""Columns: what inspections are found by, as arrays in memory, a row an inspection in the order of their numbers."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, func, select

from assistant.tables import inspections, looks, models, records

VERDICTS = ("PASS", "REVIEW", "REJECT", "REFUSED")
Vector = NDArray[np.float32]


@dataclass(eq=False)
class Columns:
    """Grows by what is new on record; samples, models and folders stand as places in their dictionaries."""

    number: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    time: NDArray[np.datetime64] = field(default_factory=lambda: np.zeros(0, "datetime64[ms]"))
    sample: NDArray[np.int32] = field(default_factory=lambda: np.zeros(0, np.int32))
    model: NDArray[np.int32] = field(default_factory=lambda: np.zeros(0, np.int32))
    folder: NDArray[np.int32] = field(default_factory=lambda: np.zeros(0, np.int32))
    verdict: NDArray[np.int8] = field(default_factory=lambda: np.zeros(0, np.int8))
    px: Vector = field(default_factory=lambda: np.zeros(0, np.float32))  # of the longest region; NaN where none is
    mm: Vector = field(default_factory=lambda: np.zeros(0, np.float32))
    looks: dict[str, "Looks"] = field(default_factory=lambda: {"picture": Looks(), "difference": Looks()})
    samples: dict[str, int] = field(default_factory=dict)
    models: dict[str, int] = field(default_factory=dict)
    folders: dict[str, int] = field(default_factory=dict)
    last: int = 0  # of what was indexed

    def read(self, connection: Connection) -> None:
        """Read what was indexed since, which must be of later inspections than what is here."""
        c = inspections.c
        told = (c.record, records.c.time, c.sample, models.c.name.label("model"), c.name, c.verdict)
        beside = inspections.join(records).join(models, models.c.sha256 == c.model)
        beside = beside.join(looks, looks.c.record == c.record)
        sizes = (looks.c.longest_px, looks.c.longest_mm, looks.c.picture, looks.c.difference, looks.c.id)
        wanted = select(*told, *sizes).select_from(beside).where(looks.c.id > self.last).order_by(c.record)
        rows = connection.execute(wanted).all()
        if not rows:
            return
        number, time, sample, model, name, verdict, px, mm, picture, difference, ids = zip(*rows, strict=True)
        self.number = np.append(self.number, np.array(number, np.int64))
        self.time = np.append(self.time, moments(time))
        self.sample = np.append(self.sample, _places(sample, self.samples))
        self.model = np.append(self.model, _places(model, self.models))
        self.folder = np.append(self.folder, _places([_folder(one) for one in name], self.folders))
        self.verdict = np.append(self.verdict, np.array([VERDICTS.index(one) for one in verdict], np.int8))
        self.px, self.mm = (np.append(a, np.array(b, np.float32)) for a, b in ((self.px, px), (self.mm, mm)))
        first, self.last = len(self.number) - len(rows), max(ids)
        for what, vectors in (("picture", picture), ("difference", difference)):
            self.looks[what].add(first, vectors)

    def is_behind(self, connection: Connection) -> bool:
        """Tell whether inspections from before the last one that is here were indexed since."""
        first = select(func.min(looks.c.record)).where(looks.c.id > self.last)
        earliest = connection.execute(first).scalar()
        return bool(len(self.number)) and earliest is not None and earliest < self.number[-1]

    @property
    def bytes(self) -> int:
        arrays = [self.number, self.time, self.sample, self.model, self.folder, self.verdict, self.px, self.mm]
        return sum(array.nbytes for array in arrays) + sum(one.vectors.nbytes for one in self.looks.values())


@dataclass(eq=False)
class Looks:
    """The vectors of those rows that have one, in units of the spread of those read first, each of length 1."""

    rows: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    vectors: Vector = field(default_factory=lambda: np.zeros((0, 0), np.float32))
    scale: tuple[Vector, Vector] | None = None

    def add(self, first: int, kept: Sequence[bytes | None]) -> None:
        """Add the vectors of rows from `first` on, as the store keeps them."""
        there = [at for at, one in enumerate(kept) if one is not None]
        if not there:
            return
        joined = b"".join(one for one in kept if one is not None)
        fresh = np.frombuffer(joined, np.float16).reshape(len(there), -1).astype(np.float32)
        if self.scale is None:
            self.scale = fresh.mean(axis=0), fresh.std(axis=0) + 1e-3
        standard = self.standard(fresh)
        self.vectors = np.concatenate([self.vectors, standard]) if len(self.rows) else standard
        self.rows = np.append(self.rows, np.array(there, np.int64) + first)

    def standard(self, vectors: Vector) -> Vector:
        """Return vectors (N, D) as they stand here."""
        if self.scale is None:
            return vectors
        scaled = (vectors - self.scale[0]) / self.scale[1]
        return np.asarray(scaled / np.maximum(np.linalg.norm(scaled, axis=1, keepdims=True), 1e-6), np.float32)

    def near(self, vector: Vector, n: int) -> Vector:
        """Return the cosine of each of n rows with a vector that stands as they do; -inf where a row has none."""
        near = np.full(n, -np.inf, np.float32)
        near[self.rows] = self.vectors @ vector
        return near

    def of(self, row: int) -> Vector | None:
        at = int(np.searchsorted(self.rows, row))
        return self.vectors[at] if at < len(self.rows) and self.rows[at] == row else None


def moments(times: Sequence[str]) -> NDArray[np.datetime64]:
    """Return records' times, which are UTC, as numpy compares them."""
    return np.array([time[:23] for time in times], "datetime64[ms]")


def folders_in(path: str) -> list[str]:
    return path.casefold().split("/")


def _folder(name: str) -> str:
    return name.replace("\\", "/").rpartition("/")[0]


def _places(names: Sequence[Any], known: dict[str, int]) -> NDArray[np.int32]:
    return np.array([known.setdefault(name, len(known)) for name in names], np.int32)
