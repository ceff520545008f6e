"""Conditions and the X-embedding: any subset runs, what is absent is never read, and gates follow the noise level."""

import math
from dataclasses import replace
from itertools import product

import pytest
import torch
from core_cases import equal
from learning_cases import GRID, C, P, T, condition, empty, normal
from torch import Tensor

from fusion.condition import JOINTS, MODALITIES, Condition, Fusion, drawn, merge_heads, split_heads, stacked

pytest_plugins = ["core_fixtures"]
pytestmark = pytest.mark.usefixtures("single_thread")

WIDTH = 32
TOKENS = 3 + JOINTS
SUBSETS = list(product((False, True), repeat=4))
FIELDS = (*MODALITIES, "present")


@pytest.fixture(scope="module")
def fusion() -> Fusion:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return Fusion(WIDTH, C, T).eval()


def tau(batch: int, seed: int = 0) -> Tensor:
    return normal(batch, WIDTH, seed=seed)


def embedded(fusion: Fusion, cond: Condition) -> Tensor:
    with torch.no_grad():
        return fusion(cond, GRID, tau(len(cond.present)))


@pytest.mark.parametrize("present", SUBSETS)
def test_every_subset_of_modalities_runs(fusion: Fusion, present: tuple[bool, ...]) -> None:
    found = embedded(fusion, condition(3, present))
    assert found.shape == (3, TOKENS, WIDTH)
    assert found.isfinite().all()


@pytest.mark.parametrize("present", SUBSETS)
def test_what_is_absent_is_never_read(fusion: Fusion, present: tuple[bool, ...]) -> None:
    cond = condition(2, present)
    lost = {
        name: torch.full_like(getattr(cond, name), float("nan"))
        for name, here in zip(MODALITIES, present, strict=True)
        if not here
    }
    equal(embedded(fusion, cond), embedded(fusion, replace(cond, **lost)))


@pytest.mark.parametrize("name", MODALITIES)
def test_presence_changes_the_embedding_and_so_does_the_value(fusion: Fusion, name: str) -> None:
    cond = condition(2)
    other = replace(cond, **{name: getattr(condition(2, seed=9), name)})
    for changed in (cond.without(name), other):
        assert (embedded(fusion, cond) - embedded(fusion, changed)).abs().amax() > 1e-3


def test_modalities_speak_to_each_other_before_they_are_heard(fusion: Fusion) -> None:
    cond = condition(2)
    change = embedded(fusion, cond) - embedded(fusion, cond.without("text"))
    assert (change[:, [0, 2, *range(3, TOKENS)]].abs().amax(dim=-1) > 0).all()


def test_a_sample_does_not_hear_its_batch_mates(fusion: Fusion) -> None:
    cond = stacked([condition(1, present, seed) for seed, present in enumerate(SUBSETS)])
    alone = torch.cat([fusion(cond[at : at + 1], GRID, tau(16)[at : at + 1]) for at in range(16)])
    torch.testing.assert_close(alone, embedded(fusion, cond), rtol=0, atol=1e-5)


def test_gates_are_one_for_all_at_first_and_follow_sigma_once_they_learnt(fusion: Fusion) -> None:
    equal(fusion.gates(tau(5)), torch.ones(5, len(MODALITIES)))
    with torch.random.fork_rng(devices=[]):
        moved = Fusion(WIDTH, C, T)
    with torch.no_grad():
        moved.load_state_dict(fusion.state_dict())
        moved.gate.weight.copy_(0.2 * normal(*moved.gate.weight.shape, seed=4))
    loud = moved.gates(tau(50))
    assert loud.std(dim=0).min() > 0.1
    assert 0 < loud.min() < loud.max() < 2


