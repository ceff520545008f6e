"""Guidance: what a person's words do to a detection, and how much, measured place by place.

The network learnt from captions which words are true of a place: the odds of that are a likelihood ratio between the
words and normal. D under words is D with what they name put back, so of a place's difference from normal they explain
the share that they name. Looking for something never changes a verdict; leaving something out can only take away what
the words explain; words that describe the normal part change what normal is.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from fusion.detection import Guidance
from fusion.learned import Learned
from fusion.modality.prompt import Prompt

if TYPE_CHECKING:
    from fusion.modality.text import TextEncoder

Cells = NDArray[np.float32]  # (rows, columns), in sigma


@dataclass(frozen=True, eq=False)
class Guided:
    """The cells that count for the verdict once the words were heard, and what the words did."""

    cells: Cells
    found: Cells | None  # how much of each cell the words looked for explain, in sigma
    effect: float
    explained: float | None
    ignored: float | None
    described: bool = False  # the words said what the normal part is


def describes(learned: Learned, words: NDArray[np.float32]) -> bool:
    """Tell whether words, (T,), are nearer to what was said of the normals than to any kind of defect."""
    if not len(learned.descriptions):
        return False
    said = torch.from_numpy(words)
    return float((learned.descriptions @ said).max()) > float((learned.kinds @ said).max())


def search(learned: Learned, x: Tensor, cells: Cells, prompt: Prompt, encoder: "TextEncoder", limit: float) -> Guided:
    """Look for some words and leave out others in tokens x, (1, P, C), whose map is `cells`, marked from `limit` on."""
    kept, found, explained, ignored = cells, None, None, None
    if prompt.focus:
        found = np.asarray(np.maximum(cells, 0) * _share(learned, x, encoder.encode([prompt.focus])[0], cells.shape))
        explained = _of_marked(found, cells, limit)
    if prompt.ignore:
        taken = np.maximum(cells, 0) * _share(learned, x, encoder.encode([prompt.ignore])[0], cells.shape)
        kept = np.asarray(cells - taken, np.float32)
        ignored = _of_marked(taken, cells, limit)
    effect = max(explained or 0.0, ignored or 0.0)
    return Guided(kept, found, effect, explained, ignored)


def changed(before: Cells, after: Cells) -> float:
    """Return the share of a map that a condition changed, in [0, 1]: 0 of maps that agree, 1 of disjoint ones."""
    a, b = np.maximum(before, 0), np.maximum(after, 0)
    return float(np.abs(a - b).sum() / max(float((a + b).sum()), 1e-6))


def told(prompt: Prompt, guided: Guided, guided_map: NDArray[np.float32] | None) -> Guidance:
    """Return the guidance as plain data; the map is in the picture's own pixels."""
    return Guidance(
        text=prompt.text,
        role="description" if guided.described else "search",
        focus=prompt.focus,
        ignore=prompt.ignore,
        place=prompt.place,
        unknown=prompt.unknown,
        basis="captions",
        effect=guided.effect,
        found=guided.explained,
        ignored=guided.ignored,
        guided_map=guided_map,
    )


def _share(learned: Learned, x: Tensor, words: NDArray[np.float32], grid: tuple[int, int]) -> Cells:
    """Return the share of each place that words, (T,), name, (rows, columns) in [0, 1]."""
    return np.asarray(learned.names(x, words, grid).view(grid).numpy(), np.float32)


def _of_marked(part: Cells, cells: Cells, limit: float) -> float:
    """Return the share of what is marked, or of the strongest place where nothing is, that a part of it makes up."""
    marked = cells >= min(limit, float(cells.max()))
    return float(np.clip(part[marked].sum() / max(float(cells[marked].sum()), 1e-6), 0, 1))
