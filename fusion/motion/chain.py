"""The chain of a body: which joints hang on which, what turns with a joint, and which joint is its twin."""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from fusion.motion.joints import JointSet


@dataclass(frozen=True, eq=False)
class Chain:
    """Joints as a tree that grows from the root along the bones, the shortest way to each."""

    parents: NDArray[np.intp]  # (J,): the next joint towards the root; -1 at the root, and where no bone leads
    below: NDArray[np.bool_]  # (J, J): [j, k] if k hangs on j, and where k is j
    bones: NDArray[np.bool_]  # (J, J): [j, k] if a bone connects them, either way
    twins: NDArray[np.intp]  # (J,): the same joint of the other side; itself in the middle of the body

    def moving(self, one: int, joint: int, other: int) -> NDArray[np.bool_]:
        """Return what turns as a joint bends between two ends, (J,): the other end's side, if that hangs on the joint.

        Else it is the first end's side; and if neither hangs on it, as a thigh on markers of the pelvis may not, the
        branch of the other end.
        """
        for end, still in ((other, one), (one, other)):
            if self.below[joint, end] and end != joint:
                moving = self.below[joint].copy()
                moving[joint] = False
                return np.asarray(moving & ~self._branch(joint, still) if self.below[joint, still] else moving)
        return self._branch(joint, other)

    def _branch(self, joint: int, end: int) -> NDArray[np.bool_]:
        """Return the largest branch that holds `end` but not `joint`, (J,); the root is one rigid piece, no branch."""
        if self.below[end, joint] or self.parents[end] < 0:
            return np.zeros(len(self.parents), bool)
        while not self.below[above := self.parents[end], joint] and self.parents[above] >= 0:
            end = int(above)
        return np.asarray(self.below[end])


@cache
def chain_of(joints: JointSet) -> Chain:
    """Return the chain of a joint set; the same object each time."""
    count = len(joints.joints)
    bones = np.zeros((count, count), bool)
    for one, other in joints.bones:
        bones[joints.index(one), joints.index(other)] = bones[joints.index(other), joints.index(one)] = True
    parents = np.full(count, -1)
    reached = [joints.index(joint) for joint in joints.root]
    for joint in reached:  # grows while it is walked: breadth first
        for near in np.flatnonzero(bones[joint]):
            if near not in reached:
                parents[near] = joint
                reached.append(int(near))
    below = np.eye(count, dtype=bool)
    for joint in reversed(reached):
        if parents[joint] >= 0:
            below[parents[joint]] |= below[joint]
    return Chain(parents, below, bones, _twins(joints))


def names_of(joints: JointSet) -> tuple[str, ...]:
    """Return what people call each joint."""
    aliases = dict(joints.aliases)
    return tuple(aliases.get(joint, joint) for joint in joints.joints)


def _twins(joints: JointSet) -> NDArray[np.intp]:
    names = names_of(joints)
    other = [_other_side(name) for name in names]
    return np.array([names.index(name) if name in names else place for place, name in enumerate(other)])


def _other_side(name: str) -> str:
    """Return "right knee" for "left knee" and the reverse; a name without a side stays."""
    swapped = {"left": "right", "right": "left"}
    return " ".join(swapped.get(word, word) for word in name.split(" "))
