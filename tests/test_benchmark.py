"""Benchmark: rows that can be trusted, resumed and read; labels are compared with, never followed."""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from bench_cases import SIDE, Brightness, fit, save, write_data

from fusion import benchmark
from fusion.bench_markdown import markdown
from fusion.bench_process import Child
from fusion.bench_row import measure, peak_memory_mb
from fusion.bench_table import Measures, Row, latest, measures_from_json, read_rows, write_rows
from fusion.benchmark import code_version, fingerprint, run_bench
from fusion.dataset import open_dataset
from fusion.errors import BadData, BadSetting, FoilError
from fusion.example.write import render_example
from fusion.item import Item
from fusion.metrics import image_auroc
from fusion.progress import Progress, silent
from fusion.trial import Settings, detector_fit

SETTINGS = {"method": "gaussian", "backbone": "none", "seed": 0}
measured = partial(measure, fit=fit)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_data(tmp_path_factory.mktemp("data") / "spots")


@pytest.fixture(scope="module")
def measures(data: Path) -> Measures:
    return measured(data, SETTINGS, silent)


def bench(data: Path, file: Path | None = None, **changes: Any) -> tuple[list[Row], list[tuple[str, int]]]:
    """Run the benchmark with the fake; return its rows, and the method and seed of those that were measured."""
    asked = []

    def spy(folder: Path, settings: Settings, progress: Progress) -> Measures:
        asked.append((settings["method"], settings["seed"]))
        return measured(folder, settings, progress)

    options: dict[str, Any] = {"methods": ["gaussian"], "backbones": ["none"], "seeds": [0], **changes}
    return run_bench([data], **options, json_file=file, measure_row=spy), asked


def detectors_of(data: Path) -> tuple[list[Item], Brightness]:
    """Measure, and return what the fit was given and the detector, which remembers what it was asked."""
    known: list[Any] = []

    def spy(items: Sequence[Item], settings: Settings, name: str, progress: Progress) -> Brightness:
        known.extend((list(items), fit(items, settings, name, progress)))
        return known[1]  # type: ignore[no-any-return]

    measure(data, SETTINGS, fit=spy)
    return known[0], known[1]


def test_a_row_states_what_was_fitted_tested_and_found(data: Path, measures: Measures) -> None:
    assert (measures.representation, measures.n_fit, measures.n_good, measures.n_bad) == ("brightness", 30, 20, 16)
    assert measures.per_defect["spot"] == 1
    assert measures.per_defect["faint"] < 0.9
    assert measures.auroc == pytest.approx((1 + measures.per_defect["faint"]) / 2)
    assert measures.auroc_low <= measures.auroc <= measures.auroc_high < 1
    assert measures.n_masks == 16
    assert measures.pixel_auroc is not None
    assert 0.7 < measures.pixel_auroc < 1
    assert measures.reject.good.rate == 0.01
    assert measures.review.good.of == 20
    assert measures.reject.caught >= 0.5  # every spot
    assert measures.fit_seconds == 1.5
    assert measures.calls is None  # there is no network
    assert measures.ms_per_image > 0
    assert measures.unusable == {}


def test_false_alarms_and_catches_are_counted_at_the_thresholds_of_the_calibration(data: Path) -> None:
    _, detector = detectors_of(data)
    t1 = detector.calibration.thresholds.review
    verdicts = {sample.name: detector.detect(sample) for sample in list(detector.asked)}
    good = [d.pred_score for name, d in verdicts.items() if "/good/" in name]
    bad = [d.pred_score for name, d in verdicts.items() if "/good/" not in name]
    row = measured(data, SETTINGS, silent)
    assert row.review.good.seen == sum(score >= t1 for score in good)
    assert row.review.caught == sum(score >= t1 for score in bad) / 16
    assert row.auroc == image_auroc([*good, *bad], [0] * 20 + [1] * 16)


