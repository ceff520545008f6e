"""Benchmark: (data x backbone x method x seed) -> rows. Labels are compared with what came out, and go nowhere else.

Every row is measured in a process of its own. A process's peak memory never goes down again, so in a shared one each
row would report the largest before it; and a row that runs out of memory, or meets a bug, ends alone.
"""

import hashlib
import json
import os
import shlex
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from functools import partial
from importlib.metadata import version
from itertools import product
from pathlib import Path
from subprocess import DEVNULL, PIPE, Popen
from tempfile import TemporaryDirectory, TemporaryFile
from typing import Any

from fusion.bench_row import measure
from fusion.bench_table import M, Measures, Row, measures_from_json, plain, read_rows, write_rows
from fusion.dataset import Dataset, open_dataset
from fusion.errors import BadData, BadSetting, FoilError
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
) -> list[Row[Measures]]:
    """Measure every combination and return its rows; `common` are settings that all rows share, such as the size.

    With `json_file` a row that is already there, of the same data, settings and code, is not measured again unless it
    failed. Data without good and bad test parts is refused at once.
    """
    measure_row = measure_row or in_child
    if not (folders and methods and backbones and seeds):
        raise BadSetting("a benchmark needs at least one folder, method, backbone and seed; one of them is empty")
    datasets = {folder: _benchmarkable(open_dataset(folder)) for folder in folders}
    fingerprints = {folder: fingerprint(dataset) for folder, dataset in datasets.items()}
    jobs: list[Job[Measures]] = []
    with TemporaryDirectory() as shared:  # methods that ask the same network share one training
        for folder, backbone, method, seed in dict.fromkeys(product(folders, backbones, methods, seeds)):
            settings = {**(common or {}), "method": method, "backbone": backbone, "seed": seed}
            row: Row[Measures] = Row(datasets[folder].name, fingerprints[folder], settings, code_version())
            if method in TRAINED:
                name = hashlib.sha256(f"{row.fingerprint} {backbone} {seed}".encode()).hexdigest()
                settings = settings | {"training": f"{shared}/{name}.safetensors"}
            jobs.append((row, partial(measure_row, folder, settings, progress)))
        return run_rows(jobs, measures_from_json, json_file, progress)


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


def in_child(folder: Path, settings: Settings, progress: Progress, command: Sequence[str] | None = None) -> Measures:
    """Measure in a process of its own, which writes a JSON object a line: its progress, then measures or a refusal."""
    # -P: a folder of the user's that happens to be called like one of our packages must not be imported
    command = command or [sys.executable, "-P", "-m", "fusion.benchmark", json.dumps([str(folder), dict(settings)])]
    with TemporaryFile() as complaints, Popen(command, stdin=DEVNULL, stdout=PIPE, stderr=complaints) as child:
        try:
            for message in map(json.loads, child.stdout or ()):
                if "measures" in message:
                    return measures_from_json(message["measures"])
                if "refusal" in message:
                    raise FoilError(message["refusal"])
                progress(*message["progress"])
        except BaseException:  # Ctrl-C too: a child must not outlive what waits for it
            child.kill()
            raise
        status = child.wait()
        complaints.seek(0)
        last = complaints.read().decode(errors="replace").strip().rpartition("\n")[2]
    if status == -9:  # SIGKILL, a name that Windows lacks
        raise FoilError(f"{folder}: the system ended this row's process, most likely for want of memory; free some")
    raise FoilError(f"{folder}: this row's process ended with status {status} ({last}); run {shlex.join(command)}")


def child_main(job: str) -> None:
    """Measure the job of `in_child` and write to standard output what it reads."""
    pipe = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # whatever libraries print must not come between the messages

    def tell(**message: object) -> None:
        print(json.dumps(message), file=pipe, flush=True)

    folder, settings = json.loads(job)
    try:
        measures = measure(Path(folder), settings, lambda stage, done, total: tell(progress=[stage, done, total]))
    except FoilError as error:
        tell(refusal=str(error))
    else:
        tell(measures=asdict(measures))


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


if __name__ == "__main__":
    child_main(sys.argv[1])
