"""The methods by name, as `fusion.recipes` lists them: those that ask a trained denoiser of pictures."""

from torch import Tensor

from fusion.condition import Condition
from fusion.diffusion.denoiser import NeuralDenoiser
from fusion.methods.ask import Ask, Asked
from fusion.methods.density import Inversion, Path, ScoreNorms
from fusion.methods.hybrid import Dynamic, Posterior, TwoCalls
from fusion.methods.reconstruction import Adaptive, Imputed, Partial, Stitched
from fusion.residual import Joint, Spread

ASKS: dict[str, Ask] = {
    "neural": ScoreNorms((1.0, 2.0, 4.0)),
    "ddpm": Partial(1.0),
    "anoddpm": Partial(0.96, noise="gaussian"),
    "ddad": Partial(1.0, noise="gaussian", toward=0.3),
    "autoddpm": Stitched(),
    "glad": Adaptive(),
    "imputation": Imputed(),
    "msma": ScoreNorms((0.5, 1.0, 2.0, 4.0)),
    "diffpath": Path(),
    "inversionad": Inversion(),
    "diffusionad": TwoCalls(),
    "mdps": Posterior(),
    "d3ad": Dynamic(),
}
JOINT = ("msma", "diffpath")  # the values of a place are one vector: how unusual they are together counts


def values(name: str, x: Tensor, denoise: NeuralDenoiser, cond: Condition, channels: tuple[int, ...]) -> Tensor:
    """Return what a method finds at each place of samples, (B, P, C) -> (B, S, P)."""
    return ASKS[name](x, Asked(denoise, cond, channels, denoise.network.config.grid))


def spread_of(name: str) -> type[Spread]:
    """Return in which units a method's values are to be put."""
    return Joint if name in JOINT else Spread
