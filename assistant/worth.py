"""What are painted defects worth? What a small supervised segmenter gains by them, on real defects it never saw.

That is how AnomalyXFusion judges synthesis. A few real defects of each type are learnt from, the others are tested on
with all good test pictures; their labels are compared with what came out, and go nowhere else.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast

import numpy as np

from assistant.synthesising import HARDLY, Painting, Wish, synthesise
from fusion.dataset import Dataset
from fusion.errors import BadData, BadInput, BadModel, BadSetting
from fusion.item import Item
from fusion.metrics import PixelMetrics, image_auroc
from fusion.progress import Progress, silent

if TYPE_CHECKING:
    from fusion.detector import Detector  # imports torch
    from fusion.learning.weights import Weights
    from fusion.picture import PictureMemory
    from fusion.segmenter import Lesson, Seen, Segmenter

FEW = 1 / 3  # of a type's defects are learnt from, as in AnomalyDiffusion and AnomalyXFusion
ASIDE = 1 / 5  # of the good parts are not fitted on: they are painted on, and what good looks like to a segmenter
OWN = "nothing: Foil's own map"
By = Literal["drawing", "model"]
PAINTED: dict[By, str] = {"drawing": "drawn", "model": "the model's"}


@dataclass(frozen=True)
class Worth:
    """What came of learning from some defects, on one draw of the real ones."""

    data: str
    learnt_from: str
    seed: int
    defects: int  # pictures of them that were learnt from
    pixel_ap: float
    aupro: float
    auroc: float  # over pictures


@dataclass(frozen=True, eq=False)
class Bench:
    """A data set that is looked at once, by a detector fitted on four fifths of its good parts."""

    dataset: Dataset
    detector: "Detector"
    good: list[Item]  # the last fifth
    seen: "dict[Item, Seen]"  # these and the test
    placed: frozenset[Item]  # defects whose masks say where they are
    unusable: dict[str, str]  # path -> why

    @property
    def defective(self) -> list[Item]:
        return [item for item in self.seen if item.label == 1]


def prepared(dataset: Dataset, settings: Mapping[str, Any], weights: Path | None, progress: Progress = silent) -> Bench:
    """Fit, with a painter from a file of weights if there is one, and look at every picture once."""
    from fusion.detector import DetectorConfig, fit
    from fusion.segmenter import see

    config, ready = DetectorConfig(**settings), painter_of(weights) if weights else None
    if config.trained:
        raise BadSetting(f"--synthesis sees by a closed form, not by {config.method}; what paints comes by --weights")
    tested = [item for item in dataset.test() if item.label is not None]
    unusable: dict[str, str] = {}
    placed = frozenset(item for item in tested if item.label == 1 and item.gt_mask and _marks(item, unusable))
    few, _ = split([item for item in tested if item.label == 1], placed, 0)
    if not few or all(item.label for item in tested):
        raise BadData(
            f"{dataset.root}: {len(few)} defects can be learnt from while the others are tested on with good pictures; "
            "expected 3 of a type or more, with masks, as in test/<defect> and ground_truth/<defect>, and test/good"
        )
    normals = dataset.normals()
    order = np.random.default_rng(0).permutation(len(normals)).tolist()
    aside = max(1, round(ASIDE * len(normals)))
    fitted, good = ([normals[at] for at in sorted(these)] for these in (order[aside:], order[:aside]))
    detector = fit(fitted, config, dataset.name, progress)
    if ready:
        detector = replace(detector, pictures=ready.painter(cast("PictureMemory", detector.pictures)))
    seen: dict[Item, Seen] = {}
    for number, item in enumerate(items := [*good, *tested]):
        progress(f"{dataset.name}: looking at every picture", number, len(items))
        try:
            image = item.load().image
        except BadInput as error:
            unusable[str(item.path)] = str(error)
        else:
            assert image is not None  # an item is a picture
            seen[item] = see(detector, image)
    return Bench(dataset, detector, good, seen, placed, unusable)


def worth(bench: Bench, count: int, seed: int, by: Sequence[By], progress: Progress = silent) -> list[Worth]:
    """Teach from a few real defects, from so many painted ones and from both, and compare on the other real ones."""
    from fusion.segmenter import Lesson, Segmenter

    few, rest = split(bench.defective, bench.placed, seed)
    plain = [Lesson(bench.seen[item]) for item in bench.good if item in bench.seen]
    real = [Lesson(bench.seen[item], item.load_gt_mask()) for item in few]
    lessons = {"a few real ones": real}
    for way in by:
        painted = list(_painted(bench, count, seed, way, progress))
        if not painted:
            raise BadModel(
                f"{bench.dataset.name}: of {count} defects, {PAINTED[way]}, none shows, so nothing can be learnt from "
                "them; paint more, or leave the weights out, or train their painter longer"
            )
        lessons |= {f"the few and {PAINTED[way]}": real + painted, f"{PAINTED[way]} alone": painted}
    taught = {}
    for number, (name, given) in enumerate(lessons.items()):
        progress(f"{bench.dataset.name}: teaching from {name}", number, len(lessons))
        taught[name] = Segmenter.taught([*plain, *given], seed)
    tested = [item for item in bench.seen if item.split == "test" and item.label == 0] + rest
    measured = _measured(bench, taught, tested, progress)
    return [
        Worth(bench.dataset.name, name, seed, len(lessons.get(name, ())), *figures)
        for name, figures in measured.items()
    ]


def split(defective: Sequence[Item], placed: Collection[Item], seed: int) -> tuple[list[Item], list[Item]]:
    """Deal a third of each type's defects, drawn by the seed from those of known place, and all others."""
    few: list[Item] = []
    for number, name in enumerate(sorted({item.defect for item in defective})):
        of_type = [item for item in defective if item.defect == name]
        known = [item for item in of_type if item in placed]
        order = np.random.default_rng([seed, number]).permutation(len(known)).tolist()
        few += [known[at] for at in order[: int(FEW * len(of_type))]]
    return few, [item for item in defective if item not in few]


