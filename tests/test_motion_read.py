"""Movements: read in every form people have them in, missing parts and all; refused in words otherwise."""

import io
import json
import unicodedata
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from fusion.errors import BadInput, BadSetting, FoilError
from fusion.motion.joint_sets import BODY_25, COCO_18, HALPE_26, PLUG_IN_GAIT
from fusion.motion.joints import COCO, Convention, JointSet
from fusion.motion.read import motion_keys, read_motion

Array = NDArray[np.float64]


def walk(joints: JointSet = COCO, frames: int = 6, seed: int = 0) -> Array:
    """Return somebody who walks through a picture, x, y, confidence: 200 px tall, 3 px a frame, to quarters of a px."""
    draw = np.random.default_rng(seed)
    body = draw.uniform((100, 50), (160, 250), (len(joints.joints), 2))
    places = body + np.arange(frames)[:, None, None] * (3, 0) + draw.normal(0, 1, (frames, len(joints.joints), 2))
    confidence = draw.integers(1, 5, (frames, len(joints.joints), 1)) / 4
    return np.concatenate([np.round(places * 4) / 4, confidence], axis=2)


WALK = walk()
FLAT = WALK.reshape(6, 51).tolist()


def as_json(value: Any) -> bytes:
    return json.dumps(value).encode()


def as_npy(array: Any, **options: Any) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array, **options)
    return buffer.getvalue()


def as_npz(**arrays: Any) -> bytes:
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)
    return buffer.getvalue()


