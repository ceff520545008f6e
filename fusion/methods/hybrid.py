"""Hybrids: an estimate of the diffusion time, few calls or several walks, put together."""

from dataclasses import dataclass

import torch
from torch import Tensor

from fusion.methods.ask import Asked, tops
from fusion.methods.reconstruction import Partial

_NOISED = Partial(1.0, noise="gaussian")


@dataclass(frozen=True)
class TwoCalls:
    """One call at a high level, whose answer corrects one at a low level [DiffusionAD, Zhang et al. 2023]."""

    high: float = 2.0
    low: float = 0.7
    weight: float = 1.0

    def __call__(self, x: Tensor, asked: Asked) -> Tensor:
        noise = asked.noise(x, "gaussian")
        coarse = asked(x + self.high * noise, self.high)
        fine = asked(x + self.low * noise, self.low)
        return asked.norms(x - (fine + self.weight * (coarse - fine) * self.low / (1 + self.low)))


@dataclass(frozen=True)
class Posterior:
    """Several walks: how far their mean is, in units of how they spread [after MDPS, Wu et al. 2024]."""

    walk: Partial = _NOISED
    walks: int = 4

    def __call__(self, x: Tensor, asked: Asked) -> Tensor:
        ends = torch.stack([self.walk.walked(x, asked, number) for number in range(self.walks)])
        return asked.norms(x - ends.mean(dim=0))


@dataclass(frozen=True)
class Dynamic:
    """Walk from the level that explains the sample, without noise, in as many steps as it is high [D3AD].

    The level is DTE's: the root mean square of the whitened tokens that are furthest off, which of normals is about 1.
    """

    low: float = 0.5
    high: float = 4.0

    def __call__(self, x: Tensor, asked: Asked) -> Tensor:
        return torch.cat([asked.norms(one - self.walked(one, asked)) for one in torch.split(x, 1)])

    def walked(self, x: Tensor, asked: Asked) -> Tensor:
        level = self.level(x)
        return Partial(level, steps=max(1, round(2 * level))).walked(x, asked)

    def level(self, x: Tensor) -> float:
        """Return the level from which one sample's walk starts."""
        far = x.square().mean(dim=-1).sqrt()
        return float(tops(far).clamp(self.low, self.high))
