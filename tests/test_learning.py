"""Learning: what the network may see, what it is asked, when it is kept, and what may be said of it."""

import json
import math
from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from core_cases import equal, plate
from learning_cases import GRID, KINDS, C, P, captions, colour, network, normal, normals, pairs
from numpy.typing import NDArray
from torch import Tensor

from fusion.condition import MODALITIES
from fusion.diffusion.denoiser import precondition
from fusion.diffusion.network import SIZES
from fusion.diffusion.teaching import Batch
from fusion.diffusion.training import TrainingConfig
from fusion.known import paraphrases
from fusion.learning.batches import HIGH, LESSONS, LOW, Source, grown, repair_loss
from fusion.learning.choosing import Scores, closed_residuals, detection, limits, score, verdict
from fusion.learning.examples import Normals, Pairs, held_out, make_examples
from fusion.learning.learn import DIGITS, FEWEST, Outcome, deal, learn, painted, unconditioned, unseen
from fusion.learning.seeing import learn_to_see, which
from fusion.progress import silent
from fusion.representation.encoder import Encoder, fit_encoder
from fusion.representation.frame import fit_frame
from fusion.representation.segment import thumbnail
from fusion.representation.whitening import EVERYWHERE, Moments, Pooling, Whitening, fit_gaussian
from fusion.residual import residual
from fusion.sight import Sight, seen_by
from fusion.synthesis import KINDS as NAMES

pytest_plugins = ["core_fixtures"]
pytestmark = pytest.mark.usefixtures("single_thread")

Plates = tuple[Encoder, NDArray[np.uint8], Tensor]
Examples = tuple[Tensor, Pairs]
Batches = tuple[Source, list[Batch]]
Learnt = tuple[Normals, Outcome]
FOLDS = list(torch.randperm(24, generator=torch.Generator().manual_seed(0)).tensor_split(5))


# --- dealing ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("n", [20, 21, 60, 333])
def test_every_normal_trains_stops_or_calibrates_and_does_one_of_them(n: int) -> None:
    parts = deal(n, 3)
    assert sorted(torch.cat(parts).tolist()) == list(range(n))
    training, stop, held = (len(part) for part in parts)
    assert held == math.ceil(n / 3)
    assert stop >= 2
    assert training >= n / 2


def test_dealing_follows_the_seed_alone() -> None:
    for one, again in zip(deal(40, 3), deal(40, 3), strict=True):
        equal(one, again)
    assert any((one != other).any() for one, other in zip(deal(40, 3), deal(40, 4), strict=True))


@pytest.mark.parametrize("minutes", [0.01, 1.0, 5.0, 600.0])
@pytest.mark.parametrize("n", [FEWEST, 60, 400])
def test_paint_is_shared_out_evenly_and_more_time_pays_for_more_of_it(n: int, minutes: float) -> None:
    wanted, parts = painted(deal(n, 0), minutes), deal(n, 0)
    training, stop, held = (int(wanted[part].sum()) for part in parts)
    assert training == math.ceil(120 * min(minutes, 10))
    assert (stop, held) == (32, math.ceil(min(270, 60 + 30 * minutes)))
    for part in parts:
        assert wanted[part].max() - wanted[part].min() <= 1


def test_weights_from_elsewhere_are_calibrated_on_every_picture_that_they_did_not_learn_from() -> None:
    digests = [f"{number:02d}" * 32 for number in range(30)]
    known, stop, held = unseen(digests, [digests[3][:DIGITS], digests[5][:DIGITS], "f" * DIGITS], 0)
    assert known.tolist() == [3, 5]
    assert not len(stop)
    assert held.tolist() == [number for number in range(30) if number not in (3, 5)]
    assert painted((known, stop, held), 0).sum() == 60  # for what compares, and no more
    mine = [digests[int(at)][:DIGITS] for at in torch.cat(deal(30, 0)[:2])]
    for one, other in zip(unseen(digests, mine, 0), deal(30, 0), strict=True):
        equal(one, other)  # as if they had been trained here


def test_without_a_training_only_what_compares_is_painted() -> None:
    wanted, (training, stop, held) = painted(deal(60, 0), 0), deal(60, 0)
    assert wanted[training].sum() == wanted[stop].sum() == 0
    assert wanted[held].sum() == 60


