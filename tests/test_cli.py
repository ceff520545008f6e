"""The command line by its transcripts and exit codes; the detector behind it is the fake."""

import json
import os
import re
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest
from conftest import Plate
from fake_detector import FakeDetector
from network_card import NETWORK
from PIL import Image
from typer.testing import CliRunner, Result

from apps.cli import app
from assistant import library
from explain.remote import Remote

ROOT = Path(__file__).resolve().parents[1]
COMMANDS = ("fit", "inspect", "threshold", "check-data", "models", "explain-model", "bench", "example", "serve")
COMMANDS += ("version", "settings", "synthesise", "pose", "gallery", "methods", "store", "audit", "keys", "mcp", "ask")
COMMANDS += ("report", "jobs")
NESTED = (
    ["models", "remove"],
    ["store", "show"],
    ["store", "decide"],
    ["store", "prune"],
    ["audit", "verify"],
    ["keys", "add"],
)
pytestmark = pytest.mark.usefixtures("fake_core")


def foil(*args: str | Path, code: int | None = 0, answer: str | None = None) -> Result:
    result = CliRunner().invoke(app, [str(arg) for arg in args], input=answer, env={"COLUMNS": "100"})
    assert code is None or result.exit_code == code, result.output
    return result


@pytest.fixture
def parts(plate: Plate, tmp_path: Path) -> Path:
    """Return a folder in MVTec's layout with six good plates, a broken file, and one bad plate to test on."""
    for number in range(6):
        plate(f"parts/train/good/{number}.png", spot=128 + number)
    (tmp_path / "parts/train/good/6.png").write_text("no picture at all")
    plate("parts/test/scratch/0.png", spot=228)
    return tmp_path / "parts"


@pytest.fixture
def gasket() -> Path:
    return library.save(FakeDetector("gasket", card={"created": "2026", "fingerprint": "f"}), "gasket")


# --- help ---------------------------------------------------------------------------------------------------------


def test_help_lists_every_command_and_first_steps() -> None:
    shown = foil("--help").output
    assert re.findall(r"^  ([a-z-]+)  ", shown.split("Commands:")[1], re.MULTILINE)
    assert set(COMMANDS) == set(re.findall(r"^  ([a-z-]+)  +[A-Z]", shown.split("Commands:")[1], re.MULTILINE))
    assert "First steps: foil example shop" in shown
    assert "..." not in shown.split("Commands:")[1].split("First")[0]  # no line of help is cut off


@pytest.mark.parametrize("command", [[name] for name in COMMANDS] + [*NESTED], ids=" ".join)
def test_every_command_has_help_with_an_example(command: list[str]) -> None:
    shown = foil(*command, "--help").output
    assert re.search(r"Examples?:", shown)
    assert f"  foil {' '.join(command)}" in shown or f"Example: foil {command[0]}" in shown
    options = re.findall(r"^  (-.*)$", shown, re.MULTILINE)
    assert all(re.search(r"  +\S", option) for option in options)


def test_without_arguments_the_help_is_shown() -> None:
    assert "Usage: foil" in foil(code=2).output


def test_an_unknown_option_is_a_readable_line() -> None:
    result = foil("inspect", "x.png", "--modle", "gasket", code=2)
    assert result.stderr.splitlines()[-1].startswith("Error: No such option: --modle")
    assert "--model" in result.stderr


def test_version() -> None:
    assert re.fullmatch(r"foil \d+\.\d+\.\d+\n", foil("version").stdout)


# --- fit ----------------------------------------------------------------------------------------------------------


def test_fit_says_what_was_used_decided_promised_and_what_is_next(parts: Path, foil_home: Path) -> None:
    result = foil("fit", parts, "--name", "plates", "--method", "memory", "--review", "0.2", "--reject", "0.1")
    bad = parts / "train/good/6.png"
    told = result.stdout.splitlines()
    assert re.fullmatch(r"plates: fitted on 6 good pictures in \d+ s; its thresholds rest on 6", told[0])
    assert told[1] == "seen through brightness; taken as they lie; what is normal is the same everywhere"
    assert told[2] == "1 of 7 pictures could not be used:"
    assert told[3].startswith(f"  {bad}: ")
    assert told[4].startswith("REVIEW from a score of 2.00, REJECT from ")
    assert told[5].startswith("6 good parts are too few for a false-alarm rate of 10 %")
    assert told[6] == f"saved in {foil_home / 'models' / 'plates'}"
    assert told[7] == f"next: foil inspect {parts / 'test'} --model plates"
    model = library.load("plates")
    assert model.config.method == "memory"
    assert (model.calibration.review_rate, model.calibration.reject_rate) == (0.2, 0.1)
    assert "reading: 1 of 7" in result.stderr


