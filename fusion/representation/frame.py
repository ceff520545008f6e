"""The frame in which parts are compared: one size, and one pose where parts lie about in many.

A frame is cut into a grid of about square cells. Whether parts are turned to one pose is decided from the normals
alone: turned, their mean picture must explain clearly more of each of them than unturned.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from fusion.representation.segment import segment, thumbnail

CELLS = 400  # of the grid, about; more cost time and, with few normals, certainty
CELL = 20  # px, where nothing else is wished
Affine = NDArray[np.float64]  # (2, 3): input pixel -> frame pixel


@dataclass(frozen=True)
class FrameConfig:
    grid: tuple[int, int]  # rows, columns
    cell: int = CELL  # px
    extent: tuple[float, float] | None = None  # of a turned part: length, width, in shares of the longer side

    @property
    def size(self) -> tuple[int, int]:
        """Return width and height in pixels."""
        return self.grid[1] * self.cell, self.grid[0] * self.cell


@dataclass(frozen=True, eq=False)
class Frame:
    config: FrameConfig
    reference: NDArray[np.float32] | None = None  # (h, w) mean normal, small and grey; tells head from tail

    def locate(self, image: NDArray[np.uint8]) -> Affine:
        """Return the map from the picture's pixels to the frame's, (2, 3)."""
        height, width = image.shape[:2]
        if self.config.extent is None:
            sx, sy = self.config.size[0] / width, self.config.size[1] / height
            return np.array([[sx, 0, sx / 2 - 0.5], [0, sy, sy / 2 - 0.5]])
        thumb = thumbnail(image)
        pose = _pose(thumb)
        if pose is None:
            pose = ((thumb.shape[1] / 2, thumb.shape[0] / 2), 0.0)  # no part in sight: the world check will say so
        to_thumb = thumb.shape[1] / width
        both = [self._turn(pose[0], pose[1] + flip, to_thumb, max(thumb.shape[:2])) for flip in (0.0, math.pi)]
        if self.reference is None:
            return both[0]
        views = [_small(self.cut(image, affine), self.reference.shape) for affine in both]
        errors = [float(((view - self.reference) ** 2).mean()) for view in views]
        best = int(np.argmin(errors))
        nudged = _nudge(self.reference, views[best], self.config.size) @ _square(both[best])
        view = _small(self.cut(image, nudged), self.reference.shape)
        return nudged if float(((view - self.reference) ** 2).mean()) < errors[best] else both[best]

    def cut(self, image: NDArray[np.uint8], affine: Affine) -> NDArray[np.uint8]:
        """Return the picture in the frame, (H, W, 3), with as many pixels averaged as are shrunk into one."""
        scale = math.hypot(affine[0, 0], affine[1, 0]), math.hypot(affine[0, 1], affine[1, 1])
        height, width = image.shape[:2]
        shrunk = (max(1, round(width * min(1.0, scale[0]))), max(1, round(height * min(1.0, scale[1]))))
        if shrunk != (width, height):
            image = np.asarray(cv2.resize(image, shrunk, interpolation=cv2.INTER_AREA), np.uint8)
            sx, sy = shrunk[0] / width, shrunk[1] / height
            undo = np.array([[1 / sx, 0, 0.5 / sx - 0.5], [0, 1 / sy, 0.5 / sy - 0.5], [0, 0, 1]])
            affine = affine @ undo
        if image.shape[1::-1] == self.config.size and np.allclose(affine, np.eye(2, 3), atol=1e-6):
            return image
        cut = cv2.warpAffine(image, affine, self.config.size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(cut, np.uint8)

    def back(
        self,
        values: NDArray[np.float32],
        affine: Affine,
        shape: tuple[int, int],
        outside: float = 0.0,
        sharp: bool = False,
    ) -> NDArray[np.float32]:
        """Return values over the frame, (H, W) or (H, W, 3), in the pixels of a picture of `shape` (height, width).

        `sharp` is for pictures: what was cut from one and brought back is hardly softer, but may overshoot.
        """
        size = self.config.size
        if values.shape[1::-1] != size:
            values = cv2.resize(values, size, interpolation=cv2.INTER_LINEAR)  # type: ignore[assignment]
        flags = (cv2.INTER_CUBIC if sharp else cv2.INTER_LINEAR) | cv2.WARP_INVERSE_MAP
        if self.config.extent is None:  # the frame is the whole picture: its border cells reach to the border
            out = cv2.warpAffine(values, affine, shape[::-1], flags=flags, borderMode=cv2.BORDER_REPLICATE)
        else:
            border = (outside,) * 3
            out = cv2.warpAffine(values, affine, shape[::-1], flags=flags, borderValue=border)
        return np.asarray(out, np.float32)

    def _turn(self, centre: tuple[float, float], angle: float, to_thumb: float, side: int) -> Affine:
        """Return the map that turns the part's axis to the frame's x, its centre to the frame's centre."""
        assert self.config.extent is not None
        width, height = self.config.size
        fits = min(width / self.config.extent[0], height / self.config.extent[1])  # the grid's aspect is rounded
        scale = fits / side * to_thumb  # frame pixels per input pixel
        cos, sin = math.cos(angle) * scale, math.sin(angle) * scale
        x, y = (centre[0] + 0.5) / to_thumb - 0.5, (centre[1] + 0.5) / to_thumb - 0.5
        tx = (width - 1) / 2 - cos * x - sin * y
        ty = (height - 1) / 2 + sin * x - cos * y
        return np.array([[cos, sin, tx], [-sin, cos, ty]])


