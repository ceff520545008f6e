"""Gather the evidence of one inspection.

Numbers are rounded here, once, so that a text, a table and the JSON of one inspection never disagree.
"""

import dataclasses
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explain import plain
from explain.difference import Region, measure
from explain.evidence import Evidence, Limits, Map, Modality, Peak, Picture, Support
from explain.grouping import Spot, find
from explain.meaning import best_fit
from explain.naming import Kinds, Name, built_in
from explain.nearest import PastCases, near_normals
from explain.place import Frame, whole_if_empty
from explain.prompt import PromptEffect, clean, effect_of
from explain.quality import quality
from fusion.detection import Detection
from fusion.errors import BadInput, BadModel, BadSetting
from fusion.sample import Sample

MAX_REGIONS = 8
LEAST_AROUND = 8  # px around a region, in the crop that an eye sees
Eye = Callable[[NDArray[np.uint8]], NDArray[np.float32]]


def gather(
    sample: Sample,
    detection: Detection,
    model: Mapping[str, Any],
    support: Mapping[str, Any],
    mm_per_px: float | None = None,
    kinds: Kinds | None = None,
    cases: PastCases | None = None,
    eye: Eye | None = None,
) -> Evidence:
    """Return the evidence of one inspection.

    `model` says in plain values what judged; `support` is a `fusion.calibration.Support` as a dict; `kinds` are those
    that regions are named after, the built-in ones unless given; `cases` are the nearest on record. An `eye` says how
    likely a crop shows each kind of defect, (h, w, 3) -> (9,).
    """
    if sample.image is None:
        raise BadInput(f"{clean(sample.name)!r} has no image, and only images can be explained so far; give one")
    refused = detection.verdict == "REFUSED"
    spots = [] if refused else find(detection)
    regions = measure(sample.image, detection, spots[:MAX_REGIONS], mm_per_px)
    kinds = kinds or built_in()
    given: dict[Modality, bool] = {
        "text": bool(sample.text and sample.text.strip()),
        "mask": sample.mask is not None,
        "skeleton": sample.skeleton is not None,
    }
    evidence = Evidence(
        schema_version="4.2",
        sample=Picture(clean(sample.name), sample.sha256, sample.image.shape[1], sample.image.shape[0]),
        model=_scalars(model),
        verdict=detection.verdict,
        score=None if refused else detection.pred_score,
        p_value=None if refused else detection.p_value,
        thresholds=Limits(**dataclasses.asdict(detection.thresholds)),
        support=plain.from_plain(Support, dict(support), "support"),
        map=None if refused else _map(detection),
        frame="picture" if detection.part.all() or not detection.part.any() else "part",
        mm_per_px=mm_per_px,
        regions_found=len(spots),
        regions=tuple(_named(region, sample.image, kinds, eye) for region in regions),
        has_text=given["text"],
        has_mask=given["mask"],
        has_skeleton=given["skeleton"],
        looked_at=None if refused or detection.looked_at is None else 100 * detection.looked_at,
        not_used=tuple(name for name, here in given.items() if here and name not in detection.used),
        prompt=None if refused else _prompt(detection, regions, spots, kinds),
        spread=None if refused else _spread(detection),
        refusal=clean(detection.refusal) if detection.refusal else None,
        quality=quality(sample.image, detection.part),
        normals=near_normals(detection.remembered),
        cases=None if refused else cases,
    )
    return _decisive(_finite(evidence), plain.rounded(evidence))


def _named(region: Region, image: NDArray[np.uint8], kinds: Kinds, eye: Eye | None) -> Region:
    """Return a region with the names that fit it, and what an eye takes it for, seen with its surroundings."""
    region = dataclasses.replace(region, names=kinds.name(region))
    if eye is None:
        return region
    from fusion.synthesis.words import KINDS  # OpenCV

    x0, y0, x1, y1 = region.bbox
    around = max(LEAST_AROUND, max(x1 - x0, y1 - y0) // 4)
    crop = image[max(0, y0 - around) : y1 + around, max(0, x0 - around) : x1 + around]
    likely = eye(crop)
    best = int(likely.argmax())
    return dataclasses.replace(region, taken_for=Name(KINDS[best], float(likely[best])))


def _prompt(
    detection: Detection, regions: Sequence[Region], spots: Sequence[Spot], kinds: Kinds
) -> PromptEffect | None:
    """Return what words did, and which region they point at; None without words."""
    said = detection.guidance
    if said is None:
        return None
    fits = None
    if said.role == "search":
        fits = best_fit(said.focus, regions, spots[: len(regions)], detection, kinds)
    return effect_of(said, detection, spots, fits)


def _scalars(model: Mapping[str, Any]) -> dict[str, str | int | float | bool | None]:
    for key, value in model.items():
        finite = value is None or isinstance(value, str) or (isinstance(value, int | float) and math.isfinite(value))
        if not finite:
            raise BadSetting(f"model[{key!r}] is {value!r:.60}, expected a text, a finite number, a bool or None")
    return dict(model)


def _map(detection: Detection) -> Map:
    values, level = detection.anomaly_map, detection.map_threshold
    part = whole_if_empty(detection.part)
    y, x = (int(v) for v in np.unravel_index(int(values.argmax()), values.shape))
    top = float(values[y, x])
    peak = None
    if top > max(float(values.min()), 0.0):
        peak = Peak(top, x, y, Frame(part).place(x, y), top / level if level > 0 else None)
    beyond = 100 * np.count_nonzero(detection.pred_mask & part) / np.count_nonzero(part)
    return Map(level, float(beyond), peak)


def _spread(detection: Detection) -> float | None:
    """Return by how many grey levels samples of the normal version disagree where the map marks pixels."""
    if detection.spread is None or not detection.pred_mask.any():
        return None
    return float(detection.spread[detection.pred_mask].mean())


def _finite(evidence: Evidence) -> Evidence:
    """Raise BadModel at a number that is none: a score of nan says that the model is broken, not the part."""
    wrong = [(value, unit) for unit, value in plain.numbers(evidence) if not math.isfinite(value)]
    if wrong:
        value, unit = wrong[0]
        raise BadModel(
            f"{evidence.sample.name!r} got a value of {value} ({unit}), expected a number; fit the model again"
        )
    return evidence


def _decisive(exact: Evidence, rounded: Evidence) -> Evidence:
    """Add digits to score and thresholds while rounding makes the score look to be on the other side of one."""
    if exact.score is None:
        return rounded
    values = (exact.score, exact.thresholds.review, exact.thresholds.reject)
    digits = next(d for d in range(2, 16) if d == 15 or _sides(values, d) == _sides(values, 15))
    score, review, reject = (round(v, digits) + 0.0 for v in values)
    limits = dataclasses.replace(rounded.thresholds, review=review, reject=reject)
    return dataclasses.replace(rounded, score=score, thresholds=limits)


def _sides(values: tuple[float, ...], digits: int) -> list[bool]:
    """Tell whether the first of the values is at or above each of the others, with so many digits."""
    score, *limits = (round(v, digits) for v in values)
    return [score >= limit for limit in limits]
