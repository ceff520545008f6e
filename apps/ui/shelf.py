"""Files for the browser to fetch: pictures and reports in one folder, of which only the newest stay."""

import hashlib
from collections import deque
from pathlib import Path

MOST = 64


class Shelf:
    """Puts content into a folder under a name that the user knows; Gradio keeps its own copy of what it shows."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._kept: deque[Path] = deque()

    def put(self, name: str, content: bytes) -> str:
        """Write a file and return its path; the oldest beyond MOST go."""
        path = self._folder / hashlib.sha256(content).hexdigest()[:16] / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        if path in self._kept:
            self._kept.remove(path)
        self._kept.append(path)
        while len(self._kept) > MOST:
            self._kept.popleft().unlink(missing_ok=True)
        return str(path)
