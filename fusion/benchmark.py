"""Benchmark: (data x backbone x method x seed) -> rows. Labels are compared with what came out, and go nowhere else."""

import hashlib
import json
import os
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from importlib.metadata import version
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from fusion.bench_process import Child
from fusion.bench_table import M, Measures, Row, measures_from_json, plain, read_rows, write_rows
from fusion.dataset import Dataset, open_dataset
from fusion.errors import BadData, BadSetting, FoilError
from fusion.files import make_folder
from fusion.modality.image import pictures_in
from fusion.progress import Progress, silent
from fusion.recipes import TRAINED
from fusion.trial import Settings

Measure = Callable[[Path, Settings, Progress], Measures]
Job = tuple[Row[M], Callable[[], M]]  # a row to be, and what measures it


def run_bench(
    folders: Sequence[Path],
    methods: Sequence[str],
    backbones: Sequence[str],
    seeds: Sequence[int],
    json_file: Path | None = None,
    progress: Progress = silent,
    common: Settings | None = None,
    measure_row: Measure | None = None,
    trainings: Path | None = None,
) -> list[Row[Measures]]:
    """Measure every combination and return its rows; `common` are settings that all rows share, such as the size.

    With `json_file` a row that is already there, of the same data, settings and code, is not measured again unless it
    failed. Methods that ask the same network share one training, whose weights are kept in the folder `trainings`, and
    taken from there the next time. Data without good and bad test parts is refused at once.
    """
    if not (folders and methods and backbones and seeds):
        raise BadSetting("a benchmark needs at least one folder, method, backbone and seed; one of them is empty")
    datasets = {folder: _benchmarkable(open_dataset(folder)) for folder in folders}
    fingerprints = {folder: fingerprint(dataset) for folder, dataset in datasets.items()}
    jobs: list[Job[Measures]] = []
    with ExitStack() as stack:
        shared = trainings or Path(stack.enter_context(TemporaryDirectory()))
        make_folder(shared)  # what can't be written must cost no training
        measure_row = measure_row or stack.enter_context(Child()).measure
        # seed before method: rows of one training follow one another, and share a process
        for folder, backbone, seed, method in dict.fromkeys(product(folders, backbones, seeds, methods)):
            settings = {**(common or {}), "method": method, "backbone": backbone, "seed": seed}
            row: Row[Measures] = Row(datasets[folder].name, fingerprints[folder], settings, code_version())
            if method in TRAINED:
                settings = settings | {"training": str(shared / _training(row))}
            jobs.append((row, partial(measure_row, folder, settings, progress)))
        return run_rows(jobs, measures_from_json, json_file, progress)


def _training(row: Row[Measures]) -> str:
    """Return a file's name for what a row trains: the same for all methods that ask the same network."""
    told = {name: value for name, value in row.settings.items() if name != "method"}
    digest = hashlib.sha256(json.dumps([row.fingerprint, told], sort_keys=True).encode()).hexdigest()
    return f"{row.data}_{row.settings['seed']}_{digest[:12]}.safetensors"


def run_rows(
    jobs: Sequence[Job[M]],
    from_json: Callable[[dict[str, Any]], M],
    json_file: Path | None = None,
    progress: Progress = silent,
) -> list[Row[M]]:
    """Measure rows one by one and return them; a row that fails says why and ends alone.

    With `json_file` each row is written as soon as it is known, and one that is already there is not measured again
    unless it failed.
    """
    kept = {row.key: row for row in read_rows(json_file, from_json)} if json_file else {}
    rows = []
    for done, (row, measure_row) in enumerate(jobs):
        progress(f"{row.data}, {plain(row.settings)}", done, len(jobs))
        if row.key not in kept or kept[row.key].failed:
            try:
                row = replace(row, measures=measure_row())
            except FoilError as error:
                row = replace(row, failed=str(error))
            kept[row.key] = row
            if json_file:
                write_rows(json_file, list(kept.values()))
        rows.append(kept[row.key])
    progress("benchmark", len(jobs), len(jobs))
    return rows


def fingerprint(dataset: Dataset) -> str:
    """Return a hash of what the data set holds: names, labels, texts, the contents of pictures and masks."""
    digest = hashlib.sha256()
    for item in sorted(dataset.items, key=lambda item: item.path):
        name = os.path.relpath(item.path, dataset.root)
        digest.update(json.dumps([name, item.label, item.defect, item.split, item.text]).encode())
        for path in (item.path, item.gt_mask, item.region, item.skeleton):
            for file in pictures_in(path) if path and path.is_dir() else [path]:
                digest.update(_content(file))
    return digest.hexdigest()[:16]


def _content(path: Path | None) -> bytes:
    try:
        return hashlib.sha256(path.read_bytes()).digest() if path else b"-"
    except OSError:
        return b"unreadable"  # whoever measures will say so, by name


def code_version() -> str:
    """Return the version and a hash of this floor's source: what has measured, in a changed checkout too."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.rglob("*.py")):
        digest.update(path.read_bytes())
    return f"{version('foil')}+{digest.hexdigest()[:12]}"


def _benchmarkable(dataset: Dataset) -> Dataset:
    dataset.normals()  # says what is missing if there is nothing to fit on
    good, bad = ([item for item in dataset.test() if item.label == label] for label in (0, 1))
    if not good or not bad:
        raise BadData(
            f"{dataset.root}: {len(good)} good and {len(bad)} defective pictures to test on; a benchmark needs both, "
            "as in test/good and test/<defect>"
        )
    return dataset
