"""Streaming: long recordings as windows, in memory that doesn't grow with them."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fusion.errors import BadSetting
from fusion.files import open_input
from fusion.motion.joints import JointSet
from fusion.motion.motion import Motion
from fusion.motion.placing import motion_of, refuse_too_little
from fusion.motion.recording import open_recording, rate_of, split_key


def stream_motion(
    path: Path, joints: JointSet | None, window: int, step: int, rate: float | None = None
) -> Iterator[tuple[int, Motion]]:
    """Yield windows of a long .npy, .npz or table, each with the place of its first frame, `step` frames apart.

    The last window ends with the last frame; a movement shorter than a window is one. In a window nobody may be seen;
    BadInput at the end if nobody was in any. Memory holds a window and a few thousand frames.
    """
    if window < 2 or step < 1:
        raise BadSetting(f"windows of {window} frames, {step} apart; expected at least 2 frames and 1 apart")
    name = str(path)
    source, key = split_key(path)
    with open_input(source, name) as file, open_recording(file, key, joints, name) as recording:
        rate = rate_of(rate, recording, name)
        end = seen = 0
        for at, values in _windows(recording.chunks, window, step):
            first = recording.first + at
            motion = motion_of(values, recording.channels, recording.joints, rate, name, first)
            new = motion.confidence[max(end - at, 0) :]
            end, seen = at + len(motion), seen + int(new.any(axis=1).sum())
            if end < 2:
                break
            yield at, motion
        refuse_too_little(end, seen, name)


def _windows(
    chunks: Iterator[NDArray[np.float64]], window: int, step: int
) -> Iterator[tuple[int, NDArray[np.float64]]]:
    kept = next(chunks)
    start = at = end = 0  # of what is kept, of the next window; of the last one
    while True:
        while at + window <= start + len(kept):
            yield at, kept[at - start : at - start + window]
            at, end = at + step, at + window
        drop = max(len(kept) - window, 0)  # the last window may need all others
        kept, start = kept[drop:], start + drop
        chunk = next(chunks, None)
        if chunk is None:
            break
        kept = np.concatenate([kept, chunk])
    if end < start + len(kept):
        yield start, kept
