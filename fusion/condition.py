"""Conditions: what a sample brings beside its tokens, fused into one X-embedding that knows the noise level.

MIF, multi-modal in-fusion: every modality becomes tokens of one width, marked by a modality embedding; an absent
modality is a learned token; self-attention lets them speak to each other. DDF, dynamic diffusion fusion: a gate for
each modality as a function of sigma says which of them speaks at which noise level. Both are our reading of
[AnomalyXFusion, arXiv 2404.19444, sec. 3]; no code of it implements them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
import torch.nn.functional as F
from torch import Tensor, nn

MODALITIES = ("image", "text", "mask", "skeleton")
JOINTS = 17
COARSE = 8  # cells a side to which a mask is pooled before it becomes a token
_LEFT, _RIGHT = ((5, 7), (7, 9), (11, 13), (13, 15)), ((6, 8), (8, 10), (12, 14), (14, 16))  # arms and legs, COCO
_MIDDLE = ((5, 6), (11, 12), (5, 11), (6, 12), (0, 5), (0, 6))
DRAWN = (_LEFT, _RIGHT, _MIDDLE)  # bones that make a channel each of a drawn skeleton


@dataclass(frozen=True, eq=False)
class Condition:
    """A batch of what is known beside the tokens; what `present` denies is never read."""

    image: Tensor  # (B, I) global embedding of the sample
    text: Tensor  # (B, T) embedding of a prompt
    mask: Tensor  # (B, P) share of each place that is asked for: repair there, keep the rest
    skeleton: Tensor  # (B, 17, 3) x, y in shares of the frame, confidence
    present: Tensor  # (B, 4) bool, in the order of MODALITIES

    def __getitem__(self, index: Tensor | slice) -> "Condition":
        return Condition(*(getattr(self, name)[index] for name in (*MODALITIES, "present")))

    def given(self, name: str, value: Tensor) -> "Condition":
        """Return the same condition with one modality present in all of the batch."""
        present = self.present.clone()
        present[:, MODALITIES.index(name)] = True
        return replace(self, **{name: value, "present": present})

    def without(self, *names: str) -> "Condition":
        """Return the same condition with some modalities absent."""
        kept = torch.tensor([name not in names for name in MODALITIES])
        return replace(self, present=self.present & kept.to(self.present.device))

    def dropped(self, rate: float, generator: torch.Generator, names: Sequence[str] = MODALITIES) -> "Condition":
        """Return the condition with each of the named absent by chance, so that any subset is met in training."""
        may = torch.tensor([name in names for name in MODALITIES])
        kept = ~may | (torch.rand(self.present.shape, generator=generator) >= rate)
        return replace(self, present=self.present & kept.to(self.present.device))

    def to(self, device: torch.device) -> "Condition":
        return Condition(*(getattr(self, name).to(device) for name in (*MODALITIES, "present")))


def nothing(batch: int, places: int, image: int, text: int) -> Condition:
    """Return the condition in which every modality is absent."""
    return Condition(
        torch.zeros(batch, image),
        torch.zeros(batch, text),
        torch.ones(batch, places),
        torch.zeros(batch, JOINTS, 3),
        torch.zeros(batch, len(MODALITIES), dtype=torch.bool),
    )


def stacked(conditions: Sequence[Condition]) -> Condition:
    """Return several conditions as one batch."""
    return Condition(*(torch.cat([getattr(one, name) for one in conditions]) for name in (*MODALITIES, "present")))


def drawn(skeleton: Tensor, grid: tuple[int, int], width: float = 1.0) -> Tensor:
    """Return how near each cell is to the bones, (B, 17, 3) -> (B, P, 3), 0 to 1: left limbs, right limbs, the rest.

    A bone is as sure as the less sure of its joints; what was not seen is not drawn. `width` is in cells.
    """
    rows, columns = grid
    y, x = torch.meshgrid(torch.arange(rows) + 0.5, torch.arange(columns) + 0.5, indexing="ij")
    cells = torch.stack([x, y], dim=-1).view(-1, 2).to(skeleton)  # (P, 2)
    places = (skeleton[..., :2] + 1) / 2 * torch.tensor([columns, rows]).to(skeleton)
    channels = []
    for bones in DRAWN:
        ends = torch.tensor(bones, device=skeleton.device)
        a, b = places[:, ends[:, 0], None], places[:, ends[:, 1], None]  # (B, K, 1, 2)
        along = b - a
        t = ((cells - a) * along).sum(-1) / along.square().sum(-1).clamp_min(1e-6)
        far = (cells - a - t.clamp(0, 1)[..., None] * along).square().sum(-1)  # (B, K, P)
        sure = torch.minimum(skeleton[:, ends[:, 0], 2], skeleton[:, ends[:, 1], 2])
        channels.append((sure[..., None] * torch.exp(-far / (2 * width**2))).amax(dim=1))
    return torch.stack(channels, dim=-1)


class Fusion(nn.Module):
    """MIF and DDF: condition and noise level in, X-embedding out."""

    def __init__(self, width: int, image: int, text: int, heads: int = 4) -> None:
        super().__init__()
        self.embed = nn.ModuleDict(
            {
                "image": nn.Linear(image, width),
                "text": nn.Linear(text, width),
                "mask": nn.Linear(COARSE**2, width),
                "skeleton": nn.Linear(3, width),
            }
        )
        tokens = {name: JOINTS if name == "skeleton" else 1 for name in MODALITIES}
        self.kind = nn.ParameterDict({name: 0.02 * torch.randn(n, width) for name, n in tokens.items()})
        self.absent = nn.ParameterDict({name: 0.02 * torch.randn(n, width) for name, n in tokens.items()})
        self.norm, self.norm2, self.heads = nn.LayerNorm(width), nn.LayerNorm(width), heads
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.mlp = nn.Sequential(nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width))
        self.gate = nn.Linear(width, len(MODALITIES))
        nn.init.zeros_(self.gate.weight)  # at first every modality speaks alike at every noise level
        nn.init.zeros_(self.gate.bias)

    def gates(self, tau: Tensor) -> Tensor:
        """Return how loud each modality speaks at embedded noise levels, (B, width) -> (B, 4), in (0, 2)."""
        return 2 * torch.sigmoid(self.gate(tau))

    def forward(self, cond: Condition, grid: tuple[int, int], tau: Tensor) -> Tensor:
        """Return the X-embedding of a condition on a grid at embedded noise levels, (B, K, width)."""
        loud = self.gates(tau)
        parts = []
        for number, name in enumerate(MODALITIES):
            value = getattr(cond, name)
            if name == "mask":
                value = F.adaptive_avg_pool2d(value.view(-1, 1, *grid), COARSE).flatten(1)
            token = self.embed[name](value)
            token = token if token.dim() == 3 else token[:, None]
            here = cond.present[:, number, None, None]
            parts.append(torch.where(here, token, self.absent[name]) + self.kind[name])
        z = torch.cat(parts, dim=1)
        z = z + self._attend(self.norm(z))
        z = z + self.mlp(self.norm2(z))
        loudness = [loud[:, n, None].expand(-1, parts[n].shape[1]) for n in range(len(MODALITIES))]
        fused: Tensor = torch.cat(loudness, dim=1)[..., None] * z
        return fused

    def _attend(self, z: Tensor) -> Tensor:
        q, k, v = (split_heads(one, self.heads) for one in self.qkv(z).chunk(3, dim=-1))
        out: Tensor = self.out(merge_heads(F.scaled_dot_product_attention(q, k, v)))
        return out


def split_heads(x: Tensor, heads: int) -> Tensor:
    """Return tokens as heads, (B, N, D) -> (B, heads, N, D / heads)."""
    return x.view(*x.shape[:2], heads, -1).transpose(1, 2)


def merge_heads(x: Tensor) -> Tensor:
    """Return heads as tokens, (B, heads, N, D / heads) -> (B, N, D)."""
    return x.transpose(1, 2).flatten(2)
