"""THOR, TransFusion, FNDM: what each changes of a defect, and of what is normal."""

import json

import learning_cases as cases
import numpy as np
import pytest
import torch
from asking_cases import GRID, PLACE, Counted, P, asked, damaged
from torch import Tensor

from fusion.diffusion.denoiser import NeuralDenoiser, colouring
from fusion.diffusion.sampling import multistep, walk
from fusion.learned import Learned, rebuild_learned, rounded
from fusion.methods.healing import Harmonised, Retold, Transparent, wrong
from fusion.methods.named import Question
from fusion.methods.reconstruction import Partial
from fusion.residual import Spread
from fusion.sight import Sight

pytest_plugins = ["core_fixtures"]
pytestmark = pytest.mark.usefixtures("single_thread")

BLOCK = torch.zeros(GRID, dtype=torch.bool)
BLOCK[2:4, 3:5] = True
BLOCK = BLOCK.flatten()


def alike(one: Tensor, other: Tensor) -> float:
    return float(np.corrcoef(one.flatten(), other.flatten())[0, 1])


def test_harmonising_leaves_less_outside_the_defect_than_the_plain_walk_and_as_much_of_it() -> None:
    d = Counted()
    bad, ask = damaged(d.normals(8, 5)), Harmonised()
    outside = torch.arange(P) != PLACE
    plain = Partial(ask.levels[0], noisy=True)(bad, asked(d, 8)).mean(dim=1)
    healed = ask(bad, asked(d, 8)).mean(dim=1)
    assert healed[:, PLACE].mean() > plain[:, PLACE].mean()
    assert healed[:, outside].mean() < 0.5 * plain[:, outside].mean()


def test_most_places_of_a_normal_are_put_back_as_they_were() -> None:
    d = Counted()
    x = d.normals(20, 3)
    changed = (x - Harmonised().walked(x, asked(d, 20))).norm(dim=-1) / x.norm(dim=-1)
    assert changed.median() < 0.1  # 0.9 by the plain walk


def test_the_mask_closes_in_on_the_defect_from_step_to_step() -> None:
    d = Counted()
    bad = d.normals(20, 3)
    bad[:, BLOCK] += 5.0
    _, masks = Transparent().walked(bad, asked(d, 20))
    share = (masks[..., BLOCK].sum(dim=-1) / masks.sum(dim=-1)).mean(dim=-1).tolist()
    assert share == sorted(share)
    assert share[-1] > share[0] + 0.05
    marked = masks[-1] > 0.5
    assert ((marked & BLOCK).sum(dim=-1) / (marked | BLOCK).sum(dim=-1)).mean() > 0.9


def test_what_is_wrong_fades_and_a_normal_stays_within_a_hundredth() -> None:
    d = Counted()
    x = d.normals(20, 3)
    bad = x.clone()
    bad[:, BLOCK] += 5.0
    end, good = (Transparent().walked(one, asked(d, 20))[0] for one in (bad, x))
    assert (end - x)[:, BLOCK].norm() < 0.25 * (bad - x)[:, BLOCK].norm()
    assert (good - x).norm() < 0.01 * x.norm()  # 40 dB


def test_a_place_as_far_as_the_gate_is_half_wrong() -> None:
    one = asked(Counted())
    apart = torch.tensor([0.0, 0.5, 1.0, 2.0])[None, :, None].expand(1, 4, 6) * one.gate * 0.8
    share = wrong(apart, 0.8, one)[0]
    assert share[2] == pytest.approx(0.5)
    assert share[0] == 0
    assert share[1] < 0.01
    assert share[3] > 0.99


def test_few_steps_find_what_many_find() -> None:
    d = Counted()
    bad = damaged(d.normals(40, 4), 3.0)
    few = Retold()(bad, asked(d, 40))
    assert d.calls == 40 * 12
    many = Retold(steps=25)(bad, asked(d, 40))
    assert alike(few, many) > 0.99
    assert (many.mean(dim=1).argmax(dim=1) == PLACE).all()


def test_told_the_same_up_and_down_a_walk_comes_back() -> None:
    d = Counted()
    x = damaged(d.normals(10, 6))
    told = asked(d, 10).under_normal_words()
    assert told.cond is not None
    assert told.cond.text.eq(1).all()
    missed = [(Retold(steps=steps).walked(x, told) - x).norm() / x.norm() for steps in (4, 8, 25)]
    assert missed[0] < 0.03
    assert missed[1] < missed[0] / 3  # of second order: half the step, a quarter of the error
    assert missed[2] < 0.001
    assert (Retold().walked(x, asked(d, 10)) - x).norm() > 0.1 * x.norm()


def test_down_to_the_last_level_the_multistep_walk_is_the_solver_of_diffusers() -> None:
    d = Counted()
    z = 4 * d.normals(4, 7)
    levels = (4.0, 2.5, 1.4, 0.6)
    *theirs, _ = walk(z, d, (*levels, 0.0), "dpm++")
    torch.testing.assert_close(list(multistep(z, d, levels)), theirs, rtol=1e-4, atol=1e-4)


def test_a_saved_model_still_knows_what_a_normal_is_called() -> None:
    factors = [torch.eye(4)[None], torch.eye(2)[None]]
    denoise = NeuralDenoiser(rounded(cases.network()), colouring(factors))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        sight = rounded(Sight(cases.C, cases.T).eval())
    spread = Spread(torch.zeros(2, cases.P), torch.ones(2, cases.P))
    learned, other = (
        Learned(denoise, Question("fndm", (4, 2), 1.0, cases.normal(cases.T, seed=seed)), spread, sight, "fake", True)
        for seed in (1, 2)
    )
    again = rebuild_learned(json.loads(json.dumps(learned.plain())), learned.state(), factors)
    x = cases.normal(1, cases.P, cases.C)
    with torch.inference_mode():
        found, loaded, told = (one.residuals(x, one.condition(x)) for one in (learned, again, other))
    assert torch.equal(found, loaded)
    assert not torch.allclose(found, told)
