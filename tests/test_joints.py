"""Joint sets: the built-in ones hold together, and a mapping file says anything that they don't."""

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fusion.errors import BadInput, BadSetting
from fusion.motion.arrays import MOST_NUMBERS
from fusion.motion.documents import LARGEST, LARGEST_JSON, MOST_FILES
from fusion.motion.joint_sets import BODY_25, BUILT_IN, COCO_18, HALPE_26, PLUG_IN_GAIT
from fusion.motion.joints import COCO, Convention, JointSet
from fusion.motion.mapping import KEYS, MOST_JOINTS, joint_set, read_joint_set
from fusion.motion.read import motion_keys, read_motion
from fusion.motion.tables import LONGEST_GAP

ARM = {
    "joints": ["SHO", "ELB", "WRI", "HAND"],
    "bones": [["SHO", "ELB"], ["ELB", "WRI"], ["WRI", "HAND"]],
    "root": ["SHO"],
    "angles": {"elbow": ["SHO", "ELB", "WRI"]},
    "aliases": {"SHO": "shoulder", "ELB": "elbow"},
    "channels": ["x", "y", "z"],
    "unit": "m",
    "rate": 100,
    "up": "y",
}


def mapping(folder: Path, **changes: Any) -> Path:
    path = folder / "arm.json"
    path.write_text(json.dumps({key: value for key, value in (ARM | changes).items() if value is not ...}))
    return path


def parts(joints: JointSet) -> int:
    """Return into how many parts the bones join all joints."""
    groups = [{joint} for joint in joints.joints]
    for bone in joints.bones:
        touched = [group for group in groups if group & {*bone}]
        groups = [group for group in groups if group not in touched] + [set.union(*touched)]
    return len(groups)


@pytest.mark.parametrize("joints", BUILT_IN.values(), ids=list(BUILT_IN))
def test_a_built_in_set_is_a_graph_of_its_own_joints(joints: JointSet) -> None:
    assert len(set(joints.joints)) == len(joints.joints)
    assert len({frozenset(bone) for bone in joints.bones}) == len(joints.bones)
    named = {*joints.root, *(joint for bone in joints.bones for joint in bone)}
    named |= {joint for _, *three in joints.angles for joint in three} | {marker for marker, _ in joints.aliases}
    assert named <= set(joints.joints)
    assert parts(joints) == (2 if joints == COCO else 1)  # COCO has no neck: the face is on its own


@pytest.mark.parametrize(("joints", "count"), [(COCO, 17), (COCO_18, 18), (BODY_25, 25), (HALPE_26, 26)])
def test_sets_of_pictures_are_told_apart_by_their_count(joints: JointSet, count: int) -> None:
    assert len(joints.joints) == count
    assert joints.dimensions == 2
    assert joints.joints.index("left knee") == {17: 13, 18: 12, 25: 13, 26: 13}[count]
    assert joints.joints.index("right ear") == {17: 4, 18: 16, 25: 17, 26: 4}[count]


def test_markers_of_plug_in_gait_have_peoples_words() -> None:
    assert PLUG_IN_GAIT.dimensions == 3
    assert len(PLUG_IN_GAIT.joints) == 39
    assert [marker for marker, _ in PLUG_IN_GAIT.aliases] == list(PLUG_IN_GAIT.joints)
    assert len({words for _, words in PLUG_IN_GAIT.aliases}) == 39
    for called in ("LKNE", "lkne", "left knee", "Left_Knee"):
        assert PLUG_IN_GAIT.find(called) == PLUG_IN_GAIT.index("LKNE") == 28
    assert PLUG_IN_GAIT.find("left tail") is None


@pytest.mark.data
def test_bones_of_plug_in_gait_keep_their_length_and_knees_bend(shared: Path) -> None:
    path = shared / "data" / "ui_prmd" / "vicon_positions_25hz_m01-m05.npz"
    motions = [read_motion(Path(f"{path}#{key}"), PLUG_IN_GAIT, 25).places for key in motion_keys(path)[:400:20]]
    ends = np.array([[PLUG_IN_GAIT.index(joint) for joint in bone] for bone in PLUG_IN_GAIT.bones])
    spread = [np.linalg.norm(np.diff(places[:, ends], axis=2), axis=-1).std(axis=0) for places in motions]
    assert np.median(spread) < 3  # mm
    assert np.median(spread, axis=0).max() < 25
    knee = next(three for name, *three in PLUG_IN_GAIT.angles if name == "left knee")
    hip, bends, ankle = (motions[0][:, PLUG_IN_GAIT.index(joint)] for joint in knee)
    lengths = np.linalg.norm(hip - bends, axis=-1) * np.linalg.norm(ankle - bends, axis=-1)
    assert np.ptp(np.degrees(np.arccos(((hip - bends) * (ankle - bends)).sum(axis=-1) / lengths))) > 60  # a squat


