"""Tables from files to words: fit on normal rows, inspect others. What `inspection` is for pictures."""

import math
import time
from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from assistant import library
from assistant.fitting import skipped_lines
from assistant.inspection import Failure, headline
from assistant.rates import promise
from explain.catalogue import Lang
from explain.prompt import clean
from explain.row import tell_row, told_score
from fusion.calibration import Calibration
from fusion.detection import Verdict
from fusion.errors import BadInput
from fusion.progress import Progress, silent
from fusion.recipes import recipe
from fusion.table.detection import RowDetection
from fusion.table.read import read_table
from fusion.table.table import Table, counted, shown

if TYPE_CHECKING:
    from fusion.table.detector import TableDetector  # imports torch


_NAMED = 8  # columns


@dataclass(frozen=True, eq=False)
class TableFit:
    """A model of tables that was fitted and saved."""

    detector: "TableDetector"
    folder: Path
    table: Table  # as it was read, with the rows that were called anomalous
    seconds: float  # from the file to the saved model

    @property
    def name(self) -> str:
        return self.detector.name

    def lines(self) -> list[str]:
        """Return for a person what was used, what was decided, what it promises, and what to do next."""
        card, calibration = self.detector.card, self.detector.calibration
        limits = calibration.thresholds
        lines = [
            f"{self.name}: fitted on {card['n_statistics']} normal rows in {self.seconds:.0f} s; "
            f"its thresholds rest on {card['n_normals']}",
            f"seen as {card['representation']}; method {recipe(card['method']).title}",
        ]
        lines += _columns_lines(self.table)
        n_rows, left_out = len(self.table), len(self.table) - len(self.table.normals)
        faults = [(f"row {number}", fault) for number, fault in sorted(self.table.faults.items())]
        lines += skipped_lines(faults, counted(n_rows + len(faults), "row"))
        lines += [f"left out as labelled anomalous: {counted(left_out, 'row')}"] if left_out else []
        missing = counted(card["missing"], "missing value")
        lines += [f"taken as the mean of their column: {missing}"] if card["missing"] else []
        lines.append(f"REVIEW from a score of {limits.review:.2f}, REJECT from {limits.reject:.2f}")
        lines.append(promise(calibration.support(limits.reject_rate), library.NORMALS["tables"]))
        return [*lines, f"saved in {self.folder}", f"next: foil inspect TABLE --model {self.name}"]


@dataclass(frozen=True, eq=False)
class RowInspection:
    """All that is known of one row after the whole way."""

    name: str
    row: dict[str, float | None]  # column -> value, None where it is missing
    detection: RowDetection
    text: str
    model: dict[str, Any]

    @property
    def verdict(self) -> Verdict:
        return self.detection.verdict

    @property
    def headline(self) -> str:
        judged = self.verdict != "REFUSED"
        return headline(self.name, *((told_score(self.detection), self.detection.p_value) if judged else (None, None)))

    def to_json(self) -> dict[str, Any]:
        """Return the line of `foil inspect --json`, strict JSON; scores have all their digits."""
        found, scored = self.detection, self.verdict != "REFUSED"
        return {
            "path": self.name,
            "verdict": found.verdict,
            "pred_score": found.pred_score if scored else None,
            "p_value": found.p_value if scored else None,
            "thresholds": asdict(found.thresholds),
            "off": [asdict(off) for off in found.off],
            "missing": list(found.missing),
            "refusal": found.refusal,
            "model": self.model,
            "explanation": self.text,
        }


def _columns_lines(table: Table) -> list[str]:
    """Return for a person which columns were fitted on, and which of them were perhaps not meant."""
    named, more = ", ".join(clean(column)[:40] for column in table.columns[:_NAMED]), len(table.columns) - _NAMED
    lines = [f"columns: {named}" + (f" and {more} more" if more > 0 else "")]
    if doubtful := table.doubtful:
        asked = f"was --drop or --label meant for {shown(doubtful)}?"
        lines.append(f"{asked} What looks like an id or a label was fitted on as a reading")
    return lines


def fit_table(
    source: Path,
    name: str,
    label: str = "",
    drop: Collection[str] = (),
    settings: dict[str, Any] | None = None,
    rates: tuple[float, float] = (0.05, 0.01),
    replace: bool = False,
    progress: Progress = silent,
) -> TableFit:
    """Fit on the normal rows of a table, promise the rates, save under `name`, or leave no trace.

    `label` and `drop` as in `read_table`; `settings` are fields of TableConfig.
    """
    library.free_folder(name, replace)
    Calibration(np.zeros(2), *rates)
    started = time.perf_counter()
    from fusion.table.config import TableConfig
    from fusion.table.fitting import fit

    config, table = TableConfig(**(settings or {})), read_table(source, label, drop)
    detector = fit(table, config, name, progress).with_rates(*rates)
    folder = library.save(detector, name, replace)
    return TableFit(detector, folder, table, time.perf_counter() - started)


def load_table_model(name: str) -> "TableDetector":
    """Load a model of tables; BadModel, naming the known ones, if there is none of this name and kind."""
    folder = library.existing_folder(name, "tables")
    from fusion.table.detector import TableDetector

    return TableDetector.from_pretrained(folder)


def inspect_tables(
    paths: Sequence[Path], detector: "TableDetector", lang: Lang = "en", progress: Progress = silent
) -> Iterator[RowInspection | Failure]:
    """Inspect the rows of tables in order; a file or a row that can't be read ends itself only.

    Only the model's columns are read, so that words may stand in others.
    """
    plain = {key: value for key, value in detector.card.items() if isinstance(value, str | int)}
    model = {"name": detector.name} | plain
    for done, path in enumerate(paths):
        progress("inspecting", done, len(paths))
        try:
            table = read_table(path, only=detector.coordinates.columns)
            found = detector.detect(table)
        except BadInput as error:
            yield Failure(str(path), str(error))
            continue
        judged = zip(table.values.tolist(), found, strict=True)
        for number in range(1, len(found) + len(table.faults) + 1):
            row = f"{path} row {number}"
            if number in table.faults:
                yield Failure(row, table.faults[number])
            else:
                values, detection = next(judged)
                seen = {
                    column: None if math.isnan(value) else value
                    for column, value in zip(table.columns, values, strict=True)
                }
                yield RowInspection(row, seen, detection, tell_row(detection, lang), model)
    progress("inspecting", len(paths), len(paths))
