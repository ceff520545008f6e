"""Are the words true? Defects of known place, size, tone and kind on unseen good parts, held against what is said.

Only defects that were detected (score at T1 or above) are held against words: of the others nothing is said. Types of
defects that people labelled are compared with the names given to them, and go nowhere else.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from assistant.counterfactual import place_of, without
from explain import colour
from explain.difference import Region, measure
from explain.grouping import find
from explain.naming import UNKNOWN, kinds_in
from explain.place import PLACES, Frame, whole_if_empty
from explain.shape import shape
from explain.wording import sentence
from fusion.dataset import Dataset
from fusion.detection import Detection
from fusion.progress import Progress, silent
from fusion.sample import Sample

if TYPE_CHECKING:
    from fusion.detector import Detector  # imports torch

LEAST = 0.2  # severity of what is painted
WITHIN = 1.25  # times: a size so near is right
SIDE = 24  # px of a crop, for its nearest neighbour
Image = NDArray[np.uint8]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Painted:
    """A defect painted on a good part, and what is known of it."""

    clean: Image
    image: Image
    mask: Mask
    kind: str


@dataclass(frozen=True)
class Judged:
    """What was said of one painted defect, and whether it is so; None where nothing could be said of it."""

    data: str
    kind: str
    detected: bool = False
    place: bool = False  # the named ninth holds the defect's middle, or a third of it
    size: bool = False  # its longest extent, within a quarter
    tone: bool | None = None  # darker or lighter; None of what is both
    rank: int = 0  # of its kind among the names; 1 = the first
    sure: float = 0.0  # of the first name
    named: bool = False  # sure enough to be said
    deleted: bool = False  # with the named regions made normal it passes
    inserted: bool = False  # with the named regions alone on the good part it doesn't
    swapped: bool = False  # another picture's map changes the words


def paint(detector: "Detector", dataset: Dataset, count: int, seed: int = 0) -> Iterator[Painted]:
    """Yield defects of all kinds in turn on the good parts that are only tested on."""
    from fusion.detector import part_seen
    from fusion.synthesis.series import series

    goods = [item.load().image for item in dataset.test() if item.label == 0]
    pictures = [image for image in goods if image is not None]
    part_of = partial(part_seen, background=detector.background)
    for clean, found in series(pictures, part_of, dataset.name, seed, count, LEAST):
        yield Painted(clean, found.image, found.mask, found.kind)


def judge(data: str, painted: Painted, detection: Detection, detector: "Detector", other: Detection | None) -> Judged:
    """Hold what is said of a painted defect against it; `other` is another picture's detection of the same size."""
    spots = find(detection)
    if detection.pred_score < detection.thresholds.review or detection.refusal or not spots:
        return Judged(data, painted.kind)
    region = measure(painted.image, detection, spots[:1])[0]
    kinds = kinds_in(detector.card)
    names = kinds.rank(region)
    sample, good = Sample(painted.image), Sample(painted.clean)
    inside = place_of(spots, painted.mask.shape)
    alone = detector.detect(replace(good, image=np.where(inside[..., None], painted.image, painted.clean)))
    return Judged(
        data,
        painted.kind,
        detected=True,
        place=_place_holds(region, painted.mask, detection.part),
        size=1 / WITHIN <= region.shape.length_px / _longest(painted.mask) <= WITHIN,
        tone=_tone_holds(region, painted),
        rank=1 + [name.kind for name in names].index(painted.kind),
        sure=names[0].sure,
        named=kinds.name(region)[0].kind != UNKNOWN,
        deleted=without(sample, spots, detector).verdict == "PASS",
        inserted=alone.pred_score >= alone.thresholds.review,
        swapped=other is None or _first_words(painted.image, detection) != _first_words(painted.image, other),
    )


