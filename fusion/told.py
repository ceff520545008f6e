"""Told: what words and skeletons say of a sample moves what is normal for it, in closed form, place by place.

Tokens and what is told of them are jointly Gaussian to first order, so what is normal of a told sample is a ridge
regression on features of what was told, and whitening by what then is left brings told samples, too, to N(0, I): the
coordinates of every denoiser. Words move every place; a bone moves only the places near it, so that a moved joint is
felt where it is and nowhere else.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from fusion.condition import JOINTS, drawn
from fusion.diffusion.denoiser import GaussianDenoiser
from fusion.progress import Progress
from fusion.representation.whitening import Moments, Pooling, Whitening, fit_gaussian
from fusion.residual import Spread, smooth
from fusion.view import View, cross_spread, others

FEWEST = 20  # told normals, below which nothing is learnt from what was told
WORDS = 8  # directions of meaning that descriptions may differ in
AWAY = (-2, 0, 2)  # cells, up and down and left and right, at which bones near a place are looked for
BONE = 1.5  # cells: how far from its line a bone is felt
RIDGE = 0.3  # in normals, whose features are as large as a bone's: what is told must be told often
Grid = tuple[int, int]


@dataclass(frozen=True, eq=False)
class Said:
    """What was said of samples beside their pictures."""

    text: Tensor  # (N, T) embeddings of descriptions
    described: Tensor  # (N,) bool: there is one
    skeleton: Tensor  # (N, 17, 3) in shares of the frame
    posed: Tensor  # (N,) bool: there is one

    @property
    def told(self) -> Tensor:
        """Return of which samples anything was said, (N,) bool."""
        return self.described | self.posed

    def of(self, index: Tensor) -> "Said":
        return Said(*(getattr(self, name)[index] for name in self.__dataclass_fields__))


@dataclass(frozen=True, eq=False)
class Hearing:
    """What of descriptions and skeletons is heard: directions of meaning, and bones near each place."""

    grid: Grid
    middle: Tensor  # (T,) of the normals' descriptions
    directions: Tensor  # (K, T) in which they differ, scaled to a spread of 1; (0, T) where they don't
    bones: Tensor  # (P, B) as they are on average; (P, 0) where skeletons are not heard

    @property
    def posed(self) -> bool:
        return self.bones.shape[1] > 0

    def said(self, text: NDArray[np.float32] | None, skeleton: NDArray[np.float32] | None) -> Said:
        """Return what was said of one sample: a description's embedding, (T,), a skeleton, (17, 3), either or both."""
        return Said(
            torch.zeros(1, len(self.middle)) if text is None else torch.from_numpy(text)[None],
            torch.tensor([text is not None]),
            torch.zeros(1, JOINTS, 3) if skeleton is None else torch.from_numpy(skeleton)[None],
            torch.tensor([skeleton is not None]),
        )

    def __call__(self, said: Said) -> Tensor:
        """Return the features of what was said, 0 where nothing was, (N, P, F)."""
        along = ((said.text - self.middle)[:, None] * self.directions).sum(dim=-1)  # no product: it rounds by strides
        words = along * said.described[:, None]
        parts = [words[:, None].expand(-1, len(self.bones), -1)]
        if self.posed:
            parts.append((_near(said.skeleton, self.grid) - self.bones) * said.posed[:, None, None])
        return torch.cat(parts, dim=-1)


@dataclass(frozen=True, eq=False)
class Told:
    """The closed form of told samples, beside the one of samples of which nothing is known."""

    hearing: Hearing
    weights: tuple[Tensor, ...]  # of each representation, (P, F, C)
    views: tuple[View, ...]  # of what is left
    spread: Spread  # of told normals' smoothed maps, (P,)
    scale: tuple[float, float]  # offset and factor that bring told normals' scores to where they are untold
    descriptions: Tensor  # (K, T) what was said of the normals; (0, T) where nothing was
    kinds: Tensor  # (9, T) the middle of each kind of defect's captions: what words could mean instead

    def left(self, tokens: Sequence[Tensor], said: Said) -> list[Tensor]:
        """Return what of the tokens of each representation, (N, P, C), what was said doesn't account for."""
        heard = self.hearing(said)
        return [x - expected(heard, weights) for x, weights in zip(tokens, self.weights, strict=True)]

    def units(self, maps: Tensor, grid: Grid) -> Tensor:
        """Return maps of told samples, (N, P), in the units of untold ones, in which thresholds are."""
        offset, factor = self.scale
        return offset + factor * self.spread(smooth(maps, grid))

    def rescaled(self, maps: Tensor, folds: Sequence[Tensor], untold: Tensor, grid: Grid) -> "Told":
        """Return the same in units of told normals' held-out maps, (N, P), scored (N,) `untold` as well."""
        calm = smooth(maps, grid)
        tops = cross_spread(calm, folds).amax(dim=1)
        factor = float(untold.std() / tops.std().clamp_min(1e-6))
        return replace(self, spread=Spread.of(calm), scale=(float(untold.mean() - factor * tops.mean()), factor))


