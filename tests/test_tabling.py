"""Tables by the command line: fit, inspect, what is refused, and the list of methods."""

import csv
import json
import re
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from table_cases import COLUMNS, rows
from typer.testing import CliRunner, Result

from apps.cli import app
from assistant import library
from fusion.recipes import RECIPES


def foil(*args: str | Path, code: int = 0) -> Result:
    result = CliRunner().invoke(app, [str(arg) for arg in args], env={"COLUMNS": "200", "NO_COLOR": "1"})
    assert result.exit_code == code, result.output
    return result


def written(path: Path, values: NDArray[np.float64], **more: list[object]) -> Path:
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*COLUMNS, *more])
        writer.writerows([*row, *rest] for row, *rest in zip(values.tolist(), *more.values(), strict=True))
    return path


@pytest.fixture
def plant(tmp_path: Path) -> Path:
    """Return a model's table: 100 normal rows, and 3 that are not, with a column of words."""
    values = np.concatenate([rows(100), rows(3) + 50])
    made = {"id": [f"r{n}" for n in range(103)], "state": ["ok"] * 100 + ["bad"] * 3}
    return written(tmp_path / "plant.csv", values, **made)


@pytest.fixture
def fresh(tmp_path: Path) -> Path:
    """Return four new rows: normal, one column off, one missing, most missing."""
    values = np.repeat(rows(60, seed=3)[7:8], 4, axis=0)
    values[1, 1] += 0.1
    values[2, 2] = values[3, :3] = np.nan
    return written(tmp_path / "new.csv", values, id=["a", "b", "c", "d"])


def test_from_a_table_to_words(plant: Path, fresh: Path) -> None:
    told = foil("fit", plant, "--name", "plant", "--label", "state", "--drop", "id").output
    assert "plant: fitted on 100 normal rows in" in told
    assert "method Memory (nearest normal)" in told
    assert "columns: pressure, flow, heat, speed, noise\n" in told
    assert "meant" not in told
    assert "left out as labelled anomalous: 3 rows" in told
    assert "100 normal rows promise a false-alarm rate of 1 %" in told
    lines = foil("inspect", fresh, "--model", "plant", code=30).stdout.splitlines()
    assert re.fullmatch(re.escape(f"PASS       {fresh} row 1  score ") + r"\d\.\d\d, p \d\.\d+", lines[0])
    assert lines[1].startswith(f"REJECT     {fresh} row 2  score ")
    assert lines[2].startswith("    “flow” is 0.28")
    assert "where 0.1895 is expected" in lines[2]
    assert lines[3].startswith("PASS ")
    assert lines[4] == "    1 missing, counted as usual: “heat”."
    assert lines[5] == f"REFUSED    {fresh} row 4"
    assert "3 of 5 values are missing" in lines[6]
    assert lines[7] == "4 rows: 2 PASS, 1 REJECT, 1 REFUSED"
    assert "正常行在此应为" in foil("inspect", fresh, "--lang", "zh", code=30).stdout  # the only model of tables
    assert "tables" in foil("models").stdout
    assert "Memory (nearest normal): the ideal denoiser of the normals" in foil("explain-model", "plant").stdout


def test_an_id_or_a_label_that_was_forgotten_is_asked_after(tmp_path: Path) -> None:
    more: dict[str, list[object]] = {"id": [*range(7, 47)], "tick": [1, *range(1, 40)]}
    more |= {"Label": [0] * 40, "more": [0.5] * 40}
    told = foil("fit", written(tmp_path / "a.csv", rows(40), **more), "--name", "a").output
    assert "columns: pressure, flow, heat, speed, noise, id, tick, Label and 1 more\n" in told
    assert "was --drop or --label meant for 'id', 'Label'?" in told


