"""Kept: pictures encoded once for all rows that see them through the same encoder, as long as memory lasts."""

import hashlib
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from fusion.representation.encoder import Encoded, Encoder

SHARE = 0.5  # of the free memory may be taken
UNTOLD = 2**30  # bytes that may be, where the system doesn't tell what is free


@dataclass(eq=False)
class Kept:
    """What one encoder made of pictures, by their content; another encoder's are forgotten."""

    limit: int | None = None  # bytes; None: SHARE of what is free when an encoder comes
    _encoder: "Encoder | None" = None
    _encoded: dict[bytes, "Encoded"] = field(default_factory=dict)
    _left: int = 0  # bytes
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, encoder: "Encoder", image: NDArray[np.uint8]) -> "Encoded":
        """Return a picture, (H, W, 3), encoded; what finds no room is encoded again the next time."""
        digest = hashlib.sha256(str(image.shape).encode() + image.tobytes()).digest()
        with self._lock:
            if encoder is not self._encoder:
                self._encoder, self._encoded = encoder, {}
                self._left = int(SHARE * free_memory()) if self.limit is None else self.limit
            known = self._encoded.get(digest)
        if known is not None:
            return known
        encoded = encoder(image)
        taken = encoded.picture.nbytes + sum(one.nbytes for one in encoded.tokens)
        with self._lock:
            if encoder is self._encoder and taken <= self._left and digest not in self._encoded:
                self._encoded[digest] = encoded
                self._left -= taken
        return encoded


def free_memory() -> int:
    """Return how many bytes can be had without swapping; UNTOLD where the system doesn't tell."""
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
    except OSError:
        return UNTOLD
    return next((1024 * int(line.split()[1]) for line in lines if line.startswith("MemAvailable:")), UNTOLD)
