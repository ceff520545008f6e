"""Holding out: every person as they look to statistics that never saw them.

Repetitions of one person are alike, people are not: so whoever is held out is held out with all their movements.
"""

from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from fusion.errors import BadData
from fusion.motion.cells import SIGMAS, Grid, fit_cells
from fusion.motion.culprit import differences, explains, matched, pose_factor
from fusion.motion.gathering import NormalSet
from fusion.progress import Progress
from fusion.representation.whitening import Whitening
from fusion.residual import residual

_FOLDS = 10


@dataclass(frozen=True, eq=False)
class Held:
    """Every window as it looks to statistics of other people."""

    folds: list[Tensor]  # the windows that were held out together
    whitenings: list[Whitening]  # a fold: by all the others
    white: Tensor  # (N, P, D)
    residuals: Tensor  # (N, S, P)
    explained: Tensor  # (N, L, R, T')

    def of(self, members: Tensor, residuals: Tensor) -> "Held":
        """Return only some of the windows, under other residuals of theirs."""
        return replace(self, white=self.white[members], residuals=residuals, explained=self.explained[members])


def hold_out(set_: NormalSet, method: str, pooled: bool, samples: int, seed: int, progress: Progress) -> Held:
    """Hold out each person, or several at once where there are more than 10; BadData if there is one only."""
    folds = _folds(set_.people, seed)
    whitenings, white, residuals, explained = [], [], [], []
    for done, fold in enumerate(folds):
        progress("looking at each person as if they were new", done, len(folds))
        others = torch.ones(len(set_.x), dtype=torch.bool)
        others[fold] = False
        known = set_.x[others]
        whitening, denoise = fit_cells(known, set_.grid, method, pooled, samples)
        whitenings.append(whitening)
        white.append(whitening(set_.x[fold]))
        residuals.append(residual(white[-1], denoise, SIGMAS[method]))
        difference = _as_places(set_.x[fold] - known.mean(dim=0), set_.grid)
        filters = [matched(factor, set_.pose, set_.joints) for factor in pose_factors(known, set_.grid, pooled)]
        explained.append(explains(filters, difference))
    order = torch.argsort(torch.cat(folds))
    together = (torch.cat(parts)[order] for parts in (white, residuals, explained))
    return Held(folds, whitenings, *together)


def pose_factors(x: Tensor, grid: Grid, pooled: bool) -> list[Tensor]:
    """Return the whitening factors of whole poses, of their velocities and accelerations, of tokens (N, P, D)."""
    deviations = _as_places(x - x.mean(dim=0), grid)
    return [pose_factor(part, pooled) for part in differences(deviations)]


def _folds(people: NDArray[np.str_], seed: int) -> list[Tensor]:
    everyone = np.unique(people)
    if len(everyone) < 2:
        raise BadData("movements of one person only; say who moved only where there are several people")
    shuffled = np.random.default_rng(seed).permutation(everyone)
    groups = np.array_split(shuffled, min(len(everyone), _FOLDS))
    return [torch.from_numpy(np.flatnonzero(np.isin(people, group))) for group in groups]


def _as_places(tokens: Tensor, grid: Grid) -> Tensor:
    """Return tokens, (N, P, D), by time and joint, (N, T', J, D)."""
    return tokens.view(len(tokens), *grid, -1).transpose(1, 2)
