"""Training a forecast: batches of movements of which something is asked given the rest, a loss, and the walk."""

from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import Tensor

from fusion.diffusion.denoiser import precondition
from fusion.diffusion.network import Network
from fusion.diffusion.noise import generator_of, training_sigmas
from fusion.diffusion.teaching import Batch, teach
from fusion.diffusion.training import Step, TrainingConfig
from fusion.learned import rounded
from fusion.motion.detector import MotionConfig
from fusion.motion.forecast import HIGH, NeuralForecast, denoiser_of, new_network, to_blocks
from fusion.motion.future import BLOCKS
from fusion.progress import Progress
from fusion.view import Grid

LOW = 0.3  # of the noise levels
SIZE = 16  # of a batch
SPOKEN = 0.7  # of a batch hear the words of their movement


@dataclass(frozen=True, eq=False)
class Source:
    """Where batches come from: movements as blocks, (N, J BLOCKS, C), and the embedded words of each, (N, T)."""

    x: Tensor
    words: Tensor
    forecast: NeuralForecast  # untrained or not: it makes conditions
    seed: int

    def __call__(self, number: int) -> Batch:
        """Return batch number 0, 1, ..., always the same."""
        g = generator_of(self.seed, number)
        chosen = torch.randint(len(self.x), (SIZE,), generator=g)
        masks, known = _asked(self.x.shape[1] // BLOCKS, g)
        target, sigma = self.x[chosen], training_sigmas(SIZE, g, LOW, HIGH)
        noise = sigma[:, None, None] * torch.randn(target.shape, generator=g)
        plain = self.forecast.condition(SIZE, None)
        present = plain.present.clone()
        present[:, 1] = torch.rand(SIZE, generator=g) < SPOKEN
        present[:, 2] = known
        cond = replace(plain, text=self.words[chosen], mask=masks, present=present)
        return Batch(target + masks[..., None] * noise, target, sigma, cond)


def _asked(joints: int, g: torch.Generator) -> tuple[Tensor, Tensor]:
    """Return what is asked for in a batch, (B, J BLOCKS), and where something is known at all, (B,).

    A quarter each: everything; the future; some joints; a stretch of time.
    """
    masks = torch.zeros(SIZE, joints, BLOCKS)
    for number, mask in enumerate(masks):
        start = int(torch.randint(1, BLOCKS, (1,), generator=g))
        hidden = torch.rand(joints, generator=g) < 0.05 + 0.6 * torch.rand(1, generator=g)
        if number % 4 == 0:
            mask[:] = 1
        elif number % 4 == 1:
            mask[:, start:] = 1
        elif number % 4 == 2:
            mask[hidden] = 1
        else:
            mask[:, start - 1 : start + 1] = 1
    return masks.flatten(1), torch.arange(SIZE) % 4 > 0


def forecast_loss(network: Network, colour: Tensor, batch: Batch) -> Tensor:
    """Return how far D is from the movement where it is asked, by EDM's weight, large misses only linearly."""
    found = precondition(network, colour, batch.x, batch.sigma, batch.cond)
    weight = (1 + batch.sigma**2) / batch.sigma**2
    squares = (found - batch.target).square().mean(dim=-1) * weight[:, None]
    return (batch.cond.mask * ((1 + squares).sqrt() - 1)).sum() / batch.cond.mask.sum()


def learn_forecast(
    white: Tensor,
    grid: Grid,
    words: Tensor,
    training: Tensor,
    stopping: Tensor,
    config: MotionConfig,
    progress: Progress,
    checkpoint: Path | None,
) -> tuple[NeuralForecast, list[Step]]:
    """Train on whitened movements, (N, P, D), of which words say what they are, (N, T); return how it went, too."""
    network = new_network(grid, white.shape[-1], words.shape[-1], config.network, config.seed)
    forecast = NeuralForecast(denoiser_of(network), grid)
    blocks, colour = to_blocks(white, grid), forecast.denoise.colour
    source = Source(blocks[training], words[training], forecast, config.seed)
    checks = Source(blocks[stopping], words[stopping], forecast, config.seed + 1)
    budget = TrainingConfig(
        minutes=config.minutes,
        steps=config.steps,
        ema=0.99,
        validate_every=min(50, config.steps or 50),
        seed=config.seed,
    )
    history = teach(network, colour, source, checks, forecast_loss, budget, progress, checkpoint)
    rounded(network.eval())
    return forecast, history