def explanations(
    dataset: Dataset, detector: "Detector", count: int, seed: int = 0, progress: Progress = silent
) -> list[Judged]:
    """Paint, detect and judge so many defects."""
    judged: list[Judged] = []
    last: dict[tuple[int, ...], Detection] = {}
    for number, painted in enumerate(paint(detector, dataset, count, seed)):
        progress(f"{dataset.name}: what is said of painted defects", number, count)
        detection = detector.detect(Sample(painted.image))
        judged.append(judge(dataset.name, painted, detection, detector, last.get(painted.mask.shape)))
        if judged[-1].detected:
            last[painted.mask.shape] = detection
    return judged


def named(dataset: Dataset, detector: "Detector", progress: Progress = silent) -> list[tuple[str, str, Region, Image]]:
    """Return type, likeliest kind, strongest region and its crop of each labelled defect that was detected."""
    found: list[tuple[str, str, Region, Image]] = []
    items = [item for item in dataset.test() if item.label == 1]
    for number, item in enumerate(items):
        progress(f"{dataset.name}: names for labelled defects", number, len(items))
        image = item.load().image
        assert image is not None  # an item is a picture
        detection = detector.detect(Sample(image))
        if spots := find(detection)[:1]:
            region = measure(image, detection, spots)[0]
            found.append((item.defect, kinds_in(detector.card).rank(region)[0].kind, region, _crop(image, region)))
    return found


def fitted(path: Path, settings: Mapping[str, Any], names: int, progress: Progress) -> tuple[Dataset, "Detector"]:
    """Return a data set and a detector of its good parts, which learnt kinds from so many defects painted on them."""
    from explain.own_kinds import with_own_kinds
    from fusion.dataset import open_dataset
    from fusion.detector import DetectorConfig, fit

    dataset = open_dataset(path)
    normals = dataset.normals()
    detector = fit(normals, DetectorConfig(**settings), dataset.name, progress)
    return dataset, with_own_kinds(detector, normals, names, progress) if names else detector


def _place_holds(region: Region, mask: Mask, part: Mask) -> bool:
    """Tell whether the named places are the defect's: each end of a line is somewhere in it."""
    frame = Frame(whole_if_empty(part))
    x0, y0, x1, y1 = frame.bbox
    y, x = mask.nonzero()
    row = np.clip(3 * (y - y0) // (y1 - y0), 0, 2)
    column = np.clip(3 * (x - x0) // (x1 - x0), 0, 2)
    shares = {PLACES[i][j]: float(((row == i) & (column == j)).mean()) for i in range(3) for j in range(3)}
    if region.ends:
        return all(shares[place] > 0.05 for place in region.ends)
    return shares[region.place] >= 1 / 3 or frame.place(float(x.mean()), float(y.mean())) == region.place


def _longest(mask: Mask) -> float:
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    return float(shape(mask[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1], 0.0).length_px)


def _tone_holds(region: Region, painted: Painted) -> bool | None:
    change = colour.lab(painted.image[painted.mask]) - colour.lab(painted.clean[painted.mask])
    light = change[colour.core(change), 0]
    mean = float(light.mean())
    if abs(mean) < max(colour.JUST_NOTICEABLE, 0.5 * float(np.abs(light).mean())):
        return None
    return region.contrast.tone == ("darker" if mean < 0 else "lighter")


def _first_words(image: Image, detection: Detection) -> str:
    region = measure(image, detection, find(detection)[:1])[0]
    return sentence(region, "part", min(image.shape[:2]), "en")


def _crop(image: Image, region: Region) -> Image:
    """Return a region's surroundings at one small size, (24, 24)."""
    x0, y0, x1, y1 = region.bbox
    rows, columns = (np.linspace(a, b - 1, SIDE).round().astype(int) for a, b in ((y0, y1), (x0, x1)))
    return np.asarray(image[rows[:, None], columns].mean(axis=-1), np.uint8)


def nearest_agree(values: NDArray[np.float64], types: Sequence[str]) -> float:
    """Return how often the nearest other (N, D) is of the same type."""
    unit = (values - values.mean(axis=0)) / (values.std(axis=0) + 1e-6)
    far = np.square(unit[:, None] - unit[None]).sum(axis=-1)
    np.fill_diagonal(far, np.inf)
    return float(np.mean([types[i] == types[int(j)] for i, j in enumerate(far.argmin(axis=1))]))
