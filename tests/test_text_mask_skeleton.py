"""The modalities beside the picture: read in every form people have them in, refused in words otherwise."""

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from fusion.errors import BadInput
from fusion.modality.mask import read_gt_mask, read_mask
from fusion.modality.skeleton import COCO_JOINTS, read_skeleton
from fusion.modality.text import read_text

SIZE = (40, 30)
HALF = np.zeros((30, 40), np.uint8)
HALF[:, 20:] = 255
POSE = np.column_stack([np.arange(17) * 2 + 1, np.arange(17) + 3, np.full(17, 0.5)])


def png(array: Any) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(array).save(buffer, "PNG")
    return buffer.getvalue()


def as_json(value: Any) -> bytes:
    return json.dumps(value).encode()


def as_numpy(**arrays: Any) -> bytes:
    buffer = io.BytesIO()
    if list(arrays) == ["npy"]:
        np.save(buffer, arrays["npy"])
    else:
        np.savez(buffer, **arrays)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("  a\tclean\r\n metal  surface \n", "a clean metal surface"),
        ("bell\a, null\0 and \x1b[31mred", "bell, null and [31mred"),
        ("left\u202eto right", "leftto right"),
        ("half a pair \ud83d", "half a pair"),
        ("划痕在左边", "划痕在左边"),
        ("e\u0301", "\u00e9"),
        (" \n ", ""),
        ("x" * 2000, "x" * 2000),
    ],
)
def test_a_text_becomes_one_clean_line(source: str, text: str) -> None:
    assert read_text(source) == text
    assert read_text(text) == text


def test_a_text_beyond_2000_characters_is_refused_with_its_length() -> None:
    with pytest.raises(BadInput, match="the prompt: 2,001 characters; the limit is 2,000"):
        read_text("x" * 2001, "the prompt")


def test_a_mask_is_read_as_weights_of_the_pictures_size() -> None:
    soft = HALF.copy()
    soft[:, :10] = 51
    mask = read_mask(png(soft), SIZE)
    assert mask.dtype == np.float32
    np.testing.assert_allclose(mask, soft / 255, atol=1e-6)


