"""What outlines are learnt from: `python -m fusion.outlining` paints defects on the example products, and learns.

A closed-form detector looks at each, its memory guesses the normal version, and the pixels that were painted are the
answer. It takes half an hour. `own` goes on from there on one product's good parts. Nothing else is ever learnt from;
`fusion.outline` says what for.
"""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from zlib import crc32

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from fusion.comparison import repaired
from fusion.dataset import open_dataset
from fusion.detector import Detector, DetectorConfig, fit, part_seen
from fusion.errors import FoilError
from fusion.example.write import PRODUCTS, render_example
from fusion.outline import FILE, Mask, Outlines, Pixels, around, built_in, clues
from fusion.outline_training import Lesson, beginning, learnt
from fusion.painter import Painter
from fusion.picture import PictureMemory
from fusion.progress import Progress, silent
from fusion.retouch import beyond
from fusion.synthesis import Defect, kind_in_turn, synthesise
from fusion.synthesis.series import series
from fusion.threads import one_thread

SEED = 11  # of the shops that detectors are fitted on
ROUNDS = (101, 102)  # of painted defects
GOOD, PICTURES, DEFECTS = 80, 80, 300  # parts that a detector is fitted on, parts that are painted on, defects a round
SIZES = (0, 0, 288)  # px that the detectors look at, in turn; 0: as they do by themselves
OTHERS = 4  # good parts that a defect may borrow from
LEAST = 0.1  # severity of what is painted
PLAIN = 0.25  # share of the defects of which it is told where, but not how sure that is
CONTRAST = (0.5, 1.5)  # times: parts of other makers are duller, or have more of it
STEPS, RATE = 5000, 4e-3
OWN_STEPS, OWN_RATE, ROOM = 600, 1e-3, 128  # on one product's parts; ROOM: px of a guess that are kept, for memory
ENOUGH = 45  # detected defects; fewer teach nothing that what is built in doesn't hold


@dataclass(frozen=True, eq=False)
class Shown:
    """A defect painted on a good part of an example product, and a detector of that product, which never saw it."""

    defect: Defect
    detector: Detector
    rng: np.random.Generator


def painted(product: str, seed: int, defects: int, progress: Progress = silent) -> Iterator[Shown]:
    """Yield defects of all kinds in turn, each with one of a few detectors, which look at several sizes."""
    detectors, code = _detectors(product), crc32(product.encode())
    goods = [
        PRODUCTS[product].render(np.random.default_rng([seed, code, at]), 320, None, 0.0).image
        for at in range(PICTURES)
    ]
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
    with TemporaryDirectory() as folder:
        shop = render_example(Path(folder) / "shop", SEED, (GOOD, 0, 0))
        items = open_dataset(shop / product).normals()
        fitted = {size: fit(items, DetectorConfig("gaussian", "none", size), product) for size in set(SIZES)}
    return [fitted[size] for size in SIZES]


def lessons(shown: Shown) -> Iterator[Lesson]:
    """Yield the last two guesses of what was there before a defect, if it was detected."""
    defect, detector, rng = shown.defect, shown.detector, shown.rng
    memory = detector.pictures
    assert isinstance(memory, PictureMemory)  # a closed form has no painter
    with one_thread(), torch.inference_mode():
        seen = detector.encoder(defect.image)
        cells = detector.places(seen)
    level, size = detector.calibration.thresholds.review, detector.encoder.frame.config.size
    if cells.max() < level:
        return
    strength = beyond(cells, size, level)
    if rng.random() < PLAIN:
        strength = np.asarray(strength >= 1, np.float32)
    truly = cv2.warpAffine(defect.mask.astype(np.float32), seen.affine, size) >= 0.5
    guesses: list[tuple[Mask, Pixels]] = []

    def guess(picture: NDArray[np.uint8], hole: Mask) -> Pixels:
        guesses.append((hole, memory.reconstruct(picture, hole)))
        return guesses[-1][1]

    repaired(seen.picture, strength, guess, memory.aligned)
    for hole, normal in guesses[-2:]:
        if hole.any():
            yield _lesson(seen.picture, normal, strength, hole, memory.aligned, truly, rng)


def _lesson(
    picture: NDArray[np.uint8],
    normal: Pixels,
    strength: Pixels,
    hole: Mask,
    aligned: bool,
    truly: Mask,
    rng: np.random.Generator,
) -> Lesson:
    """Return what is learnt of one guess, as a camera of another contrast would have seen it."""
    box, contrast = around(hole), rng.uniform(*CONTRAST)
    dull, dull_normal = (
        np.clip(128 + contrast * (one[box].astype(np.float32) - 128), 0, 255) for one in (picture, normal)
    )
    found = clues(np.rint(dull).astype(np.uint8), dull_normal, strength[box], hole[box], aligned)
    return Lesson(found.astype(np.float16), hole[box], truly[box])


def own(
    detector: Detector, pictures: Sequence[NDArray[np.uint8]], defects: int, progress: Progress = silent
) -> Outlines | None:
    """Return outlines that went on learning from so many defects painted on a product's good parts, (H, W, 3) each.

    The detector must not have been fitted on them. None where too few are detected.
    """
    part_of = partial(part_seen, background=detector.background)
    seen: list[Lesson] = []
    for number, (_, defect) in enumerate(series(pictures, part_of, detector.name, SEED, defects, LEAST)):
        progress("painting defects to learn their outlines", number, defects)
        rng = np.random.default_rng([SEED, number])
        seen += [one.cut(ROOM, rng) for one in list(lessons(Shown(defect, detector, rng)))[-1:]]
    return learnt(seen, built_in(), OWN_STEPS, OWN_RATE, progress) if len(seen) >= ENOUGH else None


def with_outlines(detector: Detector, outlines: Outlines | None) -> Detector:
    """Return a detector that draws these outlines, or the built-in ones."""
    pictures = detector.pictures
    if isinstance(pictures, Painter):
        return replace(detector, pictures=replace(pictures, memory=replace(pictures.memory, outlines=outlines)))
    return replace(detector, pictures=replace(pictures, outlines=outlines))


def told(what: str, done: int, total: int) -> None:
    """Print every fiftieth step."""
    if done % 50 == 0:
        print(f"{what} {done}/{total}", flush=True)


def main() -> None:
    from safetensors.torch import save_file

    seen = [
        one
        for seed, product in itertools.product(ROUNDS, PRODUCTS)
        for shown in painted(product, seed, DEFECTS, told)
        for one in lessons(shown)
    ]
    if not seen:
        raise FoilError("no painted defect was detected, so there is nothing to learn outlines from")
    save_file(dict(learnt(seen, beginning(seen), STEPS, RATE, told)), FILE)


if __name__ == "__main__":
    main()