# --- examples -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("pooling", [Pooling(1, shrinkage=0.1), Pooling(EVERYWHERE, own_mean=False)])
def test_each_fold_is_whitened_by_the_statistics_of_all_the_others(pooling: Pooling) -> None:
    x = 3 + 2 * normal(24, P, C)
    seen = []
    for fold, (whiten,) in held_out([x], FOLDS, [pooling], GRID):
        rest = x[torch.isin(torch.arange(24), fold, invert=True)]
        by_hand = Whitening.of(fit_gaussian(Moments.of(rest, rest.mean(dim=0)), GRID, pooling))
        torch.testing.assert_close(whiten(x[fold]), by_hand(x[fold]), rtol=5e-3, atol=5e-3)
        seen += fold.tolist()
    assert sorted(seen) == list(range(24))


def test_a_normal_has_no_say_in_how_it_is_whitened() -> None:
    x = normal(24, P, C)
    other = x.clone()
    other[FOLDS[0]] += 50
    (_, one), (_, two) = (next(held_out([tokens], FOLDS, [Pooling(1)], GRID)) for tokens in (x, other))
    torch.testing.assert_close(one[0].mean, two[0].mean, rtol=0, atol=1e-4)
    torch.testing.assert_close(one[0].factor, two[0].factor, rtol=5e-3, atol=5e-3)


@pytest.fixture(scope="module")
def plates() -> Plates:
    """Return eight plates' encoder, pictures and tokens."""
    images = [plate(seed).image for seed in range(8)]
    thumbs = [thumbnail(image) for image in images]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("fusion.representation.frame.CELLS", 36)
        frame = fit_frame(thumbs, [(108, 72)] * 8, "off", 12)
    encoder = fit_encoder(frame, thumbs, None)
    encoded = [encoder(image) for image in images]
    return encoder, np.stack([one.picture for one in encoded]), torch.stack([one.tokens[0] for one in encoded])


def made(plates: Plates, wanted: list[int], seed: int = 0) -> Examples:
    encoder, pictures, tokens = plates
    folds = list(torch.arange(8).tensor_split(4))
    pooling = Pooling(EVERYWHERE, shrinkage=0.1)
    count = torch.tensor(wanted)
    return make_examples([tokens], pictures, folds, [pooling], encoder, count, True, seed, silent)


@pytest.fixture(scope="module")
def examples(plates: Plates) -> Examples:
    return made(plates, [0, 2, 1, 0, 0, 1, 0, 3])


def test_as_many_pairs_are_painted_on_each_normal_as_wanted(examples: Examples) -> None:
    x, found = examples
    assert Counter(found.base.tolist()) == {1: 2, 2: 1, 5: 1, 7: 3}
    assert x.dtype == found.one.dtype == torch.half
    assert found.one.shape == found.other.shape == found.both.shape == (7, *x.shape[1:])
    assert (found.kinds[:, 0] != found.kinds[:, 1]).all()
    assert ((found.masks >= 0) & (found.masks <= 1)).all()
    assert (found.masks.amax(dim=-1) > 0).all()
    assert len(found.of(torch.tensor([1, 5, 6]))) == 3


def test_a_defect_changes_the_tokens_where_it_is_and_the_normals_are_whitened_without_their_fold(
    plates: Plates, examples: Examples
) -> None:
    x, found = examples
    tokens, folds = plates[2], list(torch.arange(8).tensor_split(4))
    for fold, whiten in held_out([tokens], folds, [Pooling(EVERYWHERE, shrinkage=0.1)], plates[0].grid):
        equal(x[fold], whiten[0](tokens[fold]).half())
    for at, defect in enumerate((found.one, found.other)):
        apart = (defect.float() - x[found.base].float()).norm(dim=-1)
        here = torch.stack([row[mask > 0].mean() for row, mask in zip(apart, found.masks[:, at], strict=True)])
        away = torch.stack([row[mask == 0].mean() for row, mask in zip(apart, found.masks[:, at], strict=True)])
        assert (here > away).all()


def test_the_first_pairs_on_a_normal_are_those_that_would_have_been_painted(plates: Plates, examples: Examples) -> None:
    wanted = [0, 1, 1, 0, 0, 0, 0, 2]
    (_, fewer), first = made(plates, wanted), examples[1].first(torch.tensor(wanted))
    for name in fewer.__dataclass_fields__:
        equal(getattr(first, name), getattr(fewer, name))


