"""A motion detector as a folder: model.safetensors, config.json, calibration.json and card.json. No pickle."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.torch import load as read_tensors
from safetensors.torch import save as write_tensors
from torch import Tensor

from fusion.calibration import Calibration
from fusion.diffusion.denoiser import Denoiser, GaussianDenoiser, MemoryDenoiser
from fusion.errors import BadModel
from fusion.modelfile import MOTION, json_bytes, verify, write_model
from fusion.motion.coordinates import Coordinates
from fusion.motion.culprit import Culprit, Level
from fusion.motion.joints import Convention, JointSet
from fusion.motion.normals import Normals, Scale
from fusion.representation.whitening import Whitening
from fusion.residual import Spread
from fusion.view import SIGMAS, View

if TYPE_CHECKING:
    from fusion.motion.detector import MotionDetector

TENSORS, CALIBRATION, CARD = "model.safetensors", "calibration.json", "card.json"

Numbers = NDArray[np.float64]


def save(detector: "MotionDetector", folder: Path) -> None:
    """Write the folder whole or not at all."""
    normals = detector.normals
    config = {
        "kind": MOTION,
        "name": detector.name,
        "detector": asdict(detector.config),
        "joints": asdict(normals.coordinates.joints),
        "cells": normals.coordinates.cells,
        "culprit": {"middle": normals.culprit.middle, "spread": normals.culprit.spread},
        "scales": [level.scale for level in normals.culprit.levels],
        "whole": asdict(normals.whole),
        "local": asdict(normals.local),
        "seconds": detector.seconds,
    }
    files = {
        TENSORS: write_tensors(_tensors(detector)),
        CALIBRATION: json_bytes(detector.calibration.to_json()),
        CARD: json_bytes(detector.card),
    }
    write_model(folder, config, files)


def load(folder: Path) -> "MotionDetector":
    """Read what `save` wrote; BadModel if a file is missing, altered, or the model is one of pictures."""
    from fusion.motion.detector import MotionConfig, MotionDetector

    config = verify(folder)["config"]
    if config.get("kind") != MOTION:
        raise BadModel(f"{folder}: a model of pictures, not of movements; load it as a picture's, or fit movements")
    try:
        tensors = read_tensors((folder / TENSORS).read_bytes())
        numbers = {key: value.numpy() for key, value in tensors.items()}
        return MotionDetector(
            name=config["name"],
            config=MotionConfig(**config["detector"]),
            normals=_normals(config, tensors, numbers),
            calibration=Calibration.from_json(json.loads((folder / CALIBRATION).read_bytes())),
            peaks=numbers["peaks"],
            angle_low=numbers["angles.low"],
            angle_high=numbers["angles.high"],
            seconds=(config["seconds"][0], config["seconds"][1]),
            card=json.loads((folder / CARD).read_bytes()),
        )
    except (
        KeyError,
        IndexError,
        TypeError,
        ValueError,
        RuntimeError,
        SafetensorError,
    ) as error:  # its hashes hold, so it is another Foil's
        raise BadModel(f"{folder}: this Foil can't read the model ({error!r}); fit it again") from error


def _tensors(detector: "MotionDetector") -> dict[str, Tensor]:
    normals = detector.normals
    coordinates, view, culprit = normals.coordinates, normals.view, normals.culprit
    numbers = {
        "peaks": detector.peaks,
        "angles.low": detector.angle_low,
        "angles.high": detector.angle_high,
        "proportions": coordinates.proportions,
        "anchors": coordinates.anchors,
        "offsets": coordinates.offsets,
        "posture": normals.posture,
        "judged": normals.judged,
    }
    tensors = {key: torch.from_numpy(np.ascontiguousarray(value)) for key, value in numbers.items()}
    tensors |= {
        "view.mean": view.whitening.mean,
        "view.factor": view.whitening.packed(),
        "view.residual_mean": view.spread.mean,
        "view.residual_std": view.spread.std,
        "pose": culprit.pose,
    }
    if isinstance(view.denoise, MemoryDenoiser):
        tensors["view.memory"] = view.denoise.memory.half()
    for number, level in enumerate(culprit.levels):
        tensors[f"level{number}.factor"] = Whitening(level.factor[0], level.factor).packed()
        tensors[f"level{number}.usual"] = level.usual
    return {key: value.contiguous() for key, value in tensors.items()}


def _normals(config: dict[str, Any], tensors: dict[str, Tensor], numbers: dict[str, Numbers]) -> Normals:
    joints = _joints(config["joints"])
    memory = tensors.get("view.memory")
    denoise: Denoiser = GaussianDenoiser() if memory is None else MemoryDenoiser(memory.float())
    whitening = Whitening.unpack(tensors["view.mean"], tensors["view.factor"])
    spread = Spread(tensors["view.residual_mean"], tensors["view.residual_std"])
    pose = tensors["pose"]
    wide = pose.new_zeros(1, pose.shape[1] * pose.shape[2])
    levels = tuple(
        Level(Whitening.unpack(wide, tensors[f"level{number}.factor"]).factor, tensors[f"level{number}.usual"], scale)
        for number, scale in enumerate(config["scales"])
    )
    return Normals(
        coordinates=Coordinates(
            joints, config["cells"], numbers["proportions"], numbers["anchors"].astype(np.intp), numbers["offsets"]
        ),
        view=View(whitening, denoise, SIGMAS[config["detector"]["method"]], spread),
        culprit=Culprit(joints, pose, levels, **config["culprit"]),
        posture=numbers["posture"],
        judged=numbers["judged"].astype(np.bool_),
        whole=Scale(**config["whole"]),
        local=Scale(**config["local"]),
    )


def _joints(data: dict[str, Any]) -> JointSet:
    convention = data["convention"]
    return JointSet(
        name=data["name"],
        joints=tuple(data["joints"]),
        bones=tuple((one, other) for one, other in data["bones"]),
        root=tuple(data["root"]),
        angles=tuple((name, one, joint, other) for name, one, joint, other in data["angles"]),
        aliases=tuple((marker, called) for marker, called in data["aliases"]),
        convention=Convention(**{**convention, "channels": tuple(convention["channels"])}),
    )
