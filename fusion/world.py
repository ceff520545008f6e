"""Whether a sample is from the world of the normals at all: a wrong product, a dark or a blurred picture is refused.

A refusal is no verdict about the part. Limits come from the normals alone and lie far outside them, so that a
defect is scored and not refused, unless its surroundings reach nearly all of the picture.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

FAR = 10.0  # robust standard deviations

# name: (floor of a standard deviation, what is said below, what is said above)
LOOKS: dict[str, tuple[float, str, str]] = {
    "brightness": (0.08, "it is far darker", "it is far brighter"),
    "contrast": (0.08, "it has far less contrast", "it has far more contrast"),
    "sharpness": (0.12, "it is far more blurred", "it is far grainier or sharper"),
    "aspect ratio": (0.03, "it is far narrower", "it is far wider"),
    "red against green": (3.0, "its colours are far greener", "its colours are far redder"),
    "yellow against blue": (3.0, "its colours are far bluer", "its colours are far yellower"),
}
STRANGE = 15.0  # sigma: where nearly all places of a sample differ by more, nothing of it is familiar
FAMILIAR = 0.02  # share of a picture that even a part with a large defect leaves familiar


def looks(picture: NDArray[np.uint8], shape: tuple[int, ...]) -> NDArray[np.float64]:
    """Return one number for each of LOOKS, (6,), of a picture in the frame and the input's shape (height, width)."""
    rgb = picture.astype(np.float32)
    grey = rgb.mean(axis=-1)
    detail = cv2.Laplacian(cv2.resize(grey, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), cv2.CV_32F)
    red, green, blue = rgb.reshape(-1, 3).mean(axis=0)
    logs = np.log([grey.mean() + 2.0, grey.std() + 2.0, detail.std() + 0.5, shape[1] / shape[0]])
    return np.array([*logs, red - green, (red + green) / 2 - blue])


@dataclass(frozen=True, eq=False)
class World:
    """Middle and spread of the normals' looks, and how strange their strangest was."""

    middle: NDArray[np.float64]  # (6,)
    spread: NDArray[np.float64]  # (6,)
    strange: float  # the limit on how far the most familiar places are off, in sigma

    @classmethod
    def of(cls, seen: NDArray[np.float64], maps: NDArray[np.float32]) -> "World":
        """Measure over normals: their looks, (N, 6), and their held-out maps, (N, P), in sigma."""
        middle = np.median(seen, axis=0)
        deviation = 1.4826 * np.median(np.abs(seen - middle), axis=0)
        reach = np.abs(seen - middle).max(axis=0) / FAR * 1.5  # no normal, even the oddest, is near the limit
        familiar = np.quantile(maps, FAMILIAR, axis=1)
        floor = np.array([floor for floor, _, _ in LOOKS.values()])
        return cls(middle, np.maximum(np.maximum(deviation, reach), floor), max(STRANGE, 1.5 * float(familiar.max())))

    def refusal(self, seen: NDArray[np.float64], cells: NDArray[np.float32]) -> str | None:
        """Return why a sample is from another world, or None, from its looks, (6,), and its map in sigma."""
        z = (seen - self.middle) / self.spread
        worst = int(np.argmax(np.abs(z)))
        if abs(z[worst]) > FAR:
            _, below, above = list(LOOKS.values())[worst]
            return f"{below if z[worst] < 0 else above} than any good part seen"
        if float(np.quantile(cells, FAMILIAR)) > self.strange:
            return "nearly everything in it differs from the good parts; it may show another product or another view"
        return None
