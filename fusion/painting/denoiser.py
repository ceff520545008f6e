"""PictureDenoiser: D(x; sigma, cond) over the pixels of a hole, relative to the estimate that needs no training.

x = (picture - base) / SCALE inside the hole. EDM's preconditioning [Karras et al. 2022, table 1], sigma_data being
how far the base is off, keeps fine noise levels sharp; at the highest nothing of x is known, and D is the posterior
mean given the surroundings.
The network says a correction and, pixel by pixel, how much of the smooth continuation belongs into the base. Both start
at zero, so that an untrained one gives the base itself from nothing (x = 0).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from fusion.condition import Condition, nothing
from fusion.diffusion.network import Network, NetworkConfig
from fusion.painting.crops import EMBEDDING, SIDE, Crop, Layer

CELL = 8  # px a side that make one token
SCALE = 32.0  # grey levels that count as 1
LOW, HIGH = 0.03, 20.0  # noise levels
_ROOM = 10  # channels of a pixel that the network sees
_SAID = 4  # channels of a pixel that it says


@dataclass(frozen=True)
class PainterConfig:
    width: int = 128  # of a token
    depth: int = 4  # blocks
    text: int = 384  # width of a prompt's embedding
    spread: float = 8.0  # grey levels by which the base is off; training measures it


@dataclass(frozen=True, eq=False)
class Scene:
    """A batch of crops as the network sees them, in units of SCALE."""

    around: Tensor  # (B, 3, S, S) picture - base outside the hole, 0 inside
    base: Tensor  # (B, 3, S, S) around mid-grey
    smooth: Tensor  # (B, 3, S, S) smooth continuation - base
    hole: Tensor  # (B, 1, S, S) 1 where it is to be painted

    def to(self, device: torch.device) -> "Scene":
        return Scene(*(getattr(self, name).to(device) for name in self.__dataclass_fields__))


class PictureDenoiser(nn.Module):
    """The network and its preconditioning; `scene` and `cond` are what is known beside x."""

    def __init__(self, config: PainterConfig) -> None:
        super().__init__()
        self.config = config
        pixels, cells = CELL**2, SIDE // CELL
        self.network = Network(
            NetworkConfig(
                channels_in=_ROOM * pixels,
                channels_out=_SAID * pixels,
                grid=(cells, cells),
                patch=1,
                width=config.width,
                depth=config.depth,
                image=EMBEDDING,
                text=config.text,
            )
        )

    def forward(self, x: Tensor, sigma: Tensor, scene: Scene, cond: Condition) -> Tensor:
        """Return x0_hat inside the hole and 0 outside, (B, 3, S, S) -> (B, 3, S, S), sigma (B,)."""
        sigma_data = self.config.spread / SCALE
        level = sigma.view(-1, 1, 1, 1)
        c_in = (level.square() + sigma_data**2).rsqrt()
        seen = torch.where(scene.hole > 0, c_in * x, scene.around)
        pixels = torch.cat([seen, scene.base / 4, scene.smooth, scene.hole], dim=1)
        cells = F.pixel_unshuffle(pixels, CELL).flatten(2).transpose(1, 2)
        said = self.network(cells, sigma, cond).transpose(1, 2).unflatten(2, self.network.config.grid)
        said = F.pixel_shuffle(said, CELL)
        found = said[:, :3] + said[:, 3:] * scene.smooth
        # EDM's c_out has all of sigma_data: the base is off by that much, a defect by far more
        c_skip, c_out = (sigma_data * c_in).square(), sigma_data**0.5 * level * c_in
        out: Tensor = scene.hole * (c_skip * x + c_out * found)
        return out


def stacked(layers: Sequence[Layer]) -> Tensor:
    """Return layers as one batch of floats, (B, ...)."""
    return torch.from_numpy(np.stack(layers).astype(np.float32))


def scene_of(crops: Sequence[Crop]) -> Scene:
    """Return crops as the network sees them."""
    layers = ("known", "base", "smooth", "hole")
    known, base, smooth, hole = (stacked([getattr(crop, name) for crop in crops]) for name in layers)
    hole = hole[:, None]
    known, base, smooth = (layer.permute(0, 3, 1, 2) for layer in (known, base, smooth))
    around, carried = (known - base) / SCALE * (1 - hole), (smooth - base) / SCALE
    return Scene(around, (base - 127.5) / SCALE, carried, hole)


def condition_of(crops: Sequence[Crop], config: PainterConfig, text: Tensor | None = None) -> Condition:
    """Return the condition of crops: image, hole, and words (T,) or (B, T) if there are some."""
    hole = stacked([crop.hole for crop in crops])[:, None]
    cond = nothing(len(crops), (SIDE // CELL) ** 2, EMBEDDING, config.text)
    present = cond.present.clone()
    present[:, [0, 2]] = True
    present[:, 1] = text is not None
    return Condition(
        torch.from_numpy(np.stack([crop.embedding for crop in crops])),
        cond.text if text is None else text.float().expand(len(crops), -1),
        F.avg_pool2d(hole, CELL).flatten(1),
        cond.skeleton,
        present,
    )
