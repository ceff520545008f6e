"""Synthetic defects: what changes lies where the mask says, the words fit the kind, and nothing else is touched."""

import re
from collections.abc import Callable

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from fusion.errors import BadInput, BadSetting
from fusion.synthesis import KINDS, NORMAL_CAPTIONS, SYNONYMS, Look, caption, kind_in_turn, pair, synthesise

Pixels = NDArray[np.uint8]
CROSS = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))


def texture(height: int = 120, width: int = 140, seed: int = 0) -> Pixels:
    """A grey cloth: ripples and noise."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:height, :width]
    grey = 120 + 25 * np.sin(x / 2.5) + 20 * np.sin(y / 3.5) + rng.normal(0, 6, (height, width))
    return np.repeat(np.clip(grey, 0, 255).astype(np.uint8)[..., None], 3, axis=2)


def grey(height: int = 120, width: int = 140) -> Pixels:
    """A dim, even surface."""
    return np.repeat(np.linspace(50, 90, height * width).reshape(height, width).astype(np.uint8)[..., None], 3, axis=2)


def disc(height: int = 120, width: int = 140) -> NDArray[np.bool_]:
    y, x = np.mgrid[:height, :width]
    return np.asarray(np.hypot(y - height / 2, x - width / 2) < 0.38 * height)


def colour(height: int = 120, width: int = 140) -> Pixels:
    """An orange disc with a blue label on a pale ground."""
    picture = np.full((height, width, 3), (210, 214, 220), np.uint8)
    picture[disc(height, width)] = (200, 120, 60)
    picture[height // 2 - 10 : height // 2 + 10, width // 2 - 20 : width // 2 + 20] = (40, 60, 150)
    return np.clip(picture + np.random.default_rng(1).normal(0, 3, picture.shape), 0, 255).astype(np.uint8)


PRODUCTS: dict[str, tuple[Callable[[], Pixels], Callable[[], NDArray[np.bool_]] | None]] = {
    "grey": (grey, None),
    "texture": (texture, None),
    "colour": (colour, None),
    "part": (colour, disc),
}


def grown(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    return np.asarray(cv2.dilate(mask.astype(np.uint8), CROSS, iterations=2), bool)


def changed(before: Pixels, after: Pixels) -> NDArray[np.bool_]:
    return np.asarray((before != after).any(axis=-1))


@pytest.mark.parametrize("product", PRODUCTS)
@pytest.mark.parametrize("kind", KINDS)
def test_a_defect_is_seen_in_its_mask_and_nowhere_else(kind: str, product: str) -> None:
    draw, part_of = PRODUCTS[product]
    picture, part = draw(), part_of() if part_of else None
    clean = picture.copy()
    for seed in range(6):
        defect = synthesise(picture, np.random.default_rng(seed), kind, part, severity=seed / 5, others=[picture])
        assert (defect.kind, defect.severity) == (kind, seed / 5)
        assert defect.image.shape == picture.shape
        assert (defect.image.dtype, defect.mask.dtype) == (np.uint8, np.bool_)
        differs = changed(picture, defect.image)
        assert defect.mask.any()
        assert (differs & defect.mask).sum() > 0.5 * defect.mask.sum()
        assert not (differs & ~grown(defect.mask)).any()
        assert defect.mask.mean() < 0.35
    assert np.array_equal(picture, clean)


@pytest.mark.parametrize("kind", KINDS)
def test_the_seed_alone_decides(kind: str) -> None:
    first, again, other = (synthesise(colour(), np.random.default_rng(seed), kind, disc()) for seed in (3, 3, 4))
    assert np.array_equal(first.image, again.image)
    assert np.array_equal(first.mask, again.mask)
    assert first.caption == again.caption
    assert not np.array_equal(first.image, other.image)


@settings(max_examples=60, deadline=None)
@given(
    kind=st.sampled_from(KINDS),
    seed=st.integers(0, 2**32 - 1),
    box=st.tuples(st.integers(0, 119), st.integers(0, 139), st.integers(1, 90), st.integers(1, 90)),
    part=st.booleans(),
)
def test_a_defect_lies_where_it_was_asked_for(kind: str, seed: int, box: tuple[int, int, int, int], part: bool) -> None:
    top, left, height, width = box
    where = np.zeros((120, 140), bool)
    where[top : top + height, left : left + width] = True
    picture = colour()
    defect = synthesise(picture, np.random.default_rng(seed), kind, disc() if part else None, where)
    assert defect.mask.any()
    assert (defect.mask & where).sum() >= 0.9 * defect.mask.sum()
    assert not (changed(picture, defect.image) & ~grown(defect.mask)).any()


@settings(max_examples=40, deadline=None)
@given(
    kind=st.sampled_from(KINDS),
    shape=st.tuples(st.integers(64, 200), st.integers(64, 200)),
    level=st.sampled_from([0, 3, 128, 252, 255]),
    severity=st.floats(0, 1),
    seed=st.integers(0, 2**32 - 1),
)
def test_even_a_flat_picture_gets_its_defect(
    kind: str, shape: tuple[int, int], level: int, severity: float, seed: int
) -> None:
    picture = np.full((*shape, 3), level, np.uint8)
    defect = synthesise(picture, np.random.default_rng(seed), kind, severity=severity)
    assert changed(picture, defect.image)[defect.mask].any()
    assert (defect.image == defect.image[..., :1]).all()


@pytest.mark.parametrize("kind", KINDS)
def test_severity_makes_defects_larger_and_stronger(kind: str) -> None:
    picture = texture()
    means = []
    for severity in (0.05, 0.5, 0.95):
        sums = []
        for seed in range(25):
            defect = synthesise(picture, np.random.default_rng(seed), kind, severity=severity)
            sums.append(np.abs(defect.image.astype(int) - picture).mean())
        means.append(np.mean(sums))
    assert means[0] < means[1] < means[2]


@pytest.mark.parametrize("kind", KINDS)
def test_a_grey_picture_stays_grey(kind: str) -> None:
    for seed in range(8):
        image = synthesise(texture(), np.random.default_rng(seed), kind, others=[texture(seed=1)]).image
        assert (image[..., 0] == image[..., 1]).all()
        assert (image[..., 1] == image[..., 2]).all()


@pytest.mark.parametrize("kind", ["scratch", "crack", "hole", "stain", "contamination", "wrong texture"])
def test_what_lies_on_a_part_leaves_its_background_alone(kind: str) -> None:
    beside = ~np.asarray(cv2.dilate(disc().astype(np.uint8), CROSS, iterations=2), bool)
    for seed in range(10):
        defect = synthesise(colour(), np.random.default_rng(seed), kind, disc())
        assert not (defect.mask & beside).any()


@pytest.mark.parametrize("kind", ["chip", "missing part"])
def test_a_piece_that_is_gone_shows_the_background(kind: str) -> None:
    ground = np.median(colour()[~disc()], axis=0)
    shown = []
    for seed in range(12):
        defect = synthesise(colour(), np.random.default_rng(seed), kind, disc(), severity=0.8)
        like_ground = np.abs(defect.image.astype(int) - ground).max(axis=-1) < 25
        shown.append(float(like_ground[defect.mask & disc()].mean()))
    assert np.mean(shown) > 0.25


def test_a_crack_is_dark_and_scratches_are_either() -> None:
    picture = np.full((120, 140, 3), 140, np.uint8)
    for kind, tones in (("crack", {"darker"}), ("scratch", {"darker", "lighter"}), ("stain", {"darker", "lighter"})):
        found = set()
        for seed in range(20):
            defect = synthesise(picture, np.random.default_rng(seed), kind, severity=0.6)
            change = defect.image[defect.mask].astype(int).mean() - 140
            found.add("darker" if change < 0 else "lighter")
        assert found == tones


def names(kind: str, text: str) -> bool:
    return any(re.search(rf"\b{re.escape(word)}(s|es)?\b", text) for word in SYNONYMS[kind])


@pytest.mark.parametrize("kind", KINDS)
def test_a_caption_names_its_own_kind_and_no_other(kind: str) -> None:
    rng = np.random.default_rng(0)
    seen = set()
    for number in range(600):
        place = (None, "upper left", "top", "left", "centre", "edge")[number % 6]
        look = Look(
            rng.random(), rng.random(), ("", "dark", "bright", "reddish")[number % 4], number % 5 == 0, number % 7 < 3
        )
        text = caption(kind, rng, place, look)
        assert names(kind, text), text
        assert [other for other in KINDS if other != kind and names(other, text)] == [], text
        assert text == text.lower()
        assert not text.endswith(".")
        assert len(text.split()) <= 12
        assert place is None or (place if place != "centre" else "cent") in text
        seen.add(text)
    assert len(seen) > 100


def test_adjectives_are_true() -> None:
    rng = np.random.default_rng(0)
    faint = " ".join(caption("scratch", rng, None, Look(0.05, 0.05, "bright")) for _ in range(200))
    deep = " ".join(caption("scratch", rng, None, Look(0.95, 0.95, "dark")) for _ in range(200))
    for text, said, unsaid in (
        (faint, "fine short bright", "deep long dark"),
        (deep, "deep long dark", "fine faint bright"),
    ):
        assert all(re.search(rf"\b{word}\b", text) for word in said.split())
        assert not any(re.search(rf"\b{word}\b", text) for word in unsaid.split())


def test_a_word_that_says_more_than_its_kind_is_said_only_where_it_is_true() -> None:
    rng = np.random.default_rng(0)
    for kind, look, said, unsaid in (
        ("contamination", Look(thin=True), "fibre", "speck"),
        ("contamination", Look(thin=False), "speck", "fibre"),
        ("stain", Look(tone="reddish"), "rust", "fibre"),
        ("stain", Look(tone="bluish"), "oil", "rust"),
    ):
        text = " ".join(caption(kind, rng, None, look) for _ in range(200))
        assert said in text
        assert unsaid not in text


def test_normal_captions_name_no_defect_and_the_words_of_kinds_are_their_own() -> None:
    assert [text for text in NORMAL_CAPTIONS for kind in KINDS if names(kind, text)] == []
    words = [word for kind in KINDS for word in SYNONYMS[kind]]
    assert len(words) == len(set(words))
    assert list(SYNONYMS) == list(KINDS)


def test_about_half_of_the_captions_say_where() -> None:
    words = re.compile(r"\b(left|right|top|bottom|centre|near the edge)\b")
    said = [
        bool(words.search(synthesise(texture(), np.random.default_rng(seed), "hole").caption)) for seed in range(120)
    ]
    assert 0.35 < np.mean(said) < 0.65


def test_the_place_that_a_caption_names_is_where_the_defect_lies() -> None:
    where = np.zeros((120, 140), bool)
    where[5:30, 100:135] = True
    texts = [synthesise(texture(), np.random.default_rng(seed), "stain", where=where).caption for seed in range(20)]
    placed = [text for text in texts if re.search(r"\b(left|right|top|bottom|centre)\b", text)]
    assert placed
    assert all("upper right" in text for text in placed)


@pytest.mark.parametrize("product", PRODUCTS)
def test_a_pair_is_two_kinds_apart_from_each_other_and_both_holds_each(product: str) -> None:
    draw, part_of = PRODUCTS[product]
    picture, part = draw(), part_of() if part_of else None
    for seed in range(12):
        one, two, both = pair(picture, np.random.default_rng(seed), part, [picture])
        assert one.kind != two.kind
        away = cv2.distanceTransform((~one.mask).astype(np.uint8), cv2.DIST_L2, 5)
        assert away[two.mask].min() >= max(picture.shape[:2]) / 24
        for defect in (one, two):
            assert np.array_equal(both[defect.mask], defect.image[defect.mask])
        neither = ~changed(picture, one.image) & ~changed(picture, two.image)
        assert np.array_equal(both[neither], picture[neither])
        assert not (changed(picture, one.image) & changed(picture, two.image)).any()


def test_a_pair_draws_from_the_kinds_that_it_is_given() -> None:
    for seed in range(5):
        one, two, _ = pair(texture(), np.random.default_rng(seed), kinds=("hole", "stain"))
        assert {one.kind, two.kind} == {"hole", "stain"}


@pytest.mark.parametrize("pictures", [1, 2, 5, 8, 9, 17, 80])
def test_in_turn_each_picture_gets_each_kind_however_many_there_are(pictures: int) -> None:
    painted = [(number % pictures, kind_in_turn(number, pictures)) for number in range(len(KINDS) * pictures)]
    assert len({*painted}) == len(KINDS) * pictures


def test_any_kind_may_be_drawn() -> None:
    assert {synthesise(texture(), np.random.default_rng(seed)).kind for seed in range(90)} == set(KINDS)


def test_what_makes_no_sense_is_refused_in_a_sentence() -> None:
    rng, picture = np.random.default_rng(0), texture()
    with pytest.raises(BadSetting, match=r"'rust' is no kind of defect; known: scratch, crack"):
        synthesise(picture, rng, "rust")
    with pytest.raises(BadSetting, match="needs two kinds"):
        pair(picture, rng, kinds=("hole",))
    with pytest.raises(BadSetting, match="is no kind"):
        pair(picture, rng, kinds=("rust", "dirt"))
    for wrong in (picture[..., 0], picture.astype(np.float32), picture[..., :2], [1, 2]):
        with pytest.raises(BadInput, match="uint8"):
            synthesise(wrong, rng)  # type: ignore[arg-type]
    with pytest.raises(BadInput, match="empty"):
        synthesise(picture, rng, where=np.zeros((120, 140), bool))
    with pytest.raises(BadInput, match=r"`where` is bool \(4, 4\)"):
        synthesise(picture, rng, where=np.ones((4, 4), bool))
    with pytest.raises(BadInput, match=r"`part` is uint8"):
        synthesise(picture, rng, part=np.ones((120, 140), np.uint8))  # type: ignore[arg-type]
    with pytest.raises(BadInput, match="another picture"):
        synthesise(picture, rng, others=[texture(60, 60)])
