"""Preview: what defects look like on good pictures before anything is fitted on them, one of each kind.

They are painted by `fusion.synthesis.synthesise`, by which a network's lessons are painted, and what its detection
limits are measured on; severities are drawn as they are there, so that some are faint.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from assistant import pictures
from assistant.synthesising import labelled
from fusion.errors import BadData, BadInput
from fusion.item import Item
from fusion.progress import Progress, silent
from fusion.sample import Sample

SIDE = 640  # px of the longer side: what is painted grows with the picture, and looks the same
BORROWED = 4  # other good pictures from which a defect may borrow


@dataclass(frozen=True)
class Preview:
    """A defect painted on a good picture, outlined, as a file that says that it is generated."""

    source: str  # the picture's name
    kind: str  # of fusion.synthesis.KINDS
    png: bytes


def previews(items: Sequence[Item], seed: int, progress: Progress = silent) -> Iterator[Preview]:
    """Yield one painting of each kind, on pictures that the seed chooses; BadData where none can be read."""
    from fusion.representation.segment import has_background, part_of, segment, thumbnail  # OpenCV
    from fusion.synthesis import KINDS, synthesise

    samples = _chosen(items, seed, len(KINDS))
    images = [pictures.shrunk(sample.image, SIDE) for sample in samples if sample.image is not None]
    free = has_background([segment(thumbnail(image)) for image in images])
    for number, kind in enumerate(KINDS):
        progress("painting synthetic defects", number, len(KINDS))
        at = number % len(images)
        others = [one for i, one in enumerate(images) if i != at and one.shape == images[at].shape][:BORROWED]
        part = part_of(images[at]) if free else None
        found = synthesise(images[at], np.random.default_rng([seed, number]), kind, part, others=others)
        shown, sample = pictures.outlined(found.image, found.mask)[0], samples[at]
        said = labelled(shown, found.caption, Description=found.caption, Sample=sample.sha256, Seed=str(seed))
        yield Preview(sample.name, kind, said)
    progress("painting synthetic defects", len(KINDS), len(KINDS))


def _chosen(items: Sequence[Item], seed: int, most: int) -> list[Sample]:
    """Return at most so many pictures that can be read."""
    samples: list[Sample] = []
    reasons: list[str] = []
    for at in np.random.default_rng(seed).permutation(len(items)).tolist():
        try:
            samples.append(items[at].load())
        except BadInput as error:
            reasons.append(str(error))
        if len(samples) == most:
            break
    if not samples:
        raise BadData(f"none of {len(items)} pictures can be painted on; the first problem: {reasons[0]}")
    return samples
