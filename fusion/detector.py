"""Detector: fit on good parts, then say how far a sample is from normal, where, and what normal would have been."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from fusion.calibration import Calibration
from fusion.detection import Basis, Detection, Guidance, Judged, Remembered
from fusion.errors import BadInput, BadSetting
from fusion.guidance import Guided, changed, describes, search, told
from fusion.item import Item
from fusion.kept import Kept
from fusion.learned import Learned, to_frame
from fusion.methods.named import ASKS
from fusion.modality.prompt import Prompt, read_prompt
from fusion.modality.text import MINILM, text_encoder
from fusion.painter import Painter
from fusion.picture import PictureMemory
from fusion.progress import Progress, silent
from fusion.region import counted, left_out, looked_at, share_of_cells, where_to_look, within
from fusion.remembered import most_alike
from fusion.representation.encoder import Encoded, Encoder
from fusion.representation.segment import part_of
from fusion.residual import Spread, smooth
from fusion.retouch import added, beyond, patched, retouched
from fusion.sample import Sample
from fusion.synthesis.asked import named_kind
from fusion.threads import one_thread
from fusion.told import Told
from fusion.view import SIGMAS, View, whitened
from fusion.world import World, looks
from fusion.zero_shot import ZeroShot, zero_shot

METHODS = (*SIGMAS, *ASKS)


@dataclass(frozen=True)
class DetectorConfig:
    method: str = "gaussian"  # gaussian | memory | neural, or another way to ask the trained denoiser
    backbone: str = "auto"  # auto | none | <timm or open_clip name>[:weights file]
    size: int = 0  # px of the longer side at which features are taken; 0 = about 400
    align: str = "auto"  # turn parts to one pose: auto | on | off
    seed: int = 0  # of the folds, of the network's first weights, of what it learns from
    network: str = "small"  # size of the network: tiny | small | base
    minutes: float = 5.0  # of training
    steps: int = 0  # of training, exactly; 0 = as many as the minutes allow
    weights: str = ""  # a file of weights to take instead of training
    lessons: str = "all"  # what is learnt from: normals | repair (defects undone under "normal") | masks | all

    def __post_init__(self) -> None:
        choices = {
            "method": METHODS,
            "align": ("auto", "on", "off"),
            "network": ("tiny", "small", "base"),
            "lessons": ("normals", "repair", "masks", "all"),
        }
        for name, known in choices.items():
            if (value := getattr(self, name)) not in known:
                raise BadSetting(f"{name} {value!r} is unknown; choose {' or '.join(known)}")
        if self.size and not 64 <= self.size <= 1024:
            raise BadSetting(f"size {self.size} px is out of range; choose 64 to 1024, or 0 for the default")
        if self.steps < 0 or not 0 < self.minutes <= 24 * 60:
            raise BadSetting(
                f"{self.minutes:g} minutes and {self.steps} steps of training; expected above 0 minutes, at most a "
                "day, and 0 steps (as the time allows) or more"
            )

    @property
    def trained(self) -> bool:
        """Return whether a network is trained."""
        return self.method in ASKS


@dataclass(frozen=True, eq=False)
class Detector:
    """Everything fitted; nothing of it changes when a sample is looked at."""

    name: str
    config: DetectorConfig
    encoder: Encoder
    views: tuple[View, ...]  # one for each representation
    spread: Spread  # of the normals' smoothed maps, (P,)
    pictures: PictureMemory | Painter
    world: World
    background: bool  # parts stand free before a background
    calibration: Calibration
    card: dict[str, Any]  # how it came about, as plain data
    learned: Learned | None = None  # what training gave, if there was any
    told: Told | None = None  # what is normal of samples of which something was said, if the normals came with any
    zero_shot: ZeroShot | None = None  # what names places in place of `learned`; never saved with the rest

    def detect(self, sample: Sample, samples: int = 0) -> Detection:
        """Return score, verdict, map, mask and normal version of a sample's image.

        Its mask says where to look. A detector that was trained, or has words, hears its text, too; its skeleton, if
        the good parts came with any. So many `samples` of the normal version, 2 or more, give its spread; BadSetting
        where nothing draws samples.
        """
        image, painter = _checked(sample), self._sampler(samples)
        prompt, said = self._heard(sample)
        part = part_seen(image, self.background)
        look_at = where_to_look(sample.mask, prompt, part)
        with one_thread(), torch.inference_mode():
            seen = self.encoder(image)
            ways, plain = [seen], self.places(seen, sample)
            refusal = self._refusal(seen, image, plain)
            ignored = None if look_at is None else left_out(look_at, seen.affine, self.encoder.frame.config.size)
            if ignored is not None:
                filled = self.pictures.filled(seen.picture, ignored)
                seen = self.encoder.encode(np.rint(filled).astype(np.uint8), seen.affine)
                ways.append(seen)
                plain = np.minimum(plain, self.places(seen, sample))  # as `_least` does
            guided = self._guided(ways, sample, plain, prompt, said, part) if prompt else None
        cells = guided.cells if guided else plain
        if ignored is not None:
            cells = np.where(looked_at(ignored, self.encoder.grid, sample.name), cells, cells.min())
        score, thresholds = float(cells.max()), self.calibration.thresholds
        found = score >= thresholds.review and not refusal
        wrong = beyond(cells, self.encoder.frame.config.size, thresholds.review)
        mask, normal = np.zeros(image.shape[:2], bool), image
        if found:
            mask, normal = retouched(image, self.pictures.repair(seen.picture, wrong), self.encoder.frame, seen.affine)
        sure = painter.spread(seen.picture, wrong >= 1, samples) if painter and found else None
        inside = 1.0 if look_at is None else look_at >= 0.5
        return Detection(
            verdict="REFUSED" if refusal else thresholds.verdict(score),
            pred_score=score,
            p_value=self.calibration.p_value(score),
            thresholds=thresholds,
            anomaly_map=np.maximum(self._back(cells, seen, image) * inside, 0),
            map_threshold=thresholds.review,
            map_top=3 * thresholds.reject,
            pred_mask=mask & (inside > 0),
            normal=normal,
            part=part,
            refusal=refusal,
            guidance=self._guidance(prompt, guided, seen, image) if prompt and guided else None,
            used=self._used(prompt),
            looked_at=counted(sample.mask, look_at),
            spread=None if sure is None else self._back(sure, seen, image),
            remembered=None if refusal else self._remembered(seen, wrong >= 1),
        )

    def judge(self, samples: Sequence[Sample], kept: Kept | None = None) -> list[Judged]:
        """Return the scores and maps of `detect`, without what it shows beside them; what `kept` knows isn't encoded.

        Several at once take less time than one by one, and may round otherwise: by about 1e-6 of a value.
        """
        if self.told or any(sample.mask is not None or sample.text for sample in samples):
            return [self.detect(sample).judged for sample in samples]
        images = [_checked(sample) for sample in samples]
        with one_thread(), torch.inference_mode():
            seen = [kept(self.encoder, image) if kept else self.encoder(image) for image in images]
            tokens = [torch.stack(some) for some in zip(*(one.tokens for one in seen), strict=True)]
            cells = self.spread(smooth(self._maps(self.views, tokens), self.encoder.grid)).numpy()
        return [self._judged(*one) for one in zip(seen, images, cells, strict=True)]

    def places(
        self, seen: Encoded, sample: Sample | None = None, text: NDArray[np.float32] | None = None
    ) -> NDArray[np.float32]:
        """Return how far each cell is from its normal version, in the spread of the normals, (rows, columns).

        Where the normals came with skeletons or descriptions, `text`, (T,), what is normal follows them.
        """
        grid, tokens, views = self.encoder.grid, [one[None] for one in seen.tokens], self.views
        skeleton = self._skeleton(sample, seen)
        told = self.told if skeleton is not None or text is not None else None
        if told:
            tokens, views = told.left(tokens, told.hearing.said(text, skeleton)), told.views
        maps = self._maps(views, tokens, text, skeleton)
        cells = told.units(maps, grid) if told else self.spread(smooth(maps, grid))
        return np.asarray(cells[0].view(grid).numpy(), np.float32)

    def without(self, image: NDArray[np.uint8], place: NDArray[np.bool_], rank: int = 0) -> NDArray[np.uint8]:
        """Return an image, (H, W, 3), in which a place, (H, W), is as normals continue what is around it.

        With `rank` it is the second likeliest way, the third, and so on, where there are several.
        """
        frame = self.encoder.frame
        reconstruct = partial(self._memory.reconstruct, rank=rank) if rank else self.pictures.reconstruct
        with one_thread(), torch.inference_mode():
            return patched(image, place, reconstruct, frame, frame.locate(image))

    def synthesise(
        self, sample: Sample, seed: int = 0, steps: int = 10, guidance: float = 1.5, sampler: str = "ddim"
    ) -> NDArray[np.uint8]:
        """Return the sample's image, (H, W, 3), with a defect as its text describes, where its mask is 1.

        BadSetting if this model has no painter: only a trained one can paint.
        """
        image, painter = _checked(sample), self.pictures
        if not isinstance(painter, Painter):
            raise BadSetting(f"{self.name} can't paint defects: it has no trained painter; fit it with method neural")
        if sample.mask is None or not (sample.mask >= 0.5).any() or not sample.text:
            raise BadInput(f"{sample.name}: painting a defect takes words and a mask of where it should be; give both")
        said = read_prompt(sample.text, f"the text of {sample.name}").focus
        words = text_encoder(self.learned.words if self.learned else MINILM).encode([said])
        frame, affine = self.encoder.frame, self.encoder.frame.locate(image)
        inside = cv2.warpAffine(sample.mask, affine, frame.config.size) >= 0.5
        if not inside.any():
            raise BadInput(
                f"{sample.name}: its mask is too small, or lies beside the part; mark at least 3 x 3 px of it"
            )
        picture = frame.cut(image, affine)
        painted = painter.synthesise(picture, inside, words[0], seed, steps, sampler, guidance)
        return added(image, painted.astype(np.float32) - picture, frame, affine)

    def with_rates(self, review_rate: float, reject_rate: float) -> "Detector":
        """Return the same detector under other promised false-alarm rates."""
        return replace(self, calibration=self.calibration.with_rates(review_rate, reject_rate))

    def with_words(self, spec: str) -> "Detector":
        """Return the same detector with words by `open_clip:ARCH:FILE.safetensors` or `open_clip:ARCH/TAG`.

        The card names them, and no folder carries them. BadSetting says what is missing.
        """
        words = zero_shot(spec)
        return replace(self, zero_shot=words, card=self.card | {"words": words.name})

    def save_pretrained(self, folder: str | Path) -> None:
        """Write the model's folder, whole or not at all; an older one of this name is replaced."""
        from fusion.pretrained import save

        save(self, Path(folder))

    @classmethod
    def from_pretrained(cls, folder: str | Path) -> "Detector":
        """Read a model's folder; BadModel names the file that is missing or altered."""
        from fusion.pretrained import load

        return load(Path(folder))

    def _maps(
        self,
        views: Sequence[View],
        tokens: Sequence[Tensor],
        text: NDArray[np.float32] | None = None,
        skeleton: NDArray[np.float32] | None = None,
    ) -> Tensor:
        """Return how far each place is, in the normals' spread, (B, P, C) for each view -> (B, P).

        What is said, `text` and `skeleton`, is said of one sample.
        """
        if self.learned and self.learned.judges:
            x = whitened(views, tokens)
            cond = self.learned.condition(x, text=text, skeleton=skeleton)
            return self.learned.maps(self.learned.residuals(x, cond))
        return torch.stack([view(one) for view, one in zip(views, tokens, strict=True)]).mean(dim=0)

    def _refusal(self, seen: Encoded, image: NDArray[np.uint8], cells: NDArray[np.float32]) -> str | None:
        return self.world.refusal(looks(seen.picture, image.shape), cells)

    def _judged(self, seen: Encoded, image: NDArray[np.uint8], places: NDArray[np.float32]) -> Judged:
        cells = places.reshape(self.encoder.grid)
        refused = self._refusal(seen, image, cells) is not None
        return Judged(float(cells.max()), refused, np.maximum(self._back(cells, seen, image), 0))

    def _sampler(self, samples: int) -> Painter | None:
        """Return what draws samples of the normal version; None if none are asked for."""
        if not samples:
            return None
        if samples < 2:
            raise BadSetting(f"a spread needs at least 2 samples, got {samples}; ask for more")
        if not isinstance(self.pictures, Painter) or not self.pictures.helped:
            raise BadSetting(
                f"{self.name} draws no samples of a normal version: it has no trained painter "
                "that is better than its memory; fit it with method neural, or ask for no samples"
            )
        return self.pictures

    @property
    def _memory(self) -> PictureMemory:
        return self.pictures.memory if isinstance(self.pictures, Painter) else self.pictures

    def _remembered(self, seen: Encoded, wrong: NDArray[np.bool_]) -> Remembered:
        return most_alike(self._memory, self.card.get("remembered", ()), seen.picture, wrong)

    def _heard(self, sample: Sample) -> tuple[Prompt | None, NDArray[np.float32] | None]:
        """Return a sample's words as they are understood, and what they say of the normal part, (T,), if they do.

        Both are None where there are no words, or nothing could come of them.
        """
        if not sample.text:
            return None, None
        try:
            prompt = read_prompt(sample.text, f"the text of {sample.name}")
        except BadInput:
            if self.learned or self.zero_shot or self.told:
                raise
            return None, None  # this model makes no use of words, whatever they are
        said = self._description(prompt)
        understood = self.learned or self.zero_shot or said is not None or prompt.names_places
        return (prompt, said) if understood else (None, None)

    def _description(self, prompt: Prompt) -> NDArray[np.float32] | None:
        """Return what a prompt says of the normal part, (T,); None if it says something else."""
        if self.told is None or not prompt.focus or not len(self.told.descriptions):
            return None
        words = text_encoder(MINILM).encode([prompt.focus])[0]
        return words if describes(self.told, words, bool(named_kind(prompt.focus))) else None

    def _guided(
        self,
        ways: Sequence[Encoded],
        sample: Sample,
        plain: NDArray[np.float32],
        prompt: Prompt,
        said: NDArray[np.float32] | None,
        part: NDArray[np.bool_],
    ) -> Guided:
        """Return what a prompt does to a map; `said` is what it says of the normal part, if it does."""
        if said is not None:
            cells = self._least(ways, sample, said)
            return Guided(cells, None, changed(plain, cells), None, None, described=True)
        seen, frame = ways[-1], self.encoder.frame.config.size

        def where(places: tuple[str, ...]) -> NDArray[np.float32]:
            here = cv2.warpAffine(within(places, part), seen.affine, frame, borderMode=cv2.BORDER_REPLICATE)
            return share_of_cells(here, self.encoder.grid)

        named = partial(self._named, seen) if self.learned or self.zero_shot else None
        return search(named, plain, prompt, self.calibration.thresholds.review, where)

    def _least(
        self, ways: Sequence[Encoded], sample: Sample, text: NDArray[np.float32] | None = None
    ) -> NDArray[np.float32]:
        """Return how far each cell is from its normal version in whichever way of seeing the sample it is the least.

        An ignored place speaks through its neighbours' surroundings only as it is, the seam of what fills it only where
        it is filled; what lies beside it shows both ways.
        """
        return np.asarray(np.minimum.reduce([self.places(seen, sample, text) for seen in ways]), np.float32)

    def _named(self, seen: Encoded, words: str) -> NDArray[np.float32]:
        """Return the share of each cell that words name, (rows, columns) in [0, 1]."""
        grid = self.encoder.grid
        if self.zero_shot:
            return self.zero_shot.share(seen.picture, words, grid)
        assert self.learned is not None  # else nothing hears words
        text = text_encoder(self.learned.words).encode([words])[0]
        x = whitened(self.views, [one[None] for one in seen.tokens])
        return np.asarray(self.learned.names(x, text, grid).view(grid).numpy(), np.float32)

    def _guidance(self, prompt: Prompt, guided: Guided, seen: Encoded, image: NDArray[np.uint8]) -> Guidance:
        found = None if guided.found is None else np.maximum(self._back(guided.found, seen, image), 0)
        basis: Basis = "captions" if self.learned else "looks"
        basis = "descriptions" if guided.described else "zero-shot" if self.zero_shot else basis
        return told(prompt, guided, found, basis)

    def _back(self, cells: NDArray[np.float32], seen: Encoded, image: NDArray[np.uint8]) -> NDArray[np.float32]:
        return self.encoder.frame.back(cells, seen.affine, image.shape[:2])

    def _skeleton(self, sample: Sample | None, seen: Encoded) -> NDArray[np.float32] | None:
        if self.told is None or not self.told.hearing.posed or sample is None or sample.skeleton is None:
            return None
        return to_frame(sample.skeleton, seen.affine, self.encoder.frame.config.size)

    def _used(self, prompt: Prompt | None) -> tuple[str, ...]:
        """Return the modalities that this model made use of, or would have."""
        hears = self.learned or self.zero_shot or prompt
        posed = self.told is not None and self.told.hearing.posed
        return ("image", "mask", *(["text"] if hears else []), *(["skeleton"] if posed else []))


