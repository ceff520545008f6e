"""The benchmark's table: what one row holds, kept as JSON, read as Markdown."""

import json
import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from fusion.errors import BadSetting
from fusion.files import atomic_write
from fusion.promise import FalseAlarms

Key = tuple[str, str, str]
M = TypeVar("M")  # what is measured: Measures of pictures, or of movements
NOTES = """\
Image AUROC is over images, in brackets its 95 % bootstrap interval. *F1-max is an oracle*: its threshold is chosen with
the test's labels, so nobody can have it in use. Pixel metrics are at 256 px on the longer side, AUPRO to a
false-positive rate of 0.3. T1 (review) and T2 (reject) are set by good parts alone: in brackets the 95 % interval of
the number of false alarms if the promised rate holds. A refused picture counts as an alarm and ranks highest. Fit holds
the training, also where rows share one; calls are of the trained network, a picture; time is that of the whole
`detect`, the median over warm pictures; memory is the peak of the process, which rows of one training share."""
WHO = ("data", "representation", "method", "seed")
QUALITY = ("fitted on", "test: good + bad", "image AUROC", "AP", "pixel AUROC", "AUPRO", "F1-max (oracle)")
COST = ("fit, s", "calls", "an image, ms", "memory, MB")
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


MEANS: dict[str, Callable[[Measures], float | None]] = {
    "image AUROC": lambda m: m.auroc,
    "AUPRO": lambda m: m.aupro,
    "caught at T1": lambda m: m.review.caught,
    "false alarms": lambda m: m.review.good.seen / m.review.good.of,
}


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


def markdown(rows: Sequence[Row[Measures]]) -> str:
    """Return the rows as Markdown: quality and cost, verdicts, types of defect, what failed, and how to read it."""
    measured = [(row, row.measures) for row in rows if row.measures]
    parts = []
    if len({row.settings["seed"] for row, _ in measured}) > 1:
        parts += [
            "Means over the seeds, with the lowest and the highest; costs are of the seed in the middle:",
            _means(measured),
        ]
    if measured:
        parts.append(table((*WHO, *QUALITY, *COST), [(*_who(row, m), *_quality(m), *_cost(m)) for row, m in measured]))
        parts.append("Verdicts at thresholds set by good parts alone:")
        parts.append(table((*WHO, *VERDICTS), [(*_who(row, m), *_verdicts(m)) for row, m in measured]))
    for data in dict.fromkeys(row.data for row, _ in measured):
        here = [(row, m) for row, m in measured if row.data == data]
        kinds = sorted({kind for _, m in here for kind in m.per_defect})
        lines = [(*_who(row, m), *(percent(m.per_defect.get(kind)) for kind in kinds)) for row, m in here]
        parts += ["Image AUROC by type of defect:", table((*WHO, *kinds), lines)]
    parts += shortcomings(rows, [m.unusable for _, m in measured])
    if measured:
        parts.append(f"{NOTES} Measured on {'; '.join(sorted({m.machine for _, m in measured}))}.")
    return "\n\n".join(parts) + "\n"


def shortcomings(rows: Sequence[Row[M]], unusable: Iterable[Mapping[str, str]]) -> list[str]:
    """Return a sentence for each row that failed and for each path that could not be used."""
    failed = [f"No result for {row.data}, {plain(row.settings)}: {row.failed}" for row in rows if row.failed]
    reasons = {path: why for one in unusable for path, why in one.items()}
    return failed + [f"Unusable: {why if path in why else f'{path}: {why}'}" for path, why in reasons.items()]


def _means(measured: Sequence[tuple[Row[Measures], Measures]]) -> str:
    """Return a line for each method on each data set: what its seeds have in the mean, and between which limits."""
    groups: dict[tuple[str, ...], list[Measures]] = {}
    for row, m in measured:
        groups.setdefault(_who(row, m)[:-1], []).append(m)
    lines = []
    for who, seeds in groups.items():
        found = (_ranged([pick(m) for m in seeds]) for pick in MEANS.values())
        middle = sorted(seeds, key=lambda m: m.ms_per_image)[len(seeds) // 2]
        lines.append((*who, f"{len(seeds)}", *found, *_cost(middle)[:-1]))
    return table((*WHO[:-1], "seeds", *MEANS, *COST[:-1]), lines)


def _ranged(values: Sequence[float | None]) -> str:
    """Return shares' mean in per cent, with the lowest and the highest; a dash where one is unknown."""
    known = [value for value in values if value is not None]
    if len(known) < len(values):
        return percent(None)
    return f"{percent(statistics.mean(known))} [{percent(min(known))}, {percent(max(known))}]"


def _who(row: Row[Measures], m: Measures) -> tuple[str, ...]:
    others = {name: value for name, value in row.settings.items() if name not in ("method", "backbone", "seed")}
    method = ", ".join((str(row.settings["method"]), *([plain(others)] if others else [])))
    return row.data, m.representation, method, str(row.settings["seed"])


def _quality(m: Measures) -> tuple[str, ...]:
    auroc = f"{percent(m.auroc)} [{percent(m.auroc_low)}, {percent(m.auroc_high)}]"
    areas = (percent(area) for area in (m.average_precision, m.pixel_auroc, m.aupro, m.f1_max))
    return f"{m.n_fit}", f"{m.n_good} + {m.n_bad}", auroc, *areas


def _cost(m: Measures) -> tuple[str, ...]:
    calls, memory = (
        "–" if value is None else f"{value:.{digits}f}" for value, digits in ((m.calls, 1), (m.peak_mb, 0))
    )
    return f"{m.fit_seconds:.1f}", calls, f"{m.ms_per_image:.0f}", memory


def _verdicts(m: Measures) -> tuple[str, ...]:
    return *verdict_cells(m.review), *verdict_cells(m.reject), f"{m.n_refused}", f"{len(m.unusable)}"


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
