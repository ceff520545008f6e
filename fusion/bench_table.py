"""The benchmark's table: what one row holds, kept as JSON; and what tables of all benchmarks are made of."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from fusion.errors import BadSetting
from fusion.files import atomic_write
from fusion.promise import FalseAlarms

Key = tuple[str, str, str]
M = TypeVar("M")  # what is measured: Measures of pictures, or of movements
VERDICTS = ("T1 promised", "false alarms", "caught", "T2 promised", "false alarms", "caught", "refused", "unusable")


@dataclass(frozen=True)
class Alarms:
    """What one threshold, set by good parts alone, did on the test."""

    good: FalseAlarms
    caught: float  # share of the defective at or above it

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Alarms":
        return cls(FalseAlarms(**data["good"]), data["caught"])


@dataclass(frozen=True)
class Measures:
    """What was measured on one row; rates and areas in [0, 1]."""

    representation: str
    n_fit: int  # good parts fitted on
    n_good: int  # tested
    n_bad: int
    auroc: float
    auroc_low: float  # 95 % interval
    auroc_high: float
    per_defect: dict[str, float]  # AUROC against all the good
    average_precision: float
    f1_max: float  # an oracle
    pixel_auroc: float | None  # None: no ground-truth masks
    aupro: float | None
    n_masks: int  # defective pictures with a mask, which the pixel metrics rest on
    review: Alarms
    reject: Alarms
    n_refused: int  # from another world, so not scored
    fit_seconds: float  # with the training, also where another row shared it
    calls: float | None  # of the network, a picture; None: there is none that judges
    ms_per_image: float
    peak_mb: float | None  # None where the system doesn't tell
    machine: str
    unusable: dict[str, str]  # path -> why


@dataclass(frozen=True)
class Row(Generic[M]):
    """One setting on one data set, and what came of it."""

    data: str
    fingerprint: str  # of the data's content
    settings: dict[str, Any]  # of the detector
    code: str  # version and content of the code that measured
    measures: M | None = None
    failed: str = ""  # why there are no measures

    @property
    def key(self) -> Key:
        """Return what makes a row the same row: equal keys would measure the same again."""
        return self.fingerprint, json.dumps(self.settings, sort_keys=True), self.code


def measures_from_json(data: dict[str, Any]) -> Measures:
    return Measures(**{**data, **{name: Alarms.from_json(data[name]) for name in ("review", "reject")}})


def write_rows(path: Path, rows: Sequence[Row[M]]) -> None:
    """Write all rows whole or not at all, so that an interrupted benchmark keeps what it had."""
    atomic_write(
        path, json.dumps([asdict(row) for row in rows], indent=1, allow_nan=False, ensure_ascii=False).encode()
    )


def read_rows(path: Path, from_json: Callable[[dict[str, Any]], M]) -> list[Row[M]]:
    """Read the rows of an earlier benchmark, none where there is no file yet; `from_json` reads what was measured."""
    if not path.exists():
        return []
    try:
        rows = [(row, row["measures"]) for row in json.loads(path.read_bytes())]
        return [Row(**{**row, "measures": None if found is None else from_json(found)}) for row, found in rows]
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise BadSetting(
            f"{path}: not a table that this version of foil bench wrote ({error}); name another file"
        ) from error
    except OSError as error:
        raise BadSetting(f"{path}: it can't be read ({error.strerror}); name another file") from error


def latest(rows: Sequence[Row[M]]) -> list[Row[M]]:
    """Return one row for each data set and setting, whatever code measured it: the last one, if it has measures."""
    kept: dict[tuple[str, str], Row[M]] = {}
    for row in rows:
        if row.measures or row.key[:2] not in kept:
            kept[row.key[:2]] = row
    return list(kept.values())


def shortcomings(rows: Sequence[Row[M]], unusable: Iterable[Mapping[str, str]]) -> list[str]:
    """Return a sentence for each row that failed and for each path that could not be used."""
    failed = [f"No result for {row.data}, {plain(row.settings)}: {row.failed}" for row in rows if row.failed]
    reasons = {path: why for one in unusable for path, why in one.items()}
    return failed + [f"Unusable: {why if path in why else f'{path}: {why}'}" for path, why in reasons.items()]


def verdict_cells(alarms: Alarms) -> tuple[str, str, str]:
    """Return what was promised, the false alarms seen, and what was caught."""
    good = alarms.good
    seen = f"{good.seen} of {good.of} = {100 * good.seen / good.of:.1f} % [{good.low} to {good.high}]"
    return f"{100 * good.rate:g} %", seen, f"{100 * alarms.caught:.1f} %"


def plain(settings: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in settings.items())


def percent(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.1f}"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', '/') for cell in line)} |" for line in lines)
