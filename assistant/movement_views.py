"""Views of a movement: where the joints of the seen body and of its normal version lie on paper."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from fusion.motion.chain import chain_of, names_of
from fusion.motion.measure import seen_places
from fusion.motion.motion import Motion

Numbers = NDArray[np.float64]

STILL = 0.75  # of the body's size: who travels further than this is followed, else the ground stands still
BEYOND = 0.35  # of the room that the normal version takes: how far around it what was seen is shown
MARGIN = 0.06  # of a cell's shorter side


@dataclass(frozen=True, eq=False)
class View:
    """One side from which a movement is looked at; x to the right, y down, in px or mm."""

    name: Literal["picture", "front", "side"]
    seen: Numbers  # (T, J, 2), NaN where unseen
    normal: Numbers  # (T, J, 2), NaN where nobody was there to impute a joint from
    rate: float

    @property
    def apart(self) -> float:
        """Return how much of the difference from normal this side shows, in px or mm."""
        difference = np.linalg.norm(self.seen - self.normal, axis=-1)
        return float(np.nan_to_num(difference).mean())

    def placed(self, width: int, height: int) -> tuple[Numbers, Numbers]:
        """Return seen and normal in pixels of a cell, (T, J, 2) each; one scale for all frames."""
        centre = _centre(self.normal, self.rate)[:, None]
        seen, normal = self.seen - centre, self.normal - centre
        low, high = np.nanmin(normal, axis=(0, 1)), np.nanmax(normal, axis=(0, 1))
        room = BEYOND * (high - low).max()  # a joint thrown far away must not make the body small
        flat = seen[np.isfinite(seen).all(axis=-1)]
        if len(flat):
            low = np.maximum(np.minimum(low, flat.min(axis=0)), low - room)
            high = np.minimum(np.maximum(high, flat.max(axis=0)), high + room)
        margin = MARGIN * min(width, height)
        cell = np.array((width, height), float)
        scale = float(((cell - 2 * margin) / np.maximum(high - low, 1e-6)).min())
        shift = cell / 2 - scale * (low + high) / 2
        return scale * seen + shift, scale * normal + shift


def views_of(motion: Motion, normal: Motion) -> list[View]:
    """Return the sides to look from, first the one that shows the difference best: a picture's plane has one alone."""
    seen, as_normal = seen_places(motion), normal.places.astype(np.float64)
    as_normal[(motion.confidence <= 0) & (as_normal == 0).all(axis=-1)] = np.nan  # neither seen nor imputed
    if seen.shape[-1] == 2:
        return [View("picture", seen, as_normal, motion.rate)]
    left = _to_the_left(normal)
    forward = np.array((left[1], -left[0]))  # left x up
    views = [
        View("front", _flat(seen, left), _flat(as_normal, left), motion.rate),
        View("side", _flat(seen, forward), _flat(as_normal, forward), motion.rate),
    ]
    return sorted(views, key=lambda view: -view.apart)


def _flat(places: Numbers, across: Numbers) -> Numbers:
    """Return places seen against a horizontal direction that points to the right, (T, J, 3) -> (T, J, 2)."""
    return np.stack([places[..., :2] @ across, -places[..., 2]], axis=-1)


def _to_the_left(motion: Motion) -> Numbers:
    """Return the horizontal direction from the right side of the body to its left, (2,); x where no sides are known."""
    twins, names = chain_of(motion.joints).twins, names_of(motion.joints)
    left = [place for place, name in enumerate(names) if "left" in name.split() and twins[place] != place]
    apart = (motion.places[:, left, :2] - motion.places[:, twins[left], :2]).reshape(-1, 2).astype(np.float64)
    across = apart.sum(axis=0)
    size = float(np.hypot(*across))
    return np.asarray(across / size if size > 1e-6 else (1.0, 0.0))


def _centre(places: Numbers, rate: float) -> Numbers:
    """Return what the paper's middle follows, (T, 2): nothing, on an axis along which the body stays."""
    somebody = np.asarray(np.isfinite(places).any(axis=(1, 2)))
    there = places[somebody]
    frames = np.arange(len(places))
    path = np.stack([np.interp(frames, frames[somebody], axis) for axis in np.nanmedian(there, axis=1).T], axis=1)
    size = float(np.median((np.nanmax(there, axis=1) - np.nanmin(there, axis=1)).max(axis=1)))
    window = min(2 * round(rate / 2) + 1, 2 * ((len(path) - 1) // 2) + 1)  # about a second, and odd
    padded = np.pad(path, ((window // 2, window // 2), (0, 0)), mode="edge")
    smooth = np.lib.stride_tricks.sliding_window_view(padded, window, axis=0).mean(axis=-1)
    still = (path.min(axis=0) + path.max(axis=0)) / 2
    return np.asarray(np.where(np.ptp(path, axis=0) > STILL * size, smooth, still))