def test_a_mapping_file_becomes_a_joint_set(tmp_path: Path) -> None:
    joints = read_joint_set(mapping(tmp_path))
    assert joints.name == "arm"
    assert joints.joints == ("SHO", "ELB", "WRI", "HAND")
    assert joints.bones == (("SHO", "ELB"), ("ELB", "WRI"), ("WRI", "HAND"))
    assert joints.root == ("SHO",)
    assert joints.angles == (("elbow", "SHO", "ELB", "WRI"),)
    assert joints.aliases == (("SHO", "shoulder"), ("ELB", "elbow"))
    assert joints.convention == Convention(("x", "y", "z"), "m", 100.0, "y")
    assert joint_set(str(tmp_path / "arm.json")) == joints


def test_what_a_mapping_file_leaves_out_is_as_in_pictures(tmp_path: Path) -> None:
    flat = read_joint_set(mapping(tmp_path, channels=["x", "y"], unit=..., rate=..., up=..., angles=..., aliases=...))
    assert flat.convention == Convention(("x", "y"), "px", None, "-y")
    assert (flat.angles, flat.aliases, flat.dimensions) == ((), (), 2)
    assert read_joint_set(mapping(tmp_path, up=...)).convention.up == "z"


def test_a_mapping_file_may_change_how_a_built_in_set_is_stored(tmp_path: Path) -> None:
    path = tmp_path / "vicon.json"
    path.write_text('{"base": "plug-in-gait-39", "rate": 100}')
    assert read_joint_set(path) == PLUG_IN_GAIT
    assert read_joint_set(path).convention == Convention(("x", "y", "z"), "mm", 100.0, "z")
    path.write_text('{"base": "COCO-17", "name": "lifted", "channels": ["x", "y", "z"], "unit": "m", "up": "-y"}')
    lifted = read_joint_set(path)
    assert (lifted.name, lifted.joints, lifted.bones, lifted.dimensions) == ("lifted", COCO.joints, COCO.bones, 3)
    path.write_text('{"base": "COCO-17", "channels": ["x", "y", "z"]}')
    with pytest.raises(BadInput, match="'unit' is None; expected mm, cm or m, as there is a z"):
        read_joint_set(path)


def test_joint_sets_are_called_by_name(tmp_path: Path) -> None:
    assert joint_set("PLUG-IN-GAIT-39") is PLUG_IN_GAIT
    with pytest.raises(BadSetting, match="coco-16: no joint set; known are COCO-17, BODY_25"):
        joint_set("coco-16")
    with pytest.raises(BadInput, match=r"nowhere\.json: there is no such file"):
        joint_set(str(tmp_path / "nowhere.json"))


