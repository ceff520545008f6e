"""What a language model that answers in JSON says: mended where only one reading is left, refused where it isn't.

Mended are a fence or words around the object, trailing commas, line breaks in strings, and an end that was cut off:
whole sentences stay, the one that was begun goes.
"""

import json
import re
from typing import Any

from fusion.errors import BadModel

SENTENCES = "sentences"  # of the form that is asked for
_KEYS = ("explanation", "text", "answer", "content")  # where a model that wraps its answer by itself puts its words
_BEGIN = re.compile(rf'\{{\s*"(?:{"|".join((SENTENCES, *_KEYS))})"\s*:')
_STRING_OR_COMMA = re.compile(r'"(?:\\.|[^"\\])*(?:"|\Z)|,(?=\s*[}\]])', re.DOTALL)
_WHOLE = re.compile(r".*(?:[.!?](?=\s)|[。！？])", re.DOTALL)


def is_json(said: str) -> bool:
    """Tell whether an answer is JSON, or holds an object of words."""
    return said.lstrip().startswith(("{", "[")) or _BEGIN.search(said) is not None


def words_of(said: str) -> str:
    """Return the words in an answer that is JSON, a line a sentence; raise BadModel where it can't be read for sure."""
    begin = _BEGIN.search(said)
    text = _STRING_OR_COMMA.sub(_tidied, said[begin.start() if begin else 0 :].strip())
    try:
        data, end = json.JSONDecoder().raw_decode(text)
    except json.JSONDecodeError as error:
        at_end = error.pos >= len(text) or error.msg.startswith("Unterminated string")
        words = _cut_off(text) if at_end else None
        if words is None:
            raise BadModel("its answer was broken JSON; take another model, or give it more tokens") from None
        return words
    if "{" in text[end:]:
        raise BadModel("its answer was more than one piece of JSON; take another model")
    words = _words(data)
    if words is None:
        raise BadModel(f"its answer was JSON without any of {', '.join((SENTENCES, *_KEYS))}; take another model")
    return words


def _tidied(match: re.Match[str]) -> str:
    """Return a string without line breaks, and nothing in place of a trailing comma."""
    return re.sub(r"\s*[\x00-\x1f]+\s*", " ", match[0]) if match[0] != "," else ""


def _words(data: Any) -> str | None:
    """Return what an object says; None if it isn't one, or says nothing."""
    if not isinstance(data, dict):
        return None
    lines = data.get(SENTENCES)
    if isinstance(lines, list) and lines and all(isinstance(line, str) for line in lines):
        return "\n".join(line.strip() for line in lines)
    return next((data[key].strip() for key in _KEYS if isinstance(data.get(key), str)), None)


def _cut_off(text: str) -> str | None:
    """Return the whole sentences of an object whose end is missing; None if it has none."""
    from pydantic_core import from_json

    try:
        if words := _words(from_json(text, allow_partial=True)):  # without a string that was begun
            return words
        begun = _WHOLE.match(_words(from_json(text, allow_partial="trailing-strings")) or "")
    except ValueError:
        return None
    return begun[0] if begun else None
