"""Train a fitted detector's network: gather what it learns from, learn, and put the result in force if it is better."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
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
from fusion.errors import BadData, BadInput
from fusion.learned import rounded, to_frame
from fusion.learning.examples import Captions, Normals, make_examples, paraphrases
from fusion.learning.learn import FEWEST, deal, learn, painted
from fusion.learning.weights import read_weights
from fusion.modality.prompt import read_prompt
from fusion.modality.text import MINILM, TextEncoder, text_encoder
from fusion.painter import Painter
from fusion.painting.training import train_painter
from fusion.progress import Progress
from fusion.representation.encoder import Encoded
from fusion.representation.whitening import Pooling
from fusion.residual import Spread, smooth
from fusion.sample import Sample
from fusion.synthesis import NORMAL_CAPTIONS
from fusion.view import cross_spread
from fusion.world import World

PAINTING = 0.3  # of the time trains the painter of normal versions, the rest the network that judges


@dataclass(frozen=True, eq=False)
class Known:
    """What is known of a normal beside its tokens."""

    picture: NDArray[np.uint8]  # (H, W, 3) in the frame
    text: str
    skeleton: NDArray[np.float32] | None  # (17, 3) in shares of the frame

    @classmethod
    def of(cls, sample: Sample, encoded: Encoded, size: tuple[int, int]) -> "Known":
        skeleton = None if sample.skeleton is None else to_frame(sample.skeleton, encoded.affine, size)
        return cls(encoded.picture, sample.text or "", skeleton)


def train_detector(
    detector: Detector,
    tokens: Sequence[Tensor],
    known: Sequence[Known],
    seen_looks: NDArray[np.float64],
    folds: Sequence[Tensor],
    poolings: Sequence[Pooling],
    progress: Progress,
    checkpoint: Path | None,
) -> tuple[Detector, dict[str, Any]]:
    """Return the detector with a trained denoiser in force, if it is better, and what its card should say of that.

    `tokens` are the normals' of each representation, (N, P, C); `folds` and `poolings` those that it was fitted with.
    """
    n, config = len(known), detector.config
    ready = read_weights(Path(config.weights)) if config.weights else None
    if n < FEWEST:
        raise BadData(f"{n} good pictures can be used, and a network needs at least {FEWEST}; add some, or don't train")
    encoder = text_encoder(MINILM)
    captions = captions_of(encoder, config.seed)
    pictures = np.stack([one.picture for one in known])
    wanted = painted(n, config.seed, 0 if ready else config.minutes)
    x, pairs = make_examples(
        tokens, pictures, folds, poolings, detector.encoder, wanted, detector.background, config.seed, progress
    )
    outcome = learn(
        _normals(x, known, encoder),
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
    )
    seen = pictures[torch.cat(deal(n, config.seed)[:2]).numpy()]  # not those that calibrate
    memory = detector.pictures.memory if isinstance(detector.pictures, Painter) else detector.pictures
    painter = (
        ready.painter(memory)
        if ready
        else train_painter(seen, memory, encoder, None, PAINTING * config.minutes, config.seed, progress, config.steps)
    )
    rounded(painter.denoiser)
    detector = replace(detector, pictures=painter, learned=outcome.learned)
    card = {"network": outcome.card, "painter": painter.figures}
    if not outcome.learned.judges:
        return detector, card
    grid, held = detector.encoder.grid, list(torch.arange(len(outcome.held)).tensor_split(len(folds)))
    maps = smooth(cross_spread(outcome.residuals, held).mean(dim=1), grid)
    in_spread = cross_spread(maps, held).numpy()
    trained = replace(
        detector,
        spread=Spread.of(maps),
        world=World.of(seen_looks, in_spread),
        calibration=Calibration(in_spread.max(axis=1).astype(np.float64)),
    )
    return trained, card


def captions_of(encoder: TextEncoder, seed: int) -> Captions:
    """Return words for each kind of defect, and for none, as embeddings."""
    kinds = [encoder.encode(texts) for texts in paraphrases(np.random.default_rng(seed))]
    return Captions(torch.from_numpy(np.stack(kinds)), torch.from_numpy(encoder.encode(list(NORMAL_CAPTIONS))))


def _understood(text: str) -> str:
    """Return the English words of what was said of a normal; "" where nothing is understood, so nothing was said."""
    try:
        return read_prompt(text).focus
    except BadInput:
        return ""


def _normals(x: Tensor, known: Sequence[Known], encoder: TextEncoder) -> Normals:
    texts = {text: words for text in {one.text for one in known} if (words := _understood(text))}
    vectors = dict(zip(texts, encoder.encode(list(texts.values())), strict=True))
    nowhere = np.zeros((17, 3), np.float32)
    absent = np.zeros(encoder.width, np.float32)
    return Normals(
        x,
        torch.from_numpy(np.stack([vectors.get(one.text, absent) for one in known])),
        torch.tensor([one.text in texts for one in known]),
        torch.from_numpy(np.stack([nowhere if one.skeleton is None else one.skeleton for one in known])),
        torch.tensor([one.skeleton is not None for one in known]),
    )
