"""Meaning: which of the marked regions words mean, by the kinds that regions look like and by what the model hears.

Neither is sure. Together they choose better than either does alone: `foil bench --guide` measures how well.
"""

import math
from collections.abc import Sequence

import numpy as np

from explain.difference import Region
from explain.grouping import Spot
from explain.naming import FEWEST, Kinds, kind_said
from explain.prompt import RegionFit
from fusion.detection import Detection
from fusion.modality.prompt import Phrase, phrases

# Chosen on the first half of the painted pairs, 2026-11-29: how much what the model hears counts beside a region's
# looks, and what keeps a look that is nearly ruled out from deciding alone.
HEARD, FLOOR = 0.25, 0.01


def best_fit(
    focus: str, regions: Sequence[Region], spots: Sequence[Spot], detection: Detection, kinds: Kinds
) -> RegionFit | None:
    """Return which of the regions fits what is looked for best; None if that names no kind, or none fits it."""
    asked = [(phrase, kind) for phrase in phrases(focus) if (kind := kind_said(phrase.what, kinds))]
    fits = [
        (_fit(sure := sure_of(region, kind, kinds), _heard(spot, detection)), sure, region.number)
        for phrase, kind in asked
        for region, spot in zip(regions, spots, strict=True)
        if lies_in(region, phrase)
    ]
    best = max(fits, default=None)
    return RegionFit(best[2], best[1]) if best and (best[1] >= FEWEST or _found(detection)) else None


def sure_of(region: Region, kind: str, kinds: Kinds) -> float:
    """Return how sure it is that a region is of a kind."""
    return next((name.sure for name in kinds.rank(region) if name.kind == kind), 0.0)


def lies_in(region: Region, phrase: Phrase) -> bool:
    """Tell whether a region lies in all places that a phrase names."""
    return all(
        region.border != "inside" if place == "edge" else set(place.split("_")) <= set(region.place.split("_"))
        for place in phrase.places
    )


def _fit(sure: float, heard: float) -> float:
    return math.log(sure + FLOOR) + HEARD * math.log(heard / (1 - heard))


def _heard(spot: Spot, detection: Detection) -> float:
    """Return the largest share of a spot's difference that the model hears in the words; a half if it hears none."""
    if detection.guidance is None or detection.guidance.guided_map is None:
        return 0.5
    x0, y0, x1, y1 = spot.bbox
    named, whole = (
        values[y0:y1, x0:x1][spot.mask] for values in (detection.guidance.guided_map, detection.anomaly_map)
    )
    strong = whole >= whole.max() / 2
    return float(np.clip((named[strong] / np.maximum(whole[strong], 1e-6)).max(), 1e-3, 1 - 1e-3))


def _found(detection: Detection) -> bool:
    return detection.guidance is not None and (detection.guidance.found or 0) >= FEWEST
