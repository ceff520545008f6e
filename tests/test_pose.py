"""Poses from pictures and clips: tiny networks, real processors, and files as cameras and people leave them."""

import json
import re
import shutil
import weakref
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image
from pose_cases import shade, shade_of, write_frames, write_video
from test_cli import foil
from transformers import (
    RTDetrConfig,
    RTDetrForObjectDetection,
    RTDetrImageProcessor,
    RTDetrResNetConfig,
    VitPoseBackboneConfig,
    VitPoseConfig,
    VitPoseForPoseEstimation,
    VitPoseImageProcessor,
)

from assistant.posing import drawn, find_poses
from fusion.errors import BadInput, BadModel, BadSetting
from fusion.modality.skeleton import COCO_JOINTS, read_skeleton
from fusion.motion.joints import COCO
from fusion.motion.pose import PoseConfig, PoseFinder, load_pose_finder
from fusion.motion.read import read_motion
from fusion.motion.vitpose import JointFinder, PersonDetector, load_detector, load_joint_finder

LABELS = [re.sub("^(left|right) ", lambda side: side[0][0].upper() + "_", joint) for joint in COCO_JOINTS]  # ViTPose's
SIDES = (200, 120)  # of pictures, width and height
BOX = np.array([40, 20, 90, 110, 0.9], np.float32)

Floats = NDArray[np.float32]


def noise(seed: int = 0, sides: tuple[int, int] = SIDES) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 256, (sides[1], sides[0], 3), dtype=np.uint8)


def save_vitpose(folder: Path, labels: Sequence[str] = LABELS) -> Path:
    torch.manual_seed(0)
    backbone = VitPoseBackboneConfig(
        image_size=[64, 48], hidden_size=16, num_hidden_layers=1, num_attention_heads=2, mlp_ratio=2, out_indices=[1]
    )
    network = VitPoseForPoseEstimation(VitPoseConfig(backbone_config=backbone, id2label=dict(enumerate(labels))))
    network.save_pretrained(folder)
    VitPoseImageProcessor(size={"height": 64, "width": 48}).save_pretrained(folder)
    return folder


def save_rtdetr(folder: Path, labels: Sequence[str] = ("person", "cup")) -> Path:
    torch.manual_seed(0)
    backbone = RTDetrResNetConfig(
        embedding_size=8, hidden_sizes=[8] * 4, depths=[1] * 4, layer_type="basic", out_indices=[2, 3, 4]
    )
    wide = {"d_model": 16, "encoder_hidden_dim": 16, "encoder_ffn_dim": 16, "decoder_ffn_dim": 16}
    deep = {"decoder_layers": 1, "encoder_attention_heads": 2, "decoder_attention_heads": 2, "num_queries": 8}
    channels = {"encoder_in_channels": [8] * 3, "decoder_in_channels": [16] * 3, "num_denoising": 0}
    config = RTDetrConfig(backbone_config=backbone, id2label=dict(enumerate(labels)), **wide, **deep, **channels)
    RTDetrForObjectDetection(config).save_pretrained(folder)
    RTDetrImageProcessor(size={"height": 64, "width": 64}).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("weights")
    save_vitpose(folder / "vitpose")
    save_rtdetr(folder / "rtdetr")
    return folder


@pytest.fixture(scope="module")
def config(weights: Path) -> PoseConfig:
    return PoseConfig(str(weights / "vitpose"), str(weights / "rtdetr"), least=0.1)


@pytest.fixture(scope="module")
def finder(config: PoseConfig) -> PoseFinder:
    return load_pose_finder(config)


# --- the networks -------------------------------------------------------------------------------------------------