def test_fit_takes_a_zip_and_blames_the_zip_not_its_temporary_folder(parts: Path, tmp_path: Path) -> None:
    archive = tmp_path / "parts.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        for path in sorted((parts / "train").rglob("*.png")):
            packed.write(path, path.relative_to(parts.parent))
    told = foil("fit", archive, "--name", "zipped").stdout
    assert "zipped: fitted on 6 good pictures" in told
    assert f"  {archive}/train/good/6.png: " in told
    assert library.read("zipped").card["skipped"][0][0] == f"{archive}/train/good/6.png"
    assert "next: foil inspect PICTURE --model zipped" in told
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("parts/notes.txt", "nothing to see")
    refused = foil("fit", archive, "--name", "empty", code=2).stderr
    assert refused.startswith(f"foil: {archive}")
    assert "/tmp/foil-" not in refused


def test_fit_understands_folders_with_other_names(plate: Plate, tmp_path: Path) -> None:
    for number in range(5):
        plate(f"shop/fine/{number}.png", spot=128 + number)
    plate("shop/scratched/0.png", spot=228)
    told = foil("fit", tmp_path / "shop", "--name", "a", "--normal-dir", "fine", code=0).stdout
    assert "fitted on 5 good pictures" in told


def test_fit_never_replaces_unasked(parts: Path) -> None:
    foil("fit", parts, "--name", "plates")
    assert "--force" in foil("fit", parts, "--name", "plates", code=2).stderr
    foil("fit", parts, "--name", "plates", "--force", "--seed", "3")
    assert library.load("plates").config.seed == 3


@pytest.mark.parametrize(
    ("args", "why"),
    [
        (["nowhere", "--name", "a"], "no such folder"),
        ([".", "--name", "../a"], "can't be the name"),
        (["nowhere", "--name", "a", "--reject", "0.5"], "false-alarm rates"),
    ],
)
def test_fit_refuses_in_one_sentence_before_any_work(args: list[str], why: str, foil_home: Path) -> None:
    result = foil("fit", *args, code=2)
    assert result.stderr.startswith("foil: ")
    assert why in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert not foil_home.exists()


