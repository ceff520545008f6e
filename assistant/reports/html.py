"""A report as one file of HTML: no script, nothing asked from anywhere, every name and text escaped."""

import base64

from assistant.reports.blocks import Document
from assistant.reports.charts import COLOURS
from assistant.reports.words import label
from assistant.sheet import filled, markup

SHAPES = {"PASS": "●", "REVIEW": "▲", "REJECT": "■", "REFUSED": "◆", "UNREADABLE": "◇"}


def html(document: Document) -> bytes:
    """Return a report as a page."""
    text = filled(
        "reports/report.html",
        document.lang,
        report=document,
        kind=lambda block: type(block).__name__,
        contents=label("contents", document.lang),
        colours=COLOURS,
        shapes=SHAPES,
        chart=markup,  # what charts say is escaped where they are drawn
        jpeg=lambda content: "data:image/jpeg;base64," + base64.b64encode(content).decode(),
    )
    return text.encode(errors="backslashreplace")