def test_the_mapping_files_of_the_docs_are_read_and_say_what_the_docs_say(tmp_path: Path) -> None:
    docs = (Path(__file__).resolve().parents[1] / "docs" / "movements.md").read_text(encoding="utf-8")
    path = tmp_path / "m.json"
    path.write_text(re.search(r"```json\n(.*?)```", docs, re.DOTALL)[1])
    arm = read_joint_set(path)
    assert (arm.name, arm.convention.rate, arm.find("wrist"), len(arm.angles)) == ("left arm", 100, 2, 2)
    short = re.findall(r'`(\{"base".*?\})`', docs)
    assert len(short) == 2
    for content in short:
        path.write_text(content)
        assert read_joint_set(path).joints == BUILT_IN[json.loads(content)["base"]].joints
    entries = set(json.loads(re.search(r"```json\n(.*?)```", docs, re.DOTALL)[1]))
    assert set(re.findall(r"^\| `(\w+)` \|", docs, re.MULTILINE)) == entries == set(KEYS) - {"base"}
    limits = (f"{MOST_NUMBERS:,} numbers", f"{LONGEST_GAP:,} in a row", f"3 to {MOST_JOINTS:,} names")
    limits += (f"a file {LARGEST / 1e9:.0f} GB", f"JSON {LARGEST_JSON / 1e6:.0f} MB", f"{MOST_FILES:,} frames")
    assert [limit for limit in limits if limit not in docs.replace("\n", " ")] == []
    assert [name for name in BUILT_IN if name not in docs] == []


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"joints": ...}, "'joints' is None; the file needs this entry"),
        ({"joints": "SHO"}, "'joints' is 'SHO'; expected a list"),
        ({"joints": ["SHO", "ELB"]}, "names 2; expected 3 to 1,000"),
        ({"joints": ["SHO", "ELB", "WRI", "HAND", "ELB"]}, "ELB is in it twice"),
        ({"joints": ["SHO", "ELB", "WRI", 7]}, "7 is no name"),
        ({"joints": ["SHO", "ELB", "WRI", "x" * 81]}, "is no name of 1 to 80 characters"),
        ({"bones": [["SHO", "KNE"]]}, "'KNE' is none of its joints"),
        ({"bones": [["SHO", "SHO"]]}, "no pair of two joints"),
        ({"bones": ["SHO-ELB"]}, "'SHO-ELB' is no list of joints"),
        ({"bones": ...}, "'bones' is None; the file needs this entry"),
        ({"root": []}, "expected the joints whose middle"),
        ({"root": ["hips"]}, "'hips' is none of its joints"),
        ({"root": [["SHO"]]}, r"\['SHO'\] is none of its joints"),
        ({"angles": {"elbow": ["SHO", "ELB"]}}, "'elbow' needs three joints"),
        ({"angles": ["elbow"]}, "'angles' is .*expected an object"),
        ({"aliases": {"KNE": "knee"}}, "'KNE' is none of its joints"),
        ({"aliases": {"SHO": ""}}, "'' is no name"),
        ({"channels": ["x", "z"]}, "expected x, y, perhaps z, perhaps confidence"),
        ({"channels": ["x", "y", "z", "w"]}, "expected x, y, perhaps z"),
        ({"channels": ["x", "y", "confidence", "confidence"]}, "expected x, y, perhaps z"),
        ({"unit": "px"}, "expected mm, cm or m, as there is a z"),
        ({"unit": ...}, "expected mm, cm or m, as there is a z"),
        ({"channels": ["x", "y"]}, "expected px, as there is no z"),
        ({"rate": 0}, "frames a second, more than 0"),
        ({"rate": "fast"}, "frames a second, more than 0"),
        ({"rate": True}, "frames a second, more than 0"),
        ({"rate": float("nan")}, "frames a second, more than 0"),
        ({"up": "north"}, "expected the axis that grows upwards"),
        ({"up": ["z"]}, "expected the axis that grows upwards"),
        ({"fps": 25}, "'fps' is no entry of a mapping file"),
        ({"base": "COCO-17"}, "'base' brings joints, bones and root"),
    ],
)
def test_a_mapping_that_makes_no_sense_is_refused_by_its_entry(
    tmp_path: Path, changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(BadInput, match=rf"arm\.json: .*{message}"):
        read_joint_set(mapping(tmp_path, **changes))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file is empty"),
        (b"{'joints': []}", "a text that begins with .*, not JSON"),
        (b"[" * 5000, "not JSON"),
        (b'["SHO"]', "a mapping file is an object"),
        (b'{"base": "COCO-16"}', "'base' is 'COCO-16'; expected one of COCO-17"),
        (b'{"base": ["COCO-17"]}', "expected one of COCO-17"),
        (b" " * (1 << 20) + b"{}", "larger than 1 MB"),
        (b"\x89PNG\r\n\x1a\n", "a PNG picture, not JSON"),
    ],
)
def test_what_is_no_mapping_file_is_refused(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "m.json").write_bytes(content)
    with pytest.raises(BadInput, match=rf"m\.json: .*{message}"):
        read_joint_set(tmp_path / "m.json")


def test_names_lose_what_cannot_be_seen(tmp_path: Path) -> None:
    joints = read_joint_set(mapping(tmp_path, name="arm\u202e\x1b[31m", aliases={"SHO": "the\n shoulder\0"}))
    assert (joints.name, joints.aliases) == ("arm[31m", (("SHO", "the shoulder"),))
