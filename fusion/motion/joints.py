"""Joints: which points a skeleton is made of, which of them bones connect, and how files state their places."""

import re
from dataclasses import dataclass, field

from fusion.modality.skeleton import COCO_JOINTS

UNITS = {"px": 1.0, "mm": 1.0, "cm": 10.0, "m": 1000.0}  # in the units of a Motion: pixels in 2-D, millimetres in 3-D
AXES = ("x", "y", "z")
CONFIDENCE = "confidence"


@dataclass(frozen=True)
class Convention:
    """How files state the places of joints: what a joint's numbers are, in which unit, how often, which way is up."""

    channels: tuple[str, ...] = ("x", "y", CONFIDENCE)
    unit: str = "px"  # a key of UNITS
    rate: float | None = None  # frames a second, where all files of this kind have the same
    up: str = "-y"  # the axis that grows upwards: "-y" or "y" in 2-D, any of the three, with or without "-", in 3-D


@dataclass(frozen=True)
class JointSet:
    """The points of a skeleton, by name, in the order in which files hold them."""

    name: str
    joints: tuple[str, ...]
    bones: tuple[tuple[str, str], ...]  # pairs of joints a fixed length apart
    root: tuple[str, ...]  # joints whose middle is the body's place: the hips
    angles: tuple[tuple[str, str, str, str], ...] = ()  # (name, one end, the joint that bends, the other end)
    aliases: tuple[tuple[str, str], ...] = ()  # (marker, what people call it), where the names differ
    convention: Convention = field(default=Convention(), compare=False, repr=False)  # of files; a Motion has its own

    @property
    def dimensions(self) -> int:
        """Return 2 for places in a picture, 3 for places in a room."""
        return 3 if "z" in self.convention.channels else 2

    def index(self, joint: str) -> int:
        """Return the place of a joint in the arrays; KeyError if this skeleton has none of that name."""
        try:
            return self.joints.index(joint)
        except ValueError:
            raise KeyError(f"{joint}: {self.name} has no such joint") from None

    def find(self, called: str) -> int | None:
        """Return the place of a joint by its name or its alias, in any case, with spaces, `_`, `.` or `-` between."""
        names = {plain(alias): self.joints.index(marker) for marker, alias in self.aliases}
        names |= {plain(joint): place for place, joint in enumerate(self.joints)}
        return names.get(plain(called))


def plain(name: str) -> str:
    """Return a name as it is compared: "Left_Knee" is "left knee"."""
    return " ".join(re.split(r"[\s_.:-]+", name.casefold().strip()))


def sides(*names: str) -> tuple[str, ...]:
    return tuple(f"{side} {name}" for name in names for side in ("left", "right"))


def both(*pairs: tuple[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple((f"{side} {one}", f"{side} {other}") for one, other in pairs for side in ("left", "right"))


COCO = JointSet(
    "COCO-17",
    COCO_JOINTS,
    (
        *both(("shoulder", "elbow"), ("elbow", "wrist"), ("hip", "knee"), ("knee", "ankle")),
        *both(("shoulder", "hip"), ("eye", "ear")),
        ("left shoulder", "right shoulder"),
        ("left hip", "right hip"),
        ("nose", "left eye"),
        ("nose", "right eye"),
    ),
    sides("hip"),
    tuple(
        (f"{side} {bends}", f"{side} {one}", f"{side} {bends}", f"{side} {other}")
        for bends, one, other in (
            ("elbow", "shoulder", "wrist"),
            ("knee", "hip", "ankle"),
            ("hip", "shoulder", "knee"),
            ("shoulder", "hip", "elbow"),
        )
        for side in ("left", "right")
    ),
)
