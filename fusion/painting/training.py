"""Train a painter on normals alone, and ask on other normals whether it is better than the memory."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from fusion.condition import Condition, stacked
from fusion.diffusion.noise import generator_of, training_sigmas
from fusion.diffusion.training import TrainingConfig, train
from fusion.errors import BadData
from fusion.modality.text import TextEncoder
from fusion.painter import Painter
from fusion.painting.denoiser import HIGH, LOW, SCALE, PainterConfig, PictureDenoiser, Scene, condition_of, scene_of
from fusion.painting.pool import Example, make_pool
from fusion.painting.texture import texture_distance
from fusion.picture import PictureMemory
from fusion.progress import Progress, silent
from fusion.synthesis import NORMAL_CAPTIONS

FEWEST = 8  # normals
HELD = 0.1  # of the normals tell whether it helped
MOST = 1500  # examples
POOLED = 0.2  # of the time makes examples
CHECKS = 48  # examples on held-out normals
DEFECTS = 0.3  # of a batch paint defects, where there are words
DROP = 0.1  # of each modality
SAID = 0.25  # of the other examples are called normal
RATE = 1e-3  # of learning
FROM_NOTHING = 0.5  # of a batch ask for the posterior mean
TEXTURE = 1.0  # weight of texture beside pixels


class Batch(NamedTuple):
    x: Tensor  # (B, 3, S, S)
    sigma: Tensor  # (B,)
    scene: Scene
    cond: Condition
    target: Tensor  # (B, 3, S, S)
    defect: Tensor  # (B,) bool: a defect is asked for


@dataclass(frozen=True, eq=False)
class Source:
    """Where batches come from."""

    pool: Sequence[Example]
    captions: Tensor | None  # (N, T) of the pool's defects; None without words
    normal: Tensor | None  # (K, T) ways to say that nothing is wrong
    config: PainterConfig
    seed: int
    size: int = 16

    def __call__(self, number: int) -> Batch:
        """Return batch number 0, 1, ..., always the same."""
        generator = generator_of(self.seed, number)
        chosen = torch.randint(len(self.pool), (self.size,), generator=generator).tolist()
        defects = round(DEFECTS * self.size) if self.captions is not None else 0
        crops, targets, conds = [], [], []
        for place, index in enumerate(chosen):
            example = self.pool[index] if place < defects else _turned(self.pool[index], generator)
            crop, target = example.asked(place < defects)
            crops.append(crop)
            targets.append(target)
            conds.append(condition_of([crop], self.config, self._words(index, place < defects, generator)))
        cond, target = stacked(conds).dropped(DROP, generator), torch.stack(targets)
        target[:defects][~cond.present[:defects, 1]] = 0  # no words, no defect
        return _noised(scene_of(crops), target, cond, torch.arange(self.size) < defects, generator)

    def _words(self, index: int, defect: bool, generator: torch.Generator) -> Tensor | None:
        """Return what is said of an example, (T,): its defect, or now and then that nothing is wrong."""
        if defect and self.captions is not None:
            return self.captions[index]
        if self.normal is None or torch.rand((), generator=generator) > SAID:
            return None
        return self.normal[int(torch.randint(len(self.normal), (), generator=generator))]


def train_painter(
    pictures: NDArray[np.uint8],
    memory: PictureMemory,
    encoder: TextEncoder | None = None,
    config: PainterConfig | None = None,
    minutes: float = 3.0,
    seed: int = 0,
    progress: Progress = silent,
    steps: int = 0,
) -> Painter:
    """Train on normals (N, H, W, 3) in the frame, within the minutes, or so many steps, and ask whether it helped."""
    if len(pictures) < FEWEST:
        raise BadData(f"a painter needs {FEWEST} good parts, got {len(pictures)}; add some, or do without a painter")
    order = np.random.default_rng([seed, 0]).permutation(len(pictures))
    held = max(2, round(HELD * len(pictures)))
    seconds = 60 * POOLED * minutes
    checks = make_pool(pictures[order[:held]], memory, CHECKS, 0.15 * seconds, seed + 1, progress)
    pool = make_pool(pictures[order[held:]], memory, MOST, 0.85 * seconds, seed, progress)
    captions = normal = None
    config = config or PainterConfig()
    if encoder is not None:
        config = replace(config, text=encoder.width)
        captions = _embedded(encoder, [example.caption for example in pool])
        normal = _embedded(encoder, NORMAL_CAPTIONS)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)  # of the first weights
        denoiser = PictureDenoiser(config)
    validation = Validation(checks, config)
    budget = TrainingConfig(
        minutes=(1 - POOLED) * minutes,
        steps=steps,
        learning_rate=RATE,
        ema=0.99,
        validate_every=min(50, steps or 50),
        patience=100,
        seed=seed,
    )
    taken = 0
    for step in train(denoiser, Source(pool, captions, normal, config, seed), painting_loss, validation, budget):
        progress("training the painter", step.step, step.total)
        taken = step.step
    found = validation.figures(denoiser.eval())
    helped = found["psnr"] > found["psnr of the memory"] and found["texture"] < found["texture of the memory"]
    figures = {"helped": helped, "steps": taken, "examples": len(pool), "checked on": len(checks), **found}
    return Painter(memory, denoiser, helped, figures)


def painting_loss(denoiser: nn.Module, batch: Batch) -> Tensor:
    """Return how far what is painted is from what should be, in pixels and in texture, an example at a time.

    A defect's pixels count by their squares, whose best answer is the mean: by their root it would be the commonest,
    which is no defect at all.
    """
    found = denoiser(batch.x, batch.sigma, batch.scene, batch.cond)
    pixels, texture = _distances(found, batch.target, batch.scene)
    pixels = torch.where(batch.defect, pixels, (pixels + 4e-4).sqrt())
    return (pixels + TEXTURE * texture).mean()


@dataclass(frozen=True, eq=False)
class Validation:
    """Examples on normals that are not learnt from, each asked for its posterior mean."""

    checks: Sequence[Example]
    config: PainterConfig

    def __call__(self, denoiser: nn.Module) -> float:
        """Return how near the painter comes to the truth, over the memory; below 0 it is better."""
        ours, memory = self._measure(denoiser)
        return float((ours / memory).log().mean())

    def figures(self, denoiser: nn.Module) -> dict[str, float]:
        """Return mean PSNR in dB and geometric mean of texture distances, of the painter and of the memory."""
        ours, memory = self._measure(denoiser)
        said = {}
        for name, one in (("", ours), (" of the memory", memory)):
            errors = one[:, 0] * (SCALE / 255) ** 2
            said[f"psnr{name}"] = round(float(-10 * errors.log10().mean()), 2)
            said[f"texture{name}"] = round(float(one[:, 1].log().mean().exp()), 4)
        return said

    def _measure(self, denoiser: nn.Module) -> tuple[Tensor, Tensor]:
        """Return squared error and texture distance of the painter's and the memory's, (N, 2) each."""
        device = next(denoiser.parameters()).device
        both = []
        with torch.inference_mode():
            for start in range(0, len(self.checks), 16):
                asked = [example.asked(False) for example in self.checks[start : start + 16]]
                crops = [crop for crop, _ in asked]
                scene = scene_of(crops).to(device)
                target = torch.stack([target for _, target in asked]).to(device) * scene.hole
                level = torch.full((len(crops),), HIGH, device=device)
                found = denoiser(0 * target, level, scene, condition_of(crops, self.config).to(device))
                pairs = [torch.stack(_distances(x, target, scene), dim=1) for x in (found, 0 * target)]
                both.append(torch.stack(pairs))
        ours, memory = torch.cat(both, dim=1).cpu().clamp_min(1e-4)
        return ours, memory


def _distances(found: Tensor, target: Tensor, scene: Scene) -> tuple[Tensor, Tensor]:
    """Return squared error, in SCALE, and texture distance inside the holes, (B,) each."""
    size = scene.hole.sum((1, 2, 3)).clamp_min(1)
    pixels = ((found - target).square() * scene.hole).sum((1, 2, 3)) / (3 * size)
    ground = scene.base + scene.around
    return pixels, texture_distance(ground + found, ground + target, scene.hole)


def _embedded(encoder: TextEncoder, texts: Sequence[str]) -> Tensor:
    return torch.from_numpy(encoder.encode(texts))


def _turned(example: Example, generator: torch.Generator) -> Example:
    """Return the example mirrored at random, its surroundings and the whole picture with it."""
    for axis in (0, 1):
        if torch.rand((), generator=generator) < 0.5:
            example = example.mirrored(axis)
    return example


def _noised(scene: Scene, target: Tensor, cond: Condition, defect: Tensor, generator: torch.Generator) -> Batch:
    size = len(target)
    sigma = training_sigmas(size, generator, LOW, HIGH)
    nothing = torch.rand(size, generator=generator) < FROM_NOTHING
    noise = torch.randn(target.shape, generator=generator)
    x = torch.where(nothing.view(-1, 1, 1, 1), 0, target + sigma.view(-1, 1, 1, 1) * noise)
    return Batch(x, torch.where(nothing, HIGH, sigma), scene, cond, target * scene.hole, defect)
