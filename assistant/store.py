"""The store: inspections with their evidence, models, pictures and people's decisions, each vouched for by a record.

A store is a folder: foil.db, files/ and key.pem; or any database by its SQLAlchemy URL, with a folder for the files.
These may lie behind a URL instead.
"""

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal, get_args

from sqlalchemy import Connection, Row, ScalarSelect, Table, insert, select

from assistant import audit, indexing
from assistant.audit import Kind, Record, canonical
from assistant.audit import sha256 as digest
from assistant.database import Database, sqlite_url
from assistant.kept import Kept, fingerprint, keep
from assistant.recording import Entry
from assistant.signing import Key, create_key, read_key
from assistant.tables import decisions, inspections, models, records
from assistant.vault import make_vault, vault_of
from explain.prompt import clean
from fusion.errors import BadSetting, FoilError, NoSuchRecord

Decided = Literal["PASS", "REVIEW", "REJECT"]
Meaning = Literal["review", "approval", "correction", "responsibility"]  # of a person's name under a decision


class Store:
    """Open it by `open_store`."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database, self.vault, self.name = database, vault_of(folder), database.name
        self.folder = folder
        self.key_path = Path(os.environ.get("FOIL_KEY") or folder / "key.pem").expanduser()

    @property
    def is_empty(self) -> bool:
        """Tell whether there is no record at all, as in no store that was ever opened."""
        with self.database.reading() as connection:
            return connection.execute(select(records.c.number)).first() is None

    @cached_property
    def signer(self) -> str:
        """Return the public key that the first record names: all others must be signed by it."""
        with self.database.reading() as connection:
            first = connection.execute(select(records).where(records.c.number == 1)).mappings().one_or_none()
        if first is None:
            raise FoilError(f"{self.name}: its first record, which names the key, is missing; this store is broken")
        return str(Record(**first).content.get("key"))

    @cached_property
    def key(self) -> Key:
        """Return the key that signs; BadSetting if it is not this store's."""
        key = read_key(self.key_path)
        if key.public != self.signer:
            raise BadSetting(
                f"{self.key_path}: this key ({key.public[:16]}...) is not the one that signs {self.name} "
                f"({self.signer[:16]}...); name the right file by FOIL_KEY"
            )
        return key

    def keep_model(self, folder: Path) -> Kept:
        """Keep a model's files, so that its inspections can be repeated when the library has another one."""
        wanted = select(models.c.files).where(models.c.sha256 == fingerprint(folder))
        with self.database.reading() as connection:
            known = connection.execute(wanted).scalar()
        kept = keep(folder, self.vault, None if known is None else json.loads(known))
        if known is not None:
            return kept
        with self.database.writing() as connection:
            if connection.execute(wanted).first() is None:  # else another process was faster
                row = {"sha256": kept.sha256, "name": kept.name, "kind": kept.kind, "files": canonical(kept.files)}
                self._append(connection, "model", asdict(kept), models, row)
        return kept

    def add(self, entry: Entry) -> int:
        """Add what was found of a sample, and return its id: once this returns, nothing short of the disk loses it."""
        with self.database.writing() as connection:
            for content in entry.files:  # inside, so that no pruning takes them meanwhile
                self.vault.put(content)
            table = inspections if entry.row else None
            number = self._append(connection, entry.kind, entry.payload, table, entry.row)
            if entry.found_by:
                indexing.put(connection, number, entry.found_by)
            return number

    def decide(self, inspection: int, verdict: Decided, by: str, reason: str, meaning: Meaning = "review") -> int:
        """Add a person's decision on an inspection; an earlier one stays on the record, and the latest counts."""
        said = {"by": named("by", by), "reason": named("reason", reason)}
        if verdict not in get_args(Decided) or meaning not in get_args(Meaning):
            raise BadSetting(f"{verdict} ({meaning}) is no decision; a verdict is {', '.join(get_args(Decided))}")
        self.inspection(inspection)
        row = {"inspection": inspection, "verdict": verdict, "meaning": meaning, **said}
        with self.database.writing() as connection:
            indexing.note(connection, inspection, said["reason"])
            return self._append(connection, "decision", row, decisions, row)

    def inspection(self, number: int) -> Row[Any]:
        """Return an inspection's row, and time and payload of its record; NoSuchRecord if none has this id.

        FoilError if its document was altered: nobody should go on with what the record doesn't vouch for.
        """
        with self.database.reading() as connection:
            wanted = select(inspections, records).join(records).where(inspections.c.record == number)
            row = connection.execute(wanted).one_or_none()
        if row is None:
            raise NoSuchRecord(f"{self.name}: there is no inspection {number}; see which there are: foil store show")
        record = Record(**{column.name: row._mapping[column] for column in records.columns})
        if digest(str(row.document)) != record.content.get("document"):
            raise FoilError(
                f"inspection {number} was altered: its document isn't the recorded one; run: foil audit verify"
            )
        return row

    def model(self, sha256: str) -> Row[Any]:
        """Return the row of a model that inspections rest on."""
        with self.database.reading() as connection:
            return connection.execute(select(models).where(models.c.sha256 == sha256)).one()

    def latest(self, most: int) -> list[Row[Any]]:
        """Return the newest inspections, newest first, each with time, name of its model, and what people decided."""
        beside = inspections.join(records).join(models, models.c.sha256 == inspections.c.model)
        shown = (inspections, records.c.time, models.c.name.label("model_name"), last_decision().label("decided"))
        wanted = select(*shown).select_from(beside)
        with self.database.reading() as connection:
            return list(connection.execute(wanted.order_by(inspections.c.record.desc()).limit(most)))

    def decided(self, inspection: int) -> list[Row[Any]]:
        """Return the decisions on an inspection, oldest first."""
        wanted = select(decisions, records.c.time).join(records).where(decisions.c.inspection == inspection)
        with self.database.reading() as connection:
            return list(connection.execute(wanted.order_by(decisions.c.record)))

    def called(self, inspection: int) -> Decided | None:
        """Return what people decided last on the sample of an inspection, on whichever inspection of it that was."""
        sample = select(inspections.c.sample).where(inspections.c.record == inspection).scalar_subquery()
        said = (
            select(decisions.c.verdict).select_from(decisions.join(inspections)).where(inspections.c.sample == sample)
        )
        with self.database.reading() as connection:
            found: Decided | None = connection.execute(said.order_by(decisions.c.record.desc()).limit(1)).scalar()
        return found

    def head(self) -> Record:
        """Return the last record: note its hash elsewhere, and nobody can drop what came before unnoticed."""
        with self.database.reading() as connection:
            last = connection.execute(select(records).order_by(records.c.number.desc()).limit(1)).mappings().one()
        return Record(**last)

    def export(self) -> Iterator[dict[str, Any]]:
        """Yield every record as it is signed, an inspection's with its document."""
        with self.database.reading() as connection:
            documents = select(inspections.c.document)
            for record in audit.chain(connection):
                found = connection.execute(documents.where(inspections.c.record == record.number)).scalar()
                yield asdict(record) | ({} if found is None else {"document": found})

    def _append(
        self,
        connection: Connection,
        kind: Kind,
        payload: Mapping[str, Any],
        table: Table | None = None,
        row: Mapping[str, Any] | None = None,
    ) -> int:
        """Add a record, and the row that it vouches for."""
        record = audit.append(connection, self.key, kind, payload)
        if table is not None and row is not None:
            connection.execute(insert(table).values(record=record.number, **row))
        return record.number


