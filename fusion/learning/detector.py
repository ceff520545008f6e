"""Train a fitted detector's network: gather what it learns from, learn, and put the result in force if it is better."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from fusion.detector import Detector
from fusion.diffusion.denoiser import colouring
from fusion.diffusion.training import TrainingConfig
from fusion.errors import BadData
from fusion.known import paraphrases
from fusion.learned import Learned, rounded
from fusion.learning.calibrating import raised
from fusion.learning.examples import Captions, Normals, Pairs, make_examples
from fusion.learning.learn import DIGITS, FEWEST, Outcome, deal, learn, painted, unconditioned, unseen
from fusion.learning.weights import Weights, read_weights
from fusion.methods.named import LEARNT
from fusion.modality.text import MINILM, TextEncoder, text_encoder
from fusion.painter import Painter
from fusion.painting.training import train_painter
from fusion.picture import PictureMemory
from fusion.progress import Progress
from fusion.representation.whitening import Pooling
from fusion.residual import Spread, smooth
from fusion.synthesis import NORMAL_CAPTIONS
from fusion.threads import one_thread
from fusion.told import Said
from fusion.view import cross_spread, others
from fusion.world import World

PAINTING = 0.3  # of the time trains the painter of normal versions, the rest the network that judges


@dataclass(eq=False)
class Trainer:
    """What a network learns from: the good parts, as a fitted detector sees them."""

    tokens: Sequence[Tensor]  # of each representation, (N, P, C)
    said: Said
    told_x: Tensor | None  # what `fit_told` made of the tokens
    pictures: NDArray[np.uint8]  # in the frame, (N, H, W, 3)
    looks: NDArray[np.float64]  # (N, 6)
    digests: Sequence[str]
    folds: Sequence[Tensor]  # those that the detector was fitted with, as the poolings
    poolings: Sequence[Pooling]
    progress: Progress
    checkpoint: Path | None = None
    _examples: tuple[Tensor, Pairs] | None = None  # painted when first asked for, and kept for a next training
    _captions: Captions | None = None  # the same, as it takes seconds

    def train(self, detector: Detector) -> tuple[Detector, dict[str, Any]]:
        """Return the detector with a trained denoiser in force, if it is better, and what its card should say of that.

        Where its config names weights, they are calibrated here; only what a method learns beside them is trained.
        """
        n, config = len(self.pictures), detector.config
        ready = read_weights(Path(config.weights)) if config.weights else None
        if n < FEWEST:
            raise BadData(
                f"{n} good pictures can be used, and a network needs at least {FEWEST}; add some, or don't train"
            )
        encoder = text_encoder(MINILM)
        captions = self._captions = self._captions or captions_of(encoder, config.seed)
        dealt = deal(n, config.seed) if ready is None else unseen(self.digests, ready.seen, config.seed, config.method)
        minutes = 0 if ready and config.method not in LEARNT else config.minutes
        x, pairs = self._painted(detector, painted(dealt, minutes))
        outcome = learn(
            Normals(x, self.said, self.told_x),
            pairs,
            captions,
            colouring([view.whitening.factor for view in detector.views]),
            [one.shape[-1] for one in self.tokens],
            detector.encoder.grid,
            ready.size if ready else config.network,
            TrainingConfig(minutes=(1 - PAINTING) * config.minutes, steps=config.steps, seed=config.seed),
            MINILM,
            self.progress,
            self.checkpoint,
            ready,
            dealt,
            config.method,
            config.lessons,
        )
        seen = torch.cat(dealt[:2])  # not those that calibrate
        painter = self._painter(detector, seen, encoder, ready)
        learnt_from = ready.seen if ready else [self.digests[int(i)][:DIGITS] for i in seen]
        card = {"network": outcome.card | {"seen": list(learnt_from)}}
        if isinstance(painter, Painter):
            rounded(painter.denoiser)
            card["painter"] = painter.figures
        detector = replace(detector, pictures=painter, learned=outcome.learned)
        if not outcome.learned.judges:
            return detector, card
        detector, told = self._in_force(detector, outcome, x)
        return detector, card | {"network": card["network"] | {"calibrated": told}}

    def _painted(self, detector: Detector, wanted: Tensor) -> tuple[Tensor, Pairs]:
        """Return the normals' tokens, and so many painted pairs of each."""
        if self._examples is None or (self._examples[1].base.bincount(minlength=len(wanted)) < wanted).any():
            self._examples = make_examples(
                self.tokens,
                self.pictures,
                self.folds,
                self.poolings,
                detector.encoder,
                wanted,
                detector.background,
                detector.config.seed,
                self.progress,
            )
        x, pairs = self._examples
        return x, pairs.first(wanted)

    def _painter(
        self, detector: Detector, seen: Tensor, encoder: TextEncoder, ready: Weights | None
    ) -> Painter | PictureMemory:
        memory, config = detector.pictures, detector.config
        assert isinstance(memory, PictureMemory)  # a closed form has no painter yet
        if ready:
            return ready.painter(memory)
        minutes = PAINTING * config.minutes
        return train_painter(
            self.pictures[seen.numpy()], memory, encoder, None, minutes, config.seed, self.progress, config.steps
        )

    def _in_force(self, detector: Detector, outcome: Outcome, x: Tensor) -> tuple[Detector, str]:
        """Return the detector judging by what was learnt of normals x, (N, P, C), and by which it is calibrated."""
        learned, held = outcome.learned, outcome.held
        found = torch.empty(len(x), *outcome.residuals.shape[1:])
        found[held] = outcome.residuals
        learnt = others(len(x), held)
        if len(learnt):
            found[learnt] = unconditioned(x[learnt], learned.denoise, learned.question)
        judging, scores = self._measured(detector, learned, found, torch.arange(len(x)), self.folds)
        lifted = raised(scores, detector.calibration.scores, held)
        if lifted.trusted:
            scores = lifted.scores
        else:
            folds = list(torch.arange(len(held)).tensor_split(len(self.folds)))
            judging, scores = self._measured(detector, learned, found[held], held, folds)
        return replace(judging, calibration=replace(detector.calibration, scores=scores)), lifted.told

    def _measured(
        self, detector: Detector, learned: Learned, found: Tensor, members: Tensor, folds: Sequence[Tensor]
    ) -> tuple[Detector, NDArray[np.float64]]:
        """Return the detector in units of some normals' residuals, (M, S, P), and their held-out scores, (M,)."""
        grid = detector.encoder.grid
        maps = smooth(cross_spread(found, folds, learned.spread.again).mean(dim=1), grid)
        in_spread = cross_spread(maps, folds).numpy()
        told = detector.told
        if told and self.told_x is not None:
            tops = torch.from_numpy(in_spread).amax(dim=1)
            maps_told = _told_maps(learned, self.told_x[members], self.said.of(members))
            told = told.rescaled(maps_told, folds, tops, grid)
        learned = replace(learned, spread=learned.spread.again(found))
        spread, world = Spread.of(maps), World.of(self.looks, in_spread)
        judging = replace(detector, learned=learned, told=told, spread=spread, world=world)
        return judging, in_spread.max(axis=1).astype(np.float64)


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
