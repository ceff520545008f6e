"""ViTPose and RT-DETR through transformers: where people are in a picture, and where the joints of each of them are.

Weights come from a folder, from the hub's cache as they lie there, or else from the hub, in this order. They are read
as safetensors only, and refused if a tensor is missing: transformers would draw it at random.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from fusion.errors import BadModel, BadSetting, loading
from fusion.hub import is_hub_id, offline, quietly
from fusion.modality.skeleton import COCO_JOINTS
from fusion.threads import one_thread

_CELL = 1.25 / 64  # of a box's longer side: a cell of ViTPose's heat maps, which span 1.25 boxes [mmpose]
_NARROWEST = 2.0  # px: a person of less has no joints to find
_INSTEAD = (
    "Give a folder that save_pretrained wrote, let this machine reach the Hugging Face hub once, or give poses as "
    "skeleton files instead (docs/poses.md)"
)
_OFFLINE = "HF_HUB_OFFLINE is set, so only the hub's cache on this machine was searched. "

Image = NDArray[np.uint8]  # (H, W, 3), RGB


@dataclass(frozen=True, eq=False)
class PersonDetector:
    """RT-DETR [Zhao et al. 2024], asked for people only."""

    network: nn.Module
    processor: Any
    person: int  # the label of people
    least: float  # score from which on it is a person

    def __call__(self, image: Image) -> NDArray[np.float32]:
        """Return the people's boxes, (N, 5): left, top, right, bottom in pixels, score; the most prominent one first.

        Prominent is who covers much of the picture and is surely a person: by area times score.
        """
        height, width = image.shape[:2]
        with torch.inference_mode(), one_thread():
            inputs = self.processor(images=image, return_tensors="pt", input_data_format="channels_last")
            found = self.processor.post_process_object_detection(
                self.network(**inputs), threshold=self.least, target_sizes=[(height, width)]
            )[0]
        people = found["labels"] == self.person
        boxes = found["boxes"][people].numpy().clip(0, np.array((width, height) * 2, np.float32))
        sides = boxes[:, 2:] - boxes[:, :2]
        scores = found["scores"][people].numpy()
        wide = (sides >= _NARROWEST).all(axis=1)
        order = np.argsort(-sides.prod(axis=1)[wide] * scores[wide], kind="stable")
        ordered: NDArray[np.float32] = np.column_stack([boxes, scores])[wide][order].astype(np.float32)
        return ordered


@dataclass(frozen=True, eq=False)
class JointFinder:
    """ViTPose [Xu et al. 2022]: the joints of the person in a box, in COCO's order."""

    network: nn.Module
    processor: Any
    experts: int  # ViTPose+ has one a data set it learned from

    def __call__(self, image: Image, box: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return x and y in pixels of the picture and a confidence in [0, 1], (17, 3); zeros where nothing was seen."""
        left, top, right, bottom = (float(side) for side in box[:4])
        boxes = [[[left, top, right - left, bottom - top]]]
        with torch.inference_mode(), one_thread():
            inputs = self.processor(images=image, boxes=boxes, return_tensors="pt", input_data_format="channels_last")
            expert = {"dataset_index": torch.tensor([0])} if self.experts > 1 else {}  # COCO is the first
            outputs = self.network(**inputs, **expert)
            found = self.processor.post_process_pose_estimation(outputs, boxes=boxes)[0][0]
        joints = np.column_stack([found["keypoints"].numpy(), found["scores"].numpy().clip(0, 1)])
        return _inside(joints.astype(np.float32), image, _CELL * max(right - left, bottom - top))


def _inside(joints: NDArray[np.float32], image: Image, cell: float) -> NDArray[np.float32]:
    """Return joints with those unseen that lie outside the picture, where nobody can see them.

    Heat maps are no finer than a cell: what lies less than one outside, such as a foot cut off by the edge, is moved
    onto the edge.
    """
    places = joints[:, :2]
    last = np.array([image.shape[1] - 1, image.shape[0] - 1], np.float32)
    seen = ((places >= -cell) & (places <= last + cell)).all(axis=1) & (joints[:, 2] > 0)
    inside: NDArray[np.float32] = np.where(seen[:, None], np.column_stack([places.clip(0, last), joints[:, 2]]), 0)
    return inside.astype(np.float32)


def load_detector(spec: str, least: float) -> PersonDetector:
    """Load RT-DETR from a folder or by its hub id; BadSetting and BadModel say what is missing and what to do."""
    from transformers import RTDetrForObjectDetection

    network, processor = _load("person detector", spec, RTDetrForObjectDetection)
    people = [label for label, name in network.config.id2label.items() if name.lower() == "person"]
    if not people:
        raise BadModel(f"person detector {spec!r}: 'person' is not among its labels; give one trained on COCO")
    return PersonDetector(network, processor, people[0], least)


def load_joint_finder(spec: str) -> JointFinder:
    """Load ViTPose from a folder or by its hub id; BadSetting and BadModel say what is missing and what to do."""
    from transformers import VitPoseForPoseEstimation

    network, processor = _load("pose model", spec, VitPoseForPoseEstimation)
    joints = tuple(_joint(name) for _, name in sorted(network.config.id2label.items()))
    if joints not in (COCO_JOINTS, tuple(f"label {number}" for number in range(17))):  # 17 without names are COCO's
        raise BadModel(
            f"pose model {spec!r}: it finds {len(joints)} joints ({', '.join(joints[:3])}, ...), not COCO's 17; give "
            "one trained on COCO"
        )
    return JointFinder(network, processor, network.config.backbone_config.num_experts)


def _joint(label: str) -> str:
    """Return the joint that a label means: ViTPose's own say "L_Eye"."""
    first, *others = label.lower().split("_")
    return " ".join([{"l": "left", "r": "right"}.get(first, first), *others])


def _load(what: str, spec: str, architecture: Any) -> tuple[Any, Any]:
    """Return a network and its image processor, both complete."""
    folder = bool(spec) and Path(spec).is_dir()
    if not folder and not is_hub_id(spec):
        raise BadSetting(f"{what} {spec!r} is neither a folder nor a hub id (owner/name). {_INSTEAD}")
    instead = _OFFLINE + _INSTEAD if offline() and not folder else _INSTEAD
    with loading(f"{what} {spec!r}", instead), quietly():
        try:
            network, processor, report = _read(what, spec, architecture, local=True)
        except OSError:  # not in the cache, or not all of it
            if folder:
                raise
            network, processor, report = _read(what, spec, architecture, local=False)
    counters = "num_batches_tracked"  # which only training reads, and old checkpoints lack
    missing = sorted(key for key in report["missing_keys"] if not key.endswith(counters))
    if missing:
        raise BadModel(
            f"{what} {spec!r}: {len(missing)} of its tensors are missing, such as {missing[0]}; get it again"
        )
    if not all(bool(tensor.isfinite().all()) for tensor in network.parameters()):
        raise BadModel(f"{what} {spec!r}: its weights hold NaN or infinite numbers; get it again")
    return network, processor


def _read(what: str, spec: str, architecture: Any, local: bool) -> tuple[Any, Any, dict[str, Any]]:
    from transformers import AutoConfig, AutoImageProcessor

    where = {"local_files_only": local, "trust_remote_code": False}
    kind, expected = AutoConfig.from_pretrained(spec, **where).model_type, architecture.config_class.model_type
    if kind != expected:
        raise BadModel(f"{what} {spec!r}: this is a model of the kind {kind}; expected {expected}")
    processor = AutoImageProcessor.from_pretrained(spec, **where)
    network, report = architecture.from_pretrained(
        spec, local_files_only=local, use_safetensors=True, dtype=torch.float32, output_loading_info=True
    )
    return network.eval(), processor, report
