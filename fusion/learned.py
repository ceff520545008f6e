"""Learned: the trained part of a detector, a network around the closed form, and what its residuals mean."""

from dataclasses import asdict, dataclass, replace
from typing import Any, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from fusion.condition import Condition, nothing
from fusion.diffusion.denoiser import NeuralDenoiser, colouring, squashed
from fusion.diffusion.network import Network, NetworkConfig
from fusion.methods.named import STUDENTS, Question
from fusion.residual import Spread
from fusion.sight import Sight, seen_by

AnyModule = TypeVar("AnyModule", bound=nn.Module)


@dataclass(frozen=True, eq=False)
class Learned:
    """A trained denoiser over the whitened tokens of all representations, side by side."""

    denoise: NeuralDenoiser
    question: Question  # what the denoiser is asked
    spread: Spread  # of the residuals, (S, P)
    sight: Sight  # which words are true of a place
    words: str  # which text encoder gave the captions their meaning
    judges: bool  # its residuals are the map; else the closed form's are, and only `sight` is used
    teacher: Network | None = None  # what was trained, where the denoiser is a student of it

    def residuals(self, x: Tensor, cond: Condition) -> Tensor:
        """Return what its method finds at each place, (B, P, C) -> (B, S, P): |x - D(x)| in one form or another."""
        return self.question(x, self.denoise, cond)

    def maps(self, residuals: Tensor) -> Tensor:
        """Return how far each place is from its normal version, in the normals' spread, (B, S, P) -> (B, P)."""
        return self.spread(residuals).mean(dim=1)

    def names(self, x: Tensor, text: NDArray[np.float32], grid: tuple[int, int]) -> Tensor:
        """Return the share of each place that words, (T,), name, (1, P, C) -> (P,), in (0, 1)."""
        seen = seen_by(x, self.denoise.colour, grid)
        named: Tensor = self.sight(seen, torch.from_numpy(text)[None])[0, :, 0].sigmoid()
        return named

    def condition(
        self,
        x: Tensor,
        text: NDArray[np.float32] | None = None,
        mask: NDArray[np.float32] | None = None,
        skeleton: NDArray[np.float32] | None = None,
    ) -> Condition:
        """Return the condition of one sample with tokens x, (1, P, C): text (T,), mask (P,), skeleton (17, 3).

        Of several samples, (B, P, C), nothing can be said.
        """
        known = {"text": text, "mask": mask, "skeleton": skeleton}
        present = torch.tensor([[True, *(value is not None for value in known.values())]]).expand(len(x), -1)
        given = {name: torch.from_numpy(value)[None].float() for name, value in known.items() if value is not None}
        return replace(image_only(x, self.denoise.network.config.text), present=present, **given)

    def plain(self) -> dict[str, Any]:
        """Return what is no tensor, for a model's config."""
        network = asdict(self.denoise.network.config)
        return {"network": network, "question": self.question.plain()} | {
            "words": self.words,
            "judges": self.judges,
        }

    def state(self) -> dict[str, Tensor]:
        """Return every tensor that it takes, with what `plain` returns, to build this again; weights in half."""
        student = self.denoise.network.state_dict() if self.teacher else {}
        spread = {f"spread.{name}": value for name, value in vars(self.spread).items()}
        return self.trained() | _named("student", student) | spread | {"normal_words": self.question.normal_words}

    def trained(self) -> dict[str, Tensor]:
        """Return the weights that a training gave, whatever they are asked, in half."""
        network = self.teacher or self.denoise.network
        return _named("network", network.state_dict()) | _named("sight", self.sight.state_dict())


def rebuild_learned(plain: dict[str, Any], state: dict[str, Tensor], factors: list[Tensor]) -> Learned:
    """Build again what `plain()` and `state()` described, around whitenings' factors, (P | 1, C, C) each."""

    def weights(part: str) -> dict[str, Tensor]:
        return {key[len(part) :]: value.float() for key, value in state.items() if key.startswith(part)}

    def network(part: str) -> Network:
        built = Network(NetworkConfig(**{**plain["network"], "grid": tuple(plain["network"]["grid"])}))
        built.load_state_dict(weights(part))
        return built.eval()

    asked = plain["question"]
    taught = asked["method"] in STUDENTS
    question = Question(**{**asked, "channels": tuple(asked["channels"])}, normal_words=state["normal_words"].clone())
    sight = Sight(sum(question.channels), plain["network"]["text"])
    sight.load_state_dict(weights("sight."))
    return Learned(
        NeuralDenoiser(network("student." if taught else "network."), colouring(factors)),
        question,
        question.units(**{key[7:]: value for key, value in state.items() if key.startswith("spread.")}),
        sight.eval(),
        plain["words"],
        plain["judges"],
        network("network.") if taught else None,
    )


def _named(part: str, state: dict[str, Tensor]) -> dict[str, Tensor]:
    return {f"{part}.{key}": value.half() for key, value in state.items()}


def rounded(network: AnyModule) -> AnyModule:
    """Round weights as they will be on disk, in half precision, so that a loaded model gives the same bits."""
    with torch.no_grad():
        for weight in network.parameters():
            weight.copy_(weight.half().float())
    return network


def image_only(x: Tensor, text: int) -> Condition:
    """Return the condition that tokens, (B, P, C), make by themselves; `text` is the width of prompts' embeddings."""
    cond = nothing(len(x), x.shape[1], x.shape[2], text)
    present = cond.present.clone()
    present[:, 0] = True
    return replace(cond, image=global_embedding(x), present=present)


def global_embedding(x: Tensor) -> Tensor:
    """Return one embedding of the whole sample, the mean of its squashed tokens, (B, P, C) -> (B, C)."""
    return squashed(x).mean(dim=1)


def to_frame(skeleton: NDArray[np.float32], affine: NDArray[np.float64], size: tuple[int, int]) -> NDArray[np.float32]:
    """Return joints in shares of the frame, (17, 3), -1 to 1, from pixels; `size` is the frame's (width, height)."""
    places = skeleton[:, :2] @ affine[:, :2].T + affine[:, 2]
    inside = 2 * places / np.array(size) - 1  # -1 to 1
    seen = skeleton[:, 2:] > 0
    return np.concatenate([np.where(seen, np.clip(inside, -1.5, 1.5), 0), skeleton[:, 2:]], axis=1).astype(np.float32)
