"""Seeing: teach `Sight` which words are true of a place, from the pairs of defects and the captions of their kinds."""

import torch
import torch.nn.functional as F
from torch import Tensor

from fusion.learning.batches import grown
from fusion.learning.examples import Captions, Pairs
from fusion.progress import Progress
from fusion.sight import Sight, seen_by, train_sight

NAMED = 0.25  # share of a cell that a defect covers from which the cell is the defect's
PLAIN = 60  # cells without a defect that are kept of each picture: there are more than enough


def learn_to_see(
    sight: Sight,
    pairs: Pairs,
    captions: Captions,
    colour: Tensor,
    grid: tuple[int, int],
    steps: int,
    seed: int,
    progress: Progress,
) -> None:
    """Train a sight on pairs of defects, each alone and both together."""
    g = torch.Generator().manual_seed(seed)
    parts = [_cells(pairs, both, len(captions.kinds), colour, grid, g) for both in (True, False)]
    seen, named = (torch.cat([part[at] for part in parts]) for at in (0, 1))
    for done, _ in enumerate(train_sight(sight, seen, named, captions.kinds, steps, seed), 1):
        progress("learning what words mean", done, steps)
    sight.eval()


def _cells(
    pairs: Pairs, both: bool, kinds: int, colour: Tensor, grid: tuple[int, int], g: torch.Generator
) -> tuple[Tensor, Tensor]:
    """Return cells as seen, (N, 2 C), and which kinds are true of them, (N, 9): all that are named, some not."""
    seen, named = [], []
    for at in range(0, len(pairs), 32):
        some = slice(at, at + 32)
        masks = pairs.masks[some].clone()
        if not both:
            masks[:, 1] = 0
        truth = which(masks, pairs.kinds[some], kinds, grid).flatten(0, 1)
        plain = (truth <= 0).all(dim=1).nonzero()[:, 0]
        kept = plain[torch.randperm(len(plain), generator=g)[: PLAIN * len(masks)]]
        chosen = torch.cat([(truth > 0).any(dim=1).nonzero()[:, 0], kept])
        x = (pairs.both if both else pairs.one)[some].float()
        seen.append(seen_by(x, colour, grid).flatten(0, 1)[chosen].half())
        named.append(truth[chosen].to(torch.int8))
    return torch.cat(seen), torch.cat(named)


def which(masks: Tensor, kinds: Tensor, count: int, grid: tuple[int, int]) -> Tensor:
    """Return which of `count` kinds are true of cells: 1, 0, or -1 near one, (B, D, P), (B, D) -> (B, P, count)."""
    truth = torch.einsum("bdp,bdk->bpk", masks, F.one_hot(kinds, count).float()) >= NAMED
    near = grown(masks.amax(dim=1), grid)[..., None] > truth.any(dim=-1, keepdim=True).float()
    return torch.where(near & ~truth, -1.0, truth.float())
