"""The distance between tokens and their normal version, and the spread in whose units it is told."""

import pytest
import torch

from fusion.diffusion.denoiser import GaussianDenoiser, MemoryDenoiser
from fusion.residual import PRIOR, Spread, residual, smooth

pytest_plugins = ["core_fixtures"]
pytestmark = pytest.mark.usefixtures("single_thread")

GRID = (5, 7)


def normal(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def test_the_gaussians_residual_is_the_mahalanobis_distance_at_every_sigma() -> None:
    x = normal(3, 4, 5)
    found = residual(x, GaussianDenoiser(), (0.1, 1.0, 9.0))
    assert found.shape == (3, 3, 4)
    torch.testing.assert_close(found, x.norm(dim=-1)[:, None].expand(3, 3, 4), rtol=1e-4, atol=1e-4)


def test_the_memorys_residual_tends_to_the_distance_from_the_nearest_times_one_over_sigma_squared() -> None:
    x, memory, sigma = normal(3, 4, 5), normal(20, 4, 5, seed=1), 0.02
    found = residual(x, MemoryDenoiser(memory), (sigma,))[:, 0]
    nearest = torch.cdist(x.transpose(0, 1), memory.transpose(0, 1)).amin(dim=-1).T
    torch.testing.assert_close(found, nearest * (1 + sigma**2) / sigma**2, rtol=1e-3, atol=1)


def test_spread_puts_many_normals_at_mean_0_and_standard_deviation_1() -> None:
    values = 3 + 2 * normal(2000, 6)
    white = Spread.of(values)(values)
    torch.testing.assert_close(white.mean(dim=0), torch.zeros(6), rtol=0, atol=0.02)
    torch.testing.assert_close(white.std(dim=0), torch.ones(6), rtol=0, atol=0.02)


def test_a_place_with_few_normals_leans_on_the_others() -> None:
    values = normal(5, 2, 10)
    values[..., 0] += 100
    spread, own = Spread.of(values), values.mean(dim=0)
    expected = (5 * own + PRIOR * own.mean(dim=-1, keepdim=True)) / (5 + PRIOR)
    torch.testing.assert_close(spread.mean, expected)
    assert spread.mean.shape == spread.std.shape == (2, 10), "each sigma has its own units"


def test_values_that_never_varied_give_finite_units() -> None:
    values = torch.ones(9, 4)
    assert Spread.of(values)(values).abs().max() == 0
    assert Spread.of(values)(values + 1).isfinite().all()


def test_smoothing_keeps_a_constant_map_up_to_its_borders() -> None:
    torch.testing.assert_close(smooth(torch.full((2, 35), 3.5), GRID), torch.full((2, 35), 3.5))


def test_smoothing_spreads_one_place_binomially_over_its_neighbours() -> None:
    impulse = torch.zeros(1, *GRID)
    impulse[0, 2, 3] = 16
    found = smooth(impulse.flatten(1), GRID).view(GRID)
    torch.testing.assert_close(found[1:4, 2:5], torch.tensor([[1.0, 2, 1], [2, 4, 2], [1, 2, 1]]))
    assert found.sum() == 16


@pytest.mark.parametrize("corner", [(0, 0), (4, 6)])
def test_smoothing_repeats_the_border_so_that_a_corner_keeps_its_weight(corner: tuple[int, int]) -> None:
    impulse = torch.zeros(1, *GRID)
    impulse[(0, *corner)] = 16
    assert smooth(impulse.flatten(1), GRID).view(GRID)[corner] == 9
