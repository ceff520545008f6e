"""Teach a model from uploaded pictures: gather them, check them, fit, and say what the model promises."""

import os
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from apps.ui.markup import listed, wide
from apps.ui.words import word
from assistant import card, fitting
from assistant.fitting import Fit
from assistant.labels import label
from assistant.sources import opened
from explain.catalogue import Lang
from explain.naming import OWN
from explain.wording import number, percent
from fusion.calibration import Calibration
from fusion.check import DataReport, check
from fusion.errors import BadData, FoilError
from fusion.progress import Progress, silent

if TYPE_CHECKING:
    from assistant.jobs import Queue

RATES = ((0.2, 0.1), (0.1, 0.05), (0.05, 0.01), (0.02, 0.005), (0.01, 0.001))  # what if: review, reject
VERDICTS = ("PASS", "REVIEW", "REJECT")
NAMES = 540  # defects painted to learn names from


@contextmanager
def gathered(files: Sequence[str]) -> Iterator[Path]:
    """Yield uploaded files as one source, the ZIP itself or a folder of the pictures; errors name no temporary path."""
    archives = [file for file in files if file.lower().endswith(".zip")]
    if archives and len(files) > 1:
        raise BadData(f"{len(files)} files with a ZIP among them; give one ZIP, or pictures without a ZIP")
    with TemporaryDirectory(prefix="foil-") as temporary:
        source = Path(archives[0]) if archives else Path(temporary, "pictures")
        if not archives:
            source.mkdir()
            for place, file in enumerate(map(Path, files)):
                taken = (source / file.name).exists()
                os.link(file, source / (f"{file.stem}-{place}{file.suffix}" if taken else file.name))
        try:
            yield source
        except FoilError as error:
            raise type(error)(str(error).replace(f"{source}{os.sep}", "").replace(str(source), source.name)) from error


@dataclass(frozen=True)
class Checked:
    """What is in uploaded files."""

    good: int  # pictures to fit on
    report: DataReport


def checked(files: Sequence[str], progress: Progress = silent) -> Checked:
    """Look at every uploaded file."""
    with gathered(files) as source, opened(source, {}) as dataset:
        good = len(dataset.normals())
        return Checked(good, check(dataset, lambda done, total: progress("", done, total)))


def described(found: Checked, lang: Lang) -> str:
    """Return, as HTML, what is in the files and what would spoil a model."""
    findings = found.report.findings
    key = "check.findings" if findings else "check.good"
    head = word(key, lang, count=number(found.good), findings=number(len(findings)))
    return f"<p>{head}</p>{listed([told_of(finding.path, finding.reason) for finding in findings])}"


def fitted(
    files: Sequence[str],
    name: str,
    rates: tuple[float, float],
    replace: bool,
    names: int = 0,
    progress: Progress = silent,
) -> Fit:
    """Fit a model on uploaded files and keep it under a name, with these false-alarm rates (review, reject)."""
    with gathered(files) as source:
        return fitting.fit_folder(source, name, {}, rates=rates, replace=replace, progress=progress, names=names)


def asked(
    queue: "Queue",
    files: Sequence[str],
    name: str,
    rates: tuple[float, float],
    replace: bool,
    minutes: float,
    names: int = 0,
) -> int:
    """Ask for a training on uploaded files, which are kept until it is done, and return the job's id."""
    from assistant.job_wishes import FitWish, ask, uploaded

    with gathered(files) as source, uploaded(source, secrets.token_hex(8)) as kept:
        return ask(queue, FitWish(str(kept), name, minutes, *rates, replace, names), "").id


def introduced(fit: Fit, lang: Lang) -> str:
    """Return, as HTML, what was fitted and what it promises."""
    seconds = number(fit.seconds, significant=2)
    lines = [word("fit.took", lang, n=number(fit.calibration.n), seconds=seconds)]
    lines += card.support_in_words(fit.calibration.support(fit.calibration.reject_rate), lang)
    lines.append(word("fit.next", lang))
    if "kinds_painted" in fit.card:
        counts = {"seen": number(fit.card["kinds_learnt_from"]), "of": number(fit.card["kinds_painted"])}
        lines.append(word("fit.names" if OWN in fit.card else "fit.names.few", lang, **counts))
    skipped = [told_of(path, reason) for path, reason in fit.card["skipped"]]
    lines += [word("fit.skipped", lang, count=number(len(skipped)))] if skipped else []
    said = "".join(f"<p>{escape(line)}</p>" for line in lines)
    return f"<p><b>{word('fit.done', lang, name=escape(fit.name))}</b></p>{said}{listed(skipped)}"


def told_of(path: str, reason: str) -> str:
    """Return what is wrong with a file under its own name: where it was put for a moment is no news to the visitor."""
    return f"{Path(path).name}: {reason.rpartition(f'{path}: ')[2]}"


def what_if(calibration: Calibration, seen: Sequence[float], lang: Lang) -> str:
    """Return, as an HTML table, how many good parts and pictures seen would fall where under other rates."""
    now = (calibration.review_rate, calibration.reject_rate)
    heads = "".join(f'<th scope="col" aria-label="{label(v, lang)}">{card.badge(v, lang)}</th>' for v in VERDICTS)
    rows = []
    for row in calibration.what_if(sorted({*RATES, now}, reverse=True), seen):
        rates = (row["review_rate"], row["reject_rate"])
        marks = ["*" if calibration.support(rate).extrapolated else "" for rate in rates]
        cells = [" / ".join(percent(rate, lang) for rate in rates)]
        cells += [f"{row[key]:.2f}{mark}" for key, mark in zip(("review", "reject"), marks, strict=True)]
        cells += [number(row[group][verdict]) for group in ("normals", "seen") for verdict in VERDICTS]
        rows.append(f'<tr class="{"now" if rates == now else ""}"><td>{"</td><td>".join(cells)}</td></tr>')
    groups = [("what_if.normals", calibration.n), ("what_if.seen", len(seen))]
    spans = "".join(f'<th colspan="3">{word(key, lang, n=number(n))}</th>' for key, n in groups)
    firsts = "".join(f'<th rowspan="2">{head}</th>' for head in (word("what_if.rates", lang), "T1", "T2"))
    badges = " ".join(card.badge(verdict, lang) for verdict in VERDICTS)
    table = (
        f'<table class="foil-table"><thead><tr>{firsts}{spans}</tr>'
        f"<tr>{heads}{heads}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
    )
    return f'{wide(table)}<p class="foil-note">{badges}</p><p class="foil-note">{word("what_if.note", lang)}</p>'
