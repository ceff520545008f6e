"""The trained forecast: the transformer that reads pictures, over tokens of movements, a joint's block of steps each.

It denoises what is not known given what is: the future given the past, hidden joints given the others, any stretch
given the rest. Words of the movement may be a condition, too. Until training moves it, it is the Gaussian's denoiser.
"""

from dataclasses import dataclass, replace
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from fusion.condition import Condition, nothing
from fusion.diffusion.denoiser import NeuralDenoiser
from fusion.diffusion.network import SIZES, Network, NetworkConfig
from fusion.diffusion.noise import generator_of
from fusion.diffusion.sampling import last, reconstruct
from fusion.motion.future import BLOCKS, block
from fusion.view import Grid

HIGH = 8.0  # a noise level at which nothing of a whitened token is seen
WALK = (HIGH, 2.5, 1.0, 0.4, 0.0)  # levels of a walk from there to a movement


@dataclass(frozen=True, eq=False)
class NeuralForecast:
    """A distribution of whole movements by a trained network, as `future.Forecast` says."""

    denoise: NeuralDenoiser
    grid: Grid
    text: Tensor | None = None  # (T,) what is known of the movement in words

    def draw(self, x: Tensor, known: Tensor, samples: int, seed: int) -> Tensor:
        """Return movements that agree with one, (P, D), where it is known, (P,) bool: (samples | 1, P, D)."""
        asked = shares(~known, self.grid)
        tokens = to_blocks(x[None], self.grid)
        cond = self.condition(max(samples, 1), asked)
        start = torch.where(asked[:, None] > 0, 0.0, tokens).expand(max(samples, 1), -1, -1)
        if not samples:
            return self._back(self.denoise(start, HIGH, cond), x, known)
        noise = torch.randn(start.shape, generator=generator_of(seed))
        start = start + HIGH * asked[:, None] * noise

        def denoise(z: Tensor, sigma: float) -> Tensor:
            return self.denoise(z, sigma, cond)

        return self._back(last(reconstruct(start, denoise, WALK)), x, known)

    def condition(self, batch: int, asked: Tensor | None) -> Condition:
        """Return the condition of a batch: which share of each block is asked for, (J BLOCKS,), and the words."""
        config = self.denoise.network.config
        cond = nothing(batch, config.grid[0] * config.grid[1], config.image, config.text)
        present = cond.present.clone()
        if asked is not None:
            present[:, 2] = True
            cond = replace(cond, mask=asked.expand(batch, -1))
        if self.text is not None:
            present[:, 1] = True
            cond = replace(cond, text=self.text.expand(batch, -1))
        return replace(cond, present=present)

    def state(self) -> dict[str, Tensor]:
        """Return every tensor that it takes to build this again; weights in half."""
        weights = {f"network.{key}": value.half() for key, value in self.denoise.network.state_dict().items()}
        return weights | ({} if self.text is None else {"text": self.text})

    @classmethod
    def rebuilt(cls, config: dict[str, Any], state: dict[str, Tensor], grid: Grid) -> "NeuralForecast":
        """Build again what `state` returned, with its network's config as plain data."""
        network = Network(NetworkConfig(**{**config, "grid": tuple(config["grid"])}))
        prefix = "network."
        weights = {key.removeprefix(prefix): value.float() for key, value in state.items() if key.startswith(prefix)}
        network.load_state_dict(weights)
        return cls(denoiser_of(network.eval()), grid, state.get("text"))

    def _back(self, tokens: Tensor, x: Tensor, known: Tensor) -> Tensor:
        return torch.where(known[:, None], x, to_cells(tokens, self.grid, x.shape[-1]))


def new_network(grid: Grid, dimensions: int, text: int, size: str, seed: int) -> Network:
    """Return an untrained network for movements of so many joints and steps; `text` is the width of embeddings."""
    width = block(grid) * dimensions
    shape = NetworkConfig(2 * width, 2 * width, (grid[0], BLOCKS), patch=1, image=width, text=text, **SIZES[size])
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return Network(shape)


def denoiser_of(network: Network) -> NeuralDenoiser:
    """Return the denoiser around a network; whitened is all that it sees."""
    rows, columns = network.config.grid
    width = network.config.channels_in // 2
    return NeuralDenoiser(network, torch.eye(width).expand(rows * columns, -1, -1))


def to_blocks(x: Tensor, grid: Grid) -> Tensor:
    """Return cells as a token for each joint and block of steps, (B, J T', D) -> (B, J BLOCKS, steps D)."""
    steps = block(grid)
    time = x.view(len(x), *grid, -1)
    time = F.pad(time, (0, 0, 0, steps * BLOCKS - grid[1]))
    return time.reshape(len(x), grid[0] * BLOCKS, -1)


def to_cells(tokens: Tensor, grid: Grid, dimensions: int) -> Tensor:
    """Return what `to_blocks` was given, (B, J BLOCKS, steps D) -> (B, J T', D)."""
    time = tokens.reshape(len(tokens), grid[0], -1, dimensions)
    return time[:, :, : grid[1]].flatten(1, 2)


def shares(cells: Tensor, grid: Grid) -> Tensor:
    """Return which blocks hold any of the cells, (P,) bool -> (J BLOCKS,) 0 or 1."""
    return to_blocks(cells[None, :, None].float(), grid)[0].amax(dim=-1)
