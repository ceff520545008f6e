"""MotionDetector: how far a movement is from normal ones, which joint is wrong and when, and what normal would be."""

import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from fusion.calibration import Calibration
from fusion.diffusion.network import SIZES
from fusion.errors import BadModel, BadSetting
from fusion.motion.cells import SIGMAS
from fusion.motion.coordinates import resampled
from fusion.motion.culprit import hypotheses
from fusion.motion.detection import MotionDetection
from fusion.motion.imputation import with_bones
from fusion.motion.joints import JointSet
from fusion.motion.measure import angles
from fusion.motion.motion import Motion
from fusion.motion.normals import Look, Normals
from fusion.motion.scene import Described
from fusion.motion.windows import Joined, cut
from fusion.threads import one_thread

Numbers = NDArray[np.float64]

METHODS = tuple(SIGMAS)
_STRANGE = 3.0  # in the spread of normals: from here a joint is not believed when normal is drawn
_IMPUTED = 0.5  # confidence of a joint that was not seen, in the normal version


@dataclass(frozen=True)
class MotionConfig:
    method: str = "gaussian"  # the denoiser: gaussian | memory | future | neural
    samples: int = 0  # of the future (future, neural), the nearest of which counts; 0 = their mean
    window: float = 0.0  # s looked at at a time; 0 = movements that begin and end alike, each as a whole
    cells: int = 0  # steps of a movement or window; 0 = 24 a second
    network: str = "tiny"  # size of the network: tiny | small | base
    minutes: float = 5.0  # of its training
    steps: int = 0  # of its training, exactly, instead of minutes
    seed: int = 0  # of the folds, of who trains a network, and of its training

    def __post_init__(self) -> None:
        if self.method not in METHODS:
            raise BadSetting(f"movements have no method {self.method!r}; choose {' or '.join(METHODS)}")
        if self.network not in SIZES:
            raise BadSetting(f"size {self.network!r} of a network is unknown; choose {', '.join(SIZES)}")
        if not 0 <= self.samples <= 1000:
            raise BadSetting(f"{self.samples} samples of the future; choose 1 to 1000, or 0 for their mean")
        if self.window and not 0.2 <= self.window <= 60:
            raise BadSetting(f"windows of {self.window:g} s; choose 0.2 to 60, or 0 for whole movements")
        if self.cells and not 8 <= self.cells <= 256:
            raise BadSetting(f"{self.cells} cells; choose 8 to 256, or 0 for 24 a second")

    @property
    def closed(self) -> str:
        """Return the method without a network: around which one is trained, or the method itself."""
        return "gaussian" if self.method == "neural" else self.method


