"""Posing: poses out of a picture or a clip into a file of COCO's 17 keypoints, and a drawing to check them by eye."""

import json
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from assistant.colours import Picture
from fusion.errors import BadSetting
from fusion.files import atomic_write
from fusion.modality.image import read_image, write_png
from fusion.motion.frames import Clip, is_clip, read_clip
from fusion.motion.joints import COCO
from fusion.motion.pose import PoseConfig, load_pose_finder
from fusion.progress import Progress, silent

if TYPE_CHECKING:
    from fusion.motion.pose import PoseFinder

SURE = 0.3  # confidence from which on a bone is drawn in full width
_EDGE, _COLOURS = (20, 20, 20), {"left": (230, 159, 0), "right": (86, 180, 233)}  # told apart by the colour-blind, too
_MIDDLE = (255, 255, 255)  # of bones that belong to both sides


@dataclass(frozen=True)
class Posing:
    """What was found and where it was written."""

    file: str
    frames: int  # 1 of a picture
    seen: int  # frames in which the person was found
    joints: int  # of the 17, those seen in one frame or more
    people: int  # in the picture, or where the clip's person was seen first
    rate: float | None = None  # frames a second of a clip

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def find_poses(
    path: Path,
    out: Path,
    config: PoseConfig | None = None,
    every: float | None = None,
    rate: float | None = None,
    draw: Path | None = None,
    progress: Progress = silent,
) -> Posing:
    """Write the pose of the most prominent person in a picture, or in each frame of a clip, as COCO JSON.

    A picture becomes one object that `read_skeleton` reads, a clip a list with one object a frame that `read_motion`
    reads; `every` and `rate` are those of `read_clip`. `draw` is a PNG of the picture, or of the clip's surest frame,
    with the pose on it. Nothing is written over, and a file that can't be read is refused before networks are loaded.
    """
    _check_free(out, ".json")
    if draw:
        _check_free(draw, ".png")
    if is_clip(path):
        with read_clip(path, every, rate) as clip:
            return _of_clip(clip, _loaded(config, progress), out, draw, progress)
    if every is not None or rate is not None:
        raise BadSetting(f"{path}: --every and --rate are for clips, and this is one picture; leave them out")
    image = read_image(path)
    return _of_picture(image, path, _loaded(config, progress), out, draw)


def _check_free(file: Path, suffix: str) -> None:
    if file.suffix.lower() != suffix:
        raise BadSetting(f"{file}: expected a name that ends in {suffix}")
    if file.exists():
        raise BadSetting(f"{file}: it exists, and what it holds would be lost; choose another name")


def _loaded(config: PoseConfig | None, progress: Progress) -> "PoseFinder":
    progress("loading the pose networks", 0, 0)
    return load_pose_finder(config or PoseConfig())


def _of_picture(image: Picture, path: Path, finder: "PoseFinder", out: Path, draw: Path | None) -> Posing:
    people = finder.find_people(image)
    pose = finder.pose(image, str(path), people)
    _write(out, _entry(pose))
    if draw:
        write_png(draw, drawn(image, pose))
    return Posing(str(out), 1, 1, int((pose[:, 2] > 0).sum()), len(people))


def _of_clip(clip: Clip, finder: "PoseFinder", out: Path, draw: Path | None, progress: Progress) -> Posing:
    motion = finder.motion(clip.frames(), clip.rate, clip.name, progress, clip.count)
    poses = np.concatenate([motion.places, motion.confidence[..., None]], axis=2)
    seen = motion.confidence.any(axis=1)
    first = next(islice(clip.frames(), int(seen.argmax()), None))
    annotations = [{"image_id": at, **_entry(pose)} for at, pose in enumerate(poses)]
    _write(out, {"fps": clip.rate, "annotations": annotations})
    if draw:
        surest = int(motion.confidence.mean(axis=1).argmax())
        write_png(draw, drawn(next(islice(clip.frames(), surest, None)), poses[surest]))
    joints = int(motion.confidence.any(axis=0).sum())
    return Posing(str(out), len(motion), int(seen.sum()), joints, len(finder.find_people(first)), clip.rate)


def _entry(pose: NDArray[np.float32]) -> dict[str, Any]:
    """Return a pose (17, 3) as COCO's results have it: x, y, confidence of each joint in turn."""
    numbers = [round(float(number), digits) for joint in pose for number, digits in zip(joint, (2, 2, 4), strict=True)]
    return {"category_id": 1, "keypoints": numbers, "score": round(float(pose[:, 2].mean()), 4)}


def _write(out: Path, content: Any) -> None:
    out.parent.mkdir(parents=True, exist_ok=True)
    atomic_write(out, json.dumps(content, allow_nan=False).encode() + b"\n")


def drawn(image: Picture, pose: NDArray[np.float32]) -> Picture:
    """Return the picture with a pose (17, 3) on it, (H, W, 3): the person's left orange, the right blue."""
    canvas = Image.fromarray(image)
    draw = ImageDraw.Draw(canvas)
    width = max(2, round(max(canvas.size) / 200))
    for one, other in COCO.bones:
        start, end = pose[COCO.index(one)], pose[COCO.index(other)]
        sure = min(start[2], end[2])
        if sure > 0:
            sides = {one.split()[0], other.split()[0]} - {"nose"}
            colour = _COLOURS[sides.pop()] if len(sides) == 1 else _MIDDLE
            line = [(float(start[0]), float(start[1])), (float(end[0]), float(end[1]))]
            draw.line(line, _EDGE, width + 2)
            draw.line(line, colour, width if sure >= SURE else 1)
    for x, y, confidence in pose.tolist():
        if confidence > 0:
            draw.circle((x, y), width, _MIDDLE if confidence >= SURE else None, _EDGE)
    return np.array(canvas)
