"""Walks from noise to data by any denoiser: generators over noise levels that yield x after each step.

| in the papers                                        | here                                              |
|------------------------------------------------------|---------------------------------------------------|
| x_t of a variance exploding process, x_sigma         | `x` = x0 + sigma * eps                            |
| x_t of a variance preserving process (DDPM, DDIM)    | `x / sqrt(1 + sigma^2)`                           |
| alpha_bar_t, alpha_t^2                               | `1 / (1 + sigma^2)`                               |
| eps_theta(x_t, t)                                    | `(x - denoise(x, sigma)) / sigma`                 |
| f_theta(x_t, t), x_theta, D_theta(x; sigma)          | `denoise(x, sigma)`, x0_hat                       |
| t_0 > t_1 > ... > t_N = 0                            | `sigmas`, as `noise.karras_sigmas` returns them   |
| dx = (x - D(x; sigma)) / sigma dsigma                | one step of `reconstruct`                         |

Sources: DDIM [Song, Meng & Ermon 2021], EDM [Karras et al. 2022], DPM-Solver++ [Lu et al. 2022], LCM [Luo et al. 2023].
A denoiser that takes conditions is bound to them by the caller. Every step works on each sample alone.
"""

import math
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor

from fusion.diffusion.noise import generator_of
from fusion.errors import BadSetting

Denoise = Callable[[Tensor, float], Tensor]

SCHEDULERS = ("ddim", "dpm++", "euler", "lcm")


def reconstruct(x: Tensor, denoise: Denoise, sigmas: Sequence[float]) -> Iterator[Tensor]:
    """Walk x at level sigmas[0] down the probability flow by Euler's steps, (B, ...) [Karras et al. 2022, eq. 1].

    In these coordinates a step is DDIM's with eta = 0 [Song et al. 2021, eq. 13]; a step to 0 yields x0_hat itself.
    """
    _check(sigmas)
    for sigma, lower in pairwise(sigmas):
        x = _euler(x, denoise(x, sigma), sigma, lower)
        yield x


def inpaint(
    x_known: Tensor,
    mask: Tensor,
    denoise: Denoise,
    sigmas: Sequence[float],
    noise: Tensor,
    repeats: int = 1,
    seeds: Sequence[int] = (),
) -> Iterator[Tensor]:
    """Walk from noise where mask is true, the rest held at x_known, (B, ...) [Lugmayr et al. 2022, algorithm 1].

    The known part keeps its own noise all the way, so once is a function of `noise` alone, and x_known is met exactly.
    But once follows the known part only halfway: each further repeat of a step, from noise added anew by one seed a
    sample, brings what is filled in closer to what the known part implies, at the price of the whole walk once more.
    """
    _check(sigmas)
    if repeats < 1:
        raise BadSetting(f"{repeats} repeats of a step make no sense; expected 1 or more")
    generators = _generators("inpainting with repeats", seeds, x_known) if repeats > 1 else []
    unknown = mask.bool()
    x = torch.where(unknown, 0, x_known) + sigmas[0] * noise
    for sigma, lower in pairwise(sigmas):
        for left in reversed(range(repeats)):
            x = torch.where(unknown, _euler(x, denoise(x, sigma), sigma, lower), x_known + lower * noise)
            if left:
                fresh = torch.stack([torch.randn(x.shape[1:], generator=generator) for generator in generators])
                x = x + math.sqrt(sigma**2 - lower**2) * fresh.to(x)
        yield x


def walk(
    x: Tensor, denoise: Denoise, sigmas: Sequence[float], scheduler: str = "ddim", seeds: Sequence[int] = ()
) -> Iterator[Tensor]:
    """Walk x at level sigmas[0] down to 0 by a scheduler of diffusers, one step a level, (B, ...).

    For a new sample x is sigmas[0] * noise. `lcm` draws fresh noise at every level, so it needs a seed a sample; it
    expects a consistency model, and with a posterior mean as denoiser its samples spread less than the data.
    """
    stepper = _scheduler(scheduler, sigmas)
    further: dict[str, Any] = {}
    if scheduler == "lcm" and len(sigmas) > 2:
        further["generator"] = _generators("lcm", seeds, x)
    exploding = scheduler == "euler"  # its x is ours; the others' has unit variance
    inner = x if exploding else x / math.hypot(1, sigmas[0])
    for t, (sigma, lower) in zip(stepper.timesteps, pairwise(sigmas), strict=True):
        x0_hat = denoise(math.hypot(1, sigma) * stepper.scale_model_input(inner, t), sigma)
        inner = stepper.step(x0_hat, t, inner, return_dict=False, **further)[0]
        yield inner if exploding else math.hypot(1, lower) * inner


