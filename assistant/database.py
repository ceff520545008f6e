"""The database under a store: SQLite by default, any SQLAlchemy URL; one writer at a time, today's tables."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from assistant.tables import VERSION
from fusion.errors import BadSetting, FoilError

PATIENCE = 60.0  # seconds that a writer waits for the others
_LOCK = 0x466F696C  # "Foil": what its writers queue up for
_LOCKED = "database is locked"


class Database:
    """Reads see one moment; writes queue up. Whatever the database refuses is a FoilError that names it."""

    def __init__(self, url: URL) -> None:
        self.url = url
        self.name = url.render_as_string(hide_password=True)

    @staticmethod
    def at(url: str) -> "Database":
        """Return the database of an address; BadSetting where it is none."""
        try:
            return Database(make_url(url))
        except ArgumentError as error:
            raise BadSetting(f"{url!r} is no address of a database; expected a folder, or DIALECT://...") from error

    @property
    def file(self) -> Path | None:
        """Return SQLite's file; None of any other database, and of one in memory."""
        named = self.url.get_backend_name() == "sqlite" and self.url.database not in (None, "", ":memory:")
        return Path(str(self.url.database)) if named else None

    @property
    def is_there(self) -> bool:
        """Tell whether there is anything to open: SQLite would make a file that is missing."""
        return self.file is None or self.file.is_file()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        with self._told(), self._engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Yield a connection that alone may write until the block ends, which commits; or writes nothing.

        SQLite and PostgreSQL let the others wait; of any other database the records' unique numbers refuse the second.
        """
        with self._told(), self._engine.connect() as connection:
            connection = connection.execution_options(begin="BEGIN IMMEDIATE")
            with connection.begin():
                if self.url.get_backend_name() == "postgresql":
                    connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
                yield connection

    def upgrade(self) -> None:
        """Bring the tables to today's version; refuse those of a newer Foil."""
        with self.reading() as connection:
            if self._version(connection) == VERSION:
                return
        from assistant import migrations

        with self.writing() as connection:
            migrations.upgrade(connection, self._version(connection), self.name)

    def close(self) -> None:
        self._engine.dispose()

    @cached_property
    def _engine(self) -> Engine:
        sqlite = self.url.get_backend_name() == "sqlite"
        options: dict[str, Any] = {"timeout": PATIENCE, "isolation_level": None} if sqlite else {}
        try:
            engine = create_engine(self.url, connect_args=options)
        except (NoSuchModuleError, ImportError) as error:
            raise BadSetting(f"{self.name}: the driver of this database is missing ({error}); install it") from error
        if sqlite:
            event.listen(engine, "connect", _prepare)
            event.listen(engine, "begin", _begin)
        return engine

    @staticmethod
    def _version(connection: Connection) -> str | None:
        if not inspect(connection).has_table("alembic_version"):
            return None
        found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
        return None if found is None else str(found)

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            reason = str(error.orig).strip().splitlines()[0]
            advice = "another program keeps it; try again" if _LOCKED in reason else "check it, and who may write there"
            raise FoilError(f"{self.name}: the database refused ({reason}); {advice}") from error


def sqlite_url(path: Path) -> str:
    return URL.create("sqlite", database=str(path)).render_as_string()


def _prepare(connection: Any, _: Any) -> None:
    """Set a new SQLite connection up: durable at every commit, readers beside a writer, references that hold."""
    connection.text_factory = lambda raw: raw.decode("utf-8", "replace")  # bytes altered by hand are for verify to name
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = FULL")
    end = time.monotonic() + PATIENCE
    while connection.execute("PRAGMA journal_mode").fetchone()[0] not in ("wal", "memory"):
        try:  # SQLite doesn't wait here by itself while another process opens the same new database
            connection.execute("PRAGMA journal_mode = WAL")
        except Exception as error:
            if _LOCKED not in str(error) or time.monotonic() > end:
                raise
            time.sleep(0.01)


def _begin(connection: Connection) -> None:
    """Begin as the caller asked: SQLite's driver would begin late, and two late writers fail each other."""
    connection.exec_driver_sql(connection.get_execution_options().get("begin", "BEGIN"))
