"""A view across folds: no normal vouches for itself, and later samples are judged as the normals were."""

from collections.abc import Callable

import pytest
import torch
from core_cases import equal
from torch import Tensor

from fusion.diffusion.denoiser import GaussianDenoiser, MemoryDenoiser
from fusion.representation.whitening import Pooling
from fusion.residual import Spread
from fusion.view import SIGMAS, View, cross_spread, fit_view

pytest_plugins = ["core_fixtures"]
pytestmark = pytest.mark.usefixtures("single_thread")

GRID = (6, 6)
P, C = 36, 5
Make = Callable[..., Tensor]


def normal(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def aligned(n: int, seed: int = 0) -> Tensor:
    """Return tokens whose places differ from each other far more than normals do, (n, P, C)."""
    return 4 * normal(1, P, C, seed=99) + normal(n, P, C, seed=seed) * torch.linspace(0.5, 2, C)


def texture(n: int, seed: int = 0) -> Tensor:
    """Return the same tokens at shuffled places: a place says nothing."""
    rng = torch.Generator().manual_seed(seed)
    return torch.stack([one[torch.randperm(P, generator=rng)] for one in aligned(n, seed)])


def folds(n: int, count: int = 10) -> list[Tensor]:
    return list(torch.randperm(n, generator=torch.Generator().manual_seed(1)).tensor_split(min(n, count)))


def fitted(x: Tensor, method: str = "gaussian") -> tuple[View, Tensor, Pooling]:
    return fit_view(x, GRID, method, folds(len(x)), lambda stage, done, total: None)


def test_where_places_differ_every_place_keeps_its_own_mean() -> None:
    assert fitted(aligned(30))[2].own_mean


def test_where_places_say_nothing_they_are_pooled() -> None:
    assert not fitted(texture(30))[2].own_mean


def test_few_normals_shrink_covariances_that_many_need_not() -> None:
    mix = torch.eye(C) + 1.5 * torch.ones(C, C).tril(-1)
    assert fitted(aligned(5))[2].shrinkage > 0.1, "nothing correlates, and five can't tell"
    assert fitted(normal(100, P, C) @ mix.T)[2].shrinkage < 0.01


@pytest.mark.parametrize("method", SIGMAS)
@pytest.mark.parametrize("make", [aligned, texture])
def test_five_normals_give_finite_maps(make: Make, method: str) -> None:
    x = make(5)
    view, held, _ = fitted(x, method)
    assert held.shape == (5, P)
    assert held.isfinite().all()
    assert view(make(3)).isfinite().all()


@pytest.mark.parametrize("method", SIGMAS)
@pytest.mark.parametrize("make", [aligned, texture])
def test_held_out_normals_lie_at_0_with_a_spread_of_1_as_new_normals_do(make: Make, method: str) -> None:
    view, held, _ = fitted(make(60), method)
    new = view(make(200, 7))
    for values in (held, new):
        assert abs(float(values.mean())) < 0.25
        assert 0.7 < float(values.std()) < 1.4
    largest = held.amax(dim=1).sort().values
    assert largest[6] < new.amax(dim=1).median() < largest[-6], "new normals must rank among the held-out ones"


@pytest.mark.parametrize("method", SIGMAS)
def test_what_is_strange_at_one_place_shows_there_and_nowhere_else(method: str) -> None:
    view, _, _ = fitted(aligned(40), method)
    sample = aligned(1, seed=5)
    before = view(sample)
    sample[0, 17] += 8
    after = view(sample)
    assert after[0].argmax() == 17
    assert after[0, 17] > before[0, 17] + 5
    others = torch.arange(P) != 17
    torch.testing.assert_close(after[0, others], before[0, others], rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("method", SIGMAS)
def test_an_odd_normal_is_odd_in_its_own_held_out_map(method: str) -> None:
    x = aligned(20)
    x[4, 20] += 30
    _, held, _ = fitted(x, method)
    assert held[4].argmax() == 20
    assert held[4, 20] > 5 * held[torch.arange(20) != 4].amax()


def test_a_fold_is_measured_in_the_spread_of_the_others_alone() -> None:
    values, parts = normal(12, 9), folds(12, 4)
    found = cross_spread(values, parts)
    for part in parts:
        rest = torch.tensor([index for index in range(12) if index not in part])
        equal(found[part], Spread.of(values[rest])(values[part]))


def test_gaussian_and_memory_views_hold_their_own_denoiser_and_sigmas() -> None:
    gaussian, memory = fitted(aligned(8))[0], fitted(aligned(8), "memory")[0]
    assert isinstance(gaussian.denoise, GaussianDenoiser)
    assert isinstance(memory.denoise, MemoryDenoiser)
    assert (gaussian.sigmas, memory.sigmas) == (SIGMAS["gaussian"], SIGMAS["memory"])


def test_a_memory_of_a_texture_serves_every_place_and_stays_small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fusion.view.MEMORY", 4)
    of_texture, of_aligned = fitted(texture(20), "memory")[0].denoise, fitted(aligned(20), "memory")[0].denoise
    assert isinstance(of_texture, MemoryDenoiser)
    assert isinstance(of_aligned, MemoryDenoiser)
    assert of_texture.memory.shape == (32, 1, C)
    assert of_aligned.memory.shape == (4, P, C)


def test_a_batch_gives_each_sample_its_own_map() -> None:
    view, _, _ = fitted(aligned(20))
    x = aligned(6, seed=3)
    torch.testing.assert_close(view(x), torch.cat([view(one[None]) for one in x]), rtol=1e-4, atol=1e-4)