@dataclass(frozen=True, eq=False)
class MotionDetector:
    """Everything fitted; nothing of it changes when a movement is looked at."""

    name: str
    config: MotionConfig
    normals: Normals
    calibration: Calibration  # of held-out normals' scores
    peaks: NDArray[np.float64]  # (n,): the highest value of each held-out normal's map
    angle_low: Numbers  # (A, T'): nine of ten normals bend between this and the next
    angle_high: Numbers
    seconds: tuple[float, float]  # the shortest and the longest normal
    card: dict[str, Any]  # how it came about, as plain data

    def detect(self, motion: Motion) -> MotionDetection:
        """Return score, verdict, map and normal version of a movement.

        BadInput if its joints are not this model's, or none of those is seen that tell where the body is.
        """
        self.normals.coordinates.check(motion)
        refusal, thresholds = self._refusal(motion), self.calibration.thresholds
        frames, joints, dimensions = motion.places.shape
        bands = len(self.angle_low)
        maps, normal = Joined(frames, joints), Joined(frames, joints, dimensions)
        low, high = Joined(frames, bands), Joined(frames, bands)
        score, whole, local = -math.inf, -math.inf, -math.inf
        with one_thread(), torch.inference_mode():
            for start, part in cut(motion, self.config.window):
                low.add(start, resampled(self.angle_low.T, len(part)))
                high.add(start, resampled(self.angle_high.T, len(part)))
                if self.config.window and not self.normals.coordinates.placeable(part):
                    maps.add(start, np.zeros((len(part), joints)))  # nobody is there: nothing is said
                    normal.add(start, part.places.astype(np.float64))
                    continue
                look = self.normals.look(self.normals.coordinates(part))
                score, whole, local = max(score, look.score), max(whole, look.whole), max(local, look.local)
                maps.add(start, resampled(look.wrong.T, len(part)))
                normal.add(start, self._drawn(look, part, look.score >= thresholds.review and not refusal))
        return MotionDetection(
            verdict="REFUSED" if refusal else thresholds.verdict(score),
            pred_score=score,
            p_value=self.calibration.p_value(score),
            thresholds=thresholds,
            whole=whole,
            local=local,
            anomaly_map=np.ascontiguousarray(maps.mean().T),
            map_threshold=self._peak(self.calibration.review_rate),
            map_top=3 * self._peak(self.calibration.reject_rate),
            normal=self._version(motion, normal.mean()),
            angles=angles(motion).astype(np.float32),
            angle_low=low.mean(),
            angle_high=high.mean(),
            refusal=refusal,
        )

    def of(self, motion: Motion, text: str | None = None, scene: Described | None = None) -> "MotionDetector":
        """Return itself, who judges any motion; BadSetting if words or a scene are given: it knows no others."""
        if text:
            raise BadSetting(f"{self.name} knows one movement, and no words for it: leave the text out")
        if scene is not None:
            raise BadSetting(f"{self.name} knows one movement, and no scene of it: leave the picture out")
        return self

    @property
    def joints(self) -> JointSet:
        return self.normals.coordinates.joints

    def watching(self, joints: NDArray[np.bool_]) -> "MotionDetector":
        """Return the same detector where only some joints, (J,), count, under thresholds for these alone."""
        normals = self.normals.watching(joints)
        scores, peaks = normals.held.of_motions(normals.watched)
        calibration = Calibration(scores, self.calibration.review_rate, self.calibration.reject_rate)
        return replace(self, normals=normals, calibration=calibration, peaks=peaks)

    def likelihood(self, motion: Motion) -> float:
        """Return the logarithm of how likely a motion is among the normals, by its likeliest window."""
        coordinates = self.normals.coordinates
        coordinates.check(motion)
        with one_thread(), torch.inference_mode():
            parts = [part for _, part in cut(motion, self.config.window) if coordinates.placeable(part)]
            return max(self.normals.likelihood(coordinates(part)) for part in parts)

    def with_rates(self, review_rate: float, reject_rate: float) -> "MotionDetector":
        """Return the same detector under other promised false-alarm rates."""
        return replace(self, calibration=self.calibration.with_rates(review_rate, reject_rate))

    def save_pretrained(self, folder: str | Path) -> None:
        """Write the model's folder, whole or not at all; an older one of this name is replaced."""
        from fusion.motion.pretrained import save

        save(self, Path(folder))

    @classmethod
    def from_pretrained(cls, folder: str | Path) -> "MotionDetector":
        """Read a model's folder; BadModel names the file that is missing or altered."""
        from fusion.motion.pretrained import load

        found = load(Path(folder))
        if not isinstance(found, MotionDetector):
            raise BadModel(f"{folder}: a model of several movements, not of one; load it with fusion.motion.pretrained")
        return found

    def _refusal(self, motion: Motion) -> str | None:
        shortest, longest = self.seconds
        if self.config.window or shortest / 2 <= motion.seconds <= 2 * longest:
            return None
        return (
            f"it takes {motion.seconds:.1f} s, and normal movements take {shortest:.1f} to {longest:.1f} s: "
            "it is another movement, or not one alone"
        )

    def _peak(self, rate: float) -> float:
        return Calibration(self.peaks).threshold(rate)

    def _drawn(self, look: Look, part: Motion, found: bool) -> Numbers:
        """Return what normal would be, (F, J, D) in px or mm, where something wrong was found.

        What is wrong, and all that hangs on it, is imputed from everything else, and so is what was not seen.
        """
        course, normals = look.course, self.normals
        seen = normals.mean + look.posture + look.deviation
        before = after = course.back(seen)
        if found:
            known = 1 - self._doubtful(look)
            after = course.back(normals.completed(seen, known))
            if after.shape[-1] == 3:
                share = resampled(1 - known, len(part))[..., None]
                after = share * with_bones(after, before, part.joints) + (1 - share) * after
        return np.asarray(np.where(part.confidence[..., None] > 0, part.places + (after - before), after))

    def _version(self, motion: Motion, places: NDArray[np.float32]) -> Motion:
        confidence = np.where(motion.confidence > 0, motion.confidence, _IMPUTED).astype(np.float32)
        same = (motion.confidence[..., None] > 0) & (np.abs(places - motion.places) < 1e-3)
        return replace(motion, places=np.where(same, motion.places, places), confidence=confidence)

    def _doubtful(self, look: Look) -> Numbers:
        """Return how little each joint is to be believed at each step, (T', J) in [0, 1], with smooth beginnings."""
        joints = self.normals.coordinates.joints
        top = look.wrong.max()  # what is strong casts shadows on other joints
        wrong = look.wrong >= min(max(self._peak(self.calibration.review_rate), top / 2), top)
        doubtful = wrong | (look.strange >= _STRANGE)
        for hypothesis in hypotheses(joints):
            doubtful |= hypothesis.moving[:, None] & wrong[hypothesis.joint]
        wide = np.pad(doubtful.astype(np.float64), ((0, 0), (2, 2)), mode="edge")
        smooth = np.mean([wide[:, shift : shift + doubtful.shape[1]] for shift in range(5)], axis=0)
        return np.asarray(np.maximum(smooth, doubtful).T)
