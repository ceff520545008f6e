"""Clips to test on: red frames that grow brighter, as a video and as a folder of pictures."""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image


def shade(at: int) -> NDArray[np.uint8]:
    """Return frame `at` of a clip: red, and brighter with time."""
    frame = np.zeros((48, 64, 3), np.uint8)
    frame[..., 0] = 20 + 8 * at
    return frame


def shade_of(frame: NDArray[np.uint8]) -> int:
    return round((float(frame[..., 0].mean()) - 20) / 8)


def write_video(path: Path, codec: str = "mp4v", count: int = 20) -> Path:
    """Write a video of 10 frames a second, by the container of the path's suffix."""
    plain = path.with_name(f"written{path.suffix}")  # OpenCV takes a percent sign for the start of a number
    writer = cv2.VideoWriter(str(plain), cv2.VideoWriter_fourcc(*codec), 10, (64, 48))
    for at in range(count):
        writer.write(shade(at)[..., ::-1].copy())
    writer.release()
    return plain.rename(path)


def write_frames(folder: Path, count: int = 20) -> Path:
    folder.mkdir()
    for at in range(count):
        Image.fromarray(shade(at)).save(folder / f"frame{at}.png")
    return folder