def test_poses_are_pixels_and_confidences_and_always_the_same(finder: PoseFinder) -> None:
    image = noise()
    people = finder.people(image)
    assert len(people) > 1
    for pose in people:
        assert pose.shape == (17, 3)
        assert pose.dtype == np.float32
        assert ((pose[:, 2] >= 0) & (pose[:, 2] <= 1)).all()
        assert ((pose[:, :2] >= 0) & (pose[:, :2] <= np.array(SIDES) - 1)).all()
    np.testing.assert_array_equal(finder.pose(image), people[0])
    np.testing.assert_array_equal(finder.people(image), people)


def test_each_picture_is_computed_by_one_thread() -> None:
    seen: list[int] = []

    class Counting(Heat):
        def __call__(self, **inputs: torch.Tensor) -> SimpleNamespace:
            seen.append(torch.get_num_threads())
            return super().__call__(**inputs)

    threads = torch.get_num_threads()
    torch.set_num_threads(3)
    try:
        heated(Counting(6, 6))
        assert torch.get_num_threads() == 3
    finally:
        torch.set_num_threads(threads)
    assert seen == [1]


def test_joints_are_those_of_the_processors_own_postprocessing(finder: PoseFinder, weights: Path) -> None:
    network = VitPoseForPoseEstimation.from_pretrained(weights / "vitpose").eval()
    processor = VitPoseImageProcessor.from_pretrained(weights / "vitpose")
    image, boxes = noise(), [[[40.0, 20.0, 50.0, 90.0]]]
    with torch.inference_mode():
        outputs = network(**processor(Image.fromarray(image), boxes=boxes, return_tensors="pt"))
    expected = processor.post_process_pose_estimation(outputs, boxes=boxes)[0][0]
    joints = finder.find_joints(image, BOX)
    seen = joints[:, 2] > 0
    assert seen.sum() > 5
    np.testing.assert_allclose(joints[seen, 2], expected["scores"].numpy()[seen], atol=1e-5)
    inside = ((expected["keypoints"].numpy() >= 0) & (expected["keypoints"].numpy() < SIDES)).all(axis=1) & seen
    np.testing.assert_allclose(joints[inside, :2], expected["keypoints"].numpy()[inside], atol=1e-2)


class Heat:
    """In the place of ViTPose: a blob of heat a joint, in cells of a map of 16 x 12."""

    def __init__(self, x: float, y: float, height: float = 0.8) -> None:
        columns, rows = np.meshgrid(np.arange(12), np.arange(16))
        blob = height * np.exp(-((columns - x) ** 2 + (rows - y) ** 2) / 4)
        self.heatmaps = torch.tensor(np.tile(blob, (1, 17, 1, 1)), dtype=torch.float32)

    def __call__(self, **inputs: torch.Tensor) -> SimpleNamespace:
        return SimpleNamespace(heatmaps=self.heatmaps)


def heated(heat: Any, box: Floats = BOX, image: NDArray[np.uint8] | None = None) -> Floats:
    processor = VitPoseImageProcessor(size={"height": 64, "width": 48})
    return JointFinder(heat, processor, 1)(noise() if image is None else image, box)


@pytest.mark.parametrize(("x", "y"), [(5.5, 7.5), (3, 4), (8, 11)])
def test_a_place_in_the_heat_is_a_place_in_the_picture(x: float, y: float) -> None:
    width, height = 1.25 * 67.5, 1.25 * 90  # the box at 3 : 4, and a quarter more
    joints = heated(Heat(x, y))
    expected = (65 + (x / 11 - 0.5) * width, 65 + (y / 15 - 0.5) * height)
    np.testing.assert_allclose(joints[:, :2], np.tile(expected, (17, 1)), atol=0.1)
    assert (joints[:, 2] > 0.7).all()


class Bright:
    """In the place of ViTPose: heat is where the crop is bright."""

    def __call__(self, pixel_values: torch.Tensor) -> SimpleNamespace:
        bright = torch.nn.functional.interpolate(pixel_values.mean(1, keepdim=True), (16, 12), mode="area")
        return SimpleNamespace(heatmaps=(bright - bright.amin()).tile(1, 17, 1, 1) / 10)