def test_the_same_seed_paints_the_same_and_another_number_of_pairs_changes_no_other_normals(
    plates: Plates, examples: Examples
) -> None:
    _, found = examples
    _, again = made(plates, [0, 2, 0, 0, 0, 0, 0, 3])
    same = found.of(torch.tensor([1, 7]))
    for name in ("base", "one", "other", "both", "masks", "kinds", "severity"):
        equal(getattr(again, name), getattr(same, name))
    _, other = made(plates, [0, 2, 0, 0, 0, 0, 0, 0], seed=1)
    assert (other.one != same.one[:2]).any()


def test_every_kind_has_as_many_paraphrases_and_a_seed_has_its_own() -> None:
    one, again, other = (paraphrases(np.random.default_rng(seed)) for seed in (0, 0, 1))
    assert one == again != other
    assert len(one) == len(NAMES)
    assert len({len(said) for said in one}) == 1
    assert all(len(set(said)) > 3 for said in one)


# --- batches ------------------------------------------------------------------------------------------------------


def source(described: bool = True, **options: Any) -> Source:
    good = normals(described=described)
    return Source(good, pairs(good), captions(), grid=GRID, **{"seed": 0, "members": torch.arange(24), **options})


@pytest.fixture(scope="module")
def batches() -> Batches:
    return source(), [source()(number) for number in range(30)]


def test_a_batch_is_the_same_whenever_it_is_asked_for_by_its_number() -> None:
    one, again, other = source()(7), source()(7), source()(8)
    for name in ("x", "target", "sigma"):
        equal(getattr(one, name), getattr(again, name))
        assert (getattr(one, name) != getattr(other, name)).any()
    for name in (*MODALITIES, "present"):
        equal(getattr(one.cond, name), getattr(again.cond, name))
    assert (source(seed=1)(7).x != one.x).any()


def test_every_row_is_under_noise_of_a_level_within_the_range(batches: Batches) -> None:
    for batch in batches[1]:
        assert batch.x.shape == batch.target.shape == (16, P, C)
        assert ((batch.sigma >= LOW) & (batch.sigma <= HIGH)).all()
        assert (batch.x - batch.target).flatten(1).std(dim=1).min() > 0.8 * LOW


def rows_of(batch: Batch, of: Source) -> list[str]:
    """Return what each row of a batch is: a normal, or "defect" or "masked" where what is seen isn't its target."""
    named = []
    for target, mask in zip(batch.target, batch.cond.present[:, 2], strict=True):
        clean = (of.normals.x.float() == target).all(dim=-1).all(dim=-1).any()
        named.append("masked" if mask else "clean" if clean else "other")
    return named


def test_without_a_mask_the_target_is_always_a_clean_normal_to_the_last_bit(batches: Batches) -> None:
    of, some = batches
    kinds = Counter(kind for batch in some for kind in rows_of(batch, of))
    assert kinds.keys() == {"clean", "masked"}
    assert 0.01 < kinds["masked"] / kinds.total() < 0.3


def quiet(monkeypatch: pytest.MonkeyPatch, of: Source, number: int) -> Batch:
    """Return a batch whose noise is left out, so that what it is about can be seen."""
    with monkeypatch.context() as patch:
        patch.setattr("torch.randn", lambda shape, generator: torch.zeros(shape))
        return of(number)


def test_defects_are_undone_under_normal_and_normals_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    of, undone, kept = source(), 0, 0
    normal_words = of.captions.normal
    for number in range(10):
        batch = quiet(monkeypatch, of, number)
        defect = (batch.x - batch.target).norm(dim=-1)  # with D = target, x - D is the defect and nothing else
        for row in range(len(batch.x)):
            if batch.cond.present[row, 2]:
                continue
            if not defect[row].any():
                kept += 1
                continue
            undone += 1
            assert batch.cond.present[row, 1]
            assert (normal_words == batch.cond.text[row]).all(dim=-1).any()
            torch.testing.assert_close(defect[row][[0, 1]], torch.full((2,), 20.0), rtol=2e-3, atol=0)
            assert defect[row][2:-2].abs().max() < 1e-5
    assert undone >= 10
    assert kept > 60


