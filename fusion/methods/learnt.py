"""Learnt: what is learnt beside the denoiser, where a walk ends in one call, or how much each of its distances counts.

Untaught, each is a plain question; `fusion.learning.students` and `fusion.learning.weighing` teach.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from fusion.methods.ask import Asked
from fusion.methods.hybrid import Posterior
from fusion.methods.reconstruction import Partial

_WALKS = Posterior()


@dataclass(frozen=True)
class OneCall:
    """Where the teacher's walks end, by one call of a student that learnt it [after Salimans & Ho 2022]."""

    teacher: Posterior = _WALKS

    def __call__(self, x: Tensor, asked: Asked) -> Tensor:
        """Return |x - S(x)| a place and representation, (B, V, P)."""
        return asked.norms(x - asked(x, self.teacher.walk.start))


@dataclass(frozen=True)
class Distances:
    """Distances to where walks from several levels end, and to the normals' mean: whose similarity is to be learnt.

    The mean is where a walk from an infinite level ends, and costs no call.
    """

    starts: tuple[float, ...] = (1.0, 2.0, 4.0)
    steps: int = 2

    def __call__(self, x: Tensor, asked: Asked) -> Tensor:
        """Return |x - x0| a place, representation and level, (B, V (L + 1), P)."""
        ends = [Partial(start, self.steps).walked(x, asked) for start in self.starts]
        return torch.cat([asked.norms(x), *(asked.norms(x - end) for end in ends)], dim=1)
