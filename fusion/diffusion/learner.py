"""What learns: a network with its optimizer, its moving average and its best weights, on whatever devices there are."""

import math
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from fusion.diffusion.budget import TrainingConfig
from fusion.errors import BadModel, BadSetting

Loss = Callable[[nn.Module, Any], Tensor]

CLIP = 1.0  # the longest gradient


class Learner:
    """Train a network in place; `close` leaves it with the best weights, where and as it was otherwise.

    Devices, precision, processes and accumulation are accelerate's matter; the moving average is diffusers'.
    """

    def __init__(self, network: nn.Module, config: TrainingConfig) -> None:
        from diffusers.training_utils import EMAModel

        self.network = network
        self._before = (set(network.__dict__), network.training, next(network.parameters()).device)
        self._trained = {name: weight for name, weight in network.named_parameters() if weight.requires_grad}
        self._accelerator = _enter(config.precision, config.gradient_accumulation)
        adamw = torch.optim.AdamW(self._trained.values(), lr=config.learning_rate, weight_decay=config.weight_decay)
        self._model, self._optimizer = self._accelerator.prepare(network.train(), adamw)
        self._ema = EMAModel(network.parameters(), decay=config.ema, foreach=True)
        self._best = _copy(network)

    @property
    def processes(self) -> tuple[int, int]:
        """Return this process's number and how many there are."""
        return self._accelerator.process_index, self._accelerator.num_processes

    def agree(self, value: float) -> float:
        """Return the first process's value, so that all decide alike."""
        from accelerate.utils import broadcast

        if self._accelerator.num_processes == 1:
            return value
        shared = torch.tensor([value], dtype=torch.float64, device=self._accelerator.device)
        return float(broadcast(shared)[0])

    def learn(self, batches: Iterable[Any], loss: Loss, rate: float, seed: int) -> float:
        """Take one step of AdamW along the mean gradient of the batches; return their mean loss.

        Nothing is learnt where that loss, or its gradient, is no number; then no number is returned.
        """
        from accelerate.utils import send_to_device

        accelerator, losses = self._accelerator, []
        for group in self._optimizer.param_groups:
            group["lr"] = rate
        with _no_denormals(), self._random(seed):
            for batch in batches:
                with accelerator.accumulate(self._model):
                    with accelerator.autocast():
                        value = loss(self._model, send_to_device(batch, accelerator.device))
                    accelerator.backward(value)
                    losses.append(value.detach().float())
            mean = float(accelerator.reduce(torch.stack(losses).mean(), "mean"))
            if math.isfinite(mean):
                length = float(accelerator.clip_grad_norm_(self._trained.values(), CLIP))
                if math.isfinite(length) or accelerator.scaler is not None:  # fp16's scaler skips and learns from it
                    self._optimizer.step()
                    self._ema.step(self.network.parameters())
                else:
                    mean = math.nan
            self._optimizer.zero_grad()
        return mean

    def judge(self, validate: Callable[[nn.Module], float], best: float | None, seed: int) -> tuple[float, bool]:
        """Return how the moving average does (lower is better), and whether it beats `best`; if so, it is kept."""
        weights = list(self.network.parameters())
        self._ema.store(weights)
        self._ema.copy_to(weights)
        self.network.eval()
        try:
            with torch.no_grad(), _no_denormals(), self._random(seed):
                value = self.agree(float(validate(self.network)))
            improved = math.isfinite(value) and (best is None or value < best)
            if improved:
                self._best = _copy(self.network)
        finally:
            self._ema.restore(weights)
            self.network.train()
        return value, improved

    def state(self) -> tuple[dict[str, Tensor], dict[str, Any]]:
        """Return all that a resumed training needs: tensors by name, and numbers for JSON."""
        tensors = {f"network.{name}": tensor for name, tensor in self.network.state_dict().items()}
        tensors |= {f"best.{name}": tensor for name, tensor in self._best.items()}
        names = [name for name, _ in self.network.named_parameters()]
        tensors |= {f"ema.{name}": tensor for name, tensor in zip(names, self._ema.shadow_params, strict=True)}
        trained = list(self._trained)
        for number, moments in self._optimizer.state_dict()["state"].items():
            tensors |= {f"adamw.{key}.{trained[number]}": tensor for key, tensor in moments.items()}
        scaler = self._accelerator.scaler
        return tensors, {"ema_steps": self._ema.optimization_step, "scaler": scaler.state_dict() if scaler else None}

    def restore(self, tensors: dict[str, Tensor], numbers: dict[str, Any]) -> None:
        """Go on from what `state` returned."""

        def part(prefix: str) -> dict[str, Tensor]:
            return {name.removeprefix(prefix): tensor for name, tensor in tensors.items() if name.startswith(prefix)}

        try:
            self.network.load_state_dict(part("network."))
            self._best = part("best.")
            names = [name for name, _ in self.network.named_parameters()]
            shadow = [tensors[f"ema.{name}"] for name in names]
            self._ema.load_state_dict({"shadow_params": shadow, "optimization_step": numbers["ema_steps"]})
            self._ema.to(self._accelerator.device)
            moments = {key: part(f"adamw.{key}.") for key in ("step", "exp_avg", "exp_avg_sq")}
            state = {
                number: {key: of[name] for key, of in moments.items()}
                for number, name in enumerate(self._trained)
                if name in moments["step"]  # a weight that no loss has reached yet has none
            }
            self._optimizer.load_state_dict({**self._optimizer.state_dict(), "state": state})
            if self._accelerator.scaler is not None:
                self._accelerator.scaler.load_state_dict(numbers["scaler"])
        except (KeyError, RuntimeError) as error:
            raise BadModel(f"the checkpoint lacks a part of the network ({error}); delete it to start anew") from error

    def close(self) -> None:
        """Put the best weights into the network, and everything else back as it was."""
        attributes, training, device = self._before
        self.network.load_state_dict(self._best)
        for name in set(self.network.__dict__) - attributes:  # accelerate wraps `forward` for mixed precision
            del self.network.__dict__[name]
        self.network.to(device).train(training)
        self._optimizer.zero_grad()
        _leave()

    @contextmanager
    def _random(self, seed: int) -> Iterator[None]:
        """Make dropout and the like depend on the seed, and leave the process's own random state alone."""
        device = self._accelerator.device
        with torch.random.fork_rng([device] if device.type == "cuda" else []):
            torch.manual_seed(seed + self._accelerator.process_index)
            yield


