"""What false-alarm rates promise, and what other rates would change; neither needs the model's weights."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.library import ModelInfo
from explain.wording import percent
from fusion.calibration import Support, firm_rate
from fusion.detection import Thresholds, Verdict
from fusion.errors import BadInput
from fusion.files import open_input


@dataclass(frozen=True)
class Scored:
    """A past result, as far as thresholds are concerned."""

    path: str
    score: float


@dataclass(frozen=True)
class Change:
    path: str
    score: float
    before: Verdict
    after: Verdict


def promise(support: Support, normals: str = "good parts") -> str:
    """Return in one sentence what n normals, so called, promise about a false-alarm rate."""
    rate, n = share(support.rate), support.n
    if support.extrapolated:
        return (
            f"{n} {normals} are too few for a false-alarm rate of {rate}: the threshold lies beyond all of them and "
            f"is extrapolated; a firm promise takes {support.needed:,}."
        )
    text = (
        f"{n} {normals} promise a false-alarm rate of {rate} with {share(support.confidence)} confidence; the true "
        f"rate may well lie between {share(support.low)} and {share(support.high)}"
    )
    if n < support.needed:
        return f"{text}; a firm promise takes {support.needed:,}."
    return f"{text}; for a firm promise set a rate of {share(firm_rate(n, support.rate))}."


def share(value: float) -> str:
    """Return a share in [0, 1] in percent, with two digits."""
    return percent(float(f"{value:.2g}"), "en")


def past_results(path: Path, model: ModelInfo) -> list[Scored]:
    """Read what `foil inspect --json` wrote with this very model; what was refused or unreadable has no score."""
    results = []
    with open_input(path, str(path)) as file:
        for number, line in enumerate(file, 1):
            where = f"{path}, line {number}"
            row = _row(line, where)
            if row.get("pred_score") is not None:
                _of_this_model(row, model, where)
                results.append(Scored(row["path"], float(row["pred_score"])))
    return results


def changes(results: Sequence[Scored], before: Thresholds, after: Thresholds) -> list[Change]:
    """Return the results whose verdict would be another."""
    every = (Change(r.path, r.score, before.verdict(r.score), after.verdict(r.score)) for r in results)
    return [change for change in every if change.before != change.after]


def _row(line: bytes, where: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except ValueError:
        row = None
    if not isinstance(row, dict) or "path" not in row or not row.keys() & {"error", "pred_score"}:
        raise BadInput(f"{where}: not a result; expected the lines that `foil inspect --json` writes")
    return row


def _of_this_model(row: dict[str, Any], model: ModelInfo, where: str) -> None:
    """Refuse a score of another model: scores of two models have nothing to do with each other."""
    made_by = row.get("model") or {}
    if made_by.get("name") != model.name:
        raise BadInput(f"{where}: a result of the model {made_by.get('name')}, not of {model.name}")
    if any(made_by.get(key) != model.card.get(key) for key in ("fingerprint", "created")):
        raise BadInput(f"{where}: a result of an earlier {model.name}, before it was fitted again; inspect again")
