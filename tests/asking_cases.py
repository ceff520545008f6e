"""A denoiser that is known exactly, its normals, and a defect, for the tests of the methods that ask one."""

import numpy as np
import torch
from torch import Tensor

from fusion.condition import Condition, nothing
from fusion.diffusion.denoiser import Denoiser
from fusion.methods.ask import Asked

GRID, C, T = (8, 8), 6, 3
P = GRID[0] * GRID[1]
PLACE = 27  # of the defect
FLECKS = 0.3  # power of the white flecks that are no part of what is called normal
GATE = 1.9  # diffusion time of 95 in 100 of the normals below


class Counted:
    """The Wiener filter of normals whose neighbours are alike, by Fourier; inside a mask only, where there is one.

    Under words it takes what is as white as flecks are for flecks.
    """

    def __init__(self, noise: Tensor | None = None) -> None:
        """Take the power of each wave of the noise that it expects, (rows, columns // 2 + 1); white unless given."""
        rows, columns = np.meshgrid(np.fft.fftfreq(GRID[0]), np.fft.rfftfreq(GRID[1]), indexing="ij")
        power = 1 / (0.02 + rows**2 + columns**2)
        full = 1 / (0.02 + np.add.outer(np.fft.fftfreq(GRID[0]) ** 2, np.fft.fftfreq(GRID[1]) ** 2))
        self.power = torch.from_numpy(power / full.mean()).float()[..., None]
        self.noise = torch.ones_like(self.power) if noise is None else noise[..., None]
        self.calls = 0

    def __call__(self, x: Tensor, sigma: float, cond: Condition | None = None) -> Tensor:
        self.calls += len(x)
        found = filtered(x, self.power / (self.power + sigma**2 * self.noise))
        if cond is None:
            return found
        assert len(cond.present) == len(x)
        told = self.power**2 / (self.power + FLECKS)
        found = torch.where(cond.present[:, 1, None, None], filtered(x, told / (told + sigma**2)), found)
        return torch.where(cond.present[:, 2, None, None], torch.lerp(x, found, cond.mask[..., None]), found)

    def normals(self, n: int, seed: int) -> Tensor:
        white = torch.randn(n, *GRID, C, generator=torch.Generator().manual_seed(seed))
        return filtered(white.view(n, P, C), self.power.sqrt())


def filtered(x: Tensor, gain: Tensor) -> Tensor:
    """Return tokens with each wave's amplitude changed, (B, P, C)."""
    waves = torch.fft.rfft2(x.view(-1, *GRID, C), dim=(1, 2))
    return torch.fft.irfft2(waves * gain, s=GRID, dim=(1, 2)).reshape(x.shape)


def asked(denoise: Denoiser, batch: int = 1) -> Asked:
    return Asked(denoise, nothing(batch, P, C, T), (4, 2), GRID, GATE, torch.ones(T))


def damaged(x: Tensor, by: float = 6.0) -> Tensor:
    out = x.clone()
    out[:, PLACE] += by
    return out
