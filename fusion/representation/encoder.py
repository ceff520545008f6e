"""From a picture to tokens: into the frame, then one set of features a cell for each representation in use."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from fusion.representation.backbone import Backbone
from fusion.representation.frame import Affine, Frame
from fusion.representation.wavelet import WaveletConfig, prefers_logarithm, wavelet


@dataclass(frozen=True, eq=False)
class Encoded:
    """One picture in the frame, and its tokens, (P, C) for each representation."""

    picture: NDArray[np.uint8]  # (H, W, 3)
    affine: Affine  # input pixels -> frame pixels
    tokens: tuple[Tensor, ...]


@dataclass(frozen=True, eq=False)
class Encoder:
    frame: Frame
    wavelets: WaveletConfig
    backbone: Backbone | None

    @property
    def grid(self) -> tuple[int, int]:
        return self.frame.config.grid

    @property
    def names(self) -> list[str]:
        return ([] if self.alone else ["wavelets"]) + ([self.backbone.config.name] if self.backbone else [])

    @property
    def alone(self) -> bool:
        """Return whether the backbone stands in the wavelets' place."""
        return self.backbone is not None and self.backbone.config.alone

    def __call__(self, image: NDArray[np.uint8]) -> Encoded:
        """Encode a picture, (H, W, 3) uint8; always one at a time, so that a batch can't change a bit of it."""
        affine = self.frame.locate(image)
        return self.encode(self.frame.cut(image, affine), affine)

    def encode(self, picture: NDArray[np.uint8], affine: Affine) -> Encoded:
        """Encode what is in the frame already, (H, W, 3)."""
        tokens = []
        if not self.alone:
            cells = wavelet(picture, self.grid, self.wavelets)
            tokens.append(torch.from_numpy(cells.reshape(-1, cells.shape[-1])))
        if self.backbone:
            tokens.append(self.backbone(to_unit(picture)[None], self.grid)[0].flatten(1).T.contiguous())
        return Encoded(picture, affine, tuple(tokens))


def fit_encoder(frame: Frame, thumbs: Sequence[NDArray[np.uint8]], backbone: Backbone | None) -> Encoder:
    """Choose tone and colour from thumbnails of the normals."""
    colour = any(np.abs(np.ptp(thumb.astype(np.int16), axis=-1)).mean() > 1.0 for thumb in thumbs)
    logarithm = prefers_logarithm(thumbs)
    return Encoder(frame, WaveletConfig(logarithm=logarithm, colour=colour), backbone)


def to_unit(picture: NDArray[np.uint8]) -> Tensor:
    """Return a picture (H, W, 3) of bytes as (3, H, W) in [0, 1]."""
    return torch.from_numpy(np.ascontiguousarray(picture.transpose(2, 0, 1), dtype=np.float32)).div_(255)
