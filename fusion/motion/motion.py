"""Motion: a skeleton over time, one person; one frame is a pose."""

import hashlib
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from fusion.motion.joints import JointSet


@dataclass(frozen=True, eq=False)
class Motion:
    """Where each joint was in each frame, and how sure that is; a joint that was not seen has confidence 0."""

    places: NDArray[np.float32]  # (T, J, D), D = 2 in pixels, y down, or D = 3 in millimetres, z up
    confidence: NDArray[np.float32]  # (T, J) in [0, 1]
    joints: JointSet
    rate: float  # frames a second
    name: str = "motion"  # as the user called it: a path, mostly

    def __len__(self) -> int:
        return len(self.places)

    @property
    def seconds(self) -> float:
        return len(self) / self.rate

    @cached_property
    def sha256(self) -> str:
        """Return the hash of what was seen, not of how it was called."""
        digest = hashlib.sha256(f"{self.joints}{self.rate}".encode())
        for part in (self.places, self.confidence):
            digest.update(f"{part.shape}{part.dtype}".encode() + np.ascontiguousarray(part).tobytes())
        return digest.hexdigest()

    @property
    def seed(self) -> int:
        """Return a seed that depends on nothing but the content."""
        return int(self.sha256[:15], 16)
