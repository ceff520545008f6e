"""One thread a sample: small matrices lose more to waiting for each other than they gain, above all on busy machines.

Work is shared between cores by sample instead. As a sample is always computed by one thread, its result has the same
bits whatever else runs. torch knows one number for the whole process, so the last one out puts it back.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import torch

_lock = threading.Lock()
_inside = 0
_outside = 0  # torch's own number of threads, while somebody is inside


@contextmanager
def one_thread() -> Iterator[None]:
    """Compute with one thread while the block lasts; blocks may nest and overlap."""
    global _inside, _outside
    with _lock:
        if _inside == 0:
            _outside = torch.get_num_threads()
        _inside += 1
        torch.set_num_threads(1)
    try:
        yield
    finally:
        with _lock:
            _inside -= 1
            if _inside == 0:
                torch.set_num_threads(_outside)
