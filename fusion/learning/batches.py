"""Batches: what the network is asked, and what it should have answered.

Without words, or under what was said of them, the network meets normals alone: there it is their denoiser, and no idea
that we have of defects bends it. Under "normal" and inside masks it meets defects, too, and undoes them. Where words or
skeletons tell normals apart, it meets two in one picture, and what was said of the one decides what belongs there. The
target is always the tokens of a picture, so what is learnt is repair (GLAD's target with the right sign), not a step
towards it.
Noise is always added: asked without any, a network learns to hand through what it sees, defects too.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from fusion.condition import Condition, nothing, stacked
from fusion.diffusion.denoiser import precondition
from fusion.diffusion.network import Network
from fusion.diffusion.noise import generator_of, training_sigmas
from fusion.learned import global_embedding
from fusion.learning.examples import Captions, Normals, Pairs

LOW, HIGH = 0.5, 4.0  # of the noise levels: below, nothing can be undone; above, nothing is seen
SHARES = {"normal": 0.75, "repair": 0.19, "region": 0.06}
TOLD_APART = 1 / 3  # of the normals of a batch are mixed with another one, where words or skeletons tell them apart
DROP = 0.15  # of image and skeleton; words and masks say what is asked for, and are absent where nothing is


class Batch(NamedTuple):
    x: Tensor  # (B, P, C) as the network sees it
    target: Tensor  # (B, P, C)
    sigma: Tensor  # (B,)
    cond: Condition

    def to(self, device: torch.device) -> "Batch":
        return Batch(self.x.to(device), self.target.to(device), self.sigma.to(device), self.cond.to(device))


@dataclass(frozen=True, eq=False)
class Source:
    """Where batches come from: the normals and pairs that may be learnt from."""

    normals: Normals
    pairs: Pairs
    captions: Captions
    members: Tensor  # indices of the normals
    grid: tuple[int, int]
    seed: int
    size: int = 16
    synthetic: bool = True  # False: learn from normals alone

    def __call__(self, number: int) -> Batch:
        """Return batch number 0, 1, ..., always the same."""
        g = generator_of(self.seed, number)
        shares = SHARES if self.synthetic and len(self.pairs) else {"normal": 1.0}
        counts = {kind: round(self.size * share) for kind, share in shares.items()}
        counts["normal"] += self.size - sum(counts.values())
        mixed = round(TOLD_APART * counts["normal"]) if self.told_apart else 0
        parts = [self._normals(counts["normal"] - mixed, g)]
        if len(counts) > 1:
            parts += [self._repaired(counts["repair"], g), self._within(counts["region"], g)]
        parts = [(x, target, cond.dropped(DROP, g, ("image", "skeleton"))) for x, target, cond in parts]
        if mixed:
            parts.append(self._mixed(mixed, g))
        x, target = torch.cat([part[0] for part in parts]), torch.cat([part[1] for part in parts])
        sigma = training_sigmas(self.size, g, LOW, HIGH)
        noise = torch.randn(x.shape, generator=g) * sigma[:, None, None]
        return Batch(x + noise, target, sigma, stacked([part[2] for part in parts]))

    def _normals(self, count: int, g: torch.Generator) -> tuple[Tensor, Tensor, Condition]:
        """Return normals as they are, without words or under their own; a few under "normal"."""
        base = self.members[torch.randint(len(self.members), (count,), generator=g)]
        x = self.normals.x[base].float()
        cond = self._known(base, x)
        silent = torch.rand(count, generator=g) < 0.4  # what was said of a normal is not said of every sample
        cond = _where(silent, cond.without("text"), cond)
        if self.synthetic:
            said = torch.rand(count, generator=g) < 0.2
            cond = _where(said, _with(cond, "text", self._normal_words(count, g)), cond)
        return x, x, cond

    @cached_property
    def told_apart(self) -> bool:
        """Whether words or skeletons tell any two of the normals apart."""
        texts = self.normals.text[self.members][self.normals.described[self.members]]
        return bool(self.normals.posed[self.members].sum() > 1) or len(torch.unique(texts, dim=0)) > 1

    def _mixed(self, count: int, g: torch.Generator) -> tuple[Tensor, Tensor, Condition]:
        """Return normals of which a part is another one's, to be put back as was said of the first."""
        known = self.members[(self.normals.posed | self.normals.described)[self.members]]
        base = known[torch.randint(len(known), (count,), generator=g)]
        others = self.members[torch.randint(len(self.members), (count,), generator=g)]
        own, x = self.normals.x[base].float(), self.normals.x[others].float()
        same = (self.normals.text[base] == self.normals.text[others]).all(dim=1) & ~self.normals.posed[base]
        inside = boxes(count, self.grid, g) & ~same[:, None]  # nothing tells these two apart
        x = torch.where(inside[..., None], x, own)
        return x, own, self._known(base, x)

    def _repaired(self, count: int, g: torch.Generator) -> tuple[Tensor, Tensor, Condition]:
        """Return defects, one or two, which under "normal" are undone."""
        pick = torch.randint(len(self.pairs), (count,), generator=g)
        x, base = self._defective(pick, torch.rand(count, generator=g) < 0.5), self.pairs.base[pick]
        cond = _with(self._known(base, x), "text", self._normal_words(count, g))
        return x, self.normals.x[base].float(), cond

    def _within(self, count: int, g: torch.Generator) -> tuple[Tensor, Tensor, Condition]:
        """Return two defects and a mask around the first: inside it the defect is undone, outside nothing changes."""
        pick = torch.randint(len(self.pairs), (count,), generator=g)
        x, base = self.pairs.both[pick].float(), self.pairs.base[pick]
        inside = grown(self.pairs.masks[pick, 0], self.grid)
        clean = self.normals.x[base].float()
        cond = _with(self._known(base, x).without("text"), "mask", inside)
        return x, torch.where(inside[..., None] > 0, clean, x), cond

    def _defective(self, pick: Tensor, one: Tensor) -> Tensor:
        """Return pairs' tokens with their first defect alone where `one`, (B,), else with both."""
        return torch.where(one[:, None, None], self.pairs.one[pick], self.pairs.both[pick]).float()

    def _known(self, base: Tensor, x: Tensor) -> Condition:
        """Return the condition that a normal's own image, words and skeleton make."""
        cond = nothing(len(base), x.shape[1], x.shape[2], self.captions.normal.shape[1])
        cond = _with(cond, "image", global_embedding(x))
        described = _with(cond, "text", self.normals.text[base])
        cond = _where(self.normals.described[base], described, cond)
        return _where(self.normals.posed[base], _with(cond, "skeleton", self.normals.skeleton[base]), cond)

    def _normal_words(self, count: int, g: torch.Generator) -> Tensor:
        return self.captions.normal[torch.randint(len(self.captions.normal), (count,), generator=g)]


