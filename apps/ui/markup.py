"""The few pieces of HTML that several tabs put words into."""

import re
from html import escape

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