def test_nothing_that_tells_the_label_reaches_the_detector(tmp_path: Path) -> None:
    root = write_data(tmp_path / "spots", 6, 4, 2)
    lines = [
        {
            "path": item.path.relative_to(root).as_posix(),
            "label": item.defect,
            "split": item.split,
            "text": "A caption.",
        }
        for item in open_dataset(root).items
    ]
    (root / "manifest.jsonl").write_text("\n".join(map(json.dumps, lines)))
    assert all(item.text for item in open_dataset(root).items)
    fitted, detector = detectors_of(root)
    assert {(item.label, item.split) for item in fitted} == {(0, "train")}
    assert len({sample.name for sample in detector.asked}) == 8
    assert all(sample.text is None and sample.mask is None for sample in detector.asked)


def test_other_labels_give_the_same_scores_and_thresholds(tmp_path: Path) -> None:
    root = write_data(tmp_path / "spots", 12, 6, 3)
    _, before = detectors_of(root)
    (root / "test" / "good").rename(root / "test" / "crack")
    (root / "test" / "spot").rename(root / "test" / "good")
    _, after = detectors_of(root)
    assert after.calibration.thresholds == before.calibration.thresholds
    assert {s.sha256 for s in after.asked} == {s.sha256 for s in before.asked}


def test_files_that_cannot_be_used_are_named_and_end_nothing_else(tmp_path: Path) -> None:
    root = write_data(tmp_path / "spots")
    (root / "train/good/0.png").write_bytes(b"")
    (root / "test/good/1.png").write_bytes(b"no picture")
    (root / "test/spot/2.png").write_bytes(b"")
    save(root / "test/spot/3.png", np.full((SIDE, SIDE), 255))
    save(root / "ground_truth/spot/4.png", np.zeros((SIDE, SIDE)))
    (root / "ground_truth/spot/5.png").write_bytes(b"no mask")
    save(root / "test/unsaid.png", np.full((SIDE, SIDE), 90))
    row = measured(root, SETTINGS, silent)
    assert (row.n_fit, row.n_good, row.n_bad, row.n_masks) == (29, 19, 14, 12)
    reasons = {Path(path).relative_to(root).as_posix(): why for path, why in row.unusable.items()}
    expected = {
        "train/good/0.png": "0 bytes",
        "test/good/1.png": "a text that begins",
        "test/spot/2.png": "0 bytes",
        "test/spot/3.png": "all white",
        "ground_truth/spot/4.png": "marks nothing",
        "ground_truth/spot/5.png": "a text that begins",
        "test/unsaid.png": "nobody said",
    }
    assert reasons.keys() == expected.keys()
    assert all(words in reasons[path] for path, words in expected.items())
    text = markdown([Row("spots", "f", SETTINGS, "c", row)])
    assert all(path in text for path in row.unusable)


def test_a_refused_picture_is_an_alarm_and_ranks_highest(tmp_path: Path) -> None:
    root = write_data(tmp_path / "spots")
    save(root / "test/good/0.png", np.zeros((SIDE, SIDE)))
    row = measured(root, SETTINGS, silent)
    assert row.n_refused == 1
    assert row.reject.good.seen >= 1
    assert row.per_defect["spot"] == pytest.approx(19 / 20)  # black is the lowest score, but it was refused


def test_data_without_masks_has_no_pixel_metrics(tmp_path: Path) -> None:
    root = write_data(tmp_path / "spots", 8, 4, 2)
    (root / "ground_truth").rename(tmp_path / "elsewhere")
    rows, _ = bench(root)
    assert rows[0].measures
    assert (rows[0].measures.pixel_auroc, rows[0].measures.aupro, rows[0].measures.n_masks) == (None, None, 0)
    assert "| – | – |" in markdown(rows)


def test_every_combination_has_one_row_in_a_stable_order(data: Path, tmp_path: Path) -> None:
    rows, asked = bench(data, methods=["gaussian", "memory", "gaussian"], seeds=[0, 1], common={"size": 224})
    assert asked == [("gaussian", 0), ("memory", 0), ("gaussian", 1), ("memory", 1)]
    assert [(row.settings["method"], row.settings["seed"]) for row in rows] == asked
    assert all(row.settings["size"] == 224 for row in rows)