def repair_loss(network: Network, colour: Tensor, batch: Batch) -> Tensor:
    """Return how far D is from its targets, by EDM's weight, a place at a time, large misses only linearly."""
    found = precondition(network, colour, batch.x, batch.sigma, batch.cond)
    weight = (1 + batch.sigma**2) / batch.sigma**2
    squares = (found - batch.target).square().mean(dim=-1) * weight[:, None]
    asked = torch.where(
        batch.cond.present[:, 2, None], batch.cond.mask, 1.0
    )  # outside a mask there is nothing to learn
    return (asked * ((1 + squares).sqrt() - 1)).sum() / asked.sum()


def _with(cond: Condition, name: str, value: Tensor) -> Condition:
    """Return the condition with one modality present in all of the batch."""
    number = list(Condition.__dataclass_fields__).index(name)
    present = cond.present.clone()
    present[:, number] = True
    fields = {field: getattr(cond, field) for field in Condition.__dataclass_fields__}
    return Condition(**{**fields, name: value, "present": present})


def _where(chosen: Tensor, this: Condition, that: Condition) -> Condition:
    """Return `this` for the chosen of the batch, (B,), and `that` for the others."""
    pairs = ((getattr(this, f), getattr(that, f)) for f in Condition.__dataclass_fields__)
    return Condition(*(torch.where(chosen.view(-1, *[1] * (a.dim() - 1)), a, b) for a, b in pairs))


def boxes(count: int, grid: tuple[int, int], g: torch.Generator) -> Tensor:
    """Return random boxes of a quarter to three quarters of a grid's sides, (count, P) bool."""
    sides = torch.tensor(grid)
    size = (torch.empty(count, 2).uniform_(0.25, 0.75, generator=g) * sides).round().clamp_min(1)
    start = (torch.rand(count, 2, generator=g) * (sides - size + 1)).floor()
    row, column = torch.arange(grid[0]), torch.arange(grid[1])
    tall = (row >= start[:, :1]) & (row < start[:, :1] + size[:, :1])
    wide = (column >= start[:, 1:]) & (column < start[:, 1:] + size[:, 1:])
    return (tall[:, :, None] & wide[:, None, :]).flatten(1)


def grown(masks: Tensor, grid: tuple[int, int]) -> Tensor:
    """Return cells that a mask touches, and their neighbours, (B, P) -> (B, P): nobody draws to the pixel."""
    touched = (masks > 0).float().view(-1, 1, *grid)
    return F.max_pool2d(touched, 3, stride=1, padding=1).flatten(1)
