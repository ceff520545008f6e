"""Walks against closed forms: the ideal denoiser of N(mu, s^2) is the Wiener filter, and so every walk is known."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pytest
import torch
from torch import Tensor

from fusion.diffusion.noise import generator_of, in_octaves, karras_sigmas, noise_of, octaves, training_sigmas
from fusion.diffusion.sampling import SCHEDULERS, Denoise, inpaint, last, posterior, reconstruct, walk
from fusion.errors import BadSetting

pytest_plugins = ["core_fixtures"]
pytestmark = pytest.mark.usefixtures("single_thread")

MU = torch.tensor([0.7, -1.0, 0.0, 0.3])
S = torch.tensor([0.5, 1.0, 2.0, 0.8])
SHAPE = (3, 4)  # of a sample: places, channels
LOW, HIGH = 0.02, 40.0


def wiener(x: Tensor, sigma: float) -> Tensor:
    """Return E[x0 | x] for x0 ~ N(MU, S^2)."""
    return MU + S**2 / (S**2 + sigma**2) * (x - MU)


def consistent(x: Tensor, sigma: float) -> Tensor:
    """Return where the probability flow that passes x at level sigma ends: the ideal consistency model."""
    return MU + S / (S**2 + sigma**2).sqrt() * (x - MU)


def noises(seeds: range | list[int]) -> Tensor:
    return torch.stack([noise_of(seed, SHAPE) for seed in seeds])


def moments(x: Tensor) -> tuple[Tensor, Tensor]:
    x = x.flatten(0, -2)
    return x.mean(dim=0), x.T.cov()


# noise.py


def test_levels_fall_from_high_to_low_and_a_walk_ends_at_zero() -> None:
    levels = karras_sigmas(5, 0.02, 80.0)
    assert (len(levels), levels[-1]) == (6, 0.0)
    assert (levels[0], levels[-2]) == pytest.approx((80.0, 0.02))
    roots = [level ** (1 / 7) for level in levels[:-1]]
    assert [a - b for a, b in pairwise(roots)] == pytest.approx([roots[0] - roots[1]] * 4)
    assert karras_sigmas(1, 0.02, 80.0) == pytest.approx((80.0, 0.0))


@pytest.mark.parametrize(("n", "low", "high"), [(0, 0.1, 1.0), (3, 1.0, 1.0), (3, 0.0, 1.0), (3, 2.0, 1.0)])
def test_levels_that_make_no_sense_are_refused(n: int, low: float, high: float) -> None:
    with pytest.raises(BadSetting, match="expected one or more, and 0 < low < high"):
        karras_sigmas(n, low, high)


def test_noise_is_unit_normal_and_depends_on_all_of_its_seed() -> None:
    noise = noise_of(3, (100, 100))
    assert noise.mean().abs() < 0.05
    assert (noise.std() - 1).abs() < 0.05
    assert torch.equal(noise, noise_of(3, (100, 100)))
    seeds = [3, 4, 3 + 2**32, 3 + 2**63]  # torch's own generator for CPUs can't tell the first from the last two
    others = [noise_of(seed, (50,)) for seed in seeds] + [torch.randn(50, generator=generator_of(3))]
    assert torch.stack(others).corrcoef().fill_diagonal_(0).abs().max() < 0.6


@pytest.mark.parametrize("grid", [(8, 8), (9, 20), (20, 7)])
def test_noise_in_octaves_is_unit_noise_of_that_spectrum(grid: tuple[int, int]) -> None:
    white = noise_of(3, (400, grid[0] * grid[1], 4))
    noise = in_octaves(white, grid)
    assert noise.std().item() == pytest.approx(1, abs=0.02)
    waves = torch.fft.rfft2(noise.transpose(1, 2).unflatten(2, grid)).abs().square().mean(dim=(0, 1)) / white.shape[1]
    assert torch.allclose(waves, octaves(grid), rtol=0.15, atol=1e-6)
    beside = noise.unflatten(1, grid)
    assert (beside[:, :, 1:] * beside[:, :, :-1]).mean() > 0.4


def test_training_levels_are_even_over_the_logarithm_and_come_from_the_generator() -> None:
    levels = training_sigmas(4000, torch.Generator().manual_seed(0), 0.1, 10.0)
    assert 0.1 <= levels.min() < levels.max() <= 10.0
    counts = torch.histc(levels.log10(), 4, -1, 1)
    assert counts.min() > 900
    assert torch.equal(levels, training_sigmas(4000, torch.Generator().manual_seed(0), 0.1, 10.0))


# reconstruct


def test_reconstruct_follows_the_probability_flow_to_its_closed_form() -> None:
    x = MU + 3.0 * noises(range(8))
    sigmas = (*np.geomspace(3.0, 1e-3, 400).tolist(), 0.0)
    torch.testing.assert_close(last(reconstruct(x, wiener, sigmas)), consistent(x, 3.0), rtol=0, atol=0.02)


def test_reconstruct_yields_each_level_and_ends_at_the_last_estimate() -> None:
    x = noises(range(2))
    steps = list(reconstruct(x, wiener, (2.0, 1.0, 0.0)))
    middle = wiener(x, 2.0) + 0.5 * (x - wiener(x, 2.0))
    torch.testing.assert_close(steps[0], middle)
    torch.testing.assert_close(steps[1], wiener(middle, 1.0))
    assert len(steps) == 2


def test_reconstruct_is_the_ddim_of_diffusers_step_for_step() -> None:
    from diffusers import DDIMScheduler

    ddim = DDIMScheduler(clip_sample=False, timestep_spacing="trailing")  # its own betas; it wants the noise
    ddim.set_timesteps(20)
    sigmas = [float((1 / ddim.alphas_cumprod[t] - 1).sqrt()) for t in ddim.timesteps] + [0.0]
    x = sigmas[0] * noises(range(4))
    inner = x / (1 + sigmas[0] ** 2) ** 0.5
    for step, t, sigma, lower in zip(
        reconstruct(x, wiener, sigmas), ddim.timesteps, sigmas[:-1], sigmas[1:], strict=True
    ):
        exploding = inner * (1 + sigma**2) ** 0.5
        inner = ddim.step((exploding - wiener(exploding, sigma)) / sigma, t, inner).prev_sample
        torch.testing.assert_close(step / (1 + lower**2) ** 0.5, inner, rtol=0, atol=1e-4)


@pytest.mark.parametrize("sigmas", [(), (1.0,), (1.0, 1.0), (0.0, -1.0), (1.0, 2.0)])
def test_a_walk_refuses_levels_that_do_not_fall(sigmas: tuple[float, ...]) -> None:
    with pytest.raises(BadSetting, match="must fall from step to step"):
        last(reconstruct(noises(range(1)), wiener, sigmas))


# walk


@pytest.mark.parametrize("scheduler", ["ddim", "euler"])
@pytest.mark.parametrize("steps", [1, 2, 7, 50])
def test_first_order_schedulers_are_reconstruct_step_for_step(scheduler: str, steps: int) -> None:
    sigmas = karras_sigmas(steps, LOW, HIGH)
    x = HIGH * noises(range(4))
    pairs = zip(walk(x, wiener, sigmas, scheduler), reconstruct(x, wiener, sigmas), strict=True)
    for theirs, ours in pairs:
        torch.testing.assert_close(theirs, ours, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("scheduler", SCHEDULERS)
def test_every_scheduler_reproduces_mean_and_covariance(scheduler: str) -> None:
    seeds = range(4000)
    denoise = consistent if scheduler == "lcm" else wiener
    sigmas = karras_sigmas(4 if scheduler == "lcm" else 100, LOW, HIGH)
    mean, covariance = moments(last(walk(HIGH * noises(seeds), denoise, sigmas, scheduler, seeds)))
    torch.testing.assert_close(mean, MU, rtol=0, atol=0.1)
    torch.testing.assert_close(covariance / (S[:, None] * S), torch.eye(4), rtol=0, atol=0.1)


def test_the_second_order_scheduler_comes_closer_in_the_same_few_steps() -> None:
    x, sigmas = HIGH * noises(range(8)), karras_sigmas(12, LOW, HIGH)
    exact = consistent(x, HIGH)
    missed = {name: (last(walk(x, wiener, sigmas, name)) - exact).abs().max() for name in ("ddim", "dpm++")}
    assert missed["dpm++"] < 0.5 * missed["ddim"]


def test_lcm_with_a_posterior_mean_spreads_less_than_the_data() -> None:
    seeds = range(500)
    sigmas = karras_sigmas(20, LOW, HIGH)
    _, covariance = moments(last(walk(HIGH * noises(seeds), wiener, sigmas, "lcm", seeds)))
    expected = torch.zeros(4)
    for sigma in sigmas[:-1]:
        spread = HIGH**2 if sigma == HIGH else expected + sigma**2
        expected = (S**2 / (S**2 + sigma**2)) ** 2 * spread
    torch.testing.assert_close(covariance.diagonal() / expected, torch.ones(4), rtol=0, atol=0.15)
    assert (expected < 0.8 * S**2).all()


@pytest.mark.parametrize("scheduler", SCHEDULERS)
def test_one_step_is_the_estimate_itself(scheduler: str) -> None:
    x = HIGH * noises(range(3))
    (only,) = walk(x, wiener, (HIGH, 0.0), scheduler, range(3))
    torch.testing.assert_close(only, wiener(x, HIGH), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("scheduler", SCHEDULERS)
def test_a_walk_depends_on_seed_and_sample_and_on_no_batch(scheduler: str) -> None:
    sigmas, seeds = karras_sigmas(6, LOW, HIGH), [5, 6, 7]

    def end(which: list[int]) -> Tensor:
        return last(walk(HIGH * noises(which), wiener, sigmas, scheduler, which))

    together = end(seeds)
    assert torch.equal(together, end(seeds))
    torch.testing.assert_close(torch.cat([end([seed]) for seed in seeds]), together, rtol=1e-6, atol=1e-6)
    assert not torch.allclose(together[0], together[1])


@pytest.mark.parametrize("scheduler", SCHEDULERS)
def test_the_denoiser_is_asked_at_the_very_levels_of_the_walk(scheduler: str) -> None:
    asked: list[float] = []

    def denoise(x: Tensor, sigma: float) -> Tensor:
        asked.append(sigma)
        assert abs(float(x.std()) / sigma - 1) < 0.2 or sigma < 3  # x comes at its level's scale
        return torch.zeros_like(x)

    sigmas = karras_sigmas(9, LOW, HIGH)
    last(walk(HIGH * noises(range(20)), denoise, sigmas, scheduler, range(20)))
    assert asked == list(sigmas[:-1])


def test_an_unknown_sampler_is_refused_with_the_known_ones() -> None:
    with pytest.raises(BadSetting, match=r"'dimm' is no sampler; known: ddim, dpm\+\+, euler, lcm"):
        last(walk(noises(range(1)), wiener, (1.0, 0.0), "dimm"))


def test_a_scheduler_must_end_at_zero_and_lcm_needs_its_seeds() -> None:
    with pytest.raises(BadSetting, match="end at 1; append 0"):
        last(walk(noises(range(1)), wiener, (2.0, 1.0), "ddim"))
    with pytest.raises(BadSetting, match="it needs 2 seeds, one a sample, got 0"):
        last(walk(noises(range(2)), wiener, (2.0, 1.0, 0.0), "lcm"))


# inpaint


def test_inpaint_keeps_the_known_part_exactly_and_at_its_level_on_the_way() -> None:
    known, noise = noises([1, 2]), noises([3, 4])
    mask = torch.zeros(SHAPE, dtype=torch.bool)
    mask[1] = True
    sigmas = karras_sigmas(10, LOW, HIGH)
    steps = list(inpaint(known, mask, wiener, sigmas, noise))
    for x, sigma in zip(steps, sigmas[1:], strict=True):
        torch.testing.assert_close(x[:, ~mask[:, 0]], (known + sigma * noise)[:, ~mask[:, 0]])
    assert torch.equal(steps[-1][:, ~mask[:, 0]], known[:, ~mask[:, 0]])


def test_what_inpaint_fills_in_does_not_depend_on_what_was_hidden() -> None:
    mask = torch.zeros(SHAPE, dtype=torch.bool)
    mask[1] = True
    known, sigmas = noises([1]), karras_sigmas(10, LOW, HIGH)
    other = torch.where(mask, torch.full_like(known, 99.0), known)
    ends = [last(inpaint(x, mask, wiener, sigmas, noises([3]))) for x in (known, other)]
    assert torch.equal(*ends)


def filled(value: float, repeats: int) -> float:
    """Return the mean of what is filled in beside a known value of which it is 0.9 times on average."""
    covariance = torch.tensor([[1.0, 0.9], [0.9, 1.0]])

    def denoise(x: Tensor, sigma: float) -> Tensor:
        return x @ torch.linalg.solve(covariance + sigma**2 * torch.eye(2), covariance)

    known = torch.tensor([value, 0.0]).expand(200, 2)
    noise = torch.stack([noise_of(seed, (2,)) for seed in range(200)])
    mask, sigmas = torch.tensor([False, True]), karras_sigmas(10, LOW, HIGH)
    return float(last(inpaint(known, mask, denoise, sigmas, noise, repeats, range(200)))[:, 1].mean())


def test_inpaint_fills_in_what_the_known_part_suggests_and_more_so_when_repeated() -> None:
    assert filled(-2.0, 1) < -0.5
    assert 0.5 < filled(2.0, 1) < filled(2.0, 3) < filled(2.0, 10) < 1.9
    assert filled(2.0, 10) > 1.5


def test_repeats_of_inpainting_depend_on_each_samples_seed_alone() -> None:
    mask = torch.tensor([False, True, True])[:, None]
    known, sigmas = noises([1, 2]), karras_sigmas(5, LOW, HIGH)

    def end(which: list[int]) -> Tensor:
        return last(inpaint(known[which], mask, wiener, sigmas, noises(which), 3, which))

    torch.testing.assert_close(end([0, 1]), torch.cat([end([0]), end([1])]), rtol=1e-6, atol=1e-6)
    with pytest.raises(BadSetting, match="needs 2 seeds, one a sample, got 0"):
        last(inpaint(known, mask, wiener, sigmas, noises([1, 2]), 3))
    with pytest.raises(BadSetting, match="0 repeats"):
        last(inpaint(known, mask, wiener, sigmas, noises([1, 2]), 0))


# posterior


def test_the_posterior_of_walks_has_their_mean_and_spread() -> None:
    ends = {seed: noises([seed]) for seed in range(5)}
    mean, std = posterior(lambda seed: iter([torch.zeros(1), ends[seed]]), range(5))
    stacked = torch.stack(list(ends.values()))
    torch.testing.assert_close(mean, stacked.mean(dim=0))
    torch.testing.assert_close(std, stacked.std(dim=0))


def test_walks_from_higher_up_forget_more_of_the_sample() -> None:
    x0 = MU.expand(1, *SHAPE) + 1.0

    def spread(high: float) -> float:
        def walk_of(seed: int) -> Iterator[Tensor]:
            return reconstruct(x0 + high * noises([seed]), wiener, karras_sigmas(10, LOW, high))

        return float(posterior(walk_of, range(30))[1].mean())

    assert 0 < spread(0.2) < spread(1.0) < spread(5.0)


def test_a_spread_of_one_walk_is_refused() -> None:
    with pytest.raises(BadSetting, match="at least 2 walks, got 1"):
        posterior(lambda seed: iter([noises([seed])]), [1])


@pytest.mark.parametrize("denoise", [wiener, consistent])
def test_walks_leave_their_input_as_it_was(denoise: Denoise) -> None:
    x = noises(range(2))
    before = x.clone()
    for scheduler in SCHEDULERS:
        last(walk(x, denoise, (2.0, 1.0, 0.0), scheduler, range(2)))
    last(inpaint(x, torch.ones(SHAPE), denoise, (2.0, 1.0, 0.0), x))
    assert torch.equal(x, before)
