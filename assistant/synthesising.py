"""Synthesise: paint a defect that is asked for in words onto pictures, for a look at it or as data to test on.

Every picture says that it is generated, to machines in its file, and to people below it.
"""

import json
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from assistant import pictures
from assistant.colours import Picture
from assistant.inspection import Failure, expand
from assistant.page import GENERATED
from fusion.errors import BadData, BadInput, BadSetting
from fusion.files import atomic_folder
from fusion.item import Item
from fusion.modality.prompt import Prompt, read_prompt
from fusion.progress import Progress, silent
from fusion.sample import Sample

if TYPE_CHECKING:
    from fusion.detector import Detector  # imports torch

SAMPLERS = ("ddim", "dpm++", "euler", "lcm")
OF_THE_MODEL = ("steps", "sampler", "strength")  # what only painting by the model takes
HARDLY = 0.1  # of the mask: what shows in less of it is no defect that a detector could be tested on
VISIBLE = 8  # grey levels: from this change on a pixel counts as one that shows the defect


@dataclass(frozen=True)
class Wish:
    """What to paint, and how. Checked when it is made, before any picture is read."""

    text: str  # what it looks like, and perhaps where, English or Chinese
    mask: Path | None = None  # where; None: a shape and a place are drawn at random, as the words allow
    seed: int = 0  # of the first painting of a picture; the next ones count on from it
    count: int = 1  # paintings a picture
    by: Literal["drawing", "model"] = "drawing"  # rules of how each kind looks, or the model's own diffusion
    steps: int = 10  # of the model, as the next two
    sampler: str = "ddim"
    strength: float = 1.5  # how far it goes beyond what no words would give; 1 is the model as it is
    prompt: Prompt = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "prompt", read_prompt(self.text, "the words"))
        if not self.prompt.focus:
            raise BadSetting(f"{self.text!r:.80} names no defect to paint; say what it is, as in 'a deep scratch'")
        limits = {"count": (1, 10_000), "steps": (1, 50), "strength": (0, 10), "seed": (0, 2**32 - 1)}
        for name, (low, high) in limits.items():
            if not low <= (value := getattr(self, name)) <= high:
                raise BadSetting(f"{name} {value:g}: expected {low} to {high}")
        if self.by not in ("drawing", "model"):
            raise BadSetting(f"painted by {self.by!r}: choose drawing or model")
        if self.sampler not in SAMPLERS:
            raise BadSetting(f"sampler {self.sampler!r} is unknown; choose {' or '.join(SAMPLERS)}")


@dataclass(frozen=True, eq=False)
class Painting:
    """A picture with a painted defect, and all that it takes to paint it again."""

    source: Sample
    image: Picture
    mask: NDArray[np.bool_]  # (H, W): where the defect was asked for
    kind: str  # of fusion.synthesis.KINDS: the nearest to the words
    drawn: bool  # the mask was drawn, not given
    wish: Wish
    seed: int
    model: str

    @cached_property
    def bbox(self) -> tuple[int, int, int, int]:
        """Return the mask's box: x0, y0, x1, y1, exclusive at the end."""
        rows, columns = np.flatnonzero(self.mask.any(axis=1)), np.flatnonzero(self.mask.any(axis=0))
        return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1

    @cached_property
    def shown(self) -> float:
        """Return the share of the mask's pixels that visibly changed, in [0, 1]."""
        assert self.source.image is not None  # something was painted on
        change = np.abs(self.image.astype(np.int16) - self.source.image).max(axis=-1)
        return float((change >= VISIBLE)[self.mask].mean())

    def png(self, plain: bool = False) -> bytes:
        """Return its file, which says that it is generated; so does a strip below the picture unless `plain`."""
        texts = {"Sample": self.source.sha256, "Model": self.model, "Seed": str(self.seed)}
        return labelled(self.image, self.wish.prompt.focus, plain, Description=self.wish.prompt.text, **texts)

    def to_json(self) -> dict[str, Any]:
        """Return what is known of it, strict JSON."""
        return {
            "path": self.source.name,
            "generated": True,
            "text": self.wish.prompt.text,
            "label": self.kind,
            "bbox": self.bbox,
            "shown": round(self.shown, 3),
            "mask_drawn": self.drawn,
            "seed": self.seed,
            "by": self.wish.by,
            "model": self.model,
            **({key: getattr(self.wish, key) for key in OF_THE_MODEL} if self.wish.by == "model" else {}),
        }


def labelled(picture: Picture, words: str, plain: bool = False, **texts: str) -> bytes:
    """Return a painted picture's file, which says that it is generated; so does a strip below it unless `plain`."""
    caption = f"Generated defect: {textwrap.shorten(words, 60, placeholder=' ...')}"
    shown = picture if plain else pictures.captioned(picture, caption)
    title = "Generated: a defect painted on a photograph"
    return pictures.png(shown, Title=title, **texts, DigitalSourceType=GENERATED)


