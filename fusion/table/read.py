"""Read a table: CSV or TSV with a header, NPZ with `X` and perhaps `y`, NPY, Parquet. Numbers only."""

import csv
import io
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fusion.errors import BadInput, BadSetting
from fusion.files import looks_like, open_input
from fusion.table.table import Numbers, Table, shown

SUFFIXES = (".csv", ".tsv", ".npz", ".npy", ".parquet")
LABEL = "y"  # what an NPZ calls its labels
_MISSING = ("", "na", "nan", "null", "none")
_EXPECTED = f"expected a table as {', '.join(SUFFIXES)}"
_NORMAL, _ANOMALOUS = ("0", "0.0", "normal", "good", "ok", "false"), ("1", "1.0", "anomalous", "anomaly", "bad", "true")

Read = Callable[[bytes, str], tuple[list[str], Any]]  # content, name -> columns and what each of them holds


def read_table(path: Path, label: str = "", drop: Collection[str] = (), only: Sequence[str] | None = None) -> Table:
    """Read a table; `label` names the column that says 0 (normal) or 1, of an NPZ `y` does, and `drop` is left out.

    With `only`, these columns are read and no label. BadInput names the row and column that hold no number; an empty
    field, NaN and null are missing values.
    """
    name = str(path)
    read = _READERS.get(path.suffix.lower())
    if read is None:
        raise BadInput(f"{name}: {path.suffix or 'a file without an ending'} is no table; {_EXPECTED}")
    with open_input(path, name) as file:
        columns, fields = read(file.read(), name)
    if twice := sorted({column for column in columns if columns.count(column) > 1}):
        raise BadInput(f"{name}: {len(twice)} columns are in it twice: {shown(twice)}; give each a name of its own")
    label = label or (LABEL if only is None and path.suffix.lower() == ".npz" and LABEL in columns else "")
    kept = [column for column in columns if column != label and column not in drop] if only is None else list(only)
    if missing := [column for column in (*kept, *drop, *filter(None, [label])) if column not in columns]:
        raise BadInput(f"{name}: it has no column {shown(missing)}; it has {shown(columns)}")
    held = dict(zip(columns, fields, strict=True))
    labels = _labels(held[label], label, name) if label else None
    values = [_numbers(held[column], column, name) for column in kept]
    if not values or not len(values[0]):
        raise BadInput(f"{name}: {len(values)} columns of {len(fields[0]) if len(fields) else 0} rows; it takes some")
    return Table(name, tuple(kept), np.stack(values, axis=1), labels)


def _csv(content: bytes, name: str) -> tuple[list[str], Any]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadInput(f"{name}: this is {looks_like(content[:2048])}, not a text in UTF-8; {_EXPECTED}") from None
    head = text.partition("\n")[0]
    separator = next((mark for mark in ";\t," if mark in head), ",")  # before commas: some countries write 1,5; 2,5
    try:
        rows = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True) if row]
    except csv.Error as error:
        raise BadInput(f"{name}: no CSV ({error}); check its quotes") from error
    header, body = ([field.strip() for field in rows[0]], rows[1:]) if rows else ([], [])
    if header and all(_number(field) is not None for field in header):
        header, body = _nameless(len(header)), rows
    for number, row in enumerate(body, 1):
        if len(row) != len(header):
            raise BadInput(f"{name}, row {number}: {len(row)} fields, where the first line has {len(header)}")
    return header, list(zip(*body, strict=True)) if body else [()] * len(header)


def _npz(content: bytes, name: str) -> tuple[list[str], Any]:
    arrays = _loaded(content, name)
    if not isinstance(arrays, dict) or "X" not in arrays:
        held = shown(list(arrays)) if isinstance(arrays, dict) else "one array"
        raise BadInput(f"{name}: it holds {held}; expected X, an array of rows x columns, and perhaps y and columns")
    columns, fields = _of_array(arrays["X"], name)
    if "columns" in arrays:
        columns = [str(column) for column in arrays["columns"].ravel()]
        if len(columns) != len(fields):
            raise BadInput(f"{name}: {len(columns)} names of columns for the {len(fields)} columns of X")
    if LABEL not in arrays:
        return columns, fields
    if arrays[LABEL].shape != (len(arrays["X"]),):
        raise BadInput(f"{name}: y has the shape {arrays[LABEL].shape}; expected a label for each of X's rows")
    return [*columns, LABEL], [*fields, arrays[LABEL]]


