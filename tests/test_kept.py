"""Kept: a picture is encoded once for all rows of one encoder, within a limit, and nobody can tell by the result."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from fusion import kept as module
from fusion.kept import UNTOLD, Kept, free_memory
from fusion.representation.encoder import Encoded

PICTURE = 4 * 4 * 3  # bytes
TOKENS = 6 * 5 * 4


@dataclass(eq=False)
class Counting:
    """Stands for an encoder: its tokens are the picture's mean."""

    seen: list[NDArray[np.uint8]] = field(default_factory=list)

    def __call__(self, image: NDArray[np.uint8]) -> Encoded:
        self.seen.append(image)
        return Encoded(image, np.eye(2, 3), (torch.full((6, 5), float(image.mean())),))


def picture(level: int) -> NDArray[np.uint8]:
    return np.full((4, 4, 3), level, np.uint8)


def means(kept: Kept, encoder: Any, *levels: int) -> list[float]:
    return [float(kept(encoder, picture(level)).tokens[0][0, 0]) for level in levels]


def test_the_same_content_is_encoded_once_whatever_array_holds_it() -> None:
    kept, encoder = Kept(), Counting()
    assert means(kept, encoder, 1, 2, 1, 2) == [1, 2, 1, 2]
    assert len(encoder.seen) == 2


def test_the_same_bytes_in_another_shape_are_another_picture() -> None:
    kept, encoder = Kept(), Counting()
    shapes = {kept(encoder, picture(1).reshape(shape)).picture.shape for shape in ((4, 4, 3), (2, 8, 3))}
    assert len(shapes) == len(encoder.seen) == 2


def test_another_encoder_takes_nothing_over() -> None:
    kept, one, other = Kept(), Counting(), Counting()
    means(kept, one, 1)
    means(kept, other, 1)
    means(kept, one, 1)
    assert (len(one.seen), len(other.seen)) == (2, 1)


def test_what_finds_no_room_is_encoded_again_and_what_did_stays() -> None:
    kept, encoder = Kept(limit=PICTURE + TOKENS), Counting()
    assert means(kept, encoder, 1, 2, 2, 1) == [1, 2, 2, 1]
    assert [int(image[0, 0, 0]) for image in encoder.seen] == [1, 2, 2]


def test_the_limit_is_half_of_what_is_free(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "free_memory", lambda: 2 * (PICTURE + TOKENS))
    kept, encoder = Kept(), Counting()
    means(kept, encoder, 1, 2, 1, 2)
    assert len(encoder.seen) == 3


def test_a_system_that_tells_nothing_is_given_little(monkeypatch: pytest.MonkeyPatch) -> None:
    assert free_memory() > 2**20
    monkeypatch.setattr("pathlib.Path.read_text", lambda self: (_ for _ in ()).throw(FileNotFoundError()))
    assert free_memory() == UNTOLD
