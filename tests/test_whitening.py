"""Whitening: what normals look like in its coordinates, checked against float64 and torch.distributions."""

import itertools

import pytest
import torch
from core_cases import equal
from torch import Tensor

from fusion.representation.whitening import EVERYWHERE, Gaussian, Moments, Pooling, Whitening, fit_gaussian

pytest_plugins = ["core_fixtures"]
pytestmark = pytest.mark.usefixtures("single_thread")

GRID = (4, 5)
P, C = 20, 6
POOLINGS = [Pooling(width) for width in (1, 3, 5, EVERYWHERE)] + [Pooling(EVERYWHERE, own_mean=False)]


def normals(n: int, places: int = P, seed: int = 0) -> Tensor:
    """Return tokens with a mean and a covariance of their own at every place, (n, P, C)."""
    rng = torch.Generator().manual_seed(seed)
    mix = 0.4 * torch.randn(places, C, C, generator=rng) + 2 * torch.eye(C)
    mean = 5 * torch.randn(places, C, generator=rng)
    return mean + torch.einsum("pcd,npd->npc", mix, torch.randn(n, places, C, generator=rng))


def moments(x: Tensor) -> Moments:
    return Moments.of(x, x.mean(dim=0))


def covariances(x: Tensor) -> Tensor:
    """Return the covariance of each place in float64, (P, C, C)."""
    return torch.stack([torch.cov(place.T) for place in x.double().unbind(dim=1)])


def test_whitened_normals_have_mean_0_and_covariance_i_at_every_place() -> None:
    x = normals(200)
    white = fit_gaussian(moments(x), GRID, Pooling(1, shrinkage=0.0)).whiten(x)
    torch.testing.assert_close(white.mean(dim=0), torch.zeros(P, C), rtol=0, atol=1e-4)
    torch.testing.assert_close(covariances(white).float(), torch.eye(C).expand(P, C, C), rtol=0, atol=2e-3)


def test_pooled_normals_have_mean_0_and_covariance_i_over_all_places_together() -> None:
    x = normals(50)
    pooling = Pooling(EVERYWHERE, own_mean=False, shrinkage=0.0)
    white = fit_gaussian(moments(x), GRID, pooling).whiten(x).reshape(-1, C)
    torch.testing.assert_close(white.mean(dim=0), torch.zeros(C), rtol=0, atol=1e-4)
    torch.testing.assert_close(torch.cov(white.T), torch.eye(C), rtol=0, atol=2e-3)


@pytest.mark.parametrize("width", [3, 5, EVERYWHERE])
def test_a_neighbourhood_takes_the_mean_of_its_places_covariances(width: int) -> None:
    x, half = normals(30), width // 2 if width else 99
    found = fit_gaussian(moments(x), GRID, Pooling(width, shrinkage=0.0)).root
    own = covariances(x).view(*GRID, C, C)
    for row, column in itertools.product(*map(range, GRID)):
        around = own[max(0, row - half) : row + half + 1, max(0, column - half) : column + half + 1]
        root = found[0] if len(found) == 1 else found.view(*GRID, C, C)[row, column]
        torch.testing.assert_close((root @ root.T).double(), around.mean(dim=(0, 1)), rtol=1e-3, atol=1e-2)


