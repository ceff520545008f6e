"""A table's detector as a folder: model.safetensors, config.json, calibration.json and card.json. No pickle."""

import json
from dataclasses import asdict
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load as read_tensors
from safetensors.torch import save as write_tensors

from fusion.calibration import Calibration
from fusion.errors import BadModel
from fusion.modelfile import TABLE, json_bytes, kind_of, verify, write_model
from fusion.table.config import TableConfig
from fusion.table.coordinates import Coordinates
from fusion.table.detector import TableDetector
from fusion.table.methods import METHODS

TENSORS, CALIBRATION, CARD = "model.safetensors", "calibration.json", "card.json"


def save(detector: TableDetector, folder: Path) -> None:
    """Write the folder whole or not at all."""
    coordinates = detector.coordinates
    tensors = {"mean": torch.from_numpy(coordinates.mean), "std": torch.from_numpy(coordinates.std)}
    tensors |= {"root": coordinates.root} | {f"method.{key}": value for key, value in detector.method.state().items()}
    config = {
        "kind": TABLE,
        "name": detector.name,
        "detector": asdict(detector.config),
        "columns": list(coordinates.columns),
    }
    files = {
        TENSORS: write_tensors({key: value.contiguous().clone() for key, value in tensors.items()}),
        CALIBRATION: json_bytes(detector.calibration.to_json()),
        CARD: json_bytes(detector.card),
    }
    write_model(folder, config, files)


def load(folder: Path) -> TableDetector:
    """Read what `save` wrote; BadModel if a file is missing, altered, or the model is one of something else."""
    config = verify(folder)["config"]
    if (kind := kind_of(folder)) != "tables":
        raise BadModel(f"{folder}: a model of {kind}, not of tables; load it as such, or fit a table")
    try:
        # cloned into memory that is aligned as when it was fitted: matrix products round by that
        tensors = {key: value.clone() for key, value in read_tensors((folder / TENSORS).read_bytes()).items()}
        settings = TableConfig(**config["detector"])
        state = {key.removeprefix("method."): value for key, value in tensors.items() if key.startswith("method.")}
        return TableDetector(
            name=config["name"],
            config=settings,
            coordinates=Coordinates(
                tuple(config["columns"]), tensors["mean"].numpy(), tensors["std"].numpy(), tensors["root"]
            ),
            method=METHODS[settings.method].load(state, settings),
            calibration=Calibration.from_json(json.loads((folder / CALIBRATION).read_bytes())),
            card=json.loads((folder / CARD).read_bytes()),
        )
    except (KeyError, TypeError, ValueError, RuntimeError, SafetensorError) as error:  # hashed: it is another Foil's
        raise BadModel(f"{folder}: this Foil can't read the model ({error!r}); fit it again") from error