def as_zip(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def as_table(values: Array, separator: str = ",", header: str = "") -> bytes:
    rows = [separator.join(map(str, frame)) for frame in values.reshape(len(values), -1).tolist()]
    return "\n".join([header, *rows] if header else rows).encode()


def header_of(joints: JointSet, separator: str = ",") -> str:
    channels = ("x", "y", "confidence")
    return separator.join(f"{joint.replace(' ', '_')}_{channel}" for joint in joints.joints for channel in channels)


def annotations(values: Array, **more: Any) -> list[dict[str, Any]]:
    flat = values.reshape(len(values), -1).tolist()
    return [{"image_id": frame, "keypoints": pose, "category_id": 1} | more for frame, pose in enumerate(flat)]


def openpose(pose: Any) -> dict[str, Any]:
    people = [] if pose is None else [{"person_id": [-1], "pose_keypoints_2d": np.ravel(pose).tolist()}]
    return {"version": 1.3, "people": people}


def read(content: bytes, **options: Any) -> Any:
    return read_motion(content, **({"rate": 25.0, "name": "walk"} | options))


@pytest.mark.parametrize(
    "content",
    [
        as_json(WALK.tolist()),
        as_json(FLAT),
        as_json([{"keypoints": pose} for pose in FLAT]),
        as_json([[{"keypoints": pose}] for pose in FLAT]),
        as_json([{"frame_id": 7 + t, "instances": [{"keypoints": pose}]} for t, pose in enumerate(FLAT)]),
        as_json([[{"keypoints": pose[:, :2].tolist(), "keypoint_scores": pose[:, 2].tolist()}] for pose in WALK]),
        as_json({"frames": [openpose(pose) for pose in WALK]}),
        as_json(annotations(WALK)),
        as_json(annotations(WALK)[::-1]),
        as_json([entry | {"image_id": f"{entry['image_id']:03}.jpg", "score": 2.9} for entry in annotations(WALK)]),
        as_json({"annotations": annotations(WALK)}),
        b"\xef\xbb\xbf \n" + as_json(annotations(WALK)),
        as_npy(WALK),
        as_npy(WALK.astype(np.float16)),
        as_npy(WALK.astype(">f4")),
        as_npy(np.asfortranarray(WALK)),
        as_npy(WALK.reshape(6, 51)),
        as_npz(walk=WALK),
        as_npz(keypoints=WALK, boxes=np.zeros((6, 4))),
        as_table(WALK),
        as_table(WALK, "\t"),
        as_table(WALK, " "),
        as_table(WALK, ";").replace(b".", b","),
        as_table(WALK, header=header_of(COCO)),
        as_table(WALK, header='"' + header_of(COCO).replace(",", '","') + '"').replace(b"\n", b"\r\n"),
        as_zip({f"clip_{t:012}_keypoints.json": as_json(openpose(pose)) for t, pose in enumerate(WALK)}),
        as_zip({"walk/alphapose-results.json": as_json(annotations(WALK)), "__MACOSX/._walk.json": b"\0"}),
    ],
)
def test_the_ways_to_write_a_movement_agree(content: bytes) -> None:
    motion = read(content)
    assert motion.joints is COCO
    assert (motion.rate, motion.name) == (25.0, "walk")
    assert motion.places.dtype == motion.confidence.dtype == np.float32
    np.testing.assert_allclose(motion.places, WALK[..., :2], rtol=1e-3)  # float16
    np.testing.assert_array_equal(motion.confidence, WALK[..., 2])


@pytest.mark.parametrize("joints", [COCO, COCO_18, BODY_25, HALPE_26], ids=lambda joints: joints.name)
def test_the_number_of_joints_tells_the_joint_set(tmp_path: Path, joints: JointSet) -> None:
    values = walk(joints)
    for frame, pose in enumerate(values):
        (tmp_path / f"cam2_{frame:012}_keypoints.json").write_bytes(as_json(openpose(pose)))
    for source in (tmp_path, as_json(annotations(values)), as_npy(values), as_npy(values[..., :2].reshape(6, -1))):
        motion = read_motion(source, rate=25)
        assert motion.joints is joints
        np.testing.assert_array_equal(motion.places, values[..., :2])
    assert (motion.confidence == 1).all()  # two channels: nobody doubts


def test_what_a_file_is_called_does_not_matter_and_its_content_is_all_that_counts(tmp_path: Path) -> None:
    (tmp_path / "walk.csv").write_bytes(as_npy(WALK))
    (tmp_path / "walk.npy").write_bytes(as_json(FLAT))
    one, other = (read_motion(tmp_path / name, rate=25) for name in ("walk.csv", "walk.npy"))
    assert one.sha256 == other.sha256
    assert one.name == str(tmp_path / "walk.csv")


# Missing joints and frames


def test_a_joint_that_was_not_seen_is_kept_at_0_with_confidence_0() -> None:
    values = WALK.copy()
    values[0, 3] = 0
    values[1, 4, 0] = np.nan
    values[2, 5, 2] = np.nan
    values[3, 6] = (999, -999, 0)
    unseen = np.zeros((6, 17), bool)
    unseen[[0, 1, 2, 3], [3, 4, 5, 6]] = True
    written = json.dumps(values.tolist())
    with_null = [
        [None if unseen[t, j] else joint for j, joint in enumerate(pose)] for t, pose in enumerate(WALK.tolist())
    ]
    table = as_table(values).replace(b"nan", b"")
    for content in (written.encode(), as_json(with_null), as_npy(values), table, table.replace(b",,", b",NA,")):
        motion = read(content)
        np.testing.assert_array_equal(motion.confidence == 0, unseen)
        assert (motion.places[unseen] == 0).all()
        np.testing.assert_array_equal(motion.places[~unseen], WALK[..., :2][~unseen])


def test_without_confidences_a_joint_at_0_was_not_seen() -> None:
    flat = WALK[..., :2].copy()
    flat[2, 5] = 0
    assert np.argwhere(read(as_npy(flat)).confidence == 0).tolist() == [[2, 5]]
    markers = walk(PLUG_IN_GAIT)
    markers[4, 7] = 0
    markers[3, 7, 0] = 0  # on a plane, and seen
    assert np.argwhere(read(as_npy(markers), joints=PLUG_IN_GAIT).confidence == 0).tolist() == [[4, 7]]


@pytest.mark.parametrize(
    "content",
    [
        as_json([entry for entry in annotations(WALK) if entry["image_id"] not in (2, 3)]),
        as_json([None if t in (2, 3) else pose for t, pose in enumerate(FLAT)]),
        as_json([[] if t in (2, 3) else [{"keypoints": pose}] for t, pose in enumerate(FLAT)]),
        as_zip({f"{t}.json": as_json(openpose(None if t in (2, 3) else pose)) for t, pose in enumerate(WALK)}),
        as_table(
            np.column_stack([[10, 11, 14, 15], WALK[[0, 1, 4, 5]].reshape(4, 51)]),
            header="frame," + header_of(COCO),
        ),
    ],
)
def test_missing_frames_are_frames_in_which_nobody_was_seen(content: bytes) -> None:
    motion = read(content)
    assert (motion.confidence > 0).any(axis=1).tolist() == [True, True, False, False, True, True]
    np.testing.assert_array_equal(motion.places[4:], WALK[4:, :, :2])


@pytest.mark.parametrize("missing", [10_000, 10_001])
def test_a_gap_of_ten_thousand_frames_is_the_longest(missing: int) -> None:
    numbers = [0, 1, missing + 2]
    table = as_table(np.column_stack([numbers, WALK[:3].reshape(3, 51)]), header="frame," + header_of(COCO))
    entries = [entry | {"image_id": number} for entry, number in zip(annotations(WALK[:3]), numbers, strict=True)]
    for content in (table, as_json(entries)):
        if missing == 10_000:
            assert len(read(content)) == 10_003
        else:
            with pytest.raises(BadInput, match="no frame between 1 and 10003; are these really numbers of frames"):
                read(content)


def test_time_runs_from_the_files_first_frame_to_its_last_whoever_was_in_them() -> None:
    frames = [[], [], *([{"keypoints": pose}] for pose in FLAT), []]
    assert len(read(as_json(frames))) == 9
    images = [{"id": 900 + t, "file_name": f"{t}.jpg"} for t in range(9)]
    entries = [{"image_id": 902 + t, "keypoints": pose} for t, pose in enumerate(FLAT)]
    motion = read(as_json({"images": images, "annotations": entries}))
    assert (motion.confidence > 0).any(axis=1).tolist() == [False] * 2 + [True] * 6 + [False]
    numbered = [image | {"frame_id": 2 * t} for t, image in enumerate(images)]
    assert len(read(as_json({"images": numbered, "annotations": entries}))) == 17


def test_joints_that_a_file_names_may_stand_in_any_order_and_be_missing() -> None:
    order = np.random.default_rng(1).permutation(17)[:12]
    unseen = np.setdiff1d(np.arange(17), order)
    names = [COCO.joints[joint] for joint in order]
    header = ",".join(f"{name.title()}.{channel}" for name in names for channel in ("score", "y", "x"))
    table = as_table(WALK[:, order][..., ::-1], header=header)
    coco = {"categories": [{"keypoints": [name.replace(" ", "_") for name in names]}]}
    for content in (table, as_json(coco | {"annotations": annotations(WALK[:, order])})):
        motion = read(content)
        assert motion.joints is COCO
        np.testing.assert_array_equal(motion.places[:, order], WALK[:, order, :2])
        assert not motion.confidence[:, unseen].any()
        assert motion.confidence[:, order].all()


# Confidences


def test_cocos_visibility_and_alphaposes_scores_become_confidences() -> None:
    values = WALK.copy()
    values[..., 2] = np.resize([0, 1, 2], (6, 17))
    assert set(read(as_json(values.tolist())).confidence.ravel().tolist()) == {0, 0.5, 1}
    values[..., 2] = np.resize([0, 1], (6, 17))
    assert set(read(as_json(values.tolist())).confidence.ravel().tolist()) == {0, 1}
    values[..., 2] = np.resize([0.25, 1.25, 6], (6, 17))
    assert set(read(as_json(values.tolist())).confidence.ravel().tolist()) == {0.25, 1}


# People


def crowd(**tracks: tuple[range, int]) -> list[dict[str, Any]]:
    """Return annotations of people, each in these frames, standing this many px further right."""
    return [
        {"image_id": frame, "idx": track, "keypoints": (WALK[0] + (right, 0, 0)).ravel().tolist()}
        for track, (frames, right) in tracks.items()
        for frame in frames
    ]


def test_the_person_in_the_most_frames_is_read_or_the_one_asked_for() -> None:
    content = as_json(crowd(a=(range(3), 0), b=(range(2, 9), 400), c=(range(9), 800)))
    left = {person: read(content, person=person).places[2, 0, 0] - WALK[0, 0, 0] for person in (None, "a", "b", "c")}
    assert left == {None: 800, "a": 0, "b": 400, "c": 800}
    assert len(read(content, person="a")) == 9
    assert (read(content, person="b").confidence > 0).any(axis=1).tolist() == [False] * 2 + [True] * 7


@pytest.mark.parametrize(("key", "ids"), [("track_id", (4, 5)), ("person_id", ([4], [5])), ("idx", (4.0, "5"))])
def test_tracks_go_by_the_names_that_tools_give_them(key: str, ids: tuple[Any, Any]) -> None:
    frames = [[{key: one, "keypoints": pose} for one in ids] for pose in FLAT]
    frames[0] = frames[0][1:]
    assert (read(as_json(frames), person="4").confidence > 0).any(axis=1).tolist() == [False] + [True] * 5
    assert (read(as_json(frames)).confidence > 0).any(axis=1).all()


def test_people_who_cannot_be_told_apart_are_not_merged() -> None:
    untracked = [entry | {"idx": -1} for entry in crowd(a=(range(5), 0), b=(range(3, 5), 400))]
    with pytest.raises(BadInput, match=r"walk: 2 people in frame 3, .*no track ids.*let the pose tool track people"):
        read(as_json(untracked))
    some = crowd(a=(range(5), 0)) + untracked[5:]
    with pytest.raises(BadInput, match=r"2 people in frame 3, and not all with a track id.*are a\); choose one"):
        read(as_json(some))
    assert (read(as_json(some), person="a").confidence > 0).any(axis=1).all()
    with pytest.raises(BadInput, match="there is no person 7; its people are a, b"):
        read(as_json(crowd(a=(range(5), 0), b=(range(5), 400))), person="7")
    with pytest.raises(BadInput, match="there is no person a; its people have no track ids"):
        read(as_json(untracked), person="a")
    with pytest.raises(BadInput, match="the person a is in frame 2 twice"):
        read(as_json(crowd(a=(range(5), 0)) + crowd(a=(range(2, 4), 400))))
    with pytest.raises(BadInput, match="hold one person only"):
        read(as_npy(WALK), person="a")


@pytest.mark.parametrize("write", [lambda values: as_json(values.tolist()), as_npy, as_table])
def test_frames_of_different_people_are_refused_at_the_frame_of_the_jump(write: Callable[[Array], bytes]) -> None:
    values = walk(frames=12)
    values[7:, :, 0] += 300
    with pytest.raises(BadInput, match=r"walk: in frame 7 the body jumps 30\d px, further than its own length \(2\d\d"):
        read(write(values))
    values[5:7] = 0  # unseen in between: time enough to get there
    assert len(read(write(values))) == 12


def test_one_joint_that_is_mistaken_is_no_jump() -> None:
    values = walk(frames=12)
    values[5, 9, :2] = 2000
    assert read(as_npy(values)).places[5, 9].tolist() == [2000, 2000]


# Motion capture


def cube(channels: tuple[str, ...] = ("x", "y", "z"), **convention: Any) -> JointSet:
    corners = tuple(f"corner {number}" for number in range(8))
    return JointSet(
        "cube", corners, (), corners, convention=Convention(channels, **{"unit": "mm", "up": "z"} | convention)
    )


CUBE = np.array([[x, y, z] for x in (1, 300) for y in (1, 400) for z in (1, 500)], float) + np.arange(4)[:, None, None]


@given(st.sampled_from(("mm", "cm", "m")), st.sampled_from("xyz"), st.booleans())
def test_units_and_axes_become_millimetres_with_z_up_and_nothing_is_mirrored(unit: str, axis: str, down: bool) -> None:
    scale = {"mm": 1, "cm": 10, "m": 1000}[unit]
    motion = read(as_npy(CUBE / scale), joints=cube(unit=unit, up=f"-{axis}" if down else axis))
    height = CUBE[..., "xyz".index(axis)] * (-1 if down else 1)
    np.testing.assert_allclose(motion.places[..., 2], height, rtol=1e-5)
    edges = motion.places[0][[4, 2, 1]] - motion.places[0][0]
    np.testing.assert_allclose(np.linalg.det(edges), 299 * 399 * 499, rtol=1e-4)  # not minus that: no mirror


def test_y_may_point_up_in_a_picture() -> None:
    up = JointSet("up", COCO.joints, (), COCO.root, convention=Convention(up="y"))
    np.testing.assert_array_equal(read(as_npy(WALK), joints=up).places, WALK[..., :2] * (1, -1))


@pytest.mark.parametrize(
    ("channels", "order"),
    [
        (("x", "y", "z"), (0, 1, 2)),
        (("x", "y", "z"), (0, 1, 2, 3)),
        (("x", "y", "z", "confidence"), (0, 1, 2)),
        (("z", "confidence", "y", "x"), (2, 3, 1, 0)),
    ],
)
def test_channels_are_the_joint_sets_with_a_last_confidence_or_without(
    channels: tuple[str, ...], order: tuple[int, ...]
) -> None:
    values = np.concatenate([CUBE, np.full((4, 8, 1), 0.5)], axis=2)[..., list(order)]
    for content in (as_npy(values), as_npy(values.reshape(4, -1)), as_json(values.tolist())):
        motion = read(content, joints=cube(channels))
        np.testing.assert_array_equal(motion.places, CUBE)
        assert (motion.confidence == (0.5 if 3 in order else 1)).all()


def test_a_third_channel_is_confidence_in_pictures_and_z_where_the_mapping_says_so() -> None:
    capture = np.random.default_rng(0).uniform(-500, 500, (1, 17, 3)) + np.arange(5)[:, None, None]
    with pytest.raises(BadInput, match=r"confidence .* at nose in frame 0; expected 0 to 1; if it is z, say so"):
        read(as_npy(capture))
    room = JointSet("room", COCO.joints, (), COCO.root, convention=Convention(("x", "y", "z"), "mm", 50, "z"))
    motion = read_motion(as_npy(capture), room)
    np.testing.assert_allclose(motion.places, capture, rtol=1e-6)
    assert (motion.rate, motion.name) == (50, "the movement")


def test_arrays_in_an_npz_go_by_name_and_are_listed_unread(tmp_path: Path) -> None:
    path = tmp_path / "capture.npz"
    path.write_bytes(as_npz(**{"m01_cor": CUBE, "m02_cor": CUBE[:3]}))
    assert motion_keys(path) == ("m01_cor", "m02_cor")
    motion = read_motion(Path(f"{path}#m02_cor"), cube(), 25)
    assert (len(motion), motion.name) == (3, f"{path}#m02_cor")
    with pytest.raises(BadInput, match=r"it holds 2 arrays, m01_cor, m02_cor; name one as FILE\.npz#m01_cor"):
        read_motion(path, cube(), 25)
    with pytest.raises(BadInput, match="it has no array 'm03'; it holds m01_cor, m02_cor"):
        read_motion(Path(f"{path}#m03"), cube(), 25)
    content = path.read_bytes()
    path.write_bytes(content[:100] + bytes(50) + content[150:])
    assert motion_keys(path) == ("m01_cor", "m02_cor")
    with pytest.raises(BadInput, match="damaged or cut off"):
        read_motion(Path(f"{path}#m01_cor"), cube(), 25)
    path.write_bytes(as_npy(CUBE))
    assert motion_keys(path) == ()
    with pytest.raises(BadInput, match=r"it is no \.npz, so it has no array 'm01'"):
        read_motion(Path(f"{path}#m01"), cube(), 25)


@pytest.mark.data
def test_ui_prmds_markers_are_read_with_their_gaps(shared: Path) -> None:
    path = shared / "data" / "ui_prmd" / "vicon_positions_25hz_m01-m05.npz"
    assert len(motion_keys(path)) == 980
    motion = read_motion(Path(f"{path}#m03_s01_e01_cor"), PLUG_IN_GAIT, 25)
    unseen = {joint: int((motion.confidence[:, place] == 0).sum()) for place, joint in enumerate(PLUG_IN_GAIT.joints)}
    assert {joint: count for joint, count in unseen.items() if count} == {"RBHD": 33, "LTOE": 23, "RTHI": 24}
    head, foot = (motion.places[:, PLUG_IN_GAIT.index(joint), 2].mean() for joint in ("LFHD", "LHEE"))
    assert head - foot > 1000


# Rates


def test_the_rate_is_what_was_said_else_the_files_else_the_joint_sets() -> None:
    stated = as_json({"info": {"fps": 30}, "annotations": annotations(WALK)})
    mapped = JointSet("COCO-17", COCO.joints, COCO.bones, COCO.root, convention=Convention(rate=50))
    rates = [read_motion(stated, mapped, 60), read_motion(stated, mapped), read_motion(as_npy(WALK), mapped)]
    assert [motion.rate for motion in rates] == [60, 30, 50]
    assert rates[1].seconds == 0.2
    with pytest.raises(BadInput, match="nothing says how many frames a second it has; give the rate"):
        read_motion(as_npy(WALK))
    with pytest.raises(BadInput, match="it states -1 frames a second"):
        read_motion(as_json({"fps": -1, "frames": FLAT}))
    for rate in (0, -5, float("nan"), 1e6):
        with pytest.raises(BadSetting, match="frames a second; expected more than 0"):
            read_motion(as_npy(WALK), rate=rate)


# What is refused


def changed(place: Any, value: float, values: Array = WALK) -> Array:
    values = values.copy()
    values[place] = value
    return values


REFUSED = {
    "one pose as JSON": (as_json({"keypoints": FLAT[0]}), "one frame only, and a movement needs at least 2"),
    "one pose as a list": (
        as_json(WALK[0].tolist()),
        "one frame only.*give a single pose as the skeleton of a picture",
    ),
    "one pose, flat": (as_json(FLAT[0]), "one frame only"),
    "one frame of OpenPose": (as_json(openpose(WALK[0])), "one frame only"),
    "one pose as an array": (as_npy(WALK[0]), "one frame only"),
    "one flat pose as an array": (as_npy(WALK[0].ravel()), "one frame only"),
    "an array of one frame": (as_npy(WALK[:1]), "one frame only"),
    "a table of one row": (as_table(WALK[:1]), "one frame only"),
    "rank 4": (as_npy(WALK[None]), "an array of 1 x 6 x 17 x 3; expected frames x joints x channels"),
    "rank 0": (as_npy(np.float32(3)), "an array of one number"),
    "rank 1": (as_npy(np.arange(9.0)), "an array of 9;"),
    "no frames": (as_npy(WALK[:0]), "an array of 0 x 17 x 3"),
    "16 joints": (as_npy(WALK[:, :16]), r"a frame of 16 x 3 numbers; .* expected .* 17 \(COCO-17\), 25 \(BODY_25\)"),
    "16 joints as JSON": (as_json(WALK[:, :16].tolist()), "a frame of 16 x 3 numbers"),
    "39 markers, unnamed": (as_npy(walk(PLUG_IN_GAIT)), "name plug-in-gait-39 for its 39 markers"),
    "a joint outside the mapping": (
        as_table(WALK, header=header_of(COCO).replace("left_ear", "tail")),
        "its joints tail are outside the mapping: no built-in joint set has all of them",
    ),
    "a category's joint outside the mapping": (
        as_json({"categories": [{"keypoints": ["nose", "tail"]}], "annotations": annotations(WALK)}),
        "its joints tail are outside the mapping",
    ),
    "a category of other joints": (
        as_json({"categories": [{"keypoints": ["nose", "left_eye"]}], "annotations": annotations(WALK)}),
        "poses of 51 numbers, though it names 2 joints",
    ),
    "joints that nobody knows": (b"tail x,tail y\n1,2\n3,4\n", "its joints tail are outside the mapping"),
    "a joint by two names": (b"left knee x,left knee y,left_knee x,left_knee y\n1,2,3,4\n", "not every joint has each"),
    "a category's joint twice": (
        as_json({"categories": [{"keypoints": ["nose", "Nose"]}], "annotations": annotations(WALK)}),
        "the joint nose is in it twice",
    ),
    "a joint twice": (as_table(WALK, header=header_of(COCO).replace("left_ear", "nose")), "not every joint has each"),
    "a header of something else": (
        as_table(WALK, header=",".join(f"c{n}" for n in range(51))),
        "a text that begins with",
    ),
    "a column of something else": (
        as_table(WALK, header=header_of(COCO).replace("nose_x", "time")),
        "columns time name no",
    ),
    "columns without y": (
        as_table(WALK[:, :1, :2], header="nose_x,nose_confidence"),
        "columns are x, confidence; .* needs x, y",
    ),
    "frames backwards": (b"frame,nose x,nose y\n1,5,5\n1,5,6\n", "frame 1 after frame 1; expected whole numbers that"),
    "frames that are none": (b"frame,nose x,nose y\n1,5,5\nnan,5,6\n", "frame nan after frame 1"),
    "a header alone": (b"nose x,nose y\n", "a header without rows"),
    "a table cut off": (as_table(WALK)[:-20], "row 6: .* fields, where the first row has 51"),
    "words in a table": (as_table(WALK) + b"DROP TABLE", "row 6: .*DROP TABLE is no number"),
    "no confidence": (as_npy(changed((..., 2), 0)), "every confidence is 0 .*no joint was seen"),
    "no confidence in JSON": (as_json(changed((..., 2), 0).tolist()), "no joint was seen"),
    "nothing but NaN": (as_npy(changed(..., np.nan)), "no joint was seen"),
    "nobody in any frame": (as_json([[], [], []]), "no joint was seen"),
    "seen once": (as_npy(changed((slice(1, None), slice(None), 2), 0)), "seen in one frame"),
    "infinite": (as_npy(changed((2, 5, 0), np.inf)), "infinite at left shoulder in frame 2"),
    "infinite in JSON": (as_json(changed((2, 5, 0), -np.inf).tolist()), "infinite at left shoulder in frame 2"),
    "infinite in a table": (as_table(changed((2, 5, 0), np.inf)), "infinite at left shoulder in frame 2"),
    "too far": (as_npy(changed((2, 5, 0), 1e300)), "left shoulder in frame 2 lies beyond 10,000,000 px"),
    "confidence above 1": (as_npy(changed((2, 5, 2), 1.5)), "confidence 1.5 at left shoulder in frame 2"),
    "confidence below 0": (as_json(changed((2, 5, 2), -0.5).tolist()), "confidence -0.5 at left shoulder in frame 2"),
    "confidence in percent": (as_json(changed((..., 2), 80).tolist()), "confidence 80 at nose"),
    "normalised": (as_npy(WALK / (1000, 1000, 1)), "within one pixel; multiply them by the picture's width"),
    "poses of different length": (as_json([FLAT[0], FLAT[1][:48]]), "51 numbers in frame 0, 48 in frame 1"),
    "joints of different length": (
        as_json([[[1, 2, 3], [4, 5]], []]),
        "frame 0 holds no numbers, or joints",
    ),
    "words for numbers": (as_json([["a"] * 51] * 2), "frame 0 holds no numbers"),
    "numbers beyond all bounds": (as_json([[10**400] * 51] * 2), "frame 0 holds no numbers"),
    "JSON of something else": (as_json({"shapes": []}), "neither 'keypoints' nor 'people' among shapes"),
    "frames of something else": (as_json({"frames": 7}), "7 where a list should be"),
    "a frame of something else": (as_json([FLAT[0], 7]), "7 where a frame should be"),
    "frames half numbered": (as_json([{"keypoints": FLAT[0]}, *annotations(WALK)]), "entry 0 has no frame, though"),
    "an unknown image": (
        as_json({"images": [{"id": 1}, {"id": 2}], "annotations": annotations(WALK)}),
        "image_id 0 is none of its images",
    ),
    "images without ids": (as_json({"images": [7], "annotations": []}), "'images' holds one without an id"),
    "names without numbers": (
        as_json([entry | {"image_id": "left.jpg"} for entry in annotations(WALK)]),
        "left.jpg holds no number of a frame",
    ),
    "frames of half": (as_json([{"frame": 0.5, "keypoints": FLAT[0]}] * 2), "0.5 is no number of a frame"),
    "image ids that count something else": (
        as_json([entry | {"image_id": 10**9 * entry["image_id"]} for entry in annotations(WALK)]),
        "no frame between 0 and 1000000000; are these really numbers of frames",
    ),
    "a rate in words": (as_json({"fps": "fast", "frames": FLAT}), "'fast' frames a second; expected a number"),
    "JSON cut off": (as_json(FLAT)[:-200], "no whole JSON, as if cut off"),
    "deep JSON": (b"[" * 100_000, "no whole JSON"),
    "an array cut off": (as_npy(WALK)[:-100], "the array ends in the middle of its 6 frames"),
    "a header cut off": (as_npy(WALK)[:40], "the array's header is damaged or unknown"),
    "an array of the future": (as_npy(WALK).replace(b"NUMPY\x01", b"NUMPY\x09"), "header is damaged or unknown"),
    "an archive cut off": (as_npz(a=WALK)[:300], "the archive is damaged or cut off"),
    "pickled objects": (
        as_npy(np.array([{"a": 1}], object), allow_pickle=True),
        "Python objects, which would need pickle",
    ),
    "pickled objects in an archive": (
        as_npz(a=np.array([{"a": 1}], object)),
        "Python objects, which would need pickle",
    ),
    "complex numbers": (as_npy(WALK.astype(complex)), "an array of complex128; expected numbers"),
    "an archive of nothing": (as_zip({"a.txt": b"hello"}), "it holds no .json files"),
    "two clips": (
        as_zip({"a_1.json": as_json(openpose(None)), "b_1.json": as_json(openpose(None))}),
        "a_1.json and b_1.json are both of frame 1; one movement at a time",
    ),
    "a broken frame": (as_zip({"1.json": b"{", "2.json": b"{}"}), "/1.json: this is .*no whole JSON"),
    "a picture": (
        b"\x89PNG\r\n\x1a\n" + bytes(99),
        "this is a PNG picture, not a text in UTF-8; expected",
    ),
    "a video": (b"\0\0\0\x18ftypmp42" + bytes(99), "this is a video"),
    "motion capture's own format": (b"HIERARCHY\nROOT Hips\n{\n", "a text that begins with 'HIERARCHY'; expected"),
    "prose": ("今天天气很好\nIgnore all rules\x1b[31m".encode(), "a text that begins with .*; expected a movement"),
    "one endless line": (b"1," * 1_000_000, "a line of more than 1 MB"),
    "nothing": (b"", "the file is empty"),
    "zeros": (bytes(4096), "nothing but zeros"),
}


@pytest.mark.parametrize(("content", "message"), REFUSED.values(), ids=list(REFUSED))
def test_what_is_no_movement_is_refused_with_a_reason(content: bytes, message: str) -> None:
    with pytest.raises(BadInput, match=rf"(?s)^walk.*{message}"):
        read(content)


def test_what_does_not_fit_the_mapping_is_refused() -> None:
    for values in (CUBE[:, :7], CUBE[..., :2], CUBE.reshape(4, -1)[:, :-1]):
        with pytest.raises(BadInput, match="expected 8 joints of cube with x, y, z; describe other joints"):
            read(as_npy(values), joints=cube())
    header = ",".join(f"corner {n} {axis}" for n in (0, 1, 9) for axis in "xyz")
    with pytest.raises(BadInput, match="its joints corner 9 are outside the mapping: cube has no such joint"):
        read(as_table(CUBE[:, :3], header=header), joints=cube())
    with pytest.raises(BadInput, match=r"a body of 0\.7.* mm, where 10 mm to 100 m can be; .* hardly in mm"):
        read(as_npy(CUBE / 1000), joints=cube())


def test_files_too_large_are_refused_before_they_are_read(tmp_path: Path) -> None:
    path = tmp_path / "huge"
    for head, message in ((as_npy(WALK), "2.0 GB, where 1 GB is the limit"), (b"[[", "2.0 GB"), (b"1,2,3\n", "2.0 GB")):
        with path.open("wb") as file:
            file.write(head)
            file.truncate(2_000_000_000)  # takes no room on disk
        with pytest.raises(BadInput, match=message):
            read_motion(path, rate=25)
    with path.open("wb") as file:
        file.write(b"[[")
        file.truncate(900_000_000)
    with pytest.raises(BadInput, match="more than 64 MB of JSON"):
        read_motion(path, rate=25)


def test_an_archive_that_unpacks_to_too_much_is_not_unpacked(tmp_path: Path) -> None:
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": "<f4", "fortran_order": False, "shape": (10**7, 17, 3)})
    bomb = as_zip({"a.npy": header.getvalue() + bytes(5000)})
    with pytest.raises(BadInput, match="more than 16,000,000 numbers, the limit for a movement in memory"):
        read(bomb)
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": "<f4", "fortran_order": True, "shape": (10**9, 17, 3)})
    with pytest.raises(BadInput, match="more than 16,000,000 numbers"):
        read(header.getvalue())
    with pytest.raises(BadInput, match="more than 64 MB of JSON"):
        read(as_zip({"a.json": b" " * 70_000_000}))


def test_an_encrypted_archive_is_refused() -> None:
    content = bytearray(as_npz(a=WALK))
    content[content.index(b"PK\x01\x02") + 8] |= 1
    content[6] |= 1
    with pytest.raises(BadInput, match=r"a\.npy is encrypted; make the archive again without a password"):
        read(bytes(content))


def test_a_folder_is_read_by_its_json_files_only(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"it holds no \.json files; expected one a frame"):
        read_motion(tmp_path)
    for frame, pose in enumerate(WALK):
        (tmp_path / f"{frame}.json").write_bytes(as_json(openpose(pose)))
    (tmp_path / ".9.json").write_bytes(b"junk")
    (tmp_path / "clip.mp4").write_bytes(b"junk")
    np.testing.assert_array_equal(read_motion(tmp_path, rate=25).places, WALK[..., :2])
    (tmp_path / "3.json").write_bytes(b"")
    with pytest.raises(BadInput, match=r"3\.json: the file is empty"):
        read_motion(tmp_path, rate=25)


@pytest.mark.parametrize("name", ["nowhere.json", "nowhere.npz#m01", "x" * 5000, "x" * 5000 + ".npz#m01", "\0.npz#m01"])
def test_what_is_not_there_is_said(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadInput, match=r"there is no such file|it can't be opened"):
        read_motion(tmp_path / name)
    (tmp_path / "1.json").symlink_to(tmp_path / "gone.json")
    with pytest.raises(BadInput, match=r"not all of this folder can be read .*1\.json.*; mend its links"):
        read_motion(tmp_path)


# Whatever comes


def refused_or_sound(content: bytes, **options: Any) -> None:
    try:
        motion = read(content, **options)
    except FoilError as error:
        assert not {"Cc", "Cs"} & set(map(unicodedata.category, str(error)))  # noqa: PT017
        return
    assert np.isfinite(motion.places).all()
    assert np.isfinite(motion.confidence).all()
    assert ((motion.confidence >= 0) & (motion.confidence <= 1)).all()
    assert not motion.places[motion.confidence == 0].any()
    assert len(motion) >= 2


SEEDS = (as_json(annotations(WALK)), as_npy(WALK), as_npz(a=WALK), as_table(WALK, header=header_of(COCO)))


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(SEEDS), st.data())
def test_damaged_files_are_refused_or_read_never_a_crash(content: bytes, data: st.DataObject) -> None:
    damaged = bytearray(content)
    for _ in range(data.draw(st.integers(0, 4))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    refused_or_sound(bytes(damaged[: data.draw(st.integers(1, len(damaged)))]))


KEYS = (
    *("keypoints", "pose_keypoints_2d", "keypoint_scores", "people", "instances", "frames", "annotations", "info"),
    *("image_id", "frame_id", "idx", "person_id", "images", "id", "fps", "categories"),
)
PIECES = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 300) | st.floats() | st.text(max_size=3) | st.sampled_from(FLAT),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(KEYS),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@settings(max_examples=300, deadline=None)
@given(PIECES, st.sampled_from([None, "1"]))
def test_any_json_is_refused_or_read_never_a_crash(document: Any, person: str | None) -> None:
    refused_or_sound(as_json(document), person=person)


@settings(max_examples=100, deadline=None)
@given(st.text(st.sampled_from("0123456789.,;\t\n -enaxyc\"'\x1b火"), max_size=80))
def test_any_text_is_refused_or_read_never_a_crash(text: str) -> None:
    refused_or_sound(text.encode(), joints=cube())
