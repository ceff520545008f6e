"""The methods by name, as `fusion.recipes` lists them: those that ask a trained denoiser of pictures."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from fusion.condition import Condition
from fusion.diffusion.denoiser import NeuralDenoiser
from fusion.methods.ask import Ask, Asked
from fusion.methods.density import Inversion, Path, ScoreNorms
from fusion.methods.healing import Harmonised, Retold, Transparent
from fusion.methods.hybrid import Dynamic, Posterior, TwoCalls, diffusion_time
from fusion.methods.learnt import Distances, OneCall
from fusion.methods.reconstruction import Adaptive, Imputed, Partial, Stitched
from fusion.residual import Joint, Spread, Weighed

DISTILLED, ODD, SIMPLEX = "distilled", "odd", "simplex"
ASKS: dict[str, Ask] = {
    "neural": ScoreNorms((1.0, 2.0, 4.0)),
    "ddpm": Partial(1.0),
    "anoddpm": Partial(0.96, noisy=True),
    "ddad": Partial(1.0, noisy=True, toward=1.0),
    "autoddpm": Stitched(),
    "thor": Harmonised(),
    "transfusion": Transparent(),
    "glad": Adaptive(),
    "imputation": Imputed(),
    "fndm": Retold(),
    "msma": ScoreNorms((0.5, 1.0, 2.0, 4.0)),
    "diffpath": Path(),
    "inversionad": Inversion(),
    "diffusionad": TwoCalls(),
    "mdps": Posterior(),
    "d3ad": Dynamic(),
    "hybrid": Dynamic(gated=True),
    SIMPLEX: Partial(0.96, noisy=True, octaves=True),
    DISTILLED: OneCall(),
    ODD: Distances(),
}
PASSED = 0.95  # of the normals a hybrid leaves to the closed form
STUDENTS = (DISTILLED, SIMPLEX)  # a copy of the network learns further, and is asked in its place
LEARNT = (*STUDENTS, ODD)  # something is learnt beside the network, from good parts and painted defects
JOINT = ("msma", "diffpath")  # the values of a place are one vector: how unusual they are together counts


@dataclass(frozen=True, eq=False)
class Question:
    """What a trained denoiser is asked: by which method, and what that has to know of the normals."""

    method: str
    channels: tuple[int, ...]  # of each representation
    gate: float  # diffusion time that 95 of 100 normals stay below
    normal_words: Tensor  # embedding of what a normal was called in training, (T,)

    def __post_init__(self) -> None:
        if self.method not in ASKS:
            raise ValueError(f"no method is called {self.method!r}; known are {', '.join(ASKS)}")

    @classmethod
    def about(cls, method: str, channels: Sequence[int], normals: Tensor, words: Tensor) -> "Question":
        """Prepare a method's question by normals that the denoiser never saw, (N, P, C), and their words, (T,)."""
        times = torch.cat([diffusion_time(one.float()) for one in torch.split(normals, 16)])
        return cls(method, tuple(channels), float(times.quantile(PASSED)), words)

    def plain(self) -> dict[str, Any]:
        """Return what is no tensor."""
        return {"method": self.method, "channels": self.channels, "gate": self.gate}

    @property
    def units(self) -> type[Spread]:
        """Return in which units the values are to be put."""
        return Weighed if self.method == ODD else Joint if self.method in JOINT else Spread

    def __call__(self, x: Tensor, denoise: NeuralDenoiser, cond: Condition) -> Tensor:
        """Return what the method finds at each place of samples, (B, P, C) -> (B, S, P)."""
        return ASKS[self.method](x, self.asked(denoise, cond))

    def asked(self, denoise: NeuralDenoiser, cond: Condition) -> Asked:
        """Return the denoiser with what a method has to know."""
        return Asked(denoise, cond, self.channels, denoise.network.config.grid, self.gate, self.normal_words)
