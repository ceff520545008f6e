"""Weights by themselves: what training gave a detector, without what a fit finds in seconds anew.

A file of them is a quarter of a model's folder. `foil fit --weights FILE` fits the closed form on the user's own good
parts, puts the weights around it and calibrates both; the shipped example is such a file.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import save as write_tensors
from torch import Tensor, nn

from fusion.detector import Detector
from fusion.diffusion.network import Network
from fusion.errors import BadModel
from fusion.files import atomic_write
from fusion.painter import Painter
from fusion.painting.denoiser import PainterConfig
from fusion.picture import PictureMemory
from fusion.sight import Sight

STORY = ("steps", "minutes", "history", "trained_on", "seen")
FORMAT = 2  # of the file; another one holds other tensors


@dataclass(frozen=True, eq=False)
class Weights:
    """Trained weights and how they came about."""

    name: str  # of the file, for messages
    tensors: dict[str, Tensor]  # network.*, sight.*, painter.*
    card: dict[str, Any]

    @property
    def story(self) -> dict[str, Any]:
        return {key: self.card["network"][key] for key in STORY if key in self.card["network"]}

    @property
    def seen(self) -> list[str]:
        """Return hashes, their first digits, of the pictures that they learnt from."""
        return list(self.card["network"]["seen"])

    @property
    def size(self) -> str:
        return str(self.card["network"]["size"])

    def fill(self, network: Network, sight: Sight) -> None:
        """Put the weights into a network and a sight; BadModel if they are another representation's or grid's."""
        self._into(network, "network.")
        self._into(sight, "sight.")

    def painter(self, memory: PictureMemory) -> Painter | PictureMemory:
        """Return the painter around a memory of pictures; the memory itself where no painter came along."""
        if self.card["painter"] is None:
            return memory
        state = {key[8:]: value.float() for key, value in self.tensors.items() if key.startswith("painter.")}
        return Painter.from_state(PainterConfig(**self.card["painter_config"]), state, memory, self.card["painter"])

    def _into(self, module: nn.Module, part: str) -> None:
        own = {key[len(part) :]: value.float() for key, value in self.tensors.items() if key.startswith(part)}
        try:
            module.load_state_dict(own)
        except RuntimeError as error:
            reason = str(error).strip().splitlines()[-1].strip()
            raise BadModel(
                f"{self.name}: these weights were trained for another representation or grid ({reason}); fit on "
                "pictures of the same kind and size, with the same backbone, or train anew"
            ) from error


def write_weights(detector: Detector, path: Path, trained_on: str) -> None:
    """Write a trained detector's weights to one safetensors file, whole or not at all; a painter if it helped."""
    pictures, learned = detector.pictures, detector.learned
    if learned is None:
        raise BadModel(f"{detector.name} has no trained weights; fit it with method neural")
    tensors = learned.trained()
    card = {"network": detector.card["network"] | {"trained_on": trained_on}, "painter": None, "format": FORMAT}
    if isinstance(pictures, Painter) and pictures.helped:
        tensors |= {f"painter.{key}": value.half() for key, value in pictures.state().items()}
        card |= {"painter": pictures.figures, "painter_config": vars(pictures.denoiser.config)}
    contiguous = {key: value.contiguous() for key, value in tensors.items()}
    atomic_write(path, write_tensors(contiguous, {"card": json.dumps(card, allow_nan=False)}))


def read_weights(path: Path) -> Weights:
    """Read what `write_weights` wrote; BadModel says what is wrong with a file."""
    try:
        with safe_open(path, "pt") as file:
            tensors = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118 - no mapping
            card = json.loads((file.metadata() or {})["card"])
            if card["format"] != FORMAT:
                raise ValueError(f"its format is {card['format']}, this Foil reads {FORMAT}")
            return Weights(str(path), tensors, {**card, "network": {**card["network"]}})
    except (OSError, SafetensorError, ValueError, KeyError, TypeError) as error:
        raise BadModel(
            f"{path}: no trained weights of Foil can be read from it ({error}); expected a .safetensors file that "
            "Foil wrote"
        ) from error