def _npy(content: bytes, name: str) -> tuple[list[str], Any]:
    array = _loaded(content, name)
    if isinstance(array, dict):
        raise BadInput(f"{name}: this is an archive of arrays; call it .npz")
    return _of_array(array, name)


def _parquet(content: bytes, name: str) -> tuple[list[str], Any]:
    try:
        import pyarrow.parquet as parquet
    except ImportError:
        raise BadSetting(
            f"{name}: Parquet takes pyarrow (pip install foil[tables]); or save the table as CSV"
        ) from None
    try:
        table = parquet.read_table(io.BytesIO(content))
        return list(table.column_names), [table.column(at).to_pylist() for at in range(table.num_columns)]
    except Exception as error:  # a damaged file raises every kind of exception
        raise BadInput(f"{name}: no Parquet that can be read ({error}); write it again") from error


_READERS: dict[str, Read] = {".csv": _csv, ".tsv": _csv, ".npz": _npz, ".npy": _npy, ".parquet": _parquet}


def _loaded(content: bytes, name: str) -> NDArray[Any] | dict[str, NDArray[Any]]:
    try:
        found = np.load(io.BytesIO(content), allow_pickle=False)
        return found if isinstance(found, np.ndarray) else dict(found)
    except Exception as error:  # a damaged file raises every kind of exception
        raise BadInput(
            f"{name}: no arrays of numbers ({error}); save them with numpy.save or savez, without objects"
        ) from error


def _of_array(array: NDArray[Any], name: str) -> tuple[list[str], Any]:
    if array.dtype.names and array.ndim == 1:
        return list(array.dtype.names), [array[column] for column in array.dtype.names]
    if array.ndim != 2:
        raise BadInput(f"{name}: an array of {' x '.join(map(str, array.shape))}; expected rows x columns")
    return _nameless(array.shape[1]), list(array.T)


def _nameless(count: int) -> list[str]:
    return [f"x{at}" for at in range(1, count + 1)]


def _number(field: Any) -> float | None:
    """Return a field as a number, NaN if it is missing, None if it is none."""
    if field is None or (isinstance(field, str) and field.strip().casefold() in _MISSING):
        return np.nan
    try:
        return float(field.replace(",", ".") if isinstance(field, str) else field)  # a comma within a field: 1,5
    except (TypeError, ValueError):
        return None


def _numbers(fields: Any, column: str, name: str) -> Numbers:
    """Return a column as numbers, (N,); BadInput names the first field that is none, or is infinite."""
    if isinstance(fields, np.ndarray) and fields.dtype.kind in "fiub":
        values = fields.astype(np.float64)
    else:
        found = [_number(field) for field in fields]
        if (at := next((at for at, value in enumerate(found) if value is None), None)) is not None:
            raise BadInput(
                f"{name}, row {at + 1}: {str(fields[at])[:40]!r} in column {column!r} is no number; leave missing ones "
                "empty, and a column of words out (--drop)"
            )
        values = np.array(found, dtype=np.float64)
    if np.isinf(values).any():
        raise BadInput(f"{name}, row {int(np.isinf(values).argmax()) + 1}: column {column!r} is infinite")
    return values


def _labels(fields: Any, column: str, name: str) -> NDArray[np.bool_]:
    words = [str(field).strip().casefold() for field in fields]
    for at, word in enumerate(words):
        if word not in (*_NORMAL, *_ANOMALOUS):
            raise BadInput(f"{name}, row {at + 1}: the label {word[:40]!r} in column {column!r}; expected 0 or 1")
    return np.array([word in _ANOMALOUS for word in words], dtype=np.bool_)
