"""Tiny open_clip models: of random weights, and one that has learnt to call coloured spots by the kinds of defect."""

import colorsys
import json
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from safetensors.torch import save_file

from fusion.modality.clip import colours_of, expected
from fusion.synthesis import KINDS, SYNONYMS
from fusion.threads import one_thread
from fusion.zero_shot import NAMES, NORMAL, TEMPLATES

VISION = {"image_size": 64, "layers": 2, "width": 32, "head_width": 16, "patch_size": 16}
TEXT = {"context_length": 16, "vocab_size": 49408, "width": 32, "heads": 2, "layers": 1}
SIDE, SPOT = 32, 8  # px of the pictures that are learnt from, and of a spot, a patch
COLOURS = {kind: 255 * np.array(colorsys.hsv_to_rgb(n / 9, 1, 1), np.float32) for n, kind in enumerate(KINDS)}


def tiny_clip(folder: Path, name: str, vision: dict[str, Any] = VISION) -> Path:
    """Make a tiny architecture known to open_clip, and return a file of random weights for it."""
    path = folder / f"{name}.safetensors"
    _write(_created(folder, name, vision), path)
    return path


def taught_clip(folder: Path, name: str, steps: int = 120) -> Path:
    """Return a file of a tiny model's weights that tell nine coloured spots, each a kind of defect, and plain grey.

    It learns from whole pictures and words, as CLIP does: nobody tells it where a spot is.
    """
    path = folder / f"{name}.safetensors"
    with one_thread():
        _write(_taught(folder, name, steps), path)
    return path


def spotted(rng: np.random.Generator, spots: dict[str, NDArray[np.int64]], side: int = SIDE) -> NDArray[np.uint8]:
    """Draw a noisy grey picture, (side, side, 3), with a spot for each kind of defect, its corner's y and x given."""
    picture = rng.uniform(80, 150) + rng.normal(0, 8, (side, side, 3))
    size = SPOT * side // SIDE
    for kind, (y, x) in spots.items():
        picture[y : y + size, x : x + size] = COLOURS[kind]
    return np.clip(picture, 0, 255).astype(np.uint8)


def _taught(folder: Path, name: str, steps: int) -> Any:
    model = _created(folder, name, {**VISION, "image_size": SIDE, "patch_size": SPOT}).train()
    model.token_embedding.requires_grad_(False)  # most of its weights, and random ones do
    optimiser = torch.optim.AdamW([one for one in model.parameters() if one.requires_grad])
    rate = torch.optim.lr_scheduler.OneCycleLR(optimiser, 6e-3, total_steps=steps)
    tokens, colours, rng = _tokenizer(name), colours_of(model), np.random.default_rng(0)
    names = [list(SYNONYMS[kind][:NAMES]) for kind in KINDS] + [list(NORMAL)]
    for _ in range(steps):
        said = rng.integers(10, size=32)
        shown = [spotted(rng, {} if n == 9 else {KINDS[n]: rng.integers(SIDE - SPOT, size=2)}) for n in said]
        x = torch.from_numpy(np.stack(shown)).permute(0, 3, 1, 2) / 255
        texts = [TEMPLATES[rng.integers(len(TEMPLATES))].format(rng.choice(names[n])) for n in said]
        seen = model.encode_image(expected(x, *colours), normalize=True)
        logits = model.logit_scale.exp() * seen @ model.encode_text(tokens(texts), normalize=True).T
        alike = F.normalize(torch.from_numpy(said[:, None] == said).float(), p=1, dim=1)
        loss = F.cross_entropy(logits, alike) + F.cross_entropy(logits.T, alike)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        rate.step()
    return model


def _created(folder: Path, name: str, vision: dict[str, Any]) -> Any:
    import open_clip

    (folder / f"{name}.json").write_text(json.dumps({"embed_dim": 16, "vision_cfg": vision, "text_cfg": TEXT}))
    open_clip.add_model_config(folder)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return open_clip.create_model(name)


def _tokenizer(name: str) -> Any:
    import open_clip

    return open_clip.get_tokenizer(name)


def _write(model: Any, path: Path) -> None:
    save_file({key: value.detach().contiguous() for key, value in model.state_dict().items()}, path)