def test_an_interrupted_benchmark_goes_on_where_it_was(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "bench.json"
    first, _ = bench(data, file)
    both, asked = bench(data, file, seeds=[0, 1])
    assert asked == [("gaussian", 1)]
    assert both[0] == first[0]
    assert read_rows(file, measures_from_json) == both


def test_a_row_of_other_data_or_code_is_measured_again_and_both_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, file = write_data(tmp_path / "spots", 8, 4, 2), tmp_path / "bench.json"
    bench(root, file)
    save(root / "train/good/0.png", np.full((SIDE, SIDE), 90))
    assert bench(root, file)[1] == [("gaussian", 0)]
    monkeypatch.setattr(benchmark, "code_version", lambda: "another")
    assert bench(root, file)[1] == [("gaussian", 0)]
    assert len(read_rows(file, measures_from_json)) == 3


def test_a_row_that_failed_says_why_ends_alone_and_is_tried_again(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "bench.json"
    rows, _ = bench(data, file, methods=["refuses", "gaussian"])
    assert rows[0].failed == "spots: refused"
    assert rows[0].measures is None
    assert rows[1].measures
    assert bench(data, file, methods=["refuses", "gaussian"])[1] == [("refuses", 0)]
    assert len(read_rows(file, measures_from_json)) == 2
    assert "No result for spots, method refuses, backbone none, seed 0: spots: refused" in markdown(rows)


def test_an_interruption_keeps_the_rows_so_far(data: Path, tmp_path: Path) -> None:
    def interrupted(folder: Path, settings: Settings, progress: Progress) -> Measures:
        if settings["seed"] == 1:
            raise KeyboardInterrupt
        return measured(folder, settings, progress)

    with pytest.raises(KeyboardInterrupt):
        run_bench([data], ["gaussian"], ["none"], [0, 1], tmp_path / "bench.json", measure_row=interrupted)
    assert [row.settings["seed"] for row in read_rows(tmp_path / "bench.json", measures_from_json)] == [0]
    assert [path.name for path in tmp_path.iterdir()] == ["bench.json"]


def test_progress_names_the_row_and_passes_on_what_happens_in_it(data: Path) -> None:
    told: list[tuple[str, int, int]] = []
    run_bench([data], ["gaussian"], ["none"], [0], None, lambda *step: told.append(step), measure_row=measured)
    assert told[0] == ("spots, method gaussian, backbone none, seed 0", 0, 1)
    assert ("fit", 0, 1) in told
    assert ("judge", 36, 36) in told
    assert told[-1] == ("benchmark", 1, 1)


@pytest.mark.parametrize("missing", ["methods", "backbones", "seeds"])
def test_an_empty_list_is_a_sentence(data: Path, missing: str) -> None:
    with pytest.raises(BadSetting, match="at least one folder, method, backbone and seed"):
        bench(data, **{missing: []})


def test_data_that_cannot_be_benchmarked_is_refused_before_anything_is_measured(data: Path, tmp_path: Path) -> None:
    write_data(tmp_path / "spots", 8, 0, 2)
    with pytest.raises(BadData, match="0 good and 4 defective pictures to test on; a benchmark needs both"):
        run_bench([data, tmp_path / "spots"], ["gaussian"], ["none"], [0], measure_row=lambda *_: pytest.fail("no"))


@pytest.mark.parametrize("content", ["{", '[{"data": "x"}]', '{"rows": []}', '"text"', "[1]"])
def test_a_file_that_is_no_table_is_a_sentence_and_stays(data: Path, tmp_path: Path, content: str) -> None:
    (tmp_path / "notes.json").write_text(content)
    with pytest.raises(BadSetting, match=r"notes\.json: not a table .*name another file"):
        bench(data, tmp_path / "notes.json")
    assert (tmp_path / "notes.json").read_text() == content


def test_rows_come_back_from_json_as_they_were(measures: Measures, tmp_path: Path) -> None:
    rows = [Row("spots", "f", SETTINGS, "c", measures), Row("spots", "f", SETTINGS, "c", None, "a sentence")]
    write_rows(tmp_path / "bench.json", rows)
    assert read_rows(tmp_path / "bench.json", measures_from_json) == rows


def test_the_table_says_what_was_measured(measures: Measures) -> None:
    exact = replace(
        measures, auroc=0.9876, auroc_low=0.9712, auroc_high=0.9954, f1_max=0.913, fit_seconds=12.34, calls=7.25,
        peak_mb=None, representation="a | b",
    )  # fmt: skip
    text = markdown([Row("spots", "f", {**SETTINGS, "size": 224}, "c", exact)])
    assert "| spots | a / b | gaussian, size 224 | 0 | 30 | 20 + 16 | 98.8 [97.1, 99.5] |" in text
    assert "| 91.3 | 12.3 | 7.2 |" in text
    assert "F1-max (oracle)" in text
    widths = {line.count("|") for line in text.split("\n\n")[0].splitlines()}
    assert len(widths) == 1


def test_several_seeds_are_told_by_their_mean_and_their_limits(measures: Measures) -> None:
    rows = [
        Row("spots", "f", SETTINGS | {"seed": seed}, "c", replace(measures, auroc=auroc, aupro=None, ms_per_image=seed))
        for seed, auroc in enumerate((0.9, 0.95, 0.91))
    ]
    means = markdown(rows).split("\n\n")[1]
    assert "| spots | brightness | gaussian | 3 | 92.0 [90.0, 95.0] | – |" in means
    assert means.endswith("| 1.5 | – | 1 |")  # the costs are those of the seed in the middle
    assert "Means" not in markdown(rows[:1])


def test_methods_on_several_data_sets_stand_side_by_side(measures: Measures) -> None:
    def row(data: str, method: str, seed: int, auroc: float, ms: float) -> Row[Measures]:
        m = replace(measures, auroc=auroc, aupro=None if data == "dots" else 0.5, ms_per_image=ms, calls=3.0)
        return Row(data, "f", SETTINGS | {"method": method, "seed": seed}, "c", m)

    rows = [row("spots", "a", 0, 0.9, 10), row("spots", "a", 1, 0.8, 30), row("dots", "a", 0, 0.7, 20)]
    text = markdown([*rows, row("spots", "b", 0, 0.95, 5)])
    assert text.startswith("Side by side, image AUROC and AUPRO, means over the seeds")
    beside = text.split("\n\n")[1]
    assert "| representation | method | spots, 1 to 2 seeds | dots, 1 seed | calls | an image, ms | fit, s |" in beside
    assert "| brightness | a | 85.0 (10.0) / 50.0 (0.0) | 70.0 / – | 3.0 | 20 |" in beside
    assert "| brightness | b | 95.0 / 50.0 | – / – | 3.0 | 5 |" in beside
    assert "spots, 2 seeds | dots, 1 seed |" in markdown([*rows[:2], row("dots", "b", 0, 0.7, 20)])
    assert "Side by side" not in markdown(rows)  # one method
    assert "Side by side" not in markdown([rows[0], row("spots", "b", 0, 0.95, 5)])  # one data set


def test_of_rows_from_several_files_the_last_that_measured_counts(measures: Measures) -> None:
    old, new, failed = (
        Row("spots", "f", SETTINGS, code, found)
        for code, found in (("1", measures), ("2", replace(measures, auroc=0.5)), ("3", None))
    )
    other = Row("spots", "f", SETTINGS | {"seed": 1}, "1", measures)
    assert latest([old, other, new, failed]) == [new, other]
    assert latest([failed, old]) == [old]
    assert latest([failed]) == [failed]


def test_the_fingerprint_follows_content_and_labels_not_place_or_time(tmp_path: Path) -> None:
    one, two = (write_data(tmp_path / place / "spots", 6, 4, 2) for place in "ab")
    original = fingerprint(open_dataset(one))
    assert fingerprint(open_dataset(two)) == original
    for change in (
        lambda: save(two / "ground_truth/spot/0.png", np.full((SIDE, SIDE), 255)),
        lambda: (two / "test/spot").rename(two / "test/hole"),
        lambda: (two / "train/good/0.png").unlink(),
    ):
        before = fingerprint(open_dataset(two))
        change()
        assert fingerprint(open_dataset(two)) != before


@pytest.mark.parametrize("change", [{"label": "dent"}, {"text": "another"}, {"label": "good", "split": "train"}])
def test_the_fingerprint_follows_what_a_manifest_says(tmp_path: Path, change: dict[str, str]) -> None:
    save(tmp_path / "0.png", np.full((SIDE, SIDE), 90))
    said, prints = {"path": "0.png", "label": "hole", "split": "test", "text": "one"}, set()
    for line in (said, said | change):
        (tmp_path / "manifest.jsonl").write_text(json.dumps(line))
        prints.add(fingerprint(open_dataset(tmp_path)))
    assert len(prints) == 2


def test_the_code_version_is_stable_and_names_the_release() -> None:
    assert code_version() == code_version()
    assert code_version().startswith("0.")


# in a process of its own --------------------------------------------------------------------------------------------

CHILD = f"""
import os, sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
import bench_cases
from fusion import bench_process

def talkative(*args):
    print("a library says hello", flush=True)
    os.write(1, b"and so does its C++")
    return bench_cases.fit(*args)

bench_process.detector_fit = lambda: talkative
bench_process.main()
"""


def child(folder: Path, progress: Progress = silent, script: str = CHILD, **changes: Any) -> Measures:
    with Child([sys.executable, "-c", script]) as started:
        return started.measure(folder, {**SETTINGS, **changes}, progress)


def test_a_child_measures_the_same_and_tells_its_progress(data: Path, measures: Measures) -> None:
    told: list[tuple[str, int, int]] = []
    result = child(data, lambda *step: told.append(step))
    timeless = {"fit_seconds": 0, "ms_per_image": 0, "peak_mb": 0}
    assert asdict(result) | timeless == asdict(measures) | timeless
    assert told[0] == ("fit", 0, 1)
    assert told[-1] == ("judge", 36, 36)


def test_a_childs_memory_is_its_own(data: Path) -> None:
    ballast = np.ones(40_000_000)  # 320 MB in this process
    mine, childs = peak_memory_mb(), child(data).peak_mb
    assert mine is not None
    assert childs is not None
    assert mine > ballast.nbytes / 2**20 > childs > 30


def test_a_childs_refusal_comes_back_as_its_sentence(data: Path) -> None:
    with pytest.raises(FoilError, match=r"^spots: refused$"):
        child(data, method="refuses")


def test_the_real_child_starts_and_refuses_a_missing_folder(tmp_path: Path) -> None:
    with pytest.raises(FoilError, match="no such folder or manifest"):
        Child().measure(tmp_path / "nowhere", SETTINGS, silent)


def test_a_bug_in_a_child_names_itself_and_how_to_see_it(data: Path) -> None:
    with pytest.raises(FoilError, match=r"ended with status 1 \(RuntimeError: a bug\); it was .*python"):
        child(data, method="fails")


def test_a_killed_child_is_a_sentence(tmp_path: Path) -> None:
    script = "import os; os.kill(os.getpid(), 9)"
    with pytest.raises(FoilError, match="most likely for want of memory"):
        child(tmp_path, script=script)


def test_a_child_does_not_outlive_an_interruption(tmp_path: Path) -> None:
    message = '{"progress": ["%d", 0, 1]}'
    script = f"import os, time; print({message!r} % os.getpid(), flush=True); time.sleep(60)"
    pids: list[int] = []

    def interrupt(stage: str, done: int, total: int) -> None:
        pids.append(int(stage))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        child(tmp_path, interrupt, script)
    assert subprocess.run(["kill", "-0", str(pids[0])], capture_output=True).returncode != 0


@pytest.mark.slow
def test_the_real_detector_is_measured_on_the_example(tmp_path: Path) -> None:
    render_example(tmp_path, seed=0, per_product=(20, 6, 3), size=160)
    rows = run_bench([tmp_path / "gasket"], ["gaussian"], ["none"], [0], tmp_path / "bench.json")
    again = run_bench([tmp_path / "gasket"], ["gaussian"], ["none"], [0], tmp_path / "bench.json")
    assert again == rows
    measures = rows[0].measures
    assert rows[0].failed == ""
    assert measures is not None
    assert (measures.representation, measures.unusable) == ("wavelets", {})
    assert measures.auroc > 0.7
    assert measures.aupro is not None
    assert measures.aupro > 0.4


def test_methods_that_ask_the_same_network_share_one_training_and_no_row_says_where(data: Path) -> None:
    asked: list[Settings] = []

    def spy(folder: Path, settings: Settings, progress: Progress) -> Measures:
        asked.append(settings)
        return measured(folder, settings, progress)

    rows = run_bench([data], ["gaussian", "neural", "ddad"], ["none"], [0, 1], measure_row=spy)
    files = {(one["method"], one["seed"]): one.get("training") for one in asked}
    assert files["gaussian", 0] is None
    assert files["neural", 0] == files["ddad", 0] != files["neural", 1]
    assert all("training" not in row.settings for row in rows)


def test_rows_of_one_training_share_a_process_and_others_have_their_own() -> None:
    script = "import json, os, sys\nfor _ in sys.stdin: print(json.dumps({'refusal': str(os.getpid())}), flush=True)"

    def process(started: Child, **settings: str) -> str:
        with pytest.raises(FoilError) as refusal:
            started.measure(Path(), settings, silent)
        return str(refusal.value)

    with Child([sys.executable, "-c", script]) as started:
        one, same, another = (process(started, training=name) for name in ("a", "a", "b"))
        assert one == same != another
        assert process(started) != process(started)


def test_trained_weights_are_kept_where_the_user_says_for_the_same_data_and_training_only(
    data: Path, tmp_path: Path
) -> None:
    asked: list[Path] = []

    def spy(folder: Path, settings: Settings, progress: Progress) -> Measures:
        asked.append(Path(settings["training"]))
        return measured(folder, settings, progress)

    for steps, method in ((3, "neural"), (3, "ddad"), (4, "neural")):
        run_bench([data], [method], ["none"], [0], None, silent, {"steps": steps}, spy, tmp_path)
    assert asked[0] == asked[1] != asked[2]
    assert all(path.parent == tmp_path for path in asked)


def test_the_folder_of_trainings_is_made_or_refused_before_anything_is_trained(data: Path, tmp_path: Path) -> None:
    kept, file = tmp_path / "new" / "kept", tmp_path / "file"
    file.write_text("")

    def spy(folder: Path, settings: Settings, progress: Progress) -> Measures:
        assert Path(settings["training"]).parent.is_dir()
        return measured(folder, settings, progress)

    assert run_bench([data], ["neural"], ["none"], [0], measure_row=spy, trainings=kept)[0].failed == ""
    with pytest.raises(BadSetting, match="file: no folder can be made here"):
        run_bench([data], ["neural"], ["none"], [0], measure_row=spy, trainings=file)


@dataclass(frozen=True)
class Trained:
    """Stands for a detector."""

    weights: str
    card: dict[str, Any] = field(default_factory=lambda: {"fit_seconds": 5.0, "network": {"minutes": 2.0}})


def test_what_one_row_read_and_trained_the_next_one_takes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []

    def fitter(items: object, config: Any, name: str, progress: Progress, checkpoint: Path | None = None) -> Any:
        read.append(config.method)
        return lambda config: Trained(config.weights)

    monkeypatch.setattr("fusion.fitting.fitter", fitter)
    monkeypatch.setattr("fusion.learning.weights.write_weights", lambda detector, path, name: path.write_bytes(b"w"))
    shared, row = str(tmp_path / "shared.safetensors"), detector_fit()
    first, second = (row([], {"method": method, "training": shared}, "a", silent) for method in ("neural", "ddad"))
    assert read == ["neural"]
    assert [first.weights, second.weights] == ["", shared]  # type: ignore[attr-defined]
    assert [first.card["fit_seconds"], second.card["fit_seconds"]] == [5, 125]  # the training counts for both
    row([], {"method": "gaussian"}, "a", silent)
    assert read == ["neural", "gaussian"]