def synthesise(sample: Sample, detector: "Detector", wish: Wish) -> Iterator[Painting]:
    """Yield paintings of a wish on one sample's image; its mask says where, else place and shape are drawn for each.

    BadInput for what isn't from the model's world: a defect on it would be no defect of its product.
    """
    from fusion.modality.text import text_encoder
    from fusion.synthesis.asked import drawing_of, kind_of

    prompt = wish.prompt
    bare = replace(sample, text=None, mask=None)
    detection = detector.detect(bare)
    if detection.refusal or sample.image is None:
        raise BadInput(f"{sample.name}: nothing can be painted on it, since {detection.refusal}")
    kind = kind_of(prompt.focus, lambda texts: text_encoder().encode(texts))
    for seed in range(wish.seed, wish.seed + wish.count):
        # of the picture's content, too: else all pictures of a folder got their defects at one place
        rng, where = np.random.default_rng([seed, sample.seed]), None if sample.mask is None else sample.mask >= 0.5
        if where is not None and not where.any():
            raise BadInput(f"{sample.name}: the mask of where to paint is empty; mark at least a few pixels")
        image, mask = drawing_of(sample.image, detection.part, kind, prompt.focus, prompt.place, rng, where)
        if wish.by == "model":
            mask = mask if where is None else where
            asked = replace(bare, text=prompt.text, mask=mask.astype(np.float32))
            image = detector.synthesise(asked, seed, wish.steps, wish.strength, wish.sampler)
        yield Painting(bare, image, mask, kind, sample.mask is None, wish, seed, detector.name)


def synthesise_paths(
    path: Path, detector: "Detector", wish: Wish, progress: Progress = silent
) -> Iterator[Painting | Failure]:
    """Paint on a picture, or on each of a folder, in order; a bad file ends itself only."""
    found = expand(path, None)
    progress("painting", 0, len(found) * wish.count)
    for number, entry in enumerate(found):
        done = number * wish.count
        try:
            for painting in synthesise(_loaded(entry, wish.mask), detector, wish):
                yield painting
                progress("painting", done := done + 1, len(found) * wish.count)
        except BadInput as error:
            yield Failure(str(entry.path), str(error))
        progress("painting", (number + 1) * wish.count, len(found) * wish.count)


def write_folder(
    results: Iterator[Painting | Failure], folder: Path, data_set: bool = False, plain: bool = False
) -> Iterator[tuple[Painting, Path] | Failure]:
    """Write paintings into a new folder, whole or not at all, and yield each with the file that it will have.

    A data set has plain pictures in image/, their masks in mask/, and manifest.jsonl, which `open_dataset` reads; what
    can hardly be seen stays out of it.
    """
    image, mask = (folder / "image", folder / "mask") if data_set else (folder, folder)
    rows: list[str] = []
    with atomic_folder(folder) as new:
        for place in {image, mask}:
            (new / place.relative_to(folder)).mkdir(exist_ok=True)
        for result in results:
            if data_set and isinstance(result, Painting) and result.shown < HARDLY:
                result = _too_faint(result)
            if isinstance(result, Failure):
                yield result
                continue
            file = image / f"{Path(result.source.name.replace(chr(92), '/')).stem[:60]}-{len(rows):04d}.png"
            inside = file.relative_to(folder)
            (new / inside).write_bytes(result.png(plain or data_set))
            if data_set:
                own = Path("mask", file.name)
                (new / own).write_bytes(pictures.png(result.mask.astype(np.uint8) * 255))
            row = {"path": inside.as_posix(), "mask": f"mask/{file.name}", "split": "test"}
            rows.append(json.dumps({**result.to_json(), "source": result.source.name, **row}, ensure_ascii=False))
            yield result, file
        if not rows:
            raise BadData(f"{folder}: nothing could be painted, so nothing was written")
        if data_set:
            (new / "manifest.jsonl").write_text("\n".join(rows) + "\n", encoding="utf-8")


def _too_faint(painting: Painting) -> Failure:
    name = painting.source.name
    return Failure(
        name,
        f"{name}: seed {painting.seed} shows in {painting.shown:.0%} of its mask only, so it is no defect to test on; "
        "try other words or another seed; of a model's painting, more strength or a longer training",
    )


def _loaded(entry: Item | Failure, mask: Path | None) -> Sample:
    """Return a picture to paint on, with the user's mask."""
    if isinstance(entry, Failure):
        raise BadInput(entry.reason)
    return replace(entry, region=mask).load()
