"""How the changed pixels of a region themselves look, finer than the map: what tells a scratch from a crack."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from explain import colour
from explain.change import View
from explain.plain import Ratio

ENOUGH = 12  # pixels, for a correlation
NOISE = 1.0  # L*: what a camera makes by itself
FINE = 1.5  # pixels: what is finer is structure and no shade


@dataclass(frozen=True)
class Detail:
    fill: Ratio  # share of the region that changed at least half as much as its most changed pixels
    uneven: Ratio  # spread of the change / its mean size: 0 = the same everywhere
    mixed: Ratio  # share of the change in brightness that goes the other way: 0 = all darker or all lighter, to 0.5
    steep: Ratio  # steepest step from pixel to pixel / the change: 1 = it begins at once
    through: Ratio  # correlation of its fine structure with the normal version's: 1 = the surface is seen through it
    grain: Ratio  # strength of its fine structure / the normal version's
    ragged: Ratio  # deviation of its midline from a smooth bend / its length
    foreign: Ratio  # distance of its colour from its surroundings' / the largest in Lab, 100


def detail(view: View) -> Detail:
    """Measure a region in its view, (H, W)."""
    here, before = colour.lab(view.image), colour.lab(view.normal)
    apart, inside = here - before, view.region
    size = np.sqrt((apart**2).sum(-1))
    core = inside & (size >= np.percentile(size[inside], 95) / 2)
    light = apart[..., 0][core]
    total = float(np.abs(light).sum())
    mixed = float(min(light[light > 0].sum(), -light[light < 0].sum())) / total if total > 0 else 0.0
    down, right = np.diff(size, axis=0, append=size[-1:]), np.diff(size, axis=1, append=size[:, -1:])
    top = float(np.percentile(size[inside], 98)) + NOISE
    fine, usual = (_fine(lab[..., 0]) for lab in (here, before))
    around = ~inside & view.part
    beside = here[around] if around.sum() >= ENOUGH else before[inside]
    foreign = float(np.linalg.norm(np.median(here[core], axis=0) - np.median(beside, axis=0)))
    return Detail(
        fill=float(core.sum() / inside.sum()),
        uneven=float(size[core].std() / (size[core].mean() + NOISE)),
        mixed=mixed,
        steep=float(np.percentile(np.hypot(down, right)[inside], 95)) / top,
        through=_correlation(fine[inside], usual[inside]),
        grain=(float(fine[inside].std()) + NOISE) / (float(usual[inside].std()) + NOISE),
        ragged=_ragged(core),
        foreign=foreign / 100,
    )


def _fine(light: NDArray[np.float32]) -> NDArray[np.float32]:
    from scipy import ndimage

    fine: NDArray[np.float32] = light - ndimage.gaussian_filter(light, FINE)
    return fine


def _correlation(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    if len(one) < ENOUGH:
        return 0.0
    one, other = one - one.mean(), other - other.mean()
    return float((one * other).sum() / (np.sqrt((one**2).sum() * (other**2).sum()) + NOISE))


def _ragged(core: NDArray[np.bool_]) -> float:
    """Return how far the pixels' midline leaves the parabola that fits it best, over its length."""
    y, x = core.nonzero()
    points = np.stack([x, y], axis=1) - [x.mean(), y.mean()]
    if len(points) < ENOUGH:
        return 0.0
    _, axes = np.linalg.eigh(points.T @ points)
    along, across = points @ axes[:, 1], points @ axes[:, 0]
    length = float(np.ptp(along)) + 1
    steps = np.round(along - along.min()).astype(int)
    count = np.bincount(steps)
    middle = np.bincount(steps, across)[count > 0] / count[count > 0]
    where = np.flatnonzero(count) / length
    rest = middle - np.polyval(np.polyfit(where, middle, 2), where) if len(where) > 4 else middle - middle.mean()
    return float(rest.std()) / length
