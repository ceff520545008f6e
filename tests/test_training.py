"""Training on a toy: better than untrained, the same after an interruption, on time, and leaving no trace."""

import math
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.optim.optimizer import register_optimizer_step_pre_hook

from fusion.diffusion.budget import learning_rate
from fusion.diffusion.checkpoint import FILE
from fusion.diffusion.curve import BEST, DOT, HEIGHT, LEFT, RIGHT, WIDTH, loss_curve
from fusion.diffusion.noise import training_sigmas
from fusion.diffusion.training import Step, TrainingConfig, train
from fusion.errors import BadModel, BadSetting, FoilError

pytest_plugins = ["core_fixtures"]
pytestmark = pytest.mark.usefixtures("single_thread")

CONFIG = TrainingConfig(steps=10, validate_every=4, warmup=2, ema=0.9)


class Toy(nn.Module):
    """EDM's preconditioning around a small network whose last layer starts at zero."""

    def __init__(self, seed: int = 0, dropout: float = 0.0) -> None:
        super().__init__()
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            self.inner = nn.Sequential(nn.Linear(3, 48), nn.SiLU(), nn.Dropout(dropout), nn.Linear(48, 2))
        nn.init.zeros_(self.inner[3].weight)
        nn.init.zeros_(self.inner[3].bias)

    def forward(self, x: Tensor, sigma: Tensor) -> Tensor:
        scale = (1 + sigma**2).sqrt()
        return x / scale**2 + sigma / scale * self.inner(torch.cat([x / scale, sigma.log() / 4], dim=1))


def batch(number: int, n: int = 128) -> tuple[Tensor, Tensor, Tensor]:
    """Return clean points of two narrow clusters, noisy ones, and their levels."""
    generator = torch.Generator().manual_seed(1000 + number)
    centre = torch.randint(0, 2, (n, 1), generator=generator) * 2.0 - 1
    x0 = centre * torch.tensor([1.2, 0.6]) + 0.1 * torch.randn(n, 2, generator=generator)
    sigma = training_sigmas(n, generator, 0.1, 3.0)[:, None]
    return x0, x0 + sigma * torch.randn(n, 2, generator=generator), sigma


def loss(network: nn.Module, data: tuple[Tensor, Tensor, Tensor]) -> Tensor:
    x0, x, sigma = data
    return ((network(x, sigma) - x0) ** 2 * (1 + sigma**2) / sigma**2).mean()


def validate(network: nn.Module) -> float:
    device = next(network.parameters()).device
    return float(loss(network, tuple(part.to(device) for part in batch(-1, 512))).detach())


def weights(network: nn.Module) -> list[Tensor]:
    return [weight.detach().cpu().clone() for weight in network.parameters()]


def trained(
    config: TrainingConfig = CONFIG, network: nn.Module | None = None, **changes: Any
) -> tuple[Toy, list[Step]]:
    network = network or Toy()
    arguments = {"batch": batch, "loss": loss, "validate": validate} | changes
    return network, list(train(network, config=config, **arguments))


