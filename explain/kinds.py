"""What kinds of defect look like, measured: `python -m explain.kinds` paints defects on the example products.

No detector takes part: the clean picture stands in for the normal version, and the place is found as a detector finds
it. What is written is read by `explain.naming`; nothing else is known of the kinds.
"""

import json
from collections import defaultdict
from collections.abc import Iterator
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from explain.difference import Region, measure
from explain.grouping import find
from explain.naming import FILE, attributes
from fusion.comparison import repaired, widened
from fusion.detection import Detection, Thresholds
from fusion.example.write import PRODUCTS
from fusion.representation.segment import part_of
from fusion.synthesis import KINDS, synthesise

PICTURES, PAINTED = 6, 4  # of each product; defects of each kind on each picture
SIZE = 320  # px
SEED = 7
SHRINKAGE = 0.1  # of the spread within kinds, towards the same for all attributes
# Measured once, 2026-11-28, on 277 detected defects of `foil bench --explanations` on the example products, on other
# pictures than these: the scale whose shares are the likeliest, and from where on two of three names are right.
SCALE, LEAST = 6.0, 0.5


def painted(product: str, pictures: int, count: int, seed: int) -> Iterator[tuple[str, Region]]:
    """Yield kinds and the strongest region of each defect painted on a product's good pictures."""
    for number in range(pictures):
        rng = np.random.default_rng([seed, crc32(product.encode()), number])
        clean = PRODUCTS[product].render(rng, SIZE, None, 0.0).image
        part = part_of(clean) if product != "fabric" else None
        for turn in range(count * len(KINDS)):
            kind = KINDS[turn % len(KINDS)]
            defect = synthesise(clean, rng, kind, part=part, severity=float(rng.uniform(0.2, 1)))
            region = _seen(defect.image, clean, defect.mask, part)
            if region:
                yield kind, region


def _seen(
    image: NDArray[np.uint8], clean: NDArray[np.uint8], mask: NDArray[np.bool_], part: NDArray[np.bool_] | None
) -> Region | None:
    """Return the strongest region of a defect as if a detector had marked it, with the clean picture as normal."""
    _, differs, _ = repaired(image, widened(widened(mask)), lambda _, hole: clean.astype(np.float32), True)
    apart = np.abs(image.astype(np.float32) - clean).max(axis=-1)
    level = Thresholds(1.0, 1.0, 0.05, 0.01)
    whole = np.ones(mask.shape, bool) if part is None else part
    detection = Detection("REJECT", 9.0, 0.01, level, apart, 1.0, 9.0, differs, clean, whole)
    spots = find(detection)
    return measure(image, detection, spots[:1])[0] if spots else None


def learnt(regions: dict[str, list[Region]]) -> dict[str, object]:
    """Return the mean attributes of each kind, and what whitens them within kinds."""
    seen = {kind: np.array([attributes(region) for region in regions[kind]]) for kind in KINDS}
    looks = {kind: values.mean(axis=0) for kind, values in seen.items()}
    within = np.concatenate([values - looks[kind] for kind, values in seen.items()])
    unit = within.std(axis=0) + 1e-3
    covariance = np.cov(within / unit, rowvar=False)
    spread = np.trace(covariance) / len(covariance)
    values, axes = np.linalg.eigh((1 - SHRINKAGE) * covariance + SHRINKAGE * spread * np.eye(len(covariance)))
    whiten = axes / np.sqrt(values) / unit[:, None]
    return {
        "looks": {kind: [round(float(v), 4) for v in look] for kind, look in looks.items()},
        "whiten": [[round(float(v), 4) for v in row] for row in whiten],
        "scale": SCALE,
        "least": LEAST,
    }


def main() -> None:
    regions: dict[str, list[Region]] = defaultdict(list)
    for product in PRODUCTS:
        for kind, region in painted(product, PICTURES, PAINTED, SEED):
            regions[kind].append(region)
    FILE.write_text(json.dumps(learnt(regions), indent=None) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
