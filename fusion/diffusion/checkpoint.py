"""A training that was interrupted, as a folder of one safetensors file: weights, moments, and progress in its header.

One file, because one rename is all that no kill can cut in two: numbers and weights are always of the same moment.
"""

import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import load as read_tensors
from safetensors.torch import save as write_tensors
from torch import Tensor

from fusion.errors import BadModel
from fusion.files import atomic_write, make_folder

FILE = "training.safetensors"
_HEADER = "training"


def write_checkpoint(
    folder: Path, tensors: Mapping[str, Tensor], progress: Mapping[str, Any], identity: Mapping[str, Any]
) -> None:
    """Write where a training is, whole or not at all; `identity` says of which training."""
    make_folder(folder)
    for left in folder.glob(f".{FILE}.*"):  # by a write that was killed
        with suppress(OSError):
            left.unlink()
    own = {name: tensor.detach().cpu().clone() for name, tensor in tensors.items()}  # tied weights share memory
    header = {_HEADER: json.dumps({"identity": identity, "progress": progress})}
    atomic_write(folder / FILE, write_tensors(own, metadata=header))


def read_checkpoint(folder: Path, identity: Mapping[str, Any]) -> tuple[dict[str, Tensor], dict[str, Any]] | None:
    """Return tensors and progress, or None where there is no checkpoint; BadModel if it is another training's."""
    path = folder / FILE
    if not path.exists():
        return None
    try:
        with safe_open(path, framework="pt") as file:
            kept = json.loads((file.metadata() or {})[_HEADER])
        tensors = read_tensors(path.read_bytes())
    except (OSError, SafetensorError, KeyError, ValueError) as error:
        raise BadModel(
            f"{path}: this is no checkpoint of a training ({error!r}); delete the folder to start anew"
        ) from error
    mine = json.loads(json.dumps(identity))  # tuples are lists in there
    if kept["identity"] != mine:
        raise BadModel(
            f"{path}: it belongs to another training ({_difference(kept['identity'], mine)}); "
            "resume with the same network and settings, or choose another folder"
        )
    return tensors, kept["progress"]


def _difference(there: Mapping[str, Any], here: Mapping[str, Any]) -> str:
    """Name the first thing that differs, in the words of the two."""
    for part in here:
        old, new = there.get(part, {}), here[part]
        for name in [*new, *old]:
            if old.get(name) != new.get(name):
                return f"{name} was {old.get(name, 'absent')} there and is {new.get(name, 'absent')} here"
    return "it was written by another Foil"
