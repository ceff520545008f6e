"""Story: what a model's card says of a training: how it went, what it was worth, and how small a defect it finds."""

from typing import Any

import numpy as np
import torch

from fusion.condition import MODALITIES
from fusion.diffusion.network import Network
from fusion.diffusion.training import Step
from fusion.learning.choosing import Scores, detection, limits
from fusion.learning.examples import Pairs


def worth(network: Network, size: str, before: Scores, after: Scores, tested: Pairs) -> dict[str, Any]:
    """Return what a network is worth, on good parts and defects that it never learnt from, and which input it hears."""
    levels = np.geomspace(0.1, 10, 25)
    with torch.inference_mode():
        gates = network.fusion.gates(network.tau(torch.from_numpy(levels).float())).T.tolist()
    areas = tested.masks[:, 0].mean(dim=-1).clamp_min(1e-6).numpy().astype(np.float64)
    kinds, threshold = before.by_kind(), float(np.quantile(after.good, 0.95))
    return {
        "size": size,
        "parameters": sum(parameter.numel() for parameter in network.parameters()),
        "closed_form": before.figures(),
        "trained": after.figures(),
        "by_kind": {kind: [kinds[kind], after.by_kind()[kind]] for kind in kinds},
        "limits": limits(after, areas, threshold),
        "detection": detection(after, areas, threshold),
        "gates": {"sigmas": [round(float(one), 3) for one in levels]}
        | {name: [round(one, 4) for one in row] for name, row in zip(MODALITIES, gates, strict=True)},
    }


def story_of(history: list[Step]) -> dict[str, Any]:
    """Return how a training went, as plain data."""
    return {
        "steps": history[-1].step,
        "minutes": round(history[-1].seconds / 60, 2),
        "history": [[one.step, round(one.loss, 5), one.validation] for one in _thinned(history)],
    }


def _thinned(history: list[Step], most: int = 200) -> list[Step]:
    """Return the steps with a validation, and as many of the others as a curve can show."""
    every = max(1, len(history) // most)
    return [step for step in history if step.validation is not None or step.step % every == 0]
