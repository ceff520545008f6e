import json
import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from conftest import Plate
from fake_detector import FakeDetector
from PIL import Image

from assistant.inspection import Failure, Inspection, inspect, inspect_paths
from explain.evidence import Evidence
from fusion.errors import BadSetting
from fusion.item import Item
from fusion.sample import Sample


def inspected(*paths: Path | Item, detector: FakeDetector | None = None) -> list[Inspection | Failure]:
    return list(inspect_paths(paths, detector or FakeDetector()))


def test_a_sample_goes_the_whole_way(plate: Plate) -> None:
    (result,) = inspected(plate("a.png", spot=228))
    assert isinstance(result, Inspection)
    assert result.detection.verdict == "REJECT"
    assert result.evidence.score == result.detection.pred_score == 10
    assert [region.bbox for region in result.evidence.regions] == [(30, 20, 38, 26)]
    assert result.explanation.text.startswith("REJECT")
    assert result.explanation.checked
    assert result.model == result.evidence.model["name"] == "plates"
    assert result.seconds > 0


def test_the_line_of_json_holds_everything_and_is_strict(plate: Plate) -> None:
    path = plate("a.png", spot=228)
    (result,) = inspected(path, detector=FakeDetector(card={"fingerprint": "f", "skipped": [], "weird": float("nan")}))
    assert isinstance(result, Inspection)
    line = json.loads(json.dumps(result.to_json(), allow_nan=False))
    assert line["path"] == str(path)
    assert (line["verdict"], line["pred_score"], line["p_value"]) == ("REJECT", 10, 1 / 61)
    assert line["regions"][0]["bbox"] == [30, 20, 38, 26]
    assert line["explanation"] == result.explanation.text
    assert line["model"] == {"name": "plates", "fingerprint": "f"}
    assert line["sha256"] == result.sample.sha256
    assert (line["width"], line["height"]) == (64, 48)
    assert line["thresholds"]["reject_rate"] == 0.01
    assert line["support"]["n"] == 60


def test_score_and_thresholds_keep_their_digits_in_json() -> None:
    image = np.full((48, 64, 3), 120, np.uint8)
    image[20:26, 30:38] = (201, 202, 202)  # its mean is no round number
    result = inspect(Sample(image=image), FakeDetector())
    line = result.to_json()
    assert line["pred_score"] == result.detection.pred_score != result.evidence.score
    assert line["thresholds"]["review"] == result.detection.thresholds.review


def test_a_refused_sample_has_a_reason_and_no_figures(plate: Plate) -> None:
    (result,) = inspected(plate("dark.png", spot=0, level=0))
    assert isinstance(result, Inspection)
    line = result.to_json()
    assert line["verdict"] == "REFUSED"
    assert line["pred_score"] is line["p_value"] is line["map"] is None
    assert line["regions"] == []
    assert "lens cap" in line["refusal"]
    assert "lens cap" in line["explanation"]


def test_a_mask_is_used_and_words_are_said_to_be_given_in_vain(plate: Plate, tmp_path: Path) -> None:
    Image.new("L", (64, 48), 0).save(tmp_path / "m.png")
    mask = np.zeros((48, 64), np.uint8)
    mask[:10] = 255
    Image.fromarray(mask).save(tmp_path / "m.png")
    path = plate("a.png", spot=228)
    (result,) = inspected(Item(path, None, "", "test", region=tmp_path / "m.png", text="glints"))
    assert isinstance(result, Inspection)
    assert result.detection.verdict == "PASS"  # the spot lies outside of the mask
    assert (result.evidence.has_mask, result.evidence.has_text) == (True, True)
    assert result.evidence.not_used == ("text",)


def test_chinese_words_and_millimetres_on_request(plate: Plate) -> None:
    results = inspect_paths([plate("a.png", spot=228)], FakeDetector(), lang="zh", mm_per_px=0.5)
    (result,) = results
    assert isinstance(result, Inspection)
    assert result.explanation.lang == "zh"
    assert "不合格" in result.explanation.text
    scale = result.evidence.regions[0].scale
    assert scale is not None
    assert (scale.width, scale.height) == (4, 3)


