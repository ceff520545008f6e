"""A phrase: what Foil says, in English and Chinese side by side."""

from typing import Literal, NamedTuple

Lang = Literal["en", "zh"]


class Phrase(NamedTuple):
    en: str
    zh: str
