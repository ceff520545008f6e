"""Fit a detector on good pictures: frame, tokens, views across folds, calibration, world, memory of pictures."""

import hashlib
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from fusion.calibration import Calibration
from fusion.detector import Detector, DetectorConfig
from fusion.errors import BadData, BadInput
from fusion.item import Item
from fusion.known import Known, meaning_of, said_of
from fusion.learning.detector import Trainer
from fusion.picture import PictureMemory, most_different, tiny
from fusion.progress import Progress
from fusion.representation.backbone import load_backbone, round_trip
from fusion.representation.encoder import Encoder, fit_encoder
from fusion.representation.frame import CELL, fit_frame
from fusion.representation.segment import has_background, segment, thumbnail
from fusion.representation.whitening import EVERYWHERE, Pooling
from fusion.residual import Spread, smooth
from fusion.sample import Sample
from fusion.threads import one_thread
from fusion.told import Hearing, Said, fit_hearing, fit_told
from fusion.view import View, cross_spread, fit_view
from fusion.world import World, looks

FEWEST = 5  # normals
MOST = 1000  # normals that statistics are made of; the others calibrate only, which is what more are good for
FOLDS = 10
THUMBS = 200  # normals that frame, tone and background are chosen from
PICTURES = 24  # normals remembered as pictures


@dataclass
class _Good:
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
class _Seen:
    """What the statistics are made of."""

    items: list[Item]
    tokens: list[Tensor]  # (N, P, C) for each representation
    looks: NDArray[np.float64]  # (N, 6)
    tiny: NDArray[np.float32]  # (N, D)
    digests: list[str]  # sha256 of each
    known: list[Known]  # what is known of each beside its picture
    frames: list[NDArray[np.uint8]]  # (H, W, 3) each, which a network learns from; empty where none is trained

    @property
    def fingerprint(self) -> str:
        """Return a hash of the set of contents."""
        return hashlib.sha256("".join(sorted(self.digests)).encode()).hexdigest()


def fit_detector(
    items: Sequence[Item], config: DetectorConfig, name: str, progress: Progress, checkpoint: Path | None = None
) -> Detector:
    """See `fusion.detector.fit`."""
    return fitter(items, config, name, progress, checkpoint)(config)


def fitter(
    items: Sequence[Item], config: DetectorConfig, name: str, progress: Progress, checkpoint: Path | None = None
) -> Callable[[DetectorConfig], Detector]:
    """Return what makes detectors of these good pictures, without reading them again.

    What it is called with may differ from `config` in which way the trained network is asked, and in its weights.
    """
    started = time.perf_counter()
    backbone = load_backbone(config.backbone, config.seed)  # a mistyped name must not cost a minute first
    good = _Good(progress)
    thumbs, sizes = _thumbnails(good, _spread_out(items, THUMBS))
    _enough(len(thumbs), len(items), good)
    frame = fit_frame(thumbs, sizes, config.align, _cell(config, thumbs, sizes))
    encoder = fit_encoder(frame, thumbs, backbone)
    chosen = _spread_out(items, MOST)
    with one_thread(), torch.inference_mode():
        seen = _encode(good, chosen, encoder, config.trained)
        _enough(len(seen.items), len(items), good)
        order = torch.randperm(len(seen.items), generator=torch.Generator().manual_seed(config.seed))
        folds = list(order.tensor_split(min(len(order), FOLDS)))
        said, heard = _heard(seen.known, encoder, config.seed)
        keep = heard or config.trained  # else each may go as soon as it is fitted
        tokens = [*seen.tokens] if keep else []
        views, held, poolings = _views(seen.tokens, encoder, config, folds, progress)
        in_spread = cross_spread(held, folds).numpy()
        told = told_x = None
        if heard and poolings[0].own_mean:  # else a place of one picture is no place of another
            tops = torch.from_numpy(in_spread).amax(dim=1)
            told, told_x = fit_told(tokens, said, heard[0], folds, poolings, tops, heard[1], progress)
    masks = [segment(thumb) for thumb in thumbs]
    pictures = PictureMemory(_pictures(good, seen, encoder), poolings[0].own_mean)
    closed = Detector(
        name=name,
        config=config,
        encoder=encoder,
        views=views,
        spread=Spread.of(held),
        pictures=pictures,
        world=World.of(seen.looks, in_spread),
        background=has_background(masks),
        calibration=Calibration(in_spread.max(axis=1).astype(np.float64)),
        card={"floor_db": round_trip(config.backbone, list(pictures.pictures))},
        told=told,
    )
    trainer = None
    if config.trained:
        resume = checkpoint / seen.fingerprint[:16] if checkpoint else None  # of these very good parts
        frames = np.stack(seen.frames)
        trainer = Trainer(tokens, said, told_x, frames, seen.looks, seen.digests, folds, poolings, progress, resume)
    used = {item.path for item in chosen}
    others = [item for item in items if item.path not in used]
    shared = time.perf_counter() - started

    def finished(asked: DetectorConfig) -> Detector:
        begun = time.perf_counter()
        detector, trained = replace(closed, config=asked), dict[str, Any]()
        if trainer:
            detector, trained = trainer.train(detector)
        detector = _calibrate_further(good, detector, others)
        card = _card(detector, good, seen, poolings) | trained
        return replace(detector, card=card | {"fit_seconds": round(shared + time.perf_counter() - begun, 1)})

    return finished


