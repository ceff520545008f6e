"""What a training may spend, and how its learning rate follows from what is spent."""

import math
from dataclasses import dataclass

from fusion.errors import BadSetting

PRECISIONS = ("no", "bf16", "fp16")


@dataclass(frozen=True)
class TrainingConfig:
    """How long to train and how; `minutes` counts only where `steps` is 0."""

    minutes: float = 5.0  # budget of wall-clock time; 0 = no limit by time
    steps: int = 0  # 0 = as many as the time allows; else exactly so many, whatever the machine
    learning_rate: float = 1e-3
    warmup: int = 50  # steps, or the first tenth of the budget if that is shorter
    weight_decay: float = 0.01
    ema: float = 0.998
    validate_every: int = 100
    patience: int = 8  # validations without gain before an early stop
    gradient_accumulation: int = 1
    precision: str = "no"  # accelerate's mixed_precision: no | bf16 | fp16
    seed: int = 0


def learning_rate(config: TrainingConfig, step: int, share: float) -> float:
    """Return the rate of a step: up along a line, then down a cosine [Loshchilov & Hutter 2017, eq. 5].

    `share` is how much of the budget is spent, from 0 to 1.
    """
    warm = min(1.0, max((step + 1) / max(1, config.warmup), 10 * share))
    return config.learning_rate * warm * 0.5 * (1 + math.cos(math.pi * min(1.0, share)))


def check(config: TrainingConfig) -> None:
    """Refuse what can't be trained with."""
    if config.steps < 0 or config.minutes < 0 or not (config.steps or config.minutes):
        raise BadSetting(f"{config.minutes:g} minutes and {config.steps} steps are no budget; give one that is above 0")
    for name in ("validate_every", "patience", "gradient_accumulation"):
        if getattr(config, name) < 1:
            raise BadSetting(f"{name} is {getattr(config, name)}; expected 1 or more")
    if not config.learning_rate > 0 or not 0 <= config.ema < 1:
        raise BadSetting(
            f"learning_rate is {config.learning_rate:g} and ema {config.ema:g}; expected above 0, and from 0 to below 1"
        )
    if config.precision not in PRECISIONS:
        raise BadSetting(f"{config.precision!r} is no precision; known: {', '.join(PRECISIONS)}")
