"""Teach `fusion.outline`'s network: the clues of guesses, and the pixels that were painted there."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from fusion.outline import FARTHER, Mask, Outlines, Pixels, logits, scaled
from fusion.progress import Progress, silent
from fusion.threads import one_thread

SEED = 11
HIDDEN, WIDTH = 32, 16  # channels
BATCH, SIDE = 8, 80  # guesses at once, and px of each


@dataclass(frozen=True, eq=False)
class Lesson:
    """A guess of what was there before a defect: clues (H, W, C), where they count, and what was painted, (H, W)."""

    found: NDArray[np.float16]
    hole: Mask
    truly: Mask

    def cut(self, side: int, rng: np.random.Generator) -> "Lesson":
        """Return what lies around one pixel of a large hole, so that many lessons find room in memory."""
        top, left = _corner(self.hole, side, rng)
        window = np.s_[top : top + side, left : left + side]
        return Lesson(self.found[window].copy(), self.hole[window].copy(), self.truly[window].copy())


def learnt(
    lessons: Sequence[Lesson], start: Outlines, steps: int, rate: float, progress: Progress = silent
) -> Outlines:
    """Return outlines that were taught by lessons, from where others were."""
    scales = {name: start[name] for name in ("mean", "spread")}
    weights = {name: one.clone().requires_grad_() for name, one in start.items() if name not in scales}
    optimiser = torch.optim.AdamW(weights.values(), weight_decay=1e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, rate, steps)
    rng = np.random.default_rng(SEED)
    with one_thread():
        for step in range(steps):
            progress("learning outlines", step, steps)
            chosen = [_window(lessons[at], scales, rng) for at in rng.integers(len(lessons), size=BATCH)]
            x, hole, truly = (torch.from_numpy(np.stack(part)) for part in zip(*chosen, strict=True))
            each = nn.functional.binary_cross_entropy_with_logits(logits(weights, x), truly, reduction="none")
            loss = ((each * hole).sum((1, 2)) / hole.sum((1, 2))).mean()  # each guess counts as much as the others
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            schedule.step()
    return scales | {name: tensor.detach() for name, tensor in weights.items()}


def beginning(lessons: Sequence[Lesson]) -> Outlines:
    """Return outlines that know how clues are spread, and nothing else."""
    heard = np.concatenate([one.found[one.hole][::7] for one in lessons]).astype(np.float32)
    with torch.random.fork_rng():
        torch.manual_seed(SEED)
        layers = {"first": nn.Conv2d(heard.shape[1], HIDDEN, 1), "second": nn.Conv2d(HIDDEN, WIDTH, 1)}
        layers |= {str(far): nn.Conv2d(WIDTH, WIDTH, 3) for far in FARTHER} | {"last": nn.Conv2d(WIDTH, 1, 1)}
    scales = {"mean": torch.from_numpy(heard.mean(axis=0)), "spread": torch.from_numpy(heard.std(axis=0) + 1e-6)}
    return scales | {
        f"{name}.{part}": getattr(layer, part).detach() for name, layer in layers.items() for part in ("weight", "bias")
    }


def _corner(hole: Mask, side: int, rng: np.random.Generator) -> tuple[int, int]:
    """Return the upper left of a window of a side, which holds some pixel of the hole."""
    rows, columns = hole.nonzero()
    at = rng.integers(len(rows))
    top, left = (
        int(np.clip(place[at] - rng.integers(side), 0, max(0, length - side)))
        for place, length in zip((rows, columns), hole.shape, strict=True)
    )
    return top, left


def _window(one: Lesson, scales: Outlines, rng: np.random.Generator) -> tuple[Pixels, Pixels, Pixels]:
    """Return clues (C, SIDE, SIDE), where they count, and the answers, around one pixel of a hole, turned anyhow."""
    top, left = _corner(one.hole, SIDE, rng)
    window = np.s_[top : top + SIDE, left : left + SIDE]
    found = scaled(one.found[window].astype(np.float32), scales)
    turn = partial(_turned, turns=int(rng.integers(4)), mirrored=bool(rng.integers(2)))
    return turn(found), turn(one.hole[window]), turn(one.truly[window])


def _turned(part: Pixels | Mask, turns: int, mirrored: bool) -> Pixels:
    """Return what lies in a window, (..., H, W), padded to its size, turned by quarters and mirrored."""
    missing = [(0, SIDE - length) for length in part.shape[-2:]]
    whole = np.pad(part.astype(np.float32), [(0, 0)] * (part.ndim - 2) + missing)
    out = np.rot90(whole, turns, (-2, -1))
    return np.ascontiguousarray(out[..., ::-1] if mirrored else out)