def test_an_interrupted_fit_says_so_and_leaves_nothing(
    parts: Path, foil_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(self: FakeDetector, folder: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(FakeDetector, "save_pretrained", interrupted)
    result = foil("fit", parts, "--name", "plates", code=130)
    assert result.stderr.splitlines()[-1] == "foil: interrupted; nothing is left half written"
    assert library.names() == []


# --- inspect ------------------------------------------------------------------------------------------------------


def test_inspect_tells_verdict_path_score_p_and_why(plate: Plate, gasket: Path) -> None:
    good, bad = plate("good.png"), plate("bad.png", spot=228)
    told = foil("inspect", good, bad, "--model", "gasket", code=20).stdout.splitlines()
    assert told[0] == f"PASS       {good}  score 0.00, p 1.0"
    assert told[1].startswith("    PASS: nothing stands out (score 0.00,")
    assert f"REJECT     {bad}  score 10.00, p 0.016" in told
    assert any(line.startswith("    Region 1: ") for line in told)
    assert told[-1] == "2 pictures: 1 PASS, 1 REJECT"
    assert max(map(len, told[1:2] + told[-4:-1])) <= 100


def test_the_only_model_needs_no_name(plate: Plate, gasket: Path) -> None:
    foil("inspect", plate("a.png"))
    library.save(FakeDetector("other"), "other")
    assert "2 models of pictures (gasket, other)" in foil("inspect", plate("a.png"), code=2).stderr


def test_an_unknown_model_is_a_sentence(plate: Plate) -> None:
    refused = foil("inspect", plate("a.png"), "--model", "gasket", code=2).stderr
    assert refused.startswith("foil: there is no model named gasket")


@pytest.mark.parametrize(
    ("spots", "code"), [([128], 0), ([128, 148], 10), ([148, 228, 128], 20), ([228, None], 30), ([128, 0], 30)]
)
def test_the_exit_code_is_the_gravest_verdict(
    spots: list[int | None], code: int, plate: Plate, tmp_path: Path, gasket: Path
) -> None:
    paths = []
    for number, spot in enumerate(spots):
        name = f"{number}.png"
        paths.append(tmp_path / "none.png" if spot is None else plate(name, spot=spot, level=120 if spot else 0))
    assert foil("inspect", *paths, "--quiet", code=code).output == ""


def test_json_is_one_object_a_line_and_nothing_else(plate: Plate, tmp_path: Path, gasket: Path) -> None:
    plate("line/a.png", spot=228)
    (tmp_path / "line/b.png").write_text("no picture")
    plate("line/c.png")
    result = foil("inspect", tmp_path / "line", "--json", code=30)
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert [Path(line["path"]).name for line in lines] == ["a.png", "b.png", "c.png"]
    assert lines[0].keys() >= {"path", "pred_score", "p_value", "verdict", "regions", "explanation", "thresholds"}
    assert lines[1].keys() == {"path", "error"}
    assert result.stderr == ""


def test_chinese_is_told_and_written_as_it_is(plate: Plate, gasket: Path) -> None:
    assert "不合格" in foil("inspect", plate("a.png", spot=228), "--lang", "zh", code=20).stdout
    assert "不合格" in foil("inspect", plate("a.png", spot=228), "--lang", "zh", "--json", code=20).stdout


def test_out_writes_a_page_a_sample_and_an_index(plate: Plate, tmp_path: Path, gasket: Path) -> None:
    plate("line/a.png", spot=228)
    (tmp_path / "line/b.png").write_text("no picture")
    out = tmp_path / "report"
    told = foil("inspect", tmp_path / "line", "--out", out, code=30).stdout
    assert told.splitlines()[-1] == f"pages: {out / 'index.html'}"
    index = (out / "index.html").read_text()
    assert (out / "a.html").is_file()
    assert "a.html" in index
    assert "b.png" in index
    assert (out / "a" / "normal.png").is_file()


def test_what_is_known_of_one_picture_reaches_the_detector(plate: Plate, tmp_path: Path, gasket: Path) -> None:
    mask = plate("mask.png", spot=0, level=255)  # white but for the spot
    result = foil("inspect", plate("a.png", spot=228), "--mask", mask, "--text", "no scratches", "--json", code=0)
    line = json.loads(result.stdout)
    assert line["verdict"] == "PASS"
    assert line["not_used"] == []
    assert line["prompt"]["ignore"] == "scratches"  # by their looks, where a model hears no words


def test_what_is_known_of_one_picture_cannot_be_known_of_many(plate: Plate, tmp_path: Path, gasket: Path) -> None:
    for paths in ([plate("a.png"), plate("b.png")], [tmp_path]):
        refused = foil("inspect", *paths, "--mask", plate("mask.png"), code=2).stderr
        assert "belong to one picture" in refused


def test_the_same_words_go_with_every_picture_and_with_folders(plate: Plate, tmp_path: Path) -> None:
    library.save(FakeDetector("reader", card={"network": {}}), "reader")
    plate("line/a.png", spot=228)
    words = "bright spot, ignore the label"
    told = foil("inspect", plate("b.png", spot=228), tmp_path / "line", "--text", words, "--json", code=20).stdout
    lines = [json.loads(line) for line in told.splitlines()]
    assert [line["prompt"]["text"] for line in lines] == [words, words]
    assert (lines[0]["prompt"]["focus"], lines[0]["prompt"]["ignore"]) == ("bright spot", "the label")
    assert lines[0]["prompt"]["strongest"] == {"value": 10.0, "x": 30, "y": 20, "place": "centre"}
    assert lines[0]["not_used"] == []
    said = foil("inspect", tmp_path / "line", "--text", words, code=20).stdout
    assert "“bright spot” fits best in the centre, by 10 sigma better than normal does" in said
    assert foil("inspect", tmp_path / "line", "--json", code=20).stdout.count('"prompt": null') == 1


def test_words_that_nobody_can_read_are_refused_with_the_picture_they_belong_to(plate: Plate, tmp_path: Path) -> None:
    library.save(FakeDetector("reader", card={"network": {}}), "reader")
    refused = foil("inspect", plate("a.png"), "--text", "царапины", code=30).stdout
    assert "Cyrillic" in refused


def test_millimetres(plate: Plate, gasket: Path) -> None:
    line = json.loads(foil("inspect", plate("a.png", spot=228), "--mm-per-px", "0.5", "--json", code=20).stdout)
    assert line["regions"][0]["scale"]["width"] == 4
    refused = foil("inspect", plate("a.png", spot=228), "--mm-per-px", "0", code=2).stderr
    assert refused.startswith("foil: mm_per_px")


# --- threshold ----------------------------------------------------------------------------------------------------


def test_threshold_shows_what_is_in_force_and_what_other_rates_would_mean(gasket: Path) -> None:
    told = foil("threshold", "gasket").stdout.splitlines()
    assert told[0] == "gasket: thresholds from 60 held-out good parts"
    assert told[1].split("  ")[0] == ""
    assert re.match(r"in force +5 % +1 % +1\.93 +3\.17 +2 +0$", told[2])
    assert len([line for line in told if re.match(r" +\d", line)]) == 5
    assert told[-1].startswith("60 good parts are too few for a false-alarm rate of 1 %")


def test_threshold_changes_the_rates_and_says_what_changes(plate: Plate, tmp_path: Path, gasket: Path) -> None:
    paths = [plate("a.png", spot=128), plate("b.png", spot=147), plate("c.png", spot=228), tmp_path / "none.png"]
    (tmp_path / "past.jsonl").write_text(foil("inspect", *paths, "--json", code=30).stdout)
    args = ["threshold", "gasket", "--review", "0.2", "--reject", "0.1", "--scores", tmp_path / "past.jsonl"]

    told = foil(*args, "--dry-run").stdout
    assert "1 of 3 past results change" in told
    assert re.search(r"^new +20 % +10 % .* +1 +0 +2$", told, re.MULTILINE)
    assert re.search(r"PASS -> REJECT  \S+b\.png  \(score 1\.90\)", told)
    assert told.endswith("nothing was written (dry run)\n")
    assert library.read("gasket").calibration.review_rate == 0.05

    told = foil(*args).stdout
    assert told.endswith("the new rates are in force\n")
    calibration = library.read("gasket").calibration
    assert (calibration.review_rate, calibration.reject_rate) == (0.2, 0.1)
    assert library.load("gasket").calibration.thresholds == calibration.thresholds


def test_one_rate_alone_leaves_the_other(gasket: Path) -> None:
    foil("threshold", "gasket", "--review", "0.3")
    calibration = library.read("gasket").calibration
    assert (calibration.review_rate, calibration.reject_rate) == (0.3, 0.01)
    assert "reject <= review" in foil("threshold", "gasket", "--reject", "0.4", code=2).stderr


def test_a_rate_of_zero_is_refused_and_not_taken_for_none(gasket: Path) -> None:
    assert "false-alarm rates" in foil("threshold", "gasket", "--reject", "0", code=2).stderr


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("no JSON", "line 2: not a result"),
        ("{}", "line 2: not a result"),
        ('{"path": "x", "pred_score": 1, "model": {"name": "other"}}', "line 2: a result of the model other"),
        ('{"path": "x", "pred_score": 1, "model": {"name": "gasket", "fingerprint": "g"}}', "an earlier gasket"),
    ],
)
def test_past_results_of_anything_else_are_refused(line: str, why: str, tmp_path: Path, gasket: Path) -> None:
    past = tmp_path / "past.jsonl"
    past.write_text('{"path": "x", "error": "unreadable"}\n' + line + "\n")
    refused = foil("threshold", "gasket", "--scores", past, code=2).stderr
    assert refused.startswith(f"foil: {past}, {why}" if why.startswith("line") else "foil: ")
    assert why in refused


