"""Text: one line of words, in any language, without what can't be seen."""

import re
import unicodedata

from fusion.errors import BadInput

LONGEST = 2000  # characters: far beyond what a text encoder reads (77 tokens)
_UNSEEN = {"Cc", "Cs"}  # control characters, halves of surrogate pairs
_BIDI = set(
    "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)  # they can make a report read backwards


def read_text(source: str, name: str = "the text") -> str:
    """Return a prompt as one clean line, NFC, control characters removed; empty if nothing is left."""
    text = re.sub(r"\s+", " ", unicodedata.normalize("NFC", source))
    text = "".join(c for c in text if unicodedata.category(c) not in _UNSEEN and c not in _BIDI).strip()
    if len(text) > LONGEST:
        raise BadInput(f"{name}: {len(text):,} characters; the limit is {LONGEST:,}: keep what describes the picture")
    return text
