"""The steps from an empty database to today's tables, by alembic; each runs once, in order, or not at all."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from fusion.errors import FoilError


def upgrade(connection: Connection, found: str | None, where: str) -> None:
    """Bring a database from the version `found` to today's, in the caller's transaction; refuse a newer one."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    known = {step.revision for step in ScriptDirectory.from_config(config).walk_revisions()}
    if found is not None and found not in known:
        raise FoilError(
            f"{where}: this store was written by a newer Foil (version {found} of its tables, and this one knows "
            f"{', '.join(sorted(known))}); update Foil"
        )
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
