"""open_clip: where its models are loaded, and what words and the places of a picture are in the space of its towers."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from fusion.errors import BadSetting

Triple = tuple[float, float, float]


def is_clip(name: str) -> bool:
    """Tell whether open_clip knows the architecture of `ARCH` or `ARCH/TAG`."""
    import open_clip

    return name.partition("/")[0] in open_clip.list_models()


def load_clip(spec: str) -> Any:
    """Return open_clip's model of `ARCH/TAG` or `ARCH:FILE.safetensors`, ready to be asked.

    BadSetting says what is unknown or missing. Only a TAG may download, from the hub it belongs to.
    """
    name, _, file = spec.partition(":")
    if not is_clip(name):
        raise BadSetting(f"{name.partition('/')[0]!r} is no open_clip model; see open_clip.list_models()")
    tag = name.partition("/")[2]
    if not (file or tag):
        raise BadSetting(f"open_clip's {name!r} needs weights; end its name with /TAG or :FILE.safetensors")
    if file:
        check_weights(file)
    return _created(name, file or tag)


def bare_clip(name: str) -> Any:
    """Return open_clip's model of `ARCH` or `ARCH/TAG` with weights of no meaning, for a state that it once had."""
    return _created(name, None)


def _created(name: str, weights: str | None) -> Any:
    import open_clip

    with torch.random.fork_rng(devices=[]):  # a network draws weights before it reads them
        return open_clip.create_model(name.partition("/")[0], pretrained=weights).eval()


def check_weights(file: str) -> None:
    """Raise BadSetting unless a file of weights is there, and of a kind that can't run code when it is read."""
    if not (Path(file).is_file() and file.endswith(".safetensors")):
        raise BadSetting(
            f"weights {file!r}: expected an existing .safetensors file (other formats can run code when read); convert "
            "it with safetensors.torch.save_file"
        )


def fingerprint(model: Any) -> str:
    """Return the beginning of the hash of a model's weights, which tells them from any others of the same name."""
    digest = hashlib.sha256()
    for value in model.state_dict().values():
        digest.update(value.numpy().tobytes())
    return digest.hexdigest()[:12]


def colours_of(model: Any) -> tuple[Triple, Triple]:
    """Return mean and standard deviation of the colours that a model's image tower expects."""
    import open_clip

    told = open_clip.get_model_preprocess_cfg(model)
    return tuple(told["mean"]), tuple(told["std"])


def expected(picture: Tensor, mean: Triple, std: Triple) -> Tensor:
    """Return pictures with values in [0, 1] as a tower of these colours expects them, (B, 3, H, W)."""
    return (picture - torch.tensor(mean)[:, None, None]) / torch.tensor(std)[:, None, None]


def words_of(model: Any, name: str) -> Callable[[str], NDArray[np.float32]]:
    """Return what turns one text into its vector, (D,), by the text tower of the model of `ARCH` or `ARCH/TAG`."""
    import open_clip

    tokenize = open_clip.get_tokenizer(name.partition("/")[0])

    def embed(text: str) -> NDArray[np.float32]:
        with torch.inference_mode():
            vector: NDArray[np.float32] = model.encode_text(tokenize([text]))[0].float().numpy()
        return vector

    return embed


def load_clip_text(spec: str) -> Callable[[str], NDArray[np.float32]]:
    """Load a model's text tower, named as for `load_clip`, and return what turns one text into its vector, (D,)."""
    model = load_clip(spec)
    del model.visual  # the larger half, and no word passes through it
    return words_of(model, spec.partition(":")[0])


def check_patches(visual: Any, name: str) -> None:
    """Raise BadSetting unless an image tower is a vision transformer of open_clip's own."""
    if not hasattr(visual, "transformer"):
        raise BadSetting(f"{name!r} has no patch tokens (it is no vision transformer); choose one of open_clip's ViT")


def patches(visual: Any, x: Tensor, blocks: list[int]) -> list[Tensor]:
    """Return the patch tokens after some blocks of normalised pictures, (B, 3, H, W) -> (B, C, h, w) each."""
    out: list[Tensor] = visual.forward_intermediates(
        _sized(visual, x), indices=blocks, stop_early=True, intermediates_only=True, output_fmt="NCHW"
    )["image_intermediates"]
    return out


def whole(visual: Any, x: Tensor) -> Tensor:
    """Return normalised pictures as unit vectors among words, (B, 3, H, W) -> (B, D) [CLIP, sec. 3.1.2]."""
    return F.normalize(visual(_sized(visual, x)), dim=-1)


def _sized(visual: Any, x: Tensor) -> Tensor:
    """Return pictures in the size that an image tower expects, (B, 3, H, W) -> (B, 3, h, w)."""
    size = (visual.image_size,) * 2 if isinstance(visual.image_size, int) else tuple(visual.image_size)
    return F.interpolate(x, size, mode="bilinear", antialias=True)


def depth_of(visual: Any) -> int:
    """Return how many blocks an image tower has."""
    return len(visual.transformer.resblocks)


def check_places(visual: Any, name: str) -> None:
    """Raise BadSetting unless `places` can read an image tower: its last block must hand patches on to the words."""
    check_patches(visual, name)
    plain = depth_of(visual) > 1 and hasattr(visual.transformer.resblocks[-1], "attention")
    if not plain or visual.attn_pool is not None or visual.proj is None:
        raise BadSetting(f"{name!r} brings no single patch among words; choose one of open_clip's plain ViT (ViT-B-16)")


def places(visual: Any, x: Tensor) -> Tensor:
    """Return places of normalised pictures as unit vectors among words, (B, 3, H, W) -> (B, D, h, w) [ClearCLIP].

    Of the last block only the attention is taken, with every patch attending to itself alone: what patches gather from
    each other there, and what they carry along, is for the whole picture, and points words to the wrong places.
    """
    (before,) = patches(visual, x, [depth_of(visual) - 2])
    tokens, last = before.flatten(2).transpose(1, 2), visual.transformer.resblocks[-1]
    alone = torch.full((tokens.shape[1],) * 2, -torch.inf).fill_diagonal_(0)
    own = last.ls_1(last.attention(last.ln_1(tokens), attn_mask=alone))
    among_words = F.normalize(visual.ln_post(own) @ visual.proj, dim=-1)
    return among_words.transpose(1, 2).reshape(len(x), -1, *before.shape[2:])
