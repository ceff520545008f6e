"""A report as PDF/A: text that can be selected, fonts embedded, bookmarks, and "page n of m" on every page.

The template is a program in Typst that reads the report as data, so no name or text can say anything to it.
"""

import dataclasses
import json
import os
from datetime import datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from assistant.reports.blocks import Charts, Document
from assistant.reports.charts import COLOURS
from assistant.reports.words import label

_HERE = Path(__file__).parent
_FONTS = _HERE / "fonts"
_STANDARD: Final = "a-2a"  # ISO 19005-2: to be kept for long, with a structure for those who can't see it


def pdf(document: Document) -> bytes:
    """Return a report as one PDF file; nothing outside of Foil is read, so every machine makes the same."""
    import typst

    with TemporaryDirectory(prefix="foil-report-") as folder:
        root = Path(folder)
        told = _plain(document, root) | {
            "contents": label("contents", document.lang),
            "page": label("page", document.lang, n="|", m="|").split("|"),
            "colours": COLOURS,
        }
        (root / "report.json").write_text(json.dumps(told), encoding="utf-8")
        (root / "report.typ").write_bytes((_HERE / "report.typ").read_bytes())
        fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(_FONTS)])
        compiler = typst.Compiler(str(root / "report.typ"), root=folder, font_paths=fonts)
        made = datetime.fromisoformat(document.moment)
        content = compiler.compile(format="pdf", pdf_standards=_STANDARD, timestamp=made)
    assert isinstance(content, bytes)  # a PDF is one file
    return content


def _plain(value: Any, root: Path) -> Any:
    """Return a part of a report as plain data that names its kind; pictures and charts become files."""
    if isinstance(value, Charts):
        charts = [_file(root, "svg", known(chart).encode()) for chart in value.charts]
        return {"kind": "Charts", "charts": charts, "caption": known(value.caption)}
    if dataclasses.is_dataclass(value):
        fields = {field.name: _plain(getattr(value, field.name), root) for field in dataclasses.fields(value)}
        return {"kind": type(value).__name__, **fields}
    if isinstance(value, bytes):
        return _file(root, "jpg", value)
    if isinstance(value, list | tuple):
        return [_plain(item, root) for item in value]
    return known(value) if isinstance(value, str) else value


def _file(root: Path, suffix: str, content: bytes) -> str:
    name = f"{len(os.listdir(root))}.{suffix}"
    (root / name).write_bytes(content)
    return name


def known(text: str) -> str:
    """Return a text with every character that the fonts lack as its number, so that none is lost in silence."""
    return "".join(c if c in _characters() else f"‹U+{ord(c):04X}›" for c in text)


@cache
def _characters() -> frozenset[str]:
    return frozenset((_FONTS / "characters.txt").read_text(encoding="utf-8")) | {"\n"}
