"""Recognising: which of the models a refused picture may belong to, by asking each whether it knows such parts.

Nothing is judged by another model than the one that was chosen: a wrong part on a line must not pass since some other
line makes such parts. What is recognised is only offered.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from fusion.errors import FoilError
from fusion.sample import Sample

if TYPE_CHECKING:
    from fusion.detector import Detector

MOST = 8  # models that are asked: each may have to be read from disk


def recognised(sample: Sample, names: Sequence[str], get: Callable[[str], "Detector"]) -> list[str]:
    """Return the models that don't refuse a picture, the one to which it looks the most normal first.

    `get` returns a model by its name. One that can't be read or used recognises nothing: it is not what was asked for.
    """
    plain, found = Sample(sample.image, name=sample.name), []
    for name in names[:MOST]:
        with suppress(FoilError):
            detection = get(name).detect(plain)
            if detection.verdict != "REFUSED":
                found.append((detection.pred_score / detection.thresholds.reject, name))
    return [name for _, name in sorted(found)]
