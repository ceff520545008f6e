"""Manifests: a CSV or JSONL file with a row a sample, for data that lie anywhere."""

import csv
import io
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from fusion.errors import BadData
from fusion.files import open_input
from fusion.item import Item, Split
from fusion.layouts import hold_back

MANIFEST_SUFFIXES = frozenset({".csv", ".tsv", ".jsonl"})
_ALIASES = {"image_path": "path", "image": "path", "mask_path": "mask", "label_index": "label", "pose": "skeleton"}
_LONGEST = 100_000  # bytes of a header
_COLUMNS = ("path", "label", "mask", "region", "text", "skeleton", "split")
_GOOD = frozenset({"0", "0.0", "good", "normal", "ok", "false"})
_BAD = frozenset({"1", "1.0", "bad", "defect", "defective", "anomalous", "abnormal", "anomaly", "ng", "true"})
_SPLITS: dict[str, Split] = {"train": "train", "test": "test", "val": "test", "validation": "test"}

Row = dict[str, str]


def read_manifest(path: Path, confined: bool = False) -> list[Item]:
    """Read the rows of a CSV or JSONL file; paths are relative to it, and `confined` keeps them below its folder.

    A label is good or bad (or 0, 1, ok, defect, ...), a type of defect, or empty if nobody knows. Where no row has a
    split, the good are for fitting, a fifth of them held back if there are defects to find; the rest is for the test.
    """
    read = _jsonl if path.suffix.lower() == ".jsonl" else _csv
    rows = [(number, row) for number, row in read(path) if any(row.values())]
    items = [_item(row, path, number, confined) for number, row in rows]
    unstated = [number for number, row in rows if not row.get("split")]
    if 0 < len(unstated) < len(rows):
        raise BadData(
            f"{path}, line {unstated[0]}: no split, though other rows have one; say train or test in all rows"
        )
    if items and not any(item.path.exists() for item in items):
        first = items[0].path
        raise BadData(f"{path}: none of its {len(items)} pictures is there, such as {first}; paths are relative to it")
    return hold_back(items) if unstated and any(item.label == 1 for item in items) else items


def names_pictures(path: Path) -> bool:
    """Return whether a file is a manifest by its header, which has a path; a JSONL always is one."""
    if path.suffix.lower() == ".jsonl":
        return True
    with open_input(path, str(path)) as file:
        reader = _table(file.readline(_LONGEST).decode("utf-8-sig", "replace"))
    try:
        return not reader.fieldnames or "path" in _row(dict.fromkeys(reader.fieldnames), str(path))
    except csv.Error as error:
        raise BadData(f"{path}: no CSV ({error}); check its quotes") from error


def _table(text: str) -> "csv.DictReader[str]":
    header = text.partition("\n")[0]
    separator = max(",;\t", key=header.count)  # spreadsheets of some countries write ;
    return csv.DictReader(io.StringIO(text, newline=""), delimiter=separator, strict=True)


def _csv(path: Path) -> Iterator[tuple[int, Row]]:
    reader = _table(_text(path))
    try:
        for row in reader:
            if None in row:
                where, separator = f"{path}, line {reader.line_num}", reader.reader.dialect.delimiter
                raise BadData(f"{where}: more fields than columns; put texts that hold {separator!r} in quotes")
            yield reader.line_num, _row(row, f"{path}, line {reader.line_num}")
    except csv.Error as error:
        raise BadData(f"{path}, line {reader.line_num}: no CSV ({error}); check its quotes") from error


def _jsonl(path: Path) -> Iterator[tuple[int, Row]]:
    for number, line in enumerate(_text(path).split("\n"), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise BadData(f"{path}, line {number}: no JSON ({error}); expected one object a line") from error
        if not isinstance(row, dict):
            raise BadData(f"{path}, line {number}: expected an object with some of {', '.join(_COLUMNS)}")
        yield number, _row(row, f"{path}, line {number}")


def _text(path: Path) -> str:
    with open_input(path, str(path)) as file:
        try:
            return file.read().decode("utf-8-sig")
        except UnicodeDecodeError:
            raise BadData(f"{path}: not in UTF-8; save it as 'CSV UTF-8' from the spreadsheet") from None


def _row(fields: dict[str, Any], where: str) -> Row:
    """Return the columns that we know, as text, under our names; a table may well have others."""
    row: Row = {}
    for name, value in fields.items():
        given = name.strip().casefold().replace(" ", "_")
        column = _ALIASES.get(given, given)
        if column in _COLUMNS and (column == given or column not in row):  # `label` counts more than `label_index`
            if isinstance(value, dict | list):
                raise BadData(f"{where}: {name} holds {value!r:.60}; expected a word, or the path of a file")
            row[column] = "" if value is None else str(value).strip()
    return row


def _item(row: Row, manifest: Path, number: int, confined: bool) -> Item:
    where = f"{manifest}, line {number}"

    def place(column: str) -> Path | None:
        text = row.get(column, "")
        path = manifest.parent / (text if os.name == "nt" else text.replace("\\", "/"))  # written on Windows
        if confined and not path.resolve().is_relative_to(manifest.parent.resolve()):
            raise BadData(f"{where}: {text} leaves the archive; an archive's manifest may name its own files only")
        return path if text else None

    path = place("path")
    if path is None:
        raise BadData(f"{where}: no path; expected the columns {', '.join(_COLUMNS)}, of which path must be filled")
    label, defect = _label(row.get("label", ""), where)
    split = _SPLITS.get((row.get("split") or ("train" if label == 0 else "test")).casefold())
    if split is None:
        raise BadData(f"{where}: split {row['split']!r}; expected train or test")
    return Item(path, label, defect, split, place("mask"), place("region"), row.get("text") or None, place("skeleton"))


def _label(text: str, where: str) -> tuple[Literal[0, 1] | None, str]:
    word = text.casefold()
    if word in ("", "unknown"):
        return None, ""
    if word in _GOOD:
        return 0, "good"
    if word in _BAD:
        return 1, ""
    if word.lstrip("-").replace(".", "", 1).isdigit():
        raise BadData(f"{where}: label {text}; expected 0 (good), 1 (anomalous), or a word such as good or scratch")
    return 1, text
