"""Retouch: what was changed in the frame, brought back into the input, whose own pixels stay wherever nothing was."""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from fusion.picture import Pixels
from fusion.representation.frame import Affine, Frame

Image = NDArray[np.uint8]
Mask = NDArray[np.bool_]


def beyond(cells: NDArray[np.float32], size: tuple[int, int], level: float) -> Pixels:
    """Return the pixels of a frame of `size` over a level of a map in cells, (H, W): from 1 on they are beyond it.

    The highest are so in any case.
    """
    fine = cv2.resize(cells, size, interpolation=cv2.INTER_LINEAR)
    return np.asarray(fine / max(min(level, float(fine.max())), 1e-9), np.float32)  # peaks lose height


def retouched(image: Image, repair: tuple[Pixels, Mask, Pixels], frame: Frame, affine: Affine) -> tuple[Mask, Image]:
    """Return where an image differs from its normal version, (H, W), and that version, (H, W, 3).

    `repair` is that of the frame, as `PictureMemory.repair` returns it.
    """
    repaired, differs, share = repair
    shape = image.shape[:2]
    scale = math.hypot(affine[0, 0], affine[1, 0])  # frame pixels per input pixel
    wide = np.ones((2 * round(scale / 2) + 1,) * 2, np.uint8)
    whole = cv2.dilate(differs.astype(np.float32), wide)  # what is smaller than a pixel of the input is still one
    mask = frame.back(np.asarray(whole, np.float32), affine, shape) >= 0.5
    share = frame.back(share, affine, shape)[..., None]
    normal = np.where(share > 0, image * (1 - share) + frame.back(repaired, affine, shape) * share, image)
    return mask, np.asarray(np.rint(normal), np.uint8)


def added(image: Image, change: NDArray[np.float32], frame: Frame, affine: Affine) -> Image:
    """Return an image, (H, W, 3), with a change of the frame added; where that is 0 nothing changes."""
    sum_ = image + frame.back(change, affine, image.shape[:2])
    return np.asarray(np.rint(np.clip(sum_, 0, 255)), np.uint8)
