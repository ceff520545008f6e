"""Audit reports: all that a store holds of a sample, a lot or a period, for people and programs, from the store alone.

facts (read at one moment, verified) -> sections in words -> PDF, HTML, JSON or CSV -> a record of the report itself.
"""

import hashlib
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from assistant.recording import Entry, code
from assistant.reports import closing, measured, overview, samples
from assistant.reports.blocks import Document
from assistant.reports.data import as_csv, as_json
from assistant.reports.facts import Facts, gather
from assistant.reports.html import html
from assistant.reports.pdf import pdf
from assistant.reports.scope import Scope
from assistant.reports.words import label, moment
from assistant.store import Store, named
from explain.catalogue import Lang
from explain.prompt import clean
from fusion.errors import BadSetting, FoilError
from fusion.files import atomic_write, make_folder
from fusion.progress import Progress, silent

Status = Literal["draft", "final"]
PAPERS: dict[str, Callable[[Document], bytes]] = {".pdf": pdf, ".html": html}
FILES: dict[str, Callable[[Facts, Status, str], bytes]] = {".json": as_json, ".csv": as_csv}


@dataclass(frozen=True)
class Report:
    """A report that was written, and the record that tells of it."""

    path: Path
    sha256: str
    record: int
    status: Status
    inspections: int
    open: int  # that wait for a person's decision


@dataclass(frozen=True, eq=False)
class Prepared:
    """All that a report will say; nothing is written yet."""

    known: Facts
    lang: Lang
    status: Status
    by: str
    progress: Progress

    @cached_property
    def document(self) -> Document:
        """Return it in words and pictures."""
        return compose(self.known, self.lang, self.status, self.by, self.progress)

    def write(self, out: Path) -> Report:
        """Write it and record that it was made, with its hash; a final one stays in the store, too."""
        suffix, known = _suffix(out), self.known
        make_folder(out.parent)
        write = FILES.get(suffix)
        content = write(known, self.status, self.by) if write else PAPERS[suffix](self.document)
        sha256 = hashlib.sha256(content).hexdigest()
        said: dict[str, Any] = {
            "report": sha256,
            "name": clean(out.name),
            "lang": self.lang,
            "status": self.status,
            "by": self.by,
            "scope": asdict(known.scope),
        }
        said |= {"inspections": [one.number for one in known.found], "until": known.until, "code": code()}
        record = known.store.add(Entry("report", said, files=(content,) if self.status == "final" else ()))
        atomic_write(out, content)
        return Report(out, sha256, record, self.status, len(known.found), len(known.open))


def prepare(
    store: Store,
    scope: Scope,
    lang: Lang = "en",
    final: bool = False,
    by: str = "",
    progress: Progress = silent,
) -> Prepared:
    """Gather what a report will say.

    A final one is refused while a person's decision is missing, or where the records don't hold.
    """
    by = named("by", by) if final else clean(by)
    known = gather(store, scope, progress)
    if final:
        _may_be_final(known)
    return Prepared(known, lang, "final" if final else "draft", by, progress)


def write_report(
    store: Store,
    scope: Scope,
    out: Path,
    lang: Lang = "en",
    final: bool = False,
    by: str = "",
    progress: Progress = silent,
) -> Report:
    """Prepare a report and write it."""
    _suffix(out)  # what can't be written must cost no work
    make_folder(out.parent)
    return prepare(store, scope, lang, final, by, progress).write(out)


def compose(known: Facts, lang: Lang, status: Status, by: str, progress: Progress = silent) -> Document:
    """Return the ten sections of a report in words, and every inspection in a row."""
    sections = [
        overview.identity(known, lang),
        overview.system(known, lang),
        measured.trust(known, lang),
        measured.results(known, lang),
        samples.findings(known, lang, progress),
        samples.decisions(known, lang),
        closing.sampling(known, lang),
        closing.changes(known, lang),
        closing.limits(known, lang),
        closing.integrity(known, lang),
    ]
    named_by = label("by", lang, name=by) if by else ""
    return Document(
        lang=lang,
        title=label("title", lang),
        subtitle=overview.scope_said(known, lang),
        status=label(status, lang),
        is_draft=status == "draft",
        made=" · ".join(filter(None, (f"{moment(known.made)} UTC", named_by))),
        moment=known.made,
        head=f"{known.verified.records} {known.verified.head}",
        front=overview.front(known, by, status == "final", lang),
        sections=sections if known.scope.is_one else [*sections, samples.annex(known, lang)],
    )


def _suffix(out: Path) -> str:
    """Return what kind of file a report is to be; BadSetting if there is no such kind."""
    suffix = out.suffix.lower()
    if suffix not in {**PAPERS, **FILES}:
        raise BadSetting(f"{out}: a report is no such file; expected {', '.join([*PAPERS, *FILES])}")
    return suffix


def _may_be_final(known: Facts) -> None:
    if known.verified.faults:
        raise FoilError(
            f"{known.store.name}: the records don't hold ({known.verified.faults[0]}), so no final report can be made; "
            "run: foil audit verify"
        )
    if known.open:
        listed = ", ".join(str(one.number) for one in known.open[:10]) + (", ..." if len(known.open) > 10 else "")
        raise BadSetting(
            f"no final report yet: a person must first decide on {len(known.open)} of its inspections ({listed}): "
            f"foil store decide {known.open[0].number} --verdict PASS --by NAME --reason WHY"
        )
