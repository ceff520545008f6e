"""The models that are in memory: loaded once, loaded again when their folder changes, forgotten when there are many."""

from collections import OrderedDict
from threading import Lock
from typing import TYPE_CHECKING

from assistant import library

if TYPE_CHECKING:
    from fusion.detector import Detector

MOST = 3


class Models:
    """Detectors by name; safe to ask from several threads, of which one loads while the others wait."""

    def __init__(self, words: str | None = None) -> None:
        """Take what gives words their meaning, as `Detector.with_words` does, for all of them."""
        self._words = words
        self._lock = Lock()
        self._loaded: OrderedDict[str, tuple[int, Detector]] = OrderedDict()

    def get(self, name: str) -> "Detector":
        """Return the detector as it is on disk now."""
        with self._lock:
            changed = library.existing_folder(name).stat().st_mtime_ns
            if self._loaded.get(name, (None, None))[0] != changed:
                detector = library.load(name)
                self._loaded[name] = (changed, detector.with_words(self._words) if self._words else detector)
            self._loaded.move_to_end(name)
            while len(self._loaded) > MOST:
                self._loaded.popitem(last=False)
            return self._loaded[name][1]
