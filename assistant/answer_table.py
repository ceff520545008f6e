"""Small tables beside an answer's sentences: pictures with their verdicts, regions with their measures."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from assistant.labels import label
from explain.catalogue import Lang, say
from explain.evidence import Evidence
from explain.wording import in_quotes, number, points

if TYPE_CHECKING:
    from assistant.lot import Lot

MOST = 20  # rows
NAME = 60  # characters


@dataclass(frozen=True)
class Table:
    """Heads, and rows of as many cells, in words of one language."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def of_pictures(lot: "Lot", names: Sequence[str], lang: Lang) -> Table | None:
    """Return verdict, score and p-value of pictures, the worst first, then what was refused; None of fewer than two."""
    found = [(name, lot.evidence(name)) for name in names if lot.seen[name].evidence]
    if len(found) < 2:
        return None
    found.sort(key=lambda one: (one[1].score is None, -(one[1].score or 0.0)))
    heads = [label(key, lang) for key in ("picture", "verdict", "score.head", "regions")]
    return Table((*heads, "p"), tuple(_picture(name, e, lang) for name, e in found[:MOST]))


def of_regions(e: Evidence, numbers: Sequence[int], lang: Lang) -> Table | None:
    """Return place, size and strength of regions; None of fewer than two."""
    chosen = [r for r in e.regions if not numbers or r.number in numbers][:MOST]
    if len(chosen) < 2:
        return None
    heads = [label(key, lang) for key in ("where", "size", f"share.{e.frame}", "peak")]
    rows = [
        (
            number(r.number),
            say(f"at.{r.place}", lang),
            f"{number(r.width_px)} × {number(r.height_px)}",
            say("percent", lang, number=number(r.area_percent)),
            number(r.strength.peak),
        )
        for r in chosen
    ]
    return Table(("", *heads), tuple(rows))


def _picture(name: str, e: Evidence, lang: Lang) -> tuple[str, ...]:
    shown = (in_quotes(name, NAME, lang), say(f"verdict.{e.verdict}", lang))
    if e.score is None or e.p_value is None:
        return (*shown, "–", "–", "–")
    return (*shown, points(e.score), number(e.regions_found), number(e.p_value, 2))
