"""Words on movements: which joint, when, which way, by how much; every number is in the evidence."""

import json
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from explain import plain
from explain.catalogue import Lang
from explain.claims import claims, supported
from explain.movement import MovementEvidence, movement_evidence, tell
from fusion.calibration import Calibration
from fusion.detection import Thresholds
from fusion.motion.detection import MotionDetection
from fusion.motion.joint_sets import PLUG_IN_GAIT
from fusion.motion.joints import COCO, JointSet
from fusion.motion.motion import Motion

RATE, FRAMES = 25.0, 60
KNEE = COCO.index("left knee")
BEND = [bend[0] for bend in COCO.angles].index("left knee")
SUPPORT = vars(Calibration(np.linspace(0, 2, 60)).support(0.01))
MODEL: dict[str, object] = {"name": "squats", "method": "gaussian"}


def motion(joints: JointSet = COCO, dimensions: int = 2) -> Motion:
    places = np.random.default_rng(0).uniform(50, 200, (FRAMES, len(joints.joints), dimensions)).astype(np.float32)
    return Motion(places, np.ones(places.shape[:2], np.float32), joints, RATE, "clips/anna 03.json")


def wrong(
    seen: Motion, joint: int = KNEE, start: int = 20, end: int = 40, off: tuple[float, ...] = (0, 30)
) -> MotionDetection:
    """Return what a detector says of a joint that is off its normal version by some pixels for some frames."""
    found = np.zeros((len(seen.joints.joints), FRAMES), np.float32)
    found[joint, start:end] = 5
    found[joint, (start + end) // 2] = 9.3
    normal = seen.places.copy()
    normal[start:end, joint] -= off
    bends = np.full((FRAMES, len(seen.joints.angles)), 120.0, np.float32)
    low, high = bends - 30, bends + 30
    if seen.joints is COCO:
        bends[30, BEND] = 40
    return MotionDetection(
        verdict="REJECT",
        pred_score=8.31,
        p_value=0.01,
        thresholds=Thresholds(3.2, 5.1, 0.05, 0.01),
        whole=2.0,
        local=8.31,
        anomaly_map=found,
        map_threshold=4.0,
        map_top=20.0,
        normal=replace(seen, places=normal),
        angles=bends,
        angle_low=low,
        angle_high=high,
    )


def evidence(seen: Motion, detection: MotionDetection) -> MovementEvidence:
    return movement_evidence(seen, detection, MODEL, SUPPORT)


def test_the_joint_its_time_its_bend_and_its_way_are_told() -> None:
    told = tell(evidence(motion(), wrong(motion())), "en").splitlines()
    assert told[0].startswith(
        "REJECT: this movement differs from normal ones more than the reject threshold allows (score 8.31"
    )
    assert told[1] == (
        "From 0.8 s to 1.6 s the left knee moves unlike normal (peak 9.3 sigma), the angle at the left knee is 40° "
        "where normal is 90 to 150°, it is up to 30 px too low."
    )
    assert len(told) == 2


def test_the_same_in_chinese() -> None:
    told = tell(evidence(motion(), wrong(motion())), "zh").splitlines()
    assert told[1] == (
        "0.8 秒至 1.6 秒，左膝的动作异常（峰值 9.3 个标准差），左膝角度为 40°，正常为 90 至 150°，位置最多偏低 30 px。"
    )


@pytest.mark.parametrize(
    ("off", "says"), [((0, 0, 80), "80 mm too high"), ((0, 0, -80), "80 mm too low"), ((60, 0, 10), "off to one side")]
)
def test_in_space_up_is_up_and_markers_have_names(off: tuple[float, ...], says: str) -> None:
    seen = motion(PLUG_IN_GAIT, 3)
    told = tell(evidence(seen, wrong(seen, PLUG_IN_GAIT.index("LKNE"), off=off)), "en")
    assert says in told
    assert "the left knee moves" in told


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_number_is_in_the_evidence(lang: Lang) -> None:
    for seen, off in ((motion(), (3.0, 30.0)), (motion(PLUG_IN_GAIT, 3), (1.0, 2.0, 33.3))):
        held = evidence(seen, wrong(seen, off=off))
        numbers = list(plain.numbers(held))
        assert all(supported(claim, numbers) for claim in claims(tell(held, lang)))


def test_what_hangs_on_a_joint_is_told_once_and_another_limb_by_itself() -> None:
    seen, detection = motion(), wrong(motion())
    both = detection.anomaly_map.copy()
    both[COCO.index("left ankle"), 22:38] = 6  # hangs on the knee
    both[COCO.index("nose"), 50:55] = 4.5  # a shadow
    both[COCO.index("right wrist"), 50:55] = 7
    found = evidence(seen, replace(detection, anomaly_map=both)).findings
    assert [finding.joint for finding in found] == ["left knee", "right wrist"]
    assert (found[1].start, found[1].end) == (2.0, 2.2)


def test_nothing_is_pointed_at_in_a_normal_movement() -> None:
    held = evidence(motion(), replace(wrong(motion()), verdict="PASS", pred_score=1.0))
    assert held.findings == ()
    assert tell(held, "en").startswith("PASS: this movement is as normal ones are (score 1")


def test_of_a_refused_movement_only_why_is_told() -> None:
    refused = replace(wrong(motion()), verdict="REFUSED", refusal="it takes 9 s, and normal movements take 2 to 3 s")
    held = evidence(motion(), refused)
    assert held.findings == ()
    assert tell(held, "en") == "REFUSED: it takes 9 s, and normal movements take 2 to 3 s."


def test_a_strange_movement_without_a_strange_place_names_its_strangest() -> None:
    calm = replace(wrong(motion()), map_threshold=50.0)
    assert [finding.joint for finding in evidence(motion(), calm).findings] == ["left knee"]
    flat: NDArray[np.float32] = np.zeros_like(calm.anomaly_map)
    assert evidence(motion(), replace(calm, anomaly_map=flat)).findings == ()


def test_evidence_is_strict_json() -> None:
    held = evidence(motion(), wrong(motion()))
    assert json.loads(json.dumps(held.to_json(), allow_nan=False))["findings"][0]["joint"] == "left knee"
