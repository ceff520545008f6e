"""A report for programs: JSON with everything, and CSV with a row for every file that was inspected."""

import csv
import json
from collections import Counter
from dataclasses import asdict
from io import StringIO
from typing import Any

import numpy as np

from assistant.reports.facts import Facts, Found
from assistant.reports.statistics import drift_of, rate
from explain.prompt import clean

_COLUMNS = (
    "record", "time", "name", "sample_sha256", "model", "model_sha256", "program_verdict", "score", "p_value", "T1",
    "T2", "places_found", "verdict", "decided_by", "decided_at", "reason", "explanation", "report_status",
)  # fmt: skip
_RATES = ("review", "reject")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would run


def as_json(known: Facts, status: str, by: str) -> bytes:
    """Return strict JSON: figures with all their digits, and of each inspection what its record vouches for."""
    counts = Counter(one.verdict for one in known.found)
    verified = known.verified
    report: dict[str, Any] = {
        "schema_version": "1",
        "status": status,
        "by": by,
        "made": known.made,
        "scope": asdict(known.scope),
        "integrity": {
            "holds": not verified.faults,
            "faults": [asdict(fault) for fault in verified.faults],
            "head": {"record": verified.records, "sha256": verified.head},
            "signer": verified.signer,
            "signer_known_here": verified.trusted,
            "pruned_files": verified.pruned,
            "time_stamps": [asdict(made) for made in verified.stamps],
        },
        "models": [_model(known, sha256) for sha256 in known.models],
        "results": {
            "inspections": len(known.found),
            "samples": len({one.sample for one in known.found}),
            "unreadable": len(known.unreadable),
            "open": [one.number for one in known.open],
            "by_program": {verdict: rate(n, len(known.found))._asdict() for verdict, n in sorted(counts.items())},
            "after_decisions": dict(sorted(Counter(one.last_word for one in known.found).items())),
        },
        "inspections": [_inspection(one) for one in known.found],
        "unreadable": [{key: row[key] for key in ("number", "time", "name", "problem")} for row in known.unreadable],
        "reports_before": [{"record": row["number"], "time": row["time"], **row["content"]} for row in known.before],
    }
    return json.dumps(report, ensure_ascii=False, indent=2, allow_nan=False).encode(errors="backslashreplace")


def as_csv(known: Facts, status: str, by: str) -> bytes:
    """Return a table as spreadsheets read it, in UTF-8 with a mark that says so; no cell is a formula."""
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(_COLUMNS)
    for one in known.found:
        last = one.decisions[-1] if one.decisions else {"by": "", "time": "", "reason": ""}
        limits, places = one.document["thresholds"], one.document.get("regions_found", "")
        row = [one.number, one.time, one.name, one.sample, known.models[one.model].name, one.model, one.verdict]
        row += [one.score, one.p_value, limits["review"], limits["reject"], places, one.last_word]
        row += [last["by"], last["time"], last["reason"], one.document["explanation"], status]
        writer.writerow([_cell(value) for value in row])
    for unread in known.unreadable:
        row = [unread["number"], unread["time"], unread["name"], "", "", unread["model"], "UNREADABLE"]
        writer.writerow([_cell(value) for value in [*row, *[""] * 9, unread["problem"], status]])
    return text.getvalue().encode("utf-8-sig", errors="backslashreplace")


def _model(known: Facts, sha256: str) -> dict[str, Any]:
    model = known.models[sha256]
    limits = model.calibration.thresholds
    centre = float(np.median(model.calibration.scores))
    return {
        "record": model.number,
        "name": model.name,
        "kind": model.kind,
        "sha256": sha256,
        "card": model.card,
        "thresholds": asdict(limits),
        "promise": {name: asdict(model.calibration.support(getattr(limits, f"{name}_rate"))) for name in _RATES},
        "normals": {"scores": model.calibration.scores.tolist(), "middle": centre},
        "drift": drift_of(model.calibration, known.of_model(sha256)).to_json(),
    }


def _inspection(one: Found) -> dict[str, Any]:
    decided = [
        {key: row[key] for key in ("record", "time", "verdict", "meaning", "by", "reason")} for row in one.decisions
    ]
    kept = {key: getattr(one, key) for key in ("number", "time", "name", "sample", "verdict", "score", "p_value")}
    now = {"last_word": one.last_word, "open": one.is_open, "decisions": decided}
    return kept | now | {"record": one.said, "document": one.document}


def _cell(value: Any) -> Any:
    """Return a value that no spreadsheet runs: text that looks like a formula begins with an apostrophe."""
    if not isinstance(value, str):
        return value
    text = "\n".join(clean(line) for line in value.splitlines())
    return f"'{text}" if text.startswith(_FORMULA) else text
