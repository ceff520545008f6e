"""What a report consists of, whatever file it becomes: sections of blocks, all words in the reader's language."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Tone = Literal["plain", "heading", "note", "warning"]


@dataclass(frozen=True)
class Mark:
    """A verdict, to be shown in its colour and with its shape."""

    verdict: str
    words: str


Cell = str | Mark


@dataclass(frozen=True)
class Text:
    words: str
    tone: Tone = "plain"


@dataclass(frozen=True)
class Facts:
    """Names and what stands behind them."""

    rows: Sequence[tuple[str, Cell]]


@dataclass(frozen=True)
class Table:
    head: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    wide: int  # the column that takes the room that is left
    right: Sequence[int] = ()  # columns of figures


@dataclass(frozen=True)
class Tiles:
    """Figures to be seen first: what they count, and in which verdict's colour."""

    tiles: Sequence[tuple[str, str, str]]  # figure, what it counts, verdict or ""


@dataclass(frozen=True)
class Charts:
    """Charts side by side, or one over the whole width."""

    charts: Sequence[str]  # SVG
    caption: str = ""


@dataclass(frozen=True)
class Figure:
    jpeg: bytes
    caption: str
    generated: str = ""  # the label of a picture that was not photographed


@dataclass(frozen=True)
class Figures:
    figures: Sequence[Figure]


@dataclass(frozen=True)
class Sample:
    """All of one inspection, kept together on a page."""

    title: str
    mark: Mark
    blocks: Sequence["Block"]


Block = Text | Facts | Table | Tiles | Charts | Figures | Sample


@dataclass(frozen=True)
class Section:
    title: str
    blocks: Sequence[Block]


@dataclass(frozen=True)
class Document:
    lang: Literal["en", "zh"]
    title: str
    subtitle: str
    status: str  # DRAFT or FINAL, in the reader's language
    is_draft: bool
    made: str  # when and by whom, as every page bears it
    moment: str  # when, for the file itself
    head: str  # the last record and its hash, as every page bears them
    front: Sequence[Block]
    sections: Sequence[Section]