@pytest.mark.parametrize("pooling", POOLINGS, ids=str)
def test_some_places_get_the_statistics_that_they_get_among_all(pooling: Pooling) -> None:
    x, places = normals(12), torch.arange(0, P, 3)
    full = fit_gaussian(moments(x), GRID, pooling)
    some = fit_gaussian(moments(x), GRID, pooling, places)
    torch.testing.assert_close(some.mean, full.mean[places])
    torch.testing.assert_close(some.root, full.root if len(full.root) == 1 else full.root[places])
    torch.testing.assert_close(some.whiten(x[:, places]), full.whiten(x)[:, places], rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("pooling", POOLINGS, ids=str)
def test_fitting_uses_up_nothing_of_the_moments(pooling: Pooling) -> None:
    total = moments(normals(12))
    before = total.sum.clone(), total.outer.clone()
    fit_gaussian(total, GRID, pooling)
    equal(total.sum, before[0])
    equal(total.outer, before[1])


def test_moments_without_a_fold_are_the_moments_of_the_rest() -> None:
    x, fold = normals(40), torch.tensor([3, 17, 31])
    rest = torch.tensor([index for index in range(40) if index not in fold])
    centre = x.mean(dim=0)
    left, direct = Moments.of(x, centre).without(Moments.of(x[fold], centre)), Moments.of(x[rest], centre)
    assert left.n == direct.n == 37
    torch.testing.assert_close(left.sum, direct.sum, rtol=1e-4, atol=1e-3)
    torch.testing.assert_close(left.outer, direct.outer, rtol=1e-4, atol=1e-3)


@pytest.mark.parametrize("pooling", POOLINGS, ids=str)
def test_a_gaussian_without_a_fold_is_the_gaussian_of_the_rest(pooling: Pooling) -> None:
    x = normals(20)
    x[:5] += 3  # so that the centre of all is not that of the rest
    centre = x.mean(dim=0)
    left = fit_gaussian(Moments.of(x, centre).without(Moments.of(x[:5], centre)), GRID, pooling)
    direct = fit_gaussian(moments(x[5:]), GRID, pooling)
    torch.testing.assert_close(left.mean, direct.mean, rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(left.root @ left.root.mT, direct.root @ direct.root.mT, rtol=1e-3, atol=1e-3)


def test_moments_are_sums_over_every_place_however_many_there_are() -> None:
    x = normals(7, places=83)
    centre = torch.zeros(83, C)
    found = Moments.of(x, centre)
    torch.testing.assert_close(found.sum, x.sum(dim=0))
    torch.testing.assert_close(found.outer, torch.einsum("npc,npd->pcd", x, x))


@pytest.mark.parametrize("pooling", POOLINGS, ids=str)
def test_float32_is_enough_where_features_lie_far_from_zero(pooling: Pooling) -> None:
    near = normals(60)
    found = fit_gaussian(moments(near + 1e4), GRID, pooling).whiten(near + 1e4)
    expected = fit_gaussian(moments(near), GRID, pooling).whiten(near)
    torch.testing.assert_close(found, expected, rtol=0.01, atol=0.02)


@pytest.mark.parametrize("pooling", POOLINGS, ids=str)
@pytest.mark.parametrize("n", [2, 5])
def test_a_handful_of_normals_gives_finite_numbers(n: int, pooling: Pooling) -> None:
    x = normals(n)
    white = fit_gaussian(moments(x), GRID, pooling).whiten(torch.cat([x, normals(3, seed=1)]))
    assert white.isfinite().all()


@pytest.mark.parametrize("pooling", POOLINGS, ids=str)
def test_a_feature_that_never_varied_is_no_license_for_infinity(pooling: Pooling) -> None:
    x = normals(30)
    x[..., 2] = 0.25
    gaussian = fit_gaussian(moments(x), GRID, pooling)
    new = normals(1, seed=3)
    assert gaussian.whiten(new).isfinite().all()
    assert Whitening.of(gaussian)(new).isfinite().all()
    constant = torch.full((8, P, C), 0.5)
    assert fit_gaussian(moments(constant), GRID, pooling).whiten(constant).abs().max() < 1e-3


def test_the_likelihood_is_the_gaussians() -> None:
    x, new = normals(200), normals(9)
    gaussian = fit_gaussian(moments(x), GRID, Pooling(1))
    truth = torch.distributions.MultivariateNormal(gaussian.mean.double(), scale_tril=gaussian.root.double())
    density: Tensor = truth.log_prob(new.double())  # type: ignore[no-untyped-call]
    expected = density.mean() / C + 0.5 * torch.log(torch.tensor(2 * torch.pi))
    assert gaussian.log_likelihood(new) == pytest.approx(float(expected), rel=1e-4)


def test_shrinkage_pulls_the_covariance_to_its_diagonal_and_keeps_the_diagonal() -> None:
    x = normals(100)
    plain, diagonal = (fit_gaussian(moments(x), GRID, Pooling(1, shrinkage=amount)).root for amount in (0.0, 1.0))
    expected = torch.diagonal(plain @ plain.mT, dim1=1, dim2=2)
    torch.testing.assert_close(diagonal @ diagonal.mT, torch.diag_embed(expected), rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("pooling", POOLINGS, ids=str)
def test_the_whitening_that_serves_agrees_with_its_gaussian_up_to_half_precision(pooling: Pooling) -> None:
    x, new = normals(60), normals(4, seed=1)
    gaussian = fit_gaussian(moments(x), GRID, pooling)
    exact, served = gaussian.whiten(new), Whitening.of(gaussian)(new)
    assert (served - exact).norm(dim=-1).max() < 0.002 * exact.norm(dim=-1).max()


@pytest.mark.parametrize("pooling", POOLINGS, ids=str)
def test_packing_and_unpacking_changes_no_bit(pooling: Pooling) -> None:
    whitening = Whitening.of(fit_gaussian(moments(normals(30)), GRID, pooling))
    packed = whitening.packed()
    assert packed.dtype == torch.float16
    assert packed.shape == (len(whitening.factor), C * (C + 1) // 2)
    again = Whitening.unpack(whitening.mean, packed)
    equal(again.factor, whitening.factor)
    equal(again.packed(), packed)
    new = normals(3, seed=2)
    equal(again(new), whitening(new))


def test_each_sample_is_whitened_as_if_it_were_alone() -> None:
    x = normals(40)
    whitening = Whitening.of(fit_gaussian(moments(x), GRID, Pooling(1)))
    torch.testing.assert_close(whitening(x), torch.cat([whitening(one[None]) for one in x]), rtol=1e-4, atol=1e-4)


def test_one_root_for_all_places_whitens_as_a_copy_for_each_would() -> None:
    x = normals(30)
    one = fit_gaussian(moments(x), GRID, Pooling(EVERYWHERE))
    copies = Gaussian(one.mean, one.root.expand(P, C, C).contiguous())
    torch.testing.assert_close(one.whiten(x), copies.whiten(x), rtol=1e-4, atol=1e-4)
