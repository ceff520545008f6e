"""Healing: walks that leave alone what is normal, and change what a soft mask, or the word "normal", says is not.

| in the papers                                            | here                                              |
|----------------------------------------------------------|---------------------------------------------------|
| THOR: t = 350, harmonised at 300, 150, 50                | `Harmonised`, sigmas of 350, 300, 150, then 0.25  |
| TransFusion: beta from 1 to 0, a mask head, fed back     | `Transparent`, the mask is `wrong`                |
| FNDM: encode, decode as healthy, multi-step ODE solvers  | `Retold`, by DPM-Solver++(2M) both ways           |
"""

from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor

from fusion.diffusion.sampling import last, multistep
from fusion.methods.ask import Asked
from fusion.residual import dilated

STEEP = 8  # power by which a place's share in the mask rises where it leaves what normals have


@dataclass(frozen=True)
class Harmonised:
    """Walk down, and after each step put back what is as normals have it [THOR, Bercea et al. 2024].

    x0_hat becomes x + a (x0_hat - x), a the map of what changed so far, averaged with its own dilation; then noise of
    the next level is added again.
    """

    levels: tuple[float, ...] = (1.58, 1.24, 0.52, 0.25, 0.0)

    def __call__(self, x: Tensor, asked: Asked) -> Tensor:
        return asked.norms(x - self.walked(x, asked))

    def walked(self, x: Tensor, asked: Asked) -> Tensor:
        """Return where the walk ends, (B, P, C)."""
        noise, mixed = asked.noise(x), x
        z = x + self.levels[0] * noise
        for sigma, lower in pairwise(self.levels):
            found = asked(z, sigma)
            changed = wrong(x - found, sigma / (1 + sigma**2) ** 0.5, asked)
            mask = (changed + dilated(changed, asked.grid)) / 2
            mixed = x + mask[..., None] * (found - x)
            z = mixed + lower * noise
        return mixed


@dataclass(frozen=True)
class Transparent:
    """Let what is wrong fade, step by step, into what the network puts there, without noise [TransFusion].

    Where beta falls to beta', the defect loses (beta - beta') / beta of what is left of it. The network hears where it
    was last, and repairs there only; at first it is asked about every place.
    """

    steps: int = 6
    sigma: float = 2.0  # noise level that the network is told throughout: what falls is the transparency

    def __call__(self, x: Tensor, asked: Asked) -> Tensor:
        """Return |x - x0| for each representation, then the mean of the masks, (B, V + 1, P)."""
        end, masks = self.walked(x, asked)
        return torch.cat([asked.norms(x - end), masks.mean(dim=0)[:, None]], dim=1)

    def walked(self, x: Tensor, asked: Asked) -> tuple[Tensor, Tensor]:
        """Return where the walk ends, (B, P, C), and the mask of every step, (T, B, P)."""
        z, within, masks = x, asked, []
        for left in range(self.steps, 0, -1):
            found = within(z, self.sigma)
            masks.append(wrong(x - found, self.sigma**2 / (1 + self.sigma**2), asked))
            z = z + masks[-1][..., None] * (found - z) / left
            within = asked.inside(dilated(masks[-1], asked.grid))
        return z, torch.stack(masks)


@dataclass(frozen=True)
class Retold:
    """Walk up under what is known of the sample, and down again where it is called normal [after FNDM, Li et al. 2023].

    What the word does not change comes back as it was. `weight` is the guidance's: 1 hears the word, more exaggerates.
    """

    low: float = 0.5  # the sample itself is taken for this level, the lowest that the network learnt
    high: float = 2.0
    steps: int = 4  # each way
    weight: float = 2.0

    def __call__(self, x: Tensor, asked: Asked) -> Tensor:
        return asked.norms(x - self.walked(x, asked))

    def walked(self, x: Tensor, asked: Asked) -> Tensor:
        """Return where the walk down ends, at the level where the walk up began, (B, P, C)."""
        ratio, called = self.high / self.low, asked.under_normal_words()
        levels = [self.low * ratio ** (step / self.steps) for step in range(self.steps + 1)]

        def guided(z: Tensor, sigma: float) -> Tensor:
            return torch.lerp(asked(z, sigma), called(z, sigma), self.weight)

        return last(multistep(last(multistep(x, asked, levels)), guided, levels[::-1]))


def wrong(apart: Tensor, usual: float, asked: Asked) -> Tensor:
    """Return how surely each place is none of a normal's, 0 to 1, (B, P, C) -> (B, P): the mask that nothing trained.

    Half where a place is as far off as the furthest places of 95 in 100 normals, `Asked.gate`; `usual` is by how much
    the Gaussian's denoiser moves a normal place in whitened coordinates, a channel.
    """
    far = apart.square().mean(dim=-1).sqrt() / usual
    return torch.sigmoid(STEEP * (far / asked.gate).log())