@pytest.mark.parametrize("factor", [1, 2, 7])
def test_what_is_seen_at_a_place_is_told_at_this_place_whatever_the_pictures_size(factor: int) -> None:
    image = np.zeros((120 * factor, 200 * factor, 3), np.uint8)
    dot = np.array([75, 48]) * factor
    image[dot[1] - 4 * factor : dot[1] + 4 * factor, dot[0] - 4 * factor : dot[0] + 4 * factor] = 255
    joints = heated(Bright(), np.append(BOX[:4] * factor, 0.9).astype(np.float32), image)
    cell = 1.25 * 90 / 16 * factor
    assert np.abs(joints[:, :2] - dot).max() < cell / 2


def test_confidences_end_at_1_and_no_heat_is_not_seen() -> None:
    assert (heated(Heat(6, 6, height=1.7))[:, 2] == 1).all()
    assert (heated(Heat(6, 6, height=-1)) == 0).all()


def test_what_lies_outside_the_picture_is_not_seen_but_at_the_edge_it_is() -> None:
    box = np.array([0, 60, 50, 120, 0.9], np.float32)  # in the corner below left; its crop reaches further
    assert (heated(Heat(6, 15), box) == 0).all()
    joints = heated(Heat(6, 12.87), box)  # at 119.8 px
    assert (joints[:, 1] == 119).all()
    assert (joints[:, 2] > 0).all()


class Found:
    """In the place of RT-DETR: boxes by middle and sides, as parts of the picture, each of one label and score."""

    def __init__(self, *found: tuple[tuple[float, float, float, float], int, float]) -> None:
        scores = np.full((1, len(found), 2), 1e-6)
        for at, (_, label, score) in enumerate(found):
            scores[0, at, label] = score
        self.logits = torch.logit(torch.tensor(scores, dtype=torch.float32))
        self.pred_boxes = torch.tensor([[box for box, _, _ in found]], dtype=torch.float32)

    def __call__(self, pixel_values: torch.Tensor) -> "Found":
        return self


def test_people_are_told_from_other_things_and_the_most_prominent_comes_first() -> None:
    network: Any = Found(
        ((0.5, 0.5, 0.1, 0.2), 0, 0.9),
        ((0.5, 0.5, 0.9, 0.9), 1, 0.95),  # a cup
        ((0.3, 0.5, 0.4, 1.2), 0, 0.8),  # reaches out of the picture
        ((0.5, 0.5, 1.0, 1.0), 0, 0.2),  # perhaps a person
        ((0.5, 0.5, 0.001, 0.5), 0, 0.9),  # a line
    )
    processor = RTDetrImageProcessor(size={"height": 64, "width": 64})
    boxes = PersonDetector(network, processor, 0, 0.3)(noise())
    np.testing.assert_allclose(boxes, [[20, 0, 100, 120, 0.8], [90, 48, 110, 72, 0.9]], atol=1e-3)
    assert PersonDetector(network, processor, 0, 0.95)(noise()).shape == (0, 5)


def test_experts_of_vitpose_plus_are_asked_for_coco(tmp_path: Path) -> None:
    config = VitPoseConfig.from_pretrained(save_vitpose(tmp_path / "plain"))
    config.backbone_config.num_experts, config.backbone_config.part_features = 2, 8
    VitPoseForPoseEstimation(config).save_pretrained(tmp_path / "plain")
    assert load_joint_finder(str(tmp_path / "plain"))(noise(), BOX).shape == (17, 3)


# --- loading ------------------------------------------------------------------------------------------------------


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)


def test_without_weights_a_sentence_says_which_and_that_files_do(offline: None, weights: Path) -> None:
    told = "could not be loaded.*HF_HUB_OFFLINE is set.*reach the Hugging Face hub once, or give poses as skeleton file"
    with pytest.raises(BadSetting, match=f"person detector 'PekingU/rtdetr_r50vd_coco_o365' {told}"):
        load_pose_finder(PoseConfig())
    with pytest.raises(BadSetting, match=f"pose model 'usyd-community/vitpose-base-simple' {told}"):
        load_pose_finder(PoseConfig(detector=str(weights / "rtdetr")))