def painter_of(path: Path) -> "Weights":
    """Return trained weights that hold a painter; BadModel for those without one."""
    from fusion.learning.weights import read_weights

    weights = read_weights(path)
    if weights.card["painter"] is None:
        raise BadModel(
            f"{path}: no painter came with these weights, since it filled no hole better than the memory of good parts "
            "does; train longer, or leave the weights out and measure drawn defects alone"
        )
    return weights


def _marks(item: Item, unusable: dict[str, str]) -> bool:
    """Tell whether a defect's mask says where it is."""
    try:
        return bool(item.load_gt_mask().any())
    except BadInput as error:
        unusable[str(item.gt_mask)] = str(error)
        return False


def _painted(bench: Bench, count: int, seed: int, by: By, progress: Progress) -> "Iterator[Lesson]":
    """Yield defects of all kinds in turn, under words, on good parts; both ways paint in the same masks.

    What hardly shows is left out, as `foil synthesise --data-set` leaves it out.
    """
    from fusion.segmenter import Lesson, see
    from fusion.synthesis import KINDS, caption

    good = [item for item in bench.good if item in bench.seen]
    for number in range(count):
        progress(f"{bench.dataset.name}: painting, {PAINTED[by]}", number, count)
        words = caption(KINDS[number % len(KINDS)], np.random.default_rng([seed, number]))
        item = good[number % len(good)]
        try:
            wish = Wish(words, seed=seed * count + number, by=by)
            painting: Painting = next(synthesise(replace(item.load(), text=None), bench.detector, wish))
        except BadInput as error:
            bench.unusable[f"{item.path}, {words}"] = str(error)
            continue
        if painting.shown >= HARDLY:
            yield Lesson(see(bench.detector, painting.image), painting.mask)


def _measured(
    bench: Bench, taught: "Mapping[str, Segmenter]", tested: Sequence[Item], progress: Progress
) -> dict[str, tuple[float, float, float]]:
    """Return pixel AP, AUPRO and image AUROC of Foil's own map and of each segmenter's."""
    names = [OWN, *taught]
    pixels, scores = {name: PixelMetrics() for name in names}, {name: list[float]() for name in names}
    for number, item in enumerate(tested):
        progress(f"{bench.dataset.name}: comparing with the labels", number, len(tested))
        seen = bench.seen[item]
        mask = item.load_gt_mask() if item.label == 0 or item in bench.placed else None
        for name in names:
            cells = taught[name](seen) if name in taught else seen.own
            scores[name].append(float(cells.max()))
            if mask is not None:
                pixels[name].add(seen.back(cells), mask)
    labels = [int(item.label == 1) for item in tested]
    return {
        name: (pixels[name].average_precision(), pixels[name].aupro(), image_auroc(scores[name], labels))
        for name in names
    }
