"""Reconstruction: noise a sample or don't, walk it down to what is normal, compare.

| in the papers                                     | here                                                  |
|---------------------------------------------------|-------------------------------------------------------|
| AnoDDPM: t = 250 of 1000                          | `Partial(0.96, noisy=True)`, sigma of that t          |
| its simplex noise                                 | `octaves`: the same spectrum, to a network taught it  |
| DDAD: eps - sqrt(1 - alpha_bar) w (y_t - x_t)     | x0_hat + w sigma^2 / (1 + sigma^2) (y - x0_hat)       |
| GLAD: adaptive step, spatially adaptive fusion    | `Adaptive`                                            |
| AutoDDPM: mask, stitch, re-sample                 | `Stitched`                                            |
| mDDPM, ImDiffusion's gratings: hide, fill in      | `Imputed`                                             |
"""

from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor

from fusion.diffusion.sampling import inpaint, last, reconstruct
from fusion.methods.ask import Asked, falling, tops


@dataclass(frozen=True)
class Partial:
    """Walk a sample down from a level, with noise of that level or without, held towards itself or not."""

    start: float
    steps: int = 4
    noisy: bool = False
    toward: float = 0.0  # w, by which each x0_hat is drawn back to the sample [DDAD, Mousakhan et al. 2023, eq. 6]
    octaves: bool = False  # in which the noise comes, which a network must have been taught [AnoDDPM's simplex noise]

    def __call__(self, x: Tensor, asked: Asked) -> Tensor:
        """Return |x - x0| a place and representation, (B, V, P)."""
        return asked.norms(x - self.walked(x, asked))

    def walked(self, x: Tensor, asked: Asked, number: int = 0) -> Tensor:
        """Return where the walk ends, (B, P, C)."""
        draw = asked.blobs if self.octaves else asked.noise
        noised = x + self.start * draw(x, number) if self.noisy else x

        def denoise(z: Tensor, sigma: float) -> Tensor:
            return drawn(asked(z, sigma), x, self.toward, sigma)

        return last(reconstruct(noised, denoise, falling(self.start, 0.25 * self.start, self.steps)))


def drawn(found: Tensor, to: Tensor, weight: float, sigma: float) -> Tensor:
    """Return x0_hat as it is where eps is corrected by sqrt(1 - alpha_bar) w times what x_t misses, (B, P, C)."""
    return found + weight * sigma**2 / (1 + sigma**2) * (to - found)


_PLAIN = Partial(1.0)


@dataclass(frozen=True)
class Adaptive:
    """Walk down until what comes of the sample is unlike what one step would make of it: large defects start higher.

    From there on, each place keeps its own x where nothing is wrong, and the walk's where something is.
    """

    levels: tuple[float, ...] = (4.0, 2.0, 1.0, 0.5, 0.0)
    limit: float = 6.0  # length of a token's change, per square root of its channels, that stops the search

    def __call__(self, x: Tensor, asked: Asked) -> Tensor:
        return asked.norms(x - self.walked(x, asked)[0])

    def walked(self, x: Tensor, asked: Asked) -> tuple[Tensor, Tensor]:
        """Return where the walks end, (B, P, C), and the level at which each found its defect, (B,), 0 if none."""
        noise = asked.noise(x)
        z = x + self.levels[0] * noise
        stopped = torch.zeros(len(x))
        for sigma, lower in pairwise(self.levels):
            walk, once = asked(z, sigma), asked(x + sigma * noise, sigma)
            far = ((once - walk) / x.shape[-1] ** 0.5).norm(dim=-1)  # (B, P)
            found = (stopped == 0) & (tops(far) > self.limit)
            stopped = torch.where(found, sigma, stopped)
            wrong = torch.sigmoid(far - self.limit)[..., None]
            walk = torch.where(found[:, None, None], wrong * walk + (1 - wrong) * once, walk)
            z = walk + lower * (z - walk) / sigma
        return z, stopped


@dataclass(frozen=True)
class Stitched:
    """Walk down, mark what changed most, put the rest back, and fill the marked places in from around them."""

    first: Partial = _PLAIN
    share: float = 0.1  # of the places is marked
    levels: tuple[float, ...] = (2.0, 1.0, 0.5, 0.0)

    def __call__(self, x: Tensor, asked: Asked) -> Tensor:
        """Return |x - y| of the stitched y, and of the first walk's, together, (B, V, P)."""
        plain = asked.norms(x - self.first.walked(x, asked))
        far = plain.square().sum(dim=1)
        marked = far >= far.quantile(1 - self.share, dim=1, keepdim=True)
        within = asked.inside(marked.float())
        noise = asked.noise(x)
        filled = last(inpaint(x, marked[..., None], within, self.levels, noise.expand_as(x)))
        return asked.norms(x - filled) + plain


@dataclass(frozen=True)
class Imputed:
    """Hide half of the places, fill them in from the other half; then the other way round: every place once."""

    side: int = 2  # cells a side of the squares
    levels: tuple[float, ...] = (4.0, 2.0, 1.0, 0.0)

    def __call__(self, x: Tensor, asked: Asked) -> Tensor:
        """Return |x - what is filled in|, (B, V, P)."""
        filled = torch.zeros_like(x)
        for hidden in gratings(asked.grid, self.side):
            within = asked.inside(hidden.float().expand(len(x), -1))
            z = torch.where(hidden[:, None], 0.0, x)
            filled = torch.where(hidden[:, None], last(reconstruct(z, within, self.levels)), filled)
        return asked.norms(x - filled)


def gratings(grid: tuple[int, int], side: int) -> tuple[Tensor, Tensor]:
    """Return two complementary patterns of squares, each (P,) bool: together they cover every place once."""
    rows, columns = torch.meshgrid(torch.arange(grid[0]) // side, torch.arange(grid[1]) // side, indexing="ij")
    hidden = ((rows + columns) % 2 == 0).flatten()
    return hidden, ~hidden
