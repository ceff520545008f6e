"""Diffusion time by a network: one call tells how much noise would have put a row where it is [Livernoche et al. 2024].

The forward process adds variance only: x_t = x_0 + sigma_t eps, sigma_t^2 = 1 - alpha_bar_t (`closed.variances`).
"""

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar, Self

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from fusion.table.closed import variances
from fusion.table.config import TableConfig
from fusion.table.training import Loss, Training

_T = 400  # steps of noise
_BINS = 7
_WIDTHS = (256, 512, 256)
_DROPOUT = 0.1  # the paper's 0.5 takes 400 epochs; so few steps end at a higher loss on held-out normals
_TINY = 1e-5  # added to a scale before its logarithm


def network(columns: int, out: int) -> nn.Sequential:
    """Return the paper's network, (B, d) -> (B, out)."""
    layers: list[nn.Module] = []
    for width in _WIDTHS:
        layers += [nn.Linear(columns, width), nn.ReLU(), nn.Dropout(_DROPOUT)]
        columns = width
    return nn.Sequential(*layers, nn.Linear(columns, out))


@dataclass(frozen=True, eq=False)
class Timed(ABC):
    """What both forms have: a network, and whether it does as the released code does."""

    network: nn.Module
    columns: int
    paper_compat: bool
    trained: ClassVar[bool] = True
    out: ClassVar[int]

    @classmethod
    def fit(cls, x: Tensor, config: TableConfig, training: Training) -> Self:
        def loss_of(module: nn.Module) -> Loss:
            return cls(module, x.shape[1], config.paper_compat).loss

        what = f"{cls.__name__} {config.paper_compat}"
        trained = training(what, x, lambda: network(x.shape[1], cls.out), loss_of)
        return cls(trained, x.shape[1], config.paper_compat)

    @classmethod
    def load(cls, state: dict[str, Tensor], config: TableConfig) -> Self:
        columns = state["0.weight"].shape[1]
        module = network(columns, cls.out)
        module.load_state_dict(state)
        return cls(module.eval().requires_grad_(False), columns, config.paper_compat)

    def state(self) -> dict[str, Tensor]:
        return dict(self.network.state_dict())

    @abstractmethod
    def loss(self, x: Tensor, g: torch.Generator) -> Tensor: ...


class Categorical(Timed):
    """Which of seven equal stretches of time a row comes from."""

    out = _BINS

    def loss(self, x: Tensor, g: torch.Generator) -> Tensor:
        """Return the cross entropy; as released, of a softmax of a softmax."""
        t, noisy = _noised(x, g)
        logits = self.network(noisy)
        return F.cross_entropy(logits.softmax(dim=1) if self.paper_compat else logits, t * _BINS // _T)

    def __call__(self, x: Tensor) -> Tensor:
        """Return the mean stretch of time, from 0 to 6, (B, d) -> (B,)."""
        share: Tensor = self.network(x).softmax(dim=1)
        return torch.mv(share, torch.arange(_BINS, dtype=share.dtype))


class InverseGamma(Timed):
    """The scale of the inverse gamma that sigma^2 has once a row is known: p(sigma^2 | x) = InvGamma(a, g(x)^2)."""

    out = 1

    @property
    def _shape(self) -> float:
        return max(self.columns / 2 - 1, 0.5)  # the paper's a, which needs three columns to be above 0

    def loss(self, x: Tensor, g: torch.Generator) -> Tensor:
        """Return minus its log density, but for what the network can't change."""
        t, noisy = _noised(x, g)
        scale = self.network(noisy)[:, 0].square()
        density: Tensor = self._shape * (scale + _TINY).log() - scale / variances(_T)[t]
        return -density.mean()

    def __call__(self, x: Tensor) -> Tensor:
        """Return sigma at the mode, (B, d) -> (B,); as released, g(x) itself, whichever sign it has."""
        g: Tensor = self.network(x)[:, 0]
        return g if self.paper_compat else g.abs() / math.sqrt(self._shape + 1)


def _noised(x: Tensor, g: torch.Generator) -> tuple[Tensor, Tensor]:
    """Return steps of time, (B,), and rows with their noise, (B, d)."""
    t = torch.randint(_T, (len(x),), generator=g)
    return t, x + variances(_T)[t, None].sqrt() * torch.randn(x.shape, generator=g)
