"""Culprit: which joint moves wrongly, and when, where a wrong joint takes along all that hangs on it.

A knee that bends too little moves shank, ankle and foot away from normal, the toes farthest. So joints are not judged
by how far they are away. For every joint and moment there is a hypothesis: what hangs on it has turned about it, or
was displaced as a whole. How much of the difference from normal each explains is a likelihood ratio under the
normals' Gaussian of whole poses: with K the places' response to the hypothesis, and L their precision,

    S^2 = (K^T L d)^T (K^T L K)^-1 (K^T L d).

K is taken about the normals' mean pose, which makes S^2 a matched filter, linear in the difference d; about the very
pose it named 1 % more joints rightly, at five times the time. It is asked of places, of velocities and of
accelerations, since style shows in the first and tremor in the last, and the three are added up over a fifth of a
second.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from fusion.motion.chain import chain_of
from fusion.motion.joints import JointSet
from fusion.representation.whitening import Whitening

LEVELS = 3  # places, velocities, accelerations
SHRINKAGE = 0.1  # of poses' covariances to their diagonal
FLOOR = 1e-3  # of the mean variance: how still a joint may be held to be
NEIGHBOURS = 5  # cells whose covariances are averaged, and over which evidence is added up
_RIDGE = 1e-3  # for turns about the bone's own axis, which move next to nothing


@dataclass(frozen=True, eq=False)
class Hypothesis:
    """What would move, and about which joint it would turn."""

    joint: int  # that is named for it
    moving: NDArray[np.bool_]  # (J,)
    pivot: int | None  # None: displaced as a whole


@cache
def hypotheses(joints: JointSet) -> tuple[Hypothesis, ...]:
    """Return all hypotheses about a joint set: bends, bones where no bend is known, and displaced limbs."""
    chain = chain_of(joints)
    bends = [[joints.index(joint) for joint in bend[1:]] for bend in joints.angles]
    found = [Hypothesis(bend[1], chain.moving(*bend), bend[1]) for bend in bends]
    found = [hypothesis for hypothesis in found if hypothesis.moving.any()]
    bending = {hypothesis.joint for hypothesis in found}
    for joint, parent in enumerate(chain.parents.tolist()):
        if parent >= 0 and parent not in bending:
            found.append(Hypothesis(parent, chain.below[joint], parent))
        if parent >= 0 or chain.below[joint].sum() == 1:
            found.append(Hypothesis(joint, chain.below[joint], None))
    return tuple(found)


@dataclass(frozen=True, eq=False)
class Level:
    """The normals' poses (or velocities, accelerations) at each cell, whitened, and what hypotheses usually explain."""

    factor: Tensor  # L^-1 of the covariance, (T', J D, J D), or (1, ...) where one serves all cells
    usual: Tensor  # (R, T'): mean of S^2 over held-out normals
    scale: float  # standard deviation of S^2 - usual over all of them


@dataclass(frozen=True, eq=False)
class Culprit:
    joints: JointSet
    pose: Tensor  # (T', J, D): the normals' mean, about the root
    levels: tuple[Level, ...]
    middle: float  # mean and spread of normals' evidence
    spread: float

    def __call__(self, difference: Tensor) -> Tensor:
        """Return how much speaks for each joint in the spread of normals, (B, T', J, D) -> (B, J, T')."""
        found = explains(self._filters, difference)
        return (evidence(found, self.levels, self.joints) - self.middle) / self.spread

    @cached_property
    def _filters(self) -> list[Tensor]:
        return [matched(level.factor, self.pose, self.joints) for level in self.levels]


def differences(difference: Tensor) -> list[Tensor]:
    """Return a difference from normal, its velocity and its acceleration, (..., T', J, D) each."""
    velocity = torch.gradient(difference, dim=-3)[0]
    return [difference, velocity, torch.gradient(velocity, dim=-3)[0]]


def pose_factor(deviations: Tensor, pooled: bool) -> Tensor:
    """Return the whitening factor of whole poses, (N, T', J, D) about their mean -> (T' | 1, J D, J D).

    Covariances lean on those of the cells around; all on one where the cells mean nothing (`pooled`).
    """
    flat = deviations.flatten(2).transpose(0, 1)  # (T', N, C)
    covariance = flat.transpose(1, 2) @ flat / flat.shape[1]
    if pooled:
        covariance = covariance.mean(dim=0, keepdim=True)
    else:
        covariance = _over_time(covariance.permute(1, 2, 0), NEIGHBOURS).permute(2, 0, 1).clone()
    diagonal = torch.diagonal(covariance, dim1=-2, dim2=-1)
    own = diagonal.clone()
    covariance *= 1 - SHRINKAGE
    diagonal += SHRINKAGE * own + FLOOR * own.mean() + 1e-12
    root = torch.linalg.cholesky(covariance)
    inverse = torch.linalg.solve_triangular(root, torch.eye(root.shape[-1]).expand_as(root), upper=False)
    return Whitening.unpack(root.new_zeros(1, root.shape[-1]), Whitening(root, inverse).packed()).factor


