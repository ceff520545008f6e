"""MotionDetection: what a detector says of one movement, as numpy and plain data."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fusion.detection import Thresholds, Verdict
from fusion.motion.motion import Motion


@dataclass(frozen=True, eq=False)
class MotionDetection:
    """Scores, map and normal version of one movement; arrays are at its own joints and frames."""

    verdict: Verdict
    pred_score: float  # in sigma of normal movements: the larger of the two below
    p_value: float  # share of held-out normals that score at least as high, conformal: (1 + #) / (n + 1)
    thresholds: Thresholds
    whole: float  # how unusual the movement is as a whole
    local: float  # how unusual its strangest joint and moment is, set back by what chance finds among so many
    anomaly_map: NDArray[np.float32]  # (J, T) in sigma: what speaks for it that this joint moves wrongly at that time
    map_threshold: float  # the level from which a joint and moment is called wrong
    map_top: float  # the level at which the colour scale ends; the same for every movement of a model
    normal: Motion  # as it is where nothing is wrong; as normal would be where something is; unseen joints imputed
    angles: NDArray[np.float32]  # (T, A) in degrees, at the bends of the joint set; NaN where unseen
    angle_low: NDArray[np.float32]  # (T, A): nine of ten normals are between this
    angle_high: NDArray[np.float32]  # (T, A): and this at the same stage
    refusal: str | None = None  # why the movement is none that the model could judge, in English; None if it can

    @property
    def pred_label(self) -> int:
        return int(self.verdict == "REJECT")

    def strongest(self) -> tuple[int, int]:
        """Return the joint and the frame at which the map is highest."""
        joint, frame = np.unravel_index(int(self.anomaly_map.argmax()), self.anomaly_map.shape)
        return int(joint), int(frame)
