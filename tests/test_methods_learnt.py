"""What is learnt beside the network: by a student of it, and how much each distance counts."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
import torch
from asking_cases import GRID, PLACE, C, Counted, P, T, asked
from core_cases import equal
from safetensors.torch import load, save
from torch import Tensor

from fusion.diffusion.denoiser import colouring
from fusion.diffusion.network import SIZES, Network
from fusion.diffusion.noise import in_octaves, octaves
from fusion.diffusion.training import TrainingConfig
from fusion.errors import BadData
from fusion.learned import Learned, image_only, rebuild_learned
from fusion.learning.examples import Captions, Normals, Pairs
from fusion.learning.learn import DIGITS, Outcome, deal, learn, unconditioned, unseen
from fusion.learning.weighing import weigh
from fusion.methods.hybrid import Posterior
from fusion.methods.named import ASKS, LEARNT
from fusion.methods.reconstruction import Partial
from fusion.metrics import image_auroc
from fusion.progress import Progress, silent
from fusion.residual import Spread, Weighed
from fusion.sight import Sight
from fusion.told import Said

pytest_plugins = ["core_fixtures"]
pytestmark = pytest.mark.usefixtures("single_thread")

N = 48  # good parts
FACTORS = [torch.eye(4)[None], torch.eye(2)[None]]  # of whitenings that change nothing
HELD = deal(N, 0)[2]
GOOD = Counted().normals(N, 0)


@dataclass(frozen=True)
class Trained:
    """A training's weights, for another question."""

    of: Learned

    @property
    def story(self) -> dict[str, Any]:
        return {"steps": 1, "minutes": 0.0, "history": []}

    def fill(self, network: Network, sight: Sight) -> None:
        state = {name: value.float() for name, value in self.of.trained().items()}
        for module, part in ((network, "network."), (sight, "sight.")):
            module.load_state_dict({key[len(part) :]: v for key, v in state.items() if key.startswith(part)})


def flawed(x: Tensor, by: float, seed: int) -> Tensor:
    """Return samples with two places moved, in a direction of their own."""
    out, g = x.clone(), torch.Generator().manual_seed(seed)
    out[:, [PLACE, PLACE + 1]] += by * torch.randn(len(x), 1, C, generator=g)
    return out


def painted() -> Pairs:
    """Return two defects on each normal: one of two places, and one of its first."""
    base, x = torch.arange(N), GOOD
    one, other = flawed(x, 3.0, 1), x + 3.0 * (torch.arange(P) == 0)[:, None]
    masks = torch.zeros(len(base), 2, P)
    masks[:, 0, [PLACE, PLACE + 1]], masks[:, 1, 0] = 1.0, 1.0
    kinds = torch.tensor([[0, 1]]).expand(len(base), 2)
    return Pairs(base, one.half(), other.half(), (one + other - x).half(), masks, kinds, torch.ones(len(base), 2))


def learnt(
    method: str,
    steps: int,
    ready: Learned | None = None,
    good: Tensor = GOOD,
    pairs: Pairs | None = None,
    progress: Progress = silent,
) -> Outcome:
    nothing, g = torch.zeros(N, dtype=torch.bool), torch.Generator().manual_seed(2)
    said = Said(torch.zeros(N, T), nothing, torch.zeros(N, 17, 3), nothing)
    return learn(
        Normals(good.half(), said, None),
        painted() if pairs is None else pairs,
        Captions(torch.randn(9, 4, T, generator=g), torch.randn(2, T, generator=g)),
        colouring(FACTORS),
        (4, 2),
        GRID,
        "tiny",
        TrainingConfig(minutes=0.05, steps=steps),
        "fake",
        progress,
        ready=Trained(ready) if ready else None,
        method=method,
    )


@pytest.fixture(scope="module", autouse=True)
def small() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(SIZES, "tiny", {"width": 48, "depth": 1})
        yield


@pytest.fixture(scope="module")
def teacher(small: None) -> Learned:
    return learnt("neural", 8).learned


@pytest.fixture(scope="module")
def student(teacher: Learned) -> Outcome:
    return learnt("distilled", 6, teacher)


@pytest.fixture(scope="module")
def blobby(teacher: Learned) -> Outcome:
    return learnt("simplex", 10, teacher)


@pytest.fixture(scope="module")
def weighed(teacher: Learned) -> Outcome:
    return learnt("odd", 0, teacher)


# --- distilled ----------------------------------------------------------------------------------------------------


