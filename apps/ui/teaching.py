"""Teach a model from uploaded pictures: gather them, check them, fit, and say what the model promises."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory

from apps.ui.words import word
from assistant import card, fitting
from assistant.fitting import Fit
from explain.catalogue import Lang
from explain.wording import number, percent
from fusion.calibration import Calibration
from fusion.check import check
from fusion.errors import BadData, FoilError
from fusion.progress import Progress, silent

RATES = ((0.2, 0.1), (0.1, 0.05), (0.05, 0.01), (0.02, 0.005), (0.01, 0.001))  # what if: review, reject
SHOWN = 12  # findings; a table of hundreds helps nobody


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


def checked(files: Sequence[str], lang: Lang, progress: Progress = silent) -> str:
    """Return, as HTML, what is in uploaded files and what would spoil a model."""
    with gathered(files) as source, fitting.opened(source, {}) as dataset:
        good = len(dataset.normals())
        report = check(dataset, lambda done, total: progress("", done, total))
    if report.ok:
        return f"<p>{word('check.good', lang, count=number(good))}</p>"
    head = word("check.findings", lang, count=number(good), findings=number(len(report.findings)))
    rows = [f"<li><b>{escape(finding.path)}</b> {escape(finding.reason)}</li>" for finding in report.findings[:SHOWN]]
    rows += ["<li>…</li>"] if len(report.findings) > SHOWN else []
    return f"<p>{head}</p><ul>{''.join(rows)}</ul>"


def fitted(
    files: Sequence[str], name: str, rates: tuple[float, float], replace: bool, progress: Progress = silent
) -> Fit:
    """Fit a model on uploaded files and keep it under a name, with these false-alarm rates (review, reject)."""
    with gathered(files) as source:
        return fitting.fit_folder(source, name, {}, rates=rates, replace=replace, progress=progress)


def introduced(fit: Fit, lang: Lang) -> str:
    """Return, as HTML, what was fitted and what it promises."""
    seconds = number(fit.seconds, significant=2)
    lines = [word("fit.took", lang, n=number(fit.calibration.n), seconds=seconds)]
    lines += card.support_in_words(fit.calibration.support(fit.calibration.reject_rate), lang)
    said = "".join(f"<p>{escape(line)}</p>" for line in lines)
    skipped = fit.card.get("skipped", [])
    if skipped:
        rows = "".join(f"<li>{escape(str(reason))}</li>" for _, reason in skipped[:SHOWN])
        said += f"<p>{word('fit.skipped', lang, count=number(len(skipped)))}</p><ul>{rows}</ul>"
    return f"<p><b>{word('fit.done', lang, name=escape(fit.name))}</b></p>{said}"


def what_if(calibration: Calibration, seen: Sequence[float], lang: Lang) -> str:
    """Return, as an HTML table, how many good parts and pictures seen would fall where under other rates."""
    now = (calibration.review_rate, calibration.reject_rate)
    heads = "".join(f"<th>{card.badge(verdict, lang)}</th>" for verdict in ("PASS", "REVIEW", "REJECT"))
    groups = [word("what_if.normals", lang, n=number(calibration.n)), word("what_if.seen", lang, n=number(len(seen)))]
    rows = []
    for row in calibration.what_if(sorted({*RATES, now}, reverse=True), seen):
        rates = (row["review_rate"], row["reject_rate"])
        cells = [
            f"{percent(rates[0], lang)} / {percent(rates[1], lang)}{' · ' + word('what_if.now', lang) if rates == now else ''}"
        ]
        for key, rate in (("review", rates[0]), ("reject", rates[1])):
            cells.append(f"{row[key]:.2f}{'*' if calibration.support(rate).extrapolated else ''}")
        cells += [number(count) for group in ("normals", "seen") for count in row[group].values()]
        rows.append(f"<tr{' class=now' if rates == now else ''}><td>{'</td><td>'.join(cells)}</td></tr>")
    return (
        f'<table class="foil-table"><thead><tr><th rowspan="2">{word("what_if.rates", lang)}</th>'
        f'<th rowspan="2">T1</th><th rowspan="2">T2</th><th colspan="3">{groups[0]}</th><th colspan="3">{groups[1]}</th></tr>'
        f"<tr>{heads}{heads}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
        f'<p class="quiet">{word("what_if.note", lang)}</p>'
    )