def test_a_row_that_cannot_be_read_ends_itself_only(plant: Path, fresh: Path) -> None:
    lines = plant.read_text().splitlines()
    lines[2], lines[5] = lines[2].rpartition(",")[0], "inf" + lines[5][lines[5].index(",") :]
    plant.write_text("\n".join(lines))
    told = foil("fit", plant, "--name", "plant", "--label", "state", "--drop", "id").output
    assert "plant: fitted on 98 normal rows in" in told
    assert f"2 of 103 rows could not be used:\n  {plant}, row 2: 6 fields, where the first line has 7\n" in told
    assert f"  {plant}, row 5: column 'pressure' is infinite\n" in told
    assert "taken as" not in told  # no value is missing
    lines = fresh.read_text().splitlines()
    lines[2] = "abc" + lines[2][lines[2].index(",") :]
    fresh.write_text("\n".join(lines))
    told = foil("inspect", fresh, code=30).stdout
    assert f"UNREADABLE {fresh}, row 2: 'abc' in column 'pressure' is no number; leave missing ones empty\n" in told
    assert f"PASS       {fresh} row 3" in told
    assert "4 rows: 2 PASS, 1 REFUSED, 1 UNREADABLE" in told
    paths = [json.loads(line)["path"] for line in foil("inspect", fresh, "--json", code=30).stdout.splitlines()]
    assert paths == [f"{fresh} row {number}" for number in (1, 2, 3, 4)]
    plant.write_text("\n".join(["pressure,flow", *["1,2"] * 9, "x,3"]))
    assert "9 normal rows; memory takes 10 or more, and 1 row can't be read: " in foil(
        "fit", plant, "--name", "few", code=2
    ).stderr.replace("\n", " ")


def test_json_has_a_line_a_row_and_rates_can_be_changed_by_it(plant: Path, fresh: Path, tmp_path: Path) -> None:
    foil("fit", plant, "--name", "plant", "--label", "state", "--drop", "id", "--method", "dte-np")
    stdout = foil("inspect", fresh, "--json", code=30).stdout
    told = [json.loads(line) for line in stdout.splitlines()]
    assert [row["verdict"] for row in told] == ["PASS", "REJECT", "PASS", "REFUSED"]
    assert told[1]["path"] == f"{fresh} row 2"
    (off,) = told[1]["off"]
    assert off["column"] == "flow"
    assert told[3]["pred_score"] is None
    (tmp_path / "told.jsonl").write_text(stdout)
    changed = foil("threshold", "plant", "--review", "0.2", "--dry-run", "--scores", tmp_path / "told.jsonl").stdout
    assert "100 normal rows" in changed


def test_what_makes_no_sense_is_a_sentence(plant: Path, fresh: Path, tmp_path: Path) -> None:
    assert "'r0' in column 'id' is no number" in foil("fit", plant, "--name", "plant", code=2).stderr
    known = ["fit", plant, "--name", "plant", "--label", "state", "--drop", "id"]
    refused = foil(*known, "--window", "2", code=2).stderr
    assert refused == f"foil: --window is for movements, and {plant} is read as tables; leave it out\n"
    assert "--minutes is for pictures and movements, and" in foil(*known, "--minutes", "2", code=2).stderr
    assert (
        "tables have no method 'neural'; choose gaussian, memory" in foil(*known, "--method", "neural", code=2).stderr
    )
    assert library.names() == []
    foil(*known)
    assert (
        "--out is for pictures and movements, and plant is a model of tables"
        in foil("inspect", fresh, "--model", "plant", "--out", tmp_path / "out", code=2).stderr
    )
    (tmp_path / "other.csv").write_text("pressure,flow\n1,2\n")
    told = foil("inspect", tmp_path / "other.csv", fresh, "--model", "plant", code=30).stdout
    assert "UNREADABLE" in told
    assert "it has no columns 'heat', 'speed', 'noise'; it has 'pressure', 'flow'" in told
    assert "5 rows: 2 PASS, 1 REJECT, 1 REFUSED, 1 UNREADABLE" in told


def test_methods_are_listed_with_source_licence_cost_and_use() -> None:
    told = foil("methods").stdout
    for recipe in RECIPES:
        for word in (recipe.title, recipe.source, recipe.licence, recipe.cost, recipe.good_for):
            assert word in told
    tables = json.loads(foil("methods", "tables", "--json").stdout)
    assert [row["name"] for row in tables] == [recipe.name for recipe in RECIPES if "tables" in recipe.kinds]
    assert "neural" not in foil("methods", "tables").stdout
