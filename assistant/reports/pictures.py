"""The pictures of an inspection, made again from the kept picture by the kept model: neither needs to be trusted."""

from collections import OrderedDict
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

from PIL import Image

from assistant import colours, guide, pictures
from assistant.page import TITLES
from assistant.recording import map_hash
from assistant.replaying import kept_detector, kept_sample
from assistant.reports.facts import Found
from assistant.store import Store
from fusion.errors import FoilError

if TYPE_CHECKING:
    from fusion.detector import Detector  # imports torch

LEGEND = 900  # pixels wide
MOST = 8  # models in memory


@dataclass(frozen=True, eq=False)
class Seen:
    """What there is to see of an inspection; only the input of what was refused."""

    input: colours.Picture
    normal: colours.Picture | None
    difference: colours.Picture | None
    legend: colours.Picture | None
    same: bool  # whether the map is bit for bit the one that was recorded


@dataclass(frozen=True)
class Shown:
    """The same as JPEG."""

    input: bytes
    normal: bytes | None
    difference: bytes | None
    legend: bytes | None
    same: bool


@dataclass(frozen=True)
class Outlined:
    """A region as far as it is drawn."""

    number: int
    bbox: tuple[int, int, int, int]


class Painter:
    """Makes pictures of inspections; the last models stay in memory."""

    def __init__(self, store: Store, longest: int) -> None:
        self.store, self.longest = store, longest
        self._detectors: OrderedDict[tuple[str, str], Detector | FoilError] = OrderedDict()

    def shown(self, found: Found) -> Shown:
        """Return the pictures of an inspection of a picture, small; FoilError says why there are none."""
        seen = self.seen(found)
        normal = None if seen.normal is None else self._jpeg(seen.normal, "normal")
        difference = None if seen.difference is None else self._jpeg(seen.difference, "overlay")
        legend = None if seen.legend is None else jpeg(seen.legend)
        return Shown(self._jpeg(seen.input, "input"), normal, difference, legend, seen.same)

    def seen(self, found: Found) -> Seen:
        """Return what `shown` shows, with all its pixels."""
        sample, asked = kept_sample(self.store, found.said, found.document), found.document["asked"]
        image = sample.image
        assert image is not None  # it was read from a picture
        if found.document["evidence"]["map"] is None:
            return Seen(image, None, None, None, True)
        detection = guide.detect(self._detector(found.model, asked["words"]), sample, asked["samples"])
        regions = [Outlined(region["number"], region["bbox"]) for region in found.document["regions"]]
        outlined = pictures.contours(pictures.overlay(image, detection), detection, regions)
        legend = colours.legend(detection.map_threshold, detection.map_top, detection.thresholds, LEGEND)
        same = map_hash(detection.anomaly_map) == found.said["map"]
        return Seen(image, detection.normal, outlined, legend, same)

    def _detector(self, sha256: str, words: str) -> "Detector":
        key = sha256, words
        if key not in self._detectors:
            try:
                self._detectors[key] = kept_detector(self.store, sha256, words)
            except FoilError as error:
                self._detectors[key] = error
        self._detectors.move_to_end(key)
        while len(self._detectors) > MOST:
            self._detectors.popitem(last=False)
        if isinstance(kept := self._detectors[key], FoilError):
            raise kept
        return kept

    def _jpeg(self, picture: colours.Picture, what: str) -> bytes:
        """Return a picture that says below itself what it is, wherever it is taken from the report."""
        return jpeg(pictures.captioned(pictures.shrunk(picture, self.longest), TITLES[what]))


def jpeg(picture: colours.Picture) -> bytes:
    buffer = BytesIO()
    Image.fromarray(picture).save(buffer, "JPEG", quality=88)
    return buffer.getvalue()
