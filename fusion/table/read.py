"""Read a table: CSV or TSV with a header, NPZ with `X` and perhaps `y`, NPY, Parquet. Numbers only."""

import csv
import io
import zipfile
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fusion.errors import BadInput, BadSetting, FoilError
from fusion.files import looks_like, open_input
from fusion.table.table import Numbers, Table, counted, shown, without

SUFFIXES = (".csv", ".tsv", ".npz", ".npy", ".parquet")
LABEL = "y"  # what an NPZ calls its labels
MOST_BYTES = 1_000_000_000  # of a table, unpacked
_MISSING = ("", "na", "nan", "null", "none")
_EXPECTED = f"expected a table as {', '.join(SUFFIXES)}"
_NORMAL, _ANOMALOUS = ("0", "0.0", "normal", "good", "ok", "false"), ("1", "1.0", "anomalous", "anomaly", "bad", "true")
_MOST_FAULTY = 0.9  # of the rows; with more it is the table that is wrong, or a column of words


@dataclass(frozen=True)
class _Held:
    """What a file holds, before it is known to be numbers."""

    columns: list[str]
    fields: Any  # what each column holds
    faults: dict[int, str] = field(default_factory=dict)  # rows without a field for each column, and why


Read = Callable[[bytes, str], _Held]  # of a content and its name


def read_table(path: Path, label: str = "", drop: Collection[str] = (), only: Sequence[str] | None = None) -> Table:
    """Read a table; `label` names the column that says 0 (normal) or 1, of an NPZ `y` does, and `drop` is left out.

    With `only`, these columns are read and no label. An empty field, NaN and null are missing values; a row that can't
    be read is one of the table's faults, BadInput where nearly all are.
    """
    name = str(path)
    read = _READERS.get(path.suffix.lower())
    if read is None:
        raise BadInput(f"{name}: {path.suffix or 'a file without an ending'} is no table; {_EXPECTED}")
    with open_input(path, name) as file:
        held = read(file.read(), name)
    columns = held.columns
    if twice := sorted({column for column in columns if columns.count(column) > 1}):
        raise BadInput(f"{name}: columns share a name: {shown(twice)}; give each a name of its own")
    label = label or (LABEL if only is None and path.suffix.lower() == ".npz" and LABEL in columns else "")
    kept = [column for column in columns if column != label and column not in drop] if only is None else list(only)
    if missing := [column for column in (*kept, *drop, *filter(None, [label])) if column not in columns]:
        raise without(missing, columns, name)
    fields = dict(zip(columns, held.fields, strict=True))
    n_rows = len(next(iter(fields.values()), ()))
    if not kept or not n_rows:
        raise BadInput(f"{name}: {counted(len(kept), 'column')} of {counted(n_rows, 'row')}; it takes some")
    values = np.stack([_numbers(fields[column]) for column in kept], axis=1)
    faults = _faults(held.faults, values, {column: fields[column] for column in kept}, name, droppable=only is None)
    if len(faults) > _MOST_FAULTY * n_rows:
        raise BadInput(faults[min(faults)])
    good = np.array([at for at in range(n_rows) if at + 1 not in faults])
    labels = _labels(fields[label], good, label, name) if label else None
    return Table(name, tuple(kept), values[good], labels, faults)


def _csv(content: bytes, name: str) -> _Held:
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
    faults = {
        number: f"{name}, row {number}: {counted(len(row), 'field')}, where the first line has {len(header)}"
        for number, row in enumerate(body, 1)
        if len(row) != len(header)
    }
    body = [[""] * len(header) if number in faults else row for number, row in enumerate(body, 1)]
    return _Held(header, list(zip(*body, strict=True)) if body else [()] * len(header), faults)


def _npz(content: bytes, name: str) -> _Held:
    arrays = _loaded(content, name)
    if not isinstance(arrays, dict) or "X" not in arrays:
        held = shown(list(arrays)) if isinstance(arrays, dict) else "one array"
        raise BadInput(f"{name}: it holds {held}; expected X, an array of rows x columns, and perhaps y and columns")
    array = _of_array(arrays["X"], name)
    columns, fields = array.columns, array.fields
    if "columns" in arrays:
        columns = [str(column) for column in arrays["columns"].ravel()]
        if len(columns) != len(fields):
            raise BadInput(f"{name}: {len(columns)} names of columns for the {len(fields)} columns of X")
    if LABEL not in arrays:
        return _Held(columns, fields)
    if arrays[LABEL].shape != (len(arrays["X"]),):
        raise BadInput(f"{name}: y has the shape {arrays[LABEL].shape}; expected a label for each of X's rows")
    return _Held([*columns, LABEL], [*fields, arrays[LABEL]])


