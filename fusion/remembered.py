"""Which of the good parts that a model remembers a picture is most like; only to be told, nothing is judged by it."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from fusion.detection import GoodPart, Remembered
from fusion.picture import PictureMemory

TOLD = 3  # good parts


def most_alike(
    memory: PictureMemory, named: Sequence[Sequence[str]], picture: NDArray[np.uint8], wrong: NDArray[np.bool_]
) -> Remembered:
    """Return the good parts most like a picture in the frame, (H, W, 3), outside what is wrong, (H, W).

    `named` are file name and sha256 of each of the memory's pictures; a model from before they were kept has none.
    """
    known = named if len(named) == len(memory.pictures) else [("", "")] * len(memory.pictures)
    nearest = memory.nearest(picture, wrong)[:TOLD]
    parts = tuple(GoodPart(known[index][0], known[index][1], apart) for index, apart in nearest)
    return Remembered(len(memory.pictures), memory.usual, parts)
