"""The user's folder. Nothing heavy is imported here, for every command asks."""

import os
from pathlib import Path


def home() -> Path:
    """Return the user's folder: FOIL_HOME where it is set, else where the system keeps the data of programs."""
    if chosen := os.environ.get("FOIL_HOME"):
        return Path(chosen).expanduser()
    from platformdirs import user_data_path

    return user_data_path("foil", appauthor=False)