def last_decision() -> ScalarSelect[Any]:
    """Return, of an inspection in a query, the verdict that a person gave last."""
    said = select(decisions.c.verdict).where(decisions.c.inspection == inspections.c.record)
    return said.order_by(decisions.c.record.desc()).limit(1).scalar_subquery()


def named(what: str, words: str) -> str:
    """Return what a person says for the record, in one line; BadSetting where it is nothing."""
    if not (said := clean(words)):
        raise BadSetting(f"people answer for this by name and with a reason; give --{what}")
    return said


def open_store(where: str, create: bool = False) -> Store:
    """Open the store in a folder or behind a database's URL; BadSetting if there is none, unless it may be created."""
    store = _place(where)
    missing = BadSetting(f"{where}: there is no store here; foil inspect PICTURE --store {where} makes one")
    if create:
        make_vault(store.vault, store.folder)
    elif not store.database.is_there:
        raise missing
    store.database.upgrade()
    if not store.is_empty:
        return store
    if not create:
        raise missing
    key = create_key(store.key_path)
    with store.database.writing() as connection:
        if connection.execute(select(records.c.number)).first() is None:  # else another process was faster
            audit.append(connection, key, "opened", {"key": key.public, "foil": version("foil")})
    return store


def _place(where: str) -> Store:
    """Return the store of an address, not opened: its files and its key lie in a folder, beside the database mostly."""
    if "://" not in where:
        folder = Path(where).expanduser()
        return Store(Database.at(sqlite_url(folder / "foil.db")), folder)
    database = Database.at(where)
    if chosen := os.environ.get("FOIL_FILES"):
        return Store(database, Path(chosen).expanduser())
    if database.file is None:
        raise BadSetting(f"{database.name}: name the folder for this store's files by FOIL_FILES")
    return Store(database, database.file.parent)