def judged(model: Learned, x: Tensor) -> tuple[float, int]:
    """Return the AUROC of samples whose second half is bad, and how often the network was called for each."""
    calls: list[int] = []
    hook = model.denoise.network.register_forward_hook(lambda _, given, __: calls.append(len(given[0])))
    maps = model.maps(unconditioned(x, model.denoise, model.question))
    hook.remove()
    labels = np.repeat([0, 1], len(x) // 2)
    return image_auroc(maps.amax(dim=1).numpy(), labels), sum(calls) // len(x)


@pytest.mark.slow
def test_one_call_of_the_student_says_what_many_of_its_teacher_do() -> None:
    teacher = learnt("mdps", 100).learned
    d, distilled = Counted(), learnt("distilled", 60, teacher).learned
    x = torch.cat([d.normals(32, 5), flawed(d.normals(32, 6), 1.5, 7)])
    auroc, calls = judged(teacher, x)
    own, once = judged(distilled, x)
    assert own >= 0.98 * auroc
    assert (calls, once) == (16, 1)
    cond = image_only(x, T)
    with torch.no_grad():
        question = teacher.question.asked(teacher.denoise, cond)
        walk = Posterior().walk  # the chance of four of them is still to be seen, that of 32 is not
        ends = torch.stack([walk.walked(x, question, 100 + number) for number in range(32)]).mean(dim=0)
        copy, found = teacher.denoise(x, 1.0, cond), distilled.denoise(x, 1.0, cond)
    assert (found - ends).square().mean() < 0.7 * (copy - ends).square().mean()
    maps = torch.stack([question.norms(x - one).flatten() for one in (ends, found)])
    assert torch.corrcoef(maps)[0, 1] > 0.8


def test_the_student_is_judged_and_the_teacher_kept_for_other_questions(teacher: Learned, student: Outcome) -> None:
    for name, value in student.learned.trained().items():
        equal(value, teacher.trained()[name])
    weights = (student.learned.denoise.network.head.weight, teacher.denoise.network.head.weight)
    assert (weights[0] != weights[1]).any()
    assert student.card["student"]["steps"] == 6
    assert student.card["steps"] == 1  # the teacher's own story


def test_a_model_that_lacks_its_student_is_not_read_as_its_teacher(student: Outcome) -> None:
    state = {name: value for name, value in student.learned.state().items() if not name.startswith("student.")}
    with pytest.raises(RuntimeError, match="Missing key"):
        rebuild_learned(student.learned.plain(), state, FACTORS)


# --- simplex ------------------------------------------------------------------------------------------------------


def test_a_walk_through_noise_in_blobs_undoes_what_is_large_and_through_white_noise_leaves_it() -> None:
    blob, kept = torch.zeros(1, *GRID, C), {}
    for side in (1, 2, 4):
        blob[:, 2 : 2 + side, 2 : 2 + side] = 4.0
        for method, noise in (("anoddpm", None), ("simplex", octaves(GRID))):
            walk, d = ASKS[method], asked(Counted(noise), 16)
            assert isinstance(walk, Partial)
            x = Counted().normals(16, 5)
            moved = walk.walked(x + blob.view(1, P, C), d) - walk.walked(x, d)
            kept[method, side] = float(moved.norm(dim=(1, 2)).mean() / blob.norm())
    white, blobs = ([kept[method, side] for side in (1, 2, 4)] for method in ("anoddpm", "simplex"))
    assert white[0] < white[1] < white[2]  # the larger, the less is undone
    assert white[2] > 0.8
    assert blobs[2] < white[2] - 0.15
    assert blobs[2] < blobs[0]


@pytest.mark.slow
def test_the_student_of_noise_in_blobs_undoes_it_better_than_its_teacher() -> None:
    teacher = learnt("neural", 200).learned
    student = learnt("simplex", 200, teacher)
    x = Counted().normals(32, 5)
    noise = in_octaves(torch.randn(32, P, C, generator=torch.Generator().manual_seed(6)), GRID)
    cond = image_only(x, T)
    with torch.no_grad():
        apart = [one.denoise(x + noise, 1.0, cond) - x for one in (teacher, student.learned)]
    before, after = (float(one.square().mean()) for one in apart)
    assert after < 0.95 * before
    assert student.card["student"]["steps"] == 120


# --- odd ----------------------------------------------------------------------------------------------------------


def distances(n: int, seed: int, by: float = 0.0) -> Tensor:
    """Return two distances a place: a defect moves the first, the second is noise of heavy tails, (N, 2, P)."""
    rng = np.random.default_rng(seed)
    first, second = rng.normal(size=(n, P)), np.abs(rng.standard_t(3, size=(n, P)))
    first[:, [PLACE, PLACE + 1]] += by
    return torch.from_numpy(np.stack([first, second], axis=1)).float()


def test_learnt_weights_beat_the_mean_where_one_distance_tells_and_another_is_noise() -> None:
    masks = torch.zeros(40, P)
    masks[:, [PLACE, PLACE + 1]] = 1.0
    learned = weigh(distances(40, 0), distances(40, 1, 4.0), masks)
    assert learned.weight[0] > 0.9
    assert learned.weight.sum() == pytest.approx(1)
    held = distances(60, 2)
    test = torch.cat([distances(60, 3), distances(60, 4, 4.0)])

    def auroc(spread: Spread) -> float:
        return image_auroc(spread(test).mean(dim=1).amax(dim=1).numpy(), np.repeat([0, 1], 60))

    assert auroc(learned.again(held)) > auroc(Spread.of(held)) + 0.1


def test_a_defect_is_never_made_less_by_any_distance() -> None:
    masks = torch.ones(40, P)
    learned = weigh(distances(40, 0), distances(40, 1) - torch.tensor([-4.0, 9.0])[:, None], masks)
    assert learned.weight.tolist() == [1, 0]


def test_where_nothing_can_be_learnt_it_is_said(teacher: Learned) -> None:
    good = distances(40, 0)
    with pytest.raises(BadData, match="0 were painted on the good pictures"):
        weigh(good, good[:0], torch.zeros(0, P))
    with pytest.raises(BadData, match="of 2 distances none tells the 40 painted defects"):
        weigh(good, good - 5, torch.ones(40, P))
    with pytest.raises(BadData, match="0 were painted"):
        learnt("odd", 1, teacher, pairs=painted().of(HELD))


def test_weights_come_of_a_fit_and_are_shares_of_every_distance(weighed: Outcome) -> None:
    spread = weighed.learned.spread
    assert isinstance(spread, Weighed)
    assert len(spread.weight) == 2 * 4  # two representations; three walks, and the mean
    assert spread.weight.tolist() == pytest.approx(weighed.card["weights"], abs=1e-4)
    assert (spread.weight != 1 / 8).all()


# --- both ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", LEARNT)
def test_a_model_comes_back_from_its_file_to_the_last_bit(method: str, request: pytest.FixtureRequest) -> None:
    outcome = request.getfixturevalue({"distilled": "student", "simplex": "blobby", "odd": "weighed"}[method])
    learned, x = outcome.learned, flawed(GOOD[:4], 2.0, 9)
    plain = json.loads(json.dumps(learned.plain()))
    again = rebuild_learned(plain, load(save({k: v.contiguous() for k, v in learned.state().items()})), FACTORS)
    maps = [one.maps(unconditioned(x, one.denoise, one.question)) for one in (learned, again)]
    equal(*maps)
    assert maps[0][:, [PLACE, PLACE + 1]].mean() > maps[0].mean() + 1
    assert set(again.state()) == set(learned.state())


@pytest.mark.parametrize("method", LEARNT)
def test_the_normals_that_calibrate_teach_nothing(teacher: Learned, method: str) -> None:
    other, pairs = GOOD.clone(), painted()
    other[HELD] = 7.0
    strange = replace(pairs, one=torch.where(torch.isin(pairs.base, HELD)[:, None, None], 9.0, pairs.one).half())
    one, two = (learnt(method, 2, teacher, *given).learned for given in ((GOOD, pairs), (other, strange)))
    assert (one.spread.mean != two.spread.mean).any()
    taught = [learned.state() for learned in (one, two)]
    for name in taught[0]:
        if name.startswith("student.") or name == "spread.weight":
            equal(taught[0][name], taught[1][name])


@pytest.mark.parametrize(
    ("method", "stage"),
    [("distilled", "distilling"), ("simplex", "teaching it noise"), ("odd", "learning a similarity")],
)
def test_what_is_learnt_beside_shows_its_progress_and_can_be_stopped(teacher: Learned, method: str, stage: str) -> None:
    def stop(said: str, done: int, total: int) -> None:
        if said.startswith(stage) and 0 < done < total:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        learnt(method, 20, teacher, progress=stop)


def test_weights_from_elsewhere_leave_some_of_the_new_pictures_to_learn_from() -> None:
    digests = [f"{number:02d}" * 32 for number in range(40)]
    for method in LEARNT:
        training, stop, held = unseen(digests, [digests[3][:DIGITS]], 0, method)
        assert sorted(torch.cat([training, stop, held]).tolist()) == list(range(40))
        assert 3 in training
        assert [len(stop), len(held)] == [len(part) for part in deal(39, 0)[1:]]
    with pytest.raises(BadData, match="15 good pictures are new to these weights, and method odd"):
        unseen(digests[:30], [digest[:DIGITS] for digest in digests[:15]], 0, "odd")
