"""Pool: crops with a hole, what was there before, and what else might be there, made once before training.

Each is a synthetic defect on a normal. Hidden by a hole of its shape, the clean picture is to be found again; asked for
by its caption, the defect is to be painted into that hole.
"""

import os
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from fusion.painting.crops import Crop, Layer, carry_on, cut, windows
from fusion.painting.denoiser import SCALE
from fusion.picture import PictureMemory
from fusion.progress import Progress
from fusion.representation.segment import has_background, segment, thumbnail
from fusion.synthesis import synthesise

OTHERS = 4  # other normals that a defect may borrow from


@dataclass(frozen=True, eq=False)
class Example:
    """A hole, what was there before, and the defect that it was made for."""

    crop: Crop  # of the picture, its base the memory's estimate; what is in the hole is what was there before
    defect: Layer  # (S, S, 3) the same with the defect
    caption: str

    def mirrored(self, axis: int) -> "Example":
        """Return the example as it would be of the mirrored picture; its caption may then name the wrong side."""
        return Example(self.crop.mirrored(axis), np.flip(self.defect, axis), self.caption)

    def asked(self, defect: bool) -> tuple[Crop, Tensor]:
        """Return what a network is given, and what it should find relative to its base, (3, S, S).

        A defect is painted on the picture as it is, so then the picture itself is the base.
        """
        crop = replace(self.crop, base=self.crop.known) if defect else self.crop
        target = self.defect if defect else self.crop.known
        apart = (target.astype(np.float32) - crop.base) / SCALE
        return crop, torch.from_numpy(apart).permute(2, 0, 1)


def make_pool(
    pictures: NDArray[np.uint8],
    memory: PictureMemory,
    count: int,
    seconds: float,
    seed: int,
    progress: Progress,
) -> list[Example]:
    """Return up to `count` examples on normals (N, H, W, 3) in the frame, as many as the time allows, at least 8."""
    free = has_background([segment(thumbnail(picture)) for picture in pictures[:50]])
    known = {picture.tobytes(): at for at, picture in enumerate(memory.pictures)}
    ends = time.monotonic() + seconds

    def make(number: int) -> Example | None:
        if number >= 8 and time.monotonic() > ends:
            return None
        rng = np.random.default_rng([seed, number])
        picture = pictures[number % len(pictures)]
        others = pictures[rng.integers(len(pictures), size=OTHERS)]
        return _example(picture, _without(memory, known.get(picture.tobytes())), others, free, rng)

    found: list[Example] = []
    with ThreadPoolExecutor(max_workers=min(os.cpu_count() or 1, 8)) as workers:
        for example in workers.map(make, range(count)):
            if example is not None:
                found.append(example)
                progress("hiding places of good parts", len(found), count)
    return found


def _example(
    picture: NDArray[np.uint8],
    memory: PictureMemory,
    others: NDArray[np.uint8],
    free: bool,
    rng: np.random.Generator,
) -> Example:
    part = None
    if free and (found := segment(thumbnail(picture))) is not None:
        part = cv2.resize(found.view(np.uint8), picture.shape[1::-1], interpolation=cv2.INTER_NEAREST).astype(bool)
    defect = synthesise(picture, rng, part=part, others=list(others))
    grown = int(rng.choice([9, 9, 15, 25]))  # what a detector marks is rarely drawn to the pixel
    wide = cv2.dilate(defect.mask.view(np.uint8), np.ones((grown, grown), np.uint8)).astype(bool)
    estimate = memory.reconstruct(picture, wide)
    places = windows(wide)
    window, _ = places[int(np.argmax([place.sum() for _, place in places]))]
    crop = cut(window, picture, estimate, carry_on(picture, wide), wide)
    return Example(crop.rounded(), cut(window, defect.image, estimate, picture, wide).rounded().known, defect.caption)


def _without(memory: PictureMemory, index: int | None) -> PictureMemory:
    """Return the memory without a picture: who remembers the very picture has nothing to guess."""
    if index is None or len(memory.pictures) < 2:
        return memory
    return replace(memory, pictures=np.delete(memory.pictures, index, axis=0), alike=memory.of_parts)