def matched(factor: Tensor, pose: Tensor, joints: JointSet) -> Tensor:
    """Return the filters whose answers, squared and added over D, are S^2, (T', R D, J D)."""
    response = _responses(pose, joints)  # (T', J D, R, D)
    cells, places, count, freedom = response.shape
    white = (factor @ response.flatten(2)).view(cells, places, count, freedom).permute(0, 2, 1, 3)  # (T', R, J D, D)
    gram = white.transpose(2, 3) @ white
    ridge = _RIDGE * torch.diagonal(gram, dim1=-2, dim2=-1).sum(dim=-1) + 1e-12
    root = torch.linalg.cholesky(gram + ridge[..., None, None] * torch.eye(freedom))
    orthonormal = torch.linalg.solve_triangular(root, white.transpose(2, 3), upper=False)
    return torch.matmul(orthonormal.flatten(1, 2), factor)


def explains(filters: Sequence[Tensor], difference: Tensor) -> Tensor:
    """Return S^2 of each hypothesis by the filters of each level, (B, T', J, D) -> (B, LEVELS, R, T')."""
    found = []
    for bank, part in zip(filters, differences(difference), strict=True):
        answers = torch.bmm(bank, part.flatten(2).permute(1, 2, 0))  # (T', R D, B)
        found.append(answers.view(len(bank), -1, part.shape[-1], len(part)).square().sum(dim=2).permute(2, 1, 0))
    return torch.stack(found, dim=1)


def calibrated(explained: Tensor, factors: Sequence[Tensor]) -> tuple[Level, ...]:
    """Return the levels, given what hypotheses explain of held-out normals, (N, LEVELS, R, T')."""
    usual = explained.mean(dim=0)
    scales = (explained - usual).square().mean(dim=(0, 2, 3)).sqrt().clamp_min(1e-12)
    return tuple(Level(factor, mean, float(scale)) for factor, mean, scale in zip(factors, usual, scales, strict=True))


def evidence(explained: Tensor, levels: Sequence[Level], joints: JointSet) -> Tensor:
    """Return what speaks for each joint beyond what usually does, (B, LEVELS, R, T') -> (B, J, T')."""
    usual = torch.stack([level.usual for level in levels])
    scale = explained.new_tensor([level.scale for level in levels])[:, None, None]
    total = ((explained - usual) / scale).sum(dim=1)
    total = _over_time(total, NEIGHBOURS)
    named = total.new_full((len(total), len(joints.joints), total.shape[-1]), -torch.inf)
    index = torch.tensor([hypothesis.joint for hypothesis in hypotheses(joints)])
    named.scatter_reduce_(1, index[None, :, None].expand_as(total), total, reduce="amax")
    known = torch.where(named.isfinite(), named, total.amin(dim=1, keepdim=True))
    return known.sign() * known.abs().sqrt()


def _responses(pose: Tensor, joints: JointSet) -> Tensor:
    """Return how places answer each hypothesis' degrees of freedom, (T', J D, R, D), about a pose, (T', J, D).

    A turn has three in a room; in a picture it has one, and what turns towards the camera grows shorter or longer.
    """
    (cells, count, dimensions), every = pose.shape, hypotheses(joints)
    response = pose.new_zeros(cells, count, dimensions, len(every), dimensions)
    for place, hypothesis in enumerate(every):
        moving = torch.from_numpy(np.flatnonzero(hypothesis.moving))
        if hypothesis.pivot is None:
            response[:, moving, :, place] = torch.eye(dimensions)
        else:
            arms = pose[:, moving] - pose[:, [hypothesis.pivot]]
            response[:, moving, :, place] = _turns(arms)
    return response.flatten(1, 2)


def _turns(arms: Tensor) -> Tensor:
    """Return how arms answer small turns, (..., D) -> (..., D, D), a column for each way to turn."""
    if arms.shape[-1] == 2:
        x, y = arms.unbind(-1)
        return torch.stack([torch.stack([-y, x], dim=-1), arms], dim=-1)
    axes = torch.eye(3).expand(*arms.shape, 3)
    turned: Tensor = torch.linalg.cross(axes, arms[..., None, :].expand_as(axes), dim=-1)
    return turned.transpose(-1, -2)


def _over_time(values: Tensor, cells: int) -> Tensor:
    """Return means over so many neighbouring cells, ends repeated, (..., T') -> (..., T')."""
    flat = F.pad(values.flatten(0, -2)[:, None], (cells // 2, cells // 2), mode="replicate")
    return F.avg_pool1d(flat, cells, stride=1)[:, 0].view(values.shape)
