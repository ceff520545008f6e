"""Tables are read from every form alike, and what is no number is named by row and column."""

from pathlib import Path

import numpy as np
import pytest
from table_cases import COLUMNS, rows

from fusion.errors import BadInput
from fusion.table.read import read_table

VALUES = rows(6)


def written(path: Path, **arrays: object) -> Path:
    structured = np.rec.fromarrays(VALUES.T, names=COLUMNS)
    match path.suffix:
        case ".csv":
            lines = [";".join(COLUMNS), *(";".join(map(repr, map(float, row))).replace(".", ",") for row in VALUES)]
            path.write_text("\n".join(lines), encoding="utf-8-sig")
        case ".tsv":
            path.write_text("\n".join("\t".join(map(str, row)) for row in [COLUMNS, *VALUES.tolist()]))
        case ".npy":
            np.save(path, np.asarray(structured))
        case ".npz":
            np.savez(path, X=VALUES, columns=np.array(COLUMNS), **arrays)
        case ".parquet":
            pyarrow, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
            parquet.write_table(pyarrow.table(dict(zip(COLUMNS, VALUES.T, strict=True))), path)
    return path


@pytest.mark.parametrize("ending", ["csv", "tsv", "npy", "npz", "parquet"])
def test_every_form_gives_the_same_numbers_in_named_columns(ending: str, tmp_path: Path) -> None:
    table = read_table(written(tmp_path / f"a.{ending}"))
    assert table.columns == COLUMNS
    assert table.labels is None
    np.testing.assert_array_equal(table.values, VALUES)


def test_labels_tell_the_normals_and_what_is_dropped_is_gone(tmp_path: Path) -> None:
    path = written(tmp_path / "a.npz", y=np.array([0, 1, 0, 0, 0, 1]))
    assert len(read_table(path).normals) == 4
    (tmp_path / "b.csv").write_text("id,a,b,state\nk1,1,2,ok\nk2,3,,bad\n")
    table = read_table(tmp_path / "b.csv", label="state", drop=["id"])
    assert table.columns == ("a", "b")
    np.testing.assert_array_equal(table.values, [[1, 2], [3, np.nan]])
    np.testing.assert_array_equal(table.normals.values, [[1, 2]])


def test_without_a_header_columns_are_counted(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("1,2\n3,4\n")
    assert read_table(tmp_path / "a.csv").columns == ("x1", "x2")
    assert len(read_table(tmp_path / "a.csv")) == 2


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a,b\n1,cold\n3,warm\n", "row 1: 'cold' in column 'b' is no number; .*--drop"),
        ("a,b\n1\n3\n", "row 1: 1 field, where the first line has 2"),
        ("a,a\n1,2\n", "columns share a name: 'a'; give each"),
        ("a,b\n1,inf\n", "row 1: column 'b' is infinite"),
        ("a,b\n", "2 columns of 0 rows"),
        ("a\n", "1 column of 0 rows"),
        ('a,"b\n1,2\n', "no CSV"),
    ],
)
def test_what_is_no_table_of_numbers_is_named(text: str, sentence: str, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(text)
    with pytest.raises(BadInput, match=sentence):
        read_table(tmp_path / "a.csv")


def test_a_row_that_cannot_be_read_is_a_fault_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a,b,state\n1,2,ok\n3,warm,ok\n5,6\n7,inf,\n8,,bad\n1,2,ok,4\n")
    table = read_table(path, label="state")
    np.testing.assert_array_equal(table.values, [[1, 2], [8, np.nan]])
    assert table.labels is not None
    assert table.labels.tolist() == [False, True]
    assert table.faults == {
        2: f"{path}, row 2: 'warm' in column 'b' is no number; leave missing ones empty, "
        "and a column of words out (--drop)",
        3: f"{path}, row 3: 2 fields, where the first line has 3",
        4: f"{path}, row 4: column 'b' is infinite",
        6: f"{path}, row 6: 4 fields, where the first line has 3",
    }
    assert "--drop" not in read_table(path, only=["b"]).faults[2]  # which only a fit knows
    np.savez(tmp_path / "b.npz", X=np.array([[1, 2], [np.inf, 3]]), y=np.array([0, 1]))
    assert list(read_table(tmp_path / "b.npz").faults) == [2]


def test_other_faults_are_sentences_too(tmp_path: Path) -> None:
    written(tmp_path / "a.csv")
    with pytest.raises(BadInput, match="no column 'state'; it has 'pressure'"):
        read_table(tmp_path / "a.csv", label="state")
    with pytest.raises(BadInput, match="it has no column 'id'"):
        read_table(tmp_path / "a.csv", drop=["id"])
    np.savez(tmp_path / "b.npz", X=np.array([{"a": 1}], dtype=object))
    with pytest.raises(BadInput, match="without objects"):
        read_table(tmp_path / "b.npz")
    np.savez(tmp_path / "c.npz", keypoints=VALUES)
    with pytest.raises(BadInput, match="it holds 'keypoints'; expected X"):
        read_table(tmp_path / "c.npz")
    (tmp_path / "d.xlsx").write_bytes(b"PK")
    with pytest.raises(BadInput, match=r"\.xlsx is no table"):
        read_table(tmp_path / "d.xlsx")