@pytest.mark.parametrize(
    "content",
    [
        png(HALF // 255),
        png(HALF > 0),
        png(np.dstack([HALF, HALF * 0, HALF * 0])),
        png(np.dstack([np.full((30, 40, 3), 255, np.uint8), HALF])),
        png(HALF.astype(np.uint16) * 257),
    ],
    ids=["zeros and ones", "bilevel", "painted red", "painted on transparency", "16 bits"],
)
def test_the_ways_to_draw_a_mask_agree(content: bytes) -> None:
    np.testing.assert_array_equal(read_mask(content, SIZE), HALF / 255)


def test_a_mask_of_another_resolution_is_resized() -> None:
    mask = read_mask(png(HALF), (401, 303))  # as a tool rounds it
    assert mask.shape == (303, 401)
    assert mask[:, :150].max() == 0
    assert mask[:, 250:].min() == 1


@pytest.mark.parametrize("size", [(30, 40), (40, 40), (400, 330)])
def test_a_mask_of_other_proportions_is_refused_with_both_sizes(size: tuple[int, int]) -> None:
    with pytest.raises(BadInput, match=rf"roi\.png: the mask is 40 x 30 px, its picture {size[0]} x {size[1]} px"):
        read_mask(png(HALF), size, "roi.png")


def test_a_mask_that_ignores_everything_is_refused() -> None:
    with pytest.raises(BadInput, match="0 everywhere, so nothing is left to look at"):
        read_mask(png(HALF * 0), SIZE)


@pytest.mark.parametrize(
    ("levels", "defect"),
    [((0, 255), (0, 1)), ((0, 127, 128), (0, 0, 1)), ((3, 250), (0, 1)), ((0, 1, 2, 3), (0, 1, 1, 1)), ((0,), (0,))],
)
def test_ground_truth_is_half_of_white_or_any_class_number(
    tmp_path: Path, levels: tuple[int, ...], defect: tuple[int, ...]
) -> None:
    bands = np.arange(40) * len(levels) // 40
    (tmp_path / "m.png").write_bytes(png(np.tile(np.array(levels, np.uint8)[bands], (30, 1))))
    mask = read_gt_mask(tmp_path / "m.png", SIZE)
    assert mask.dtype == bool
    np.testing.assert_array_equal(mask, np.tile(np.array(defect, bool)[bands], (30, 1)))


def test_a_folder_of_ground_truth_is_united(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no masks in this folder"):
        read_gt_mask(tmp_path, SIZE)
    (tmp_path / "000.png").write_bytes(png(HALF))
    (tmp_path / "001.png").write_bytes(png(HALF[:, ::-1]))
    assert read_gt_mask(tmp_path, SIZE).all()


@pytest.mark.parametrize(
    "content",
    [
        as_json(POSE.tolist()),
        as_json(POSE.ravel().tolist()),
        as_json({"keypoints": POSE.ravel().tolist()}),
        as_json({"keypoints": POSE.tolist(), "score": 0.9}),
        as_numpy(npy=POSE.astype(np.float32)),
        as_numpy(npy=POSE[None]),
        as_numpy(pose=POSE),
        as_numpy(keypoints=POSE, boxes=np.zeros(4)),
    ],
)
def test_the_ways_to_write_a_pose_agree(content: bytes) -> None:
    pose = read_skeleton(content, SIZE)
    assert pose.dtype == np.float32
    np.testing.assert_array_equal(pose, POSE.astype(np.float32))


def test_cocos_visibility_becomes_confidence_but_zeros_and_ones_stay() -> None:
    pose = POSE.copy()
    pose[:, 2] = [0, 1, 2] * 5 + [2, 2]
    assert read_skeleton(as_json(pose.tolist()))[:3, 2].tolist() == [0, 0.5, 1]
    pose[:, 2] = [0, 1] * 8 + [1]
    assert read_skeleton(as_json(pose.tolist()))[:2, 2].tolist() == [0, 1]


def test_a_joint_that_was_not_seen_may_lie_anywhere() -> None:
    pose = POSE.copy()
    pose[3] = (-5, 999, 0)
    assert read_skeleton(as_json(pose.tolist()), SIZE)[3].tolist() == [-5, 999, 0]


def changed(place: Any, value: float) -> bytes:
    pose = POSE.copy()
    pose[place] = value
    return as_json(pose.tolist())


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (as_json(POSE[:12].tolist()), "it holds 12 x 3 numbers; expected one pose of 17 joints"),
        (as_json([0.0] * 75), "it holds 75 numbers"),
        (as_json(POSE[:, :2].tolist()), "it holds 17 x 2 numbers"),
        (as_json([[1, 2, 3], [4]]), "unequal length"),
        (as_json([["a", "b", "c"]] * 17), "not of numbers"),
        (as_json({"people": []}), r"no 'keypoints' among its keys \(people\)"),
        (changed((5, 0), np.nan), "NaN or infinite at left shoulder"),
        (changed((0, 2), 1.5), "confidences from 0.5 to 1.5; expected 0 to 1"),
        (changed((0, 2), -0.1), "confidences from -0.1"),
        (changed((slice(None), 2), 0), "no joint was seen"),
        (as_json((POSE / 40).tolist()), "within one pixel; multiply them by the picture's width and height"),
        (changed((9, 0), 41), r"left wrist at \(41, 12\) lies outside the picture of 40 x 30 px"),
        (changed((16, 1), -2), "right ankle at .* lies outside"),
        (b"left arm up", "a text that begins with 'left arm up', not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"[" + b"0," * 600_000, "larger than 1 MB"),
        (as_numpy(a=POSE, b=POSE), "it holds the arrays a, b; name the pose 'keypoints'"),
        (as_numpy(npy=POSE)[:60], "can't be read as NumPy's"),
        (as_numpy(a=POSE)[:200], "can't be read as NumPy's"),
        (as_numpy(npy=np.array([{"a": 1}], dtype=object)), "without pickle"),
    ],
)
def test_what_is_no_pose_is_refused_with_a_reason(content: bytes, message: str) -> None:
    with pytest.raises(BadInput, match=f"worker.json: .*{message}"):
        read_skeleton(content, SIZE, "worker.json")


def test_joints_are_cocos_seventeen() -> None:
    assert len(COCO_JOINTS) == len(set(COCO_JOINTS)) == 17
    assert (COCO_JOINTS[0], COCO_JOINTS[9], COCO_JOINTS[16]) == ("nose", "left wrist", "right ankle")
