"""Masks: where to look, as weights in [0, 1], and where a defect is, as booleans; always in the picture's pixels."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from fusion.errors import BadInput
from fusion.files import call
from fusion.modality.image import pictures_in, read_image


def read_mask(source: Path | bytes, size: tuple[int, int], name: str = "") -> NDArray[np.float32]:
    """Read where to look, 1, and what to ignore, 0, for a picture of size (width, height), (H, W) in [0, 1].

    A colour counts by its strongest channel, transparency as 0, and a mask of zeros and ones as it stands.
    A mask of another resolution is resized smoothly; one of other proportions, or one that ignores all, is refused.
    """
    name = call(source, name, "the mask")
    grey = _grey(source, size, name)
    if not grey.any():
        raise BadInput(f"{name}: the mask is 0 everywhere, so nothing is left to look at; paint where to look in white")
    levels = Image.fromarray(grey / np.float32(1 if grey.max() == 1 else 255))
    return np.asarray(levels.resize(size, Image.Resampling.BILINEAR)).clip(0, 1)


def read_gt_mask(source: Path, size: tuple[int, int]) -> NDArray[np.bool_]:
    """Read where a defect truly is, for a picture of size (width, height), (H, W); a folder's masks are united.

    The boundary is half of white; in a mask without any value beyond it, of class numbers, all but 0 is defect.
    """
    files = pictures_in(source) if source.is_dir() else [source]
    if not files:
        raise BadInput(f"{source}: no masks in this folder; expected one picture a defect")
    united = np.zeros(size[::-1], bool)
    for file in files:
        grey = _grey(file, size, str(file))
        defect = Image.fromarray(grey > (127 if grey.max() > 127 else 0))
        united |= np.asarray(defect.resize(size, Image.Resampling.NEAREST))
    return united


def _grey(source: Path | bytes, size: tuple[int, int], name: str) -> NDArray[np.uint8]:
    """Return a mask's levels in its own resolution, once its proportions are known to be the picture's."""
    grey = read_image(source, name, backdrop=0).max(axis=2)
    height, width = grey.shape
    # the scales that would round to this width, and to this height, must have one in common
    least = max((width - 1) / size[0], (height - 1) / size[1])
    most = min((width + 1) / size[0], (height + 1) / size[1])
    if least >= most:
        raise BadInput(
            f"{name}: the mask is {width} x {height} px, its picture {size[0]} x {size[1]} px; expected the same size, "
            "or at least the same proportions"
        )
    return np.asarray(grey)