def _views(
    tokens: list[Tensor], encoder: Encoder, config: DetectorConfig, folds: list[Tensor], progress: Progress
) -> tuple[tuple[View, ...], Tensor, list[Pooling]]:
    """Return a view for each representation, the normals' held-out smoothed maps, (N, P), and the poolings."""
    fitted = []
    while tokens:  # each is dropped as soon as it is fitted: they are the largest thing in memory
        method = "gaussian" if config.trained else config.method  # around which the network is trained
        fitted.append(fit_view(tokens.pop(0), encoder.grid, method, folds, progress))
    held = torch.stack([maps for _, maps, _ in fitted]).mean(dim=0)
    return tuple(view for view, _, _ in fitted), smooth(held, encoder.grid), [pooling for _, _, pooling in fitted]


def _heard(
    known: Sequence[Known], encoder: Encoder, seed: int
) -> tuple[Said, tuple[Hearing, tuple[Tensor, Tensor]] | None]:
    """Return what was said of the normals, how it is heard, and the meaning of its words; None where it can't be."""
    said = said_of(known)
    hearing = fit_hearing(said, encoder.grid)
    return said, (hearing, meaning_of(said, seed)) if hearing else None


def _thumbnails(good: _Good, items: Sequence[Item]) -> tuple[list[NDArray[np.uint8]], list[tuple[int, int]]]:
    """Return thumbnails, and the full (width, height) of each."""
    thumbs, sizes = [], []
    for _, _, image in good.read(items, "looking over the good parts"):
        thumbs.append(thumbnail(image))
        sizes.append((image.shape[1], image.shape[0]))
    return thumbs, sizes


def _encode(good: _Good, items: Sequence[Item], encoder: Encoder, remember: bool) -> _Seen:
    tokens: list[Tensor] = []
    kept: list[Item] = []
    known: list[Known] = []
    frames: list[NDArray[np.uint8]] = []
    seen_looks, small, digests = [], [], []
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
        small.append(tiny(encoded.picture).ravel())
        digests.append(sample.sha256)
    tokens = [room[: len(kept)] for room in tokens]
    return _Seen(kept, tokens, np.array(seen_looks), np.array(small), digests, known, frames)


def _pictures(good: _Good, seen: _Seen, encoder: Encoder) -> NDArray[np.uint8]:
    """Return the most different normals in the frame, (M, H, W, 3)."""
    chosen = [seen.items[index] for index in most_different(seen.tiny, PICTURES)]
    frame, images = encoder.frame, (image for _, _, image in good.read(chosen, "remembering pictures"))
    return np.stack([frame.cut(image, frame.locate(image)) for image in images])


def _calibrate_further(good: _Good, detector: Detector, items: Sequence[Item]) -> Detector:
    """Return the detector calibrated also on normals that its statistics never saw."""
    if not items:
        return detector
    scores = []
    with one_thread(), torch.inference_mode():
        for _, _, image in good.read(items, "calibrating on more good parts"):
            scores.append(float(detector.places(detector.encoder(image)).max()))
    return replace(detector, calibration=Calibration(np.concatenate([detector.calibration.scores, scores])))


def _card(detector: Detector, good: _Good, seen: _Seen, poolings: list[Pooling]) -> dict[str, Any]:
    frame, pooling = detector.encoder.frame.config, poolings[0]
    width = pooling.neighbourhood
    return detector.card | {
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "foil": version("foil"),
        "method": detector.config.method,
        "representation": " + ".join(detector.encoder.names),
        "n_normals": detector.calibration.n,
        "n_statistics": len(seen.items),
        "n_skipped": len(good.skipped),
        "aligned": frame.extent is not None,
        "pooled": not pooling.own_mean,
        "neighbourhood": "the whole picture" if width == EVERYWHERE else f"{width} x {width} cells",
        "shrinkage": pooling.shrinkage,
        "tone": "logarithm" if detector.encoder.wavelets.logarithm else "linear",
        "colour": detector.encoder.wavelets.colour,
        "background": detector.background,
        "grid": f"{frame.grid[0]} x {frame.grid[1]}",
        "looked_at_px": f"{frame.grid[1] * frame.cell} x {frame.grid[0] * frame.cell}",
        "seed": detector.config.seed,
        "fingerprint": seen.fingerprint,
        "skipped": [list(entry) for entry in good.skipped.items()],
    }


def _cell(config: DetectorConfig, thumbs: list[NDArray[np.uint8]], sizes: list[tuple[int, int]]) -> int:
    """Return the feature pixels of a cell for the wished size of the picture's longer side."""
    if not config.size:
        return CELL
    grid = fit_frame(thumbs, sizes, config.align, CELL).config.grid
    return max(4, round(config.size / max(grid)))


def _spread_out(items: Sequence[Item], most: int) -> list[Item]:
    """Return at most `most` items, evenly spread over their order."""
    if len(items) <= most:
        return list(items)
    return [items[int(at)] for at in np.linspace(0, len(items) - 1, most).round()]


def _enough(usable: int, given: int, good: _Good) -> None:
    if usable >= FEWEST:
        return
    first = f"; the first problem: {next(iter(good.skipped.values()))}" if good.skipped else ""
    raise BadData(
        f"{usable} of {given} good pictures can be used, and a model needs at least {FEWEST} (20 to 200 are better); "
        f"add good pictures{first}"
    )
