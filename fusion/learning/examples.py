"""Examples: what a network learns from, all of it whitened by statistics that never saw the normal in question.

A normal that whitened itself looks more normal than any new one (with 273 features and 300 normals, by a third of its
norm), so each is whitened by the Gaussian of the other folds, and so are the defects painted on it.
"""

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import repeat

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from fusion.progress import Progress
from fusion.region import share_of_cells
from fusion.representation.encoder import Encoder
from fusion.representation.segment import part_of
from fusion.representation.whitening import Moments, Pooling, Whitening, fit_gaussian
from fusion.synthesis import KINDS, pair
from fusion.threads import one_thread
from fusion.told import Said

BORROWED = 4  # other normals from which a defect may borrow


@dataclass(frozen=True, eq=False)
class Normals:
    """The good parts, and what was said of them."""

    x: Tensor  # (N, P, C) whitened, half precision
    said: Said
    told_x: Tensor | None  # (N, P, C) whitened given what was said, half precision; None where that is not heard


@dataclass(frozen=True, eq=False)
class Pairs:
    """Two defects of different kinds on a normal each: either alone, and both together."""

    base: Tensor  # (M,) which normal
    one: Tensor  # (M, P, C) half precision, as the next two
    other: Tensor
    both: Tensor
    masks: Tensor  # (M, 2, P) share of each cell that either defect covers
    kinds: Tensor  # (M, 2) of KINDS
    severity: Tensor  # (M, 2)

    def __len__(self) -> int:
        return len(self.base)

    def of(self, bases: Tensor) -> "Pairs":
        """Return only the pairs on some of the normals."""
        return self._where(torch.isin(self.base, bases))

    def first(self, wanted: Tensor) -> "Pairs":
        """Return only the first `wanted[i]` of those on normal i, (N,)."""
        earlier = (self.base[:, None] == self.base).tril(-1).sum(dim=1)
        return self._where(earlier < wanted[self.base])

    def _where(self, keep: Tensor) -> "Pairs":
        return Pairs(*(getattr(self, name)[keep] for name in self.__dataclass_fields__))


@dataclass(frozen=True, eq=False)
class Captions:
    """Words for each kind of defect, and for none, as embeddings."""

    kinds: Tensor  # (9, PARAPHRASES, T)
    normal: Tensor  # (K, T)


def held_out(
    tokens: Sequence[Tensor], folds: Sequence[Tensor], poolings: Sequence[Pooling], grid: tuple[int, int]
) -> Iterator[tuple[Tensor, list[Whitening]]]:
    """Yield each fold's indices and, for each representation (N, P, C), the whitening by all the others."""
    totals = [Moments.of(x, x.mean(dim=0)) for x in tokens]
    for fold in folds:
        yield (
            fold,
            [
                Whitening.of(fit_gaussian(total.without(Moments.of(x[fold], total.centre)), grid, pooling))
                for x, total, pooling in zip(tokens, totals, poolings, strict=True)
            ],
        )


def make_examples(
    tokens: Sequence[Tensor],
    pictures: NDArray[np.uint8],
    folds: Sequence[Tensor],
    poolings: Sequence[Pooling],
    encoder: Encoder,
    wanted: Tensor,
    background: bool,
    seed: int,
    progress: Progress,
) -> tuple[Tensor, Pairs]:
    """Return the whitened normals, (N, P, C), and pairs of defects, `wanted[i]` of them on normal i, (N,)."""
    whitened = torch.empty(*tokens[0].shape[:2], sum(x.shape[-1] for x in tokens), dtype=torch.half)
    made: list[tuple[int, Tensor, Tensor, Tensor, Tensor]] = []
    total = int(wanted.sum())

    def paint(job: tuple[int, int], whiten: list[Whitening]) -> tuple[int, Tensor, Tensor, Tensor, Tensor]:
        index, number = job
        rng = np.random.default_rng([seed, index, number])
        picture = pictures[index]
        others = [pictures[int(i)] for i in rng.integers(len(pictures), size=BORROWED)]
        one, other, both = pair(picture, rng, part_of(picture) if background else None, others)
        seen = [_whitened(encoder, image, whiten) for image in (one.image, other.image, both)]
        masks = torch.stack([_cells(defect.mask, encoder.grid) for defect in (one, other)])
        kinds = torch.tensor([KINDS.index(defect.kind) for defect in (one, other)])
        severity = torch.tensor([one.severity, other.severity])
        return index, torch.stack(seen), masks, kinds, severity

    with one_thread(), ThreadPoolExecutor(max_workers=min(os.cpu_count() or 1, 8)) as pool:
        for fold, whiten in held_out(tokens, folds, poolings, encoder.grid):
            parts = [apply(x[fold]).half() for apply, x in zip(whiten, tokens, strict=True)]
            whitened[fold] = torch.cat(parts, dim=-1)
            jobs = [(i, number) for i in fold.tolist() for number in range(int(wanted[i]))]
            for result in pool.map(paint, jobs, repeat(whiten)):
                made.append(result)
                progress("painting synthetic defects", len(made), total)
    indices, tokens_made, masks, kinds, severity = zip(*made, strict=True)
    one, other, both = torch.stack(tokens_made).unbind(1)
    stacked = (torch.stack(column) for column in (masks, kinds, severity))
    return whitened, Pairs(torch.tensor(indices), one, other, both, *stacked)


def _whitened(encoder: Encoder, picture: NDArray[np.uint8], whiten: Sequence[Whitening]) -> Tensor:
    """Return a picture of the frame as whitened tokens of all representations, (P, C), in half precision."""
    seen = encoder.encode(picture, _NOWHERE).tokens
    return torch.cat([one(x[None])[0] for one, x in zip(whiten, seen, strict=True)], dim=-1).clamp(-6e4, 6e4).half()


def _cells(mask: NDArray[np.bool_], grid: tuple[int, int]) -> Tensor:
    """Return the share of each cell that a mask of the frame, (H, W), covers, (P,)."""
    return torch.from_numpy(np.ascontiguousarray(share_of_cells(mask, grid))).flatten()


_NOWHERE = np.eye(2, 3)  # what is in the frame already needs no way back
