"""Benchmark of movements: who is fitted on and tested is told by folders or names; labels are only compared with."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from motion_cases import squat
from numpy.typing import NDArray
from typer.testing import CliRunner, Result

from apps.cli import app
from fusion.motion.benchmark import measure, run_motion_bench
from fusion.motion.collection import Reading
from fusion.motion.labelled import Patterns, groups_in
from fusion.motion.mapping import joint_set
from fusion.motion.peers import PEERS, dtw

READING = Reading(rate=25)
PATTERNS = Patterns("_ok", "p[0-4]", "p(.)", "^..")
TOLD = ("--rate", "25", "--normal", "_ok", "--fit-on", "p[0-4]", "--people", "p(.)", "--by", "^..")


def poses(person: int, repetition: int, wrong: bool = False) -> NDArray[np.float32]:
    """Return a squat as a camera sees it, (T, 17, 2); a wrong one has a wrist that jumps."""
    places = squat(person, repetition, flat=True).places.copy()
    places[20:26, 9] += 60 * wrong
    return places


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two groups, six and seven people, who squat well twice; all but one person badly once."""
    every = {
        f"m{group}_p{who}_{one}_ok": poses(who, one + 2 * group)
        for group in (1, 2)
        for who in range(6 + (group == 2))
        for one in range(2)
    }
    every |= {f"m{group}_p{who}_9_bad": poses(who, 9, wrong=True) for group in (1, 2) for who in range(1, 7)}
    path = tmp_path_factory.mktemp("squats") / "squats.npz"
    np.savez(path, **every)
    return path


def bench(*args: str | Path, code: int = 0) -> Result:
    result = CliRunner().invoke(app, ["bench", *map(str, args)], env={"COLUMNS": "200", "NO_COLOR": "1"})
    assert result.exit_code == code, result.output
    return result


def cells(table: str, *begin: str) -> list[list[str]]:
    """Return the cells behind these first ones of each row that begins with them."""
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines() if line[:1] == "|"]
    return [row[len(begin) :] for row in rows if row[: len(begin)] == list(begin)]


def test_names_tell_who_is_fitted_on_and_tested_group_by_group(archive: Path, tmp_path: Path) -> None:
    args = [archive, *TOLD, "--method", "gaussian", "--peers", "--seeds", "2", "--json", tmp_path / "rows.json"]
    told = bench(*args, "--markdown", tmp_path / "t.md").stdout
    assert (tmp_path / "t.md").read_text() == told
    quality, verdicts = cells(told, "m2", "gaussian", "0")
    assert quality[:2] == ["10 of 5 people", "4 + 2"]
    assert quality[2].startswith("100.0 [")
    assert verdicts[0] == "5 %"
    assert re.match(r"\d of 4 = ", verdicts[1])
    assert cells(told, "m1", "gaussian", "1")[0][1] == "2 + 2"
    assert len(cells(told, "m1", "isolation forest")) == 2
    assert all(len(cells(told, "m1", name)) == 1 for name in PEERS if name != "isolation forest")
    one, two, mean = (np.array(cells(told, name)[0], float) for name in ("m1", "m2", "mean"))
    assert mean == pytest.approx((one + two) / 2, abs=0.1)
    assert bench(*args).stdout == told  # times and all: no row is measured again


def test_mvtecs_layout_tells_it_too_and_a_bad_file_ends_itself(tmp_path: Path) -> None:
    for kind, people, wrong in (
        ("train/good", range(5), False),
        ("test/good", (5, 6), False),
        ("test/jump", (5, 6), True),
    ):
        (tmp_path / kind).mkdir(parents=True)
        for who in people:
            np.save(tmp_path / kind / f"{who}.npy", poses(who, 0, wrong))
    (tmp_path / "test/jump/broken.npy").write_bytes(b"\x93NUMPY")
    told = bench(tmp_path, "--rate", "25").stdout
    assert cells(told, tmp_path.name, "gaussian", "0")[0][:2] == ["5", "2 + 2"]
    assert "Unusable: " in told
    assert "broken.npy" in told


def test_labels_change_what_is_compared_and_nothing_else(archive: Path) -> None:
    _, group = groups_in(archive, READING, PATTERNS)
    turned = replace(group, tested=[(motion, 1 - label) for motion, label in group.tested])
    for method in ("gaussian", *PEERS):
        settings = {"method": method, "seed": 0}
        row, other = measure(group, settings), measure(turned, settings)
        assert other.auroc == pytest.approx(1 - row.auroc)
    asked = {motion.name.rpartition("#")[2][3:5] for motion, _ in group.tested}
    assert asked == {"p5", "p6"}  # whoever is fitted on is not asked for


def test_dtw_forgives_delay_and_only_as_much_as_its_band() -> None:
    rng = np.random.default_rng(0)
    way = rng.normal(size=(60, 3, 2)).cumsum(axis=0)
    many = np.stack([way[start : start + 32] for start in (0, 3, 28)])
    straight = np.linalg.norm(many - many[0], axis=-1).mean(axis=(1, 2)) * 32
    bent = dtw(many, many[0])
    assert bent[0] == 0
    assert bent[1] < straight[1] / 2
    assert (bent <= straight + 1e-9).all()
    assert bent == pytest.approx([dtw(many[:1], one)[0] for one in many])


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        (["--normal", "_ok"], "give both"),
        ([*TOLD, "--normal", "fine"], "none of 38 names of movements, such as m1_p0_0_ok, matches --normal"),
        ([*TOLD, "--only", "nothing"], "none of 0 names of movements matches --normal"),
        ([*TOLD[:4], "--fit-on", "x"], "matches --fit-on 'x'"),
        ([*TOLD[:4], "--fit-on", "p"], "0 normal and 0 others to test on"),
        ([*TOLD[:6], "--people", "who"], "matches 'who', so nobody knows who moved"),
        ([*TOLD[:6], "--by", "day"], "so nobody knows its group"),
        ([*TOLD[:6], "--by", "("], "no regular expression"),
        ([*TOLD, "--method", "magic"], "'magic'"),
        ([*TOLD, "--backbone", "none"], "--backbone is for pictures"),
        ([], "a benchmark needs all three"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_a_sentence(archive: Path, args: list[str], sentence: str) -> None:
    assert sentence in bench(archive, *args, code=2).stderr


def test_pictures_are_not_measured_by_names_nor_beside_movements(archive: Path, tmp_path: Path) -> None:
    assert "--fit-on is for movements" in bench(tmp_path, "--fit-on", "a", code=2).stderr
    assert "can't share a table" in bench(tmp_path, archive, code=2).stderr


@pytest.mark.data
def test_deep_squats_of_new_people(shared: Path) -> None:
    path = shared / "data" / "ui_prmd" / "vicon_positions_25hz_m01-m05.npz"
    reading = Reading(joint_set("plug-in-gait-39"), 25, "m01")
    (row,) = run_motion_bench([path], ["gaussian"], [0], reading, Patterns("cor", "s0[1-7]", r"s\d\d"))
    assert row.measures is not None
    assert (row.measures.n_fit, row.measures.n_good, row.measures.n_bad) == (70, 30, 30)
    assert row.measures.auroc > 0.95
