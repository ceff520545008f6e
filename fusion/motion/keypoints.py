"""Keypoints: who was seen in which frame, out of JSON as COCO, OpenPose, AlphaPose and people write it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from reprlib import repr as brief
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fusion.errors import BadInput
from fusion.motion.matching import shown

_FRAMES = ("annotations", "frames", "instance_info")  # what lists of frames, or of people with a frame each, are called
_PEOPLE = ("people", "instances")
_KEYPOINTS = ("keypoints", "pose_keypoints_2d")
_NUMBERS = ("frame_id", "frame", "frame_index", "image_id")
_TRACKS = ("track_id", "person_id", "idx")
_RATES = ("fps", "rate")
_EXPECTED = "expected frames, or people with 'keypoints' and 'image_id' or 'frame_id'"


@dataclass(frozen=True, eq=False)
class Pose:
    frame: int
    track: str | None  # whose pose it is, where the file says so
    values: NDArray[np.float64]  # (J, C), or flat


@dataclass
class Poses:
    """Everybody in every frame of a file."""

    found: list[Pose] = field(default_factory=list)
    frames: set[int] = field(default_factory=set)  # also those in which nobody was seen
    rate: float | None = None
    names: list[str] | None = None  # of the joints, in file order, where the file says so

    def add(self, frame: int, entry: Any, name: str) -> None:
        """Take in what a file holds for one frame: a pose, people, a list of them, or nothing."""
        self.frames.add(frame)
        self.found += [Pose(frame, _track(person), _values(person, frame, name)) for person in _people(entry, name)]


def poses_of(document: Any, name: str) -> Poses:
    """Return all poses of a JSON document; frames without a number of their own count from 0."""
    poses = Poses()
    entries, numbers = document, None
    if isinstance(document, dict):
        info = document.get("info")
        poses.rate = _rate({**(info if isinstance(info, dict) else {}), **document}, name)
        poses.names = _joint_names(document)
        numbers = _numbers_of_images(document, name)
        poses.frames.update((numbers or {}).values())
        key = next((key for key in _FRAMES if key in document), None)
        entries = document[key] if key else [document]
    elif _is_pose(document):
        entries = [document]
    if not isinstance(entries, list):
        raise BadInput(f"{name}: {brief(entries)} where a list should be; {_EXPECTED}")
    numbered = [_number(entry, numbers, name) for entry in entries]
    if None in numbered and any(number is not None for number in numbered):
        raise BadInput(f"{name}: entry {numbered.index(None)} has no frame, though others have one; number all or none")
    for position, (number, entry) in enumerate(zip(numbered, entries, strict=True)):
        poses.add(position if number is None else number, entry, name)
    return poses


def frame_of(text: str, name: str) -> int:
    """Return the number in a picture's or a file's name, "clip2_000012_keypoints.json": the last one, 12."""
    numbers = re.findall(r"\d+", re.sub(r"\.[A-Za-z][A-Za-z0-9]{0,4}$", "", text[-200:]))
    if not numbers or len(numbers[-1]) > 15:
        raise BadInput(f"{name}: {shown([text])} holds no number of a frame; name frames as in 000012.jpg")
    return int(numbers[-1])


def _number(entry: Any, numbers: dict[Any, int] | None, name: str) -> int | None:
    """Return an entry's frame if it says one: `numbers` tells the frames of images that the file lists."""
    if not isinstance(entry, dict):
        return None
    if numbers is not None:
        image = entry.get("image_id")
        if not isinstance(image, int | str) or image not in numbers:
            raise BadInput(f"{name}: image_id {brief(image)} is none of its images; {_EXPECTED}")
        return numbers[image]
    given = next((entry[key] for key in _NUMBERS if key in entry), None)
    if given is None or isinstance(given, str):
        return None if given is None else frame_of(given, name)
    if isinstance(given, bool) or not isinstance(given, int | float) or given != given // 1 or abs(given) > 1e15:
        raise BadInput(f"{name}: {brief(given)} is no number of a frame; expected a whole one, or a picture's name")
    return int(given)


