"""From words to a query: "rejects of lot 7 since Monday with regions over 5 mm", in English or Chinese.

What is read as a field is taken out; what is left is searched by its meaning.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from assistant.search import Query, Unit
from fusion.errors import BadInput
from fusion.modality.text import read_text

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_ZH_DAYS = "一二三四五六日"
_DAY = rf"(?:{'|'.join(_DAYS)}|today|yesterday|\d{{4}}-\d\d-\d\d)"
_ZH_DAY = rf"(?:(?:上?周|上?星期)[{_ZH_DAYS}天]|今天|昨天|\d{{4}}-\d\d-\d\d)"
_VERDICTS = (  # in this order: "not good" holds "good"
    ("REJECT", re.compile(r"\breject(?:s|ed|ions?)?\b|\bfailed\b|不合格(?:的|品)?|判退的?", re.I)),
    ("REVIEW", re.compile(r"\breviews?\b|待?复检的?", re.I)),
    ("REFUSED", re.compile(r"\brefused\b|拒绝评估的?", re.I)),
    ("PASS", re.compile(r"\bpass(?:es|ed)?\b|合格(?:的|品)?", re.I)),
)
_LOT = re.compile(
    r"\b(?:(?:of|in|from) )?(?:the )?(?:lot|batch) ?(?:no\.? ?|#)?(?P<lot>[\w.-]*\d[\w.-]*)"
    r"|批次 ?(?P<zh>[\w.-]*\d)|第 ?(?P<n>\d+) ?批",
    re.I,
)
_SINCE = re.compile(
    rf"\b(?:since|after|from) (?:last )?(?P<day>{_DAY})\b|自?(?P<zh>{_ZH_DAY})(?:以来|之后|起|以后)", re.I
)
_ON = re.compile(rf"\bon (?:last )?(?P<day>{_DAY})\b|\b(?P<bare>today|yesterday)(?:'s)?\b|(?P<zh>{_ZH_DAY})的?", re.I)
_LARGER = re.compile(
    r"(?:\b(?:with|having) )?(?:\b(?:a|an|any) )?(?:\b(?:regions?|defects?|marks?|spots?) )?(?:\bthat (?:is|are) )?"
    r"\b(?:over|above|(?:larger|bigger|longer|greater|more) than) (?P<size>\d+(?:\.\d+)?) ?(?P<unit>mm|px|pixels?)\b"
    r"|(?:区域|缺陷)?(?:大于|超过|长于) ?(?P<zh>\d+(?:\.\d+)?) ?(?P<zhunit>mm|毫米|px|像素)(?:的(?:区域|缺陷)?)?",
    re.I,
)
_FILLER = (
    r"(?:\b(?:show|find|list|search|give|me|all|the|any|which|ones?|parts?|pictures?|inspections?|samples?|were|was|are|is|"
    r"have|has|of|in|with|for|please|and|that)\b|[的有了请]|找出?|列出|显示|哪些|零件|图片)"
)
_ENDS = re.compile(
    rf"^(?:{_FILLER}|[\s,.?!，。？！])+|(?:{_FILLER}|[\s,.?!，。？！])+$", re.I
)  # what says nothing there


@dataclass(frozen=True)
class Read:
    """A query, and what was understood of each field."""

    query: Query
    fields: dict[str, str]

    @property
    def has_fields(self) -> bool:
        """Tell whether more than a verdict or words was asked for."""
        return bool(self.fields.keys() - {"words", "verdict"})


def read_query(text: str, today: date | None = None) -> Read:
    """Return what words ask for; days are whole ones, UTC, and a weekday is the last one of its name."""
    left, day, fields = _Left(read_text(text, "what is searched for")), today or datetime.now(UTC).date(), {}
    larger: tuple[float, Unit] | None = None
    if found := left.take(_LARGER):
        size, unit = float(found["size"] or found["zh"]), found["unit"] or found["zhunit"]
        larger = (size, "mm" if unit.lower() in ("mm", "毫米") else "px")
        fields["larger than"] = f"{size:g} {unit}"
    lots: tuple[str, ...] = ()
    if found := left.take(_LOT):
        name = found["lot"] or found["zh"] or found["n"]
        lots, fields["lot"] = (name, *(f"lot{between}{name}" for between in ("", " ", "-", "_"))), name
    since = until = ""
    if found := left.take(_SINCE):
        fields["since"] = str(_day(found["day"] or found["zh"], day))
        since = f"{fields['since']}T00:00:00.000"
    elif found := left.take(_ON):
        fields["on"] = str(_day(found["day"] or found["bare"] or found["zh"], day))
        since, until = f"{fields['on']}T00:00:00.000", f"{fields['on']}T23:59:59.999"
    verdicts = tuple(verdict for verdict, pattern in _VERDICTS if left.take(pattern))
    if verdicts:
        fields["verdict"] = " or ".join(verdicts)
    if words := left.words:
        fields["words"] = words
    return Read(Query(words, "", lots, verdicts, since, until, larger), fields)


class _Left:
    """What nobody has read yet of a text."""

    def __init__(self, text: str) -> None:
        self.text = text

    def take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        found = pattern.search(self.text)
        if found:
            self.text = f"{self.text[: found.start()]} {self.text[found.end() :]}"
        return found

    @property
    def words(self) -> str:
        """Return what is left and says anything."""
        return _ENDS.sub("", re.sub(r"\s+", " ", self.text))


def _day(said: str, today: date) -> date:
    """Return the day that is meant: today, or one before."""
    said = said.lower()
    if said[0].isdigit():
        try:
            return date.fromisoformat(said)
        except ValueError as error:
            raise BadInput(f"{said} is no day; expected one such as 2026-11-28") from error
    if said in ("today", "今天", "yesterday", "昨天"):
        return today - timedelta(days=said in ("yesterday", "昨天"))
    of_week = _DAYS.index(said) if said in _DAYS else _ZH_DAYS.index(said[-1].replace("天", "日"))
    return today - timedelta(days=(today.weekday() - of_week) % 7 + 7 * said.startswith("上"))
