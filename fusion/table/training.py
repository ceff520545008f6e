"""Training on rows: batches by chance from one seed, Adam, so many steps; nothing of it is random twice."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from fusion.progress import Progress
from fusion.threads import one_thread

BATCH = 128
_RATE = 1e-3
_DECAY = 5e-4
_MOST_EPOCHS = 400
_CLIP = 1.0  # of the gradient's norm

Loss = Callable[[Tensor, torch.Generator], Tensor]  # of some normals, (B, d)


@dataclass(frozen=True, eq=False)
class Training:
    """How networks are trained; `known` keeps what was trained on the same rows, for whoever owns it."""

    steps: int
    seed: int
    progress: Progress
    known: dict[str, nn.Module] = field(default_factory=dict)

    def __call__(
        self, what: str, x: Tensor, build: Callable[[], nn.Module], loss_of: Callable[[nn.Module], Loss]
    ) -> nn.Module:
        """Return a network trained on normals, (N, d); `what` says which one it is."""
        key = hashlib.sha256(f"{what} {self.steps} {self.seed}".encode() + x.numpy().tobytes()).hexdigest()
        if key not in self.known:
            # dropout and first weights draw from torch's own generator
            with torch.inference_mode(False), torch.enable_grad(), torch.random.fork_rng(devices=[]), one_thread():
                torch.manual_seed(self.seed)
                network = build()
                self._train(network, x, loss_of(network))
            self.known[key] = network.eval().requires_grad_(False)
        return self.known[key]

    def _train(self, network: nn.Module, x: Tensor, loss: Loss) -> None:
        g = torch.Generator().manual_seed(self.seed)
        steps = min(self.steps, _MOST_EPOCHS * -(-len(x) // BATCH))
        optimizer = torch.optim.Adam(network.parameters(), lr=_RATE, weight_decay=_DECAY, fused=True)
        schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, max(steps, 1))
        for step in range(steps):
            self.progress("training", step, steps)
            optimizer.zero_grad()
            torch.autograd.backward(loss(x[torch.randint(len(x), (BATCH,), generator=g)], g))
            nn.utils.clip_grad_norm_(network.parameters(), _CLIP)
            optimizer.step()
            schedule.step()
        self.progress("training", steps, steps)