@pytest.mark.parametrize("spec", ["", "/nowhere/vitpose", "../vitpose", "a b"])
def test_what_is_neither_folder_nor_hub_id_is_never_asked_for(spec: str) -> None:
    with pytest.raises(BadSetting, match=re.escape(f"{spec!r} is neither a folder nor a hub id")):
        load_joint_finder(spec)


@pytest.fixture
def copied(weights: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(weights / "vitpose", tmp_path / "copied"))


def _change(folder: Path, change: Callable[[dict[str, torch.Tensor]], object]) -> None:
    from safetensors.torch import load_file, save_file

    tensors = load_file(folder / "model.safetensors")
    change(tensors)
    save_file(tensors, folder / "model.safetensors", {"format": "pt"})


def _pickled(folder: Path) -> None:
    (folder / "model.safetensors").unlink()
    torch.save({}, folder / "pytorch_model.bin")


@pytest.mark.parametrize(
    ("spoil", "error", "why"),
    [
        (
            lambda folder: (folder / "model.safetensors").unlink(),
            BadSetting,
            "model.safetensors.*save_pretrained wrote",
        ),
        (_pickled, BadSetting, "model.safetensors"),
        (lambda folder: (folder / "model.safetensors").write_bytes(b"\0" * 99), BadSetting, "could not be loaded"),
        (lambda folder: (folder / "config.json").write_text("{"), BadSetting, "could not be loaded"),
        (lambda folder: (folder / "preprocessor_config.json").unlink(), BadSetting, "preprocessor_config.json"),
        (
            lambda folder: _change(folder, lambda tensors: tensors.pop("head.conv.weight")),
            BadModel,
            "1 of its tensors are missing, such as head.conv.weight",
        ),
        (
            lambda folder: _change(folder, lambda tensors: tensors["head.conv.bias"].fill_(np.nan)),
            BadModel,
            "NaN or infinite",
        ),
        (save_rtdetr, BadModel, "of the kind rt_detr; expected vitpose"),
        (lambda folder: save_vitpose(folder, LABELS[:13]), BadModel, "finds 13 joints .nose, left eye, right eye, ..."),
        (lambda folder: save_vitpose(folder, ["Eye", *LABELS[1:]]), BadModel, "finds 17 joints .eye,"),
    ],
)
def test_a_damaged_or_wrong_model_is_refused(
    spoil: Callable[[Path], object], error: type[Exception], why: str, copied: Path
) -> None:
    load_joint_finder(str(copied))
    spoil(copied)
    with pytest.raises(error, match=f"pose model '{copied}'.*{why}"):
        load_joint_finder(str(copied))


def test_a_detector_of_other_things_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadModel, match="'person' is not among its labels"):
        load_detector(str(save_rtdetr(tmp_path, ("cat", "dog"))), 0.3)


def test_joints_without_names_are_cocos(tmp_path: Path) -> None:
    save_vitpose(tmp_path, [f"LABEL_{number}" for number in range(17)])
    assert load_joint_finder(str(tmp_path))(noise(), BOX).shape == (17, 3)


@pytest.mark.parametrize("least", [0, 1, -0.1, float("nan")])
def test_a_score_is_between_0_and_1(least: float) -> None:
    with pytest.raises(BadSetting, match="expected a score above 0 and below 1"):
        PoseConfig(least=least)


