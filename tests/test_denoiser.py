"""Denoisers against closed forms: the Wiener filter of N(0, I), and a softmax over a memory in float64."""

import inspect

import numpy as np
import pytest
import torch
from torch import Tensor

from fusion.diffusion.denoiser import Denoiser, GaussianDenoiser, MemoryDenoiser, squashed

pytest_plugins = ["core_fixtures"]
pytestmark = pytest.mark.usefixtures("single_thread")

B, P, C, M = 4, 6, 5, 30


def normal(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def ideal(x: Tensor, memory: Tensor, sigma: float) -> Tensor:
    """Return the posterior mean under a uniform prior over the memory of each place, in float64, by loops."""
    out = np.empty(x.shape)
    for b in range(x.shape[0]):
        for p in range(x.shape[1]):
            places = memory[:, p if memory.shape[1] > 1 else 0].double().numpy()
            logits = -((places - x[b, p].double().numpy()) ** 2).sum(axis=1) / (2 * sigma**2)
            weights = np.exp(logits - logits.max())
            out[b, p] = weights @ places / weights.sum()
    return torch.from_numpy(out).float()


def test_tokens_are_squashed_by_asinh_at_every_size_and_so_is_their_gradient() -> None:
    sizes = torch.logspace(-30, 18, 200)
    x = torch.cat([-sizes, sizes, torch.zeros(1)]).requires_grad_()
    torch.testing.assert_close(squashed(x), torch.asinh(x.double()).float(), rtol=1e-6, atol=0)
    (slope,) = torch.autograd.grad(squashed(x).sum(), x)
    expected = 1 / torch.sqrt(1 + x.detach().double() ** 2)
    torch.testing.assert_close(slope[:-1], expected[:-1].float(), rtol=1e-5, atol=0)  # at 0 itself it is left out


@pytest.mark.parametrize("sigma", [0.1, 1.0, 7.0])
def test_the_gaussian_denoiser_is_the_wiener_filter_of_unit_normals(sigma: float) -> None:
    x, eye = normal(B, P, C), torch.eye(C)
    wiener = eye @ torch.linalg.inv(eye + sigma**2 * eye)  # C (C + sigma^2 I)^-1 with C = I
    torch.testing.assert_close(GaussianDenoiser()(x, sigma), x @ wiener)


@pytest.mark.parametrize("sigma", [0.1, 1.0, 7.0])
def test_the_gaussian_denoiser_gives_the_exact_score_by_tweedies_formula(sigma: float) -> None:
    x = normal(B, P, C).requires_grad_()
    density = -0.5 * x.square().sum() / (1 + sigma**2)  # log p(x; sigma) of N(0, (1 + sigma^2) I)
    (gradient,) = torch.autograd.grad(density, x)
    score = (GaussianDenoiser()(x, sigma) - x) / sigma**2
    torch.testing.assert_close(score, gradient)
    torch.testing.assert_close(score, -x / (1 + sigma**2))


@pytest.mark.parametrize("sigma", [0.3, 1.0, 2.0, 4.0])
def test_the_memory_denoiser_is_the_softmax_over_its_memory(sigma: float) -> None:
    x, memory = normal(B, P, C), normal(M, P, C, seed=1)
    torch.testing.assert_close(MemoryDenoiser(memory)(x, sigma), ideal(x, memory, sigma), rtol=1e-4, atol=1e-5)


def test_the_memory_denoiser_stays_exact_far_away_from_its_memory() -> None:
    x, memory = 40 + normal(B, P, C), normal(M, P, C, seed=1)
    found = MemoryDenoiser(memory)(x, 1.0)
    assert found.isfinite().all()
    torch.testing.assert_close(found, ideal(x, memory, 1.0), rtol=1e-3, atol=1e-3)


def test_large_sigma_gives_the_memorys_mean() -> None:
    x, memory = normal(B, P, C), normal(M, P, C, seed=1)
    mean = memory.mean(dim=0).expand(B, P, C)
    torch.testing.assert_close(MemoryDenoiser(memory)(x, 1e4), mean, rtol=0, atol=1e-5)


def test_small_sigma_gives_the_nearest_of_the_memory() -> None:
    x, memory = normal(B, P, C), normal(M, P, C, seed=1)
    nearest = torch.cdist(x.transpose(0, 1), memory.transpose(0, 1)).argmin(dim=-1)  # (P, B)
    expected = torch.stack([memory[nearest[p], p] for p in range(P)], dim=1)
    torch.testing.assert_close(MemoryDenoiser(memory)(x, 0.02), expected, rtol=0, atol=1e-4)


def test_what_is_remembered_is_already_clean() -> None:
    memory = normal(M, P, C, seed=1)
    torch.testing.assert_close(MemoryDenoiser(memory)(memory[:3], 0.02), memory[:3], rtol=0, atol=1e-4)


def test_a_shared_memory_serves_every_place_alike() -> None:
    x, shared = normal(B, P, C), normal(M, 1, C, seed=1)
    found = MemoryDenoiser(shared)(x, 1.0)
    torch.testing.assert_close(found, ideal(x, shared, 1.0), rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(found, MemoryDenoiser(shared.expand(M, P, C))(x, 1.0))


@pytest.mark.parametrize("sigma", [0.7, 1.5])
def test_a_memory_of_many_unit_normals_tends_to_the_gaussian_denoiser(sigma: float) -> None:
    x, memory = torch.linspace(-2, 2, 9)[:, None, None], normal(60_000, 1, 1)
    torch.testing.assert_close(MemoryDenoiser(memory)(x, sigma), GaussianDenoiser()(x, sigma), rtol=0, atol=0.05)


@pytest.mark.parametrize(
    "denoise", [GaussianDenoiser(), MemoryDenoiser(normal(M, P, C)), MemoryDenoiser(normal(M, 1, C))]
)
def test_every_denoiser_has_the_one_signature_and_treats_each_sample_alone(denoise: Denoiser) -> None:
    x = normal(B, P, C)
    for sigma in (0.5, 1.0, 4.0):
        found = denoise(x, sigma)
        assert (found.shape, found.dtype) == (x.shape, x.dtype)
        torch.testing.assert_close(torch.cat([denoise(one[None], sigma) for one in x]), found)
    assert inspect.signature(denoise) == inspect.signature(GaussianDenoiser())


@pytest.mark.parametrize("denoise", [GaussianDenoiser(), MemoryDenoiser(normal(M, P, C))])
def test_a_denoiser_leaves_its_input_as_it_was(denoise: Denoiser) -> None:
    x = normal(B, P, C)
    before = x.clone()
    denoise(x, 1.0)
    torch.testing.assert_close(x, before, rtol=0, atol=0)
