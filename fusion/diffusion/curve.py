"""How a training went, as a picture: the loss of every step above, the validations and the best of them below."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from fusion.diffusion.training import Step

WIDTH, HEIGHT = 900, 620
LEFT, RIGHT, TOP, GAP = 90, 24, 44, 84  # pixels around the two panels
PAPER, INK, FAINT, GRID = (255, 255, 255), (32, 30, 36), (120, 118, 126), (228, 227, 231)
DOT, LINE, BEST = (152, 165, 201), (44, 92, 170), (196, 62, 46)

Point = tuple[float, float]


def loss_curve(history: Sequence[Step]) -> NDArray[np.uint8]:
    """Draw losses and validations over the steps, each on a logarithmic axis of its own, (H, W, 3)."""
    losses = [(float(step.step), step.loss) for step in history if step.step and math.isfinite(step.loss)]
    validations = [
        (float(step.step), step.validation)
        for step in history
        if step.validation is not None and math.isfinite(step.validation)
    ]
    canvas = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    height = (HEIGHT - TOP - 2 * GAP) / 2 + GAP / 4
    last = max((float(step.step) for step in history), default=1.0) or 1.0
    above = _Panel(canvas, TOP, height, losses, last)
    above.frame("training loss")
    above.dots(DOT, 1.5)
    below = _Panel(canvas, TOP + height + GAP, height, validations, last)
    below.frame("validation of the moving average (lower is better)")
    below.line(LINE)
    below.dots(LINE, 3)
    below.best(BEST)
    return np.asarray(canvas)


class _Panel:
    """A frame with axes; without points it says that there are none."""

    def __init__(self, canvas: Image.Image, top: float, height: float, points: list[Point], last: float) -> None:
        self.draw, self.font = ImageDraw.Draw(canvas), ImageFont.load_default(14)
        self.top, self.bottom, self.points, self.last = top, top + height, points, last
        values = [value for _, value in points] or [1.0]
        self.log = min(values) > 0  # a loss below zero has no logarithm
        low, high = (self._scale(value) for value in (min(values), max(values)))
        margin = 0.06 * (high - low) or 0.1
        self.low, self.high = low - margin, high + margin

    def _scale(self, value: float) -> float:
        return math.log10(value) if self.log else value

    def _place(self, point: Point) -> Point:
        across = LEFT + point[0] / self.last * (WIDTH - LEFT - RIGHT)
        up = (self._scale(point[1]) - self.low) / (self.high - self.low)
        return across, self.bottom - up * (self.bottom - self.top)

    def frame(self, title: str) -> None:
        self.draw.text((LEFT, self.top - 10), title, fill=INK, font=self.font, anchor="ls")
        for value in self._ticks():
            _, y = self._place((0, value))
            self.draw.line((LEFT, y, WIDTH - RIGHT, y), fill=GRID)
            self.draw.text((LEFT - 8, y), f"{value:.3g}", fill=FAINT, font=self.font, anchor="rm")
        for step in _round_numbers(0, self.last, 8):
            x = LEFT + step / self.last * (WIDTH - LEFT - RIGHT)
            self.draw.line((x, self.bottom, x, self.bottom + 5), fill=FAINT)
            self.draw.text((x, self.bottom + 9), f"{step:g}", fill=FAINT, font=self.font, anchor="mt")
        self.draw.text((WIDTH - RIGHT, self.bottom + 28), "step", fill=FAINT, font=self.font, anchor="rt")
        self.draw.rectangle((LEFT, self.top, WIDTH - RIGHT, self.bottom), outline=FAINT)
        if not self.points:
            middle = ((LEFT + WIDTH - RIGHT) / 2, (self.top + self.bottom) / 2)
            self.draw.text(middle, "nothing yet", fill=FAINT, font=self.font, anchor="mm")

    def _ticks(self) -> list[float]:
        """Return round values on the axis: 1, 2, 5 and 10 times powers where it spans enough of those."""
        if not self.points:
            return []
        if not self.log:
            return _round_numbers(self.low, self.high, 5)
        powers = range(math.floor(self.low), math.ceil(self.high) + 1)
        for multiples in ((1,), (1, 3), (1, 2, 5)):
            ticks = [m * 10.0**power for power in powers for m in multiples]
            ticks = [tick for tick in ticks if self.low <= math.log10(tick) <= self.high]
            if len(ticks) >= 3:
                return ticks[:: math.ceil(len(ticks) / 8)]
        return [tick for tick in _round_numbers(10**self.low, 10**self.high, 5) if tick > 0]

    def dots(self, colour: tuple[int, int, int], radius: float) -> None:
        for x, y in map(self._place, self.points):
            self.draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)

    def line(self, colour: tuple[int, int, int]) -> None:
        self.draw.line([self._place(point) for point in self.points], fill=colour, width=2)

    def best(self, colour: tuple[int, int, int]) -> None:
        if not self.points:
            return
        step, value = min(self.points, key=lambda point: point[1])
        x, y = self._place((step, value))
        self.draw.ellipse((x - 7, y - 7, x + 7, y + 7), outline=colour, width=2)
        words = f"best {value:.4g} at step {step:g}" if step else f"best {value:.4g}, untrained"
        self.draw.text((WIDTH - RIGHT, self.top - 10), words, fill=colour, font=self.font, anchor="rs")


def _round_numbers(low: float, high: float, about: int) -> list[float]:
    """Return some round numbers from low to high."""
    rough = (high - low) / about
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(multiple * power for multiple in (1, 2, 5, 10) if multiple * power >= rough)
    return [number * step for number in range(math.ceil(low / step), math.floor(high / step) + 1)]
