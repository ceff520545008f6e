"""Train a fitted detector's network: gather what it learns from, learn, and put the result in force if it is better."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from fusion.calibration import Calibration
from fusion.detector import Detector
from fusion.diffusion.denoiser import colouring
from fusion.diffusion.training import TrainingConfig
from fusion.errors import BadData
from fusion.known import paraphrases
from fusion.learned import Learned, rounded
from fusion.learning.examples import Captions, Normals, make_examples
from fusion.learning.learn import DIGITS, FEWEST, deal, learn, painted, unseen
from fusion.learning.weights import read_weights
from fusion.modality.text import MINILM, TextEncoder, text_encoder
from fusion.painter import Painter
from fusion.painting.training import train_painter
from fusion.progress import Progress
from fusion.representation.whitening import Pooling
from fusion.residual import Spread, smooth
from fusion.synthesis import NORMAL_CAPTIONS
from fusion.threads import one_thread
from fusion.told import Said
from fusion.view import cross_spread
from fusion.world import World

PAINTING = 0.3  # of the time trains the painter of normal versions, the rest the network that judges


def train_detector(
    detector: Detector,
    tokens: Sequence[Tensor],
    said: Said,
    told_x: Tensor | None,
    pictures: NDArray[np.uint8],
    seen_looks: NDArray[np.float64],
    digests: Sequence[str],
    folds: Sequence[Tensor],
    poolings: Sequence[Pooling],
    progress: Progress,
    checkpoint: Path | None,
) -> tuple[Detector, dict[str, Any]]:
    """Return the detector with a trained denoiser in force, if it is better, and what its card should say of that.

    `tokens` are the normals' of each representation, (N, P, C), `told_x` what `fit_told` made of them, `pictures`
    theirs in the frame, (N, H, W, 3), `digests` their hashes; `folds` and `poolings` those that it was fitted with.
    """
    n, config = len(pictures), detector.config
    ready = read_weights(Path(config.weights)) if config.weights else None
    if n < FEWEST:
        raise BadData(f"{n} good pictures can be used, and a network needs at least {FEWEST}; add some, or don't train")
    encoder = text_encoder(MINILM)
    captions = captions_of(encoder, config.seed)
    dealt = deal(n, config.seed) if ready is None else unseen(digests, ready.seen, config.seed)
    wanted = painted(dealt, 0 if ready else config.minutes)
    x, pairs = make_examples(
        tokens, pictures, folds, poolings, detector.encoder, wanted, detector.background, config.seed, progress
    )
    outcome = learn(
        Normals(x, said, told_x),
        pairs,
        captions,
        colouring([view.whitening.factor for view in detector.views]),
        [one.shape[-1] for one in tokens],
        detector.encoder.grid,
        ready.size if ready else config.network,
        TrainingConfig(minutes=(1 - PAINTING) * config.minutes, steps=config.steps, seed=config.seed),
        MINILM,
        progress,
        checkpoint,
        ready,
        dealt,
        config.method,
        config.lessons,
    )
    seen = pictures[torch.cat(dealt[:2]).numpy()]  # not those that calibrate
    memory = detector.pictures.memory if isinstance(detector.pictures, Painter) else detector.pictures
    painter = (
        ready.painter(memory)
        if ready
        else train_painter(seen, memory, encoder, None, PAINTING * config.minutes, config.seed, progress, config.steps)
    )
    learnt_from = ready.seen if ready else [digests[int(i)][:DIGITS] for i in torch.cat(dealt[:2])]
    card = {"network": outcome.card | {"seen": list(learnt_from)}}
    if isinstance(painter, Painter):
        rounded(painter.denoiser)
        card["painter"] = painter.figures
    detector = replace(detector, pictures=painter, learned=outcome.learned)
    if not outcome.learned.judges:
        return detector, card
    grid, held = detector.encoder.grid, list(torch.arange(len(outcome.held)).tensor_split(len(folds)))
    maps = smooth(cross_spread(outcome.residuals, held, outcome.learned.question.units).mean(dim=1), grid)
    in_spread = cross_spread(maps, held).numpy()
    told = detector.told
    if told and told_x is not None:
        tops = torch.from_numpy(in_spread).amax(dim=1)
        maps_told = _told_maps(outcome.learned, told_x[outcome.held], said.of(outcome.held))
        told = told.rescaled(maps_told, held, tops, grid)
    trained = replace(
        detector,
        told=told,
        spread=Spread.of(maps),
        world=World.of(seen_looks, in_spread),
        calibration=Calibration(in_spread.max(axis=1).astype(np.float64)),
    )
    return trained, card


def captions_of(encoder: TextEncoder, seed: int) -> Captions:
    """Return words for each kind of defect, and for none, as embeddings."""
    kinds = [encoder.encode(texts) for texts in paraphrases(np.random.default_rng(seed))]
    return Captions(torch.from_numpy(np.stack(kinds)), torch.from_numpy(encoder.encode(list(NORMAL_CAPTIONS))))


def _told_maps(learned: Learned, x: Tensor, said: Said) -> Tensor:
    """Return the network's maps of normals of which something was said, (N, P), each by itself and by one thread."""
    with one_thread(), torch.inference_mode():
        maps = []
        for at, one in enumerate(torch.split(x.float(), 1)):
            text = said.text[at].numpy() if said.described[at] else None
            skeleton = said.skeleton[at].numpy() if said.posed[at] else None
            maps.append(learned.maps(learned.residuals(one, learned.condition(one, text=text, skeleton=skeleton))))
    return torch.cat(maps)