def fit_hearing(said: Said, grid: Grid) -> Hearing | None:
    """Return what can be heard of what was said of the normals; None where too little was."""
    places, width = grid[0] * grid[1], said.text.shape[1]
    middle, directions, bones = torch.zeros(width), torch.zeros(0, width), torch.zeros(places, 0)
    texts = said.text[said.described]
    if len(texts) >= FEWEST:
        middle = texts.mean(dim=0)
        _, sizes, ways = torch.linalg.svd(texts - middle, full_matrices=False)
        kept = min(WORDS, int((sizes > 0.05 * len(texts) ** 0.5).sum()))
        directions = ways[:kept] / (sizes[:kept, None] / len(texts) ** 0.5)
    if int(said.posed.sum()) >= FEWEST:
        bones = _near(said.skeleton[said.posed], grid).mean(dim=0)
    if not len(directions) and not bones.shape[1]:
        return None
    return Hearing(grid, middle, directions, bones)


def fit_told(
    tokens: Sequence[Tensor],
    said: Said,
    hearing: Hearing,
    folds: Sequence[Tensor],
    poolings: Sequence[Pooling],
    untold: Tensor,
    meaning: tuple[Tensor, Tensor],
    progress: Progress,
) -> tuple[Told, Tensor]:
    """Fit on normals, (N, P, C) a representation; return it, and each normal's whitened tokens by the other folds.

    The tokens are (N, P, sum of C), in half precision. `untold` are the normals' held-out scores without what was said,
    (N,); `meaning` the descriptions and kinds of `Told`.
    """
    heard, grid, n = hearing(said), hearing.grid, len(said.told)
    folds = [torch.cat(list(folds[at : at + 2])) for at in range(0, len(folds), 2)]  # half as many: twice as fast
    held = torch.empty(n, tokens[0].shape[1], sum(x.shape[-1] for x in tokens), dtype=torch.half)
    maps, weights, views, start = [], [], [], 0
    for x, pooling in zip(tokens, poolings, strict=True):
        norms = x.new_empty(n, 1, x.shape[1])
        for done, fold in enumerate(folds):
            progress("learning from what was said of the good parts", done, len(folds))
            rest = others(n, fold)
            weight = _regression(heard[rest], x[rest])
            left = x[rest] - expected(heard[rest], weight)
            gaussian = fit_gaussian(Moments.of(left, left.mean(dim=0)), grid, pooling)
            white = gaussian.whiten(x[fold] - expected(heard[fold], weight))
            held[fold, :, start : start + x.shape[-1]] = white.clamp(-6e4, 6e4).half()
            norms[fold, 0] = white.norm(dim=-1)
        start += x.shape[-1]
        weights.append(
            weight.half().float().contiguous()
        )  # as on disk, or bits would differ; the last fold's serve later, as in `fit_view`
        views.append(View(Whitening.of(gaussian), GaussianDenoiser(), (1.0,), Spread.of(norms)))
        maps.append(cross_spread(norms, folds).mean(dim=1))
    told = Told(hearing, tuple(weights), tuple(views), Spread.of(maps[0]), (0.0, 1.0), *meaning)
    return told.rescaled(torch.stack(maps).mean(dim=0), folds, untold, grid), held


def expected(heard: Tensor, weights: Tensor) -> Tensor:
    """Return what tokens are expected to be beyond their mean, (N, P, F), (P, F, C) -> (N, P, C)."""
    return torch.einsum("npf,pfc->npc", heard, weights)


def _regression(heard: Tensor, x: Tensor) -> Tensor:
    """Return the weights of a ridge regression of tokens, (N, P, C), on features, (N, P, F), place by place."""
    a = (heard - heard.mean(dim=0)).transpose(0, 1)
    gram = a.transpose(1, 2) @ a + RIDGE * torch.eye(a.shape[-1])
    found: Tensor = torch.linalg.solve(gram, a.transpose(1, 2) @ (x - x.mean(dim=0)).transpose(0, 1))
    return found


def _near(skeleton: Tensor, grid: Grid) -> Tensor:
    """Return how near each place, and places around it, are to bones, (N, 17, 3) -> (N, P, 27)."""
    rows, columns = grid
    maps = drawn(skeleton, grid, BONE).transpose(1, 2).view(len(skeleton), -1, *grid)
    edge = max(AWAY)
    wide = F.pad(maps, (edge,) * 4)
    steps = [edge + away for away in AWAY]
    around = [wide[:, :, down : down + rows, right : right + columns] for down in steps for right in steps]
    return torch.cat(around, dim=1).flatten(2).transpose(1, 2)
