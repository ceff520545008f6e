"""The part and its background: what differs from the picture's border, where there is such a thing."""

import cv2
import numpy as np
from numpy.typing import NDArray

THUMB = 256  # px of the longer side at which a part is told from its background


def thumbnail(image: NDArray[np.uint8], side: int = THUMB) -> NDArray[np.uint8]:
    """Shrink to `side` px on the longer side, (h, w, 3); smaller pictures stay as they are."""
    height, width = image.shape[:2]
    scale = side / max(height, width)
    if scale >= 1:
        return image
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)


def segment(thumb: NDArray[np.uint8]) -> NDArray[np.bool_] | None:
    """Return the largest thing that differs from the border's colour, holes filled, (h, w); None if there is none."""
    edge = np.concatenate([thumb[:3].reshape(-1, 3), thumb[-3:].reshape(-1, 3), thumb[:, :3].reshape(-1, 3)])
    edge = np.concatenate([edge, thumb[:, -3:].reshape(-1, 3)])
    far = np.abs(thumb.astype(np.float32) - np.median(edge, axis=0)).max(axis=-1)
    far8 = np.clip(cv2.GaussianBlur(far, (0, 0), 1.0), 0, 255).astype(np.uint8)
    _, mask = cv2.threshold(far8, 0, 1, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    mask = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
    outlines, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if not outlines:
        return None
    filled = cv2.drawContours(np.zeros_like(mask), [max(outlines, key=cv2.contourArea)], -1, 1, cv2.FILLED)
    return np.asarray(filled, bool)


def part_of(picture: NDArray[np.uint8]) -> NDArray[np.bool_] | None:
    """Return where the part is in a picture of any size, (H, W); None where there is none to be seen."""
    found = segment(thumbnail(picture))
    if found is None:
        return None
    return cv2.resize(found.astype(np.uint8), picture.shape[1::-1], interpolation=cv2.INTER_NEAREST).astype(bool)


def touches_border(mask: NDArray[np.bool_]) -> bool:
    """Tell whether more than a tenth of the picture's border belongs to the mask: then it is no part in a frame."""
    edge = np.concatenate([mask[0], mask[-1], mask[:, 0], mask[:, -1]])
    return bool(edge.mean() > 0.1)


def has_background(masks: list[NDArray[np.bool_] | None]) -> bool:
    """Decide from the normals whether parts stand free: found in all, alike in size, off the edge."""
    found = [mask for mask in masks if mask is not None and not touches_border(mask)]
    if len(found) < 0.98 * len(masks) or not found:
        return False
    share = np.array([mask.mean() for mask in found])
    return bool(share.mean() > 0.01 and share.std() < 0.25 * share.mean())