def test_what_was_said_of_a_normal_is_said_of_it_in_the_coordinates_that_it_gives(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    of, told = source(lessons="normals"), 0
    apart = replace(of, normals=replace(of.normals, told_x=of.normals.x + 100))
    for number in range(10):
        batch = quiet(monkeypatch, apart, number)
        equal(batch.x, batch.target)
        for row in range(len(batch.x)):
            far = bool((batch.x[row] > 50).all())
            assert far or not batch.cond.present[row, [1, 3]].any()
            assert batch.cond.present[row, 1] == far  # words are never dropped, poses may be
            told += far
    assert 20 < told < 120


def test_a_denoiser_that_gives_the_target_finds_the_defect_with_the_right_sign() -> None:
    good = normals()
    made_of = pairs(good)
    clean = good.x[made_of.base].float()
    apart = residual(made_of.one.float(), lambda x, sigma, cond=None: clean, (1.0,))[:, 0] / 2
    torch.testing.assert_close(apart, (made_of.one.float() - clean).norm(dim=-1))
    assert ((apart > 10) == (made_of.masks[:, 0] > 0)).all()
    repaired = made_of.one.float() - (made_of.one.float() - clean)
    torch.testing.assert_close(repaired, clean, rtol=0, atol=1e-5)


def test_inside_a_mask_the_defect_is_undone_and_outside_nothing_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    of, seen = source(), 0
    for number in range(10):
        batch = quiet(monkeypatch, of, number)
        for row in batch.cond.present[:, 2].nonzero()[:, 0]:
            inside = batch.cond.mask[row] > 0
            change = (batch.x[row] - batch.target[row]).norm(dim=-1)
            assert not change[~inside].any()
            torch.testing.assert_close(change[[0, 1]], torch.full((2,), 20.0), rtol=2e-3, atol=0)
            assert inside[[0, 1]].all()
            assert not inside[[-1, -2]].any()  # the other defect stays: it was not asked for
            clean = (of.normals.x.float() == batch.target[row]).all(dim=-1).float().mean(dim=-1).max()
            assert clean == 33 / 35
            seen += 1
    assert seen >= 10


def test_only_what_was_said_of_a_normal_is_said_of_it_and_not_always(monkeypatch: pytest.MonkeyPatch) -> None:
    of, silent_, own, other = source(), 0, 0, 0
    for number in range(10):
        batch = quiet(monkeypatch, of, number)
        for row in (batch.x == batch.target).flatten(1).all(dim=1).nonzero()[:, 0]:
            (base,) = (of.normals.x.float() == batch.target[row]).all(dim=-1).all(dim=-1).nonzero()[0]
            if not batch.cond.present[row, 1]:
                silent_ += 1
            elif (batch.cond.text[row] == of.normals.said.text[base]).all():
                assert of.normals.said.described[base]
                own += 1
            else:
                assert (of.captions.normal == batch.cond.text[row]).all(dim=-1).any()
                other += 1
            if batch.cond.present[row, 3]:
                assert of.normals.said.posed[base]
                equal(batch.cond.skeleton[row], of.normals.said.skeleton[base])
    assert min(silent_, own, other) > 5


def test_batches_without_synthetic_defects_hold_the_members_alone() -> None:
    members = torch.tensor([3, 4, 9])
    batch = source(lessons="normals", members=members)(0)
    of = source()
    for target in batch.target:
        (base,) = (of.normals.x.float() == target).all(dim=-1).all(dim=-1).nonzero()[0]
        assert base in members
    assert not batch.cond.present[:, 2].any()


def test_a_mask_grows_by_a_cell_to_each_side() -> None:
    masks = torch.zeros(1, *GRID)
    masks[0, 2, 3], masks[0, 0, 0] = 0.01, 1
    expected = torch.zeros(1, *GRID)
    expected[0, 1:4, 2:5], expected[0, :2, :2] = 1, 1
    equal(grown(masks.view(1, P), GRID).view(1, *GRID), expected)


def test_the_loss_is_nothing_at_the_target_and_falls_over_thirty_steps() -> None:
    of, made_ = source(), network(awake=False)
    optimiser = torch.optim.AdamW(made_.parameters(), lr=1e-3)
    checks = [of(number) for number in range(100, 104)]

    def checked() -> float:
        with torch.no_grad():
            return sum(float(repair_loss(made_, colour(), batch)) for batch in checks)

    before = checked()
    for number in range(30):
        loss = repair_loss(made_, colour(), of(number))
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    assert checked() < 0.97 * before
    batch = checks[0]
    reached = precondition(made_, colour(), batch.x, batch.sigma, batch.cond).detach()
    with torch.no_grad():
        assert float(repair_loss(made_, colour(), batch._replace(target=reached))) == pytest.approx(0, abs=1e-6)


# --- words --------------------------------------------------------------------------------------------------------


def test_a_kind_is_true_of_the_cells_that_its_defect_covers_and_untold_of_those_beside_them() -> None:
    masks = torch.zeros(1, 2, *GRID)
    masks[0, 0, 2, 2], masks[0, 0, 2, 3], masks[0, 1, 4, 6] = 1.0, 0.1, 0.3
    truth = which(masks.view(1, 2, P), torch.tensor([[5, 1]]), KINDS, GRID).view(*GRID, KINDS)
    assert truth[2, 2].tolist() == [0, 0, 0, 0, 0, 1, 0, 0, 0]
    assert (truth[2, 3] == -1).all()  # hardly covered
    assert (truth[1, 1] == -1).all()
    assert truth[4, 6, 1] == 1
    assert (truth[0, 0] == 0).all()
    assert (truth == 1).sum() == 2


def taught(steps: int, seed: int = 0) -> Tensor:
    """Return how far a sight, once taught, takes the mean caption of each kind for true of some defects' cells."""
    of, said = pairs(normals()), captions()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        sight = Sight(C, said.kinds.shape[-1])
    learn_to_see(sight, of, said, colour(), GRID, steps, seed, silent)
    assert not sight.training
    with torch.no_grad():
        found: Tensor = sight(seen_by(of.one.float(), colour(), GRID), said.kinds.mean(dim=1)).sigmoid()
    return found


def test_sight_learns_which_cells_words_are_true_of() -> None:
    found = taught(40)
    assert found[:, 0].mean() > 2 * found[:, 10:].mean()


def test_what_sight_learns_follows_the_seed_alone() -> None:
    one, again, other = taught(2), taught(2), taught(2, seed=1)
    equal(one, again)
    assert (one != other).any()


# --- choosing -----------------------------------------------------------------------------------------------------


def scores(lift: float, count: int = 90) -> Scores:
    rng = np.random.default_rng(0)
    bad = lift + rng.normal(size=count)
    return Scores(rng.normal(size=200), bad, np.arange(count) % KINDS, rng.random(count))


def test_a_network_that_is_worse_is_not_kept_and_the_sentence_says_so() -> None:
    kept, why = verdict(scores(2.0), scores(1.0))
    assert not kept
    assert why.startswith("the closed form is kept, training did not help: on 90 synthetic defects and 200 good parts")
    before, after = scores(2.0).figures(), scores(1.0).figures()
    assert f"{100 * after['auroc']:.1f} with the network and {100 * before['auroc']:.1f} without" in why


def test_a_network_that_is_as_good_is_kept_and_the_sentence_says_so() -> None:
    for before, after in ((1.0, 2.0), (1.5, 1.5)):
        kept, why = verdict(scores(before), scores(after))
        assert kept
        assert why.startswith("the network is used: ")


def test_figures_are_shares_and_kinds_have_their_own() -> None:
    told = scores(9.0)
    assert told.figures() == {"auroc": 1.0, "caught": 1.0}
    assert told.by_kind() == dict.fromkeys(NAMES, 1.0)
    only = Scores(told.good, told.bad[:2], np.array([4, 4]), told.severity[:2])
    assert list(only.by_kind()) == [NAMES[4]]


def test_scores_find_defects_and_the_closed_forms_are_the_distances_of_each_representation() -> None:
    good = normals(60)
    bad = pairs(good)
    by_part = closed_residuals(good.x, (4, 2))
    x = good.x.float()
    torch.testing.assert_close(by_part, torch.stack([x[..., :4].norm(dim=-1), x[..., 4:].norm(dim=-1)], dim=1))
    told = score(by_part, closed_residuals(bad.one, (4, 2)), bad, GRID)
    assert (len(told.good), len(told.bad)) == (60, 40)
    assert told.figures()["auroc"] > 0.95
    assert told.kinds.tolist() == bad.kinds[:, 0].tolist()


def of_sizes(halves: list[float], count: int = 60) -> tuple[Scores, NDArray[np.float64]]:
    """Return scores of as many kinds, each found the likelier the larger, at a half from a size of its own."""
    rng = np.random.default_rng(1)
    kinds = np.repeat(np.arange(len(halves)), count)
    areas = np.exp(rng.uniform(np.log(1e-4), np.log(1e-1), len(kinds)))
    bad = 3 + 2 * np.log(areas / np.array(halves)[kinds]) + rng.normal(size=len(kinds))
    return Scores(rng.normal(size=100), bad, kinds, np.full(len(kinds), 0.5)), areas


def test_the_limit_of_a_kind_is_the_size_that_is_found_half_the_time() -> None:
    told, areas = of_sizes([1e-3, 1e-2])
    found = limits(told, areas, 3.0)
    assert found[NAMES[0]] == pytest.approx(0.1, rel=0.5)  # in percent of the picture
    assert found[NAMES[1]] == pytest.approx(1.0, rel=0.5)


def test_a_stricter_threshold_asks_for_larger_defects() -> None:
    told, areas = of_sizes([3e-3])
    found = [limits(told, areas, threshold)[NAMES[0]] for threshold in (1.0, 3.0, 5.0)]
    assert found == sorted(found)
    assert found[0] < found[-1]


def test_a_kind_that_is_always_or_never_found_has_no_limit() -> None:
    told, areas = of_sizes([1e-3])
    assert limits(told, areas, -99.0) == {NAMES[0]: None}
    assert limits(told, areas, 99.0) == {NAMES[0]: None}
    backwards = Scores(told.good, -told.bad, told.kinds, told.severity)  # the larger the rarer: no such curve
    assert limits(backwards, areas, 0.0) == {NAMES[0]: None}
    assert detection(backwards, areas, 0.0)[NAMES[0]]["curve"] is None


def test_a_curve_of_detection_goes_through_a_half_at_the_limit_and_keeps_what_it_was_drawn_from() -> None:
    told, areas = of_sizes([1e-3, 1e-2])
    found, limit = detection(told, areas, 3.0)[NAMES[1]], limits(told, areas, 3.0)[NAMES[1]]
    a, b = found["curve"]
    assert a + b * np.log(limit) == pytest.approx(0, abs=1e-3)
    sizes, hits = np.array(found["seen"]).T
    assert len(sizes) == 60
    assert sizes.tolist() == sorted(sizes)
    assert sizes.max() == pytest.approx(100 * areas[60:].max(), rel=0.01)
    assert hits.sum() == (told.bad[60:] >= 3.0).sum()


# --- learn --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def outcome() -> Learnt:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(SIZES, "tiny", {"width": 48, "depth": 1})
        good = normals(24, described=True)
        config = TrainingConfig(minutes=1.0, steps=2, seed=0)
        before = torch.get_rng_state()
        found = learn(good, pairs(good), captions(), colour(), (4, 2), GRID, "tiny", config, "minilm", silent)
        equal(torch.get_rng_state(), before)
        return good, found


def test_learning_ends_with_a_story_that_is_plain_data_and_leaves_no_trace(outcome: Learnt) -> None:
    card = outcome[1].card
    assert json.loads(json.dumps(card, allow_nan=False)) == card
    assert card["kept"] is outcome[1].learned.judges
    assert set(card["by_kind"]) == set(card["limits"]) == set(card["detection"])
    assert set(card["gates"]) == {"sigmas", *MODALITIES}
    assert card["steps"] == 2
    assert card["history"][0][0] == 0


def test_what_calibrates_was_held_out(outcome: Learnt) -> None:
    good, found = outcome
    equal(found.held, deal(24, 0)[2])
    assert found.residuals.shape == (8, 6, P)  # three noise levels, two representations
    equal(found.residuals, unconditioned(good.x[found.held], found.learned.denoise, found.learned.question))


def test_several_are_asked_at_once_as_one_by_one(outcome: Learnt) -> None:
    learned, x = outcome[1].learned, outcome[0].x
    together = unconditioned(x, learned.denoise, learned.question)
    alone = torch.cat([unconditioned(one, learned.denoise, learned.question) for one in x.split(1)])
    torch.testing.assert_close(together, alone, rtol=1e-4, atol=1e-5)


def test_the_weights_in_force_are_those_that_a_file_can_hold(outcome: Learnt) -> None:
    learned = outcome[1].learned
    for module in (learned.denoise.network, learned.sight):
        assert not module.training
        for weight in module.parameters():
            equal(weight.detach(), weight.detach().half().float())


@pytest.mark.parametrize("lessons", LESSONS)
def test_each_lesson_is_a_batch_of_the_size_that_it_says(lessons: str) -> None:
    batch = source(lessons=lessons)(0)
    assert len(batch.x) == 16
    changed = (batch.target - batch.x).abs().amax(dim=(1, 2)) > 15  # a defect is twenty high, noise isn't
    assert int(changed.sum()) == {"normals": 0, "repair": 1, "masks": 1, "all": 2}[lessons]
    assert int(batch.cond.present[:, 2].sum()) == (lessons in ("masks", "all"))
