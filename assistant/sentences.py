"""Sentences: what was said of inspections, each once, with the vectors that stand for their meaning."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, select, update

from assistant.columns import Vector
from assistant.database import Database
from assistant.tables import phrases, said
from fusion.modality.lexicon import translate
from fusion.progress import Progress, silent

_EMPTY = np.zeros(0, np.int64)


@dataclass(eq=False)
class Sentences:
    """Which inspection (by its row) has which sentence (by its place), ordered by rows."""

    texts: list[str] = field(default_factory=list)
    ids: list[int] = field(default_factory=list)
    vectors: list[Vector | None] = field(default_factory=list)
    rows: NDArray[np.int64] = field(default_factory=lambda: _EMPTY)
    places: NDArray[np.int64] = field(default_factory=lambda: _EMPTY)
    last: int = 0  # id of the last link read

    def read(self, connection: Connection, numbers: NDArray[np.int64]) -> None:
        """Read what was said since; `numbers` are those of the inspections, a row each."""
        fresh = select(phrases).where(phrases.c.id > (self.ids[-1] if self.ids else 0)).order_by(phrases.c.id)
        for row in connection.execute(fresh):
            self.ids.append(row.id)
            self.texts.append(row.text)
            vector = row.vector and np.frombuffer(row.vector, np.float16).astype(np.float32)
            self.vectors.append(vector)
        links = select(said.c.id, said.c.record, said.c.phrase).where(said.c.id > self.last).order_by(said.c.id)
        found = connection.execute(links).all()
        if not found:
            return
        ids, record, phrase = (np.array(column, np.int64) for column in zip(*found, strict=True))
        rows = np.append(self.rows, np.searchsorted(numbers, record))
        places = np.append(self.places, np.searchsorted(np.array(self.ids), phrase))
        order = np.argsort(rows, kind="stable")
        self.rows, self.places, self.last = rows[order], places[order], int(ids[-1])

    def near(self, words: str, database: Database) -> Vector:
        """Return how near each sentence is to words, English or Chinese: the cosine of their vectors."""
        from fusion.modality.text import text_encoder  # imports torch

        self.embed(database)
        if not self.texts:
            return np.zeros(0, np.float32)
        [asked] = text_encoder().encode([translate(words)[0] or words])
        return np.asarray(np.stack([vector for vector in self.vectors if vector is not None]) @ asked, np.float32)

    def embed(self, database: Database, progress: Progress = silent) -> None:
        """Compute the vectors that are lacking, and keep them."""
        lacking = [at for at, vector in enumerate(self.vectors) if vector is None]
        if not lacking:
            return
        from fusion.modality.text import text_encoder

        encode = text_encoder().encode
        for done, at in enumerate(lacking):
            progress("sentences", done, len(lacking))
            self.vectors[at] = encode([self.texts[at]])[0].astype(np.float16).astype(np.float32)
        with database.writing() as connection:
            for at in lacking:
                kept = np.asarray(self.vectors[at], np.float16).tobytes()
                connection.execute(update(phrases).where(phrases.c.id == self.ids[at]).values(vector=kept))

    def best(self, near: Vector, n: int) -> Vector:
        """Return for each of n rows how near its nearest sentence is; -inf where nothing was said of it."""
        best = np.full(n, -np.inf, np.float32)
        if len(self.rows):
            starts = np.flatnonzero(np.diff(self.rows, prepend=-1))
            best[self.rows[starts]] = np.maximum.reduceat(near[self.places], starts)
        return best

    def of(self, row: int, near: Vector | None) -> str:
        """Return what was said of a row that is nearest, or that was said first; "" where nothing was."""
        low, high = np.searchsorted(self.rows, [row, row + 1])
        if low == high:
            return ""
        places = self.places[low:high]
        return self.texts[int(places[0] if near is None else places[np.argmax(near[places])])]

    @property
    def bytes(self) -> int:
        vectors = sum(vector.nbytes for vector in self.vectors if vector is not None)
        return self.rows.nbytes + self.places.nbytes + vectors
