"""The picture of the normal version: normals' own pixels where something is wrong, the input's everywhere else.

A memory of normal pictures is the ideal denoiser of picture patches; held to what surrounds a region (imputation:
the known part stays fixed), its estimate of the region is a softmax over how well each remembered place fits those
surroundings. Parts look near their own place; textures look anywhere, in the picture itself, too (`fusion.texture`).
"""

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from fusion.comparison import filled, grown, repaired
from fusion.outline import Outlines
from fusion.texture import OWN, Source, continued, shrunk

RING = 14  # px of surroundings that a patch must fit
REACH = 8  # px that a part's patch may move
FEW = 8  # normals searched where patches may come from anywhere
BESIDE = 12  # px beside a hole that nothing is taken from: what hides there may be more of the same
SMOOTH, SEEN = 9.0, 0.1  # px: what is carried over a hole of its light is as coarse; share seen that it takes for that
DETAIL, ALIKE = 6.0, 0.04  # px: what is finer is detail; share of it that pictures of parts have in common, at least
Pixels = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class PictureMemory:
    pictures: NDArray[np.uint8]  # (M, H, W, 3) normals in the frame
    aligned: bool  # positions carry information
    alike: bool | None = None  # fine detail lies at the same place in all: parts, no textures; None: look at them
    outlines: Outlines | None = None  # learnt on this product's own parts; None: the built-in ones

    def repair(
        self, picture: NDArray[np.uint8], wrong: NDArray[np.bool_] | Pixels
    ) -> tuple[Pixels, NDArray[np.bool_], Pixels]:
        """Return the normal version (H, W, 3), what differs from it (H, W), and how far it replaces the picture (H, W).

        `wrong`, and what is replaced, are as `fusion.comparison.repaired` has them.
        """
        return repaired(picture, wrong, self.reconstruct, self.aligned, self.outlines)

    def filled(self, picture: NDArray[np.uint8], hidden: NDArray[np.bool_]) -> Pixels:
        """Return the picture, (H, W, 3), with what is hidden, (H, W), as normals would have it."""
        return filled(picture, hidden, self.reconstruct, self.aligned)

    def reconstruct(
        self,
        picture: NDArray[np.uint8],
        hole: NDArray[np.bool_],
        spoilt: NDArray[np.bool_] | None = None,
        rank: int = 0,
    ) -> Pixels:
        """Return the picture (H, W, 3) with each place of a hole (H, W) as normals continue its surroundings.

        Of a texture that is the likeliest way, or with `rank` another one, 1, 2 and so on; and no pixel comes from what
        is spoilt, (H, W), the hole and what else is said.
        """
        normal = picture.astype(np.float32)
        wide = hole.astype(np.uint8)
        _, labels, boxes, _ = cv2.connectedComponentsWithStats(wide)
        order = self._by_likeness(picture, wide)
        sources: list[Source] = []
        if not self.of_parts:
            shunned = grown(hole if spoilt is None else hole | spoilt, 2 * BESIDE + 1)
            sources = [*(self._sources[index] for index in order[:FEW]), Source(picture, shunned, OWN)]
        for number, (x, y, width, height, _) in enumerate(boxes[1:], start=1):
            top, bottom = max(0, y - RING), min(picture.shape[0], y + height + RING)
            left, right = max(0, x - RING), min(picture.shape[1], x + width + RING)
            inside = labels[top:bottom, left:right] == number
            patch = self._impute(normal[top:bottom, left:right], inside, (left, top), order, sources, rank)
            normal[top:bottom, left:right][inside] = patch[inside]
        return normal

    def nearest(self, picture: NDArray[np.uint8], wrong: NDArray[np.bool_]) -> list[tuple[int, float]]:
        """Return the memory's indices, the most like this picture (H, W, 3) first, and how far each is from it.

        Far is in grey levels, root mean square, at 32 x 32 px, outside what is wrong, (H, W).
        """
        known = _known(wrong.astype(np.uint8))
        far = np.sqrt(_apart(self._small, tiny(picture), known) / (3 * float(known.sum())))
        return [(int(index), float(far[index])) for index in np.argsort(far, kind="stable")]

    @cached_property
    def usual(self) -> float:
        """Return how far a remembered picture is from the next of them, the median, as `nearest` has it."""
        flat = self._small.reshape(len(self._small), -1)
        nearest = [np.sqrt(np.delete(((flat - one) ** 2).mean(axis=1), at).min()) for at, one in enumerate(flat)]
        return float(np.median(nearest))

    @cached_property
    def _sources(self) -> list[Source]:
        return [Source(picture) for picture in self.pictures]

    @cached_property
    def _small(self) -> Pixels:
        return np.stack([tiny(picture) for picture in self.pictures])

    def _by_likeness(self, picture: NDArray[np.uint8], wrong: NDArray[np.uint8]) -> NDArray[np.int64]:
        """Return the memory's indices, the pictures most like this one (outside what is wrong) first."""
        return np.argsort(_apart(self._small, tiny(picture), _known(wrong)), kind="stable")

    @cached_property
    def of_parts(self) -> bool:
        """Tell whether fine detail lies at the same place in all pictures: they are parts, and no textures."""
        if self.alike is not None or not self.aligned:
            return bool(self.alike)
        grey = [cv2.transform(one.astype(np.float32), np.full((1, 3), 1 / 3)) for one in self.pictures]
        detail = np.stack([one - cv2.GaussianBlur(one, (0, 0), DETAIL) for one in grey])
        by_chance = 1 / len(detail)
        common = float((detail.mean(axis=0) ** 2).mean() / ((detail**2).mean() + 1e-9))
        return common - by_chance >= ALIKE * (1 - by_chance)

    def _impute(
        self,
        patch: Pixels,
        inside: NDArray[np.bool_],
        corner: tuple[int, int],
        order: NDArray[np.int64],
        sources: list[Source],
        rank: int,
    ) -> Pixels:
        """Return the patch as normals continue its surroundings, (h, w, 3): a posterior mean, or a likely one."""
        known = np.where(inside, 0.0, 1.0).astype(np.float32)
        if known.sum() < 16:  # the whole picture is wrong: the most similar normal is the best guess
            known = np.full_like(known, 1.0)
        if self.of_parts:
            estimate = _mean(self._fits(patch, known, corner, order), patch.shape)
        else:
            estimate = continued(patch, inside, known, corner, sources, rank)
        return np.asarray(np.clip(estimate + _membrane(patch - estimate, known), 0, 255), np.float32)

    def _fits(
        self, patch: Pixels, known: Pixels, corner: tuple[int, int], order: NDArray[np.int64]
    ) -> list[tuple[float, Pixels]]:
        """Return of each picture how far its best place is from what is known, and that place."""
        half = 4 if max(patch.shape[:2]) > 240 else 2 if max(patch.shape[:2]) > 96 else 1
        template = shrunk(patch, half)
        weight = np.repeat((shrunk(known, half) + 1e-4)[..., None], 3, axis=2)
        found: list[tuple[float, Pixels]] = []
        for index in order:
            area = self._search_area(index, patch.shape, corner)
            errors = cv2.matchTemplate(shrunk(area, half), template, cv2.TM_SQDIFF, mask=weight)
            error, _, (x, y), _ = cv2.minMaxLoc(np.nan_to_num(errors, nan=np.inf, posinf=1e30))
            x, y = min(x * half, area.shape[1] - patch.shape[1]), min(y * half, area.shape[0] - patch.shape[0])
            found.append((error / float(weight.sum()), area[y : y + patch.shape[0], x : x + patch.shape[1]]))
        return found

    def _search_area(self, index: int, shape: tuple[int, ...], corner: tuple[int, int]) -> Pixels:
        """Return the pixels of a remembered picture in which a part's patch may be found."""
        left, top = max(0, corner[0] - REACH), max(0, corner[1] - REACH)
        area = self.pictures[index, top : corner[1] + shape[0] + REACH, left : corner[0] + shape[1] + REACH]
        return np.asarray(area, np.float32)