def test_what_lies_in_the_hubs_cache_is_taken_without_asking_the_hub(
    weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    cached = tmp_path / "models--foil--tiny"
    shutil.copytree(weights / "vitpose", cached / "snapshots" / ("0" * 40))
    (cached / "refs").mkdir()
    (cached / "refs" / "main").write_text("0" * 40)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr("socket.getaddrinfo", lambda *args, **options: pytest.fail("asked the network"))
    before = torch.random.get_rng_state()
    assert load_joint_finder("foil/tiny")(noise(), BOX).shape == (17, 3)
    assert torch.equal(torch.random.get_rng_state(), before)
    assert capfd.readouterr() == ("", "")


# --- one person in a clip -----------------------------------------------------------------------------------------

Box = tuple[float, float, float, float]


def tracker(*seen: Sequence[Box]) -> PoseFinder:
    """Return a finder that sees these people in these frames; a pose is its box's middle, as sure as the box says."""
    at = iter(seen)

    def people(image: NDArray[np.uint8]) -> Floats:
        return np.array([(*box, 0.9) for box in next(at)], np.float32).reshape(-1, 5)

    def joints(image: NDArray[np.uint8], box: Floats) -> Floats:
        return np.tile(np.float32([(box[0] + box[2]) / 2, (box[1] + box[3]) / 2, box[4]]), (17, 1))

    return PoseFinder(people, joints)


def blanks(count: int) -> Iterator[NDArray[np.uint8]]:
    return (np.zeros((120, 200, 3), np.uint8) for _ in range(count))


def test_one_person_is_followed_even_where_another_is_more_prominent() -> None:
    walking: list[Box] = [(10 + 5 * at, 10, 50 + 5 * at, 90) for at in range(4)]
    other: Box = (120, 0, 200, 120)
    motion = tracker([walking[0]], [other, walking[1]], [walking[2], other], [other, walking[3]]).motion(
        blanks(4), 25.0, "walk.mp4"
    )
    assert motion.places[:, 0].tolist() == [[30, 50], [35, 50], [40, 50], [45, 50]]
    assert motion.confidence == pytest.approx(np.full((4, 17), 0.9))
    assert (motion.joints, motion.rate, motion.name) == (COCO, 25.0, "walk.mp4")
    assert (motion.places.dtype, motion.confidence.dtype) == (np.float32, np.float32)


def test_frames_in_which_the_person_is_not_are_unseen_and_nobody_else_is_taken_for_them() -> None:
    person, other = (10.0, 10.0, 50.0, 90.0), (120.0, 10.0, 160.0, 90.0)
    motion = tracker([], [person], [], [other], [other, person]).motion(blanks(5), 10.0)
    assert motion.confidence.any(axis=1).tolist() == [False, True, False, False, True]
    assert (motion.places[~motion.confidence.any(axis=1)] == 0).all()
    assert (motion.places[-1] == (30, 50)).all()


def test_of_a_clip_one_frame_is_in_memory_at_a_time() -> None:
    alive: list[weakref.ref[NDArray[np.uint8]]] = []

    def frames() -> Iterator[NDArray[np.uint8]]:
        for _ in range(20):
            frame = np.zeros((120, 200, 3), np.uint8)
            alive.append(weakref.ref(frame))
            yield frame
            del frame
            assert sum(ref() is not None for ref in alive) <= 1

    assert len(tracker(*[[(0.0, 0.0, 50.0, 90.0)]] * 20).motion(frames(), 30.0)) == 20


def test_progress_counts_frames() -> None:
    told: list[tuple[str, int, int]] = []
    tracker(*[[(0.0, 0.0, 50.0, 90.0)]] * 3).motion(blanks(3), 30.0, progress=lambda *at: told.append(at), count=3)
    assert told == [("finding poses", done, 3) for done in range(4)]


def test_a_clip_or_a_picture_of_nobody_is_refused() -> None:
    with pytest.raises(BadInput, match=r"hall.mp4: nobody was found in any of its 2 frames.*or the movement as a file"):
        tracker([], []).motion(blanks(2), 30.0, "hall.mp4")
    with pytest.raises(BadInput, match="nobody was found in any of its 0 frames"):
        tracker().motion(blanks(0), 30.0)
    with pytest.raises(BadInput, match=r"hall.jpg: nobody was found in it.*or the pose as a file"):
        tracker([]).pose(next(blanks(1)), "hall.jpg")
    for rate in (0, -1, float("nan"), float("inf")):
        with pytest.raises(BadSetting, match="expected the frames a second"):
            tracker().motion(blanks(0), rate)


# --- the file and the command -------------------------------------------------------------------------------------


def test_the_pose_of_a_picture_is_a_file_that_skeletons_are_read_from(
    config: PoseConfig, finder: PoseFinder, tmp_path: Path
) -> None:
    Image.fromarray(noise()).save(tmp_path / "a.png")
    posing = find_poses(tmp_path / "a.png", tmp_path / "a.json", config, draw=tmp_path / "drawn.png")
    pose = finder.pose(noise())
    np.testing.assert_allclose(read_skeleton(tmp_path / "a.json", size=SIDES), pose, atol=0.006)
    assert (posing.frames, posing.seen, posing.rate) == (1, 1, None)
    assert posing.joints == (pose[:, 2] > 0).sum()
    assert posing.people == len(finder.people(noise()))
    np.testing.assert_array_equal(np.asarray(Image.open(tmp_path / "drawn.png")), drawn(noise(), pose))


@pytest.fixture
def walk(monkeypatch: pytest.MonkeyPatch) -> None:
    """See one person walk to the right through every clip, but not in its third frame; two more where it begins."""

    def people(image: NDArray[np.uint8]) -> Floats:
        at = shade_of(image)
        boxes: dict[int, list[Box]] = {0: [(0, 4, 30, 44), (40, 4, 60, 44), (40, 30, 60, 44)], 2: []}
        return np.array([(*box, 0.9) for box in boxes.get(at, [(at, 4, at + 30, 44)])], np.float32).reshape(-1, 5)

    walker = PoseFinder(people, tracker().find_joints)
    monkeypatch.setattr("assistant.posing.load_pose_finder", lambda config: walker)


@pytest.mark.parametrize("name", ["a.mp4", "frames"])
def test_the_poses_of_a_clip_are_a_file_that_movements_are_read_from(name: str, tmp_path: Path, walk: None) -> None:
    clip = write_frames(tmp_path / name) if name == "frames" else write_video(tmp_path / name)
    posing = find_poses(clip, tmp_path / "a.json", rate=20, draw=tmp_path / "drawn.png")
    motion = read_motion(tmp_path / "a.json")
    assert motion.joints == COCO
    assert motion.rate == posing.rate == 20
    assert motion.confidence.any(axis=1).tolist() == [at != 2 for at in range(20)]
    assert motion.places[[0, 1, 19], 5].tolist() == [[15, 24], [16, 24], [34, 24]]
    assert (posing.frames, posing.seen, posing.joints, posing.people) == (20, 19, 17, 3)
    first = drawn(shade(0), np.tile(np.float32([15, 24, 0.9]), (17, 1)))
    assert np.abs(np.asarray(Image.open(tmp_path / "drawn.png")).astype(int) - first).max() < 10, "as well as codecs do"


def test_a_drawing_shows_the_persons_left_in_orange_and_leaves_the_rest_alone() -> None:
    image = np.full((400, 400, 3), 90, np.uint8)
    pose = np.zeros((17, 3), np.float32)
    for joint, place in {"left hip": (300, 50), "left knee": (300, 350), "right hip": (100, 50)}.items():
        pose[COCO.index(joint)] = (*place, 0.9)
    pose[COCO.index("right knee")] = (100, 350, 0.1)
    shown = drawn(image, pose)
    assert (image == 90).all()
    assert shown[200, 300].tolist() == [230, 159, 0]
    assert shown[200, 100].tolist() == [86, 180, 233]
    assert shown[50, 200].tolist() == [255, 255, 255]
    colours = [(shown[200] == colour).all(axis=1).sum() for colour in ([230, 159, 0], [86, 180, 233])]
    assert colours == [2, 1], "what is less sure is thinner"
    changed = np.argwhere((shown != 90).any(axis=2))
    assert changed[:, 1].min() > 90
    assert changed[:, 1].max() < 310


def test_the_command_says_what_was_found(tmp_path: Path, walk: None) -> None:
    out = tmp_path / "new" / "a.json"
    told = foil("pose", write_video(tmp_path / "a.mp4"), "--out", out, "--every", "0.2").stdout
    assert told == f"{out}  seen in 9 of 10 frames, 5 a second; 3 people, the most prominent one was followed\n"
    Image.fromarray(shade(3)).save(tmp_path / "a.png")
    told = foil("pose", tmp_path / "a.png", "--out", tmp_path / "b.json", "--json").stdout
    assert json.loads(told) == {
        "file": str(tmp_path / "b.json"),
        **{"frames": 1, "seen": 1, "joints": 17, "people": 1, "rate": None},
    }
    told = foil("pose", tmp_path / "a.png", "--out", tmp_path / "c.json").stdout
    assert told == f"{tmp_path / 'c.json'}  17 of 17 joints seen\n"


def test_the_command_takes_networks_from_folders(weights: Path, tmp_path: Path) -> None:
    Image.fromarray(noise()).save(tmp_path / "a.png")
    networks = ("--model", weights / "vitpose", "--detector", weights / "rtdetr", "--least", "0.1")
    foil("pose", tmp_path / "a.png", "--out", tmp_path / "a.json", *networks)
    assert read_skeleton(tmp_path / "a.json", size=SIDES).shape == (17, 3)
    swapped = ("--model", weights / "rtdetr", "--detector", weights / "rtdetr")
    assert (
        "of the kind rt_detr" in foil("pose", tmp_path / "a.png", "--out", tmp_path / "b.json", *swapped, code=2).stderr
    )


@pytest.mark.parametrize(
    ("source", "args", "why"),
    [
        ("a.png", ("--out", "a.txt"), "a.txt: expected a name that ends in .json"),
        ("a.png", ("--out", "a.json", "--draw", "a.jpg"), "a.jpg: expected a name that ends in .png"),
        ("a.png", ("--out", "there.json"), "there.json: it exists, and what it holds would be lost"),
        ("a.png", ("--out", "a.json", "--draw", "a.png"), "a.png: it exists, and what it holds would be lost"),
        ("a.png", ("--out", "a.json", "--every", "0.5"), "--every and --rate are for clips, and this is one picture"),
        ("a.png", ("--out", "a.json", "--least", "2"), "least 2: expected a score above 0 and below 1"),
        ("none.png", ("--out", "a.json"), "there is no such file"),
        ("broken.png", ("--out", "a.json"), "damaged or cut off"),
        ("there.json", ("--out", "a.json"), "a text that begins with '{}', not a picture"),
        ("frames", ("--out", "a.json"), "it states no sensible number of frames a second"),
    ],
)
def test_wrong_usage_is_a_sentence_before_networks_are_loaded(
    source: str, args: tuple[str, ...], why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.posing.load_pose_finder", lambda config: pytest.fail("loaded"))
    monkeypatch.chdir(tmp_path)
    write_frames(tmp_path / "frames")
    Path("there.json").write_text("{}")
    Path("broken.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    Image.fromarray(shade(0)).save("a.png")
    here = sorted(tmp_path.rglob("*"))
    assert why in foil("pose", source, *args, code=2).stderr
    assert sorted(tmp_path.rglob("*")) == here


def test_of_nobody_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.posing.load_pose_finder", lambda config: tracker([]))
    Image.fromarray(shade(0)).save(tmp_path / "a.png")
    args = ("--out", tmp_path / "a.json", "--draw", tmp_path / "b.png")
    assert "a.png: nobody was found in it" in foil("pose", tmp_path / "a.png", *args, code=2).stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.png"]
