"""The survey's methods on one denoiser: one contract for all, and the property that makes each what it is."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from asking_cases import GATE, GRID, PLACE, C, Counted, P, asked, damaged
from scipy.stats import spearmanr
from torch import Tensor

from fusion.diffusion.denoiser import GaussianDenoiser, MemoryDenoiser
from fusion.diffusion.sampling import last, reconstruct
from fusion.methods.ask import Asked, falling, tops
from fusion.methods.density import Inversion, ScoreNorms
from fusion.methods.hybrid import Dynamic, Posterior, TwoCalls, diffusion_time
from fusion.methods.named import ASKS, JOINT, Question
from fusion.methods.reconstruction import Adaptive, Imputed, Partial, Stitched, gratings
from fusion.metrics import image_auroc
from fusion.recipes import RECIPES
from fusion.residual import Joint, Spread

pytest_plugins = ["core_fixtures"]
pytestmark = pytest.mark.usefixtures("single_thread")

# --- the contract -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ASKS)
def test_every_method_finds_a_defect_where_it_is_and_a_sample_by_itself_as_beside_others(name: str) -> None:
    d, ask, units = Counted(), ASKS[name], Question(name, (4, 2), GATE, torch.zeros(3)).units
    good = d.normals(60, 0)
    calm = torch.cat([ask(one[None], asked(d)) for one in good])
    bad = damaged(d.normals(8, 1))
    found = ask(bad, asked(d, 8))
    assert found.shape == (8, calm.shape[1], P)
    assert found.isfinite().all()
    alone = torch.cat([ask(one[None], asked(d)) for one in bad])
    torch.testing.assert_close(found, alone, rtol=1e-4, atol=1e-4)
    maps = units.of(calm)(found).mean(dim=1)  # the higher, the more anomalous
    assert (maps.argmax(dim=1) == PLACE).all()
    assert torch.equal(ask(bad, asked(d, 8)), found)


# --- reconstruction -----------------------------------------------------------------------------------------------


def test_drawn_to_nothing_the_corrected_walk_is_ddim_and_more_of_it_keeps_more_of_a_normal() -> None:
    d = Counted()
    x = d.normals(12, 2)
    walk = Partial(1.0, noisy=True)
    noised = x + asked(d).noise(x)
    torch.testing.assert_close(walk.walked(x, asked(d, 12)), last(reconstruct(noised, d, falling(1.0, 0.25, 4))))
    far = [(x - Partial(1.0, 4, True, w).walked(x, asked(d, 12))).norm() for w in (0.0, 0.3, 0.7, 1.5)]
    assert far == sorted(far, reverse=True)


def test_drawn_back_a_little_normals_survive_and_too_much_so_does_the_defect() -> None:
    g = torch.Generator().manual_seed(0)

    def disc(n: int) -> Tensor:  # normals differ in two directions; a defect lies in a third
        x = 0.05 * torch.randn(n, 1, 6, generator=g)
        x[..., :2] += torch.randn(n, 1, 2, generator=g)
        return x

    one = Asked(MemoryDenoiser(disc(800)), None, (6,), (1, 1), GATE, torch.zeros(0))
    good = disc(60)
    bad = good + torch.eye(6)[3]

    def contrast(toward: float) -> float:
        walk = Partial(1.0, 4, True, toward)
        return float(walk(bad, one).mean() / walk(good, one).mean())

    found = [contrast(toward) for toward in (0.0, 1.0, 4.0, 50.0)]
    assert found[0] < found[1] < found[2]
    assert found[3] < found[2]


def test_a_larger_defect_stops_the_search_at_a_higher_level_and_a_normal_never_does() -> None:
    d = Counted()
    x, ask = d.normals(6, 3), Adaptive()
    stops = [ask.walked(damaged(x, by), asked(d, 6))[1].mean() for by in (0.0, 12.0, 30.0, 100.0)]
    assert stops[0] == 0
    assert stops == sorted(stops)
    assert stops[-1] > stops[1]


def test_two_gratings_hide_every_place_once_and_what_is_hidden_cannot_vouch_for_itself() -> None:
    first, second = gratings((5, 7), 2)
    assert torch.equal(first, ~second)
    d = Counted()
    x = d.normals(6, 4)
    lesion = x.clone()
    block = torch.zeros(GRID, dtype=torch.bool)
    block[2:4, 2:4] = True
    lesion[:, block.flatten()] += 4.0
    masked, plain = Imputed(2), Partial(1.0)
    gain = [
        (ask(lesion, asked(d, 6))[..., block.flatten()].mean() / ask(x, asked(d, 6)).mean()) for ask in (masked, plain)
    ]
    assert gain[0] > gain[1]


def test_stitching_leaves_less_outside_the_defect_than_the_first_walk() -> None:
    d = Counted()
    bad, ask = damaged(d.normals(8, 5), 12.0), Stitched()
    outside = torch.arange(P) != PLACE
    plain, stitched = Partial(1.0)(bad, asked(d, 8)).mean(dim=1), ask(bad, asked(d, 8)).mean(dim=1)
    share = [(found[:, outside].mean() / found[:, PLACE].mean()) for found in (stitched, plain)]
    assert share[0] < share[1]


# --- density ------------------------------------------------------------------------------------------------------


def test_the_vector_of_score_norms_beats_each_of_its_levels_where_samples_may_be_too_plain() -> None:
    g = torch.Generator().manual_seed(0)

    def shell(n: int, radius: float, spread: float) -> Tensor:
        x = torch.randn(n, 1, 8, generator=g)
        return x / x.norm(dim=-1, keepdim=True) * (radius + spread * torch.randn(n, 1, 1, generator=g))

    d = MemoryDenoiser(shell(200, 3.0, 0.2))
    good, test, odd = shell(200, 3.0, 0.2), shell(150, 3.0, 0.2), torch.cat([shell(75, 1.5, 0.2), shell(75, 4.0, 0.2)])
    levels = (0.5, 1.0, 2.0, 4.0)

    def auroc(units: type[Spread], sigmas: tuple[float, ...]) -> float:
        ask = ScoreNorms(sigmas)
        one = Asked(d, None, (8,), (1, 1), GATE, torch.zeros(0))
        scale = units.of(ask(good, one))
        scores = torch.cat([scale(ask(x, one)).mean(dim=(1, 2)) for x in (test, odd)])
        return image_auroc(scores.numpy(), np.repeat([0, 1], 150))

    singles = [auroc(Spread, (sigma,)) for sigma in levels]
    assert auroc(Joint, levels) > max(singles)


def test_inversion_ends_normals_at_the_unit_gaussian_and_a_defect_far_out() -> None:
    x = torch.randn(200, P, C, generator=torch.Generator().manual_seed(6))
    found = Inversion((0.02, 0.1, 0.3, 0.6, 1.0, 1.6, 2.5, 4.0))(x, asked(GaussianDenoiser(), 200))
    torch.testing.assert_close(found.square().mean(dim=(0, 2)), torch.tensor([4.0, 2.0]), rtol=0.25, atol=0)
    bad = Inversion()(damaged(x, 9.0), asked(GaussianDenoiser(), 200))
    assert (bad.sum(dim=1).argmax(dim=1) == PLACE).all()


# --- hybrids ------------------------------------------------------------------------------------------------------


def test_the_level_that_explains_a_sample_rises_with_its_noise_and_with_it_the_calls() -> None:
    d, ask = Counted(), Dynamic()
    sigmas = torch.linspace(0, 3, 25)
    noise = torch.randn(25, P, C, generator=torch.Generator().manual_seed(7))
    x = d.normals(25, 8) + sigmas[:, None, None] * noise
    assert spearmanr(sigmas, diffusion_time(x)).statistic > 0.95
    calls = []
    for samples in (d.normals(8, 9), damaged(d.normals(8, 9), 9.0)):
        d.calls = 0
        ask(samples, asked(d, 8))
        calls.append(d.calls)
    assert calls[0] < calls[1]


def test_what_is_plainly_normal_costs_the_hybrid_no_call_and_what_is_not_is_walked_from_its_level() -> None:
    d, ask = Counted(), Dynamic(gated=True)
    gate = float(diffusion_time(d.normals(200, 11)).quantile(0.95))
    good, bad = d.normals(40, 12), damaged(d.normals(40, 12), 9.0)
    gated = replace(asked(d), gate=gate)
    found = [torch.cat([ask(one[None], gated) for one in good])]
    assert d.calls < 0.5 * 40
    many = replace(asked(d, 40), gate=gate)
    found.append(ask(bad, many))
    assert d.calls >= 40
    torch.testing.assert_close(found[1], Dynamic()(bad, many))
    scale = Spread.of(found[0])
    scores = torch.cat([scale(values).mean(dim=1).amax(dim=1) for values in found])
    assert image_auroc(scores.numpy(), np.repeat([0, 1], 40)) > 0.99


def test_two_calls_are_two_calls() -> None:
    d = Counted()
    TwoCalls()(d.normals(1, 0), asked(d))
    assert d.calls == 2


def test_the_mean_of_several_walks_is_nearer_to_the_truth_than_one() -> None:
    d = Counted()
    clean = d.normals(8, 10)
    bad = damaged(clean)
    walk = Partial(1.0, noisy=True)
    ends = [walk.walked(bad, asked(d, 8), number) for number in range(4)]
    assert (torch.stack(ends).mean(dim=0) - clean).norm() < min((end - clean).norm() for end in ends)
    found = Posterior()(bad, asked(d, 8))
    torch.testing.assert_close(found, asked(d).norms(bad - torch.stack(ends).mean(dim=0)))


# --- what they share ----------------------------------------------------------------------------------------------


def test_every_method_of_pictures_that_trains_is_listed_and_says_so() -> None:
    assert {row.name for row in RECIPES if row.trained and "pictures" in row.kinds} == set(ASKS)


def test_the_highest_few_places_stand_for_a_sample() -> None:
    values = torch.zeros(2, 100)
    values[1, :2] = torch.tensor([3.0, 5.0])
    assert tops(values).tolist() == [0, 4]


def test_a_joint_spread_sees_what_is_usual_alone_and_unusual_together() -> None:
    common = torch.randn(500, 1, 10, generator=torch.Generator().manual_seed(0))
    values = torch.cat([common, common + 0.1 * torch.randn(500, 1, 10)], dim=1)
    odd = torch.tensor([1.0, -1.0])[None, :, None].expand(1, 2, 10)
    assert (Joint.of(values)(odd) > Joint.of(values)(values).amax()).all()
    assert Spread.of(values)(odd).abs().amax() < 2
    assert set(JOINT) < set(ASKS)
