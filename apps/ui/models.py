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

    def __init__(self) -> None:
        self._lock = Lock()
        self._loaded: OrderedDict[str, tuple[int, Detector]] = OrderedDict()

    def get(self, name: str) -> "Detector":
        """Return the detector as it is on disk now."""
        with self._lock:
            changed = library.existing_folder(name).stat().st_mtime_ns
            if self._loaded.get(name, (None, None))[0] != changed:
                self._loaded[name] = (changed, library.load(name))
            self._loaded.move_to_end(name)
            while len(self._loaded) > MOST:
                self._loaded.popitem(last=False)
            return self._loaded[name][1]
