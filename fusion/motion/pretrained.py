"""A model of movements as a folder: model.safetensors, config.json, calibration.json and card.json. No pickle."""

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
from fusion.motion.cells import SIGMAS
from fusion.motion.coordinates import Coordinates
from fusion.motion.culprit import Culprit, Level
from fusion.motion.forecast import NeuralForecast
from fusion.motion.future import Forecast, FutureDenoiser, Subspace
from fusion.motion.joints import Convention, JointSet
from fusion.motion.normals import Normals
from fusion.motion.scene import Scenes
from fusion.motion.scores import HeldScores, Scale
from fusion.representation.whitening import Whitening
from fusion.residual import Spread
from fusion.view import View

if TYPE_CHECKING:
    from fusion.motion.detector import MotionDetector
    from fusion.motion.repertoire import Repertoire

TENSORS, CALIBRATION, CARD = "model.safetensors", "calibration.json", "card.json"
SCENES = "scenes"  # the tensor of what pictures of scenes show

Numbers = NDArray[np.float64]


def save(model: "MotionDetector | Repertoire", folder: Path) -> None:
    """Write the folder whole or not at all."""
    from fusion.motion.repertoire import Repertoire

    several = model.movements if isinstance(model, Repertoire) else {"": model}
    scenes = model.scenes if isinstance(model, Repertoire) else None
    tensors = {f"{at}.{key}": value for at, one in enumerate(several.values()) for key, value in _tensors(one).items()}
    config = {
        "kind": MOTION,
        "name": model.name,
        "repertoire": isinstance(model, Repertoire),
        "movements": {words: _config(one) for words, one in several.items()},
        "scenes": {"words": scenes.words, "files": scenes.files, "limits": scenes.limits.tolist()} if scenes else None,
    }
    if scenes:
        tensors[SCENES] = torch.from_numpy(scenes.seen)
    files = {
        TENSORS: write_tensors(tensors),
        CALIBRATION: json_bytes(model.calibration.to_json()),
        CARD: json_bytes(model.card),
    }
    write_model(folder, config, files)


def load(folder: Path) -> "MotionDetector | Repertoire":
    """Read what `save` wrote; BadModel if a file is missing, altered, or the model is not one of movements."""
    from fusion.motion.repertoire import Repertoire

    config = verify(folder)["config"]
    if config.get("kind") != MOTION:
        raise BadModel(f"{folder}: a model of pictures, not of movements; load it as a picture's, or fit movements")
    try:
        tensors = read_tensors((folder / TENSORS).read_bytes())
        calibration = Calibration.from_json(json.loads((folder / CALIBRATION).read_bytes()))
        card = json.loads((folder / CARD).read_bytes())
        cards = card["cards"] if config["repertoire"] else {"": card}
        found = {
            words: _detector(words or config["name"], one, _part(tensors, at), calibration, cards[words])
            for at, (words, one) in enumerate(config["movements"].items())
        }
        scenes = _scenes(config["scenes"], tensors)
    except (
        KeyError,
        IndexError,
        TypeError,
        ValueError,
        RuntimeError,
        SafetensorError,
    ) as error:  # its hashes hold, so it is another Foil's
        raise BadModel(f"{folder}: this Foil can't read the model ({error!r}); fit it again") from error
    return Repertoire(config["name"], found, card, scenes) if config["repertoire"] else found[""]


def _scenes(config: dict[str, Any] | None, tensors: dict[str, Tensor]) -> Scenes | None:
    if config is None:
        return None
    return Scenes(tensors[SCENES].numpy(), tuple(config["words"]), tuple(config["files"]), np.array(config["limits"]))


def _part(tensors: dict[str, Tensor], at: int) -> dict[str, Tensor]:
    prefix = f"{at}."
    return {key.removeprefix(prefix): value for key, value in tensors.items() if key.startswith(prefix)}


def _config(detector: "MotionDetector") -> dict[str, Any]:
    """Return what is no tensor of a movement's detector."""
    normals = detector.normals
    return {
        "detector": asdict(detector.config),
        "joints": asdict(normals.coordinates.joints),
        "cells": normals.coordinates.cells,
        "culprit": {"middle": normals.culprit.middle, "spread": normals.culprit.spread},
        "scales": [level.scale for level in normals.culprit.levels],
        "whole": asdict(normals.whole),
        "local": asdict(normals.local),
        "seconds": detector.seconds,
        "network": _network(detector),
    }


def _detector(
    name: str, config: dict[str, Any], tensors: dict[str, Tensor], calibration: Calibration, card: dict[str, Any]
) -> "MotionDetector":
    from fusion.motion.detector import MotionConfig, MotionDetector

    numbers = {key: value.numpy() for key, value in tensors.items()}
    return MotionDetector(
        name=name,
        config=MotionConfig(**config["detector"]),
        normals=_normals(config, tensors, numbers),
        calibration=calibration,
        peaks=numbers["peaks"],
        angle_low=numbers["angles.low"],
        angle_high=numbers["angles.high"],
        seconds=(config["seconds"][0], config["seconds"][1]),
        card=card,
    )


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
        "held.strange": normals.held.strange,
        "held.wrong": normals.held.wrong,
        "held.of": normals.held.of,
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
    if isinstance(view.denoise, FutureDenoiser):
        tensors |= {f"view.{key}": value for key, value in view.denoise.forecast.state().items()}
    for number, level in enumerate(culprit.levels):
        tensors[f"level{number}.factor"] = Whitening(level.factor[0], level.factor).packed()
        tensors[f"level{number}.usual"] = level.usual
    return {key: value.contiguous() for key, value in tensors.items()}


def _normals(config: dict[str, Any], tensors: dict[str, Tensor], numbers: dict[str, Numbers]) -> Normals:
    joints = _joints(config["joints"])
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
        view=View(whitening, _denoiser(config, tensors), SIGMAS[config["detector"]["method"]], spread),
        culprit=Culprit(joints, pose, levels, **config["culprit"]),
        posture=numbers["posture"],
        judged=numbers["judged"].astype(np.bool_),
        watched=numbers["judged"].astype(np.bool_),
        held=HeldScores(numbers["held.strange"], numbers["held.wrong"], numbers["held.of"].astype(np.intp)),
        whole=Scale(**config["whole"]),
        local=Scale(**config["local"]),
    )


def _denoiser(config: dict[str, Any], tensors: dict[str, Tensor]) -> Denoiser:
    method, grid = config["detector"]["method"], (len(config["joints"]["joints"]), config["cells"])
    if method == "memory":
        return MemoryDenoiser(tensors["view.memory"].float())
    state = {key.removeprefix("view."): value for key, value in tensors.items()}
    forecast: Forecast | None = None
    if method == "future":
        forecast = Subspace(state["components"], state["noise"])
    elif config["network"]:
        forecast = NeuralForecast.rebuilt(config["network"], state, grid)
    return FutureDenoiser(forecast, grid, config["detector"]["samples"]) if forecast else GaussianDenoiser()


def _network(detector: "MotionDetector") -> dict[str, Any] | None:
    """Return the network's config, where one judges."""
    denoise = detector.normals.view.denoise
    if isinstance(denoise, FutureDenoiser) and isinstance(denoise.forecast, NeuralForecast):
        return asdict(denoise.forecast.denoise.network.config)
    return None


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
