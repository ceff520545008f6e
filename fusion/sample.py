"""Sample: what was seen and what is known of it; the one type that walks the whole way.

Images are uint8 RGB (H, W, 3) at every door; inside `fusion` they become float32 in [-1, 1]. Coordinates are
pixels of the image as a person sees it (EXIF orientation applied), x to the right, y down.
"""

import hashlib
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Sample:
    """Any subset of an image, a text, a mask and a skeleton, under one name."""

    image: NDArray[np.uint8] | None = None  # (H, W, 3)
    text: str | None = None
    mask: NDArray[np.float32] | None = None  # (H, W) in [0, 1]: 1 = look here, 0 = ignore
    skeleton: NDArray[np.float32] | None = None  # (17, 3): x, y in pixels, confidence in [0, 1]; COCO's joints
    name: str = "sample"  # as the user called it: a path, mostly

    @cached_property
    def sha256(self) -> str:
        """Return the hash of what was seen, not of how it was called: the same content is the same sample."""
        digest = hashlib.sha256()
        for part in (self.image, self.mask, self.skeleton):
            digest.update(b"-" if part is None else f"{part.shape}{part.dtype}".encode() + part.tobytes())
        digest.update((self.text or "").encode())
        return digest.hexdigest()

    @property
    def seed(self) -> int:
        """Return a seed that depends on nothing but the content, so a score never depends on its batch mates."""
        return int(self.sha256[:15], 16)
