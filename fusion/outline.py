"""Which pixels of a wrong place really differ from its normal version: learnt from painted defects.

What normals would look like in a hole is a guess: its edges lie a pixel off, its threads elsewhere. One threshold on
the difference takes much of that for a defect, and misses a defect's faint ends. So a small network weighs what is
known of a pixel (how far it differs at several widths, whether the normal version has an edge there, how sure the map
is) and then of what lies around it, farther and farther, for a line goes on where a guess's fault does not.
`python -m fusion.outlining` teaches it on products to practise on; it never saw a defect of anybody's parts.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from torch import Tensor

FILE = Path(__file__).with_name("outline.safetensors")  # written by `python -m fusion.outlining`
WIDTHS = (1.0, 2.0, 4.0, 8.0)  # px: around a pixel
SLIP = 3  # px: an edge that lies one pixel off is no difference
LIMIT = 5.0  # standard deviations: as far as a clue counts
FARTHER = (1, 2, 4, 8, 16)  # px between the pixels that a layer looks at
Pixels = NDArray[np.float32]
Mask = NDArray[np.bool_]
Outlines = Mapping[str, "Tensor"]  # what a network learnt


def outline(
    picture: NDArray[np.uint8],
    normal: Pixels,
    strength: Pixels,
    hole: Mask,
    aligned: bool,
    outlines: Outlines | None = None,
) -> Pixels:
    """Return how likely each pixel of a hole is to differ from its normal version, (H, W) in [0, 1], 0 beside it.

    `strength` is the map over its level, 1 and above where something is wrong. Without `outlines` of the product's own
    the built-in ones tell.
    """
    out = np.zeros(hole.shape, np.float32)
    if not hole.any():
        return out
    box = around(hole)
    out[box] = likely(clues(picture[box], normal[box], strength[box], hole[box], aligned), outlines or built_in())
    return np.asarray(out * hole, np.float32)


def around(hole: Mask) -> tuple[slice, slice]:
    """Return the box in which a hole lies with all that counts around it."""
    margin = int(3 * WIDTHS[-1])
    rows, columns = (np.flatnonzero(hole.any(axis)) for axis in (1, 0))
    return (
        slice(max(0, rows[0] - margin), rows[-1] + margin + 1),
        slice(max(0, columns[0] - margin), columns[-1] + margin + 1),
    )


def apart(picture: NDArray[np.uint8], normal: Pixels) -> Pixels:
    """Return how far a picture is from anything that its normal version has within a pixel, (H, W)."""
    near = np.ones((SLIP, SLIP), np.uint8)
    above, below = picture - cv2.dilate(normal, near), cv2.erode(normal, near) - picture
    return np.asarray(np.maximum(np.maximum(above, below), 0).max(axis=-1), np.float32)


def clues(picture: NDArray[np.uint8], normal: Pixels, strength: Pixels, hole: Mask, aligned: bool) -> Pixels:
    """Return what is known around each pixel, (H, W, C)."""
    change, far = picture.astype(np.float32) - normal, apart(picture, normal)
    slipped = [_blurred(far, width) for width in WIDTHS]
    lighter = change.mean(axis=-1)
    light = [np.abs(_blurred(lighter, width)) for width in WIDTHS]
    size = np.abs(change).max(axis=-1)
    seen, grey = picture.mean(axis=-1, dtype=np.float32), normal.mean(axis=-1)
    rough, before = _rough(seen), _rough(grey)
    marked = strength >= 1
    inside = hole & marked if (hole & marked).any() else hole
    sure = strength / max(float(strength[inside].max()), 1e-6)
    weight = np.clip(sure, 0, 1)
    tops = [1 + float(np.quantile((much * weight)[inside], 0.995)) for much in (slipped[0], slipped[2], light[1])]
    of_top = slipped[0] / tops[0]
    everywhere = np.ones_like(grey)
    found = [
        *slipped,
        *(size, _blurred(size, 1.5)),
        *light,
        *(_edges(grey), rough, before, np.log((rough + 1) / (before + 1))),
        *(np.log1p(np.maximum(strength, 0)), np.clip(sure, 0, 1.2)),
        *(of_top, slipped[1] / tops[0], slipped[2] / tops[1], slipped[3] / tops[1]),
        *(light[1] / tops[2], light[2] / tops[2], of_top * weight),
        cv2.morphologyEx(of_top, cv2.MORPH_CLOSE, np.ones((7, 7), np.uint8)),
        cv2.dilate(of_top, np.ones((15, 15), np.uint8)),
        *(everywhere * np.log(inside.sum()), everywhere * tops[0], everywhere * float(aligned)),
        marked,
    ]
    return np.stack(found, axis=-1).astype(np.float32)


def scaled(found: Pixels, outlines: Outlines) -> Pixels:
    """Return clues (H, W, C) as the network hears them, (C, H, W)."""
    mean, spread = outlines["mean"].numpy(), outlines["spread"].numpy()
    return np.ascontiguousarray(np.clip((found - mean) / spread, -LIMIT, LIMIT).transpose(2, 0, 1), np.float32)


def logits(outlines: Outlines, x: "Tensor") -> "Tensor":
    """Return how likely each pixel is to differ, (N, H, W), by scaled clues (N, C, H, W)."""
    from torch.nn.functional import conv2d, silu

    for layer in ("first", "second"):  # each pixel by itself
        x = silu(conv2d(x, outlines[f"{layer}.weight"], outlines[f"{layer}.bias"]))
    for far in FARTHER:
        x = x + silu(conv2d(x, outlines[f"{far}.weight"], outlines[f"{far}.bias"], padding=far, dilation=far))
    return conv2d(x, outlines["last.weight"], outlines["last.bias"])[:, 0]


@cache
def built_in() -> Outlines:
    """Return what `python -m fusion.outlining` learnt."""
    from safetensors.torch import load_file

    return load_file(FILE)


def likely(found: Pixels, outlines: Outlines) -> Pixels:
    """Return the probability of each pixel, (H, W), by its clues, (H, W, C)."""
    import torch

    from fusion.threads import one_thread

    with one_thread(), torch.inference_mode():  # more threads would round otherwise
        x = torch.from_numpy(scaled(found, outlines))
        return np.asarray(torch.sigmoid(logits(outlines, x[None]))[0].numpy(), np.float32)


def _blurred(values: Pixels, width: float) -> Pixels:
    return np.asarray(cv2.GaussianBlur(values, (0, 0), width), np.float32)


def _rough(grey: Pixels) -> Pixels:
    """Return the standard deviation around each pixel, (H, W)."""
    variance = _blurred(grey * grey, 2.5) - _blurred(grey, 2.5) ** 2
    return np.asarray(np.sqrt(np.maximum(variance, 0)), np.float32)


def _edges(grey: Pixels) -> Pixels:
    """Return how steep the normal version is around each pixel, (H, W)."""
    across, down = (cv2.Sobel(grey, cv2.CV_32F, *way) / 8 for way in ((1, 0), (0, 1)))
    return _blurred(np.asarray(np.hypot(across, down), np.float32), 1.5)
