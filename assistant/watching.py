"""Watching a model over time, as plain data: what `foil store drift` and `foil store feedback` say, for every door."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from assistant.drift import drift, drift_told
from assistant.feedback import Period, corrected, feedback, told
from assistant.history import Fit, Past
from explain.catalogue import Lang


def drift_json(known: Past, before: Sequence[Fit], lang: Lang = "en") -> dict[str, Any]:
    """Return whether a model's good parts changed, and the sentences that say so; as `latest` gives its past."""
    found = drift(known.fit.calibration, known.parts)
    return _head(known, before) | found.to_json() | {"told": drift_told(found, lang)}


def feedback_json(known: Past, before: Sequence[Fit], by: Period = "month") -> dict[str, Any]:
    """Return by period whether a model's promise is kept by what people decided, in figures and in sentences."""
    periods = [one.to_json() | {"told": told(one, known.fit)} for one in feedback(known, by)]
    wrong = [asdict(part) for part in corrected(known)]
    return _head(known, before) | {"periods": periods, "called_good_but_marked": wrong}


def left_out(known: Past, before: Sequence[Fit]) -> dict[str, int]:
    """Return how much of a model's past counts neither for drift nor for feedback, by why."""
    return {"again": known.again, "guided": known.guided, "earlier_fits": len(before)}


def _head(known: Past, before: Sequence[Fit]) -> dict[str, Any]:
    """Return which fit of a model is meant, and what is left out of it."""
    return {"model": known.fit.name, "versions": list(known.fit.versions), "left_out": left_out(known, before)}
