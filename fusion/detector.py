"""Detector: fit on good parts, then say how far a sample is from normal, where, and what normal would have been."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from fusion.calibration import Calibration
from fusion.detection import Detection
from fusion.errors import BadInput, BadSetting
from fusion.item import Item
from fusion.picture import PictureMemory
from fusion.progress import Progress, silent
from fusion.representation.encoder import Encoded, Encoder
from fusion.representation.segment import segment, thumbnail
from fusion.residual import Spread, smooth
from fusion.sample import Sample
from fusion.threads import one_thread
from fusion.view import SIGMAS, View
from fusion.world import World, looks


@dataclass(frozen=True)
class DetectorConfig:
    method: str = "gaussian"  # the denoiser: gaussian | memory
    backbone: str = "auto"  # auto | none | <timm or open_clip name>[:weights file]
    size: int = 0  # px of the longer side at which features are taken; 0 = about 400
    align: str = "auto"  # turn parts to one pose: auto | on | off
    seed: int = 0  # of the folds

    def __post_init__(self) -> None:
        choices = {"method": tuple(SIGMAS), "align": ("auto", "on", "off")}
        for name, known in choices.items():
            if (value := getattr(self, name)) not in known:
                raise BadSetting(f"{name} {value!r} is unknown; choose {' or '.join(known)}")
        if self.size and not 64 <= self.size <= 1024:
            raise BadSetting(f"size {self.size} px is out of range; choose 64 to 1024, or 0 for the default")


@dataclass(frozen=True, eq=False)
class Detector:
    """Everything fitted; nothing of it changes when a sample is looked at."""

    name: str
    config: DetectorConfig
    encoder: Encoder
    views: tuple[View, ...]  # one for each representation
    spread: Spread  # of the normals' smoothed maps, (P,)
    pictures: PictureMemory
    world: World
    background: bool  # parts stand free before a background
    calibration: Calibration
    card: dict[str, Any]  # how it came about, as plain data

    def detect(self, sample: Sample) -> Detection:
        """Return score, verdict, map, mask and normal version of a sample's image; its mask says where to look."""
        image = _checked(sample)
        with one_thread(), torch.inference_mode():
            seen = self.encoder(image)
            cells = self.places(seen)
            refusal = self.world.refusal(looks(seen.picture, image.shape), cells)
            ignored = self._ignored(sample.mask, seen)
            if ignored is not None:  # imputed by normals, it can't speak through its neighbours' surroundings either
                filled, _, _ = self.pictures.repair(seen.picture, ignored)
                seen = self.encoder.encode(np.rint(filled).astype(np.uint8), seen.affine)
                cells = self.places(seen)
        if ignored is not None:
            cells = np.where(self._looked_at(ignored, sample.name), cells, cells.min())
        score, thresholds = float(cells.max()), self.calibration.thresholds
        found = score >= thresholds.review and not refusal
        mask, normal = self._difference(image, cells, seen) if found else (np.zeros(image.shape[:2], bool), image)
        heat = self.encoder.frame.back(cells, seen.affine, image.shape[:2])
        if sample.mask is not None:
            heat, mask = heat * (sample.mask >= 0.5), mask & (sample.mask >= 0.5)
        return Detection(
            verdict="REFUSED" if refusal else thresholds.verdict(score),
            pred_score=score,
            p_value=self.calibration.p_value(score),
            thresholds=thresholds,
            anomaly_map=np.maximum(heat, 0),
            map_threshold=thresholds.review,
            map_top=3 * thresholds.reject,
            pred_mask=mask,
            normal=normal,
            part=self._part(image),
            refusal=refusal,
        )

    def places(self, seen: Encoded) -> NDArray[np.float32]:
        """Return how far each cell is from its normal version, in the spread of the normals, (rows, columns)."""
        maps = torch.stack([view(tokens[None])[0] for view, tokens in zip(self.views, seen.tokens, strict=True)])
        grid = self.encoder.grid
        return np.asarray(self.spread(smooth(maps.mean(dim=0)[None], grid))[0].view(grid).numpy(), np.float32)

    def with_rates(self, review_rate: float, reject_rate: float) -> "Detector":
        """Return the same detector under other promised false-alarm rates."""
        return replace(self, calibration=self.calibration.with_rates(review_rate, reject_rate))

    def save_pretrained(self, folder: str | Path) -> None:
        """Write the model's folder, whole or not at all; an older one of this name is replaced."""
        from fusion.pretrained import save

        save(self, Path(folder))

    @classmethod
    def from_pretrained(cls, folder: str | Path) -> "Detector":
        """Read a model's folder; BadModel names the file that is missing or altered."""
        from fusion.pretrained import load

        return load(Path(folder))

    def _difference(
        self, image: NDArray[np.uint8], cells: NDArray[np.float32], seen: Encoded
    ) -> tuple[NDArray[np.bool_], NDArray[np.uint8]]:
        """Return where the image differs from its normal version, (H, W), and that version, (H, W, 3)."""
        frame, shape = self.encoder.frame, image.shape[:2]
        fine = cv2.resize(cells, frame.config.size, interpolation=cv2.INTER_LINEAR)
        wrong = fine >= min(self.calibration.thresholds.review, float(fine.max()))  # between pixels the peak gets lost
        repaired, differs, share = self.pictures.repair(seen.picture, wrong)
        scale = math.hypot(seen.affine[0, 0], seen.affine[1, 0])  # frame pixels per input pixel
        wide = np.ones((2 * round(scale / 2) + 1,) * 2, np.uint8)
        whole = cv2.dilate(differs.astype(np.float32), wide)  # what is smaller than a pixel of the input is still one
        mask = frame.back(np.asarray(whole, np.float32), seen.affine, shape) >= 0.5
        share = frame.back(share, seen.affine, shape)[..., None]
        other = frame.back(repaired, seen.affine, shape)
        normal = np.where(share > 0, image * (1 - share) + other * share, image)
        return mask, np.asarray(np.rint(normal), np.uint8)

    def _ignored(self, mask: NDArray[np.float32] | None, seen: Encoded) -> NDArray[np.bool_] | None:
        """Return the pixels of the frame that a mask, (H, W) of the input, tells to ignore; None if there are none."""
        if mask is None:
            return None
        inside = cv2.warpAffine(mask, seen.affine, self.encoder.frame.config.size, borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(inside < 0.5) if inside.min() < 0.5 else None

    def _looked_at(self, ignored: NDArray[np.bool_], name: str) -> NDArray[np.bool_]:
        """Return the cells of which at least half is to be looked at, (rows, columns)."""
        rows, columns = self.encoder.grid
        share = cv2.resize(ignored.astype(np.float32), (columns, rows), interpolation=cv2.INTER_AREA)
        if (share > 0.5).all():
            raise BadInput(
                f"{name}: its mask leaves no cell to look at; mark a spot of at least 1/20 of the part's length"
            )
        return np.asarray(share <= 0.5)

    def _part(self, image: NDArray[np.uint8]) -> NDArray[np.bool_]:
        found = segment(thumbnail(image)) if self.background else None
        if found is None:
            return np.ones(image.shape[:2], bool)
        return cv2.resize(found.astype(np.uint8), image.shape[1::-1], interpolation=cv2.INTER_NEAREST).astype(bool)


def fit(items: Sequence[Item], config: DetectorConfig, name: str, progress: Progress = silent) -> Detector:
    """Fit on the good pictures among `items`; pictures that can't be used are skipped and listed in the card.

    BadData if fewer than 5 can be used. Nothing is written.
    """
    from fusion.fitting import fit_detector

    return fit_detector(items, config, name, progress)


def _checked(sample: Sample) -> NDArray[np.uint8]:
    if sample.image is None:
        raise BadInput(f"{sample.name}: it has no image, and this model looks at images; give one")
    if sample.mask is not None and sample.mask.shape != sample.image.shape[:2]:
        raise BadInput(
            f"{sample.name}: the mask is {sample.mask.shape[1]} x {sample.mask.shape[0]} px and the image "
            f"{sample.image.shape[1]} x {sample.image.shape[0]} px; give a mask of the image's size"
        )
    return sample.image