def _numbers_of_images(document: dict[str, Any], name: str) -> dict[Any, int] | None:
    """Return the frame of each image by its id, where a file lists images: its own number, else its place there."""
    images = document.get("images")
    if not isinstance(images, list) or not images:
        return None
    if not all(isinstance(image, dict) and isinstance(image.get("id"), int | str) for image in images):
        raise BadInput(f"{name}: 'images' holds one without an id; expected {{'id': ..., 'file_name': ...}}")
    own = [_number({key: image[key] for key in _NUMBERS[:-1] if key in image}, None, name) for image in images]
    return {
        image["id"]: place if number is None else number
        for place, (image, number) in enumerate(zip(images, own, strict=True))
    }


def _joint_names(document: dict[str, Any]) -> list[str] | None:
    categories = document.get("categories")
    first = categories[0] if isinstance(categories, list) and categories else None
    names = first.get("keypoints") if isinstance(first, dict) else None
    return names if isinstance(names, list) and names and all(isinstance(joint, str) for joint in names) else None


def _rate(document: dict[str, Any], name: str) -> float | None:
    rate = next((document[key] for key in _RATES if key in document), None)
    if rate is not None and (isinstance(rate, bool) or not isinstance(rate, int | float)):
        raise BadInput(f"{name}: {brief(rate)} frames a second; expected a number")
    return rate


def _people(entry: Any, name: str) -> Iterable[Any]:
    if entry is None or _is_pose(entry):
        return [] if entry is None else [entry]
    if isinstance(entry, dict):
        if any(key in entry for key in _KEYPOINTS):
            return [entry]
        people = next((entry[key] for key in _PEOPLE if key in entry), None)
        if not isinstance(people, list):
            raise BadInput(f"{name}: neither 'keypoints' nor 'people' among {shown(list(entry))}; {_EXPECTED}")
        return people
    if isinstance(entry, list):
        return entry
    raise BadInput(f"{name}: {brief(entry)} where a frame should be; {_EXPECTED}")


def _is_pose(value: Any) -> bool:
    """Return whether this is a pose as bare numbers: [x, y, c, x, y, c, ...] or [[x, y, c], null, ...]."""
    joint = next((joint for joint in value if joint not in (None, [])), None) if isinstance(value, list) else None
    if isinstance(joint, list):
        return len(joint) <= 4 and not any(isinstance(number, list | dict) for number in joint)
    return joint is not None and not isinstance(joint, dict)


def _track(person: Any) -> str | None:
    """Return a person's id as text; OpenPose writes [-1] and some trackers nothing for nobody known."""
    given = next((person[key] for key in _TRACKS if key in person), None) if isinstance(person, dict) else None
    while isinstance(given, list) and given:
        given = given[0]
    if given is None or isinstance(given, dict | list) or given in (-1, ""):
        return None
    return str(int(given) if isinstance(given, float) and given == given // 1 else given)


def _values(person: Any, frame: int, name: str) -> NDArray[np.float64]:
    numbers, scores = person, None
    if isinstance(person, dict):
        numbers = next((person[key] for key in _KEYPOINTS if key in person), None)
        scores = person.get("keypoint_scores")
    try:
        if isinstance(numbers, list) and None in numbers:  # joints that were not found
            count = max(len(joint) if isinstance(joint, list) else 1 for joint in numbers)
            numbers = [[None] * count if joint is None and count > 1 else joint for joint in numbers]
        values = np.array(numbers, dtype=np.float64)
        if scores is not None:
            values = np.column_stack([values, np.array(scores, dtype=np.float64)])
    except (ValueError, TypeError, OverflowError):
        raise BadInput(f"{name}: a pose in frame {frame} holds no numbers, or joints of unequal length") from None
    if values.ndim not in (1, 2) or not values.size:
        raise BadInput(f"{name}: {brief(numbers)} is no pose in frame {frame}; expected x, y, confidence of each joint")
    return values
