"""Table: rows of numbers in named columns, and what is known of the rows."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from fusion.errors import BadInput

Numbers = NDArray[np.float64]
_LABELS = ("label", "y", "target", "state", "class")


@dataclass(frozen=True, eq=False)
class Table:
    """A table as a file holds it, without the rows that can't be read."""

    name: str
    columns: tuple[str, ...]
    values: Numbers  # (N, d), NaN where a value is missing
    labels: NDArray[np.bool_] | None = None  # (N,), True where a row is anomalous; None if nobody said
    faults: dict[int, str] = field(default_factory=dict)  # rows that can't be read: their number in the file, and why

    def __len__(self) -> int:
        return len(self.values)

    @property
    def normals(self) -> "Table":
        """Return the rows that nobody called anomalous."""
        return self if self.labels is None else self.rows(np.flatnonzero(~self.labels))

    @property
    def doubtful(self) -> tuple[str, ...]:
        """Return the columns that look like an id, whole numbers that only rise, or are called as labels are."""
        with np.errstate(invalid="ignore"):
            rising = (np.diff(self.values, axis=0) > 0).all(axis=0) & (self.values % 1 == 0).all(axis=0)
        rising &= len(self) > 1
        pairs = zip(self.columns, rising, strict=True)
        return tuple(column for column, rises in pairs if rises or column.strip().casefold() in _LABELS)

    def rows(self, index: NDArray[np.intp]) -> "Table":
        return replace(self, values=self.values[index], labels=None if self.labels is None else self.labels[index])

    def chosen(self, columns: Sequence[str]) -> "Table":
        """Return the table with these columns in this order; others are left out, BadInput if one is missing."""
        if missing := [column for column in columns if column not in self.columns]:
            raise without(missing, self.columns, self.name)
        places = [self.columns.index(column) for column in columns]
        return replace(self, columns=tuple(columns), values=self.values[:, places])


def without(missing: Sequence[str], columns: Sequence[str], name: str) -> BadInput:
    """Return the error of a table that lacks columns."""
    noun = "column" if len(missing) == 1 else "columns"
    return BadInput(f"{name}: it has no {noun} {shown(missing)}; it has {shown(columns)}")


def counted(count: int, noun: str) -> str:
    """Return so many of something for a message: 1 row, 2 rows."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def shown(names: Sequence[str]) -> str:
    """Return a few of many names for a message."""
    few = ", ".join(repr(name[:40]) for name in names[:6])
    return few + (f" and {len(names) - 6} more" if len(names) > 6 else "")
