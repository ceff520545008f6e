"""Retouch: what was changed in the frame, brought back into the input, whose own pixels stay wherever nothing was."""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from fusion.comparison import Reconstruct
from fusion.picture import Pixels
from fusion.representation.frame import Affine, Frame

Image = NDArray[np.uint8]
Mask = NDArray[np.bool_]
SPARED = 5  # px of the frame: so much more is hidden than shows, since its border is half the picture's
SEAM = 1.2  # px: as soft is the seam of what is filled


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
    own = np.clip(frame.back(repaired, affine, shape, sharp=True), 0, 255)
    normal = np.where(share > 0, image * (1 - share) + own * share, image)
    return mask, np.asarray(np.rint(normal), np.uint8)


def patched(image: Image, place: Mask, reconstruct: Reconstruct, frame: Frame, affine: Affine) -> Image:
    """Return an image, (H, W, 3), in which a place, (H, W), is as normals continue what is around it, softly seamed."""
    hidden = cv2.warpAffine(place.astype(np.float32), affine, frame.config.size) >= 0.25
    hidden = cv2.dilate(hidden.astype(np.uint8), np.ones((SPARED, SPARED), np.uint8)) > 0
    if not hidden.any():
        return image
    filled = np.clip(
        frame.back(reconstruct(frame.cut(image, affine), hidden, hidden), affine, image.shape[:2], sharp=True), 0, 255
    )
    inside = np.minimum(1, 2 * cv2.GaussianBlur(place.astype(np.float32), (0, 0), SEAM))
    share = (inside * frame.back(hidden.astype(np.float32), affine, image.shape[:2]))[..., None]
    return np.asarray(np.rint(image * (1 - share) + filled * share), np.uint8)


def added(image: Image, change: NDArray[np.float32], frame: Frame, affine: Affine) -> Image:
    """Return an image, (H, W, 3), with a change of the frame added; where that is 0 nothing changes."""
    sum_ = image + frame.back(change, affine, image.shape[:2])
    return np.asarray(np.rint(np.clip(sum_, 0, 255)), np.uint8)
