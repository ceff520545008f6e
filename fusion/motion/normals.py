"""Normals: how unusual one movement is, joint by joint and step by step, against many normal ones.

It is asked twice. As a whole: how far all joints are, over all steps, from where they usually are. And locally: what
speaks for it that one joint, at one time, moves wrongly. A squat that is not deep is unusual as a whole, a trembling
hand is not. Both answers are in sigma of normals, and the higher one is the score.
"""

from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from fusion.motion.cells import Grid
from fusion.motion.chain import names_of
from fusion.motion.coordinates import Coordinates, Course
from fusion.motion.culprit import Culprit
from fusion.motion.imputation import impute
from fusion.motion.scores import LOCAL, HeldScores, Scale, local_of, whole_of
from fusion.view import View

Numbers = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Look:
    """What was seen in one movement."""

    course: Course
    deviation: Numbers  # (T', J, D) from the normals' mean, about the movement's own; unseen joints imputed
    posture: Numbers  # (J, D): the movement's own mean
    strange: Numbers  # (J, T') in the spread of normals: how far each joint is from where it should be
    wrong: Numbers  # (J, T') in sigma: what speaks for each joint as the one that moves wrongly
    whole: float  # in sigma
    local: float

    @property
    def score(self) -> float:
        return max(self.whole, self.local)


@dataclass(frozen=True, eq=False)
class Normals:
    coordinates: Coordinates
    view: View  # of the tokens: its whitening is what a network would be trained on
    culprit: Culprit
    posture: Numbers  # (J, D): where joints are on average, in these coordinates
    judged: NDArray[np.bool_]  # (J,): joints that normals show; nothing is said of others
    watched: NDArray[np.bool_]  # (J,): those of them that count
    held: HeldScores  # from which the next two follow
    whole: Scale
    local: Scale

    def watching(self, joints: NDArray[np.bool_]) -> "Normals":
        """Return the same normals where only some joints, (J,), count."""
        watched = self.judged & joints
        whole, local = self.held.scales(watched)
        return replace(self, watched=watched, whole=whole, local=local)

    @property
    def counted(self) -> tuple[str, ...]:
        """Return what the joints that count are called; none where all do."""
        if (self.watched == self.judged).all():
            return ()
        names = names_of(self.coordinates.joints)
        return tuple(name for name, one in zip(names, self.watched, strict=True) if one)

    @property
    def grid(self) -> Grid:
        """Return how many joints and steps there are; tokens are in this order."""
        return len(self.coordinates.joints.joints), self.coordinates.cells

    @property
    def mean(self) -> Numbers:
        """Return where each joint is about its own mean, on average, (T', J, D)."""
        return np.asarray(self.view.whitening.mean.view(*self.grid, -1).transpose(0, 1).double().numpy())

    def tokens(self, course: Course) -> Tensor:
        """Return the tokens of a movement, (1, P, D), before they are whitened."""
        return as_tokens(self.mean + self._deviation(course))

    def likelihood(self, course: Course) -> float:
        """Return the logarithm of how likely a movement is among these normals, cell by cell, but for a constant."""
        whitening = self.view.whitening
        sizes = torch.diagonal(whitening.factor, dim1=1, dim2=2).log().sum(dim=1).expand(len(whitening.mean)).sum()
        return float(sizes - whitening(self.tokens(course)).square().sum() / 2)

    def look(self, course: Course) -> Look:
        deviation = self._deviation(course)
        sure = course.seen.T * self.watched[:, None]
        strange = sure * self.view(as_tokens(self.mean + deviation)).view(self.grid).double().numpy()
        own = course.places.mean(axis=0)
        posture = np.where(np.isfinite(own), own, self.posture)
        wrong = self.culprit(torch.from_numpy(deviation).float()[None])[0].double().numpy()
        wrong = np.where(wrong > 0, wrong * sure, wrong)
        return Look(
            course,
            deviation,
            posture,
            strange,
            wrong,
            whole=self.whole(whole_of(strange)),
            local=self.local(local_of(wrong)) - LOCAL,
        )

    def completed(self, places: Numbers, known: Numbers) -> Numbers:
        """Return places, (T', J, D), as they would be given what is known of them, (T', J) in [0, 1].

        What is not known says nothing of somebody's posture either: a joint that is never known has that of normals.
        """
        about, trust = places - self.mean, known[..., None]
        posture = ((trust * about).sum(axis=0) + self.posture) / (trust.sum(axis=0) + 1)
        return np.asarray(self.mean + posture + self._imputed(about - posture, known))

    def _imputed(self, deviation: Numbers, known: Numbers) -> Numbers:
        return impute(deviation, known, self.culprit.levels[0].factor)

    def _deviation(self, course: Course) -> Numbers:
        deviation = own_movement(course.places) - self.mean
        known = np.isfinite(deviation[..., 0]) & self.judged
        return self._imputed(deviation, np.where(known, course.seen, 0))


def own_movement(places: Numbers) -> Numbers:
    """Return places about their own mean over the movement, (T', J, D)."""
    return np.asarray(places - places.mean(axis=0))


def as_tokens(movement: Numbers) -> Tensor:
    """Return a movement, (T', J, D), as tokens in the order of `grid`, (1, P, D)."""
    return torch.from_numpy(np.ascontiguousarray(movement.transpose(1, 0, 2), np.float32)).flatten(0, 1)[None]
