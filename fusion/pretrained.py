"""A detector as a folder: model.safetensors, config.json, calibration.json, card.json and card.md. No pickle."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load as read_tensors
from safetensors.torch import save as write_tensors
from torch import Tensor

from fusion.calibration import Calibration
from fusion.diffusion.denoiser import Denoiser, GaussianDenoiser, MemoryDenoiser
from fusion.errors import BadModel
from fusion.learned import Learned, rebuild_learned
from fusion.methods.named import ASKS
from fusion.modelfile import json_bytes, verify, write_model
from fusion.painter import Painter
from fusion.painting.denoiser import PainterConfig
from fusion.picture import PictureMemory
from fusion.representation.backbone import BackboneConfig, rebuild_backbone
from fusion.representation.encoder import Encoder
from fusion.representation.frame import Frame, FrameConfig
from fusion.representation.wavelet import WaveletConfig
from fusion.representation.whitening import Whitening
from fusion.residual import Spread
from fusion.told import Hearing, Told
from fusion.view import SIGMAS, View
from fusion.world import World

if TYPE_CHECKING:
    from fusion.detector import Detector

TENSORS, CALIBRATION, CARD, READABLE = "model.safetensors", "calibration.json", "card.json", "card.md"


def save(detector: "Detector", folder: Path) -> None:
    """Write the folder whole or not at all."""
    encoder, painter, memory = detector.encoder, *_painter_and_memory(detector)
    config = {
        "name": detector.name,
        "detector": asdict(detector.config),
        "frame": asdict(encoder.frame.config),
        "wavelets": asdict(encoder.wavelets),
        "backbone": asdict(encoder.backbone.config) if encoder.backbone else None,
        "aligned_pictures": memory.aligned,
        "painter": None if painter is None else {"config": asdict(painter.denoiser.config), "figures": painter.figures},
        "background": detector.background,
        "strange": detector.world.strange,
        "learned": detector.learned.plain() if detector.learned else None,
        "told": detector.told.scale if detector.told else None,
    }
    files = {
        TENSORS: write_tensors(_tensors(detector)),
        CALIBRATION: json_bytes(detector.calibration.to_json()),
        CARD: json_bytes(detector.card),
        READABLE: _readable(detector).encode(),
    }
    write_model(folder, config, files)


def load(folder: Path) -> "Detector":
    """Read what `save` wrote; BadModel if a file is missing, altered, or not what this Foil expects."""
    from fusion.detector import Detector, DetectorConfig

    config = verify(folder)["config"]
    try:
        tensors = read_tensors((folder / TENSORS).read_bytes())
        return Detector(
            name=config["name"],
            config=DetectorConfig(**config["detector"]),
            encoder=_encoder(config, tensors),
            views=_views(config, tensors),
            spread=Spread(tensors["spread.mean"], tensors["spread.std"]),
            pictures=_pictures(config, tensors),
            world=World(tensors["world.middle"].numpy(), tensors["world.spread"].numpy(), config["strange"]),
            background=config["background"],
            calibration=Calibration.from_json(json.loads((folder / CALIBRATION).read_bytes())),
            card=json.loads((folder / CARD).read_bytes()),
            learned=_learned(config, tensors),
            told=_told(config, tensors),
        )
    except (
        KeyError,
        TypeError,
        ValueError,
        RuntimeError,
        SafetensorError,
    ) as error:  # its hashes hold, so it is another Foil's
        raise BadModel(f"{folder}: this Foil can't read the model ({error!r}); fit it again") from error


def _tensors(detector: "Detector") -> dict[str, Tensor]:
    world, (painter, memory) = detector.world, _painter_and_memory(detector)
    tensors = {
        "spread.mean": detector.spread.mean,
        "spread.std": detector.spread.std,
        "pictures": torch.from_numpy(memory.pictures),
        "world.middle": torch.from_numpy(world.middle),
        "world.spread": torch.from_numpy(world.spread),
    }
    tensors |= _tensors_of(detector.views, "view")
    if detector.encoder.frame.reference is not None:
        tensors["reference"] = torch.from_numpy(detector.encoder.frame.reference)
    if memory.outlines:
        tensors |= {f"outlines.{key}": value for key, value in memory.outlines.items()}
    if painter:
        tensors |= {f"painter.{key}": value.half() for key, value in painter.state().items()}
    if detector.learned:
        tensors |= {f"learned.{key}": value for key, value in detector.learned.state().items()}
    if detector.told:
        told = detector.told
        tensors |= _tensors_of(told.views, "told.view") | {
            f"told.weights{n}": one.half() for n, one in enumerate(told.weights)
        }
        named = {"mean": told.spread.mean, "std": told.spread.std, "kinds": told.kinds, "bones": told.hearing.bones}
        named |= {"middle": told.hearing.middle, "directions": told.hearing.directions}
        tensors |= {f"told.{key}": value for key, value in (named | {"descriptions": told.descriptions}).items()}
    if detector.encoder.backbone:
        tensors |= {f"backbone.{key}": value for key, value in detector.encoder.backbone.state().items()}
    return {key: value.contiguous() for key, value in tensors.items()}


def _tensors_of(views: Sequence[View], name: str) -> dict[str, Tensor]:
    tensors: dict[str, Tensor] = {}
    for number, view in enumerate(views):
        part = f"{name}{number}."
        tensors |= {part + "mean": view.whitening.mean, part + "factor": view.whitening.packed()}
        tensors |= {part + "residual_mean": view.spread.mean, part + "residual_std": view.spread.std}
        if isinstance(view.denoise, MemoryDenoiser):
            tensors[part + "memory"] = view.denoise.memory
    return tensors


def _encoder(config: dict[str, Any], tensors: dict[str, Tensor]) -> Encoder:
    frame, wavelets = config["frame"], config["wavelets"]
    extent = tuple(frame["extent"]) if frame["extent"] else None
    reference = tensors["reference"].numpy() if "reference" in tensors else None
    backbone = None
    if config["backbone"]:
        state = _under("backbone.", tensors)
        of = config["backbone"]
        network = BackboneConfig(**{**of, "mean": tuple(of["mean"]), "std": tuple(of["std"])})
        backbone = rebuild_backbone(network, state)
    return Encoder(
        Frame(FrameConfig(tuple(frame["grid"]), frame["cell"], extent), reference),
        WaveletConfig(**{**wavelets, "contexts": tuple(wavelets["contexts"])}),
        backbone,
    )


def _under(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """Return the tensors of one part of a model, by their names within it."""
    return {key.removeprefix(prefix): value for key, value in tensors.items() if key.startswith(prefix)}


def _views(config: dict[str, Any], tensors: dict[str, Tensor], name: str = "view") -> tuple[View, ...]:
    method = config["detector"]["method"]
    sigmas = SIGMAS["gaussian" if method in ASKS or name != "view" else method]
    views = []
    of = config["backbone"]
    for number in range(2 if of and not of.get("alone") else 1):
        part = f"{name}{number}."
        whitening = Whitening.unpack(tensors[part + "mean"], tensors[part + "factor"])
        memory = tensors.get(part + "memory")
        denoise: Denoiser = GaussianDenoiser() if memory is None else MemoryDenoiser(memory)
        spread = Spread(tensors[part + "residual_mean"], tensors[part + "residual_std"])
        views.append(View(whitening, denoise, sigmas, spread))
    return tuple(views)


def _painter_and_memory(detector: "Detector") -> tuple[Painter | None, PictureMemory]:
    pictures = detector.pictures
    return (pictures, pictures.memory) if isinstance(pictures, Painter) else (None, pictures)


def _pictures(config: dict[str, Any], tensors: dict[str, Tensor]) -> PictureMemory | Painter:
    outlines = _under("outlines.", tensors) or None
    memory = PictureMemory(tensors["pictures"].numpy(), config["aligned_pictures"], outlines=outlines)
    if not config.get("painter"):
        return memory
    own = {key: value.float() for key, value in _under("painter.", tensors).items()}
    return Painter.from_state(PainterConfig(**config["painter"]["config"]), own, memory, config["painter"]["figures"])


def _learned(config: dict[str, Any], tensors: dict[str, Tensor]) -> Learned | None:
    if not config.get("learned"):
        return None
    own = _under("learned.", tensors)
    return rebuild_learned(config["learned"], own, [view.whitening.factor for view in _views(config, tensors)])


def _told(config: dict[str, Any], tensors: dict[str, Tensor]) -> Told | None:
    if not config.get("told"):
        return None
    # cloned into memory that is aligned as when it was fitted: matrix products round by that
    own = {key: value.clone() for key, value in _under("told.", tensors).items()}
    views = _views(config, tensors, "told.view")
    hearing = Hearing(tuple(config["frame"]["grid"]), own["middle"], own["directions"], own["bones"])
    weights = tuple(own[f"weights{number}"].float() for number in range(len(views)))
    spread, scale = Spread(own["mean"], own["std"]), tuple(config["told"])
    return Told(hearing, weights, views, spread, scale, own["descriptions"], own["kinds"])


def _readable(detector: "Detector") -> str:
    """Return the model card as Markdown, with the metadata that the Hugging Face hub reads."""
    rows = "\n".join(
        f"| {key} | {value} |" for key, value in detector.card.items() if not isinstance(value, list | dict)
    )
    skipped = "\n".join(f"- {path}: {reason}" for path, reason in detector.card["skipped"]) or "none"
    return (
        f"---\nlibrary_name: foil\npipeline_tag: image-classification\ntags: [anomaly-detection]\n---\n\n"
        f"# {detector.name}\n\nA Foil model of one product, fitted on good parts only. It tells how far a picture "
        f"is from them; it knows no kinds of defects.\n\n| | |\n|---|---|\n{rows}\n\n"
        f"## Pictures that could not be used\n\n{skipped}\n"
    )
