"""Detection -> regions: where it differs from normal, how big, how much, and which way."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explain import colour
from explain.change import Change, View, change
from explain.colour import Contrast
from explain.detail import Detail, detail
from explain.grouping import Spot, find
from explain.mirror import Mirror, mirrors
from explain.naming import Name, measures
from explain.place import Border, Frame, Place, whole_if_empty
from explain.plain import Count, Millimetres, Percent, Pixels, Ratio, Sigma, SquareMillimetres, WholePixels
from explain.shape import Shape, shape
from fusion.detection import Detection
from fusion.errors import BadInput, BadSetting

SURFACE = 10.0  # pixels: what is narrower is all edge and has no texture
VIEW_PIXELS = 20_000  # of a region's surroundings; what is larger is seen at a stride


@dataclass(frozen=True)
class Scale:
    """A region's size in the world, where the picture's scale is known."""

    width: Millimetres
    height: Millimetres
    length: Millimetres
    breadth: Millimetres
    area: SquareMillimetres


@dataclass(frozen=True)
class Strength:
    """How far beyond the normals' spread, from `anomaly_map`."""

    peak: Sigma
    mean: Sigma
    times_threshold: Ratio | None  # peak / map_threshold; None where that isn't above 0


@dataclass(frozen=True)
class Region:
    """One place that differs from normal, as measured; pixels of the picture, x to the right, y down."""

    number: Count  # 1 is the strongest
    bbox: tuple[WholePixels, WholePixels, WholePixels, WholePixels]  # x0, y0, x1, y1; exclusive at the end
    centroid: tuple[Pixels, Pixels]
    place: Place
    ends: tuple[Place, Place] | None  # of what is elongated, where they lie in different places
    border: Border
    area_px: WholePixels
    area_percent: Percent  # of the part
    width_px: WholePixels
    height_px: WholePixels
    scale: Scale | None
    shape: Shape
    strength: Strength
    contrast: Contrast
    change: Change
    detail: Detail
    look: tuple[float, ...] = ()  # log probability of each built-in kind, by `fusion.appearance`; (): nobody looked
    names: tuple[Name, ...] = ()  # of the kinds that it looks like, the surest first; `explain.naming` finds them
    mirror: Mirror | None = None  # None where the part isn't symmetric, or it lies on the axis
    taken_for: Name | None = None  # by a model of pictures and words, as sure as it says; None: none looked at it


def complete(region: Any) -> Any:
    """Return a region as plain data, of a Foil that knew less of it, too, as one of today."""
    return {"look": [], "mirror": None, "taken_for": None} | region if isinstance(region, dict) else region


def regions(
    image: NDArray[np.uint8], detection: Detection, max_regions: int = 8, mm_per_px: float | None = None
) -> tuple[Region, ...]:
    """Return the regions of `pred_mask`, strongest first, of an image (H, W, 3) in uint8 and its detection."""
    return measure(image, detection, find(detection)[:max_regions], mm_per_px)


def measure(
    image: NDArray[np.uint8], detection: Detection, spots: Sequence[Spot], mm_per_px: float | None = None
) -> tuple[Region, ...]:
    """Return one region a spot, numbered from 1 in the spots' order."""
    return tuple(_looked_at(measured(image, detection, spots, mm_per_px), spots, image, detection))


def measured(
    image: NDArray[np.uint8], detection: Detection, spots: Sequence[Spot], mm_per_px: float | None = None
) -> list[Region]:
    """Return what `measure` does, before the network has looked at it."""
    shapes = {image.shape[:2], detection.anomaly_map.shape, detection.pred_mask.shape, detection.normal.shape[:2]}
    if len(shapes | {detection.part.shape}) > 1:
        raise BadInput(f"image, map, masks and normal differ in size: {sorted(shapes)}; expected one height and width")
    if mm_per_px is not None and not 0 < mm_per_px < float("inf"):
        raise BadSetting(f"mm_per_px is {mm_per_px}, expected the size of a pixel in mm, above 0")
    if not spots:
        return []
    part = whole_if_empty(detection.part)
    around = Frame(part)
    found = [_region(i, spot, image, detection, part, around, mm_per_px) for i, spot in enumerate(spots, start=1)]
    across = mirrors(image, detection, spots)
    return [replace(region, mirror=mirror) for region, mirror in zip(found, across, strict=True)]