# --- the others ---------------------------------------------------------------------------------------------------


def test_check_data_reports_and_fails_on_what_cannot_be_used(parts: Path) -> None:
    told = foil("check-data", parts, code=1).stdout
    assert "1 can't be used:" in told
    assert "train/good/6.png" in told
    report = json.loads(foil("check-data", parts, "--json", code=1).stdout)
    assert report["counts"] == {"train": {"good": 7}, "test": {"scratch": 1}}
    (parts / "train/good/6.png").unlink()
    foil("check-data", parts, code=0)


def test_models_are_listed_broken_ones_with_their_reason(parts: Path) -> None:
    assert "no models in" in foil("models").stdout
    foil("fit", parts, "--name", "plates")
    (library.save(FakeDetector("broken"), "broken") / "card.md").unlink()
    told = foil("models").stdout.splitlines()
    assert told[0].split()[:4] == ["NAME", "KIND", "NORMALS", "METHOD"]
    assert told[1].split()[:5] == ["plates", "pictures", "6", "gaussian", "brightness"]
    assert told[2].startswith("broken can't be used: ")
    assert "card.md" in told[2]
    broken, good = json.loads(foil("models", "--json").stdout)
    assert (broken["name"], good["name"], good["kind"], good["card"]["n_normals"]) == (
        "broken",
        "plates",
        "pictures",
        6,
    )
    assert "card.md" in broken["problem"]


