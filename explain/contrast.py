"""Why one kind of defect and not another: which of its traits tell, computed from the distances that named it.

The distance of `explain.naming` to one kind less that to another is a sum over attributes, so what each says for the
one and against the other is exact, and no surrogate of anything.
"""

from collections import defaultdict

import numpy as np

from explain.catalogue import Lang, say
from explain.difference import Region
from explain.naming import Kinds, attributes, built_in
from explain.wording import called, number, percent

LOOK = "look: "  # before a kind, is a trait, too: how much it looks like it to the network
MOST = 3  # traits that are told
TELLING = 0.1  # of all that speaks against a kind, from which a trait is worth a word
# What each of `naming.measures` says, in their order; a minus where less of it is more of the trait.
TRAITS = (
    *("size", "slender", "slender", "smooth", "pieces", "light", "strong", "coloured", "edge", "gone", "gone"),
    *("added", "rough", "filled", "uneven", "uneven", "steep", "through", "rough", "-smooth", "foreign"),
)


def traits() -> tuple[str, ...]:
    """Return what each of `naming.attributes` says, in their order."""
    return (*TRAITS, *(f"{LOOK}{kind}" for kind in built_in().names))


def against(kinds: Kinds, region: Region, asked: str, first: str) -> list[tuple[str, bool]]:
    """Return what speaks most against a kind and for another, the most telling first: traits, and whether it has more.

    Told is only what the region has more, or less, of than the kind usually has, in the direction of the other.
    """
    x, (usual, other) = attributes(region), (kinds.looks[kinds.names.index(name)] for name in (asked, first))
    pull = 2 * (kinds.whiten @ kinds.whiten.T) @ (other - usual)
    shares = (x - (usual + other) / 2) * pull  # their sum is the difference of the squared distances
    weights: dict[tuple[str, bool], float] = defaultdict(float)
    for trait, share, more, toward in zip(traits(), shares, x - usual, other - usual, strict=True):
        if share > 0 and more * toward > 0:
            weights[trait.lstrip("-"), (more > 0) != trait.startswith("-")] += share
    least = TELLING * float(np.maximum(shares, 0).sum())
    told = sorted((trait for trait, weight in weights.items() if weight >= least), key=lambda one: -weights[one])
    return [one for at, one in enumerate(told) if (one[0], not one[1]) not in told[:at]][:MOST]


def why_not(kinds: Kinds, region: Region, asked: str, lang: Lang) -> str:
    """Return why a region isn't called a kind, one of `kinds.names`; or that it is the nearest, and how sure."""
    ranked = kinds.rank(region)
    first, sure = ranked[0].kind, {name.kind: percent(round(name.sure, 2), lang) for name in ranked}
    slots = {"number": number(region.number), "asked": called(asked, lang), "first": called(first, lang)}
    slots |= {"less": sure[asked], "more": sure[first]}
    if asked == first:
        said = [say("whynot.first", lang, **slots)]
    else:
        told = against(kinds, region, asked, first)
        more_or_less = [_said(trait, more, lang) for trait, more in told]
        key = "whynot" if told else "whynot.whole"
        said = [say(key, lang, **slots, traits=say("list", lang).join(more_or_less))]
    return " ".join([*said, *([say("whynot.unsure", lang)] if ranked[0].sure < kinds.least else [])])


def _said(trait: str, more: bool, lang: Lang) -> str:
    way = "" if more else ".not"
    if trait.startswith(LOOK):
        return say(f"trait.look{way}", lang, kind=called(trait.removeprefix(LOOK), lang))
    return say(f"trait.{trait}{way}", lang)
