"""Scenes: pictures of where movements are done, one of which says which movement is expected there.

A scene is described without weights, by the wavelets and colours of 16 parts of the whole picture. Distances leave out
the quarter of the parts that differs most: somebody stands there, or a door is open. The limit up to which a scene is
known comes from the pictures that were given.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from fusion.errors import BadSetting
from fusion.representation.wavelet import WaveletConfig, wavelet

Described = NDArray[np.float32]  # (P, C), in units in which the same room is 1.3 away under other light, in the middle

SIDE = 128  # px; what is finer is lost to a small shift anyway
GRID = (4, 4)
LOOK = WaveletConfig(logarithm=True, levels=4, contexts=(1,))  # light multiplies
COLOUR, TEXTURE = 0.11, 0.04  # of the same room under other light, standard deviations of a channel
KEPT = 0.75  # share of the parts that count
SAME = 2.2  # from here no light makes one room of two
MARGIN = 0.75  # share of the way to another movement's scene that is still this one
CLEAR = 0.85  # share of the distance to the next movement's scene: nearer than this, or it may be either
ALIKE = 0.5  # two pictures of one room from one place


def described(picture: NDArray[np.uint8]) -> Described:
    """Return what a picture, (H, W, 3), shows as a whole, (16, 74)."""
    small = np.asarray(cv2.resize(picture, (SIDE, SIDE), interpolation=cv2.INTER_AREA), np.uint8)
    cells = wavelet(small, GRID, LOOK).reshape(GRID[0] * GRID[1], -1)
    colour, texture = cells[:, 1:3], cells[:, 3:]  # how bright a part is says more of the lamp than of the room
    tint = np.median(colour, axis=0) / 2  # whose it is, the lamp's or the room's, nobody knows
    parts = [(colour - tint) / (COLOUR * math.sqrt(colour.shape[1])), texture / (TEXTURE * math.sqrt(texture.shape[1]))]
    return np.concatenate(parts, axis=1).astype(np.float32)


@dataclass(frozen=True, eq=False)
class Scenes:
    """Pictures that were given, as they are described, and how near to one of them a known scene is."""

    seen: Described  # (N, P, C)
    words: tuple[str, ...]  # (N,): for the movement that each is the scene of
    files: tuple[str, ...]  # (N,): what each was called, for people
    limits: NDArray[np.float64]  # (N,): how near to each a picture of the same scene is

    @classmethod
    def of(cls, given: Mapping[str, Mapping[str, Described]]) -> "Scenes":
        """Learn scenes by the words for their movements and by what their files are called.

        BadSetting if fewer than two movements have any, or scenes of two can't be told apart.
        """
        shown = [(words, file, one) for words, several in given.items() for file, one in several.items()]
        words, files = tuple(words for words, _, _ in shown), tuple(file for _, file, _ in shown)
        if len(set(words)) < 2:
            raise BadSetting("scenes of one movement only tell nothing apart; name some for two or more, or none")
        seen = np.stack([one for _, _, one in shown])
        apart = np.stack([_distances(seen, one) for one in seen])
        np.fill_diagonal(apart, np.inf)
        same = np.array(words)[:, None] == np.array(words)
        own, other = (np.where(which, apart, np.inf).min(axis=1) for which in (same, ~same))
        own = np.where(np.isfinite(own), own, 0.0)  # the only picture of its scene
        mistaken = np.flatnonzero(other <= np.maximum(own, ALIKE))
        if len(mistaken):
            one = int(mistaken[0])
            two = int(np.where(same[one], np.inf, apart[one]).argmin())
            raise BadSetting(
                f"the scenes {files[one]} ({words[one]}) and {files[two]} ({words[two]}) can't be told apart; give "
                "pictures that show where they differ, or leave scenes out and tell the movements by words"
            )
        return cls(seen, words, files, np.minimum(SAME, np.maximum(own, MARGIN * other)))

    def shown(self, scene: Described) -> str:
        """Return the words for the movement whose scene it is; BadSetting if it is none's, or perhaps two's."""
        apart, words = _distances(self.seen, scene), np.array(self.words)
        nearest = int(apart.argmin())
        one, away = self.words[nearest], float(apart[nearest])
        if away > self.limits[nearest]:
            raise BadSetting(
                f"the picture shows no scene that is known here: the nearest is {self.files[nearest]} ({one}), "
                f"{away:.1f} away, and what shows the same is at most {self.limits[nearest]:.1f} away; take it from "
                "where the scenes were taken, or say in words which movement it should be"
            )
        next_ = int(np.where(words == one, np.inf, apart).argmin())
        if away > CLEAR * apart[next_]:
            raise BadSetting(
                f"the picture may show the scene of {one} or that of {self.words[next_]}; say in words which movement "
                "it should be"
            )
        return one

    def files_of(self, words: str) -> list[str]:
        """Return what the pictures of a movement's scene were called."""
        return [file for file, whose in zip(self.files, self.words, strict=True) if whose == words]


def _distances(seen: Described, scene: Described) -> NDArray[np.float64]:
    """Return how far a scene, (P, C), is from others, (N, P, C), by the parts that differ least, (N,)."""
    parts = np.sort(((seen.astype(np.float64) - scene) ** 2).sum(axis=-1), axis=-1)
    return np.asarray(np.sqrt(parts[:, : round(KEPT * parts.shape[1])].mean(axis=-1)))
