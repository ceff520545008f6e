"""Teaching a network to denoise: batches of noisy tokens with what they should become, whatever the tokens are of."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import NamedTuple, cast

import torch
from torch import Tensor, nn

from fusion.condition import Condition
from fusion.diffusion.network import Network
from fusion.diffusion.training import Step, TrainingConfig, train
from fusion.progress import Follower, Progress

CHECKED = 4  # batches on which is told when to stop


class Batch(NamedTuple):
    x: Tensor  # (B, P, C) as the network sees it
    target: Tensor  # (B, P, C)
    sigma: Tensor  # (B,)
    cond: Condition

    def to(self, device: torch.device) -> "Batch":
        return Batch(self.x.to(device), self.target.to(device), self.sigma.to(device), self.cond.to(device))


def teach(
    network: Network,
    colour: Tensor,
    source: Callable[[int], Batch],
    checks: Callable[[int], Batch],
    loss_of: Callable[[Network, Tensor, Batch], Tensor],
    config: TrainingConfig,
    progress: Progress,
    checkpoint: Path | None,
    stage: str = "training the network",
) -> list[Step]:
    """Train a network in place and return how it went; `checks` make the batches that tell when to stop."""
    asked = [checks(number) for number in range(CHECKED)]

    def loss(trained: nn.Module, batch: Batch) -> Tensor:
        return loss_of(cast(Network, trained), colour.to(batch.x.device), batch)

    def validate(trained: nn.Module) -> float:
        device = next(trained.parameters()).device
        with torch.inference_mode():
            return sum(float(loss(trained, batch.to(device))) for batch in asked) / CHECKED

    history: list[Step] = []
    with closing(train(network, source, loss, validate, config, checkpoint)) as steps:  # saved, whatever ends it
        for step in steps:
            history.append(step)
            if isinstance(progress, Follower):
                progress.trained(step.step, step.loss, step.validation, step.seconds_left)
            progress(f"{stage}, about {max(1, round(history[0].seconds_left))} s", step.step, step.total)
    return history
