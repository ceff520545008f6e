"""A series of painted defects on some good pictures: all kinds in turn, each a draw of its own."""

from collections.abc import Callable, Iterator, Sequence
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from fusion.synthesis import Defect, kind_in_turn, synthesise

OTHERS = 4  # good pictures that a defect may borrow from
Image = NDArray[np.uint8]


def series(
    pictures: Sequence[Image],
    part_of: Callable[[Image], NDArray[np.bool_]],
    name: str,
    seed: int,
    count: int,
    least: float,
) -> Iterator[tuple[Image, Defect]]:
    """Yield so many clean pictures, (H, W, 3), in turn, and a defect painted on each, of severity `least` to 1.

    What is painted depends on name, seed and number, and on the pictures.
    """
    for number in range(count):
        rng = np.random.default_rng([seed, crc32(name.encode()), number])
        at = number % len(pictures)
        clean, kind = pictures[at], kind_in_turn(number, len(pictures))
        others = [other for i, other in enumerate(pictures) if i != at and other.shape == clean.shape][:OTHERS]
        yield clean, synthesise(clean, rng, kind, part_of(clean), None, float(rng.uniform(least, 1)), others)
