"""The network and the trained denoiser: where training begins, what patches, masks and colouring keep."""

from dataclasses import replace
from itertools import product

import pytest
import torch
from core_cases import equal
from learning_cases import GRID, C, P, colour, condition, config, empty, network, normal
from torch import Tensor

from fusion.condition import MODALITIES, stacked
from fusion.diffusion.denoiser import GaussianDenoiser, NeuralDenoiser, colouring, precondition, standardised
from fusion.diffusion.network import SIZES, Network
from fusion.representation.whitening import EVERYWHERE, Moments, Pooling, Whitening, fit_gaussian
from fusion.residual import residual

pytest_plugins = ["core_fixtures"]
pytestmark = pytest.mark.usefixtures("single_thread")

SUBSETS = list(product((False, True), repeat=4))
UNMASKED = [present for present in SUBSETS if not present[2]]


@pytest.fixture(scope="module")
def fresh() -> NeuralDenoiser:
    return NeuralDenoiser(network(awake=False), colour())


@pytest.fixture(scope="module")
def awake() -> NeuralDenoiser:
    return NeuralDenoiser(network(), colour())


@pytest.mark.parametrize("grid", [(5, 7), (4, 6), (1, 3), (6, 5)])
@pytest.mark.parametrize("patch", [1, 2, 3])
def test_patches_become_the_cells_that_they_were_cut_from(grid: tuple[int, int], patch: int) -> None:
    cut = Network(replace(config(), grid=grid, patch=patch))
    x = normal(2, grid[0] * grid[1], 3)
    patches = cut._to_patches(x)
    assert patches.shape == (2, -(-grid[0] // patch) * -(-grid[1] // patch), patch**2 * 3)
    equal(cut._to_cells(patches), x)


def test_a_patch_holds_neighbours_and_pads_a_ragged_edge_with_zeros() -> None:
    cut = Network(config())
    where = torch.arange(1.0, P + 1).view(1, P, 1)
    patches = cut._to_patches(where)[0]
    assert patches[0].tolist() == [1, 2, 8, 9]
    assert patches[3].tolist() == [7, 0, 14, 0]
    assert patches[-1].tolist() == [35, 0, 0, 0]


@pytest.mark.parametrize("sigma", [0.1, 0.5, 1.0, 4.0])
@pytest.mark.parametrize("present", UNMASKED)
def test_an_untrained_network_is_the_gaussian_denoiser_exactly(
    fresh: NeuralDenoiser, sigma: float, present: tuple[bool, ...]
) -> None:
    x = 3 * normal(2, P, C)
    found, level = fresh(x, sigma, condition(2, present)), torch.tensor(sigma)
    equal(found, (1 / (1 + level**2).sqrt()) ** 2 * x)  # EDM's c_skip is all that is left of it
    torch.testing.assert_close(found, GaussianDenoiser()(x, sigma), rtol=5e-7, atol=0)  # its last bits round otherwise


def test_on_gaussian_data_the_denoiser_is_the_wiener_filter_and_its_residual_the_distance(
    fresh: NeuralDenoiser,
) -> None:
    x, eye = normal(4, P, C), torch.eye(C)
    for sigma in (0.5, 2.0):
        torch.testing.assert_close(fresh(x, sigma), x @ torch.linalg.inv(eye + sigma**2 * eye))
    apart = residual(x, fresh, (1.0, 4.0))
    torch.testing.assert_close(apart, x.norm(dim=-1)[:, None].expand(4, 2, P), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("present", SUBSETS)
def test_every_subset_of_modalities_runs_through_a_trained_network(
    awake: NeuralDenoiser, present: tuple[bool, ...]
) -> None:
    found = awake(normal(2, P, C), 1.0, condition(2, present))
    assert found.shape == (2, P, C)
    assert found.isfinite().all()


def test_no_condition_is_a_condition_without_modalities(awake: NeuralDenoiser) -> None:
    x = normal(2, P, C)
    equal(awake(x, 1.0), awake(x, 1.0, empty(2)))


@pytest.mark.parametrize("name", MODALITIES)
def test_a_trained_network_hears_each_modality(awake: NeuralDenoiser, name: str) -> None:
    x, cond = normal(2, P, C), condition(2)
    assert (awake(x, 1.0, cond) - awake(x, 1.0, cond.without(name))).abs().max() > 1e-4


def test_the_gates_of_a_trained_network_follow_the_noise_level(awake: NeuralDenoiser) -> None:
    levels = awake.network.tau(torch.tensor([0.1, 0.5, 1.0, 4.0, 10.0]))
    assert awake.network.fusion.gates(levels).std(dim=0).min() > 1e-3


@pytest.mark.parametrize("which", ["fresh", "awake"])
def test_outside_a_mask_nothing_changes_to_the_last_bit(which: str, request: pytest.FixtureRequest) -> None:
    denoise, x, cond = request.getfixturevalue(which), normal(3, P, C), condition(3)
    found, outside = denoise(x, 1.0, cond), cond.mask == 0
    equal(found[outside], x[outside])
    assert (found != x)[~outside].any(dim=-1).all()


def test_a_soft_mask_repairs_in_proportion(fresh: NeuralDenoiser) -> None:
    x, soft = normal(2, P, C), replace(condition(2), mask=torch.full((2, P), 0.3))
    torch.testing.assert_close(fresh(x, 2.0, soft), 0.3 * x / 5 + 0.7 * x)


def test_an_absent_mask_is_not_read_at_all(awake: NeuralDenoiser) -> None:
    x, cond = normal(2, P, C), condition(2).without("mask")
    blind = replace(cond, mask=torch.full((2, P), float("nan")))
    equal(awake(x, 1.0, cond), awake(x, 1.0, blind))


def test_one_samples_output_does_not_depend_on_its_batch_mates(awake: NeuralDenoiser) -> None:
    x, cond = normal(16, P, C), stacked([condition(1, present, seed) for seed, present in enumerate(SUBSETS)])
    alone = torch.cat([awake(x[at : at + 1], 0.7, cond[at : at + 1]) for at in range(16)])
    torch.testing.assert_close(awake(x, 0.7, cond), alone, rtol=1e-5, atol=1e-5)


def test_samples_of_a_batch_may_have_noise_levels_of_their_own(awake: NeuralDenoiser) -> None:
    x, cond, sigmas = normal(3, P, C), condition(3), (0.5, 1.0, 4.0)
    together = precondition(awake.network, awake.colour, x, torch.tensor(sigmas), cond)
    alone = torch.cat([awake(x[at : at + 1], sigma, cond[at : at + 1]) for at, sigma in enumerate(sigmas)])
    torch.testing.assert_close(together, alone, rtol=1e-5, atol=1e-5)


def test_defects_of_hundreds_of_sigma_give_finite_output(awake: NeuralDenoiser) -> None:
    assert awake(500 * normal(2, P, C), 1.0, condition(2)).isfinite().all()


def test_every_weight_of_a_trained_network_is_reached_by_the_gradient() -> None:
    made = network()
    precondition(made, colour(), normal(2, P, C), torch.ones(2), stacked([condition(1), empty(1)])).sum().backward()
    assert [name for name, weight in made.named_parameters() if weight.grad is None or not weight.grad.any()] == []


def test_an_untrained_network_learns_from_its_first_step() -> None:
    made = network(awake=False)
    precondition(made, colour(), normal(2, P, C), torch.ones(2), empty(2)).square().sum().backward()
    assert made.head.weight.grad is not None
    assert made.head.weight.grad.abs().max() > 0


def test_sizes_grow() -> None:
    with torch.device("meta"):
        made = [Network(replace(config(), **SIZES[size])) for size in ("tiny", "small", "base")]
    counts = [sum(weight.numel() for weight in one.parameters()) for one in made]
    assert counts[0] < counts[1] / 2 < counts[2] / 4


@pytest.mark.parametrize("pooling", [Pooling(1), Pooling(EVERYWHERE, own_mean=False)])
def test_colouring_undoes_whitening_up_to_the_scale_of_each_feature(pooling: Pooling) -> None:
    mix = torch.tril(0.5 * normal(P, C, C, seed=1)) + 2 * torch.eye(C)
    x = 5 + torch.einsum("pcd,npd->npc", mix, normal(300, P, C))
    gaussian = fit_gaussian(Moments.of(x, x.mean(dim=0)), GRID, pooling)
    whiten = Whitening.of(gaussian)
    standard = standardised(whiten(x), colouring([whiten.factor]))
    away = x - gaussian.mean
    covariance = gaussian.root @ gaussian.root.mT  # of P or of 1
    torch.testing.assert_close(
        standard, away / torch.diagonal(covariance, dim1=-2, dim2=-1).sqrt(), rtol=5e-3, atol=5e-3
    )
    if pooling.own_mean:
        torch.testing.assert_close(standard.std(dim=0), torch.ones(P, C), rtol=0, atol=0.02)
    else:
        torch.testing.assert_close(standard.flatten(0, 1).std(dim=0), torch.ones(C), rtol=0, atol=0.02)


def factor(places: int, channels: int, seed: int) -> Tensor:
    return torch.tril(0.2 * normal(places, channels, channels, seed=seed)) + torch.eye(channels)


@pytest.mark.parametrize("places", [(P, P), (1, P), (P, 1), (1, 1)])
def test_the_colouring_of_two_representations_has_a_block_for_each(places: tuple[int, int]) -> None:
    factors = [factor(places[0], C, 1), factor(places[1], 4, 2)]
    found = colouring(factors)
    assert found.shape == (max(places), C + 4, C + 4)
    assert found[:, :C, C:].abs().max() == found[:, C:, :C].abs().max() == 0
    equal(found[:, :C, :C], colouring(factors[:1]).expand(max(places), C, C))
    equal(found[:, C:, C:], colouring(factors[1:]).expand(max(places), 4, 4))
    torch.testing.assert_close(found.norm(dim=-1), torch.ones(max(places), C + 4))


def test_one_colouring_serves_every_place_where_statistics_are_pooled() -> None:
    shared, x = colouring([factor(1, C, 1)]), normal(2, P, C)
    torch.testing.assert_close(standardised(x, shared), standardised(x, shared.expand(P, C, C)))
