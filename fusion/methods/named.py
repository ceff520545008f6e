"""The methods by name, as `fusion.recipes` lists them: those that ask a trained denoiser of pictures."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from fusion.condition import Condition
from fusion.diffusion.denoiser import NeuralDenoiser
from fusion.methods.ask import Ask, Asked
from fusion.methods.density import Inversion, Path, ScoreNorms
from fusion.methods.hybrid import Dynamic, Posterior, TwoCalls, diffusion_time
from fusion.methods.reconstruction import Adaptive, Imputed, Partial, Stitched
from fusion.residual import Joint, Spread

ASKS: dict[str, Ask] = {
    "neural": ScoreNorms((1.0, 2.0, 4.0)),
    "ddpm": Partial(1.0),
    "anoddpm": Partial(0.96, noisy=True),
    "ddad": Partial(1.0, noisy=True, toward=1.0),
    "autoddpm": Stitched(),
    "glad": Adaptive(),
    "imputation": Imputed(),
    "msma": ScoreNorms((0.5, 1.0, 2.0, 4.0)),
    "diffpath": Path(),
    "inversionad": Inversion(),
    "diffusionad": TwoCalls(),
    "mdps": Posterior(),
    "d3ad": Dynamic(),
    "hybrid": Dynamic(gated=True),
}
PASSED = 0.95  # of the normals a hybrid leaves to the closed form
JOINT = ("msma", "diffpath")  # the values of a place are one vector: how unusual they are together counts


@dataclass(frozen=True)
class Question:
    """What a trained denoiser is asked: by which method, and what that has to know of the normals."""

    method: str
    channels: tuple[int, ...]  # of each representation
    gate: float  # diffusion time that 95 of 100 normals stay below

    def __post_init__(self) -> None:
        if self.method not in ASKS:
            raise ValueError(f"no method is called {self.method!r}; known are {', '.join(ASKS)}")

    @classmethod
    def about(cls, method: str, channels: Sequence[int], normals: Tensor) -> "Question":
        """Prepare a method's question by normals that the denoiser never saw, (N, P, C)."""
        times = torch.cat([diffusion_time(one.float()) for one in torch.split(normals, 16)])
        return cls(method, tuple(channels), float(times.quantile(PASSED)))

    @property
    def units(self) -> type[Spread]:
        """Return in which units the values are to be put."""
        return Joint if self.method in JOINT else Spread

    def __call__(self, x: Tensor, denoise: NeuralDenoiser, cond: Condition) -> Tensor:
        """Return what the method finds at each place of samples, (B, P, C) -> (B, S, P)."""
        asked = Asked(denoise, cond, self.channels, denoise.network.config.grid, self.gate)
        return ASKS[self.method](x, asked)