class Clock:
    """Time that passes only where a test says so."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now

    def costs(self, seconds: float, function: Callable[..., Any]) -> Callable[..., Any]:
        def timed(*arguments: Any) -> Any:
            self.now += seconds
            return function(*arguments)

        return timed


def test_training_beats_the_untrained_network_and_keeps_what_it_validated() -> None:
    network, steps = trained(TrainingConfig(steps=200, warmup=20, ema=0.95, validate_every=50, learning_rate=3e-3))
    assert [step.step for step in steps] == list(range(201))
    validations = {step.step: step.validation for step in steps if step.validation is not None}
    assert list(validations) == [0, 50, 100, 150, 200]
    assert validate(Toy()) == pytest.approx(validations[0])
    assert min(validations.values()) < 0.9 * validations[0]
    assert validate(network) == pytest.approx(steps[-1].best, rel=1e-5)
    assert steps[-1].best == min(validations.values())
    assert not network.inner[0].weight.grad


def test_the_untrained_network_wins_where_nothing_beats_it() -> None:
    values = iter([1.0, 2.0, math.nan, 1.0])
    network, steps = trained(validate=lambda network: next(values))
    assert all(torch.equal(a, b) for a, b in zip(weights(network), weights(Toy()), strict=True))
    assert [step.validation for step in steps if step.step in (0, 4)] == [1.0, 2.0]
    assert (steps[-1].best, [step.improved for step in steps]) == (1.0, [False] * 11)


def test_it_stops_after_validations_without_gain_and_keeps_the_best() -> None:
    seen: list[list[Tensor]] = []
    values = [5.0, 4.0, 3.0, 3.5, 3.0, 2.0]

    def judge(network: nn.Module) -> float:
        seen.append(weights(network))
        return values[len(seen) - 1]

    network, steps = trained(replace(CONFIG, steps=1000, patience=2), validate=judge)
    assert (steps[-1].step, steps[-1].total, steps[-1].seconds_left) == (16, 16, 0.0)
    assert [step.step for step in steps if step.improved] == [4, 8]
    assert all(torch.equal(a, b) for a, b in zip(weights(network), seen[2], strict=True))


def test_what_is_validated_and_kept_is_the_moving_average_of_the_raw_weights() -> None:
    network, raw, judged = Toy(), [], []

    def watched(number: int) -> Any:
        raw.append(weights(network)[0])  # after so many steps
        return batch(number)

    def judge(network: nn.Module) -> float:
        assert not network.training
        judged.append(weights(network)[0])
        return -len(judged)

    for step in train(network, watched, loss, judge, replace(CONFIG, steps=30, validate_every=100, ema=0.5)):
        if step.step == 30:
            raw.append(weights(network)[0])
    mean = raw[1]  # diffusers' average begins with the first step's weights, and its memory grows
    for n, weight in enumerate(raw[2:], start=1):
        decay = min(0.5, (1 + n) / (10 + n))
        mean = decay * mean + (1 - decay) * weight
    torch.testing.assert_close(judged[-1], mean)
    assert not torch.allclose(judged[-1], raw[-1], rtol=0, atol=1e-5)
    assert torch.equal(judged[-1], weights(network)[0])


def test_the_rate_climbs_along_a_line_and_falls_along_a_cosine_to_nothing() -> None:
    config = TrainingConfig(learning_rate=1.0, warmup=10)
    assert [learning_rate(config, step, 0.0) for step in (0, 4, 9, 20)] == pytest.approx([0.1, 0.5, 1.0, 1.0])
    assert [learning_rate(config, 100, share) for share in (0.25, 0.5, 1.0, 1.1)] == pytest.approx(
        [0.5 + 0.5**1.5, 0.5, 0.0, 0.0]
    )
    assert learning_rate(config, 1, 0.1) == pytest.approx(0.97553, abs=1e-5)  # a tenth of the budget is warm-up enough


def test_the_last_steps_move_the_weights_the_least() -> None:
    network, path = Toy(), []
    for _ in train(network, batch, loss, validate, replace(CONFIG, steps=60)):
        path.append(weights(network)[0])
    moves = [(b - a).norm() for a, b in pairwise(path[10:-1])]
    assert max(moves[-3:]) < 0.2 * max(moves[:3])


def test_accumulated_gradients_are_those_of_one_larger_batch() -> None:
    def half(number: int) -> Any:
        return tuple(part.chunk(2)[number % 2] for part in batch(number // 2))

    halves, _ = trained(replace(CONFIG, gradient_accumulation=2), batch=half)
    whole, _ = trained()
    for a, b in zip(weights(halves), weights(whole), strict=True):
        torch.testing.assert_close(a, b, rtol=0, atol=1e-5)


def test_a_long_gradient_is_cut() -> None:
    network = nn.Linear(4, 1, bias=False)
    lengths: list[float] = []

    def watched(network: nn.Module, data: Tensor) -> Tensor:
        return 1e3 * network(data).sum()

    def remember(optimizer: torch.optim.Optimizer, *_: Any) -> None:
        (gradient,) = (weight.grad for group in optimizer.param_groups for weight in group["params"])
        lengths.append(float(gradient.norm()))

    hook = register_optimizer_step_pre_hook(remember)
    try:
        list(train(network, lambda number: torch.ones(2, 4), watched, lambda network: 0.0, replace(CONFIG, steps=3)))
    finally:
        hook.remove()
    assert lengths == pytest.approx([1.0] * 3, abs=1e-3)


@pytest.mark.parametrize("steps", [1, 2, 4])
def test_few_steps_are_all_told(steps: int) -> None:
    network, told = trained(replace(CONFIG, steps=steps))
    assert [step.step for step in told] == list(range(steps + 1))
    assert told[-1].validation is not None
    assert validate(network) == pytest.approx(told[-1].best)


# time


def test_a_budget_of_minutes_ends_in_time_and_is_told_ahead() -> None:
    clock = Clock()
    _, steps = trained(
        replace(CONFIG, steps=0, minutes=1.0, validate_every=10, patience=100),
        batch=clock.costs(1.0, batch),
        validate=clock.costs(2.0, validate),
        clock=clock,
    )
    assert clock.now <= 160.0
    assert clock.now > 155.0
    first = steps[0]
    assert (first.step, first.seconds) == (0, 2.0)
    assert first.total == pytest.approx(steps[-1].step, abs=12)  # validations on the way aren't known yet
    assert first.seconds + first.seconds_left == pytest.approx(60.0)
    assert steps[-1].validation is not None
    halfway = steps[len(steps) // 2]
    assert halfway.total == pytest.approx(steps[-1].step, abs=2)


def test_the_rate_follows_the_time_where_time_is_the_budget() -> None:
    clock, path, network = Clock(), [], Toy()
    config = replace(CONFIG, steps=0, minutes=1.0, validate_every=1000)
    for _ in train(network, clock.costs(1.0, batch), loss, validate, config, clock=clock):
        path.append(weights(network)[0])
    moves = [(b - a).norm() for a, b in pairwise(path[10:-1])]
    assert max(moves[-3:]) < 0.2 * max(moves[:3])


def test_a_number_of_steps_is_kept_however_slow() -> None:
    clock = Clock()
    _, steps = trained(replace(CONFIG, minutes=0.01), batch=clock.costs(60.0, batch), clock=clock)
    assert [step.step for step in steps] == list(range(11))
    assert {step.total for step in steps} == {10}
    assert steps[0].seconds_left == pytest.approx(600.0)
    assert [step.seconds_left for step in steps[3:]] == pytest.approx([60.0 * left for left in range(7, -1, -1)])


# interruptions


def interrupted(folder: Path, at: int, how: str, config: TrainingConfig = CONFIG) -> list[Step]:
    """Train until a step, then be cut off; return what was yielded."""

    def failing(number: int) -> Any:
        if how == "raise" and number >= at:
            raise KeyboardInterrupt
        return batch(number)

    steps = []
    training = train(Toy(dropout=0.2), failing, loss, validate, config, folder)
    try:
        for step in training:
            steps.append(step)
            if how == "close" and step.step >= at:
                training.close()
                break
    except KeyboardInterrupt:
        pass
    return steps


@pytest.mark.parametrize(("at", "how"), [(3, "close"), (6, "close"), (4, "raise"), (6, "raise"), (9, "raise")])
def test_a_resumed_training_ends_as_an_uninterrupted_one(tmp_path: Path, at: int, how: str) -> None:
    whole, expected = trained(network=Toy(dropout=0.2))
    before = interrupted(tmp_path / "kept", at, how)
    resumed, after = trained(network=Toy(seed=7, dropout=0.2), checkpoint=tmp_path / "kept")
    assert before[-1].step < 10
    for a, b in zip(weights(whole), weights(resumed), strict=True):
        torch.testing.assert_close(a, b, rtol=0, atol=1e-5)
    for old, new in zip(expected, after, strict=True):
        assert new.loss == pytest.approx(old.loss, abs=1e-5)
        assert (new.step, new.validation) == (old.step, pytest.approx(old.validation, abs=1e-5))
    assert [step.seconds for step in after] == sorted(step.seconds for step in after)


def test_a_finished_training_takes_no_further_step(tmp_path: Path) -> None:
    first, steps = trained(checkpoint=tmp_path)
    again, told = trained(checkpoint=tmp_path, batch=lambda number: pytest.fail("asked for a batch"))
    assert told == steps
    assert all(torch.equal(a, b) for a, b in zip(weights(first), weights(again), strict=True))


def test_time_spent_before_an_interruption_counts(tmp_path: Path) -> None:
    config = replace(CONFIG, steps=0, minutes=1.0, validate_every=1000)
    ends = []
    for stop in (20, 1000):
        clock = Clock()
        training = train(Toy(), clock.costs(1.0, batch), loss, validate, config, tmp_path, clock)
        for step in training:
            if step.step == stop:
                training.close()
        ends.append((step.step, clock.now - 100.0))
    assert ends[0][0] == 20
    assert 57 <= ends[1][0] <= 60
    assert ends[1][1] == pytest.approx(ends[1][0] - 20, abs=1)


def test_it_saves_every_minute(tmp_path: Path) -> None:
    clock, saved = Clock(), []
    config = replace(CONFIG, steps=12, validate_every=1000)
    for step in train(Toy(), clock.costs(25.0, batch), loss, validate, config, tmp_path, clock):
        if (tmp_path / FILE).exists():
            saved.append((step.step, (tmp_path / FILE).stat().st_mtime_ns))
    changed = [step for (step, time), (_, before) in zip(saved[1:], saved, strict=False) if time != before]
    assert saved[0][0] == 0  # with the first three steps
    assert changed == [6, 9, 12]


def test_what_a_killed_write_left_behind_is_cleared_and_does_no_harm(tmp_path: Path) -> None:
    interrupted(tmp_path, 6, "close")
    (tmp_path / f".{FILE}.0123abcd.tmp").write_bytes(b"half")
    _, steps = trained(network=Toy(dropout=0.2), checkpoint=tmp_path)
    assert steps[-1].step == 10
    assert [path.name for path in tmp_path.iterdir()] == [FILE]


def test_another_trainings_checkpoint_is_refused_in_a_sentence(tmp_path: Path) -> None:
    interrupted(tmp_path, 6, "close")
    with pytest.raises(BadModel, match=r"learning_rate was 0.001 there and is 0.01 here\); resume with the same"):
        trained(replace(CONFIG, learning_rate=1e-2), checkpoint=tmp_path)
    other = Toy()
    other.inner[0] = nn.Linear(3, 7)
    with pytest.raises(BadModel, match=r"inner.0.weight was \[48, 3, 'torch.float32'\] there and is \[7, 3, "):
        trained(network=other, checkpoint=tmp_path)
    (tmp_path / FILE).write_bytes(b"nonsense")
    with pytest.raises(BadModel, match=r"no checkpoint of a training .* delete the folder to start anew"):
        trained(checkpoint=tmp_path)


# what goes wrong


def test_a_loss_that_is_no_number_skips_its_step() -> None:
    network, raw = Toy(), []

    def sometimes(network: nn.Module, data: Any) -> Tensor:
        raw.append(weights(network)[0])
        value = loss(network, data)
        return value * math.nan if len(raw) in (5, 6) else value

    _, steps = trained(network=network, loss=sometimes)
    assert [step.step for step in steps if math.isnan(step.loss)] == [5, 6]
    assert torch.equal(raw[4], raw[6])
    assert not torch.equal(raw[6], raw[7])
    assert all(weight.isfinite().all() for weight in weights(network))


def test_ten_in_a_row_end_the_training_with_advice_and_the_best_weights() -> None:
    network, asked = Toy(), []

    def infinite(network: nn.Module, data: Any) -> Tensor:
        asked.append(1)
        return loss(network, data) / 0

    with pytest.raises(FoilError, match="no number 10 times in a row, the last time at step 10; take a learning rate"):
        trained(replace(CONFIG, steps=100), network=network, loss=infinite)
    assert len(asked) == 10
    assert all(torch.equal(a, b) for a, b in zip(weights(network), weights(Toy()), strict=True))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"steps": 0, "minutes": 0.0}, "no budget"),
        ({"steps": -1}, "no budget"),
        ({"patience": 0}, "patience is 0"),
        ({"gradient_accumulation": 0}, "gradient_accumulation is 0"),
        ({"learning_rate": 0.0}, "learning_rate is 0"),
        ({"ema": 1.0}, "ema 1"),
        ({"precision": "fp8"}, "known: no, bf16, fp16"),
    ],
)
def test_settings_that_make_no_sense_are_refused(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(BadSetting, match=words):
        trained(replace(CONFIG, **changes))


# no trace


def test_training_leaves_the_process_and_the_network_as_they_were() -> None:
    network = Toy(dropout=0.2).eval()
    before = (network.__dict__.keys() - {"training"}, torch.get_num_threads(), torch.random.get_rng_state())
    flushed = []

    def watched(network: nn.Module, data: Any) -> Tensor:
        flushed.append(bool(torch.full((), 1e-40) * 1 == 0))
        return loss(network, data)

    for _ in train(network, batch, watched, validate, CONFIG):
        assert torch.full((), 1e-40) * 1 > 0
    assert all(flushed)
    assert not network.training
    assert network.__dict__.keys() - {"training"} == before[0]
    assert torch.get_num_threads() == before[1]
    assert torch.equal(torch.random.get_rng_state(), before[2])


def test_precision_reaches_the_network_and_may_change_from_training_to_training() -> None:
    network, seen = Toy(), []

    def watched(network: nn.Module, data: Any) -> Tensor:
        seen.append(network.inner[0](torch.ones(1, 3, device=data[0].device)).dtype)
        return loss(network, data)

    for precision in ("bf16", "no"):
        trained(replace(CONFIG, steps=1, precision=precision), network=network, loss=watched)
    assert seen == [torch.bfloat16, torch.float32]
    assert network(torch.ones(1, 2), torch.ones(1, 1)).dtype == torch.float32


@pytest.mark.skipif(torch.cuda.is_available(), reason="fp16 can be had here")
def test_a_precision_that_cannot_be_had_is_refused_and_stands_in_nobodys_way() -> None:
    with pytest.raises(BadSetting, match="precision 'fp16' can't be had here"):
        trained(replace(CONFIG, precision="fp16"))
    trained(replace(CONFIG, steps=1))


@pytest.mark.gpu
def test_what_fp16_has_learnt_of_its_scale_is_resumed_too(tmp_path: Path) -> None:
    config = replace(CONFIG, precision="fp16")
    whole, _ = trained(config, network=Toy(dropout=0.2))
    interrupted(tmp_path, 6, "raise", config)
    resumed, _ = trained(config, network=Toy(dropout=0.2), checkpoint=tmp_path)
    for a, b in zip(weights(whole), weights(resumed), strict=True):
        torch.testing.assert_close(a, b, rtol=0, atol=1e-5)


def test_accelerate_stays_as_a_caller_set_it_up() -> None:
    from accelerate import Accelerator
    from accelerate.state import AcceleratorState, is_initialized

    assert not is_initialized()
    training = train(Toy(), batch, loss, validate, replace(CONFIG, precision="bf16"))
    next(training)
    with pytest.raises(BadSetting, match=r"precision 'no' can't be had here .* wait for the training that runs"):
        trained()
    assert next(training).step == 1
    training.close()
    assert not is_initialized()
    own = Accelerator(mixed_precision="no")
    try:
        trained(replace(CONFIG, steps=1))
        assert own.mixed_precision == "no"
    finally:
        AcceleratorState._reset_state()


def test_frozen_weights_stay_and_batches_of_another_kind_are_the_losss_matter() -> None:
    network = Toy()
    network.inner[0].requires_grad_(False)
    before = weights(network)

    def casting(network: nn.Module, data: dict[str, Tensor]) -> Tensor:
        return loss(network, (data["x0"].float(), data["x"].float(), data["sigma"].float()))

    def half(number: int) -> dict[str, Tensor]:
        return dict(zip(("x0", "x", "sigma"), (part.half() for part in batch(number)), strict=True))

    trained(network=network, batch=half, loss=casting)
    after = weights(network)
    assert torch.equal(before[0], after[0])
    assert not torch.equal(before[2], after[2])


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@pytest.mark.slow
def test_two_processes_learn_what_one_learns_from_both_batches() -> None:
    code = """
