"""Figure: the mannequin's pose, its joints, and the pieces that hang on them. Its left is the picture's right."""

from collections.abc import Mapping

import numpy as np

from fusion.example.canvas import Floats
from fusion.example.turned import Piece, Point, egg, rounded
from fusion.modality.skeleton import COCO_JOINTS

# Degrees from hanging straight down, outwards positive; the figure waves with its left arm.
REFERENCE = {
    "left_upper_arm": 104.0,
    "left_forearm": 158.0,
    "right_upper_arm": 30.0,
    "right_forearm": 16.0,
    "left_thigh": 12.0,
    "left_shin": 6.0,
    "right_thigh": 9.0,
    "right_shin": 5.0,
}
LENGTHS = {"upper_arm": 0.118, "forearm": 0.108, "hand": 0.058, "thigh": 0.152, "shin": 0.142, "foot": 0.05}
BASE = (0.0, 0.375)  # centre of the base's upper face


def draw_pose(rng: np.random.Generator) -> dict[str, float]:
    """Return a normal pose: the reference with every angle a few degrees off."""
    pose = {name: angle + float(np.clip(rng.normal(0, 2.2), -5, 5)) for name, angle in REFERENCE.items()}
    return pose | {"lean": rng.uniform(-1.5, 1.5), "head": rng.uniform(-5, 5)}


def joints_of(pose: Mapping[str, float]) -> dict[str, Point]:
    """Return where every joint is, and the ends of head, trunk, hands and feet, in picture sides."""
    at: dict[str, Point] = {"pelvis": (0.0, 0.03), "base": BASE}
    for side, sign in (("left", 1), ("right", -1)):
        at[f"{side}_hip"] = (0.04 * sign, 0.055)
        for start, end, bone, angle in (
            ("hip", "knee", "thigh", pose[f"{side}_thigh"]),
            ("knee", "ankle", "shin", pose[f"{side}_shin"]),
            ("ankle", "toe", "foot", 32.0),
        ):
            at[f"{side}_{end}"] = _step(at[f"{side}_{start}"], sign * angle, LENGTHS[bone])
    at["waist"] = _step(at["pelvis"], 180 + pose["lean"], 0.062)
    at["neck"] = _step(at["waist"], 180 + pose["lean"], 0.19)
    for side, sign in (("left", 1), ("right", -1)):
        chest = _step(at["neck"], pose["lean"], 0.022)
        at[f"{side}_shoulder"] = _step(chest, 90 * sign + pose["lean"], 0.084)
        for start, end, bone, angle in (
            ("shoulder", "elbow", "upper_arm", pose[f"{side}_upper_arm"]),
            ("elbow", "wrist", "forearm", pose[f"{side}_forearm"]),
            ("wrist", "fingers", "hand", pose[f"{side}_forearm"]),
        ):
            at[f"{side}_{end}"] = _step(at[f"{side}_{start}"], sign * angle, LENGTHS[bone])
    return at | _face(at["neck"], 180 + pose["lean"] + pose["head"])


def _face(neck: Point, up: float) -> dict[str, Point]:
    """Return the head's ends and where a face would be on it."""
    chin, crown = _step(neck, up, 0.014), _step(neck, up, 0.142)
    face = {"chin": chin, "crown": crown, "nose": _step(chin, up, 0.052)}
    for side, sign in (("left", -1), ("right", 1)):
        face[f"{side}_eye"] = _step(_step(chin, up, 0.072), up + 90 * sign, 0.018)
        face[f"{side}_ear"] = _step(_step(chin, up, 0.064), up + 90 * sign, 0.032)
    return face


def _step(start: Point, degrees: float, length: float) -> Point:
    angle = np.deg2rad(degrees)
    return start[0] + length * float(np.sin(angle)), start[1] + length * float(np.cos(angle))


def pieces_of(at: Mapping[str, Point]) -> list[Piece]:
    """Return the figure's pieces for its joints, those in the back first."""
    pieces = [Piece("rod", at["base"], at["pelvis"], np.full(65, 0.006, np.float32), metal=True)]
    for side in ("right", "left"):
        knee, ankle = at[f"{side}_knee"], at[f"{side}_ankle"]
        pieces += [
            Piece(f"{side}_foot", ankle, at[f"{side}_toe"], egg(0.022, 0.62), 0.8),
            _ball(f"{side}_ankle", ankle, 0.0155),
            Piece(f"{side}_shin", knee, ankle, rounded(0.019, 0.0245, 0.014)),
            _ball(f"{side}_knee", knee, 0.0205),
            Piece(f"{side}_thigh", at[f"{side}_hip"], knee, rounded(0.029, 0.032, 0.02)),
        ]
    waist, neck = at["waist"], at["neck"]
    pieces += [
        Piece(
            "pelvis",
            _between(waist, at["pelvis"], 0.3),
            _between(waist, at["pelvis"], 1.75),
            rounded(0.04, 0.066, 0.058, 0.3),
            0.7,
        ),
        _ball("waist", waist, 0.033),
        Piece(
            "chest", _between(neck, waist, 0.02), _between(neck, waist, 0.9), rounded(0.085, 0.07, 0.042, 0.14), 0.65
        ),
        _ball("neck", _between(neck, at["chin"], 0.2), 0.021),
        Piece("head", at["chin"], at["crown"], egg(0.044, 0.56)),
    ]
    for side in ("right", "left"):
        shoulder, elbow, wrist = (at[f"{side}_{joint}"] for joint in ("shoulder", "elbow", "wrist"))
        pieces += [
            _ball(f"{side}_shoulder", shoulder, 0.0245),
            Piece(f"{side}_upper_arm", _between(shoulder, elbow, 0.08), elbow, rounded(0.02, 0.0225, 0.0155)),
            _ball(f"{side}_elbow", elbow, 0.0165),
            Piece(f"{side}_forearm", _between(elbow, wrist, 0.06), wrist, rounded(0.0155, 0.0185, 0.0115)),
            _ball(f"{side}_wrist", wrist, 0.0125),
            Piece(f"{side}_hand", wrist, at[f"{side}_fingers"], egg(0.0175, 0.46), 0.5),
        ]
    return pieces


def _between(start: Point, end: Point, share: float) -> Point:
    return start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share


def _ball(name: str, centre: Point, radius: float) -> Piece:
    return Piece(name, (centre[0], centre[1] - radius), (centre[0], centre[1] + radius), egg(radius))


def skeleton_of(at: Mapping[str, Point], missing: frozenset[str], size: int) -> Floats:
    """Return COCO's joints in pixels with confidence 1, (17, 3); a joint that is missing is (0, 0, 0)."""
    names = [joint.replace(" ", "_") for joint in COCO_JOINTS]
    rows = [
        (0.0, 0.0, 0.0) if name in missing else ((at[name][0] + 0.5) * size, (at[name][1] + 0.5) * size, 1.0)
        for name in names
    ]
    return np.array(rows, np.float32)
