"""What is wrong with the picture itself, as far as one picture alone can tell."""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

Note = Literal["small", "dark", "overexposed", "flat"]


def quality(image: NDArray[np.uint8], part: NDArray[np.bool_]) -> tuple[Note, ...]:
    """Return the notes that hold of a picture, (H, W, 3) in uint8, on its part (H, W)."""
    stride = max(1, round((part.size / 100_000) ** 0.5))  # light is a matter of the whole: a sample of it will do
    seen = image[::stride, ::stride][part[::stride, ::stride]]
    if not len(seen):
        seen = image.reshape(-1, 3)
    low, high = np.percentile(seen.mean(1), [1, 99])
    holds: dict[Note, bool] = {
        "small": min(part.shape) < 128,
        "dark": bool(high < 40),
        "overexposed": float((seen >= 254).all(1).mean()) > 0.25,
        "flat": bool(high >= 40 and high - low < 4),
    }
    return tuple(note for note, true in holds.items() if true)
