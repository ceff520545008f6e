"""What is seen where something is gone: the background behind the object, or what the surroundings suggest."""

import cv2
import numpy as np

from fusion.example.canvas import Floats
from fusion.synthesis.site import Mask, Site


def outside(site: Site) -> Floats:
    """Return 1 outside of the object and on its blurred outline, (S, S)."""
    assert site.part is not None
    core = cv2.erode(site.part.astype(np.uint8), np.ones((3, 3), np.uint8), borderValue=1)
    return 1 - np.asarray(cv2.GaussianBlur(core.astype(np.float32), (0, 0), 1.0), np.float32)


def background(site: Site) -> Floats | None:
    """Return the background as it would go on under the object, (S, S, 3): mirrored at the object's outline."""
    if site.part is None:
        return None
    near_part = cv2.dilate(site.part.astype(np.uint8), np.ones((7, 7), np.uint8))
    free: Mask = (near_part == 0) & site.valid
    if free.sum() < 9:
        return None
    _, labels = cv2.distanceTransformWithLabels(
        np.where(free, 0, 1).astype(np.uint8), cv2.DIST_L2, 3, labelType=cv2.DIST_LABEL_PIXEL
    )
    rows, columns = np.nonzero(free)
    index = np.zeros(labels.max() + 1, np.int64)
    index[labels[rows, columns]] = np.arange(len(rows))
    nearest = index[labels]
    near_row, near_column = rows[nearest], columns[nearest]
    here = np.arange(site.side)
    row = np.clip(2 * near_row - here[:, None], 0, site.side - 1)
    column = np.clip(2 * near_column - here, 0, site.side - 1)
    usable = free[row, column]
    row, column = np.where(usable, row, near_row), np.where(usable, column, near_column)
    seen = site.patch[row, column]
    soft = cv2.GaussianBlur(seen, (0, 0), 1.5)
    return np.asarray(np.where(free[..., None], seen, soft + 0.6 * (seen - soft)), np.float32)


def membrane(site: Site, gone: Mask) -> Floats:
    """Return the patch with a hole closed smoothly from its surroundings, (S, S, 3) [Telea 2004]."""
    small = min(site.side, 40)
    patch = cv2.resize(site.patch, (small, small), interpolation=cv2.INTER_AREA)
    touched = cv2.resize(gone.astype(np.float32), (small, small), interpolation=cv2.INTER_AREA) > 0
    hole = cv2.dilate(touched.astype(np.uint8), np.ones((3, 3), np.uint8))
    filled = cv2.inpaint(np.clip(np.rint(patch), 0, 255).astype(np.uint8), hole, 3, cv2.INPAINT_TELEA)
    wide = cv2.resize(filled.astype(np.float32), (site.side, site.side), interpolation=cv2.INTER_CUBIC)
    return np.asarray(cv2.GaussianBlur(wide, (0, 0), site.side / 80), np.float32)