def fit(
    items: Sequence[Item],
    config: DetectorConfig,
    name: str,
    progress: Progress = silent,
    checkpoint: Path | None = None,
) -> Detector:
    """Fit on the good pictures among `items`; pictures that can't be used are skipped and listed in the card.

    BadData if fewer than 5 can be used. Nothing is written but a training's `checkpoint`, from which it goes on after a
    kill.
    """
    from fusion.fitting import fit_detector

    return fit_detector(items, config, name, progress, checkpoint)


def _checked(sample: Sample) -> NDArray[np.uint8]:
    if sample.image is None:
        raise BadInput(f"{sample.name}: it has no image, and this model looks at images; give one")
    if sample.mask is not None and sample.mask.shape != sample.image.shape[:2]:
        raise BadInput(
            f"{sample.name}: the mask is {sample.mask.shape[1]} x {sample.mask.shape[0]} px and the image "
            f"{sample.image.shape[1]} x {sample.image.shape[0]} px; give a mask of the image's size"
        )
    return sample.image


def part_seen(image: NDArray[np.uint8], background: bool) -> NDArray[np.bool_]:
    """Return the object itself, (H, W); the whole picture where parts stand before no background."""
    found = part_of(image) if background else None
    return np.ones(image.shape[:2], bool) if found is None else found