def test_a_model_is_removed_once_the_question_is_answered(gasket: Path) -> None:
    foil("models", "remove", "gasket", answer="n\n", code=1)
    assert gasket.is_dir()
    foil("models", "remove", "gasket", answer="y\n")
    assert not gasket.exists()
    assert "no model named gasket" in foil("models", "remove", "gasket", "--yes", code=2).stderr


def test_example_renders_and_says_what_is_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from fusion.example import write

    monkeypatch.setattr(write.render_example, "__defaults__", (0, (1, 1, 1), 320, None))
    told = foil("example", tmp_path / "shop", "--size", "64").stdout
    assert f"next: foil fit {tmp_path / 'shop' / 'gasket'} --name gasket" in told
    assert (tmp_path / "shop/gasket/train/good/000.png").is_file()
    refused = foil("example", tmp_path, code=2).stderr
    assert "would be lost" in refused


def test_bench_passes_on_what_was_asked_and_writes_the_table(
    parts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from fusion import benchmark
    from fusion.bench_table import Row

    asked = {}

    def run(folders, methods, backbones, seeds, json_file, progress, common, trainings):
        asked.update(folders=folders, methods=methods, backbones=backbones, seeds=list(seeds), common=common)
        asked.update(trainings=trainings)
        return [Row("parts", "f", {"method": "memory", "backbone": "none", "seed": 0}, "1", failed="out of memory")]

    monkeypatch.setattr(benchmark, "run_bench", run)
    args = ["bench", parts, "--method", "memory", "--backbone", "none", "--seeds", "2", "--size", "128"]
    args += ["--trainings", tmp_path]
    told = foil(*args, "--markdown", tmp_path / "t.md", code=1).stdout
    assert asked == {
        "folders": [parts],
        "methods": ["memory"],
        "backbones": ["none"],
        "seeds": [0, 1],
        "common": {"size": 128},
        "trainings": tmp_path,
    }
    assert "out of memory" in told
    assert (tmp_path / "t.md").read_text() == told


def test_serve_passes_on_what_was_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    from apps.ui import serve

    asked = []
    monkeypatch.setattr(serve, "serve", lambda *args, **options: asked.append((args, options)))
    words = "open_clip:ViT-B-16:w.safetensors"
    address = "http://127.0.0.1:9/v1#nobody"
    given = ("--words", words, "--store", "records", "--language", address, "--patience", "7")
    foil("serve", "--port", "8000", "--example", "--no-browser", *given)
    narrator = Remote("http://127.0.0.1:9/v1", "nobody", patience=7.0)
    options = {"open_browser": False, "words": words, "store": "records", "narrator": narrator}
    assert asked == [((8000, True), options)]
    foil("serve")
    assert asked[1][1]["narrator"] is None
    assert "65535" in foil("serve", "--port", "65536", code=2).stderr


def test_a_system_error_is_a_sentence_too(parts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: FakeDetector, folder: Path) -> None:
        raise OSError(28, "No space left on device", "/models/plates")

    monkeypatch.setattr(FakeDetector, "save_pretrained", full)
    refused = foil("fit", parts, "--name", "plates", code=2).stderr
    assert refused.splitlines()[-1] == "foil: /models/plates: No space left on device"


def test_colours_are_for_terminals_that_want_them(plate: Plate, gasket: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    args = ["inspect", str(plate("a.png", spot=228))]
    assert "\x1b[31m" in CliRunner().invoke(app, args, color=True).output
    assert "\x1b" not in CliRunner().invoke(app, args).output
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in CliRunner().invoke(app, args, color=True).output


# --- as a process -------------------------------------------------------------------------------------------------


def run(*args: str | Path, **options: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "apps.cli", *map(str, args)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, **options)


def test_help_answers_at_once() -> None:
    started = time.perf_counter()
    assert run("--help").returncode == 0
    assert time.perf_counter() - started < 2  # 0.1 s alone on two cores; the tests are not alone


def test_a_refusal_is_one_line_without_a_traceback_and_exits_with_2(tmp_path: Path) -> None:
    done = run("check-data", tmp_path / "nowhere")
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr == f"foil: {tmp_path / 'nowhere'}: there is no such folder or manifest; check the path\n"


def test_a_name_in_another_encoding_is_told_and_not_a_crash(tmp_path: Path) -> None:
    path = os.fsencode(tmp_path) + b"/caf\xe9"
    done = run("check-data", os.fsdecode(path))
    assert done.returncode == 2
    assert "caf\\udce9" in done.stderr


def test_output_that_nobody_reads_any_more_ends_quietly(plate: Plate, tmp_path: Path) -> None:
    for number in range(3):
        plate(f"many/{number}.png", spot=128 + number)
    command = f"{sys.executable} -m apps.cli check-data {tmp_path}/many | true"
    done = subprocess.run(["bash", "-c", command], cwd=ROOT, capture_output=True, text=True)
    assert "Error" not in done.stderr


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_ended_from_outside_it_leaves_no_half_written_folder(number: int, code: int, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "apps.cli", "example", str(tmp_path / "shop")]

    def heard() -> None:  # a suite that was started in the background has it ignored, and so would its children
        signal.signal(signal.SIGINT, signal.SIG_DFL)

    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True, preexec_fn=heard) as process:
        assert process.stderr is not None
        assert "rendering" in process.stderr.readline()
        process.send_signal(number)
        rest = process.stderr.read()
    assert process.returncode == code
    assert "Traceback" not in rest
    assert list(tmp_path.glob("*shop*")) == list(tmp_path.glob(".*shop*")) == []


# --- the real thing -----------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_from_nothing_to_a_verdict_with_the_real_detector(tmp_path: Path, foil_home: Path) -> None:
    from fusion.example.write import render_example

    shop = render_example(tmp_path / "shop", per_product=(20, 2, 1), size=160)
    fitted = run("fit", shop / "gasket", "--name", "gasket", "--backbone", "none")
    assert fitted.returncode == 0, fitted.stderr
    assert "gasket: fitted on 20 good pictures" in fitted.stdout
    inspected = run("inspect", shop / "gasket/test", "--json", "--out", tmp_path / "report")
    lines = [json.loads(line) for line in inspected.stdout.splitlines()]
    assert len(lines) == len(list((shop / "gasket/test").rglob("*.png")))
    codes = {"PASS": 0, "REVIEW": 10, "REJECT": 20, "REFUSED": 30}
    assert inspected.returncode == max(codes[line["verdict"]] for line in lines)
    assert (tmp_path / "report" / "index.html").is_file()
    past = tmp_path / "past.jsonl"
    past.write_text(inspected.stdout)
    changed = run("threshold", "gasket", "--review", "0.3", "--reject", "0.2", "--scores", past)
    assert changed.returncode == 0, changed.stderr
    again = [json.loads(line) for line in run("inspect", shop / "gasket/test", "--json").stdout.splitlines()]
    assert [line["pred_score"] for line in again] == [line["pred_score"] for line in lines]
    assert {line["thresholds"]["reject_rate"] for line in again} == {0.2}
    (foil_home / "models/gasket/model.safetensors").write_bytes(b"altered")
    refused = run("inspect", shop / "gasket/test")
    assert refused.returncode == 2
    assert "model.safetensors" in refused.stderr


def test_bench_shows_what_was_measured_before(tmp_path: Path) -> None:
    from fusion.bench_table import Row, write_rows

    for number in (1, 2):
        settings = {"method": "memory", "backbone": "none", "seed": number}
        write_rows(tmp_path / f"{number}.json", [Row("parts", "f", settings, "1", failed=f"reason {number}")])
    args = ["bench", "--from", tmp_path / "1.json", "--from", tmp_path / "2.json"]
    told = foil(*args, "--markdown", tmp_path / "t.md").stdout
    assert "reason 1" in told
    assert "reason 2" in told
    assert (tmp_path / "t.md").read_text() == told
    assert "leave out the data" in foil(*args, tmp_path, code=2).stderr
    assert "there is no such file" in foil("bench", "--from", tmp_path / "3.json", code=2).stderr
    assert "no data to measure on" in foil("bench", code=2).stderr


def test_bench_checks_the_promise_instead_when_asked(parts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from fusion import promise

    asked = []

    def check(folder, settings, splits, progress):
        asked.append((folder, settings, splits))
        return [promise.FalseAlarms(0.05, 3, 40, 0, 5)]

    monkeypatch.setattr(promise, "promise", check)
    told = foil("bench", parts, "--promise", "7").stdout
    assert asked == [(parts, {"method": "gaussian", "backbone": "auto", "size": 0}, 7)]
    assert "| 5 % | 7.50 % |" in told
    assert "leave out --json" in foil("bench", parts, "--promise", "7", "--json", "rows.jsonl", code=2).stderr


# --- explain-model ------------------------------------------------------------------------------------------------


FITTED = {"n_normals": 60, "method": "neural", "representation": "brightness", "created": "2026-01-01T12:00:00+00:00"}


def test_explain_model_introduces_a_network(tmp_path: Path) -> None:
    library.save(FakeDetector("deep", card=FITTED | {"network": NETWORK}), "deep")
    told = foil("explain-model", "deep").stdout.splitlines()
    assert told[0] == "deep: fitted on 60 good parts, 2026-01-01 12:00"
    assert told[1] == "method neural; seen through brightness"
    assert told[3].startswith("network of size s, in use: 1,234,567 parameters, 2,000 steps in 3.5 min")
    assert told[4].startswith("the network is used: on 90 synthetic defects")
    rows = [line.split("  ") for line in told]
    cells = [[cell.strip() for cell in row if cell.strip()] for row in rows]
    assert ["AUROC, %", "95.1", "97.0"] in cells
    assert ["caught at 5 % false alarms, %", "80", "86"] in cells
    assert ["AUROC of stain, %", "96.0", "95.0"] in cells
    assert ["scratch", "0.041 %"] in cells
    assert ["0.10", "1.00 █████", "0.80 ████", "1.90 ██████████", "0.00"] in cells


def test_explain_model_says_that_a_network_is_not_in_use(tmp_path: Path) -> None:
    left = NETWORK | {"kept": False, "why": "training did not help\x1b[31m"}
    library.save(FakeDetector("deep", card=FITTED | {"network": left}), "deep")
    told = foil("explain-model", "deep").stdout
    assert "network of size s, not in use: " in told
    assert "training did not help [31m" in told


def test_explain_model_plots_gates_and_training(tmp_path: Path) -> None:
    library.save(FakeDetector("deep", card=FITTED | {"network": NETWORK}), "deep")
    told = foil("explain-model", "deep", "--plot", tmp_path / "deep.png").stdout
    assert told.splitlines()[-1] == f"plot: {tmp_path / 'deep.png'}"
    assert Image.open(tmp_path / "deep.png").size[0] == 900
    refused = foil("explain-model", "deep", "--plot", tmp_path / "no" / "deep.png", code=2).stderr
    assert refused.startswith("foil: ")
    assert "deep.png" in refused


def test_explain_model_says_what_to_do_without_a_network_and_with_a_strange_one(tmp_path: Path) -> None:
    library.save(FakeDetector("plain", card=FITTED), "plain")
    told = foil("explain-model", "plain", "--plot", tmp_path / "plain.png").stdout
    assert "this model has no network: foil fit ... --method neural" in told
    assert not (tmp_path / "plain.png").exists()
    library.save(FakeDetector("odd", card=FITTED | {"network": {"kept": True}}), "odd")
    assert "the card's network can't be read" in foil("explain-model", "odd", code=2).stderr


def test_weights_are_asked_by_the_method_that_was_named_and_lessons_are_passed_on(
    parts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(
        "assistant.fitting.fit_folder", lambda data, name, settings, *rest, **more: asked.append(settings)
    )
    for method in ([], ["--method", "hybrid"]):
        foil("fit", parts, "--name", "a", *method, "--weights", "w.safetensors", "--lessons", "normals", code=None)
    assert [(one["method"], one["weights"], one["lessons"]) for one in asked] == [
        ("neural", "w.safetensors", "normals"),
        ("hybrid", "w.safetensors", "normals"),
    ]
