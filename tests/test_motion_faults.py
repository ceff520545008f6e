"""Faults are where and when they say, keep the body whole, and are found there."""

import numpy as np
import pytest
from motion_cases import hidden, squat

from fusion.motion.chain import chain_of
from fusion.motion.faults import KINDS, Fault, asymmetry, delay, draw_fault, limb_swap, range_cut, tremor
from fusion.motion.joint_sets import BUILT_IN, PLUG_IN_GAIT
from fusion.motion.joints import COCO, JointSet
from fusion.motion.measure import angles, lengths
from fusion.motion.motion import Motion

KNEE = next(bend for bend in COCO.angles if bend[0] == "left knee")
OF_KNEE = [bend[0] for bend in COCO.angles].index("left knee")
TURNS = [kind for kind in KINDS if kind != "limb swap"]


def drawn(motion: Motion, kind: str, seed: int = 0) -> Fault:
    fault = draw_fault(motion, kind, np.random.default_rng(seed))
    assert fault is not None
    return fault


@pytest.mark.parametrize("flat", [False, True], ids=["3-D", "2-D"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_fault_is_where_and_when_it_says_and_nowhere_else(kind: str, flat: bool) -> None:
    motion = squat(1, flat=flat)
    fault = drawn(motion, kind)
    changed = np.abs(fault.motion.places - motion.places).max(axis=-1) > 1e-3
    frames = np.flatnonzero(changed.any(axis=1)) / motion.rate
    assert frames.min() >= fault.start - 1e-6
    assert frames.max() <= fault.end + (1e-6 if kind != "delay" else 0)
    hangs = chain_of(COCO).below[[COCO.index(joint) for joint in fault.joints]].any(axis=0)
    assert not changed[:, ~hangs].any()
    assert fault.kind == kind
    assert f"{fault.start:.1f} s" in fault.caption or kind == "limb swap"


@pytest.mark.parametrize("kind", TURNS)
def test_what_turns_about_a_joint_keeps_its_bones(kind: str) -> None:
    motion = squat(2)
    np.testing.assert_allclose(lengths(drawn(motion, kind).motion), lengths(motion), rtol=1e-3)


def test_half_the_range_is_half_the_way_from_the_angle_before_to_the_angle_after() -> None:
    motion = squat(3)
    fault = range_cut(motion, KNEE, 0.5, 1.5, share=0.5)
    was, now = angles(motion)[:, OF_KNEE], angles(fault.motion)[:, OF_KNEE]
    middle = round(1.0 * motion.rate)
    base = np.interp(1.0, (0.5, 1.5), np.interp((0.5, 1.5), np.arange(len(motion)) / motion.rate, was))
    assert now[middle] == pytest.approx((was[middle] + base) / 2, abs=0.5)


def test_a_tremor_has_its_size_and_its_frequency() -> None:
    motion = squat(4)
    fault = tremor(motion, KNEE, 0.2, 1.8, degrees=6, hertz=4)
    apart = angles(fault.motion)[:, OF_KNEE] - angles(motion)[:, OF_KNEE]
    part = apart[round(0.5 * motion.rate) : round(1.5 * motion.rate)]
    assert np.abs(part).max() == pytest.approx(6, abs=1)
    crossings = np.count_nonzero(np.diff(np.sign(part)))
    assert crossings == pytest.approx(2 * 4 * 1.0, abs=1)


def test_a_delayed_joint_does_later_what_it_did() -> None:
    motion = squat(5)
    late = angles(delay(motion, KNEE, 0.0, motion.seconds, seconds=0.32).motion)[:, OF_KNEE]
    middle, frames = len(motion) // 2, round(0.32 * motion.rate)
    assert late[middle] == pytest.approx(angles(motion)[middle - frames, OF_KNEE], abs=1)


def test_an_asymmetry_bends_one_side_more() -> None:
    motion = squat(6)
    fault = asymmetry(motion, KNEE, 0.2, 1.8, degrees=25)
    apart = (angles(fault.motion) - angles(motion))[round(motion.rate)]
    assert apart[OF_KNEE] == pytest.approx(-25, abs=1)
    assert apart[OF_KNEE + 1] == pytest.approx(0, abs=1e-3)  # the right knee
    assert "25 degrees more" in fault.caption


def test_swapped_limbs_change_places() -> None:
    motion = squat(7)
    fault = limb_swap(motion, "left knee", 0.0, motion.seconds)
    left, right = COCO.index("left ankle"), COCO.index("right ankle")
    np.testing.assert_array_equal(fault.motion.places[:, left], motion.places[:, right])
    assert fault.joints == ("left knee", "right knee", "left ankle", "right ankle")


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_seed_gives_the_same_fault(kind: str) -> None:
    motion = squat(8)
    assert drawn(motion, kind, 5).motion.sha256 == drawn(motion, kind, 5).motion.sha256
    assert drawn(motion, kind, 5).motion.sha256 != drawn(motion, kind, 6).motion.sha256


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_not_seen_stays_unseen(kind: str) -> None:
    motion = hidden(squat(9), "left ankle", 10, 20)
    fault = drawn(motion, kind)
    unseen = fault.motion.confidence == 0
    assert not fault.motion.places[unseen].any()
    assert unseen.sum() == 10
    assert np.isfinite(fault.motion.places).all()


@pytest.mark.parametrize("kind", ["range cut", "delay"])
def test_where_nothing_moves_no_range_can_be_cut(kind: str) -> None:
    still = squat(10)
    still = Motion(np.repeat(still.places[:1], 50, axis=0), np.ones((50, 17), np.float32), COCO, 25.0)
    assert draw_fault(still, kind, np.random.default_rng(0)) is None


@pytest.mark.parametrize("joints", BUILT_IN.values(), ids=lambda joints: joints.name)
def test_every_bend_of_every_joint_set_moves_something_that_hangs_there(joints: JointSet) -> None:
    chain = chain_of(joints)
    for name, *bend in joints.angles:
        one, joint, other = map(joints.index, bend)
        moving = chain.moving(one, joint, other)
        assert moving.any(), name
        assert not moving[joint], name
        assert moving[one] != moving[other], name


def test_left_and_right_are_told_by_what_people_call_them() -> None:
    twins = chain_of(PLUG_IN_GAIT).twins
    assert twins[PLUG_IN_GAIT.index("LKNE")] == PLUG_IN_GAIT.index("RKNE")
    assert twins[PLUG_IN_GAIT.index("C7")] == PLUG_IN_GAIT.index("C7")
    assert twins[PLUG_IN_GAIT.index("RBAK")] == PLUG_IN_GAIT.index("RBAK")  # there is no left one
