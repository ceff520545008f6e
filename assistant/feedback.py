"""Feedback: people's decisions as labels that the model never saw, and whether its promise holds on them.

People look at what was marked more than at what passed, so what they called good has high scores by choice. The
promise is about all good parts: a part that passed and that nobody called bad counts as good, and one that was marked
and that nobody decided on counts once as bad and once as good; in between lies the truth.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from assistant.history import Fit, Part, Past
from assistant.rates import share
from fusion.calibration import Calibration
from fusion.promise import FalseAlarms, false_alarms

Kept = Literal["kept", "broken", "open", "fewer"]
Period = Literal["month", "day", "all"]
_DIGITS: dict[Period, int] = {"month": 7, "day": 10, "all": 0}  # of a time, that tell its period


@dataclass(frozen=True)
class Promise:
    """Good parts at or above a threshold, beside those that were promised."""

    threshold: float
    called: int  # of those that people called good
    least: FalseAlarms  # if none of the undecided is good
    most: FalseAlarms  # if all of them are

    @property
    def kept(self) -> Kept:
        if self.least.seen > self.least.high:
            return "broken"
        if self.most.seen > self.most.high:
            return "open"
        return "fewer" if self.most.seen < self.most.low else "kept"

    def to_json(self) -> dict[str, Any]:
        return asdict(self) | {"verdict": self.kept}


@dataclass(frozen=True)
class Feedback:
    """What people said of a fit's parts in one period."""

    period: str  # 2026-11, 2026-11-28 or all
    parts: int
    good: int  # that people called good
    bad: int
    escaped: int  # of the bad, that had passed
    passed: int
    passed_looked_at: int  # of the passed, that people called good or bad
    marked: int
    marked_looked_at: int
    review: Promise  # at T1
    reject: Promise  # at T2

    def to_json(self) -> dict[str, Any]:
        return asdict(self) | {"review": self.review.to_json(), "reject": self.reject.to_json()}


def feedback(known: Past, by: Period = "month") -> list[Feedback]:
    """Return what people said, by period, the earliest first; thresholds are those in force now."""
    periods: dict[str, list[Part]] = {}
    for part in known.parts:
        periods.setdefault(part.time[: _DIGITS[by]] or "all", []).append(part)
    return [_of(name, parts, known.fit.calibration) for name, parts in periods.items()]


def corrected(known: Past) -> list[Part]:
    """Return what people called good and the model marked: what a new fit could learn from."""
    limit = known.fit.calibration.thresholds.review
    return [part for part in known.parts if part.is_good and part.score >= limit]


def told(found: Feedback, fit: Fit) -> list[str]:
    """Return one period in sentences."""
    limits = fit.calibration.thresholds
    lines = [
        f"{found.period}: {found.parts} parts; people called {found.good} good and {found.bad} bad "
        f"({found.marked_looked_at} of {found.marked} that were marked, {found.passed_looked_at} of {found.passed} "
        "that passed)",
        _promised("T1", found.review, limits.review_rate, found.good),
        _promised("T2", found.reject, limits.reject_rate, found.good),
    ]
    if found.bad:
        lines.append(f"  escapes: {found.escaped} of {found.bad} parts that people called bad had passed")
    if found.passed_looked_at < found.passed:
        unseen = found.passed - found.passed_looked_at
        lines.append(f"  {unseen} that passed nobody decided on: they count as good, and may hide more escapes")
    return lines


def _of(period: str, parts: Sequence[Part], calibration: Calibration) -> Feedback:
    limits = calibration.thresholds
    marked = [part for part in parts if part.score >= limits.review]
    passed = [part for part in parts if part.score < limits.review]
    looked_at = [sum(part.is_good or part.is_bad for part in some) for some in (passed, marked)]
    counts = Counter("good" if part.is_good else "bad" if part.is_bad else "" for part in parts)
    return Feedback(
        period,
        len(parts),
        counts["good"],
        counts["bad"],
        sum(part.is_bad for part in passed),
        len(passed),
        looked_at[0],
        len(marked),
        looked_at[1],
        _promise(parts, limits.review, limits.review_rate, calibration),
        _promise(parts, limits.reject, limits.reject_rate, calibration),
    )


def _promise(parts: Sequence[Part], threshold: float, rate: float, calibration: Calibration) -> Promise:
    review = calibration.thresholds.review
    least = [part.score for part in parts if part.is_good or (part.score < review and not part.is_bad)]
    most = [part.score for part in parts if not part.is_bad]
    return Promise(
        threshold,
        sum(part.is_good and part.score >= threshold for part in parts),
        false_alarms(least, threshold, rate, calibration.n),
        false_alarms(most, threshold, rate, calibration.n),
    )


def _promised(name: str, promise: Promise, rate: float, good: int) -> str:
    least, most = promise.least, promise.most
    seen, of = (f"{low}" if low == high else f"{low} to {high}" for low, high in _ends(least, most))
    said = {
        "kept": "the promise holds",
        "broken": "more than promised",
        "open": "nobody can tell before the marked ones are decided on",
        "fewer": "fewer than promised",
    }[promise.kept]
    called = f"of the {good} called good {promise.called} reach it; " if good else ""
    return (
        f"  {name} ({promise.threshold:.2f}): {called}of all {of} that may be good {seen} do, and {most.low} to "
        f"{most.high} would be usual at the promised {share(rate)}: {said}"
    )


def _ends(least: FalseAlarms, most: FalseAlarms) -> tuple[tuple[int, int], tuple[int, int]]:
    return (least.seen, most.seen), (least.of, most.of)
