"""Latents of a diffusers autoencoder as a representation, and the floor under it: what a round trip loses.

Diffusing in them is latent diffusion [Rombach et al. 2022; for anomalies Pinaya et al. 2022]; what the autoencoder
can't say, no denoiser in its latents finds.
"""

from collections.abc import Sequence
from inspect import signature
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from fusion.errors import BadSetting

PREFIX = "autoencoder:"
SPLIT = 2  # latents along a side of a cell; side by side in its channels, so that nothing is averaged away
_KNOWN = ("AutoencoderTiny", "AutoencoderKL")


class Latents(nn.Module):
    """The encoder of an autoencoder, and what makes latents of its output; the decoder is left behind."""

    def __init__(self, whole: Any) -> None:
        super().__init__()
        self.encoder, self.quant_conv = whole.encoder, getattr(whole, "quant_conv", None)
        self.gaussian = type(whole).__name__ == "AutoencoderKL"  # its encoder says means, then variances
        with torch.inference_mode():
            self.factor = 64 // int(self(torch.zeros(1, 3, 64, 64)).shape[-1])

    def forward(self, x: Tensor) -> Tensor:
        """Return latents of pictures with values in [-1, 1], (B, 3, H, W) -> (B, C, h, w)."""
        out: Tensor = self.encoder(x)
        if self.quant_conv is not None:
            out = self.quant_conv(out)
        return out.chunk(2, dim=1)[0] if self.gaussian else out

    def cells(self, x: Tensor, grid: tuple[int, int]) -> Tensor:
        """Return what is said of each cell, (B, 3, H, W) -> (B, C SPLIT², rows, columns); pictures take its size."""
        size = [SPLIT * self.factor * length for length in grid]
        return F.pixel_unshuffle(self(F.interpolate(x, size, mode="bilinear", antialias=True)), SPLIT)


def load_autoencoder(where: str) -> Any:
    """Load an AutoencoderTiny or AutoencoderKL from its folder, or from the hub by its id."""
    from diffusers import AutoModel

    whole = AutoModel.from_pretrained(where, use_safetensors=True)
    if type(whole).__name__ not in _KNOWN:
        raise BadSetting(f"{where}: a {type(whole).__name__}; expected {' or '.join(_KNOWN)} of diffusers")
    return whole.eval()


def settings_of(whole: Any) -> dict[str, Any]:
    """Return what it takes, beside `Latents`' weights, to build these again, as plain data."""
    plain = {key: whole.config[key] for key in signature(type(whole).__init__).parameters if key != "self"}
    return {"class": type(whole).__name__, **plain}


def bare_latents(settings: dict[str, Any]) -> Latents:
    """Return latents as `settings_of` described, with weights of no meaning."""
    import diffusers

    own = dict(settings)
    kind = own.pop("class")
    if kind not in _KNOWN:
        raise BadSetting(f"a {kind!r} is no autoencoder that Foil knows; expected {' or '.join(_KNOWN)}")
    with torch.random.fork_rng(devices=[]):
        return Latents(getattr(diffusers, kind)(**own)).eval()


def floor(whole: Any, pictures: Sequence[NDArray[np.uint8]]) -> float:
    """Return the median PSNR, in dB, of pictures, (H, W, 3) each, that went to latents and back."""
    latents, found = Latents(whole), []
    for picture in pictures:
        x = torch.from_numpy(picture.transpose(2, 0, 1).copy()).float()[None] / 127.5 - 1
        size = [latents.factor * max(1, round(length / latents.factor)) for length in x.shape[-2:]]
        x = F.interpolate(x, size, mode="bilinear", antialias=True)
        with torch.inference_mode():
            back = whole.decode(latents(x)).sample
        found.append(float(10 * torch.log10(4 / (back - x).square().mean().clamp_min(1e-6))))
    return float(np.median(found))
