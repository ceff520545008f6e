"""Plots of a model's network: how loud each modality speaks at each noise level, and how the training went."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from assistant.colours import FAINT, INK, Picture

WIDTH, HEIGHT = 900, 340  # the width is that of fusion.diffusion.curve
LEFT, RIGHT, TOP, BOTTOM = 90, 24, 64, 56  # pixels around the axes
PAPER, GRID = (255, 255, 255), (228, 227, 231)
LOUDEST = 2.0  # gates lie in (0, 2); at 1 every modality speaks alike
COLOURS = {  # told apart by the colour-blind, too [Okabe & Ito 2008]
    "image": (0, 114, 178),
    "text": (213, 94, 0),
    "mask": (0, 158, 115),
    "skeleton": (204, 121, 167),
}


def network_plot(network: Mapping[str, Any]) -> Picture:
    """Return the gates over the noise level above the curve of the training, (H, W, 3), from a card's network."""
    from fusion.diffusion.curve import loss_curve
    from fusion.diffusion.training import Step

    total = max((row[0] for row in network["history"]), default=0)
    steps = [
        Step(step, total, math.nan if loss is None else loss, validation, None, 0.0, 0.0, False)
        for step, loss, validation in network["history"]
    ]
    return np.concatenate([gates_plot(network["gates"]), loss_curve(steps)])


def gates_plot(gates: Mapping[str, Sequence[float]]) -> Picture:
    """Return the gates of each modality over `sigmas`, on a logarithmic axis, (H, W, 3)."""
    canvas = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    draw, font = ImageDraw.Draw(canvas), ImageFont.load_default(14)
    sigmas = gates["sigmas"]
    low, high = math.log10(min(sigmas)), math.log10(max(sigmas))

    def place(sigma: float, gate: float) -> tuple[float, float]:
        across = (math.log10(sigma) - low) / ((high - low) or 1)
        up = min(max(gate / LOUDEST, 0), 1)
        return LEFT + across * (WIDTH - LEFT - RIGHT), HEIGHT - BOTTOM - up * (HEIGHT - TOP - BOTTOM)

    draw.text((LEFT, 26), "how loud each modality speaks (1: as loud as untrained)", fill=INK, font=font, anchor="ls")
    for gate in (0.0, 0.5, 1.0, 1.5, 2.0):
        x, y = place(min(sigmas), gate)
        draw.line((x, y, WIDTH - RIGHT, y), fill=FAINT if gate == 1 else GRID)
        draw.text((x - 8, y), f"{gate:g}", fill=FAINT, font=font, anchor="rm")
    for sigma in _ticks(min(sigmas), max(sigmas)):
        x, y = place(sigma, 0)
        draw.line((x, y, x, y + 5), fill=FAINT)
        draw.text((x, y + 9), f"{sigma:g}", fill=FAINT, font=font, anchor="mt")
    draw.text((WIDTH - RIGHT, HEIGHT - BOTTOM + 28), "noise level sigma", fill=FAINT, font=font, anchor="rt")
    draw.rectangle((LEFT, TOP, WIDTH - RIGHT, HEIGHT - BOTTOM), outline=FAINT)
    at = float(LEFT)
    for name, colour in COLOURS.items():
        draw.line([place(*point) for point in zip(sigmas, gates[name], strict=True)], fill=colour, width=3)
        draw.line((at, 47, at + 22, 47), fill=colour, width=3)
        draw.text((at + 28, 47), name, fill=INK, font=font, anchor="lm")
        at += 52 + font.getlength(name)
    return np.asarray(canvas)


def _ticks(low: float, high: float) -> list[float]:
    """Return 1, 2 and 5 times the powers of ten from low to high."""
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    return [tick for power in powers for m in (1, 2, 5) if low * 0.999 <= (tick := m * 10.0**power) <= high * 1.001]
