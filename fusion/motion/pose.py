"""Poses from pictures and clips: who is in it, where their joints are, and the same person from frame to frame."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import isfinite

import numpy as np
from numpy.typing import NDArray

from fusion.errors import BadInput, BadSetting
from fusion.motion.joints import COCO
from fusion.motion.motion import Motion
from fusion.progress import Progress, silent

OVERLAP = 0.2  # of two boxes, from which on they are one person's in neighbouring frames

Image = NDArray[np.uint8]  # (H, W, 3), RGB
Boxes = NDArray[np.float32]  # (N, 5): left, top, right, bottom in pixels, score


@dataclass(frozen=True)
class PoseConfig:
    pose: str = "usyd-community/vitpose-base-simple"  # hub id or folder of a ViTPose, 344 MB
    detector: str = "PekingU/rtdetr_r50vd_coco_o365"  # hub id or folder of an RT-DETR, 172 MB
    least: float = 0.3  # score from which on the detector's find is a person

    def __post_init__(self) -> None:
        if not 0 < self.least < 1:
            raise BadSetting(f"least {self.least:g}: expected a score above 0 and below 1, such as 0.3")


@dataclass(frozen=True, eq=False)
class PoseFinder:
    """Finds people, then the joints of each; the same picture gives the same poses."""

    find_people: Callable[[Image], Boxes]  # the most prominent one first
    find_joints: Callable[[Image, NDArray[np.float32]], NDArray[np.float32]]  # of the person in a box, (17, 3)

    def people(self, image: Image) -> list[NDArray[np.float32]]:
        """Return everybody's pose, the most prominent first: x and y in pixels, confidence in [0, 1], (17, 3) each."""
        return [self.find_joints(image, box) for box in self.find_people(image)]

    def pose(self, image: Image, name: str = "the picture", people: Boxes | None = None) -> NDArray[np.float32]:
        """Return the most prominent person's pose, (17, 3); BadInput if there is nobody to be seen.

        `people` are the boxes of this picture, where they were found before.
        """
        for box in self.find_people(image) if people is None else people:
            joints = self.find_joints(image, box)
            if joints[:, 2].any():
                return joints
        raise BadInput(f"{name}: nobody was found in it; give a picture that shows a person, or the pose as a file")

    def motion(
        self,
        frames: Iterable[Image],
        rate: float,
        name: str = "the clip",
        progress: Progress = silent,
        count: int = 0,
    ) -> Motion:
        """Return the movement of one person: who is the most prominent where somebody is seen first.

        They are followed by the overlap of boxes. Frames in which nobody overlaps where they were seen last have
        confidence 0: nobody else is taken for them, but two who cross may be exchanged. `count` is for progress only.
        """
        if not (isfinite(rate) and rate > 0):
            raise BadSetting(f"rate {rate:g}: expected the frames a second, above 0")
        poses: list[NDArray[np.float32]] = []
        last: NDArray[np.float32] | None = None
        for image in frames:
            progress("finding poses", len(poses), count)
            box = follow(self.find_people(image), last)
            last = last if box is None else box
            poses.append(np.zeros((len(COCO.joints), 3), np.float32) if box is None else self.find_joints(image, box))
        progress("finding poses", len(poses), count)
        joints = np.stack(poses) if poses else np.zeros((0, len(COCO.joints), 3), np.float32)
        if not joints[..., 2].any():
            raise BadInput(
                f"{name}: nobody was found in any of its {len(joints)} frames; give a clip that shows a person, or the "
                "movement as a file"
            )
        return Motion(joints[..., :2].copy(), joints[..., 2].copy(), COCO, rate, name)


def follow(people: Boxes, last: NDArray[np.float32] | None) -> NDArray[np.float32] | None:
    """Return the box of who was last seen in `last`, or the first if nobody was seen yet; None if they aren't there."""
    if last is None or not len(people):
        return people[0] if len(people) else None
    sides = np.minimum(people[:, 2:4], last[2:4]) - np.maximum(people[:, :2], last[:2])
    common = sides.clip(0).prod(axis=1)
    overlap = common / (_area(people) + _area(last[None]) - common)  # intersection over union
    best = int(overlap.argmax())
    return people[best] if overlap[best] >= OVERLAP else None


def _area(boxes: Boxes) -> NDArray[np.float32]:
    area: NDArray[np.float32] = (boxes[:, 2:4] - boxes[:, :2]).prod(axis=1)
    return area


def load_pose_finder(config: PoseConfig) -> PoseFinder:
    """Load both networks, which may download each once; BadSetting and BadModel say what is missing."""
    from fusion.motion.vitpose import load_detector, load_joint_finder

    return PoseFinder(load_detector(config.detector, config.least), load_joint_finder(config.pose))
