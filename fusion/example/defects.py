"""Defects' shapes and words that several products share: blotches, wandering lines, places, sizes."""

import cv2
import numpy as np

from fusion.example.canvas import Floats, grid, lookup, noise


def blotch(rng: np.random.Generator, side: int, x: float, y: float, radius: float, ragged: float = 0.25) -> Floats:
    """Return the signed distance to a stain's or a hole's irregular outline, negative inside, (side, side)."""
    across, down = grid(side)
    u, v = across - np.float32(x), down - np.float32(y)
    waves = np.arange(2, 14)
    angles = np.linspace(0, 2 * np.pi, 720, endpoint=False)
    swing = rng.normal(0, 2 * ragged, len(waves)) / waves**1.7
    outline = radius * np.exp(swing @ np.cos(waves[:, None] * angles + rng.uniform(0, 2 * np.pi, len(waves))[:, None]))
    reach = lookup(outline.astype(np.float32), np.asarray(cv2.phase(u, v), np.float32), 2 * np.pi)
    rough: Floats = np.hypot(u, v) - reach + np.float32(0.1 * ragged * radius) * noise(rng, side, 5 / radius)
    return rough


def wander(
    rng: np.random.Generator, x: float, y: float, angle: float, length: float, steps: int = 24, bend: float = 0.06
) -> Floats:
    """Return a line through (x, y) that keeps its direction only roughly, (steps + 1, 2)."""
    turns = rng.normal(0, bend) + np.cumsum(rng.normal(0, bend, steps))
    headings = angle + turns - turns.mean()
    walk = np.cumsum(np.stack([np.cos(headings), np.sin(headings)], 1) * (length / steps), 0)
    walk = np.concatenate([np.zeros((1, 2)), walk])
    return np.asarray(walk - walk[steps // 2] + (x, y), np.float32)


def place(x: float, y: float, reach: float = 0.5) -> str:
    """Return where a point of the picture lies in words; `reach` is how far the object extends from the centre."""
    across = "left" if x < -reach / 3 else "right" if x > reach / 3 else ""
    down = "upper" if y < -reach / 3 else "lower" if y > reach / 3 else ""
    if across and down:
        return f"{down} {across}"
    return {"upper": "top", "lower": "bottom"}.get(down, across) or "centre"


def graded(value: float, words: tuple[str, ...]) -> str:
    """Return the word for a value in [0, 1): the words share the range evenly, the weakest first."""
    return words[min(int(value * len(words)), len(words) - 1)]
