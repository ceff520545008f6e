"""Segmenter: a small supervised one on a fitted detector's tokens, to measure what defects to learn from are worth.

It is a measuring instrument, as a linear probe is, and no detector that Foil ships: those learn from good parts alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from fusion.detector import Detector
from fusion.errors import loading
from fusion.region import share_of_cells
from fusion.representation.frame import Affine, Frame
from fusion.residual import smooth
from fusion.threads import one_thread
from fusion.view import whitened

COVERED = 0.25  # of a cell, from which it is the defect's; of a defect that fills no cell so far, half of the most
PLAIN = 60  # cells learnt from beside the defect of each picture, and of each good one
WEIGHT = 1e-3  # of the data against the coefficients' squares, C of scikit-learn


@dataclass(frozen=True, eq=False)
class Seen:
    """A picture as a segmenter sees it."""

    tokens: NDArray[np.float16]  # (P, C) whitened, squashed: defects reach hundreds of sigma
    own: NDArray[np.float32]  # (rows, columns) Foil's own map, which no defect has taught
    frame: Frame
    affine: Affine
    shape: tuple[int, int]  # of the picture: height, width

    @property
    def features(self) -> NDArray[np.float32]:
        """Return the tokens and how large they are, (P, 2 C): a defect may be too dark as well as too bright."""
        tokens = self.tokens.astype(np.float32)
        return np.concatenate([tokens, np.abs(tokens)], axis=1)

    def covered(self, mask: NDArray[np.bool_]) -> NDArray[np.float32]:
        """Return the share of each cell that a mask of the picture, (H, W), covers, (P,)."""
        inside = cv2.warpAffine(mask.astype(np.float32), self.affine, self.frame.config.size)
        rows, columns = self.own.shape
        return share_of_cells(inside, (rows, columns)).ravel()

    def back(self, cells: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return values of the cells, (rows, columns), in the picture's pixels, (H, W)."""
        return self.frame.back(cells, self.affine, self.shape, float(cells.min()))


@dataclass(frozen=True, eq=False)
class Lesson:
    """A picture to learn from."""

    seen: Seen
    mask: NDArray[np.bool_] | None = None  # (H, W): where its defect is; None: it is good

    def cells(self, rng: np.random.Generator) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return which of its cells are a defect's, and some that nothing of a defect lies in."""
        covered = np.zeros(len(self.seen.tokens)) if self.mask is None else self.seen.covered(self.mask)
        most = covered.max()
        defect = np.flatnonzero(covered >= min(COVERED, most / 2)) if most else np.empty(0, np.int64)
        return defect, rng.permutation(np.flatnonzero(covered == 0))[:PLAIN]


@dataclass(frozen=True, eq=False)
class Segmenter:
    """A logistic regression of the cells' tokens."""

    model: Any

    @classmethod
    def taught(cls, lessons: Sequence[Lesson], seed: int = 0) -> "Segmenter":
        """Learn to tell the defects' cells from the others, which weigh the same together."""
        with loading("scikit-learn", "Install it (pip install scikit-learn); only this measurement needs it"):
            from sklearn.linear_model import LogisticRegression
            from sklearn.pipeline import make_pipeline
            from sklearn.preprocessing import StandardScaler
        rng, features, labels = np.random.default_rng(seed), [], []
        for lesson in lessons:
            defect, plain = lesson.cells(rng)
            features.append(lesson.seen.features[np.concatenate([defect, plain])])
            labels += [1] * len(defect) + [0] * len(plain)
        regression = LogisticRegression(C=WEIGHT, class_weight="balanced", max_iter=500)
        return cls(make_pipeline(StandardScaler(), regression).fit(np.concatenate(features), labels))

    def __call__(self, seen: Seen) -> NDArray[np.float32]:
        """Return how much each cell looks like a defect, (rows, columns) in logits, smoothed as Foil's own map is."""
        rows, columns = seen.own.shape
        logits = torch.from_numpy(self.model.decision_function(seen.features).astype(np.float32))
        return np.asarray(smooth(logits[None], (rows, columns)).view(rows, columns).numpy(), np.float32)


def see(detector: Detector, image: NDArray[np.uint8]) -> Seen:
    """Return a picture, (H, W, 3), as a segmenter sees it."""
    with one_thread(), torch.inference_mode():
        encoded = detector.encoder(image)
        x = whitened(detector.views, [one[None] for one in encoded.tokens])[0]
        own = detector.places(encoded)
    return Seen(x.asinh().half().numpy(), own, detector.encoder.frame, encoded.affine, image.shape[:2])
