"""What a question names that asks for a fit: the good parts' folder, and the model's name."""

import re

_POLITE = r"(?:please|pls|can you|could you|would you|i want (?:you )?to|let us|let's)"
_FIT = re.compile(rf"^\s*(?:{_POLITE} +)*(?P<en>(?:fit|train|teach|learn)\b)|(?P<zh>训练|学习)", re.IGNORECASE)
# A folder is in quotes, has a slash, or is an archive.
_PLACE = re.compile(
    r"[\"“‘「]([^\"”’」]+)[\"”’」]|((?:[A-Za-z]:|~|\.{1,2})?(?:[\w.~-]*[/\\])+[\w.~/\\-]*|[\w.-]+\.zip)"
)
_NAME = re.compile(
    r"(?:\b(?:as|called|named|(?:and )?(?:call|name) it)\s+|(?:叫做?|命名为|名为|名叫)\s*)[\"“]?(?P<name>[\w.-]+)",
    re.IGNORECASE,
)


def read_fit(asked: str) -> tuple[str, str] | None:
    """Return the folder, and the name or "", that a model is to be fitted on and under; None if that isn't asked."""
    if not (verb := _FIT.search(asked)):
        return None
    rest = asked[verb.end() :] if verb["en"] else asked
    place = _PLACE.search(rest)
    if not place:
        return None
    source = next(filter(None, place.groups())).rstrip(".,;?!，。？！")
    name = _NAME.search(rest[: place.start()]) or _NAME.search(rest[place.end() :])
    return source, name["name"].rstrip(".") if name else ""
