"""What the tests of the store and of the audit chain share: a shop with a model, its pictures, and a store of them."""

import json
import sqlite3
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from table_cases import COLUMNS, off, rows
from typer.testing import CliRunner, Result

from apps.cli import app
from assistant.audit import sha256
from assistant.recording import Asked, columns
from assistant.tables import inspections

if TYPE_CHECKING:
    from assistant.kept import Kept
    from assistant.store import Store


def foil(*args: str | Path | int, code: int | None = 0) -> Result:
    result = CliRunner().invoke(app, [str(arg) for arg in args], env={"COLUMNS": "100"})
    assert code is None or result.exit_code == code, result.output
    return result


def inspect_rows(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fit on rows of a table, and inspect two of new.csv that are off into a store, records."""
    monkeypatch.delitem(sys.modules, "fusion.detector")  # a table's own detector stands on torch
    for name, values in (("plant", rows(40)), ("new", off(2))):
        np.savetxt(folder / f"{name}.csv", values, delimiter=",", header=",".join(COLUMNS), comments="")
    foil("fit", folder / "plant.csv", "--name", "plant")
    foil("inspect", folder / "new.csv", "--model", "plant", "--store", folder / "records", code=None)


def record_scores(
    store: "Store",
    kept: "Kept",
    scores: Sequence[float],
    names: str = "lot7/{}.png",
    asked: dict[str, Any] | None = None,
) -> list[int]:
    """Record an inspection a score, all in one transaction, and return their ids; only what is told from scores."""
    numbers = []
    with store.database.writing() as connection:
        for at, score in enumerate(scores):
            name, sample = names.format(at), sha256(f"{names} {at}")
            found = {"path": name, "verdict": kept.thresholds.verdict(score), "pred_score": score, "p_value": 0.5}
            how = asdict(Asked(kept.sha256, kept.config, kept.created, kept.thresholds)) | (asked or {})
            document = json.dumps(found | {"explanation": "", "asked": how})
            row = {"sample": sample, "picture": None, "model": kept.sha256, "document": document, **columns(found)}
            said = {"sample": sample, "model": kept.sha256, "verdict": found["verdict"], "document": sha256(document)}
            numbers.append(store._append(connection, "inspection", said, inspections, row))
    return numbers


@dataclass(frozen=True)
class Shop:
    """A store with three inspections: a good plate (3), a bad one (4) and one that can't be read (5)."""

    folder: Path
    pictures: tuple[Path, ...]

    @property
    def store(self) -> "Store":
        from assistant.store import open_store

        return open_store(str(self.folder))

    def foil(self, *args: str | Path | int, code: int | None = 0) -> Result:
        return foil(*args, "--store", self.folder, code=code)

    def by_hand(self, *statements: str) -> list[str]:
        """Change the database as its owner can, past Foil; return the first column of what the last one finds."""
        with sqlite3.connect(self.folder / "foil.db") as connection:
            found = [connection.execute(statement).fetchall() for statement in statements]
        connection.close()
        return [row[0] for row in found[-1]]
