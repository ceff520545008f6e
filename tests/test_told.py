"""Told: what words and skeletons move is normal, where they say so, and nowhere else."""

from dataclasses import replace

import pytest
import torch
from core_cases import equal
from learning_cases import T, normal, units
from torch import Tensor

from fusion.progress import silent
from fusion.representation.whitening import Pooling
from fusion.told import FEWEST, Hearing, Said, Told, expected, fit_hearing, fit_told
from fusion.view import whitened

pytestmark = pytest.mark.usefixtures("single_thread")
pytest_plugins = ["core_fixtures"]

GRID = (10, 12)
P, C, N = 120, 4, 60
FOLDS = list(torch.randperm(N, generator=torch.Generator().manual_seed(0)).tensor_split(5))


def poses(n: int = N, seed: int = 3) -> Tensor:
    """Return a figure whose left wrist moves from left to right, and whose right arm doesn't."""
    joints = torch.zeros(n, 17, 3)
    joints[:, 5], joints[:, 6] = torch.tensor([-0.3, -0.6, 1.0]), torch.tensor([0.3, -0.6, 1.0])
    joints[:, 7], joints[:, 8] = torch.tensor([-0.5, 0.0, 1.0]), torch.tensor([0.5, 0.0, 1.0])
    joints[:, 9], joints[:, 10] = torch.tensor([-0.6, 0.6, 1.0]), torch.tensor([0.6, 0.6, 1.0])
    joints[:, 9, 0] += torch.linspace(-0.3, 0.3, n)[torch.randperm(n, generator=torch.Generator().manual_seed(seed))]
    return joints


def said(described: bool = True, posed: bool = True, n: int = N) -> Said:
    two = units(2, T, seed=1)[torch.arange(n) % 2]
    yes, no = torch.ones(n, dtype=torch.bool), torch.zeros(n, dtype=torch.bool)
    return Said(two, yes if described else no, poses(n), yes if posed else no)


def tokens(of: Said, seed: int = 5) -> Tensor:
    """Return noise, to which words add at every place and the moving arm where it is."""
    x = 0.3 * normal(len(of.told), P, C, seed=seed)
    if of.described.any():
        x[:, :, 0] += torch.where(torch.arange(len(x)) % 2 == 0, 1.0, -1.0)[:, None]
    wrist = of.skeleton[:, 9, :2]
    column = ((wrist[:, 0] + 1) / 2 * GRID[1]).long()
    x.view(-1, *GRID, C)[torch.arange(len(x)), 8, column, 1] += 2.0
    return x


def fit(of: Said) -> tuple[Told, Tensor]:
    hearing = fit_hearing(of, GRID)
    assert hearing is not None
    meaning = (units(2, T, seed=1), units(9, T, seed=2))
    return fit_told([tokens(of)], of, hearing, FOLDS, [Pooling(1, True, 0.1)], normal(N, seed=7) + 4, meaning, silent)


def test_of_two_descriptions_one_direction_is_heard_with_a_spread_of_one() -> None:
    hearing = fit_hearing(said(posed=False), GRID)
    assert hearing is not None
    assert hearing.directions.shape == (1, T)
    assert not hearing.posed
    heard = hearing(said(posed=False))
    assert heard.shape == (N, P, 1)
    torch.testing.assert_close(heard.square().mean(), torch.tensor(1.0))
    equal(heard[:, :1].expand_as(heard), heard)  # the same at every place


@pytest.mark.parametrize("of", [said(False, False), said(n=FEWEST - 1)])
def test_where_too_little_was_said_nothing_is_heard(of: Said) -> None:
    assert fit_hearing(of, GRID) is None


def test_the_same_words_of_every_normal_tell_nothing() -> None:
    alike = said(posed=False)
    assert fit_hearing(replace(alike, text=alike.text[:1].expand(N, -1)), GRID) is None


def test_what_was_not_said_is_not_heard_at_all() -> None:
    of = said()
    hearing = fit_hearing(of, GRID)
    assert hearing is not None
    silent_ = Said(of.text, ~of.described, of.skeleton, ~of.posed)
    assert not hearing(silent_).any()
    assert hearing(of).shape == (N, P, 1 + 27)


def test_a_told_sample_is_nearer_to_normal_than_the_same_untold_and_than_told_wrongly() -> None:
    told, _ = fit(said())
    fresh = said(n=20)
    x = tokens(fresh, seed=6)
    wrong = Said(fresh.text.flip(0), fresh.described, fresh.skeleton, fresh.posed)
    right, other = (whitened(told.views, told.left([x], of)).norm(dim=-1).mean() for of in (fresh, wrong))
    assert right < 0.6 * other


def test_a_moved_wrist_changes_what_is_expected_near_it_and_nowhere_else() -> None:
    told, _ = fit(said(described=False))
    still = poses(1)
    moved = still.clone()
    moved[:, 9, 0] += 0.5
    one, other = (
        told.hearing(Said(torch.zeros(1, T), torch.tensor([False]), pose, torch.tensor([True])))
        for pose in (still, moved)
    )
    change = (expected(other, told.weights[0]) - expected(one, told.weights[0])).norm(dim=-1).view(GRID)
    assert change[5:, :8].max() > 5 * change[:, 9:].max()


def test_held_out_normals_are_whitened_to_about_one() -> None:
    _, held = fit(said())
    assert held.shape == (N, P, C)
    assert held.dtype == torch.half
    assert 0.8 < float(held.float().std()) < 1.5


def test_told_scores_are_in_the_units_of_untold_ones() -> None:
    told, _ = fit(said())
    maps = told.views[0](told.left([tokens(said(), seed=6)], said())[0])  # of others, alike
    tops = told.units(maps, GRID).amax(dim=1)
    assert 3 < float(tops.mean()) < 5  # the untold ones lie around 4
    assert 0.3 < float(tops.std()) < 3


def test_one_sample_by_itself_is_heard_as_in_company() -> None:
    of = said()
    hearing = fit_hearing(of, GRID)
    assert isinstance(hearing, Hearing)
    alone = hearing.said(of.text[3].numpy(), of.skeleton[3].numpy())
    torch.testing.assert_close(hearing(alone)[0], hearing(of)[3])
    assert not hearing(hearing.said(None, None)).any()
