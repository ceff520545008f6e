"""The models that are in memory: loaded once, loaded again when their folder changes, forgotten when there are many."""

import os
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar
from weakref import WeakValueDictionary

from anyio import CapacityLimiter, to_thread

from assistant import library
from assistant.moving import load_movement_model

if TYPE_CHECKING:
    from assistant.moving import Model
    from explain.local import Local
    from explain.remote import Remote
    from fusion.detector import Detector

MOST = 3
T = TypeVar("T")


class Models:
    """Detectors by name; safe to ask from several threads, of which one loads while the others wait."""

    def __init__(self, words: str | None = None, narrator: "Local | Remote | None" = None) -> None:
        """Take what gives words their meaning, as `Detector.with_words` does, and who tells, or helps to understand."""
        self._words, self.narrator = words, narrator
        self._lock = Lock()
        self._loaded: OrderedDict[Path, tuple[int, Any]] = OrderedDict()
        # What a conversation still speaks of is not loaded a second time: two of it would be two models to it.
        self._spoken_of: WeakValueDictionary[tuple[Path, int], Any] = WeakValueDictionary()
        self._places = CapacityLimiter(max(1, min(os.cpu_count() or 1, 8)))

    async def in_turn(self, work: Callable[[], T]) -> T:
        """Do a program's heavy work in a thread: as many at once as there are cores, others wait and keep no thread."""
        return await to_thread.run_sync(work, limiter=self._places)

    def get(self, name: str) -> "Detector":
        """Return the detector as it is on disk now."""
        detector: Detector = self._kept(library.existing_folder(name, "pictures"), lambda: self._picture(name))
        return detector

    def movement(self, name: str) -> "Model":
        """Return the detector of movements as it is on disk now."""
        folder = library.existing_folder(name, "movements")
        detector: Model = self._kept(folder, lambda: load_movement_model(name))
        return detector

    def _picture(self, name: str) -> "Detector":
        detector = library.load(name)
        return detector.with_words(self._words) if self._words else detector

    def _kept(self, folder: Path, load: Callable[[], Any]) -> Any:
        with self._lock:
            changed = folder.stat().st_mtime_ns
            if self._loaded.get(folder, (None, None))[0] != changed:
                if (model := self._spoken_of.get((folder, changed))) is None:
                    self._spoken_of[folder, changed] = model = load()
                self._loaded[folder] = (changed, model)
            self._loaded.move_to_end(folder)
            while len(self._loaded) > MOST:
                self._loaded.popitem(last=False)
            return self._loaded[folder][1]
