"""A trained denoiser of rows: the Gaussian's in closed form, moved by a network that starts at nothing."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from fusion.diffusion.noise import training_sigmas
from fusion.table.coordinates import root_of
from fusion.table.training import Training

LOW, HIGH = 0.03, 3.0  # noise levels trained, in the spread of normal columns
_WIDTH, _HIDDEN, _BLOCKS = 128, 256, 3
_WAVES = 16  # that tell the network the noise level


class Network(nn.Module):
    """Residual blocks that hear the noise level; the last layer starts at zero."""

    def __init__(self, columns: int) -> None:
        super().__init__()
        self.first = nn.Linear(columns, _WIDTH)
        self.level = nn.Sequential(nn.Linear(2 * _WAVES, _WIDTH), nn.SiLU(), nn.Linear(_WIDTH, _WIDTH))
        self.blocks = nn.ModuleList(
            nn.Sequential(nn.LayerNorm(_WIDTH), nn.Linear(_WIDTH, _HIDDEN), nn.SiLU(), nn.Linear(_HIDDEN, _WIDTH))
            for _ in range(_BLOCKS)
        )
        self.last = nn.Linear(_WIDTH, columns)
        nn.init.zeros_(self.last.weight)
        nn.init.zeros_(self.last.bias)

    def forward(self, x: Tensor, sigma: Tensor) -> Tensor:
        """Return F, (B, d), of rows scaled to unit variance at levels (B,)."""
        phase = sigma.log()[:, None] * torch.arange(1, _WAVES + 1, dtype=x.dtype) / 2
        h = self.first(x) + self.level(torch.cat([phase.sin(), phase.cos()], dim=1))
        for block in self.blocks:
            h = h + block(h)
        out: Tensor = self.last(h)
        return out


@dataclass(frozen=True, eq=False)
class RowDenoiser:
    """D(x; sigma) = W(sigma) x + c_out F, where W is the Wiener filter of the normals' covariance.

    With F = 0 it is E[x0 | x] of Gaussian normals: what doesn't follow the columns' correlations goes first.
    """

    axes: Tensor  # (d, d) eigenvectors of the covariance, in columns
    power: Tensor  # (d,) its eigenvalues
    network: Network

    @classmethod
    def fit(cls, x: Tensor, training: Training) -> "RowDenoiser":
        """Train on standardised normals, (N, d)."""
        root = root_of(x).double()
        power, axes = torch.linalg.eigh(root @ root.T)
        bare = (axes.float().contiguous(), power.float())
        network = training("denoiser", x, lambda: Network(x.shape[1]), lambda module: cls(*bare, module).loss)  # type: ignore[arg-type]
        return cls(*bare, network)  # type: ignore[arg-type]

    @classmethod
    def load(cls, state: dict[str, Tensor]) -> "RowDenoiser":
        network = Network(len(state["power"]))
        network.load_state_dict({key[8:]: value for key, value in state.items() if key.startswith("network.")})
        return cls(state["axes"], state["power"], network.eval().requires_grad_(False))

    def state(self) -> dict[str, Tensor]:
        weights = {f"network.{key}": value for key, value in self.network.state_dict().items()}
        return {"axes": self.axes, "power": self.power} | weights

    def __call__(self, x: Tensor, sigma: float) -> Tensor:
        """Return x0_hat, (B, d) -> (B, d)."""
        return self.at(x, x.new_full((len(x),), sigma))

    def at(self, x: Tensor, sigma: Tensor) -> Tensor:
        """Return x0_hat at a level a row, (B, d) at (B,)."""
        return self._closed(x, sigma) + _scale(sigma) * self._moved(x, sigma)

    def loss(self, x: Tensor, g: torch.Generator) -> Tensor:
        """Return EDM's loss, in which every level counts alike [Karras et al. 2022, eq. 8]."""
        sigma = training_sigmas(len(x), g, LOW, HIGH)
        noisy = x + sigma[:, None] * torch.randn(x.shape, generator=g)
        target = (x - self._closed(noisy, sigma)) / _scale(sigma)
        return (self._moved(noisy, sigma) - target).square().mean()

    def _closed(self, x: Tensor, sigma: Tensor) -> Tensor:
        gain = self.power / (self.power + sigma[:, None] ** 2)
        return (x @ self.axes * gain) @ self.axes.T

    def _moved(self, x: Tensor, sigma: Tensor) -> Tensor:
        moved: Tensor = self.network(torch.asinh(x / (1 + sigma[:, None] ** 2).sqrt()), sigma)
        return moved


def _scale(sigma: Tensor) -> Tensor:
    """Return c_out of EDM with sigma_data = 1, (B, 1)."""
    return (sigma / (1 + sigma**2).sqrt())[:, None]


def levels(n: int, low: float, high: float) -> list[float]:
    """Return n levels from low to high, evenly spread over the logarithm."""
    return [low * math.exp(at / (n - 1) * math.log(high / low)) for at in range(n)]