def _mean(found: list[tuple[float, Pixels]], shape: tuple[int, ...]) -> Pixels:
    """Return the posterior mean over remembered places, (h, w, 3)."""
    errors = np.array([error for error, _ in found])
    # sigma^2 from the best fit itself: remembered places that fit nearly as well share the estimate
    share = np.exp(-(errors - errors.min()) / (0.03 * errors.min() + 0.3))
    share = np.where(share > 0.02 * share.sum(), share, 0)
    places = (part * place for part, (_, place) in zip(share, found, strict=True) if part)
    return np.asarray(sum(places, np.zeros(shape, np.float32)) / share.sum(), np.float32)


def most_different(small: NDArray[np.float32], count: int) -> list[int]:
    """Return the indices of up to `count` of the (N, D) that differ most from each other [Gonzalez 1985]."""
    chosen = [int(np.argmin(((small - small.mean(axis=0)) ** 2).sum(axis=1)))]
    far = ((small - small[chosen[0]]) ** 2).sum(axis=1)
    while len(chosen) < min(count, len(small)):
        chosen.append(int(np.argmax(far)))
        far = np.minimum(far, ((small - small[chosen[-1]]) ** 2).sum(axis=1))
    return chosen


def tiny(picture: NDArray[np.uint8]) -> Pixels:
    """Return the picture at 32 x 32, for comparing pictures as wholes."""
    return np.asarray(cv2.resize(picture, (32, 32), interpolation=cv2.INTER_AREA), np.float32)


def _known(wrong: NDArray[np.uint8]) -> Pixels:
    """Return how much of each place of the small picture is not wrong, (32, 32, 1)."""
    return np.asarray(1 - tiny(wrong * 255)[..., None] / 255 + 1e-3, np.float32)


def _apart(remembered: Pixels, small: Pixels, known: Pixels) -> NDArray[np.float64]:
    """Return the squared difference of each of (M, 32, 32, 3) from one, summed over what is known of it, (M,)."""
    return np.array([float((known * (other - small) ** 2).sum()) for other in remembered])


def _membrane(difference: Pixels, known: Pixels) -> Pixels:
    """Return the smooth offset that carries the difference at the known surroundings over the region, (h, w, 3)."""
    sigma, offset = max(4.0, max(difference.shape[:2]) / 5), np.zeros((), np.float32)
    finer = max(1, 1 + int(np.log2(sigma / SMOOTH)))  # times; from far to near
    for time, width in enumerate(sigma / 2.0 ** np.arange(finer)):
        weight = cv2.GaussianBlur(known, (0, 0), float(width))[..., None] + np.float32(1e-3)
        there = cv2.GaussianBlur(difference * known[..., None], (0, 0), float(width)) / weight
        share = np.minimum(1, weight / SEEN) if time else 1.0
        offset = share * there + (1 - share) * offset
    return np.asarray(offset, np.float32)
