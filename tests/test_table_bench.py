"""Benchmark of tables: who is fitted on and tested, beside peers; labels are only compared with."""

from pathlib import Path

import numpy as np
import pytest
from table_cases import off, rows, table
from typer.testing import CliRunner, Result

from apps.cli import app
from fusion.table.benchmark import run_table_bench
from fusion.table.config import TableConfig
from fusion.table.fitting import fit


def bench(*args: str | Path, code: int = 0) -> Result:
    result = CliRunner().invoke(app, ["bench", *map(str, args)], env={"COLUMNS": "200", "NO_COLOR": "1"})
    assert result.exit_code == code, result.output
    return result


def cells(table: str, *begin: str) -> list[list[str]]:
    """Return the cells behind these first ones of each row that begins with them."""
    found = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines() if line[:1] == "|"]
    return [row[len(begin) :] for row in found if row[: len(begin)] == list(begin)]


@pytest.fixture
def plants(tmp_path: Path) -> list[Path]:
    """Return two labelled tables, of which the second is harder."""
    for name, by in (("one", 4.0), ("two", 1.0)):
        values = np.concatenate([off(30, by=by), rows(120)])
        np.savez(tmp_path / f"{name}.npz", X=values, y=np.arange(150) < 30)
    return [tmp_path / "one.npz", tmp_path / "two.npz"]


def test_a_table_of_methods_and_peers_over_seeds(plants: list[Path], tmp_path: Path) -> None:
    args = [*plants, "--method", "gaussian", "--method", "dte-np", "--seeds", "2", "--peers"]
    told = bench(*args, "--json", tmp_path / "rows.json", "--markdown", tmp_path / "t.md").stdout
    assert (tmp_path / "t.md").read_text() == told
    head = ["gaussian", "dte-np", "k-NN", "LOF", "isolation forest", "PCA"]
    assert cells(told, "table") == [head, head]
    for area in (0, 1):
        one, two, mean = (np.array(cells(told, name)[area], float) for name in ("one", "two", "mean"))
        np.testing.assert_allclose(mean, (one + two) / 2, atol=0.1)
        assert one[0] > two[0]
    assert cells(told, "one")[0][0] == "100.0"
    assert cells(told, "k-NN")[0][2:7] == ["–"] * 5
    assert cells(told, "gaussian")[0][6] in ("8 of 8", "7 of 8")
    again = bench(*args, "--json", tmp_path / "rows.json").stdout
    assert again == told  # times and all: no row is measured again


def test_half_of_the_normals_are_fitted_on_and_no_label_moves_a_score(plants: list[Path]) -> None:
    rows_ = run_table_bench([plants[0]], ["memory"], [0, 1])
    assert [(row.measures.n_fit, row.measures.n_good, row.measures.n_bad) for row in rows_ if row.measures] == [
        (60, 60, 30)
    ] * 2
    assert rows_[0].measures != rows_[1].measures
    known = fit(table(rows(60)), TableConfig(), "a")
    labelled = table(np.concatenate([rows(60), off(30)]), np.arange(90) >= 60)
    np.testing.assert_array_equal(known.scores(off(30)), fit(labelled, TableConfig(), "a").scores(off(30)))


def test_what_cant_be_compared_is_refused(plants: list[Path], tmp_path: Path) -> None:
    np.savez(tmp_path / "bare.npz", X=rows(40))
    assert "needs rows that are labelled 0 and 1" in bench(tmp_path / "bare.npz", code=2).stderr
    np.savez(
        tmp_path / "torn.npz", X=np.where(np.arange(200).reshape(40, 5) == 7, np.inf, rows(40)), y=np.arange(40) < 9
    )
    assert "row 2: column 'x3' is infinite; a benchmark takes every row" in bench(tmp_path / "torn.npz", code=2).stderr
    refused = bench(plants[0], "--method", "neural", code=2).stderr
    assert "method neural is for pictures and movements, not for tables" in refused
    assert "--backbone is for pictures" in bench(plants[0], "--backbone", "none", code=2).stderr
    np.savez(tmp_path / "few.npz", X=rows(12), y=np.arange(12) < 2)
    told = bench(tmp_path / "few.npz", code=1).stdout
    assert "5 normal rows; memory takes 10 or more" in told


@pytest.mark.data
def test_dte_on_a_public_table_stands_beside_nearest_neighbours(shared: Path) -> None:
    found = run_table_bench([shared / "data" / "adbench" / "38_thyroid.npz"], ["dte-np", "dte-c"], [0], peers=True)
    auroc = {str(row.settings["method"]): row.measures.auroc for row in found if row.measures}
    assert abs(auroc["dte-np"] - auroc["k-NN"]) < 0.01
    assert auroc["dte-c"] > 0.9
