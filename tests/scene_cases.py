"""Rooms of one building, drawn by chance: each again under other light, from a little aside, with somebody in it.

`python tests/scene_cases.py` measures how often a picture chooses its movement, and an unknown room is refused.
"""

from collections.abc import Mapping

import cv2
import numpy as np
from numpy.typing import NDArray

from fusion.errors import BadSetting
from fusion.motion.scene import Scenes, described

WIDE, HIGH, ROUND = 320, 240, 32  # px; a room is drawn with a border, so that a camera may turn a little
WALL, FLOOR = np.array([0.68, 0.66, 0.6]), np.array([0.45, 0.4, 0.36])
Room = NDArray[np.float32]  # (H + 2 ROUND, W + 2 ROUND, 3) in [0, 1]


def room(seed: int) -> Room:
    """Return a floor of boards, a wall, and five to nine things that stand or hang there."""
    rng = np.random.default_rng([4, seed])
    high, wide = HIGH + 2 * ROUND, WIDE + 2 * ROUND
    image = np.empty((high, wide, 3), np.float32)
    edge, board = int(high * rng.uniform(0.5, 0.75)), int(rng.integers(12, 50))
    image[:edge], image[edge:] = (one + rng.uniform(-0.06, 0.06) for one in (WALL, FLOOR))
    image[edge::board] *= 0.8
    for x in range(int(rng.integers(board)), wide, board):
        cv2.line(image, (x, edge), (int(x + (x - wide / 2) * 0.6), high), _colour(image[-2, 0] * 0.8), 2)
    for _ in range(int(rng.integers(5, 10))):
        colour = rng.uniform(0.1, 0.9) * (1 + rng.uniform(-0.35, 0.35, 3))
        x, y = int(rng.uniform(0, wide)), int(rng.uniform(0.1, 0.9) * high)
        a, b = (int(half) for half in rng.uniform(15, 80, 2))
        if rng.random() < 0.3:
            cv2.ellipse(image, (x, y), (a, b), 0, 0, 360, _colour(colour), -1)
            continue
        cv2.rectangle(image, (x - a, y - b), (x + a, y + b), _colour(colour), -1)
        for shelf in range(int(rng.integers(0, 5))):
            at = y - b + (shelf + 1) * b // 3
            cv2.line(image, (x - a, at), (x + a, at), _colour(colour / 2), 2)
    return np.asarray(cv2.GaussianBlur(image, (0, 0), 1.0), np.float32)


def photograph(of: Room, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Return a room as a camera sees it one day, (H, W, 3), from up to 4 % aside, under half to 1.4 times the light."""
    zoom, (x, y) = 1 + rng.uniform(-0.03, 0.05), rng.uniform(-0.04, 0.04, 2) * WIDE
    move = np.array(
        [
            [zoom, 0, WIDE / 2 - zoom * (of.shape[1] / 2 + x)],
            [0, zoom, HIGH / 2 - zoom * (of.shape[0] / 2 + y)],
        ]
    )
    image = cv2.warpAffine(of, move, (WIDE, HIGH), borderMode=cv2.BORDER_REFLECT)
    _somebody(image, rng)
    lamp = 1 + rng.uniform(-0.25, 0.25) * np.linspace(-1, 1, WIDE)[None, :, None]
    lamp = lamp * np.exp(rng.uniform(-0.6, 0.35)) * (1 + rng.uniform(-0.08, 0.08, 3))
    image = np.clip(image * lamp, 0, 1) ** (1 + rng.uniform(-0.15, 0.2))
    return np.asarray((np.clip(image + rng.normal(0, 0.015, image.shape), 0, 1) * 255).round(), np.uint8)


def _somebody(image: NDArray[np.float32], rng: np.random.Generator) -> None:
    """Draw a person in some clothes and some posture."""
    x, y, size = rng.uniform(0.25, 0.75) * WIDE, rng.uniform(0.55, 0.7) * HIGH, rng.uniform(0.8, 1.1)
    shirt, trousers = (_colour(rng.uniform(0.1, 0.8, 3)) for _ in range(2))

    def at(right: float, down: float) -> tuple[int, int]:
        return int(x + right * size), int(y + down * size)

    cv2.ellipse(image, at(0, 0), (int(17 * size), int(38 * size)), 0, 0, 360, shirt, -1)
    cv2.circle(image, at(0, -52), int(13 * size), (0.75, 0.55, 0.45), -1)
    for side in (-1, 1):
        cv2.line(image, at(side * 7, 30), at(side * rng.uniform(8, 22), 85), trousers, int(12 * size))
        cv2.line(image, at(side * 14, -25), at(side * rng.uniform(20, 45), rng.uniform(-50, 25)), shirt, int(9 * size))


def _colour(rgb: NDArray[np.floating]) -> tuple[float, float, float]:
    red, green, blue = (float(value) for value in rgb)
    return red, green, blue


def chosen(scenes: Scenes, picture: NDArray[np.uint8]) -> str:
    """Return the movement that a picture chooses, or nothing where it is refused."""
    try:
        return scenes.shown(described(picture))
    except BadSetting:
        return ""


def measured(given: int, buildings: int, rooms: int = 3, new: int = 10) -> Mapping[str, float]:
    """Return over buildings, with so many pictures a room given, the shares of new pictures, in %, and of how many."""
    right, wrong, refused, failed = [], [], [], 0
    for building in range(buildings):
        rng = np.random.default_rng([given, building])
        drawn = {str(at): room(100 * building + at) for at in range(rooms)}
        pictures = {at: {str(n): described(photograph(one, rng)) for n in range(given)} for at, one in drawn.items()}
        try:
            scenes = Scenes.of(pictures)
        except BadSetting:
            failed += 1
            continue
        found = [(at, chosen(scenes, photograph(one, rng))) for at, one in drawn.items() for _ in range(new)]
        right += [at == said for at, said in found]
        wrong += [said not in (at, "") for at, said in found]
        others = [photograph(room(100 * building + 50 + at), rng) for at in range(new)]
        refused += [chosen(scenes, one) == "" for one in others]
    shares = {"right": right, "another movement's": wrong, "unknown rooms refused": refused}
    counted = {"pictures": len(right), "unknown rooms": len(refused), "buildings refused at fit": failed}
    return {name: round(100 * float(np.mean(one)), 1) for name, one in shares.items()} | counted


if __name__ == "__main__":
    for given, rooms in ((1, 3), (2, 3), (3, 3), (1, 8), (3, 8)):
        print(f"{given} pictures of each of {rooms} rooms:", measured(given, 20 if rooms == 3 else 8, rooms))
