"""Methods in closed form: how far a row is from the normals, and which noise level would have put it there.

| in the papers                              | here                                             |
|--------------------------------------------|--------------------------------------------------|
| Mahalanobis distance                       | |x - D(x; sigma)| of the Gaussian's denoiser     |
| nearest neighbour                          | |x - D(x; sigma)| of the memory's, sigma -> 0    |
| DTE-NP [Livernoche et al. 2024, eq. 10]    | mode of p(sigma^2 | x) = InvGamma(d/2 - 1, r^2/2)|
"""

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from fusion.diffusion.denoiser import GaussianDenoiser, MemoryDenoiser
from fusion.table.config import TableConfig
from fusion.table.coordinates import in_parts, root_of, whiten
from fusion.table.training import Training

_AT_ONCE = 256  # rows compared with the memory
_SPARE = 8  # neighbours looked at beyond those that count
_NEAR = 1e-3  # the level at which the memory's denoiser is asked: its nearest row, but for ties


@dataclass(frozen=True, eq=False)
class Mahalanobis:
    """The Gaussian's denoiser in whitened coordinates; its residual is the same at every sigma, but for a factor."""

    root: Tensor  # (d, d)
    trained: ClassVar[bool] = False

    @classmethod
    def fit(cls, x: Tensor, config: TableConfig, training: Training) -> "Mahalanobis":
        return cls(root_of(x))

    @classmethod
    def load(cls, state: dict[str, Tensor], config: TableConfig) -> "Mahalanobis":
        return cls(state["root"])

    def state(self) -> dict[str, Tensor]:
        return {"root": self.root}

    def __call__(self, x: Tensor) -> Tensor:
        """Return the root mean square of the whitened columns, (B, d) -> (B,)."""
        z = whiten(self.root, x)
        residual = 2 * (z - GaussianDenoiser()(z[:, None], 1.0)[:, 0])
        return residual.square().mean(dim=1).sqrt()


@dataclass(frozen=True, eq=False)
class Memory:
    """The denoiser of all normals at sigma -> 0: the residual is the distance to the nearest one."""

    memory: Tensor  # (M, d)
    trained: ClassVar[bool] = False

    @classmethod
    def fit(cls, x: Tensor, config: TableConfig, training: Training) -> "Memory":
        return cls(x)

    @classmethod
    def load(cls, state: dict[str, Tensor], config: TableConfig) -> "Memory":
        return cls(state["memory"])

    def state(self) -> dict[str, Tensor]:
        return {"memory": self.memory}

    def __call__(self, x: Tensor) -> Tensor:
        """Return the root mean square of what each row is from its normal version, (B, d) -> (B,)."""
        denoise = MemoryDenoiser(self.memory[:, None])
        found = [some - denoise(some[:, None], _NEAR)[:, 0] for some in in_parts(x, _AT_ONCE)]
        return torch.cat(found).square().mean(dim=1).sqrt()


@dataclass(frozen=True, eq=False)
class NonParametric:
    """Diffusion time without training: normals nearby tell which noise level would have put the row where it is."""

    memory: Tensor  # (M, d)
    neighbours: int
    levels: Tensor | None  # (T,) variances of the released code's steps, the likeliest of which is its score
    trained: ClassVar[bool] = False

    @classmethod
    def fit(cls, x: Tensor, config: TableConfig, training: Training) -> "NonParametric":
        return cls.load({"memory": x}, config)

    @classmethod
    def load(cls, state: dict[str, Tensor], config: TableConfig) -> "NonParametric":
        return cls(state["memory"], config.neighbours, variances(300) if config.paper_compat else None)

    def state(self) -> dict[str, Tensor]:
        return {"memory": self.memory}

    def __call__(self, x: Tensor) -> Tensor:
        """Return sigma at the mode of its posterior, in the spread of normal columns, (B, d) -> (B,).

        As released, the step whose variance is likeliest, which ends at the last: far rows are all alike.
        """
        d, squared = x.shape[1], torch.cat([self._squared(some) for some in in_parts(x, _AT_ONCE)])
        if self.levels is None:
            return (squared / d).sqrt()  # b / (a + 1) with a = d/2 - 1 and b = r^2/2, for every d
        shape = d / 2 - 1
        log_pdf = -(shape + 1) * self.levels.log() - squared[:, None] / 2 / self.levels
        return log_pdf.argmax(dim=1).float()

    def _squared(self, x: Tensor) -> Tensor:
        """Return the mean squared distance to the nearest normals, r^2, (B,)."""
        k = min(self.neighbours, len(self.memory))
        about = self.memory.square().sum(dim=1) - 2 * x @ self.memory.T  # rounded where rows are close, so a few more
        near = self.memory[about.topk(min(k + _SPARE, len(self.memory)), largest=False).indices]
        squared = (x[:, None] - near).square().sum(dim=2)
        return squared.topk(k, largest=False).values.mean(dim=1)


def variances(steps: int) -> Tensor:
    """Return sigma_t^2 = 1 - alpha_bar_t of DTE's schedule, beta from 1e-4 to 0.01, (T,)."""
    return 1 - torch.cumprod(1 - torch.linspace(1e-4, 0.01, steps), dim=0)
