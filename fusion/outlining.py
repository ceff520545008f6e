"""What outlines are learnt from: `python -m fusion.outlining` paints defects on the example products, and learns.

A closed-form detector looks at each, its memory guesses the normal version, and the pixels that were painted are the
answer. It takes five minutes. Nothing else is ever learnt from; `fusion.outline` says what for.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from zlib import crc32

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from fusion.comparison import repaired
from fusion.dataset import open_dataset
from fusion.detector import Detector, DetectorConfig, fit, part_seen
from fusion.errors import FoilError
from fusion.example.write import PRODUCTS, render_example
from fusion.outline import FILE, LIMIT, Mask, Pixels, clues
from fusion.picture import PictureMemory
from fusion.progress import Progress, silent
from fusion.retouch import beyond
from fusion.synthesis import Defect, kind_in_turn, synthesise
from fusion.threads import one_thread

SEED = 11
GOOD, PICTURES, DEFECTS = 80, 40, 300  # parts that a detector is fitted on, parts that are painted on, defects
SIZES = (0, 0, 288)  # px that the detectors look at, in turn; 0: as they do by themselves
OTHERS = 4  # good parts that a defect may borrow from
PIXELS = 400  # learnt of each guess
PLAIN = 0.25  # share of the defects of which it is told where, but not how sure that is
HIDDEN = (48, 32)
STEPS, BATCH, RATE = 6000, 1024, 5e-3


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
        severity = float(rng.uniform(0.1, 1))
        defect = synthesise(goods[at], rng, kind, part, None, severity, others)
        yield Shown(defect, detector, rng)


def _detectors(product: str) -> list[Detector]:
    with TemporaryDirectory() as folder:
        shop = render_example(Path(folder) / "shop", SEED, (GOOD, 0, 0))
        items = open_dataset(shop / product).normals()
        fitted = {size: fit(items, DetectorConfig("gaussian", "none", size), product) for size in set(SIZES)}
    return [fitted[size] for size in SIZES]


def lessons(shown: Shown) -> Iterator[tuple[Pixels, Mask]]:
    """Yield clues (N, C) and answers (N,) of pixels of the last two guesses of what was there before a defect."""
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
        rows, columns = hole.nonzero()
        chosen = rng.choice(len(rows), min(len(rows), PIXELS), replace=False)
        found = clues(seen.picture, normal, strength, hole, memory.aligned)
        yield found[rows[chosen], columns[chosen]], truly[rows[chosen], columns[chosen]]


def learnt(found: Pixels, answers: Mask, steps: int = STEPS) -> dict[str, Pixels]:
    """Return the tensors of a `fusion.outline.Network` that was taught clues (N, C) and answers (N,)."""
    mean, spread = found.mean(axis=0), found.std(axis=0) + 1e-6
    x = torch.from_numpy(np.clip((found - mean) / spread, -LIMIT, LIMIT))
    wanted = torch.from_numpy(answers.astype(np.float32))
    generator = torch.Generator().manual_seed(SEED)
    with torch.random.fork_rng():
        torch.manual_seed(SEED)
        first, second, last = (nn.Linear(a, b) for a, b in zip((x.shape[1], *HIDDEN), (*HIDDEN, 1), strict=True))
    network = nn.Sequential(first, nn.SiLU(), second, nn.SiLU(), last)
    optimiser = torch.optim.AdamW(network.parameters(), weight_decay=1e-3)
    rate = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, steps)
    for _ in range(steps):
        batch = torch.randint(len(x), (BATCH,), generator=generator)
        loss = nn.functional.binary_cross_entropy_with_logits(network(x[batch])[:, 0], wanted[batch])
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        rate.step()
    layers: dict[str, Tensor] = {}
    for name, layer in (("first", first), ("second", second), ("last", last)):
        layers |= {f"{name}.weight": layer.weight, f"{name}.bias": layer.bias}
    return {"mean": mean, "spread": spread} | {name: tensor.detach().numpy() for name, tensor in layers.items()}


def told(what: str, done: int, total: int) -> None:
    """Print every fiftieth step."""
    if done % 50 == 0:
        print(f"{what} {done}/{total}", flush=True)


def main() -> None:
    from safetensors.numpy import save_file

    seen = [
        lesson for product in PRODUCTS for shown in painted(product, SEED, DEFECTS, told) for lesson in lessons(shown)
    ]
    if not seen:
        raise FoilError("no painted defect was detected, so there is nothing to learn outlines from")
    found, answers = (np.concatenate(part) for part in zip(*seen, strict=True))
    save_file(learnt(found, answers), FILE)


if __name__ == "__main__":
    main()
