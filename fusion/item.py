"""Item: one row of a data set, where everything about a sample lies; nothing is read before `load`."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from fusion.errors import BadInput
from fusion.modality.image import image_size, read_image
from fusion.modality.mask import read_gt_mask, read_mask
from fusion.modality.skeleton import read_skeleton
from fusion.modality.text import read_text
from fusion.sample import Sample

Split = Literal["train", "test"]


@dataclass(frozen=True)
class Item:
    """A picture, what is known of it, and what it is for."""

    path: Path
    label: Literal[0, 1] | None  # 1 = anomalous; None if nobody said
    defect: str  # "good", a type of defect, or "" where it isn't known
    split: Split
    gt_mask: Path | None = None  # where the defect truly is; a folder's masks are united
    region: Path | None = None  # where to look
    text: str | None = None
    skeleton: Path | None = None

    def load(self) -> Sample:
        """Read all that was seen; BadInput names the file that can't be used."""
        image = read_image(self.path)
        size = (image.shape[1], image.shape[0])
        return Sample(
            image=image,
            text=read_text(self.text or "", f"the text of {self.path}") or None,
            mask=read_mask(self.region, size) if self.region else None,
            skeleton=read_skeleton(self.skeleton, size) if self.skeleton else None,
            name=str(self.path),
        )

    def load_gt_mask(self) -> NDArray[np.bool_]:
        """Read where the defect truly is, (H, W); nowhere on a good picture."""
        size = image_size(self.path)
        if self.gt_mask:
            return read_gt_mask(self.gt_mask, size)
        if self.label == 0:
            return np.zeros(size[::-1], bool)
        raise BadInput(f"{self.path}: no ground-truth mask belongs to it, so pixels can't be scored; add one")
