"""What a model's card says of its network, as fusion.learning writes it."""

from typing import Any

NETWORK: dict[str, Any] = {
    "kept": True,
    "why": "the network is used: on 90 synthetic defects AUROC is 97.0 with it and 95.1 without",
    "size": "s",
    "parameters": 1_234_567,
    "steps": 2000,
    "minutes": 3.5,
    "closed_form": {"auroc": 0.951, "caught": 0.80},
    "trained": {"auroc": 0.97, "caught": 0.86},
    "by_kind": {"scratch": [0.94, 0.98], "stain": [0.96, 0.95]},
    "limits": {"scratch": 0.041, "stain": None},
    "detection": {
        "scratch": {"curve": [6.39, 2.0], "seen": [[0.01, 0], [0.03, 0], [0.035, 1], [0.08, 1], [0.4, 1]]},
        "stain": {"curve": None, "seen": [[0.1, 1], [0.2, 1], [2.0, 1]]},
    },
    "gates": {
        "sigmas": [round(10 ** (-1 + at / 12), 3) for at in range(25)],
        "image": [1 + 0.02 * at for at in range(25)],
        "text": [0.8] * 25,
        "mask": [1.9 - 0.05 * at for at in range(25)],
        "skeleton": [0.0] * 25,
    },
    "history": [[0, 1.5, 1.4], [1000, 0.9, 1.1], [1500, None, None], [2000, 0.8, 1.0]],
}
