"""Detection: what a detector says of one sample, as numpy and plain data, so the floors above need no torch.

Higher score = more anomalous; a label of 1 means anomalous. This is said here once and holds everywhere.
"""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

# by what training on captions gave words, by vision-language weights, by what was said of the normals, or, where the
# model hears none, by places and by what marked regions look like
Basis = Literal["captions", "zero-shot", "descriptions", "looks"]
Verdict = Literal["PASS", "REVIEW", "REJECT", "REFUSED"]  # REFUSED: not from the world of the normals, not scored


@dataclass(frozen=True)
class Thresholds:
    """T1 and T2 on the score, and the false-alarm rates on good parts that they promise."""

    review: float  # T1: at or above it a person should look
    reject: float  # T2: at or above it the part is rejected
    review_rate: float  # promised share of good parts at or above T1, e.g. 0.05
    reject_rate: float  # promised share of good parts at or above T2, e.g. 0.01

    def verdict(self, score: float) -> Verdict:
        return "REJECT" if score >= self.reject else "REVIEW" if score >= self.review else "PASS"


@dataclass(frozen=True, eq=False)
class Guidance:
    """What a person's words did to a detection, measured: D(x; words) against D(x), place by place."""

    text: str  # the prompt, cleaned
    role: Literal["description", "search"]  # it says what the normal part is, or what to look for and to leave out
    focus: str  # English words that were looked for; "" if none
    ignore: str  # English words whose places don't count; "" if none
    place: str  # the only place looked at, one of explain.place's names, "edge" or ""
    unknown: tuple[str, ...]  # what was not understood of it
    basis: Basis
    effect: float  # share of the map that the words changed, in [0, 1]: 0 = nothing
    found: float | None  # share of the difference from normal that the words explain, in [0, 1]; None if none searched
    ignored: float | None  # share of the difference that ignoring took out, in [0, 1]; None if no words are ignored
    guided_map: NDArray[np.float32] | None  # (H, W), in sigma: how much better the words explain a place than normal
    left_out: tuple[str, ...] = ()  # the places of regions that words left out as a whole, one of explain.place's each
    unsure: tuple[str, ...] = ()  # of those that they might have meant, but aren't sure enough to


@dataclass(frozen=True)
class GoodPart:
    """A good part that a model remembers as a picture, and how far a sample is from it."""

    name: str  # of its file; "" where the model kept no names
    sha256: str  # of its content; "" like its name
    apart: float  # grey levels, root mean square, at 32 x 32 px, outside what is wrong


@dataclass(frozen=True)
class Remembered:
    """The good parts that a sample is most like, of those that a model remembers as pictures."""

    of: int  # so many are remembered: those that differ most from each other
    usual: float  # median of how far each of them is from the next of them, as `apart`
    nearest: tuple[GoodPart, ...]  # the nearest first


@dataclass(frozen=True, eq=False)
class Judged:
    """What of a detection is measured: its score and map, as in `Detection`."""

    pred_score: float
    refused: bool
    anomaly_map: NDArray[np.float32]  # (H, W)

    @property
    def rank(self) -> float:
        """Return the score to rank by; a refused sample is never passed, so it ranks above every scored one."""
        return math.inf if self.refused else self.pred_score


@dataclass(frozen=True, eq=False)
class Detection:
    """Scores, map, mask and normal version of one sample; arrays are in the input's own pixel coordinates."""

    verdict: Verdict
    pred_score: float  # in sigma: how far beyond the spread of the normals
    p_value: float  # share of held-out normals that score at least as high, conformal: (1 + #) / (n + 1)
    thresholds: Thresholds
    anomaly_map: NDArray[np.float32]  # (H, W) in the score's units; model-wide scale, never stretched per image
    map_threshold: float  # the level of `anomaly_map` from which a place is wrong; it fades out around `pred_mask`
    map_top: float  # the level at which the colour scale of the map ends; the same for every image of a model
    pred_mask: NDArray[np.bool_]  # (H, W)
    normal: NDArray[np.uint8]  # (H, W, 3): the input where nothing is wrong, what normal would be where something is
    part: NDArray[np.bool_]  # (H, W): the object itself, without background; all True where there is no background
    refusal: str | None = None  # why the sample is from another world, in English; None if it isn't
    guidance: Guidance | None = None  # what the words did; None without words, or where the model can't use them
    used: tuple[str, ...] = ("image", "mask")  # the modalities that the model made use of
    looked_at: float | None = None  # share of the picture that counted, in [0, 1]; None if no mask left anything out
    spread: NDArray[np.float32] | None = None  # (H, W) grey levels: how far samples of the normal version disagree
    remembered: Remembered | None = None  # None where the model remembers no pictures, and of what is refused

    @property
    def pred_label(self) -> int:
        return int(self.verdict == "REJECT")

    @property
    def judged(self) -> Judged:
        return Judged(self.pred_score, self.verdict == "REFUSED", self.anomaly_map)
