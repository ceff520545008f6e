"""Teach `fusion.appearance`'s network: views and measures of regions, and the kinds that were painted there."""

from collections.abc import Iterator

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from fusion.appearance import CHANNELS, FILE, LAYERS, Pixels
from fusion.progress import Progress, silent

WIDTH, HIDDEN = 16, 48
EPOCHS, BATCH, RATE = 50, 64, 3e-3
FORGOTTEN = (0.3, 0.2)  # share of what the perceptron hears, and of what it makes of it, that is hidden in turn
DOUBT = 0.05  # how much of each answer goes to all kinds
SLIP = 0.1  # standard deviations, of the measures


class Appearance(nn.Module):
    """The network as it is taught; `tensors` returns it as `fusion.appearance.Network` reads it."""

    def __init__(self, measures: int, kinds: int) -> None:
        super().__init__()
        self.layers: list[tuple[nn.Conv2d, nn.BatchNorm2d]] = []
        channels = CHANNELS
        for times, stride in LAYERS:
            convolution = nn.Conv2d(channels, times * WIDTH, 3, stride, 1, bias=False)
            self.layers.append((convolution, nn.BatchNorm2d(times * WIDTH)))
            channels = times * WIDTH
        self.see = nn.Sequential(*(part for layer in self.layers for part in (*layer, nn.SiLU())))
        self.weigh = nn.Linear(2 * channels + measures, HIDDEN)
        self.say = nn.Linear(HIDDEN, kinds)

    def forward(self, views: Tensor, measures: Tensor) -> Tensor:
        """Return a logit a kind, (N, K), of views (N, C, SIDE, SIDE) and measures (N, D) in standard deviations."""
        seen = self.see(views)
        heard = torch.cat([seen.mean((2, 3)), seen.amax((2, 3)), measures], 1)
        first, last = FORGOTTEN
        weighed = nn.functional.silu(self.weigh(nn.functional.dropout(heard, first, self.training)))
        return self.say(nn.functional.dropout(weighed, last, self.training))  # type: ignore[no-any-return]

    def tensors(self) -> dict[str, Pixels]:
        """Return weights and biases, with what was normalised over batches folded into the convolutions."""
        found: dict[str, Tensor] = {}
        for at, (convolution, norm) in enumerate(self.layers):
            assert norm.running_mean is not None
            assert norm.running_var is not None
            gain = norm.weight / torch.sqrt(norm.running_var + norm.eps)
            found[f"see{at}.weight"] = convolution.weight * gain[:, None, None, None]
            found[f"see{at}.bias"] = norm.bias - norm.running_mean * gain
        for name, layer in (("weigh", self.weigh), ("say", self.say)):
            found |= {f"{name}.weight": layer.weight, f"{name}.bias": layer.bias}
        return {name: tensor.detach().numpy() for name, tensor in found.items()}


def taught(
    views: Pixels, measures: NDArray[np.float64], kinds: NDArray[np.int64], seed: int, progress: Progress = silent
) -> dict[str, Pixels]:
    """Return the tensors of a network that learnt views (N, SIDE, SIDE, C), measures (N, D) and kinds (N,) from 0."""
    mean, spread = measures.mean(axis=0), measures.std(axis=0) + 1e-6
    known = torch.from_numpy(((measures - mean) / spread).astype(np.float32))
    seen, own = torch.from_numpy(views.transpose(0, 3, 1, 2).copy()), torch.from_numpy(kinds)
    count = torch.bincount(own).float()
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        network = Appearance(measures.shape[1], len(count))
        optimiser = torch.optim.AdamW(network.parameters(), weight_decay=2e-2)
        steps = EPOCHS * (len(own) // BATCH)
        rate = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, steps)
        loss = nn.CrossEntropyLoss((1 / count) / (1 / count).mean(), label_smoothing=DOUBT)
        for step, batch in enumerate(_batches(len(own))):
            progress("teaching what regions look like", step, steps)
            slipped = known[batch] + SLIP * torch.randn_like(known[batch])
            wrong = loss(network(_turned(seen[batch]), slipped), own[batch])
            optimiser.zero_grad()
            wrong.backward()
            optimiser.step()
            rate.step()
    network.eval()
    return network.tensors() | {"mean": mean.astype(np.float32), "spread": spread.astype(np.float32)}


def save(tensors: dict[str, Pixels]) -> None:
    """Write the network that comes with Foil."""
    from safetensors.numpy import save_file

    save_file(tensors, FILE)


def _batches(count: int) -> Iterator[Tensor]:
    for _ in range(EPOCHS):
        order = torch.randperm(count)
        for first in range(0, count - BATCH + 1, BATCH):
            yield order[first : first + BATCH]


def _turned(views: Tensor) -> Tensor:
    """Return views turned and mirrored, and lit more or less: what a defect is depends on none of it."""
    lit = torch.exp(0.25 * torch.randn(len(views), 1, 1, 1))
    views = torch.cat([views[:, :4] * lit, views[:, 4:]], 1)
    if torch.rand(1) < 0.5:
        views = views.flip(3)
    return torch.rot90(views, int(torch.randint(4, (1,))), (2, 3))
