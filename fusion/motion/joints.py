"""Joints: which points a skeleton is made of, and which of them bones connect."""

from dataclasses import dataclass

from fusion.modality.skeleton import COCO_JOINTS


@dataclass(frozen=True)
class JointSet:
    """The points of a skeleton, by name, in the order in which files hold them."""

    name: str
    joints: tuple[str, ...]
    bones: tuple[tuple[str, str], ...]  # pairs of joints a fixed length apart
    root: tuple[str, ...]  # joints whose middle is the body's place: the hips
    angles: tuple[tuple[str, str, str, str], ...] = ()  # (name, one end, the joint that bends, the other end)
    aliases: tuple[tuple[str, str], ...] = ()  # (marker, what people call it), where the names differ

    def index(self, joint: str) -> int:
        """Return the place of a joint in the arrays; KeyError if this skeleton has none of that name."""
        try:
            return self.joints.index(joint)
        except ValueError:
            raise KeyError(f"{joint}: {self.name} has no such joint") from None


def _sides(*names: str) -> tuple[str, ...]:
    return tuple(f"{side} {name}" for name in names for side in ("left", "right"))


def _both(*pairs: tuple[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple((f"{side} {one}", f"{side} {other}") for one, other in pairs for side in ("left", "right"))


COCO = JointSet(
    "COCO-17",
    COCO_JOINTS,
    (
        *_both(("shoulder", "elbow"), ("elbow", "wrist"), ("hip", "knee"), ("knee", "ankle")),
        *_both(("shoulder", "hip"), ("eye", "ear")),
        ("left shoulder", "right shoulder"),
        ("left hip", "right hip"),
        ("nose", "left eye"),
        ("nose", "right eye"),
    ),
    _sides("hip"),
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
