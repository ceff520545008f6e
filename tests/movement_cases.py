"""Squats that were inspected, with what was found said by the test: no model is fitted."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from motion_cases import squat

from assistant.moving import MovementInspection
from explain.movement import movement_evidence, tell
from fusion.detection import Thresholds
from fusion.motion.detection import MotionDetection
from fusion.motion.measure import angles
from fusion.motion.motion import Motion

SUPPORT = {
    **{"n": 30, "rate": 0.01, "expected_rate": 0.03, "low": 0.001, "high": 0.1},
    **{"confidence": 0.3, "needed": 299, "extrapolated": True},
}
Wrong = tuple[str, int, int, float]  # joint, first frame, before the last, sigma
KNEE: Wrong = ("left knee", 20, 30, 30.0)


def inspected(
    wrong: Sequence[Wrong] = (KNEE,),
    motion: Motion | None = None,
    off: tuple[float, ...] = (),
    refusal: str | None = None,
    name: str = "",
) -> MovementInspection:
    """Return the inspection of a movement whose wrong joints are `off` from normal, in mm or px."""
    normal = motion or squat(3)
    places, map_ = normal.places.copy(), np.zeros(normal.places.shape[1::-1], np.float32)
    for joint, start, end, sigma in wrong:
        at = normal.joints.index(joint)
        map_[at, start:end] = sigma
        places[start:end, at] += np.array(off or (0.0,) * places.shape[-1], np.float32)
    moved = replace(normal, places=places, name=name or normal.name)
    bends, usual = angles(moved).astype(np.float32), np.nan_to_num(angles(normal), nan=90).astype(np.float32)
    detection = MotionDetection(
        verdict="REFUSED" if refusal else "REJECT" if wrong else "PASS",
        pred_score=6.0 if wrong else 0.5,
        p_value=1 / 31 if wrong else 0.5,
        thresholds=Thresholds(2.0, 4.0, 0.05, 0.01),
        whole=1.0,
        local=6.0,
        anomaly_map=map_,
        map_threshold=10.0,
        map_top=40.0,
        normal=replace(normal, confidence=np.maximum(normal.confidence, 0.5)),
        angles=bends,
        angle_low=usual - 8,
        angle_high=usual + 8,
        refusal=refusal,
    )
    evidence = movement_evidence(moved, detection, {"name": "squats"}, SUPPORT)
    return MovementInspection(moved, detection, evidence, tell(evidence, "en"))


def write(path: Path, motion: Motion) -> Path:
    """Write a movement in a picture as keypoint JSON."""
    poses = np.concatenate([motion.places, motion.confidence[..., None]], axis=-1)
    rows = [{"image_id": at, "keypoints": pose.ravel().tolist()} for at, pose in enumerate(poses)]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"fps": motion.rate, "annotations": rows}))
    return path


def write_squats(folder: Path, people: int = 3, repetitions: int = 2) -> list[Path]:
    """Write normal squats, `person1_0.json` and so on."""
    pairs = [(person, one) for person in range(people) for one in range(repetitions)]
    return [write(folder / f"person{who}_{one}.json", squat(who, one, flat=True)) for who, one in pairs]


def write_fallen(path: Path) -> Path:
    """Write a squat in which the left wrist hangs far too low for a while."""
    motion = squat(9, flat=True)
    motion.places[20:34, motion.joints.index("left wrist"), 1] += 90
    return write(path, motion)
