"""Good parts: read one at a time, each with what is known beside its picture, and what stood in the way of some."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from fusion.errors import BadData, BadInput
from fusion.item import Item
from fusion.known import Known
from fusion.looks import look, traits
from fusion.picture import most_different, tiny
from fusion.progress import Progress
from fusion.representation.encoder import Encoder
from fusion.representation.segment import thumbnail
from fusion.sample import Sample
from fusion.world import looks

FEWEST = 5  # good parts
PICTURES = 24  # of them remembered as pictures
LOOKED_AT = 300  # of them, at most, whose brightness, colours and so on are measured, to tell later whether they change


@dataclass
class Good:
    """The good pictures as they are read, and what stood in the way of some."""

    progress: Progress
    skipped: dict[str, str] = field(default_factory=dict)  # path: reason

    def read(self, items: Sequence[Item], stage: str) -> Iterator[tuple[Item, Sample, NDArray[np.uint8]]]:
        """Yield each usable item, its sample and image, one at a time: memory holds one."""
        for done, item in enumerate(items):
            self.progress(stage, done, len(items))
            if str(item.path) in self.skipped:
                continue
            try:
                sample = item.load()
            except BadInput as error:
                self.skipped[str(item.path)] = str(error)
                continue
            assert sample.image is not None  # an item is a picture
            yield item, sample, sample.image
        self.progress(stage, len(items), len(items))


@dataclass(frozen=True, eq=False)
class Seen:
    """What the statistics are made of."""

    items: list[Item]
    tokens: list[Tensor]  # (N, P, C) for each representation
    looks: NDArray[np.float64]  # (N, 6)
    traits: NDArray[np.float64]  # (M, 5), of some
    tiny: NDArray[np.float32]  # (N, D)
    digests: list[str]  # sha256 of each
    known: list[Known]  # what is known of each beside its picture
    frames: list[NDArray[np.uint8]]  # (H, W, 3) each, which a network learns from; empty where none is trained

    @property
    def fingerprint(self) -> str:
        """Return a hash of the set of contents."""
        return hashlib.sha256("".join(sorted(self.digests)).encode()).hexdigest()


def thumbnails_of(good: Good, items: Sequence[Item]) -> tuple[list[NDArray[np.uint8]], list[tuple[int, int]]]:
    """Return thumbnails, and the full (width, height) of each."""
    thumbs, sizes = [], []
    for _, _, image in good.read(items, "looking over the good parts"):
        thumbs.append(thumbnail(image))
        sizes.append((image.shape[1], image.shape[0]))
    return thumbs, sizes


def see(good: Good, items: Sequence[Item], encoder: Encoder, remember: bool) -> Seen:
    """Encode each usable item once; with `remember`, its picture in the frame is kept."""
    tokens: list[Tensor] = []
    kept: list[Item] = []
    known: list[Known] = []
    frames: list[NDArray[np.uint8]] = []
    seen_looks, seen_traits, small, digests = [], [], [], []
    every = -(-len(items) // LOOKED_AT)
    for item, sample, image in good.read(items, "reading the good parts"):
        encoded = encoder(image)
        if not tokens:
            tokens = [one.new_empty(len(items), *one.shape) for one in encoded.tokens]
        for room, one in zip(tokens, encoded.tokens, strict=True):
            room[len(kept)] = one
        kept.append(item)
        known.append(Known.of(sample, encoded, encoder.frame.config.size))
        if remember:
            frames.append(encoded.picture)
        seen_looks.append(looks(encoded.picture, image.shape))
        if len(kept) % every == 0:
            seen_traits.append(traits(look(image)))
        small.append(tiny(encoded.picture).ravel())
        digests.append(sample.sha256)
    tokens = [room[: len(kept)] for room in tokens]
    return Seen(kept, tokens, np.array(seen_looks), np.array(seen_traits), np.array(small), digests, known, frames)


def different_pictures(good: Good, seen: Seen, encoder: Encoder) -> tuple[NDArray[np.uint8], list[list[str]]]:
    """Return the most different normals in the frame, (M, H, W, 3), with the file name and sha256 of each."""
    chosen = [seen.items[index] for index in most_different(seen.tiny, PICTURES)]
    frame, pictures, named = encoder.frame, [], []
    for item, sample, image in good.read(chosen, "remembering pictures"):
        pictures.append(frame.cut(image, frame.locate(image)))
        named.append([item.path.name, sample.sha256])
    return np.stack(pictures), named


def spread_out(items: Sequence[Item], most: int) -> list[Item]:
    """Return at most `most` items, evenly spread over their order."""
    if len(items) <= most:
        return list(items)
    return [items[int(at)] for at in np.linspace(0, len(items) - 1, most).round()]


def check_enough(usable: int, given: int, good: Good) -> None:
    """Raise BadData, with the first problem, where too few can be used."""
    if usable >= FEWEST:
        return
    first = f"; the first problem: {next(iter(good.skipped.values()))}" if good.skipped else ""
    raise BadData(
        f"{usable} of {given} good pictures can be used, and a model needs at least {FEWEST} (20 to 200 are better); "
        f"add good pictures{first}"
    )
