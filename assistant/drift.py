"""Drift of a model's parts: whether good ones changed, or only more defects came, or nobody can tell yet.

Besides the scores it watches pictures as wholes: light may change long before a score does.
What people called bad says nothing of the good parts and is left out of the test. Only with it there may be a shift:
that is more defects. Without it, but only with parts that nobody decided on: that is open.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np

from assistant.history import Part
from assistant.phrases import phrase
from explain.catalogue import Lang
from explain.wording import in_quotes, number
from fusion.calibration import Calibration
from fusion.drift import ALARM, Shift, find_shift
from fusion.promise import FalseAlarms, false_alarms

State = Literal["steady", "defects", "undecided", "changed", "nothing"]
WINDOW = 50  # parts that say how it is now
NAME = 80  # characters


@dataclass(frozen=True)
class Changed:
    """What changed of pictures as wholes: one of `fusion.looks.TRAITS`, which no part has by itself."""

    trait: str
    higher: bool
    at: Part
    since: Part


@dataclass(frozen=True)
class Drift:
    """What a model's scores say of its parts, against the good parts that it was calibrated on."""

    state: State
    higher: bool  # of a shift: the scores rose
    n: int  # good parts of the calibration
    parts: int
    bad: int  # that people called bad
    undecided: int  # at or above T1, and nobody called them good or bad
    at: Part | None  # of a shift: when it was plain
    since: Part | None  # and when it most likely began
    look: Changed | None  # of the pictures as wholes, if they changed
    now: FalseAlarms | None  # the latest WINDOW parts not called bad, and how many lie above the calibration's middle

    @property
    def is_alarm(self) -> bool:
        return self.state in ("changed", "undecided") or self.look is not None

    def to_json(self) -> dict[str, Any]:
        look = self.look and {"trait": self.look.trait, "higher": self.look.higher, **_ends(self.look)}
        return asdict(self) | _ends(self) | {"look": look, "alarm": self.is_alarm}


def drift(calibration: Calibration, parts: Sequence[Part]) -> Drift:
    """Return whether the parts, each once and in the order of inspection, still score as the calibration's."""
    maybe_good = [part for part in parts if not part.is_bad]
    limit = calibration.thresholds.review
    unmarked = [
        part for part in maybe_good if part.score < limit or part.is_good
    ]  # what is marked may look other by it
    waiting = [part for part in maybe_good if part.score >= limit and not part.is_good]
    state, found, among = _state(calibration, parts, maybe_good, waiting)
    window = [part.score for part in maybe_good[-WINDOW:]]
    return Drift(
        state,
        bool(found and found.higher),
        calibration.n,
        len(parts),
        len(parts) - len(maybe_good),
        len(waiting),
        among[found.at] if found else None,
        among[found.since] if found else None,
        _changed(calibration, unmarked),
        false_alarms(window, calibration.threshold(0.5), 0.5, calibration.n) if window else None,
    )


def drift_told(found: Drift, lang: Lang) -> list[str]:
    """Return in sentences what was found, the gravest first."""
    if found.state == "nothing":
        return [phrase("drift.nothing", lang)]
    counts = {name: number(getattr(found, name)) for name in ("n", "parts", "bad", "undecided")}
    key = f"drift.{found.state}" + (f".{'up' if found.higher else 'down'}" if found.state == "changed" else "")
    told = {name: _called(part, lang) for name in ("at", "since") if (part := getattr(found, name))}
    lines = [phrase(key, lang, **counts, **told)]
    if found.look:
        way = f"{found.look.trait.replace(' ', '_')}.{'up' if found.look.higher else 'down'}"
        said = phrase(f"drift.look.{way}", lang)
        ends = {name: _called(getattr(found.look, name), lang) for name in ("at", "since")}
        lines.insert(1 if found.state in ("changed", "undecided") else 0, phrase("drift.look", lang, said=said, **ends))
    if found.now:
        seen = {name: number(getattr(found.now, name)) for name in ("seen", "of", "low", "high")}
        lines.append(phrase("drift.now", lang, **seen))
    if found.bad and found.state != "defects":
        lines.append(phrase("drift.bad", lang, **counts))
    return lines


def _state(
    calibration: Calibration, parts: Sequence[Part], maybe_good: Sequence[Part], waiting: Sequence[Part]
) -> tuple[State, Shift | None, Sequence[Part]]:
    """Return what it is, and the shift that shows it, by its places among some of the parts."""
    if not parts:
        return "nothing", None, parts
    found = _shift(calibration, maybe_good)
    if found is None:
        others = _shift(calibration, parts)
        return ("defects", others, parts) if others and others.higher else ("steady", None, parts)
    if not found.higher or not waiting:  # defects that nobody called bad could only have raised the scores
        return "changed", found, maybe_good
    open_ones = {part.number for part in waiting}
    settled = [part for part in maybe_good if part.number not in open_ones]
    surely = _shift(calibration, settled)  # without the highest undecided ones, so it can only come too late
    return ("changed", surely, settled) if surely and surely.higher else ("undecided", found, maybe_good)


def _shift(calibration: Calibration, parts: Sequence[Part]) -> Shift | None:
    return find_shift(calibration.scores, [part.score for part in parts])


def _changed(calibration: Calibration, parts: Sequence[Part]) -> Changed | None:
    """Return the trait that was the first to change plainly; all of them together are wrong as rarely as scores are."""
    from fusion.looks import TRAITS  # OpenCV

    seen = [part for part in parts if part.traits is not None]
    if calibration.traits is None or not seen:
        return None
    values = np.array([part.traits for part in seen])
    shifts = [
        (shift.at, trait, shift)
        for trait, known, new in zip(TRAITS, calibration.traits.T, values.T, strict=True)
        if (shift := find_shift(known, new.tolist(), ALARM / len(TRAITS)))
    ]
    if not shifts:
        return None
    at, trait, shift = min(shifts, key=lambda one: one[0])
    return Changed(trait, shift.higher, seen[at], seen[shift.since])


def _called(part: Part, lang: Lang) -> str:
    """Return what a part is called: by its inspection, or by its name where none is on record."""
    if not part.time:
        return in_quotes(part.name, NAME, lang)
    return phrase("drift.inspection", lang, number=str(part.number), time=part.time[:16].replace("T", " "))


def _ends(shift: Drift | Changed) -> dict[str, Any]:
    return {name: _moment(getattr(shift, name)) for name in ("at", "since")}


def _moment(part: Part | None) -> dict[str, Any] | None:
    return None if part is None else {"inspection": part.number, "time": part.time}
