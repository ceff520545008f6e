"""Skeletons: 17 joints of a person in COCO's order, from JSON or NumPy files."""

import json
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fusion.errors import BadInput
from fusion.files import call, looks_like, open_input

COCO_JOINTS = (
    *("nose", "left eye", "right eye", "left ear", "right ear"),
    *("left shoulder", "right shoulder", "left elbow", "right elbow", "left wrist", "right wrist"),
    *("left hip", "right hip", "left knee", "right knee", "left ankle", "right ankle"),
)
_LARGEST = 1 << 20  # bytes: a pose needs a thousandth of it
_EXPECTED = "expected one pose of 17 joints [x, y, confidence] in COCO's order, as JSON, .npy or .npz"


def read_skeleton(source: Path | bytes, size: tuple[int, int] | None = None, name: str = "") -> NDArray[np.float32]:
    """Read one pose: x and y in pixels, confidence in [0, 1], (17, 3).

    JSON holds [[x, y, c], ...], COCO's flat list of 51, or {"keypoints": either of them}. COCO's visibility 0, 1, 2
    becomes 0, 0.5, 1. With the picture's size (width, height), a joint that lies outside of it is refused.
    """
    name = call(source, name, "the skeleton")
    with open_input(source, name) as file:
        content = file.read(_LARGEST + 1)
    if len(content) > _LARGEST:
        raise BadInput(f"{name}: larger than 1 MB; {_EXPECTED}")
    packed = content.startswith((b"\x93NUMPY", b"PK"))
    joints = _shape(_from_numpy(content, name) if packed else _from_json(content, name), name)
    joints[:, 2] = _confidence(joints[:, 2], name)
    _check_places(joints, size, name)
    return joints.astype(np.float32)


def _from_json(content: bytes, name: str) -> Any:
    try:
        value = json.loads(content)
    except (ValueError, RecursionError):
        raise BadInput(f"{name}: this is {looks_like(content[:2048])}, not JSON; {_EXPECTED}") from None
    if isinstance(value, dict):
        if "keypoints" not in value:
            raise BadInput(f"{name}: no 'keypoints' among its keys ({', '.join(value)}); {_EXPECTED}")
        return value["keypoints"]
    return value


def _from_numpy(content: bytes, name: str) -> Any:
    try:
        value = np.load(BytesIO(content), allow_pickle=False)
        if isinstance(value, np.ndarray):
            return value
        if "keypoints" in value or len(value.files) == 1:
            return value["keypoints" if "keypoints" in value else value.files[0]]
    except Exception as error:  # a damaged archive raises every kind of exception
        raise BadInput(f"{name}: it can't be read as NumPy's without pickle ({error}); {_EXPECTED}") from error
    raise BadInput(f"{name}: it holds the arrays {', '.join(value.files)}; name the pose 'keypoints'; {_EXPECTED}")


def _shape(value: Any, name: str) -> NDArray[np.float64]:
    try:
        joints = np.array(value, dtype=np.float64).squeeze()
    except (ValueError, TypeError):
        raise BadInput(f"{name}: joints of unequal length or not of numbers; {_EXPECTED}") from None
    if joints.shape == (3 * len(COCO_JOINTS),):
        joints = joints.reshape(-1, 3)
    if joints.shape != (len(COCO_JOINTS), 3):
        shape = " x ".join(map(str, joints.shape)) or "one"
        raise BadInput(f"{name}: it holds {shape} numbers; {_EXPECTED}")
    if not np.isfinite(joints).all():
        where = COCO_JOINTS[int(np.argmin(np.isfinite(joints).all(axis=1)))]
        raise BadInput(f"{name}: NaN or infinite at {where}; give a joint that was not found as [0, 0, 0]")
    return joints


def _confidence(values: NDArray[np.float64], name: str) -> NDArray[np.float64]:
    """Return confidences in [0, 1]; a value of 2 can only be COCO's visibility, so then all of them are."""
    if (values == 2).any() and np.isin(values, (0, 1, 2)).all():
        values = values / 2
    if values.min() < 0 or values.max() > 1:
        raise BadInput(
            f"{name}: confidences from {values.min():g} to {values.max():g}; expected 0 to 1, or COCO's 0, 1, 2"
        )
    if not values.any():
        raise BadInput(f"{name}: every confidence is 0, so no joint was seen; leave the skeleton out")
    return values


def _check_places(joints: NDArray[np.float64], size: tuple[int, int] | None, name: str) -> None:
    seen = joints[:, 2] > 0
    places = joints[:, :2]
    if (np.abs(places[seen]) <= 1).all():
        raise BadInput(f"{name}: all joints lie within one pixel; multiply them by the picture's width and height")
    if size is None:
        return
    outside = seen & ((places < 0) | (places > size)).any(axis=1)
    if outside.any():
        joint = int(np.argmax(outside))
        raise BadInput(
            f"{name}: {COCO_JOINTS[joint]} at ({places[joint, 0]:g}, {places[joint, 1]:g}) lies outside the picture of "
            f"{size[0]} x {size[1]} px; expected pixels of this very picture"
        )
