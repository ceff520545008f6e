"""Batches: what the network is asked, and what it should have answered.

Without words, or under what was said of them, the network meets normals alone: there it is their denoiser, and no idea
that we have of defects bends it. Under "normal" and inside masks it meets defects, too, and undoes them. The target is
always the tokens of a picture, so what is learnt is repair (GLAD's target with the right sign), not a step towards it.
Noise is always added: asked without any, a network learns to hand through what it sees, defects too.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from fusion.condition import Condition, stacked
from fusion.diffusion.denoiser import precondition
from fusion.diffusion.network import Network
from fusion.diffusion.noise import generator_of, training_sigmas
from fusion.diffusion.teaching import Batch
from fusion.learned import image_only
from fusion.learning.examples import Captions, Normals, Pairs
from fusion.residual import dilated

LOW, HIGH = 0.5, 4.0  # of the noise levels: below, nothing can be undone; above, nothing is seen
LESSONS: dict[str, dict[str, float]] = {  # share of a batch; more repair costs what is found without words
    "normals": {"normal": 1.0},
    "repair": {"normal": 0.9375, "repair": 0.0625},
    "masks": {"normal": 0.9375, "region": 0.0625},
    "all": {"normal": 0.875, "repair": 0.0625, "region": 0.0625},
}
DROP = 0.15  # of image and skeleton; words and masks say what is asked for, and are absent where nothing is


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
    lessons: str = "all"  # one of LESSONS

    def __call__(self, number: int) -> Batch:
        """Return batch number 0, 1, ..., always the same."""
        g = generator_of(self.seed, number)
        shares = LESSONS[self.lessons if len(self.pairs) else "normals"]
        counts = {kind: round(self.size * share) for kind, share in shares.items()}
        counts["normal"] += self.size - sum(counts.values())
        ways = {"normal": self._normals, "repair": self._repaired, "region": self._within}
        parts = [ways[kind](count, g) for kind, count in counts.items()]
        x, target = torch.cat([part[0] for part in parts]), torch.cat([part[1] for part in parts])
        sigma = training_sigmas(self.size, g, LOW, HIGH)
        noise = self._noise(x, g) * sigma[:, None, None]
        cond = stacked([part[2] for part in parts]).dropped(DROP, g, ("image", "skeleton"))
        return Batch(x + noise, target, sigma, cond)

    def _noise(self, x: Tensor, g: torch.Generator) -> Tensor:
        """Return unit noise for tokens, (B, P, C)."""
        return torch.randn(x.shape, generator=g)

    def _normals(self, count: int, g: torch.Generator) -> tuple[Tensor, Tensor, Condition]:
        """Return normals as they are: told of, in those coordinates, or not; then a few are called normal."""
        base = self.members[torch.randint(len(self.members), (count,), generator=g)]
        x, told = self.normals.x[base].float(), torch.zeros(count, dtype=torch.bool)
        cond = self._seen(x)
        if self.normals.told_x is not None:  # what was said of a normal is not said of every sample
            told = self.normals.said.told[base] & (torch.rand(count, generator=g) < 0.6)
            x = torch.where(told[:, None, None], self.normals.told_x[base].float(), x)
            cond = _where(told, self._known(base, x), self._seen(x))
        if self.lessons != "normals":
            called = ~told & (torch.rand(count, generator=g) < 0.1)
            cond = _where(called, cond.given("text", self._normal_words(count, g)), cond)
        return x, x, cond

    def _repaired(self, count: int, g: torch.Generator) -> tuple[Tensor, Tensor, Condition]:
        """Return defects, one or two, which under "normal" are undone."""
        pick = torch.randint(len(self.pairs), (count,), generator=g)
        x, base = self._defective(pick, torch.rand(count, generator=g) < 0.5), self.pairs.base[pick]
        cond = self._seen(x).given("text", self._normal_words(count, g))
        return x, self.normals.x[base].float(), cond

    def _within(self, count: int, g: torch.Generator) -> tuple[Tensor, Tensor, Condition]:
        """Return two defects and a mask around the first: inside it the defect is undone, outside nothing changes."""
        pick = torch.randint(len(self.pairs), (count,), generator=g)
        x, base = self.pairs.both[pick].float(), self.pairs.base[pick]
        inside = grown(self.pairs.masks[pick, 0], self.grid)
        clean = self.normals.x[base].float()
        cond = self._seen(x).given("mask", inside)
        return x, torch.where(inside[..., None] > 0, clean, x), cond

    def _defective(self, pick: Tensor, one: Tensor) -> Tensor:
        """Return pairs' tokens with their first defect alone where `one`, (B,), else with both."""
        return torch.where(one[:, None, None], self.pairs.one[pick], self.pairs.both[pick]).float()

    def _seen(self, x: Tensor) -> Condition:
        """Return the condition that tokens make by themselves, (B, P, C)."""
        return image_only(x, self.captions.normal.shape[1])

    def _known(self, base: Tensor, x: Tensor) -> Condition:
        """Return the condition that a normal's own tokens, words and skeleton make."""
        said, cond = self.normals.said.of(base), self._seen(x)
        cond = _where(said.described, cond.given("text", said.text), cond)
        return _where(said.posed, cond.given("skeleton", said.skeleton), cond)

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


def _where(chosen: Tensor, this: Condition, that: Condition) -> Condition:
    """Return `this` for the chosen of the batch, (B,), and `that` for the others."""
    pairs = ((getattr(this, f), getattr(that, f)) for f in Condition.__dataclass_fields__)
    return Condition(*(torch.where(chosen.view(-1, *[1] * (a.dim() - 1)), a, b) for a, b in pairs))


def grown(masks: Tensor, grid: tuple[int, int]) -> Tensor:
    """Return cells that a mask touches, and their neighbours, (B, P) -> (B, P): nobody draws to the pixel."""
    return dilated((masks > 0).float(), grid)
