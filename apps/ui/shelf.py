"""Files for the browser to fetch: pictures and reports in one folder, of which only the newest stay."""

import hashlib
from collections import OrderedDict
from pathlib import Path
from threading import Lock

ADDRESS = "/shelf/"  # of its pictures, in the browser
PICTURES = (".png", ".jpg")  # what may be looked at there; what is to be downloaded goes another way
MOST = 2**30  # bytes: what twenty visitors look at stays for hours, and a disk does not fill


class Shelf:
    """Puts content into a folder under a name that the user knows; safe to use from several threads."""

    def __init__(self, folder: Path, most: int = MOST) -> None:
        self._folder, self._most, self._bytes = folder, most, 0
        self._lock = Lock()
        self._kept: OrderedDict[Path, int] = OrderedDict()  # path -> bytes, the newest last

    def put(self, name: str, content: bytes) -> str:
        """Write a file and return its path; the oldest go once there are too many bytes, but never this one."""
        path = self._folder / hashlib.sha256(content).hexdigest()[:16] / name
        with self._lock:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            self._bytes += len(content) - self._kept.pop(path, 0)
            self._kept[path] = len(content)
            while self._bytes > self._most and len(self._kept) > 1:
                oldest, size = self._kept.popitem(last=False)
                oldest.unlink(missing_ok=True)
                self._bytes -= size
        return str(path)

    def picture(self, place: str) -> Path | None:
        """Return the file of a picture by its place on the shelf; None where no such picture is kept."""
        path = self._folder / place
        with self._lock:
            return path if path in self._kept and path.suffix in PICTURES else None
