"""Long movements: the same windows as reading the whole would give, in memory that doesn't grow with them."""

import io
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from fusion.errors import BadInput, BadSetting
from fusion.motion.joint_sets import PLUG_IN_GAIT
from fusion.motion.joints import COCO
from fusion.motion.read import read_motion
from fusion.motion.stream import stream_motion


def walk(frames: int) -> np.ndarray:
    draw = np.random.default_rng(0)
    return np.round(draw.uniform(50, 250, (1, 17, 2)) + draw.normal(0, 2, (frames, 17, 2)), 2).astype(np.float32)


def save(folder: Path, kind: str, values: np.ndarray) -> Path:
    path = folder / f"walk.{kind}"
    if kind == "npy":
        np.save(path, values)
    elif kind == "npz":
        np.savez_compressed(path, walk=values)
    else:
        buffer = io.StringIO()
        np.savetxt(buffer, values.reshape(len(values), -1), "%.2f", ",")
        path.write_text(buffer.getvalue())
    return path


@pytest.mark.parametrize("kind", ["npy", "npz", "csv"])
@pytest.mark.parametrize(
    ("frames", "window", "step", "starts"),
    [
        (100, 30, 20, [0, 20, 40, 60, 70]),
        (100, 40, 20, [0, 20, 40, 60]),
        (100, 10, 45, [0, 45, 90]),
        (100, 10, 60, [0, 60, 90]),
        (9000, 5000, 4000, [0, 4000]),
        (9001, 3000, 6000, [0, 6000, 6001]),
        (20, 30, 10, [0]),
    ],
)
def test_windows_are_parts_of_the_whole(
    tmp_path: Path, kind: str, frames: int, window: int, step: int, starts: list[int]
) -> None:
    path = save(tmp_path, kind, walk(frames))
    whole = read_motion(path, rate=25)
    found = list(stream_motion(path, None, window, step, 25))
    assert [at for at, _ in found] == starts
    for at, motion in found:
        assert (motion.joints, motion.rate, motion.name) == (COCO, 25, str(path))
        np.testing.assert_array_equal(motion.places, whole.places[at : at + window])
        np.testing.assert_array_equal(motion.confidence, whole.confidence[at : at + window])


@pytest.mark.parametrize("kind", ["npy", "npz", "csv"])
def test_memory_does_not_grow_with_the_movement(tmp_path: Path, kind: str) -> None:
    peaks = []
    for frames in (3_000, 9_000):
        path = save(tmp_path, kind, walk(frames))
        tracemalloc.start()
        assert sum(len(motion) for _, motion in stream_motion(path, COCO, 500, 500, 25)) == frames
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.2 * peaks[0]  # three times as long


def test_windows_without_anybody_are_given_but_not_a_movement_without(tmp_path: Path) -> None:
    values = walk(100)
    values[20:60] = np.nan
    seen = [motion.confidence.any() for _, motion in stream_motion(save(tmp_path, "npy", values), None, 20, 20, 25)]
    assert seen == [True, False, False, True, True]
    values[:] = np.nan
    values[19] = walk(1)  # once, though in two windows
    with pytest.raises(BadInput, match=r"walk\.npy: seen in one frame; a movement needs a joint in at least 2"):
        list(stream_motion(save(tmp_path, "npy", values), None, 20, 10, 25))


def test_a_jump_is_named_by_its_place_in_the_file(tmp_path: Path) -> None:
    values = walk(9000)
    values[8765:] += 500
    windows = stream_motion(save(tmp_path, "npy", values), None, 50, 40, 25)
    with pytest.raises(BadInput, match="in frame 8765 the body jumps"):
        list(windows)


def test_what_cannot_be_streamed_is_refused(tmp_path: Path) -> None:
    path = save(tmp_path, "npy", walk(1))
    with pytest.raises(BadInput, match="one frame only"):
        list(stream_motion(path, None, 20, 10, 25))
    for window, step in ((1, 1), (20, 0)):
        with pytest.raises(BadSetting, match="expected at least 2 frames and 1 apart"):
            list(stream_motion(path, None, window, step, 25))
    with pytest.raises(BadInput, match="expected 39 joints of plug-in-gait-39"):
        list(stream_motion(save(tmp_path, "npy", walk(9)), PLUG_IN_GAIT, 20, 10, 25))
    (tmp_path / "walk.json").write_text("[[], []]")
    with pytest.raises(BadInput, match=r"JSON is read whole, not in windows; save the movement as \.npy"):
        list(stream_motion(tmp_path / "walk.json", None, 20, 10, 25))
    content = save(tmp_path, "npy", walk(9000)).read_bytes()
    path.write_bytes(content[:-1000])
    windows = stream_motion(path, None, 20, 20, 25)
    next(windows)
    with pytest.raises(BadInput, match="ends in the middle of its 9,000 frames"):
        list(windows)