def _npy(content: bytes, name: str) -> _Held:
    array = _loaded(content, name)
    if isinstance(array, dict):
        raise BadInput(f"{name}: this is an archive of arrays; call it .npz")
    return _of_array(array, name)


def _parquet(content: bytes, name: str) -> _Held:
    try:
        import pyarrow.parquet as parquet
    except ImportError:
        raise BadSetting(
            f"{name}: Parquet takes pyarrow (pip install foil[tables]); or save the table as CSV"
        ) from None
    try:
        file = parquet.ParquetFile(io.BytesIO(content))
        _refuse_too_much(8 * file.metadata.num_rows * file.metadata.num_columns, name)
        table = file.read()
        return _Held(list(table.column_names), [table.column(at).to_pylist() for at in range(table.num_columns)])
    except FoilError:
        raise
    except Exception as error:  # a damaged file raises every kind of exception
        raise BadInput(f"{name}: no Parquet that can be read ({error}); write it again") from error


_READERS: dict[str, Read] = {".csv": _csv, ".tsv": _csv, ".npz": _npz, ".npy": _npy, ".parquet": _parquet}


def _loaded(content: bytes, name: str) -> NDArray[Any] | dict[str, NDArray[Any]]:
    try:
        if zipfile.is_zipfile(io.BytesIO(content)):
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                _refuse_too_much(sum(member.file_size for member in archive.infolist()), name)
        found = np.load(io.BytesIO(content), allow_pickle=False)
        return found if isinstance(found, np.ndarray) else dict(found)
    except FoilError:
        raise
    except Exception as error:  # a damaged file raises every kind of exception
        raise BadInput(
            f"{name}: no arrays of numbers ({error}); save them with numpy.save or savez, without objects"
        ) from error


def _refuse_too_much(size: int, name: str) -> None:
    """Refuse what a small file would become in memory, before it does."""
    if size > MOST_BYTES:
        raise BadInput(
            f"{name}: unpacks to {size / 1e9:.1f} GB, where {MOST_BYTES / 1e9:.0f} GB is the limit; split the table"
        )


def _of_array(array: NDArray[Any], name: str) -> _Held:
    if array.dtype.names and array.ndim == 1:
        return _Held(list(array.dtype.names), [array[column] for column in array.dtype.names])
    if array.ndim != 2:
        raise BadInput(f"{name}: an array of {' x '.join(map(str, array.shape))}; expected rows x columns")
    return _Held(_nameless(array.shape[1]), list(array.T))


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


def _numbers(fields: Any) -> Numbers:
    """Return a column as numbers, (N,); what is none counts as infinite, so that both are found by one look."""
    if isinstance(fields, np.ndarray) and fields.dtype.kind in "fiub":
        return fields.astype(np.float64)
    found = [_number(field) for field in fields]
    return np.array([np.inf if value is None else value for value in found], dtype=np.float64)


def _faults(
    broken: dict[int, str], values: Numbers, fields: dict[str, Any], name: str, droppable: bool
) -> dict[int, str]:
    """Return why rows can't be read, by their number: they are broken, or a field is no number, or infinite."""
    faults, columns = dict(broken), list(fields)
    for at, place in np.argwhere(np.isinf(values)).tolist():
        column, held = columns[place], fields[columns[place]][at]
        fault = f"{name}, row {at + 1}: column {column!r} is infinite"
        if _number(held) is None:
            fault = (
                f"{name}, row {at + 1}: {str(held)[:40]!r} in column {column!r} is no number; leave missing ones empty"
            )
            fault += ", and a column of words out (--drop)" if droppable else ""
        faults.setdefault(at + 1, fault)
    return faults


def _labels(fields: Any, good: NDArray[np.intp], column: str, name: str) -> NDArray[np.bool_]:
    """Return which of the rows that can be read are anomalous."""
    words = [str(fields[at]).strip().casefold() for at in good]
    for at, word in zip(good, words, strict=True):
        if word not in (*_NORMAL, *_ANOMALOUS):
            raise BadInput(f"{name}, row {at + 1}: the label {word[:40]!r} in column {column!r}; expected 0 or 1")
    return np.array([word in _ANOMALOUS for word in words], dtype=np.bool_)
