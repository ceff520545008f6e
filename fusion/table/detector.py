"""TableDetector: how far a row is from normal ones, and which of its columns are off."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from fusion.calibration import Calibration
from fusion.detection import Thresholds, Verdict
from fusion.table.config import TableConfig
from fusion.table.coordinates import Coordinates, in_parts
from fusion.table.detection import Off, RowDetection
from fusion.table.methods import Method
from fusion.table.table import Numbers, Table, shown
from fusion.threads import one_thread

_AT_ONCE = 8192  # rows that are scored
_MOST_MISSING = 0.5  # of a row's values; with more it isn't judged
SHOWN = 3  # columns


@dataclass(frozen=True, eq=False)
class TableDetector:
    """Everything fitted; nothing of it changes when rows are looked at."""

    name: str
    config: TableConfig
    coordinates: Coordinates
    method: Method
    calibration: Calibration  # of held-out normals' scores
    card: dict[str, Any]  # how it came about, as plain data

    def detect(self, table: Table) -> list[RowDetection]:
        """Return a verdict for each row; BadInput if a column that the model knows is missing, others are left out."""
        values = table.chosen(self.coordinates.columns).values
        scores, limits = self.scores(values), self.calibration.thresholds
        return [self._row(row, float(score), limits) for row, score in zip(values, scores, strict=True)]

    def scores(self, values: Numbers) -> Numbers:
        """Return a score a row, (N, d) -> (N,): the higher, the more anomalous."""
        x = self.coordinates(values)
        with one_thread(), torch.inference_mode():
            return torch.cat([self.method(some) for some in in_parts(x, _AT_ONCE)]).double().numpy()

    def with_rates(self, review_rate: float, reject_rate: float) -> "TableDetector":
        """Return the same detector under other promised false-alarm rates."""
        return replace(self, calibration=self.calibration.with_rates(review_rate, reject_rate))

    def save_pretrained(self, folder: str | Path) -> None:
        """Write the model's folder, whole or not at all; an older one of this name is replaced."""
        from fusion.table.pretrained import save

        save(self, Path(folder))

    @classmethod
    def from_pretrained(cls, folder: str | Path) -> "TableDetector":
        """Read a model's folder; BadModel names the file that is missing or altered."""
        from fusion.table.pretrained import load

        return load(Path(folder))

    def _row(self, values: Numbers, score: float, limits: Thresholds) -> RowDetection:
        lost = np.isnan(values)
        missing = tuple(column for column, gone in zip(self.coordinates.columns, lost, strict=True) if gone)
        refusal = None
        if lost.mean() > _MOST_MISSING:
            refusal = f"{len(missing)} of {len(lost)} values are missing ({shown(missing)}), too many to judge the row"
        verdict: Verdict = "REFUSED" if refusal else limits.verdict(score)
        off = () if refusal else self._off(values, score)
        return RowDetection(verdict, score, self.calibration.p_value(score), limits, off, missing, refusal)

    def _off(self, values: Numbers, score: float) -> tuple[Off, ...]:
        """Return the columns that put a row where it is, (d,): one after the other until the rest would pass.

        Each is the one without which, as the others imply it, the score falls most; then it counts as they imply.
        """
        x, off = self.coordinates(values[None]), list[Off]()
        free = ~np.isnan(values)
        while len(off) < SHOWN and score >= self.calibration.thresholds.review and free.any():
            expected = self.coordinates.expected(x)
            effects = np.where(free, score - self._each(x, expected), -np.inf)
            at = int(effects.argmax())
            if effects[at] <= 0:
                break
            wanted = float(self.coordinates.raw(expected)[0, at])
            off.append(Off(self.coordinates.columns[at], float(values[at]), wanted, float(effects[at])))
            x[0, at], score, free[at] = expected[0, at], score - float(effects[at]), False
        return tuple(off)

    def _each(self, x: Tensor, expected: Tensor) -> Numbers:
        """Return the scores of a row with each of its columns as expected, (1, d) -> (d,)."""
        with one_thread(), torch.inference_mode():
            return self.method(torch.where(torch.eye(x.shape[1], dtype=torch.bool), expected, x)).double().numpy()