def test_support_is_that_of_the_rate_at_which_parts_are_rejected(plate: Plate) -> None:
    detector = FakeDetector().with_rates(0.2, 0.1)
    (result,) = inspected(plate("a.png"), detector=detector)
    assert isinstance(result, Inspection)
    assert result.evidence.support.rate == 0.1
    assert result.evidence.support.n == 60


def test_folders_are_expanded_in_order_and_masks_of_defects_left_out(plate: Plate, tmp_path: Path) -> None:
    for name in ("set/test/b.png", "set/test/a.png", "set/ground_truth/a_mask.png", "set/.hidden.png", "z.png"):
        plate(name)
    (tmp_path / "set" / "notes.txt").write_text("no picture")
    results = inspected(tmp_path / "z.png", tmp_path / "set")
    names = [Path(result.sample.name).name for result in results if isinstance(result, Inspection)]
    assert names == ["z.png", "a.png", "b.png"]


def test_a_bad_file_ends_itself_only_and_names_itself(plate: Plate, tmp_path: Path) -> None:
    first, last = plate("a.png"), plate("z.png")
    broken = tmp_path / "b.png"
    broken.write_bytes(last.read_bytes()[:60])
    (tmp_path / "c.png").write_text("not a picture")
    (tmp_path / "empty").mkdir()
    results = inspected(first, broken, tmp_path / "c.png", tmp_path / "none.png", tmp_path / "empty", last)
    assert [isinstance(result, Failure) for result in results] == [False, True, True, True, True, False]
    for result in results[1:-1]:
        assert isinstance(result, Failure)
        assert result.reason.startswith(result.path)
        assert result.to_json() == {"path": result.path, "error": result.reason}


def test_a_refusal_of_the_detector_ends_its_sample_only(plate: Plate, tmp_path: Path) -> None:
    nan = replace(FakeDetector(), name="broken")
    object.__setattr__(
        nan, "detect", lambda sample, samples: replace(FakeDetector().detect(sample), pred_score=float("nan"))
    )
    results = inspected(plate("a.png"), plate("b.png"), detector=nan)
    assert [type(result) for result in results] == [Failure, Failure]


def test_a_senseless_setting_ends_everything(plate: Plate) -> None:
    with pytest.raises(BadSetting, match="mm_per_px"):
        list(inspect_paths([plate("a.png", spot=228)], FakeDetector(), mm_per_px=-1))


def test_progress_counts_good_and_bad_alike(plate: Plate, tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    paths = [plate("a.png"), tmp_path / "none.png", plate("b.png")]
    list(inspect_paths(paths, FakeDetector(), progress=lambda *now: told.append(now)))
    assert told == [("inspecting", done, 3) for done in range(4)]


def test_the_next_picture_is_read_while_one_is_inspected(plate: Plate, monkeypatch: pytest.MonkeyPatch) -> None:
    second_is_read = threading.Event()
    load = Item.load

    def watched(item: Item) -> Sample:
        if item.path.name == "b.png":
            second_is_read.set()
        return load(item)

    monkeypatch.setattr(Item, "load", watched)
    results = inspect_paths([plate("a.png"), plate("b.png")], FakeDetector())
    next(results)
    assert second_is_read.wait(timeout=5)
    assert len(list(results)) == 1


def test_a_result_does_not_depend_on_its_neighbours(plate: Plate) -> None:
    paths = [plate(f"{spot}.png", spot=spot) for spot in (128, 180, 228)]
    together = [result for result in inspected(*paths) if isinstance(result, Inspection)]
    reverse = [result for result in inspected(*paths[::-1]) if isinstance(result, Inspection)][::-1]
    for one, other in zip(together, reverse, strict=True):
        assert one.evidence == other.evidence
        assert one.explanation == other.explanation
        assert Evidence.from_json(one.evidence.to_json()) == one.evidence


def test_nothing_to_inspect_is_nothing_inspected() -> None:
    assert inspected() == []
