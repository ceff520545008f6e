"""What was just inspected: the Ask tab need not look again at the picture that the Inspect tab shows."""

from collections import deque
from typing import TYPE_CHECKING

from assistant.inspection import Inspection
from fusion.sample import Sample

if TYPE_CHECKING:
    from fusion.detector import Detector

MOST = 4  # inspections: each holds a picture, its map and its normal version


class Recent:
    """The latest inspections of pictures as they are: without words, mask or skeleton.

    A picture is known by the very array that it is in, which no two visitors share, and so is the model.
    """

    def __init__(self) -> None:
        self._latest: deque[tuple[Detector, Inspection]] = deque(maxlen=MOST)

    def keep(self, detector: "Detector", inspection: Inspection) -> None:
        if _plain(inspection.sample):
            self._latest.append((detector, inspection))

    def find(self, detector: "Detector", sample: Sample) -> Inspection | None:
        """Return the inspection of a picture by a model, if it is among the latest."""
        if not _plain(sample):
            return None
        latest = [*self._latest]  # whoever keeps one meanwhile changes the deque
        return next((one for by, one in latest if by is detector and one.sample.image is sample.image), None)


def _plain(sample: Sample) -> bool:
    return sample.text is None and sample.mask is None and sample.skeleton is None
