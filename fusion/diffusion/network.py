"""The conditional transformer over tokens: one network for every modality; a task is a way to cut tokens.

Cells of a grid are gathered into patches (2 x 2 cells a token, mostly: attention costs the square of their number).
Each block is modulated by the noise level (adaLN, one table for all blocks [Chen et al. 2023, PixArt-alpha, sec. 2.3])
and hears the X-embedding by cross-attention.
"""

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from fusion.condition import DRAWN, Condition, Fusion, drawn, merge_heads, split_heads


@dataclass(frozen=True)
class NetworkConfig:
    channels_in: int
    channels_out: int
    grid: tuple[int, int]  # rows, columns of cells
    patch: int = 2  # cells a side that make one token
    width: int = 192  # of a token
    depth: int = 6  # blocks
    image: int = 64  # width of the sample's global embedding
    text: int = 384  # width of the prompt's embedding


SIZES: dict[str, dict[str, int]] = {
    "tiny": {"width": 128, "depth": 4},
    "small": {"width": 192, "depth": 6},
    "base": {"width": 384, "depth": 8},
}


class Block(nn.Module):
    """Self-attention, cross-attention to the X-embedding, MLP; each modulated by the noise level."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.heads = max(1, width // 48)
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.query, self.key_value, self.heard = (nn.Linear(width, n * width) for n in (1, 2, 1))
        self.mlp = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))
        self.table = nn.Parameter(torch.zeros(7, width))  # this block's own part of the modulation
        nn.init.normal_(self.table, std=0.02)

    def forward(self, z: Tensor, heard: Tensor, modulation: Tensor) -> Tensor:
        """Return the tokens (B, N, D) after one block; X-embedding (B, K, D), modulation (B, 7, D)."""
        shift1, scale1, gate1, gate2, shift3, scale3, gate3 = (modulation + self.table).unsqueeze(2).unbind(1)
        u = _norm(z) * (1 + scale1) + shift1
        q, k, v = (split_heads(one, self.heads) for one in self.qkv(u).chunk(3, dim=-1))
        z = z + (1 + gate1) * self.out(merge_heads(F.scaled_dot_product_attention(q, k, v)))
        q = split_heads(self.query(_norm(z)), self.heads)
        k, v = (split_heads(one, self.heads) for one in self.key_value(heard).chunk(2, dim=-1))
        z = z + (1 + gate2) * self.heard(merge_heads(F.scaled_dot_product_attention(q, k, v)))
        mixed: Tensor = self.mlp(_norm(z) * (1 + scale3) + shift3)
        return z + (1 + gate3) * mixed


class Network(nn.Module):
    """Tokens, noise level and condition in; what the head says of each cell out. The head starts at zero."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.config = config
        width, cells = config.width, config.patch**2
        rows, columns = (-(-side // config.patch) for side in config.grid)
        self.fusion = Fusion(width, config.image, config.text)
        self.into = nn.Linear(cells * (config.channels_in + 1 + len(DRAWN)), width)  # + mask, skeleton
        self.place = nn.Parameter(0.02 * torch.randn(rows * columns, width))
        self.level = nn.Sequential(nn.Linear(64, width), nn.SiLU(), nn.Linear(width, width))
        self.modulation = nn.Linear(width, 7 * width)
        self.blocks = nn.ModuleList(Block(width) for _ in range(config.depth))
        self.head = nn.Linear(width, cells * config.channels_out)
        for layer in (self.modulation, self.head):
            nn.init.zeros_(layer.weight)
            nn.init.zeros_(layer.bias)

    def tau(self, sigma: Tensor) -> Tensor:
        """Return noise levels embedded, (B,) -> (B, width): log sigma / 4 [EDM, table 1] in Fourier features."""
        frequencies = torch.exp(torch.linspace(0, math.log(100), 32, device=sigma.device))
        angles = (sigma.clamp_min(1e-4).log() / 4)[:, None] * frequencies
        embedded: Tensor = self.level(torch.cat([angles.sin(), angles.cos()], dim=-1))
        return embedded

    def forward(self, x: Tensor, sigma: Tensor, cond: Condition) -> Tensor:
        """Return the head's values for cells x, (B, P, channels_in) -> (B, P, channels_out), sigma (B,)."""
        tau = self.tau(sigma)
        heard = self.fusion(cond, self.config.grid, tau)
        asked = torch.where(cond.present[:, 2, None], cond.mask, 1.0)[..., None]
        bones = torch.where(cond.present[:, 3, None, None], drawn(cond.skeleton, self.config.grid), 0.0)
        z = self.into(self._to_patches(torch.cat([x, asked, bones], dim=-1))) + self.place
        modulation = self.modulation(F.silu(tau)).view(len(tau), 7, -1)
        for block in self.blocks:
            z = block(z, heard, modulation)
        return self._to_cells(self.head(_norm(z)))

    def _to_patches(self, x: Tensor) -> Tensor:
        """Return cells gathered into patches, (B, P, C) -> (B, N, patch^2 C); a ragged edge is padded with zeros."""
        (rows, columns), side = self.config.grid, self.config.patch
        x = x.view(len(x), rows, columns, -1)
        x = F.pad(x, (0, 0, 0, -columns % side, 0, -rows % side))
        x = x.reshape(len(x), x.shape[1] // side, side, x.shape[2] // side, side, x.shape[3])
        return x.transpose(2, 3).flatten(3).flatten(1, 2)

    def _to_cells(self, z: Tensor) -> Tensor:
        """Return patches as cells again, (B, N, patch^2 C) -> (B, P, C)."""
        (rows, columns), side = self.config.grid, self.config.patch
        z = z.view(len(z), -(-rows // side), -(-columns // side), side, side, z.shape[-1] // side**2)
        z = z.transpose(2, 3).flatten(3, 4).flatten(1, 2)
        return z[:, :rows, :columns].flatten(1, 2)


def _norm(z: Tensor) -> Tensor:
    return F.layer_norm(z, z.shape[-1:])
