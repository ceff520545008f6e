"""What people call each kind of defect, and captions made of these words."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

KINDS: tuple[str, ...] = (
    "scratch",
    "crack",
    "hole",
    "stain",
    "chip",
    "missing part",
    "misplaced part",
    "wrong texture",
    "contamination",
)
NORMAL_CAPTIONS: tuple[str, ...] = (
    "normal",
    "a good part",
    "no defect",
    "flawless",
    "a normal picture",
    "nothing wrong",
    "without defects",
    "undamaged",
    "intact and clean",
    "a perfect sample",
    "in order",
    "as it should be",
    "a product without any fault",
)

# What can be counted: each is the head of "a deep dark ...", and makes a plural.
_NOUNS: dict[str, tuple[str, ...]] = {
    "scratch": ("scratch", "scratch", "scrape", "score mark", "scuff", "groove", "scored line"),
    "crack": ("crack", "crack", "fracture", "fissure", "split", "rupture", "crevice"),
    "hole": ("hole", "hole", "pit", "blowhole", "pore", "puncture", "pinhole", "hollow", "void"),
    "stain": ("stain", "stain", "spot", "blot", "discolouration", "smudge", "rust mark", "oil mark", "blotch"),
    "chip": ("chip", "chip", "nick", "dent", "broken edge", "notch", "chipped edge", "broken-off corner"),
    "missing part": ("missing part", "missing piece", "missing detail", "missing component", "lost piece", "gap"),
    "misplaced part": (
        "misplaced part",
        "misplaced piece",
        "shifted part",
        "bent part",
        "misaligned part",
        "displaced piece",
        "swapped part",
    ),
    "wrong texture": (
        "wrong texture",
        "rough area",
        "frayed area",
        "uneven area",
        "worn area",
        "abrasion",
        "coarse patch",
        "blurred patch",
        "irregular texture",
    ),
    "contamination": ("foreign object", "particle", "speck", "fibre", "piece of debris", "dirt particle", "hair"),
}
# What can't be counted, or is a whole sentence of its own; adjectives stand before the first kind only.
_MASSES: dict[str, tuple[str, ...]] = {
    "scratch": ("scratching",),
    "crack": ("cracking",),
    "hole": ("porosity",),
    "stain": ("staining", "rust", "oil"),
    "chip": ("chipping", "edge breakage"),
    "missing part": (),
    "misplaced part": (),
    "wrong texture": ("fraying", "wear"),
    "contamination": ("contamination", "contamination", "dirt", "dust", "debris"),
}
_SAYINGS: dict[str, tuple[str, ...]] = {
    "scratch": ("the surface is scratched", "scratched"),
    "crack": ("the material is cracked", "cracked"),
    "hole": ("the surface is pitted", "perforated"),
    "stain": ("the surface is stained", "stained", "discoloured"),
    "chip": ("a bit has broken off the edge", "the edge is chipped", "chipped"),
    "missing part": ("a part is missing", "a piece is absent", "something is lacking", "incomplete", "a part was lost"),
    "misplaced part": (
        "a part is misplaced",
        "a part is in the wrong position",
        "something is shifted",
        "a piece is bent",
        "a part is out of place",
        "misaligned",
    ),
    "wrong texture": (
        "the surface is uneven",
        "the surface is frayed",
        "the texture is wrong",
        "worn",
        "rough surface",
    ),
    "contamination": ("the surface is contaminated", "something foreign lies on it", "dirty", "dusty"),
}
_EXTRA: dict[str, tuple[str, ...]] = {  # words inside the phrases above that name the kind by themselves
    "scratch": ("scratched",),
    "crack": ("cracked",),
    "hole": ("pitted",),
    "stain": (),
    "chip": ("broken off", "chipped"),
    "missing part": ("missing", "absent", "lost", "lacking"),
    "misplaced part": ("misplaced", "shifted", "wrong position", "bent", "out of place"),
    "wrong texture": ("rough", "frayed", "uneven", "worn", "texture is wrong"),
    "contamination": ("foreign", "contaminated"),
}
SYNONYMS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        kind: tuple(
            dict.fromkeys(
                (*_NOUNS[kind], *_MASSES[kind], *(said for said in _SAYINGS[kind] if " " not in said), *_EXTRA[kind])
            )
        )
        for kind in KINDS
    }
)

_AT = {"top": "at the top", "bottom": "at the bottom", "centre": "in the centre", "edge": "near the edge"}
_SMALL, _LARGE = ("small", "tiny", "little"), ("large", "big", "wide")
_FAINT, _STRONG = ("faint", "slight", "subtle", "barely visible"), ("obvious", "clear", "strong", "severe")
_OWN_SIZE = {  # what people say of lines
    "scratch": (("short", "small"), ("long",)),
    "crack": (("short", "small"), ("long", "large")),
}
_OWN_FORCE = {
    "scratch": (("fine", "faint", "shallow"), ("deep", "strong")),
    "crack": (("fine", "faint", "hairline"), ("deep", "gaping")),
    "hole": (("shallow", "faint"), ("deep",)),
    "chip": (("slight", "shallow"), ("deep", "obvious")),
}


@dataclass(frozen=True)
class Look:
    """How a defect looks, as far as a caption may say it."""

    size: float = 0.5  # in [0, 1]
    contrast: float = 0.5  # in [0, 1]
    tone: str = ""  # "dark", "bright", "reddish", ... or nothing
    many: bool = False  # more than one of them
    thin: bool = False  # lines, not areas


def caption(kind: str, rng: np.random.Generator, place: str | None = None, look: Look | None = None) -> str:
    """Return one of many captions for a kind in lower case, with its place ("upper left", "top", "edge") if given."""
    look = look or Look()
    others = tuple(word for word in (*_MASSES[kind], *_SAYINGS[kind]) if _true_of(word, look))
    said = _countable(kind, rng, look) if rng.random() < 0.65 else _pick(rng, others)
    if said in _MASSES[kind]:
        said = _adjective(kind, rng, look) + said
    if place is None:
        return said
    where = _AT.get(place) or f"{'in' if ' ' in place else 'on'} the {place}"
    return f"{where} {said}" if rng.random() < 0.1 and " is " not in said else f"{said} {where}"


def _countable(kind: str, rng: np.random.Generator, look: Look) -> str:
    """Return "a deep dark scratch", "several scratches", with an article or without."""
    noun = _pick(rng, tuple(noun for noun in _NOUNS[kind] if _true_of(noun, look)))
    adjective = _adjective(kind, rng, look)
    if look.many:
        return f"{_pick(rng, ('', '', 'several ', 'some ', 'a few '))}{adjective}{_plural(noun)}"
    if rng.random() < 0.2:
        return f"{adjective}{noun}"
    return f"{'an' if (adjective or noun)[0] in 'aeio' else 'a'} {adjective}{noun}"


def _adjective(kind: str, rng: np.random.Generator, look: Look) -> str:
    """Return up to two adjectives that are true of the defect, each with a space behind it."""
    sizes, forces = _OWN_SIZE.get(kind, (_SMALL, _LARGE)), _OWN_FORCE.get(kind, (_FAINT, _STRONG))
    true = [
        _pick(rng, words[level > 0.5])
        for words, level in ((sizes, look.size), (forces, look.contrast))
        if abs(level - 0.5) > 0.15
    ]
    true += [look.tone] if look.tone else []
    count = int(rng.integers(0, 3))
    chosen = sorted(rng.permutation(len(true))[:count])
    return "".join(f"{true[index]} " for index in chosen)


def _true_of(word: str, look: Look) -> bool:
    """Tell whether a word that says more than its kind is true: a fibre is thin, rust is not blue."""
    if word in ("fibre", "hair"):
        return look.thin
    if word in ("particle", "speck", "dirt particle", "piece of debris", "dust", "dusty"):
        return not look.thin
    return "rust" not in word or look.tone in ("", "dark", "reddish", "yellowish")


def _plural(noun: str) -> str:
    """Return the plural of a noun, or of the head of "piece of debris"."""
    head, of, rest = noun.partition(" of ")
    return f"{head}{'es' if head.endswith('ch') else 's'}{of}{rest}"


def _pick(rng: np.random.Generator, words: tuple[str, ...]) -> str:
    return words[int(rng.integers(len(words)))]
