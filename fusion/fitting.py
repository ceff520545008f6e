"""Fit a detector on good pictures: frame, tokens, views across folds, calibration, world, memory of pictures."""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
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
from fusion.good_parts import Good, Seen, check_enough, different_pictures, see, spread_out, thumbnails_of
from fusion.item import Item
from fusion.known import Known, meaning_of, said_of
from fusion.learning.detector import Trainer
from fusion.picture import PictureMemory
from fusion.progress import Progress
from fusion.representation.backbone import load_backbone, round_trip
from fusion.representation.encoder import Encoder, fit_encoder
from fusion.representation.frame import CELL, fit_frame
from fusion.representation.segment import has_background, segment
from fusion.representation.whitening import EVERYWHERE, Pooling
from fusion.residual import Spread, smooth
from fusion.threads import one_thread
from fusion.told import Hearing, Said, fit_hearing, fit_told
from fusion.view import View, cross_spread, fit_view
from fusion.world import World

MOST = 1000  # normals that statistics are made of; the others calibrate only, which is what more are good for
FOLDS = 10
THUMBS = 200  # normals that frame, tone and background are chosen from


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
    good = Good(progress)
    thumbs, sizes = thumbnails_of(good, spread_out(items, THUMBS))
    check_enough(len(thumbs), len(items), good)
    frame = fit_frame(thumbs, sizes, config.align, _cell(config, thumbs, sizes))
    encoder = fit_encoder(frame, thumbs, backbone)
    chosen = spread_out(items, MOST)
    with one_thread(), torch.inference_mode():
        seen = see(good, chosen, encoder, config.trained)
        check_enough(len(seen.items), len(items), good)
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
    different, named = different_pictures(good, seen, encoder)
    pictures = PictureMemory(different, poolings[0].own_mean)
    closed = Detector(
        name=name,
        config=config,
        encoder=encoder,
        views=views,
        spread=Spread.of(held),
        pictures=pictures,
        world=World.of(seen.looks, in_spread),
        background=has_background(masks),
        calibration=Calibration(in_spread.max(axis=1).astype(np.float64), traits=seen.traits),
        card={"floor_db": round_trip(config.backbone, list(different)), "remembered": named},
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


def _calibrate_further(good: Good, detector: Detector, items: Sequence[Item]) -> Detector:
    """Return the detector calibrated also on normals that its statistics never saw."""
    if not items:
        return detector
    scores = []
    with one_thread(), torch.inference_mode():
        for _, _, image in good.read(items, "calibrating on more good parts"):
            scores.append(float(detector.places(detector.encoder(image)).max()))
    known = detector.calibration
    return replace(detector, calibration=replace(known, scores=np.concatenate([known.scores, scores])))


def _card(detector: Detector, good: Good, seen: Seen, poolings: list[Pooling]) -> dict[str, Any]:
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
