"""Which inspections a report is of: by id, by lot, by time, or all that is on record."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property

from fusion.errors import BadSetting

_IDS = re.compile(r"\d+(-\d+)?(,\d+(-\d+)?)*")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True)
class Scope:
    """All that is given must hold; nothing given means everything."""

    samples: str = ""  # ids of inspections: 17, or 3,5-9
    lot: str = ""  # a folder in whose path a sample lay
    since: str = ""  # a day or a time in ISO 8601; UTC where it names no zone
    until: str = ""  # a day is meant to its end

    def __post_init__(self) -> None:
        if self.samples and not _IDS.fullmatch(self.samples.replace(" ", "")):
            raise BadSetting(f"--sample {self.samples!r:.60} names no inspections; expected ids such as 17, or 3,5-9")
        if self.first and self.last and self.first > self.last:
            raise BadSetting(f"--since {self.since} is after --until {self.until}; nothing lies between them")

    def __str__(self) -> str:
        given = {"--sample": self.samples, "--lot": self.lot, "--since": self.since, "--until": self.until}
        return " ".join(f"{option} {said}" for option, said in given.items() if said) or "any scope"

    @cached_property
    def ids(self) -> tuple[tuple[int, int], ...]:
        """Return the first and the last id of every stretch of them."""
        ends = [part.partition("-") for part in filter(None, self.samples.replace(" ", "").split(","))]
        return tuple((int(low), int(high or low)) for low, _, high in ends)

    @property
    def is_one(self) -> bool:
        """Tell whether it is the report of a single inspection."""
        return self.samples.strip().isdigit()

    @cached_property
    def first(self) -> str:
        return _bound("since", self.since, timedelta())

    @cached_property
    def last(self) -> str:
        return _bound("until", self.until, timedelta(days=1) - timedelta(milliseconds=1))

    def holds(self, number: int, time: str, name: str) -> bool:
        """Tell whether a record is of these: its id, its time as it is stored, and the name of its sample."""
        folders = name.replace("\\", "/").split("/")[:-1]
        wanted = (not self.ids or any(low <= number <= high for low, high in self.ids)) and (
            not self.lot or self.lot in folders
        )
        return wanted and (not self.first or self.first <= time) and (not self.last or time <= self.last)


def lot_of(name: str) -> str:
    """Return the folder that a sample of this name lay in; "" where that isn't known."""
    return "/".join(name.replace("\\", "/").split("/")[:-1]).rpartition("/")[2]


def _bound(option: str, said: str, whole_day: timedelta) -> str:
    """Return a moment as records write it; "" where none is given."""
    if not said:
        return ""
    try:
        moment = datetime.fromisoformat(said)
    except ValueError as error:
        raise BadSetting(f"--{option} {said!r:.40} is no time; expected 2026-11-28, or 2026-11-28T14:30") from error
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    moment += whole_day if _DAY.fullmatch(said) else timedelta()
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")
