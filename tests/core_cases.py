"""Three small products with known clean pictures, and ways to fit on and look at them, for the tests of the core.

A plate always lies the same way (aligned), a bolt lies about in any pose (turned), cloth has no places (texture).
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image

from fusion.detection import Detection
from fusion.detector import Detector, DetectorConfig, fit
from fusion.example.write import PRODUCTS
from fusion.item import Item
from fusion.sample import Sample

Picture = NDArray[np.uint8]
CELLS = 225  # of the grid, instead of 400: a fit takes a second or two
COARSE = 36  # cells, where nothing depends on how much is seen
SIZE = 120  # px of the longer side at which pictures are looked at
GOODS = 24
FEW = 12  # where many fits are needed


@dataclass(frozen=True, eq=False)
class Case:
    """A picture, what it would be without its defect, and where that is."""

    image: Picture
    clean: Picture
    mask: NDArray[np.bool_]

    @property
    def middle(self) -> tuple[float, float]:
        """Return x and y of the defect's middle."""
        y, x = np.nonzero(self.mask)
        return float(x.mean()), float(y.mean())


def plate(seed: int, defective: bool = False, place: tuple[int, int] | None = None) -> Case:
    """Draw a plate with four holes and a stripe under more or less light, 72 x 108 px; the defect is a pale spot."""
    rng = np.random.default_rng([1, seed])
    level = np.full((288, 432), 30.0, np.float32)
    cv2.rectangle(level, (40, 32), (391, 255), 130.0, -1)
    cv2.rectangle(level, (40, 120), (391, 159), 100.0, -1)
    for x, y in ((88, 72), (344, 72), (88, 216), (344, 216)):
        cv2.circle(level, (x, y), int(rng.integers(22, 27)), 45.0, -1)
    shift = np.array([[1, 0, rng.uniform(-4, 4)], [0, 1, rng.uniform(-4, 4)]])  # of a pixel, once shrunk
    moved = cv2.warpAffine(level, shift, (432, 288), borderMode=cv2.BORDER_REPLICATE)
    small = cv2.resize(moved, (108, 72), interpolation=cv2.INTER_AREA) * float(np.exp(rng.normal(0, 0.1)))
    clean = _photograph(rng, np.stack([small, small, 0.9 * small], axis=-1))
    x, y = place or (int(rng.integers(36, 74)), int(rng.integers(20, 54)))
    return _spotted(clean, (x, y), 4, (190, 180, 165)) if defective else _good(clean)


def bolt(
    seed: int, defective: bool = False, degrees: float | None = None, broken: bool = False, strays: float = 6
) -> Case:
    """Draw a bolt at any angle on a dark table, 128 x 128 px, its tip whole or broken; the defect is a bluish spot."""
    rng = np.random.default_rng([2, seed])
    angle = np.deg2rad(rng.uniform(0, 360) if degrees is None else degrees)
    middle = 63.5 + rng.uniform(-strays, strays, 2)
    axis, across = np.array([np.cos(angle), np.sin(angle)]), np.array([-np.sin(angle), np.cos(angle)])
    level = np.full((512, 512), 25, np.uint8)
    for start, end, half, grey in ((-44, 36 if broken else 44, 7, 150), (-44, -28, 14, 190), (10, 16, 7, 90)):
        corners = [middle + t * axis + s * half * across for t, s in ((start, 1), (end, 1), (end, -1), (start, -1))]
        cv2.fillConvexPoly(level, np.round((np.array(corners) + 0.5) * 4 - 0.5).astype(np.int32), grey)
    small = cv2.resize(level, (128, 128), interpolation=cv2.INTER_AREA).astype(np.float32)
    clean = _photograph(rng, np.repeat(small[..., None], 3, axis=-1))
    x, y = middle + rng.uniform(-18, 0) * axis
    return _spotted(clean, (round(x), round(y)), 5, (60, 60, 160)) if defective else _good(clean)


def cloth(seed: int, defective: bool = False, place: tuple[int, int] | None = None) -> Case:
    """Draw the example's fabric, 96 x 96 px; the defect is a dark blot."""
    rng = np.random.default_rng([3, seed])
    clean = PRODUCTS["fabric"].render(rng, 96, None, 0.5).image
    x, y = place or (int(rng.integers(12, 84)), int(rng.integers(12, 84)))
    return _spotted(clean, (x, y), 5, (60, 40, 30)) if defective else _good(clean)


DRAW: dict[str, Callable[..., Case]] = {"plate": plate, "bolt": bolt, "cloth": cloth}


def _photograph(rng: np.random.Generator, light: NDArray[np.float32]) -> Picture:
    return np.clip(light + rng.normal(0, 4, light.shape), 0, 255).astype(np.uint8)


def _good(clean: Picture) -> Case:
    return Case(clean, clean, np.zeros(clean.shape[:2], bool))


def _spotted(clean: Picture, place: tuple[int, int], radius: int, colour: tuple[int, int, int]) -> Case:
    mask = cv2.circle(np.zeros(clean.shape[:2], np.uint8), place, radius, 1, -1).astype(bool)
    return Case(np.where(mask[..., None], np.array(colour, np.uint8), clean), clean, mask)


def write_goods(folder: Path, product: str, count: int) -> list[Item]:
    """Write good pictures number 0 to `count` - 1."""
    folder.mkdir(parents=True, exist_ok=True)
    items = []
    for seed in range(count):
        Image.fromarray(DRAW[product](seed).image).save(folder / f"{seed:03d}.png")
        items.append(Item(folder / f"{seed:03d}.png", 0, "good", "train"))
    return items


def quick_fit(items: list[Item], name: str = "test", cells: int = CELLS, **options: Any) -> Detector:
    """Fit on a grid of fewer cells in fewer folds, without a backbone unless one is named."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("fusion.representation.frame.CELLS", cells)
        patch.setattr("fusion.fitting.FOLDS", 5)
        return fit(items, DetectorConfig(**{"backbone": "none", "size": SIZE, **options}), name)


def same(one: Detection, other: Detection) -> bool:
    """Tell whether two detections agree to the last bit."""
    plain = ("verdict", "pred_score", "p_value", "thresholds", "map_threshold", "map_top", "refusal")
    arrays = ("anomaly_map", "pred_mask", "normal", "part")
    return all(getattr(one, name) == getattr(other, name) for name in plain) and all(
        getattr(one, name).tobytes() == getattr(other, name).tobytes() for name in arrays
    )


def look(detector: Detector, image: Picture, mask: NDArray[np.float32] | None = None) -> Detection:
    return detector.detect(Sample(image, mask=mask, name="part 7"))


def files_of(detector: Detector, folder: Path) -> dict[str, bytes]:
    """Return everything a detector consists of, as bytes by file name."""
    detector.save_pretrained(folder)
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def equal(one: torch.Tensor, other: torch.Tensor) -> None:
    """Fail unless two tensors agree to the last bit."""
    torch.testing.assert_close(one, other, rtol=0, atol=0)
