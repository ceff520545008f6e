"""Growing: a memory of good parts takes in more of them, without a new fit.

Whitening, spreads and thresholds stay as they were. More normals in the memory bring good parts nearer to one of them,
so what the calibration promised about false alarms holds on; what a wrongly accepted part would hide, nobody knows but
who compares before and after. Samples with a description or a skeleton are judged by a closed form beside the memory
where the normals came with such, and it stays as it was.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from fusion.detector import Detector
from fusion.diffusion.denoiser import MemoryDenoiser
from fusion.errors import BadSetting
from fusion.modelfile import GROWN
from fusion.picture import PictureMemory
from fusion.sample import Sample
from fusion.threads import one_thread
from fusion.view import View

STRANGE = 64  # cells of a part that a memory without places takes in: those that were the strangest


def grown(detector: Detector, goods: Sequence[Sample]) -> Detector:
    """Return the detector with more good parts in its memory; BadSetting if it judges by no memory."""
    if detector.learned or not all(isinstance(view.denoise, MemoryDenoiser) for view in detector.views):
        raise BadSetting(
            f"{detector.name} judges by {detector.config.method}, which is no memory of good parts that could grow; "
            "fit it with method memory, or propose a new fit: foil store feedback MODEL --data DATA --out FOLDER"
        )
    with one_thread(), torch.inference_mode():
        for good in goods:
            detector = _with_one(detector, good)
    return detector


def _with_one(detector: Detector, good: Sample) -> Detector:
    assert good.image is not None  # only what was inspected was called good
    seen = detector.encoder(good.image)
    off = torch.from_numpy(detector.places(seen).ravel().copy())
    views = tuple(_larger(view, one[None], off) for view, one in zip(detector.views, seen.tokens, strict=True))
    memory = detector.pictures
    assert isinstance(memory, PictureMemory)  # a painter comes with a trained network
    pictures = replace(memory, pictures=np.concatenate([memory.pictures, seen.picture[None]]))
    card = {
        **detector.card,
        "remembered": [*detector.card.get("remembered", ()), [good.name, good.sha256]],
        GROWN: [*detector.card.get(GROWN, ()), good.sha256],
    }
    return replace(detector, views=views, pictures=pictures, card=card)


def _larger(view: View, tokens: Tensor, off: Tensor) -> View:
    """Return a view whose memory holds one more part's tokens, (1, P, C)."""
    assert isinstance(view.denoise, MemoryDenoiser)
    new, memory = view.whitening(tokens), view.denoise.memory
    if memory.shape[1] == 1 < new.shape[1]:  # its normals serve every place: what was strange is what is new
        new = new[0, off.topk(min(STRANGE, len(off))).indices][:, None]
    return replace(view, denoise=MemoryDenoiser(torch.cat([memory, new]).contiguous()))
