"""open_clip's text tower: words in the space in which its pictures lie."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fusion.errors import BadSetting


def load_clip_text(spec: str) -> Callable[[str], NDArray[np.float32]]:
    """Load `ARCH/TAG` or `ARCH:FILE.safetensors` and return what turns one text into its vector, (D,)."""
    import open_clip
    import torch

    name, _, file = spec.partition(":")
    architecture, _, tag = name.partition("/")
    if architecture not in open_clip.list_models():
        raise BadSetting(f"{architecture!r} is no open_clip model; see open_clip.list_models(), or use minilm")
    if not (file or tag):
        raise BadSetting(
            f"open_clip's {name!r} needs weights; name them as open_clip:{name}/TAG or "
            f"open_clip:{name}:FILE.safetensors, or use minilm"
        )
    if file and not (Path(file).is_file() and file.endswith(".safetensors")):
        raise BadSetting(
            f"text encoder weights {file!r}: expected an existing .safetensors file (other formats can run code when "
            "read); convert it with safetensors.torch.save_file"
        )
    with torch.random.fork_rng(devices=[]):  # a network draws weights before it reads them
        model = open_clip.create_model(architecture, pretrained=file or tag).eval()
    tokenize = open_clip.get_tokenizer(architecture)
    del model.visual  # the larger half, and no word passes through it

    def embed(text: str) -> NDArray[np.float32]:
        with torch.inference_mode():
            vector: NDArray[np.float32] = model.encode_text(tokenize([text]))[0].float().numpy()
        return vector

    return embed
