"""The few pieces of HTML that several tabs put words into."""

from html import escape


def note(text: str, live: bool = False) -> str:
    """Return a small line; a `live` one is read out by a screen reader when it changes."""
    role = ' role="status"' if live else ""
    return f'<p class="foil-note"{role}>{escape(text)}</p>'


def wide(inner: str) -> str:
    """Return HTML that may be wider than a telephone, in a place of its own that keys, too, can scroll."""
    return f'<div class="foil-scroll" tabindex="0">{inner}</div>'
