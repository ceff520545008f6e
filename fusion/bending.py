"""Bending: a remembered texture is bent until it continues what lies around a hole.

Threads of two weaves never run alike, and a place that fits one side of a hole fits another by half a thread less. How
far it is off is seen around the hole [DIS optical flow, Kroeger et al. 2016], and is carried over it smoothly.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

MARGIN = 4  # px that anything is bent by, at most
LEAST = 16  # px of a patch's shorter side, in which flow can be found
RIM = 5  # px: what is so near to the hole is half hidden
SIGMAS, ENOUGH = (24.0, 12.0, 6.0, 3.0), 0.1  # px that flow carries over, and share seen that it takes for that
Pixels = NDArray[np.float32]
Mask = NDArray[np.bool_]


def bent(patch: Pixels, remembered: Pixels, hole: Mask) -> Pixels:
    """Return what is remembered, (h + 2 MARGIN, w + 2 MARGIN, 3), bent to a patch, (h, w, 3), around a hole, (h, w)."""
    height, width = hole.shape
    straight = remembered[MARGIN:-MARGIN, MARGIN:-MARGIN]
    if min(height, width) < LEAST or hole.all():
        return straight
    target = np.where(hole[..., None], straight, patch)
    finder = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    flow = finder.calc(_grey(target), _grey(straight), np.zeros((height, width, 2), np.float32))
    seen = np.asarray(1 - cv2.dilate(hole.astype(np.float32), np.ones((RIM, RIM))), np.float32)
    move = np.clip(_carried(np.asarray(flow, np.float32), seen), -MARGIN, MARGIN)
    y, x = np.mgrid[:height, :width].astype(np.float32) + MARGIN
    found = cv2.remap(remembered, x + move[..., 0], y + move[..., 1], cv2.INTER_CUBIC)
    return np.asarray(found, np.float32)


def _carried(flow: Pixels, seen: Pixels) -> Pixels:
    """Return flow, (h, w, 2), as it is seen near each place, or as near to it as it is seen at all, smoothly."""
    move = np.zeros_like(flow)
    for sigma in SIGMAS:  # from far to near
        weight = cv2.GaussianBlur(seen, (0, 0), sigma)[..., None]
        there = cv2.GaussianBlur(flow * seen[..., None], (0, 0), sigma) / (weight + 1e-4)
        share = np.minimum(1, weight / ENOUGH)
        move = share * there + (1 - share) * move
    return np.asarray(move, np.float32)


def _grey(picture: Pixels) -> NDArray[np.uint8]:
    return np.asarray(cv2.cvtColor(np.clip(picture, 0, 255).astype(np.uint8), cv2.COLOR_RGB2GRAY), np.uint8)
