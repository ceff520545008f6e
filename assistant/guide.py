"""Guide: a person's words choose among what was found. A kind of defect to be left out takes away whole regions.

A detector reads places, and may hear words place by place; it does not know regions. Here the regions that look like
what the words leave out are masked, as if a person had drawn over them, and the sample is judged again.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from explain.difference import Region, measure
from explain.gather import MAX_REGIONS
from explain.grouping import Spot, covered, find
from explain.meaning import lies_in, sure_of
from explain.naming import Kinds, kind_said, kinds_in
from fusion.detection import Detection, Guidance
from fusion.errors import BadInput
from fusion.modality.prompt import Phrase, Prompt, phrases, read_prompt
from fusion.sample import Sample

if TYPE_CHECKING:
    from fusion.detector import Detector  # imports torch

# Sureness from which a region is left out: where words name a kind, and where they name its place as well. To leave out
# what somebody did not mean hides a defect; so it takes the likeliest name, and what isn't sure is said to count.
LEAST, POINTED = 0.4, 0.05
MAYBE = 0.1


def detect(detector: "Detector", sample: Sample, samples: int = 0) -> Detection:
    """Return what a detector finds under a sample's words, without the regions that they leave out by their kind.

    Kinds are the model's, not a user's, so that a record's result depends on no file beside it.
    """
    found = detector.detect(sample, samples)
    prompt, kinds = _prompt(sample, found), kinds_in(detector.card)
    if prompt is None or sample.image is None:
        return found
    named = [(phrase, kind) for phrase in phrases(prompt.ignore) if (kind := kind_said(phrase.what, kinds))]
    sought = any(kind_said(phrase.what, kinds) for phrase in phrases(prompt.focus))
    if not named and not (sought and found.guidance is None):
        return found
    found = replace(
        found, guidance=found.guidance or _unheard(prompt), used=tuple(dict.fromkeys([*found.used, "text"]))
    )
    spots = find(found)[:MAX_REGIONS] if named else []
    regions = measure(sample.image, found, spots)
    meant, unsure = _chosen(named, regions, kinds)
    assert found.guidance is not None
    said = replace(found.guidance, unsure=tuple(regions[at].place for at in unsure))
    if not meant:
        return replace(found, guidance=said)
    mask = _without([spots[at] for at in meant], found.pred_mask, sample.mask)
    again = detector.detect(replace(sample, mask=mask), samples)
    share = _share([spots[at] for at in meant], found)
    heard = again.guidance or said
    said = replace(
        heard,
        left_out=tuple(regions[at].place for at in meant),
        unsure=said.unsure,
        ignored=max(share, heard.ignored or 0.0),
        effect=max(share, heard.effect),
    )
    return replace(again, guidance=said, used=found.used, looked_at=found.looked_at)


def _prompt(sample: Sample, found: Detection) -> Prompt | None:
    """Return what a sample's words ask for; None if they ask for nothing, or say what the normal part is."""
    if not sample.text or found.refusal or (found.guidance and found.guidance.role == "description"):
        return None
    try:
        return read_prompt(sample.text, f"the text of {sample.name}")
    except BadInput:
        return None  # a detector that hears words has refused them already, and another is told as deaf


def _unheard(prompt: Prompt) -> Guidance:
    """Return the guidance of words in a language that the model itself does not hear."""
    return Guidance(
        text=prompt.text,
        role="search",
        focus=prompt.focus,
        ignore=prompt.ignore,
        place=prompt.place,
        unknown=prompt.unknown,
        basis="looks",
        effect=0.0,
        found=None,
        ignored=None,
        guided_map=None,
    )


def _chosen(
    named: Sequence[tuple[Phrase, str]], regions: Sequence[Region], kinds: Kinds
) -> tuple[list[int], list[int]]:
    """Return which regions, from 0, the words surely mean, and which they may mean."""
    meant, maybe = set[int](), set[int]()
    for phrase, kind in named:
        for at, region in enumerate(regions):
            sure = sure_of(region, kind, kinds)
            if lies_in(region, phrase) and sure >= (POINTED if phrase.places else LEAST):
                meant.add(at)
            elif lies_in(region, phrase) and sure >= MAYBE:
                maybe.add(at)
    return sorted(meant), sorted(maybe - meant)


def _without(spots: Sequence[Spot], marked: NDArray[np.bool_], mask: NDArray[np.float32] | None) -> NDArray[np.float32]:
    """Return a mask, (H, W), without some spots and a seam around each, but with all else that is marked."""
    from fusion.comparison import widened

    out = covered(spots, marked.shape)
    kept = np.asarray(~widened(out) | (marked & ~out), np.float32)
    return kept if mask is None else kept * mask


def _share(spots: Sequence[Spot], found: Detection) -> float:
    """Return the share of what is marked that some spots make up, in [0, 1]."""
    marked = found.anomaly_map[found.pred_mask].sum()
    out = sum(
        float(found.anomaly_map[y0:y1, x0:x1][spot.mask].sum()) for spot in spots for x0, y0, x1, y1 in [spot.bbox]
    )
    return float(np.clip(out / max(float(marked), 1e-6), 0, 1))
