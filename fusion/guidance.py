"""Guidance: what a person's words do to a detection, and how much, measured place by place.

Which words are true of a place was learnt from captions (`Learned.names`), or a vision-language model tells it that
never saw the product (`ZeroShot.share`); the odds of that are a likelihood ratio between the words and normal. D under
words is D with what they name put back, so of a place's difference from normal they explain the share that they name.
Looking for something never changes a verdict; leaving something out can only take away what the words explain; words
that describe the normal part change what normal is.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from fusion.detection import Basis, Guidance
from fusion.modality.prompt import Prompt, phrases
from fusion.told import Told

Cells = NDArray[np.float32]  # (rows, columns), in sigma
SAME = 0.8  # likeness of two ways to say one thing
Named = Callable[[str], Cells]  # the share of each cell that words name, in [0, 1]
Where = Callable[[tuple[str, ...]], Cells]  # the share of each cell that lies in all of some places


@dataclass(frozen=True, eq=False)
class Guided:
    """The cells that count for the verdict once the words were heard, and what the words did."""

    cells: Cells
    found: Cells | None  # how much of each cell the words looked for explain, in sigma
    effect: float
    explained: float | None
    ignored: float | None
    described: bool = False  # the words said what the normal part is


def describes(told: Told, words: NDArray[np.float32], names_a_defect: bool) -> bool:
    """Tell whether words, (T,), are nearer to what was said of the normals than to any kind of defect.

    Where they name a kind of defect, they must be nearly what was said, word by word.
    """
    if not len(told.descriptions):
        return False
    said = torch.from_numpy(words)
    likeness = float((told.descriptions @ said).max())
    return likeness > (SAME if names_a_defect else float((told.kinds @ said).max()))


def search(named: Named | None, cells: Cells, prompt: Prompt, limit: float, where: Where | None = None) -> Guided:
    """Look for some words and leave out others in a map, `cells`, (rows, columns), marked from `limit` on.

    Each phrase is searched by itself and counts `where` it is said to be. Without `named` no words are understood.
    Places that are left out altogether, or looked at alone, are `fusion.region`'s.
    """
    kept, found, explained, ignored = cells, None, None, None
    focus, ignore = (_shares(named, words, cells, where) if named else [] for words in (prompt.focus, prompt.ignore))
    if focus:
        found = np.asarray(np.maximum(cells, 0) * np.max(focus, axis=0))
        explained = _of_marked(found, cells, limit)
    if ignore:
        taken = np.maximum(cells, 0) * np.max(ignore, axis=0)
        kept = np.asarray(cells - taken, np.float32)
        ignored = _of_marked(taken, cells, limit)
    effect = max(explained or 0.0, ignored or 0.0)
    return Guided(kept, found, effect, explained, ignored)


def _shares(named: Named, words: str, cells: Cells, where: Where | None) -> list[Cells]:
    """Return the share of each cell that each phrase names, (rows, columns), where it names anything."""
    asked = [phrase for phrase in phrases(words) if phrase.what]
    everywhere = np.ones_like(cells)
    return [named(one.what) * (where(one.places) if where else everywhere) for one in asked]


def changed(before: Cells, after: Cells) -> float:
    """Return the share of a map that a condition changed, in [0, 1]: 0 of maps that agree, 1 of disjoint ones."""
    a, b = np.maximum(before, 0), np.maximum(after, 0)
    return float(np.abs(a - b).sum() / max(float((a + b).sum()), 1e-6))


def told(prompt: Prompt, guided: Guided, guided_map: NDArray[np.float32] | None, basis: Basis) -> Guidance:
    """Return the guidance as plain data; the map is in the picture's own pixels."""
    return Guidance(
        text=prompt.text,
        role="description" if guided.described else "search",
        focus=prompt.focus,
        ignore=prompt.ignore,
        place=prompt.place,
        unknown=prompt.unknown,
        basis=basis,
        effect=guided.effect,
        found=guided.explained,
        ignored=guided.ignored,
        guided_map=guided_map,
    )


def _of_marked(part: Cells, cells: Cells, limit: float) -> float:
    """Return the share of what is marked, or of the strongest place where nothing is, that a part of it makes up."""
    marked = cells >= min(limit, float(cells.max()))
    return float(np.clip(part[marked].sum() / max(float(cells[marked].sum()), 1e-6), 0, 1))
