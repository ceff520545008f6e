"""What outlines are learnt from: `python -m fusion.outlining` paints defects on products to practise on, and learns.

A closed-form detector looks at each, its memory guesses the normal version, and the pixels that were painted are the
answer. It takes an hour. `own` goes on from there on one product's good parts. Nothing else is ever learnt from;
`fusion.outline` says what for.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from fusion.comparison import repaired
from fusion.detector import Detector, part_seen
from fusion.errors import FoilError
from fusion.outline import FILE, Mask, Outlines, Pixels, around, built_in, clues
from fusion.outline_training import Lesson, beginning, learnt
from fusion.painter import Painter
from fusion.picture import PictureMemory
from fusion.practice import LEAST, Shown, defects_on, painted, told
from fusion.progress import Progress, silent
from fusion.retouch import beyond
from fusion.synthesis.series import series
from fusion.threads import one_thread

SEED = 11
ROUND = 101  # of painted defects
DEFECTS, FEWER = 600, 60  # on each of the example products, and of those that nobody makes
PLAIN = 0.25  # share of the defects of which it is told where, but not how sure that is
CONTRAST = (0.5, 1.5)  # times: parts of other makers are duller, or have more of it
STEPS, RATE = 4000, 2e-3  # from what is built in; to begin anew, delete it, and take twice of both
OWN_STEPS, OWN_RATE, ROOM = 600, 1e-3, 128  # on one product's parts; ROOM: px of a guess that are kept, for memory
ENOUGH = 45  # detected defects; fewer teach nothing that what is built in doesn't hold


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

    def guess(picture: NDArray[np.uint8], hole: Mask, spoilt: Mask) -> Pixels:
        guesses.append((hole, memory.reconstruct(picture, hole, spoilt)))
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


def main() -> None:
    from safetensors.torch import save_file

    rng = np.random.default_rng(SEED)
    seen = [
        one.cut(ROOM, rng)
        for product, defects in defects_on(DEFECTS, FEWER).items()
        for shown in painted(product, ROUND, defects, told)
        for one in lessons(shown)
    ]
    if not seen:
        raise FoilError("no painted defect was detected, so there is nothing to learn outlines from")
    start = built_in() if FILE.exists() else beginning(seen)
    save_file(dict(learnt(seen, start, STEPS, RATE, told)), FILE)


if __name__ == "__main__":
    main()