def fit_frame(thumbs: Sequence[NDArray[np.uint8]], sizes: Sequence[tuple[int, int]], align: str, cell: int) -> Frame:
    """Choose the frame from thumbnails of the normals and their full (width, height); `align` is auto, on or off."""
    aspect = float(np.median([width / height for width, height in sizes]))
    plain = Frame(FrameConfig(_grid(aspect), cell))
    if align == "off":
        return plain
    turned = _fit_turned(thumbs, cell)
    if turned is None or align == "on":
        return turned or plain
    gain = _explained(turned, thumbs) - _explained(plain, thumbs)
    return turned if gain > 0.1 else plain


def _fit_turned(thumbs: Sequence[NDArray[np.uint8]], cell: int) -> Frame | None:
    """Return a frame around parts turned to one pose, or None where parts have no long axis to turn by."""
    boxes = [_box(thumb) for thumb in thumbs]
    found = [box for box in boxes if box is not None]
    if len(found) < 0.98 * len(boxes) or not found:
        return None
    length, width = np.quantile(np.array(found), 0.99, axis=0) * 1.05
    if length < 1.6 * width:
        return None
    frame = Frame(FrameConfig(_grid(length / width), cell, (float(length), float(width))))
    mean: NDArray[np.float32] | None = None
    for _ in range(2):  # the first pass orders head and tail by the running mean, the second by the mean of all
        total: NDArray[np.float32] | None = None
        for count, thumb in enumerate(thumbs):
            running = None if total is None else np.asarray(total / count, np.float32)
            reference = running if mean is None else mean
            frame = Frame(frame.config, reference)
            view = _small(frame.cut(thumb, frame.locate(thumb)), _small_shape(frame.config.size))
            total = view if total is None else total + view
        assert total is not None
        mean = np.asarray(total / len(thumbs), np.float32)
    return Frame(frame.config, mean)


def _explained(frame: Frame, thumbs: Sequence[NDArray[np.uint8]]) -> float:
    """Return the share of the pictures' variance that their mean picture explains, in this frame."""
    shape = _small_shape(frame.config.size)
    views = np.stack([_small(frame.cut(thumb, frame.locate(thumb)), shape) for thumb in thumbs])
    views -= views.mean(axis=(1, 2), keepdims=True)
    return float(1 - ((views - views.mean(axis=0)) ** 2).mean() / max(float((views**2).mean()), 1e-6))


def _grid(aspect: float) -> tuple[int, int]:
    """Return rows and columns of about CELLS square cells for a width-to-height ratio."""
    rows = math.sqrt(CELLS / min(max(aspect, 0.125), 8.0))
    return max(6, round(rows)), max(6, round(CELLS / rows))


def _moments(thumb: NDArray[np.uint8]) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]] | None:
    """Return the part's pixels about their mean, (n, 2), the mean and the axes, long one last; None without a part."""
    mask = segment(thumb)
    if mask is None or mask.sum() < 50:
        return None
    y, x = np.nonzero(mask)
    points = np.stack([x, y], axis=1).astype(np.float64)
    mean = points.mean(axis=0)
    points -= mean
    _, axes = np.linalg.eigh(points.T @ points / len(points))
    return points, mean, axes


def _pose(thumb: NDArray[np.uint8]) -> tuple[tuple[float, float], float] | None:
    """Return the middle of the part's long axis and its angle in radians, in thumbnail pixels."""
    moments = _moments(thumb)
    if moments is None:
        return None
    points, mean, axes = moments
    along = points @ axes[:, 1]
    centre = mean + axes[:, 1] * (along.min() + along.max()) / 2
    return (float(centre[0]), float(centre[1])), math.atan2(axes[1, 1], axes[0, 1])


def _box(thumb: NDArray[np.uint8]) -> tuple[float, float] | None:
    """Return length and width of the part in shares of the longer side."""
    moments = _moments(thumb)
    if moments is None:
        return None
    points, _, axes = moments
    across, along = (np.abs(points @ axes[:, 0]).max() * 2, np.ptp(points @ axes[:, 1]))
    side = max(thumb.shape[:2])
    return float(along) / side, float(across) / side


def _nudge(reference: NDArray[np.float32], view: NDArray[np.float32], size: tuple[int, int]) -> Affine:
    """Return the small shift and turn, in frame pixels, after which a view correlates best with the reference.

    Extremes of an outline shift with a broken tip, the whole of a part does not [Evangelidis and Psarakis 2008].
    """
    start = np.eye(2, 3, dtype=np.float32)
    stop = (cv2.TERM_CRITERIA_COUNT | cv2.TERM_CRITERIA_EPS, 30, 1e-4)
    try:
        _, move = cv2.findTransformECC(reference, view, start, cv2.MOTION_EUCLIDEAN, stop)
    except cv2.error:  # it did not converge: nothing alike to hold on to
        return np.eye(2, 3)
    # findTransformECC maps the reference's pixels to the view's
    found = np.linalg.inv(_square(np.asarray(move, np.float64)))
    if np.abs(found[:2, 2]).max() > 0.1 * max(view.shape) or abs(found[1, 0]) > 0.1:
        return np.eye(2, 3)
    zoom = np.diag([size[0] / view.shape[1], size[1] / view.shape[0], 1.0])
    return np.asarray((zoom @ found @ np.linalg.inv(zoom))[:2])


def _square(affine: Affine) -> NDArray[np.float64]:
    return np.vstack([affine, [0, 0, 1]])


def _small_shape(size: tuple[int, int]) -> tuple[int, int]:
    return max(16, size[1] // 6), max(16, size[0] // 6)


def _small(picture: NDArray[np.uint8], shape: tuple[int, ...]) -> NDArray[np.float32]:
    """Return a grey view of `shape` (h, w), for comparing poses."""
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    return np.asarray(cv2.resize(grey, (shape[1], shape[0]), interpolation=cv2.INTER_AREA), np.float32)
