"""RowDetection: what a detector says of one row of a table, as plain data."""

from dataclasses import dataclass

from fusion.detection import Thresholds, Verdict


@dataclass(frozen=True)
class Off:
    """A column that speaks against a row."""

    column: str
    value: float  # as it is
    expected: float  # what the row's other columns imply of normals, those before this one as they were expected
    effect: float  # by how much the row's score falls once the column is so


@dataclass(frozen=True)
class RowDetection:
    """What a detector says of one row."""

    verdict: Verdict
    pred_score: float
    p_value: float  # share of held-out normals that score at least as high, conformal: (1 + #) / (n + 1)
    thresholds: Thresholds
    off: tuple[Off, ...]  # the fewest columns that put it where it is, the worst first; none where nothing was found
    missing: tuple[str, ...]  # columns without a value, taken as the normals' mean
    refusal: str | None = None  # why the row can't be judged, in English; None if it can