def test_a_modality_whose_gate_is_shut_is_not_heard(fusion: Fusion) -> None:
    with torch.random.fork_rng(devices=[]):
        shut = Fusion(WIDTH, C, T)
    with torch.no_grad():
        shut.load_state_dict(fusion.state_dict())
        shut.gate.bias.copy_(torch.tensor([0.0, -100.0, 0.0, 0.0]))
    found = embedded(shut, condition(2))
    assert found[:, 1].abs().max() == 0
    assert found[:, 0].abs().max() > 0


def test_dropping_never_adds_and_only_takes_the_named() -> None:
    cond = replace(condition(400), present=normal(400, 4, seed=6) > 0)
    dropped = cond.dropped(0.5, torch.Generator().manual_seed(0), ("image", "skeleton"))
    equal(dropped.present[:, 1:3], cond.present[:, 1:3])
    assert not (dropped.present & ~cond.present).any()
    for number in (0, 3):
        kept = dropped.present[cond.present[:, number], number].float().mean()
        assert 0.35 < kept < 0.65
    for name in MODALITIES:
        equal(getattr(dropped, name), getattr(cond, name))


def test_dropping_meets_every_subset_and_follows_its_generator_alone() -> None:
    drops = [condition(400).dropped(0.5, torch.Generator().manual_seed(seed)).present for seed in (0, 0, 1)]
    assert {tuple(row) for row in drops[0].tolist()} == set(SUBSETS)
    equal(drops[0], drops[1])
    assert (drops[0] != drops[2]).any()
    assert condition(9).dropped(0.0, torch.Generator()).present.all()


def test_without_takes_modalities_away_and_leaves_the_condition_as_it_was() -> None:
    cond = condition(2)
    assert cond.without("text", "mask").present.tolist() == [[True, False, False, True]] * 2
    assert cond.present.all()


def test_what_is_stacked_is_found_again_at_its_index() -> None:
    parts = [condition(2, seed=0), empty(1), condition(3, (True, False, True, False), seed=7)]
    whole = stacked(parts)
    assert whole.present.shape == (6, 4)
    for part, index in zip(parts, (slice(0, 2), slice(2, 3), torch.tensor([3, 4, 5])), strict=True):
        for name in FIELDS:
            equal(getattr(whole[index], name), getattr(part, name))


def test_nothing_is_a_condition_without_any_modality_that_asks_for_every_place() -> None:
    cond = empty(3)
    assert not cond.present.any()
    assert (cond.mask == 1).all()
    assert [getattr(cond, name).shape for name in MODALITIES] == [(3, C), (3, T), (3, P), (3, JOINTS, 3)]


def test_heads_are_merged_as_they_were_split() -> None:
    x = normal(2, 5, 12)
    assert split_heads(x, 3).shape == (2, 3, 5, 4)
    equal(merge_heads(split_heads(x, 3)), x)


def test_a_skeleton_is_drawn_where_its_bones_are() -> None:
    pose = torch.zeros(2, 17, 3)
    pose[0, 5], pose[0, 7] = torch.tensor([-0.75, -0.5, 1.0]), torch.tensor([-0.75, 0.5, 0.8])  # left upper arm
    pose[1, 6], pose[1, 8] = torch.tensor([0.0, 0.75, 1.0]), torch.tensor([0.75, 0.75, 1.0])
    near = drawn(pose, (8, 16)).view(2, 8, 16, 3)
    assert near.shape == (2, 8, 16, 3)
    assert not near[0, ..., 1:].any()
    left = near[0, ..., 0]
    torch.testing.assert_close(left[2:6, 1:3], torch.full((4, 2), 0.8 * math.exp(-1 / 8)))  # half a cell off the bone
    assert left[:, 6:].max() < 1e-3
    assert left[0, 2] < left[1, 2] < left[2, 2]
    right = near[1, ..., 1]
    assert right[6].argmax() in range(8, 14)
    assert not near[1, ..., 0].any()


def test_bones_of_joints_that_were_not_seen_are_not_drawn() -> None:
    pose = torch.rand(1, 17, 3)
    pose[0, :, 2] = 0
    assert not drawn(pose, (5, 7)).any()
