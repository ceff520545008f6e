"""Zero-shot: which places words name, by an open_clip model that never saw this product, so any detector can hear them.

Places of the picture and words lie in one space. There a person's words compete for each place with words for normal
and for the other kinds of defect: against "normal" alone, whatever is wrong would be whatever was asked for. It takes
nothing of a fit, so it is chosen where a sample is inspected, and a model's folder needs no gigabyte more.
"""

from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from fusion.errors import BadSetting, loading
from fusion.modality import clip
from fusion.modality.text import TextEncoder
from fusion.representation.backbone import to_grid
from fusion.representation.encoder import to_unit
from fusion.synthesis import KINDS, SYNONYMS

TEMPLATES = ("{}", "a photo of {}", "a close-up photo of {}")
NORMAL = ("a normal part", "a flawless surface", "an intact product", "a clean surface")
ANY = ("a defect", "damage")
NAMES = 2  # of each kind of defect, which stand for it
RARE = 4.0  # logits by which words at least lose the picture's middle: what is true of most of it tells no place


@dataclass(frozen=True, eq=False)
class ZeroShot:
    """A model of pictures and words, and what words compete with."""

    name: str  # open_clip:ARCH/TAG or open_clip:ARCH:FILE, and the beginning of the hash of its weights
    visual: Any  # open_clip's image tower
    colours: tuple[clip.Triple, clip.Triple]  # mean and standard deviation that it expects
    encoder: TextEncoder
    sharpness: float  # logits of one unit of likeness
    normal: Tensor  # (D,)
    kinds: Tensor  # (9 + 1, D); the last is any kind

    @torch.inference_mode()
    def share(self, picture: NDArray[np.uint8], words: str, grid: tuple[int, int]) -> NDArray[np.float32]:
        """Return the share of each cell that words name in a picture, (H, W, 3) -> (rows, columns), in (0, 1).

        Phrases between commas are searched each by itself.
        """
        asked = torch.stack([middle(self.encoder, phrase) for phrase in words.split(", ")])
        rivals = torch.cat([self.normal[None], self._other_kinds(asked)])
        seen = clip.places(self.visual, clip.expected(to_unit(picture)[None], *self.colours))
        for_words, against = (self.sharpness * torch.einsum("bdhw,kd->bkhw", seen, text) for text in (asked, rivals))
        odds = for_words.logsumexp(dim=1) - against.logsumexp(dim=1)
        odds = odds - (odds.median() + RARE).clamp_min(0)
        return np.asarray(to_grid(odds[None].sigmoid(), grid)[0, 0].numpy(), np.float32)

    @torch.inference_mode()
    def kinds_of(self, picture: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return how likely a picture, (H, W, 3), shows each kind of defect, (9,), in the order of KINDS."""
        seen = clip.whole(self.visual, clip.expected(to_unit(picture)[None], *self.colours))
        logits = self.sharpness * seen @ self.kinds[: len(KINDS)].T
        return np.asarray(logits[0].softmax(dim=0).numpy(), np.float32)

    def _other_kinds(self, asked: Tensor) -> Tensor:
        """Return the kinds of defect that none of the phrases, (M, D), is nearest to, (K, D); none for any kind."""
        meant = set((asked @ self.kinds.T).argmax(dim=1).tolist())
        kinds = len(self.kinds) - 1
        return self.kinds[[kind for kind in range(kinds) if kind not in meant and kinds not in meant]]


@lru_cache(maxsize=256)  # the words of a folder of pictures are the same for each of them
def middle(encoder: TextEncoder, *phrases: str) -> Tensor:
    """Return the unit vector between all that templates make of phrases, (D,) [CLIP, sec. 3.1.4]."""
    texts = [template.format(phrase) for phrase in phrases for template in TEMPLATES]
    return F.normalize(torch.from_numpy(encoder.encode(texts)).mean(dim=0), dim=-1)


@cache
@torch.inference_mode()
def zero_shot(spec: str) -> ZeroShot:
    """Load `open_clip:ARCH/TAG` or `open_clip:ARCH:FILE.safetensors`, once a process: it takes seconds.

    BadSetting says what is unknown or missing. Only a TAG may download, from the hub it belongs to.
    """
    library, _, rest = spec.partition(":")
    name = rest.partition(":")[0]
    if library != "open_clip":
        raise BadSetting(
            f"words {spec!r}: expected open_clip:ARCH:FILE.safetensors or open_clip:ARCH/TAG, such as "
            "open_clip:ViT-B-16:vit_b_16.safetensors"
        )
    instead = (
        f"Give a weights file that belongs to it (open_clip:{name}:FILE.safetensors), let this machine reach the hub "
        "once, or inspect without this option"
    )
    with loading(f"words {spec!r}", instead):
        model = clip.load_clip(rest)
        clip.check_places(model.visual, name)
        embed = clip.words_of(model, name)
        encoder = TextEncoder(spec, len(embed("normal")), embed)
        kinds = torch.stack([middle(encoder, *names) for names in [*(SYNONYMS[kind][:NAMES] for kind in KINDS), ANY]])
        finite = kinds.isfinite().all() and clip.places(model.visual, torch.zeros(1, 3, 64, 64)).isfinite().all()
    if not finite:
        raise BadSetting(f"words {spec!r}: its weights give no finite numbers; get them again")
    return ZeroShot(
        name=f"{spec} ({clip.fingerprint(model)})",
        visual=model.visual,
        colours=clip.colours_of(model),
        encoder=encoder,
        sharpness=float(model.logit_scale.exp()),
        normal=middle(encoder, *NORMAL),
        kinds=kinds,
    )
