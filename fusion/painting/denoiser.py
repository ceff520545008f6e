"""PictureDenoiser: D(x; sigma, cond) over the pixels of a hole, relative to the estimate that needs no training.

x = (picture - base) / SCALE inside the hole, and the network says x0_hat itself: what is clean has few degrees of
freedom and passes through narrow tokens, noise that EDM's skip would leave in has many [Li & He 2025, JiT]. It says a
correction and, pixel by pixel, how much of the smooth continuation belongs into the base. Both start at zero, so that
an untrained painter gives the base itself at every noise level. At the highest nothing of x is known, and D is the
posterior mean given the surroundings.
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
LOW, HIGH = 0.03, 10.0  # noise levels
_ROOM = 10  # channels of a pixel that the network sees
_SAID = 4  # channels of a pixel that it says


@dataclass(frozen=True)
class PainterConfig:
    width: int = 128  # of a token
    depth: int = 4  # blocks
    text: int = 384  # width of a prompt's embedding


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
    """D(x; sigma) by x-prediction; `scene` and `cond` are what is known beside x."""

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
        c_in = (1 + sigma.square()).rsqrt().view(-1, 1, 1, 1)
        seen = torch.where(scene.hole > 0, c_in * x, scene.around)
        pixels = torch.cat([seen, scene.base / 4, scene.smooth, scene.hole], dim=1)
        cells = F.pixel_unshuffle(pixels, CELL).flatten(2).transpose(1, 2)
        said = self.network(cells, sigma, cond).transpose(1, 2).unflatten(2, self.network.config.grid)
        said = F.pixel_shuffle(said, CELL)
        found = said[:, :3] + said[:, 3:] * scene.smooth
        out: Tensor = scene.hole * found / 2  # most corrections are far below SCALE
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
