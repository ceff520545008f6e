"""Hybrids: an estimate of the diffusion time, few calls or several walks, put together."""

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from fusion.diffusion.denoiser import GaussianDenoiser
from fusion.methods.ask import Asked, tops
from fusion.methods.reconstruction import Partial, drawn

_NOISED = Partial(1.0, noisy=True)


@dataclass(frozen=True)
class TwoCalls:
    """One call at a high level, whose answer corrects one at a low level [DiffusionAD, Zhang et al. 2023]."""

    high: float = 2.0
    low: float = 0.7
    weight: float = 1.0

    def __call__(self, x: Tensor, asked: Asked) -> Tensor:
        noise = asked.noise(x)
        coarse = asked(x + self.high * noise, self.high)
        fine = asked(x + self.low * noise, self.low)
        return asked.norms(x - drawn(fine, coarse, self.weight, self.low))


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

    `gated`, a sample whose level is one that normals have is left to the Gaussian, and no network is called.
    """

    low: float = 0.5
    high: float = 4.0
    gated: bool = False

    def __call__(self, x: Tensor, asked: Asked) -> Tensor:
        ones = enumerate(torch.split(x, 1))
        return torch.cat([asked.norms(one - self.walked(one, asked.of(number))) for number, one in ones])

    def walked(self, x: Tensor, asked: Asked) -> Tensor:
        """Return where one sample's walk ends, (1, P, C)."""
        time = float(diffusion_time(x))
        if self.gated and time <= asked.gate:
            asked = replace(asked, denoise=GaussianDenoiser())
        level = min(max(time, self.low), self.high)
        return Partial(level, steps=max(1, round(2 * level))).walked(x, asked)


def diffusion_time(x: Tensor) -> Tensor:
    """Return the noise level that explains each sample, (B, P, C) -> (B,), which of most normals is a little above 1.

    DTE's closed form, sqrt(r^2 / d) [Livernoche et al. 2024, eq. 10], of the places that are furthest off; the normals'
    mean, at 0 in whitened coordinates, is the neighbour.
    """
    return tops(x.square().mean(dim=-1).sqrt())