def multistep(x: Tensor, denoise: Denoise, sigmas: Sequence[float]) -> Iterator[Tensor]:
    """Walk x from level to level, up or down but not to 0, by DPM-Solver++(2M), (B, ...) [Lu et al. 2022, algorithm 2].

    Euler's steps towards where x0_hat is going, a straight line over log sigma: one call a step, and the way back to
    where a walk came from takes few.
    """
    before, behind = x, math.inf
    for sigma, to in pairwise(sigmas):
        x0_hat, ahead = denoise(x, sigma), math.log(to / sigma)
        x = _euler(x, x0_hat + ahead / (2 * behind) * (x0_hat - before), sigma, to)
        before, behind = x0_hat, ahead
        yield x


def posterior(walk_of: Callable[[int], Iterator[Tensor]], seeds: Sequence[int]) -> tuple[Tensor, Tensor]:
    """Return mean and standard deviation, each (B, ...), of where the walks of several seeds end."""
    if len(seeds) < 2:
        raise BadSetting(f"a spread needs at least 2 walks, got {len(seeds)}; give more seeds")
    ends = torch.stack([last(walk_of(seed)) for seed in seeds])
    return ends.mean(dim=0), ends.std(dim=0)


def last(steps: Iterator[Tensor]) -> Tensor:
    """Return where a walk ends, (B, ...)."""
    (x,) = deque(steps, maxlen=1)  # no other x of the walk is held in memory
    return x


def _euler(x: Tensor, x0_hat: Tensor, sigma: float, lower: float) -> Tensor:
    return x0_hat + (lower / sigma) * (x - x0_hat)


def _generators(what: str, seeds: Sequence[int], x: Tensor) -> list[torch.Generator]:
    if len(seeds) != len(x):
        raise BadSetting(f"{what} draws noise at each step: it needs {len(x)} seeds, one a sample, got {len(seeds)}")
    return [generator_of(seed) for seed in seeds]


def _scheduler(name: str, sigmas: Sequence[float]) -> Any:
    """Return a scheduler of diffusers that was, as far as it can tell, trained on the very levels of this walk."""
    if name not in SCHEDULERS:
        raise BadSetting(f"{name!r} is no sampler; known: {', '.join(SCHEDULERS)}")
    _check(sigmas)
    if sigmas[-1] != 0:
        raise BadSetting(f"{name} walks down to level 0, and these levels end at {sigmas[-1]:g}; append 0")
    import diffusers

    steps = len(sigmas) - 1
    training = {"num_train_timesteps": 2 * steps, "trained_betas": _betas(sigmas[:-1]), "prediction_type": "sample"}
    spaced = {**training, "timestep_spacing": "trailing"}  # every second level, the highest first: ours
    scheduler: Any
    if name == "ddim":
        scheduler = diffusers.DDIMScheduler(**spaced, clip_sample=False, set_alpha_to_one=True)
    elif name == "dpm++":
        scheduler = diffusers.DPMSolverMultistepScheduler(**spaced, algorithm_type="dpmsolver++")
    elif name == "euler":
        scheduler = diffusers.EulerDiscreteScheduler(**spaced)
    else:  # its boundary condition counts timesteps, and ours begin at 1 where it expects about 20
        scheduler = diffusers.LCMScheduler(**training, original_inference_steps=steps, timestep_scaling=1e4)
    scheduler.set_timesteps(steps)
    return scheduler


def _betas(levels: Sequence[float]) -> list[float]:
    """Return the betas whose every second level, from low to high, is one of `levels`, (2 N,).

    The levels between are there for LCM alone, which takes timestep 0 for noiseless.
    """
    rising = list(reversed(levels))
    between = [rising[0] / 2, *(math.sqrt(low * high) for low, high in pairwise(rising))]
    alpha_bars = [1 / (1 + sigma**2) for pair in zip(between, rising, strict=True) for sigma in pair]
    return [1 - lower / higher for higher, lower in pairwise([1.0, *alpha_bars])]


def _check(sigmas: Sequence[float]) -> None:
    if len(sigmas) < 2 or any(low >= high for high, low in pairwise(sigmas)) or sigmas[-1] < 0:
        shown = ", ".join(f"{sigma:g}" for sigma in sigmas)
        raise BadSetting(f"the levels of a walk must fall from step to step and not below 0, and these are [{shown}]")