import os, sys
from dataclasses import replace
sys.path.insert(0, "tests")
from test_training import CONFIG, batch, trained, weights
def half(number):
    return tuple(part.chunk(2)[number % 2] for part in batch(number // 2))
alone = "RANK" not in os.environ
network, _ = trained(replace(CONFIG, gradient_accumulation=2 if alone else 1), batch=half)
print([round(float(weight.sum()), 4) for weight in weights(network)])
"""
    cluster = {"WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(free_port())}
    ranks = [{}, *({**cluster, "RANK": rank, "LOCAL_RANK": rank} for rank in ("0", "1"))]
    command, root = [sys.executable, "-W", "ignore", "-c", code], Path(__file__).resolve().parents[1]
    running = [
        subprocess.Popen(
            command,
            cwd=root,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "ACCELERATE_USE_CPU": "true", "OMP_NUM_THREADS": "1", **rank},
        )
        for rank in ranks
    ]
    said = [process.communicate(timeout=120)[0].splitlines()[-1] for process in running]
    assert said[0] == said[1] == said[2]


# the picture


def told(step: int, loss: float, validation: float | None = None) -> Step:
    return Step(step, 100, loss, validation, None, 0.0, 0.0, False)


def has(picture: np.ndarray, colour: tuple[int, int, int]) -> np.ndarray:
    return (picture == np.array(colour, np.uint8)).all(axis=-1)


def test_the_curve_marks_the_best_validation_where_it_was() -> None:
    steps = [told(n, 10 ** (-n / 50), {0: 3.0, 40: 0.5, 80: 1.0}.get(n)) for n in range(101)]
    picture = loss_curve(steps)
    assert (picture.shape, picture.dtype) == ((HEIGHT, WIDTH, 3), np.uint8)
    rows, columns = np.nonzero(has(picture, BEST))
    assert rows.min() > HEIGHT / 2  # below, with the validations
    ring = columns[rows > rows.max() - 3].mean()
    assert ring == pytest.approx(LEFT + 0.4 * (WIDTH - LEFT - RIGHT), abs=2)
    assert has(picture, DOT)[: HEIGHT // 2].any()


def test_the_curve_has_a_logarithmic_axis() -> None:
    steps = [told(n, 10 ** (-n / 25)) for n in range(1, 101)]
    rows, columns = np.nonzero(has(loss_curve(steps), DOT))
    line = np.polyfit(columns, rows, 1)
    assert np.abs(np.polyval(line, columns) - rows).max() < 4  # an exponential is a straight line


@pytest.mark.parametrize(
    "steps",
    [[], [told(0, 1.0, 1.0)], [told(n, -1.0 * n, -0.5) for n in range(5)], [told(1, math.nan), told(2, 2.0, math.inf)]],
    ids=["empty", "one", "negative", "no numbers"],
)
def test_the_curve_copes_with_any_history(steps: list[Step]) -> None:
    assert loss_curve(steps).shape == (HEIGHT, WIDTH, 3)
