"""Why not a crack: what tells one kind from another is a share of the very distances that named it."""

from dataclasses import replace

import numpy as np
import pytest
from explain_cases import SUPPORT, detection, line, painted
from explain_cases import plate as grey_plate
from questions import AT_HAND, LOT

from assistant.calling import call_of
from assistant.counterfactual import Question, question, unlike
from assistant.router import hear
from assistant.slots import Scene
from explain import contrast
from explain.catalogue import CATALOGUE
from explain.contrast import LOOK, TRAITS, against, traits, why_not
from explain.difference import Region
from explain.gather import gather
from explain.naming import Kinds, attributes, built_in, kind_said
from fusion.sample import Sample

SCENE = Scene(LOT, AT_HAND)


@pytest.fixture(scope="module")
def region() -> Region:
    """Return a thin dark line, which looks like a crack or a scratch."""
    normal, part = grey_plate()
    mask = line(90, 60, 102, 130, 5)
    return gather(Sample(painted(normal, mask, -60)), detection(normal, mask, part), {"name": "p"}, SUPPORT).regions[0]


def toy() -> Kinds:
    """Return three kinds that differ by one attribute each, whitened by nothing."""
    looks = np.zeros((3, len(traits())))
    looks[1, 5], looks[2, 8] = 2.0, 1.0  # lighter; nearer the edge
    return Kinds(("plain", "light", "edgy"), looks, np.eye(len(traits())), 1.0, 0.5)


def test_every_attribute_is_a_trait_with_words_both_ways(region: Region) -> None:
    assert len(traits()) == len(attributes(region))
    names = {"look" if name.startswith(LOOK) else name.lstrip("-") for name in traits()}
    assert all(f"trait.{name}{way}" in CATALOGUE for name in names for way in ("", ".not"))


def test_what_is_told_is_what_differs_and_in_its_direction(region: Region, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = np.zeros(len(traits()))
    seen[5] = 1.9
    monkeypatch.setattr(contrast, "attributes", lambda _: seen)
    assert against(toy(), region, "plain", "light") == [("light", True)]
    assert against(toy(), region, "edgy", "light") == [("light", True), ("edge", False)]
    seen[5] = 0.2
    assert against(toy(), region, "light", "plain") == [("light", False)]


def test_what_the_network_makes_of_a_region_is_told_as_its_look(region: Region) -> None:
    at = traits().index(f"{LOOK}stain")
    looks = np.array([attributes(region)] * 2)
    looks[0, at], looks[1, at] = -6, 0
    known = Kinds(("crack", "stain"), looks, np.eye(len(traits())), 1.0, 0.5)
    seen = replace(region, look=(*region.look[: at - len(TRAITS)], -0.1, *region.look[at - len(TRAITS) + 1 :]))
    assert against(known, seen, "crack", "stain") == [(f"{LOOK}stain", True)]
    assert "it is more like a stain to the network that sees it than a crack" in why_not(known, seen, "crack", "en")
    assert "它在观察它的网络看来更像污渍" in why_not(known, seen, "crack", "zh")


def test_the_nearest_kind_is_said_to_be_so_and_how_sure(region: Region) -> None:
    first, second, *_ = built_in().rank(region)
    assert {first.kind, second.kind} == {"scratch", "crack"}
    sure, less = (f"{100 * name.sure:.0f} %" for name in (first, second))
    assert f"looks most like a {first.kind} ({sure} sure)" in why_not(built_in(), region, first.kind, "en")
    told = why_not(built_in(), region, second.kind, "en")
    start = f"Region 1 looks less like a {second.kind} ({less} sure) than like a {first.kind} ({sure}): it is "
    assert told.startswith(start)
    assert why_not(built_in(), region, "stain", "zh").startswith("区域 1 看起来不像污渍")
    unsure = replace(built_in(), least=0.999)
    assert why_not(unsure, region, second.kind, "en").endswith("too little to give it a name.")


@pytest.mark.parametrize(
    ("text", "region", "kind"),
    [
        ("why not a crack?", 1, "crack"),
        ("Why is it not a scratch?", 1, "scratch"),
        ("why is region 2 not a crack", 2, "crack"),
        ("isn't it dirt?", 1, "contamination"),
        ("could region 3 be a stain?", 3, "stain"),
        ("为什么不是裂纹？", 1, "crack"),
        ("为什么区域 2 不是划痕", 2, "scratch"),
        ("会不会是污渍？", 1, "stain"),
    ],
)
def test_it_is_asked_in_many_ways(text: str, region: int, kind: str) -> None:
    asked = question(text)
    assert (asked.regions, kind_said(asked.unlike, built_in())) == ((region,), kind)
    call = call_of(hear(text, SCENE), SCENE)
    assert (call.tool, call.slots["kind"], (call.slots["regions"] or (1,))[0]) == ("why_not", kind, region)


@pytest.mark.parametrize("text", ["why is it not ok?", "could it be a false alarm?", "why not?", "为什么不合格？"])
def test_what_names_no_kind_is_not_taken_for_it(text: str) -> None:
    assert call_of(hear(text, SCENE), SCENE).tool != "why_not"


def test_what_cannot_be_told_is_said(region: Region) -> None:
    told = unlike(Question((1,), unlike="a dragon"), [region], built_in(), "en")
    assert "“a dragon” is no kind that is known here; known are a scratch, a crack" in told
    assert unlike(Question((4,), unlike="crack"), [region], built_in(), "en").startswith("Region 4 is not marked")
    assert unlike(Question((1,), unlike="crack"), [], built_in(), "en").startswith("Nothing is marked here")