def _copy(network: nn.Module) -> dict[str, Tensor]:
    return {name: tensor.detach().clone() for name, tensor in network.state_dict().items()}


@contextmanager
def _no_denormals() -> Iterator[None]:
    """Take tiny numbers for zero: small moments become denormal, and CPUs are many times slower with those."""
    before = bool(torch.full((), 1e-40) * 1 == 0)  # torch can't be asked
    torch.set_flush_denormal(True)
    try:
        yield
    finally:
        torch.set_flush_denormal(before)


_lock = threading.Lock()
_learners = 0
_found = False  # whether accelerate was in use before the first of them


def _enter(precision: str, accumulation: int) -> Any:
    """Return an accelerator. A process has one precision at a time, so the last learner out makes room for another."""
    global _learners, _found
    from accelerate import Accelerator
    from accelerate.state import is_initialized

    with _lock:
        if _learners == 0:
            _found = is_initialized()
        try:
            accelerator = Accelerator(mixed_precision=precision, gradient_accumulation_steps=accumulation)
            if precision == "fp16" and accelerator.scaler is None:  # accelerate would say nothing and take fp32
                raise ValueError(f"not on the device {accelerator.device}")
        except ValueError as error:
            _make_room()
            raise BadSetting(
                f"precision {precision!r} can't be had here ({error}); take 'no', or wait for the training that runs"
            ) from error
        _learners += 1
    return accelerator


def _leave() -> None:
    global _learners
    with _lock:
        _learners -= 1
        _make_room()


def _make_room() -> None:
    from accelerate.state import AcceleratorState

    if _learners == 0 and not _found:
        AcceleratorState._reset_state()
