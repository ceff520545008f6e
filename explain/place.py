"""Where on the part: the words for a place, relative to the part's own box and border.

Where there is no background, the picture stands in for the part.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from explain.grouping import Spot, pooled

BAND = 0.05  # of the part's shorter side: so near to the border is at the edge
CELLS = 200  # along the picture's longer side, in which distances to the border are measured

Place = Literal["upper_left", "upper", "upper_right", "left", "centre", "right", "lower_left", "lower", "lower_right"]
Border = Literal["inside", "reaches_edge", "edge", "outside"]

PLACES: tuple[tuple[Place, Place, Place], ...] = (
    ("upper_left", "upper", "upper_right"),
    ("left", "centre", "right"),
    ("lower_left", "lower", "lower_right"),
)


@dataclass(frozen=True, eq=False)
class Frame:
    """A part's mask, (H, W) with at least one pixel, as something that a place can be relative to."""

    part: NDArray[np.bool_]

    @cached_property
    def bbox(self) -> tuple[int, int, int, int]:
        """Return the part's box: x0, y0, x1, y1, exclusive at the end."""
        rows, columns = np.flatnonzero(self.part.any(1)), np.flatnonzero(self.part.any(0))
        return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1

    @cached_property
    def cell(self) -> int:
        return int(-(-max(self.part.shape) // CELLS))

    @cached_property
    def depth(self) -> NDArray[np.float64]:
        """Return how deep every cell lies in the part, in pixels; below 0 outside; beyond the picture is no part."""
        from scipy.ndimage import distance_transform_edt

        whole = np.pad(pooled(np.logical_and, self.part, self.cell), 1)
        depth: NDArray[np.float64] = distance_transform_edt(whole) - distance_transform_edt(~whole)
        return depth[1:-1, 1:-1] * self.cell

    def place(self, x: float, y: float) -> Place:
        """Return the field of a 3 x 3 grid over the box in which a point lies, or to which it is nearest."""
        x0, y0, x1, y1 = self.bbox
        column, row = int(3 * (x - x0) / (x1 - x0)), int(3 * (y - y0) / (y1 - y0))
        return PLACES[min(max(row, 0), 2)][min(max(column, 0), 2)]

    def field(self, place: Place) -> tuple[int, int, int, int]:
        """Return the field of a place, in the picture: x0, y0, x1, y1, exclusive at the end."""
        (row, column) = next((row, names.index(place)) for row, names in enumerate(PLACES) if place in names)
        x0, y0, x1, y1 = self.bbox
        columns, rows = ([low + (high - low) * step // 3 for step in range(4)] for low, high in ((x0, x1), (y0, y1)))
        return columns[column], rows[row], columns[column + 1], rows[row + 1]

    def border(self, spot: Spot) -> Border:
        """Tell whether a spot lies at the part's border, reaches it, lies inside of it, or apart from the part."""
        y, x = spot.mask.nonzero()
        depth = self.depth[(y + spot.bbox[1]) // self.cell, (x + spot.bbox[0]) // self.cell]
        x0, y0, x1, y1 = self.bbox
        if (depth < 0).mean() >= 0.5:
            return "edge" if depth.max() >= -2 * self.cell else "outside"
        if (depth < BAND * min(x1 - x0, y1 - y0)).mean() >= 0.5:
            return "edge"
        return "reaches_edge" if depth.min() <= self.cell else "inside"


def whole_if_empty(part: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return a part's mask, or the whole picture where no part was found."""
    return part if part.any() else np.ones_like(part)
