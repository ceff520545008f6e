"""Texture: how what lies around a hole goes on, where places mean nothing and any piece of the texture may be taken.

Pieces come from remembered pictures and from the picture itself, which has its own light, scale and direction. The
piece that continues the surroundings best is taken alone, bent to them, and as rich in detail as they are: the mean of
two weaves is no weave, and by squares a smooth piece fits everything.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from fusion.bending import MARGIN, bent

BENT = 2  # pieces of which the better one is taken
OWN = 4  # pieces of the picture itself, at most
FINE = 3.0  # px: detail that a piece must have as much of as its surroundings
RICHER = (1.0, 2.5)  # times, at least and at most, that detail is strengthened: resampling takes some of it
AT_BORDER = 0.5  # of the detail's variance: what a piece costs that doesn't lie at the borders that the patch lies at
SPOILT = 0.02  # share of a piece that may come from where pixels aren't to be taken from
NOWHERE = 1e29
Pixels = NDArray[np.float32]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Source:
    """A picture that pieces may come from, (H, W, 3), and where not, (H, W); each piece from another place."""

    picture: NDArray[np.uint8]
    spoilt: Mask | None = None
    pieces: int = 1
    _coarse: dict[int, tuple[Pixels, Pixels]] = field(default_factory=dict)  # by factor

    def coarse(self, factor: int) -> tuple[Pixels, Pixels]:
        """Return the picture in grey, so many times smaller, and its detail squared, each (H / factor, W / factor)."""
        if factor not in self._coarse:
            grey = _grey(self.picture, factor)
            self._coarse[factor] = grey, np.square(_detail(grey))
        return self._coarse[factor]

    def piece(self, left: int, top: int, width: int, height: int) -> Pixels:
        """Return a piece with a margin, mirrored at the border, (height + 2 MARGIN, width + 2 MARGIN, 3)."""
        rows, columns = (
            slice(max(0, top - MARGIN), top + height + MARGIN),
            slice(max(0, left - MARGIN), left + width + MARGIN),
        )
        seen = self.picture[rows, columns]
        above, before = MARGIN - (top - rows.start), MARGIN - (left - columns.start)
        below, after = height + 2 * MARGIN - above - len(seen), width + 2 * MARGIN - before - seen.shape[1]
        whole = cv2.copyMakeBorder(seen, above, below, before, after, cv2.BORDER_REFLECT)
        return np.asarray(whole, np.float32)


def continued(
    patch: Pixels, inside: Mask, known: Pixels, corner: tuple[int, int], sources: Sequence[Source], rank: int
) -> Pixels:
    """Return a patch, (h, w, 3), with its inside as a texture goes on there; of likely ways that of a rank, from 0 on.

    `known` is how much of each pixel is known, (h, w); `corner`, x and y of the patch's upper left in its picture.
    """
    template = _Template(patch, inside, known, corner)
    found = sorted((one for source in sources for one in template.best(source)), key=lambda one: one[0])
    first = min(BENT * rank, max(0, len(found) - BENT))
    places = [_as_rich(bent(patch, place, inside), patch, known) for _, place in found[first : first + BENT]]
    return min(places, key=lambda place: float((known[..., None] * (place - patch) ** 2).sum()))


class _Template:
    """What a piece must fit: threads are told by light and dark, coarsely, for all of a picture is searched."""

    def __init__(self, patch: Pixels, inside: Mask, known: Pixels, corner: tuple[int, int]) -> None:
        self.shape, self.corner = patch.shape, corner
        self.factor = 4 if max(patch.shape[:2]) > 240 else 2
        self.grey = _grey(patch, self.factor)
        self.weight = shrunk(known, self.factor) + np.float32(1e-4)
        self.hidden = shrunk(inside.astype(np.float32), self.factor)
        self.rich = float((self.weight * _detail(self.grey) ** 2).sum() / self.weight.sum())

    def best(self, source: Source) -> Iterator[tuple[float, Pixels]]:
        """Yield how far the best places of a picture are from what is known, and them with a margin."""
        far = self._far(source)
        (tall, broad), (height, width) = source.picture.shape[:2], self.shape[:2]
        for _ in range(source.pieces):
            error, _, (x, y), _ = cv2.minMaxLoc(far)
            if error >= NOWHERE:
                return
            rows, columns = (max(1, side // (2 * self.factor)) for side in (height, width))
            far[max(0, y - rows) : y + rows + 1, max(0, x - columns) : x + columns + 1] = 2 * NOWHERE
            left, top = min(x * self.factor, broad - width), min(y * self.factor, tall - height)
            yield error, source.piece(left, top, width, height)

    def _far(self, source: Source) -> Pixels:
        """Return how far each place of a picture is from what is known, a square of grey levels, (y, x).

        Detail that lies elsewhere counts no more than detail that is missing.
        """
        grey, detail = source.coarse(self.factor)
        errors = cv2.matchTemplate(grey, self.grey, cv2.TM_SQDIFF, mask=self.weight) / float(self.weight.sum())
        rich = cv2.matchTemplate(detail, self.weight, cv2.TM_CCORR) / float(self.weight.sum())
        far = np.nan_to_num(errors - rich + np.abs(rich - self.rich), nan=NOWHERE, posinf=NOWHERE)
        far += self._beside_borders(source.picture.shape, far.shape)
        if source.spoilt is not None:
            spoilt = shrunk(source.spoilt.astype(np.float32), self.factor)
            taken = cv2.matchTemplate(spoilt, self.hidden, cv2.TM_CCORR) / float(self.hidden.sum())
            far = np.where(taken > SPOILT, 2 * NOWHERE, far)
        return np.asarray(far, np.float32)

    def _beside_borders(self, size: tuple[int, ...], places: tuple[int, ...]) -> Pixels:
        """Return what each place costs that isn't at the borders at which the patch lies, (y, x): edges lie there."""
        cost = np.zeros(places, np.float32)
        for axis in (0, 1):
            start = self.corner[1 - axis]
            along = np.zeros(places[axis], np.float32)
            if start == 0:
                along[1:] = 1
            elif start + self.shape[axis] >= size[axis]:
                along[:-1] = 1
            cost += along[:, None] if axis == 0 else along
        return np.float32(AT_BORDER * self.rich) * cost


def _as_rich(piece: Pixels, patch: Pixels, known: Pixels) -> Pixels:
    """Return a piece, (h, w, 3), with its detail as strong as that of what is known of a patch."""
    fine, usual = _detail(piece), _detail(patch)
    share = known[..., None] / (3 * known.sum())
    gain = np.sqrt(float((share * usual**2).sum()) / (float((share * fine**2).sum()) + 1e-6))
    return np.asarray(piece + (np.clip(gain, *RICHER) - 1) * fine, np.float32)


def _detail(values: Pixels) -> Pixels:
    return np.asarray(values - cv2.GaussianBlur(values, (0, 0), FINE), np.float32)


def _grey(picture: NDArray[np.uint8] | Pixels, factor: int) -> Pixels:
    return cv2.transform(shrunk(picture.astype(np.float32), factor), np.full((1, 3), 1 / 3))  # type: ignore[return-value]


def shrunk(values: Pixels, factor: int) -> Pixels:
    """Return values, (H, W, ...), so many times smaller, each the mean of what it stands for."""
    if factor == 1:
        return values
    size = (max(1, values.shape[1] // factor), max(1, values.shape[0] // factor))
    return np.asarray(cv2.resize(values, size, interpolation=cv2.INTER_AREA), np.float32)
