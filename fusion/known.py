"""Known: what is said of good parts beside their pictures, words and skeletons, as numbers."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from fusion.errors import BadInput
from fusion.learned import to_frame
from fusion.modality.prompt import read_prompt
from fusion.modality.text import MINILM, text_encoder
from fusion.representation.encoder import Encoded
from fusion.sample import Sample
from fusion.synthesis import KINDS, caption
from fusion.told import Said

PARAPHRASES = 24  # captions of each kind
WIDTH = 384  # of the text encoder's embeddings, where nothing was said and it is not loaded


@dataclass(frozen=True, eq=False)
class Known:
    """What is known of a normal beside its picture."""

    text: str
    skeleton: NDArray[np.float32] | None  # (17, 3) in shares of the frame

    @classmethod
    def of(cls, sample: Sample, encoded: Encoded, size: tuple[int, int]) -> "Known":
        skeleton = None if sample.skeleton is None else to_frame(sample.skeleton, encoded.affine, size)
        return cls(sample.text or "", skeleton)


def said_of(known: Sequence[Known]) -> Said:
    """Return what was said of normals, as numbers; words of which none is understood say nothing."""
    texts = {text: words for text in {one.text for one in known} if (words := _understood(text))}
    encoder = text_encoder(MINILM) if texts else None
    vectors = dict(zip(texts, encoder.encode(list(texts.values())), strict=True)) if encoder else {}
    absent, nowhere = np.zeros(encoder.width if encoder else WIDTH, np.float32), np.zeros((17, 3), np.float32)
    return Said(
        torch.from_numpy(np.stack([vectors.get(one.text, absent) for one in known])),
        torch.tensor([one.text in texts for one in known]),
        torch.from_numpy(np.stack([nowhere if one.skeleton is None else one.skeleton for one in known])),
        torch.tensor([one.skeleton is not None for one in known]),
    )


def meaning_of(said: Said, seed: int) -> tuple[Tensor, Tensor]:
    """Return what was said of the normals, (K, T), and each kind of defect's meaning, (9, T), of unit length.

    Without descriptions both are empty, (0, T).
    """
    descriptions = torch.unique(said.text[said.described], dim=0)
    if not len(descriptions):
        return descriptions, descriptions
    encoder = text_encoder(MINILM)
    kinds = torch.stack([torch.from_numpy(encoder.encode(texts)) for texts in paraphrases(np.random.default_rng(seed))])
    return descriptions, F.normalize(kinds.mean(dim=1), dim=-1)  # a mean of units is shorter than units


def paraphrases(rng: np.random.Generator) -> list[list[str]]:
    """Return captions of each kind without a place: sentence embeddings hardly tell left from right, masks do."""
    return [[caption(kind, rng) for _ in range(PARAPHRASES)] for kind in KINDS]


def _understood(text: str) -> str:
    """Return the English words of what was said of a normal; "" where nothing is understood, so nothing was said."""
    try:
        return read_prompt(text).focus
    except BadInput:
        return ""
