"""What Foil's networks practise on: defects painted on the example products, and on many products that nobody makes.

Each product has detectors that were fitted on other parts of it, since a network must see what it will see at work:
marks, guesses and mistakes of a detector, on a part that the detector never saw.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from fusion.dataset import open_dataset
from fusion.detector import Detector, DetectorConfig, fit, part_seen
from fusion.example import made_up
from fusion.example.write import PRODUCTS, write_png
from fusion.progress import Progress, silent
from fusion.synthesis import Defect, kind_in_turn, synthesise

EXAMPLES = tuple(PRODUCTS)
MADE_UP = tuple(f"made up {number}" for number in range(27))
SEED = 11  # of the parts that detectors are fitted on
GOOD, PICTURES, SIDE = 80, 80, 320  # parts that a detector is fitted on, parts that are painted on, px
SIZES = (0, 0, 288)  # px that the detectors look at, in turn; 0: as they do by themselves
OTHERS = 4  # good parts that a defect may borrow from
LEAST = 0.1  # severity of what is painted


@dataclass(frozen=True, eq=False)
class Shown:
    """A defect painted on a good part of a product, and a detector of that product, which never saw it."""

    defect: Defect
    detector: Detector
    rng: np.random.Generator


def defects_on(example: int, fewer: int) -> dict[str, int]:
    """Return how many defects are painted on each product: so many on an example, fewer on one that nobody makes."""
    return dict.fromkeys(EXAMPLES, example) | dict.fromkeys(MADE_UP, fewer)


def painted(product: str, seed: int, defects: int, progress: Progress = silent) -> Iterator[Shown]:
    """Yield defects of all kinds in turn, each with one of a few detectors, which look at several sizes."""
    detectors, code = _detectors(product), crc32(product.encode())
    goods = [_good(product, [seed, code, at]) for at in range(_fewer(product, PICTURES))]
    for number in range(defects):
        progress(f"{product}: painted defects", number, defects)
        rng = np.random.default_rng([seed, code, PICTURES + number])
        at, kind = number % len(goods), kind_in_turn(number, len(goods))
        detector = detectors[number % len(detectors)]
        part = part_seen(goods[at], detector.background)
        others = [goods[int(i)] for i in rng.choice(len(goods), OTHERS, replace=False) if i != at]
        severity = float(rng.uniform(LEAST, 1))
        defect = synthesise(goods[at], rng, kind, part, None, severity, others)
        yield Shown(defect, detector, rng)


def _detectors(product: str) -> list[Detector]:
    sizes = SIZES if product in EXAMPLES else (SIZES[MADE_UP.index(product) % len(SIZES)],)
    with TemporaryDirectory() as folder:
        where = Path(folder) / "train" / "good"
        for at in range(_fewer(product, GOOD)):
            write_png(where / f"{at:03d}.png", _good(product, [SEED, crc32(product.encode()), at]))
        items = open_dataset(Path(folder)).normals()
        fitted = {size: fit(items, DetectorConfig("gaussian", "none", size), product) for size in set(sizes)}
    return [fitted[size] for size in sizes]


def _good(product: str, seed: list[int]) -> NDArray[np.uint8]:
    rng = np.random.default_rng(seed)
    if product in EXAMPLES:
        return PRODUCTS[product].render(rng, SIDE, None, 0.0).image
    return made_up.product(MADE_UP.index(product))(rng, SIDE)


def _fewer(product: str, count: int) -> int:
    """Return how many parts of a product are rendered: of those that nobody makes, there are many products instead."""
    return count if product in EXAMPLES else count // 2


def told(what: str, done: int, total: int) -> None:
    """Print every fiftieth step."""
    if done % 50 == 0:
        print(f"{what} {done}/{total}", flush=True)