def _looked_at(
    regions: Sequence[Region], spots: Sequence[Spot], image: NDArray[np.uint8], detection: Detection
) -> Iterator[Region]:
    """Yield regions with what a network makes of their looks."""
    from fusion.appearance import network, view  # OpenCV

    for region, spot in zip(regions, spots, strict=True):  # one by one: none depends on its company
        seen = view(image, detection, spot.bbox, spot.mask)
        look = network()(seen[None], measures(region)[None])[0]
        yield replace(region, look=tuple(round(float(value), 3) for value in look))


def _region(
    number: int,
    spot: Spot,
    image: NDArray[np.uint8],
    detection: Detection,
    part: NDArray[np.bool_],
    around: Frame,
    mm_per_px: float | None,
) -> Region:
    x0, y0, x1, y1 = spot.bbox
    area = int(np.count_nonzero(spot.mask))
    x = x0 + float(spot.mask.sum(0) @ (np.arange(x1 - x0) + 0.5)) / area
    y = y0 + float(spot.mask.sum(1) @ (np.arange(y1 - y0) + 0.5)) / area
    fills = area / int(np.count_nonzero(part))
    form, border = shape(spot.mask, fills), around.border(spot)
    surface = form.kind != "speckled" and form.breadth_px >= SURFACE
    view = _view(image, detection.normal, part, spot)
    contrast, kind = _compare(view, border != "inside", surface)
    return Region(
        number=number,
        bbox=spot.bbox,
        centroid=(x, y),
        place=around.place(x, y),
        ends=_ends(x, y, form, around),
        border=border,
        area_px=area,
        area_percent=100 * fills,
        width_px=x1 - x0,
        height_px=y1 - y0,
        scale=_scale(mm_per_px, x1 - x0, y1 - y0, form, area) if mm_per_px else None,
        shape=form,
        strength=_strength(detection, spot),
        contrast=contrast,
        change=kind,
        detail=detail(view),
    )


def _ends(x: float, y: float, form: Shape, around: Frame) -> tuple[Place, Place] | None:
    """Return the places of the two ends of what is elongated, the left one first; None if they are the same."""
    if form.orientation is None:
        return None
    angle = np.radians(form.orientation)
    dx, dy = form.length_px / 2 * np.cos(angle), -form.length_px / 2 * np.sin(angle)  # y runs down
    first, last = around.place(x - dx, y - dy), around.place(x + dx, y + dy)
    return None if first == last else (first, last)


def _scale(mm_per_px: float, width: int, height: int, form: Shape, area: int) -> Scale:
    width_mm, height_mm, length, breadth = (mm_per_px * v for v in (width, height, form.length_px, form.breadth_px))
    return Scale(width_mm, height_mm, length, breadth, area * mm_per_px**2)


def _view(image: NDArray[np.uint8], normal: NDArray[np.uint8], part: NDArray[np.bool_], spot: Spot) -> View:
    """Cut a spot and its surroundings out of the picture, at a stride that leaves enough of the spot."""
    x0, y0, x1, y1 = spot.bbox
    pad = max(8, max(x1 - x0, y1 - y0) // 4)
    top, left = min(pad, y0), min(pad, x0)
    region = np.pad(spot.mask, ((top, min(pad, part.shape[0] - y1)), (left, min(pad, part.shape[1] - x1))))
    stride = max(1, round((region.size / VIEW_PIXELS) ** 0.5))
    while stride > 1 and np.count_nonzero(region[::stride, ::stride]) < 200:
        stride //= 2
    rows = slice(y0 - top, y0 - top + region.shape[0], stride)
    columns = slice(x0 - left, x0 - left + region.shape[1], stride)
    return View(image[rows, columns], normal[rows, columns], region[::stride, ::stride], part[rows, columns])


def _compare(view: View, at_border: bool, surface: bool) -> tuple[Contrast, Change]:
    here, before = colour.lab(view.image[view.region]), colour.lab(view.normal[view.region])
    core = colour.core(here - before)
    contrast = colour.contrast(before[core], here[core] - before[core])
    return contrast, change(view, here[core], before[core], at_border, surface)


def _strength(detection: Detection, spot: Spot) -> Strength:
    x0, y0, x1, y1 = spot.bbox
    values = detection.anomaly_map[y0:y1, x0:x1][spot.mask]
    peak, level = float(values.max()), detection.map_threshold
    return Strength(peak, float(values.mean(dtype=np.float64)), peak / level if level > 0 else None)
