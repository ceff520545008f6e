"""Painter: the normal version painted by a trained diffusion model around the memory's estimate; defects from words.

Both are one denoiser: without words it finds what was there before, under a defect's words what such a defect would
look like there. One step from nothing is the posterior mean, more steps from noise are samples.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from fusion.comparison import filled, repaired, widened
from fusion.condition import Condition
from fusion.diffusion.noise import karras_sigmas, noise_of
from fusion.diffusion.sampling import last, walk
from fusion.errors import BadInput, BadModel, BadSetting
from fusion.painting.crops import SIDE, Crop, Floats, carry_on, cut, paste, windows
from fusion.painting.denoiser import HIGH, LOW, SCALE, PainterConfig, PictureDenoiser, Scene, condition_of, scene_of
from fusion.picture import PictureMemory, Pixels
from fusion.synthesis.site import Window
from fusion.threads import one_thread

CHUNK = 16  # crops at a time
Mask = NDArray[np.bool_]
Placed = tuple[Window, Mask, Crop]


@dataclass(frozen=True, eq=False)
class Painter:
    """Takes PictureMemory's place where training made it better than that; nothing of it changes when it is used."""

    memory: PictureMemory
    denoiser: PictureDenoiser
    helped: bool  # False: the memory is better, and `repair` and `reconstruct` are the memory's
    figures: dict[str, Any]  # how it came about, as plain data

    def repair(self, picture: NDArray[np.uint8], wrong: Mask | Pixels) -> tuple[Pixels, Mask, Pixels]:
        """Return the normal version (H, W, 3), what differs from it (H, W), and how far it replaces the picture (H, W).

        `wrong`, and what is replaced, are as `fusion.comparison.repaired` has them.
        """
        return repaired(picture, wrong, self.reconstruct, self.memory.aligned, self.memory.outlines)

    def filled(self, picture: NDArray[np.uint8], hidden: Mask) -> Pixels:
        """Return the picture, (H, W, 3), with what is hidden, (H, W), as normals would have it."""
        return filled(picture, hidden, self.reconstruct, self.memory.aligned)

    def spread(self, picture: NDArray[np.uint8], wrong: Mask, k: int) -> Pixels:
        """Return how far k samples of what `repair` would put there disagree, in grey levels, (H, W)."""
        return self.samples(picture, widened(wrong), k)[1]

    def reconstruct(
        self,
        picture: NDArray[np.uint8],
        hole: Mask,
        spoilt: Mask | None = None,
        *,
        steps: int = 1,
        seed: int = 0,
        sampler: str = "ddim",
    ) -> Pixels:
        """Return the picture (H, W, 3) with a hole (H, W) filled as normals would be; outside it nothing changes.

        One step gives the posterior mean whatever the seed, more give a sample. Nothing is taken from what is spoilt.
        """
        _check(picture, hole)
        base = self.memory.reconstruct(picture, hole, spoilt)
        return self._painted(picture, base, hole, steps, [seed], sampler)[0] if self.helped else base

    def samples(
        self, picture: NDArray[np.uint8], hole: Mask, k: int = 4, steps: int = 6, seed: int = 0
    ) -> tuple[Pixels, Pixels]:
        """Return the mean (H, W, 3) of k samples of the normal version, and how far they disagree (H, W).

        The disagreement is the standard deviation in grey levels, the largest over the colours.
        """
        if k < 2:
            raise BadSetting(f"a spread needs at least 2 samples, got {k}; ask for more")
        _check(picture, hole)
        base = self.memory.reconstruct(picture, hole)
        found = np.stack(self._painted(picture, base, hole, max(2, steps), range(seed, seed + k), "ddim"))
        return found.mean(axis=0), np.asarray(found.std(axis=0, ddof=1).max(axis=-1), np.float32)

    def synthesise(
        self,
        picture: NDArray[np.uint8],
        mask: Mask,
        text: NDArray[np.float32],
        seed: int = 0,
        steps: int = 10,
        sampler: str = "ddim",
        guidance: float = 1.5,
    ) -> NDArray[np.uint8]:
        """Return the picture (H, W, 3) with a defect in a mask (H, W) as words, embedded (T,), describe it.

        `guidance` says how far it goes beyond what no words at all would give; 1 is the model as it is.
        """
        _check(picture, mask)
        width = self.denoiser.config.text
        if text.shape != (width,):
            raise BadInput(
                f"the words' embedding is {text.shape}, but this painter learnt with ({width},); use its text encoder"
            )
        hole = cv2.dilate(mask.astype(np.uint8), np.ones((5, 5), np.uint8))
        own = picture.astype(np.float32)
        (painted,) = self._painted(picture, own, hole > 0, steps, [seed], sampler, torch.from_numpy(text), guidance)
        edge = cv2.copyMakeBorder(hole, 1, 1, 1, 1, cv2.BORDER_REPLICATE)  # the picture's border is no seam
        share = np.clip(cv2.distanceTransform(edge, cv2.DIST_L2, 3)[1:-1, 1:-1, None] / 3, 0, 1)
        return np.asarray(np.rint(own + share * (painted - own)), np.uint8)

    def state(self) -> dict[str, Tensor]:
        """Return every tensor that it takes to build this painter again, beside its memory."""
        return dict(self.denoiser.state_dict())

    @classmethod
    def from_state(
        cls, config: PainterConfig, tensors: dict[str, Tensor], memory: PictureMemory, figures: dict[str, Any]
    ) -> "Painter":
        """Build the painter again that `state()` described; `figures` are those that it had."""
        denoiser = PictureDenoiser(config)
        try:
            denoiser.load_state_dict(tensors)
        except RuntimeError as error:
            raise BadModel(f"the painter's weights don't fit {config} ({error}); train it again") from error
        return cls(memory, denoiser.eval(), bool(figures["helped"]), figures)

    def _painted(
        self,
        picture: NDArray[np.uint8],
        base: Pixels,
        hole: Mask,
        steps: int,
        seeds: Sequence[int],
        sampler: str,
        text: Tensor | None = None,
        guidance: float = 1.0,
    ) -> list[Pixels]:
        """Return the base with the hole painted, (H, W, 3), once a seed."""
        smooth = carry_on(picture, hole)
        placed = [(window, place, cut(window, picture, base, smooth, hole)) for window, place in windows(hole)]
        jobs = [(seed, number) for seed in seeds for number in range(len(placed))]
        out = {seed: base.copy() for seed in seeds}
        with one_thread(), torch.inference_mode():
            for start in range(0, len(jobs), CHUNK):
                chunk = jobs[start : start + CHUNK]
                crops = [placed[number][2] for _, number in chunk]
                cond = condition_of(crops, self.denoiser.config, text)
                found = self._walk(scene_of(crops), cond, steps, [_mixed(*job) for job in chunk], sampler, guidance)
                for (seed, number), correction in zip(chunk, found, strict=True):
                    window, place, _ = placed[number]
                    paste(correction, window, place, out[seed])
        return list(out.values())

    def _walk(
        self, scene: Scene, cond: Condition, steps: int, seeds: Sequence[int], sampler: str, guidance: float
    ) -> Floats:
        """Return corrections to the base, (B, S, S, 3) in grey levels, from one step or a walk of several."""

        def denoise(x: Tensor, sigma: float) -> Tensor:
            levels = x.new_full((len(x),), sigma)
            found: Tensor = self.denoiser(x, levels, scene, cond)
            if guidance == 1:
                return found
            plain: Tensor = self.denoiser(x, levels, scene, cond.without("text"))
            return plain + guidance * (found - plain)

        sigmas = karras_sigmas(steps, LOW, HIGH)
        if steps == 1:
            x = denoise(torch.zeros(len(seeds), 3, SIDE, SIDE), HIGH)
        else:
            noise = torch.stack([noise_of(seed, (3, SIDE, SIDE)) for seed in seeds])
            x = last(walk(sigmas[0] * noise, denoise, sigmas, sampler, seeds))
        return np.asarray((SCALE * scene.hole * x).permute(0, 2, 3, 1).numpy(), np.float32)


def _mixed(seed: int, number: int) -> int:
    """Return a seed for one place of a picture, so that no two places get the same noise."""
    return int(np.random.SeedSequence([seed, number]).generate_state(1, np.uint64)[0])


def _check(picture: NDArray[np.uint8], mask: Mask) -> None:
    if picture.dtype != np.uint8 or picture.ndim != 3 or picture.shape[2] != 3:
        raise BadInput(f"a picture is uint8 (H, W, 3), RGB, but this is {picture.dtype} {picture.shape}")
    if mask.shape != picture.shape[:2] or mask.dtype != np.bool_:
        raise BadInput(
            f"the mask is {mask.dtype} {mask.shape}, but the picture needs bool {picture.shape[:2]}; scale it"
        )
