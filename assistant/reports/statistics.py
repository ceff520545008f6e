"""The figures of a report: shares with what they may well be, what was found most often, and whether scores drift."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple, Protocol

from assistant.drift import Drift, drift
from assistant.history import Part, is_plain, once
from assistant.reports.facts import Found
from fusion.calibration import Calibration

_Z = 1.959964  # of 95 %


class Judged(Protocol):
    """What a program said of an inspection, and what people did."""

    @property
    def verdict(self) -> str: ...

    @property
    def is_decided(self) -> bool: ...

    @property
    def last_word(self) -> str: ...


class Rate(NamedTuple):
    seen: int
    of: int
    low: float  # where the true share may well lie, with 95 % confidence [Wilson 1927]
    high: float

    @property
    def share(self) -> float:
        return self.seen / self.of


def rate(seen: int, of: int) -> Rate:
    """Return a share of `of` > 0 and its Wilson interval."""
    share, shrink = seen / of, 1 + _Z**2 / of
    centre = share + _Z**2 / (2 * of)
    half = _Z * math.sqrt(share * (1 - share) / of + (_Z / (2 * of)) ** 2)
    low, high = (centre - half) / shrink, (centre + half) / shrink
    return Rate(seen, of, 0.0 if seen == 0 else low, 1.0 if seen == of else high)


def drift_of(calibration: Calibration, found: Iterable[Found]) -> Drift:
    """Return whether what a model found drifts; what a mask or words let count has another score, and is left out."""
    plain = (one for one in found if "mask" not in one.said and is_plain(one.document["asked"]))
    parts = (
        Part(
            one.number, one.time, one.name, one.sample, None, one.verdict, float(one.score or 0),
            str(one.decisions[-1]["verdict"]) if one.decisions else None,
        )
        for one in plain
    )  # fmt: skip
    return drift(calibration, once(parts))


def found_where(one: Found) -> list[str]:
    """Return keys of the places of what was found: of a picture, a movement (joints) or a row (columns)."""
    document = one.document
    places = [f"at.{region['place']}" for region in document.get("regions", ())]
    joints = [finding["joint"] for finding in document.get("findings", ())]
    return places + joints + [off["column"] for off in document.get("off", ())]


def found_kinds(one: Found) -> list[tuple[str, str, str]]:
    """Return what every region of a picture looks like: its surest name, "" where it has none, form and change."""
    return [
        (
            next((name["kind"] for name in region.get("names", ())), ""),
            region["shape"]["kind"],
            region["change"]["kind"],
        )
        for region in one.document.get("regions", ())
    ]


def pareto(keys: Iterable[Any], most: int = 8) -> list[tuple[Any, int]]:
    """Return keys and how often each was found, the most frequent first; at most so many."""
    return sorted(Counter(keys).items(), key=lambda item: (-item[1], str(item[0])))[:most]


def repeated(found: Sequence[Found]) -> list[list[Found]]:
    """Return what was inspected more than once by the same model: the same file, not just the same part."""
    again: dict[tuple[str, str], list[Found]] = {}
    for one in found:
        again.setdefault((one.sample, one.model), []).append(one)
    return [group for group in again.values() if len(group) > 1]


def agreement(found: Iterable[Judged]) -> dict[tuple[str, str], int]:
    """Return how often a verdict of the machine (first) met a decision of a person (second)."""
    return dict(Counter((one.verdict, one.last_word) for one in found if one.is_decided))
