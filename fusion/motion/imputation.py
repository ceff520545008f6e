"""Imputation: where joints are that were not seen, or would be if they moved as normal, given all others."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from fusion.motion.chain import chain_of
from fusion.motion.joints import JointSet

Numbers = NDArray[np.float64]

_CERTAIN = 1e-4  # of a joint's own variance given the others: what is known is kept to a hundredth of it


def impute(deviation: Numbers, known: Numbers, factor: Tensor) -> Numbers:
    """Return deviations from the normals' mean, (T', J, D), of which `known`, (T', J) in [0, 1], says how sure each is.

    The mean of a whole pose given what is known of it, under the normals' Gaussian, by its whitening factor, (T' | 1,
    J D, J D): at 0 only the other joints speak, at 1 only the joint itself.
    """
    if (known >= 1).all():
        return deviation
    precision = (factor.transpose(1, 2) @ factor).double()
    share = torch.from_numpy(np.repeat(known, deviation.shape[-1], axis=1))  # (T', J D)
    trust = share / (1 - share + _CERTAIN) * torch.diagonal(precision, dim1=1, dim2=2)
    seen = torch.from_numpy(np.nan_to_num(deviation)).flatten(1)
    posterior = precision + torch.diag_embed(trust)
    found = torch.linalg.solve(posterior, (trust * seen)[..., None])[..., 0]
    return np.asarray(found.numpy().reshape(deviation.shape))


def with_bones(places: Numbers, like: Numbers, joints: JointSet) -> Numbers:
    """Return places in a room, (T, J, 3), with bones as long as they usually are in others; directions are kept.

    A mean of directions is shorter than any of them, so what was imputed would shrink.
    """
    out, parents = places.copy(), chain_of(joints).parents
    for joint in _outwards(parents):
        parent = parents[joint]
        usual = np.median(np.linalg.norm(like[:, joint] - like[:, parent], axis=-1))
        bone = places[:, joint] - places[:, parent]
        out[:, joint] = out[:, parent] + bone * (usual / np.maximum(np.linalg.norm(bone, axis=-1), 1e-9))[:, None]
    return out


def _outwards(parents: NDArray[np.intp]) -> list[int]:
    """Return the joints that hang on another, nearest to the root first."""

    def depth(joint: int) -> int:
        return 0 if parents[joint] < 0 else 1 + depth(int(parents[joint]))

    return sorted((joint for joint in range(len(parents)) if parents[joint] >= 0), key=depth)
