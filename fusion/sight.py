"""Sight: which words are true of a place. Cells and captions are brought into one space, as CLIP's towers do.

A cell is seen by its standardised features, in which a scratch looks alike at every place, and by how they differ from
their neighbours'. It is small on purpose: it learns in half a minute what the transformer would need hours for.
"""

import math
from collections.abc import Iterator

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from fusion.diffusion.denoiser import squashed, standardised

WIDTH = 256


class Sight(nn.Module):
    """Likeness of cells and words, as logits."""

    def __init__(self, channels: int, text: int, space: int = 32) -> None:
        super().__init__()
        self.cells = nn.Sequential(
            nn.Linear(2 * channels, WIDTH), nn.GELU(), nn.Linear(WIDTH, WIDTH), nn.GELU(), nn.Linear(WIDTH, space)
        )
        self.words = nn.Sequential(nn.Linear(text, 128), nn.GELU(), nn.Linear(128, space))
        self.sharpness = nn.Parameter(torch.tensor([8.0, -4.0]))  # of likeness, and how rarely anything is named

    def forward(self, seen: Tensor, text: Tensor) -> Tensor:
        """Return how much cells, (..., 2 C), look like each of some words, (K, T), as logits, (..., K)."""
        cells, words = (F.normalize(one, dim=-1) for one in (self.cells(seen), self.words(text)))
        logits: Tensor = self.sharpness[0] * (cells @ words.T) + self.sharpness[1]
        return logits


def seen_by(x: Tensor, colour: Tensor, grid: tuple[int, int]) -> Tensor:
    """Return what `Sight` sees of whitened tokens, (B, P, C) -> (B, P, 2 C), squashed; `colour` as in `colouring`."""
    plain = squashed(standardised(x, colour))
    maps = plain.transpose(1, 2).reshape(len(x), -1, *grid)
    around = F.avg_pool2d(F.pad(maps, (1, 1, 1, 1), mode="replicate"), 3, stride=1).flatten(2).transpose(1, 2)
    return torch.cat([plain, plain - around], dim=-1)


def train_sight(
    sight: Sight, seen: Tensor, named: Tensor, captions: Tensor, steps: int, seed: int, rows: int = 4096
) -> Iterator[float]:
    """Train on cells seen, (N, 2 C), of which kinds named, (N, K) of 1, 0 or -1 for don't count, are true.

    `captions` are paraphrases of each kind, (K, M, T). Half of the cells of a step are named, if there are enough: they
    are rare. Yields the loss of each step.
    """
    g = torch.Generator().manual_seed(seed)
    optimiser = torch.optim.AdamW(sight.parameters(), lr=2e-3, weight_decay=0.02)
    rare, common = (named > 0).any(dim=1).nonzero()[:, 0], (named <= 0).all(dim=1).nonzero()[:, 0]
    if not len(rare):
        return
    kinds = torch.arange(len(captions))
    for step in range(steps):
        for group in optimiser.param_groups:
            group["lr"] = 2e-3 * min(1.0, (step + 1) / 50) * 0.5 * (1 + math.cos(math.pi * step / steps))
        pick = torch.cat([one[torch.randint(len(one), (rows // 2,), generator=g)] for one in (rare, common)])
        words = captions[kinds, torch.randint(captions.shape[1], (len(kinds),), generator=g)]
        words = words + 0.02 * torch.randn(words.shape, generator=g)  # people use other words
        truth = named[pick].float()
        each = F.binary_cross_entropy_with_logits(
            sight(seen[pick].float(), words), truth.clamp_min(0), reduction="none"
        )
        loss = each[truth >= 0].mean()
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        yield float(loss.detach())
