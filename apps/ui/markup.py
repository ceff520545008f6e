"""The few pieces of HTML that several tabs put words into."""

import re
from collections.abc import Sequence
from html import escape

SHOWN = 12  # lines; a list of hundreds helps nobody
UNIT = re.compile(r"(?<=\d) (?=[%×]|px|mm|sigma|L\*)| (?==)|(?<=[=×▲■●]) ")  # a space that no line may end at


def unbroken(text: str) -> str:
    """Return words in which a number keeps its unit, and a verdict its shape, on its line."""
    return UNIT.sub("\u00a0", text)


def note(text: str, live: bool = False) -> str:
    """Return a small line; a `live` one is read out by a screen reader when it changes."""
    role = ' role="status"' if live else ""
    return f'<p class="foil-note"{role}>{escape(unbroken(text))}</p>'


def wide(inner: str) -> str:
    """Return HTML that may be wider than a telephone, in a place of its own that keys, too, can scroll."""
    return f'<div class="foil-scroll" tabindex="0">{inner}</div>'


def listed(lines: Sequence[str]) -> str:
    """Return lines as an HTML list, the first of many; nothing where there are none."""
    rows = [*lines[:SHOWN], *(["…"] if len(lines) > SHOWN else [])]
    return f"<ul>{''.join(f'<li>{escape(row)}</li>' for row in rows)}</ul>" if rows else ""
