"""Gallery: one picture through several methods, on one sheet."""

from pathlib import Path

import numpy as np
import pytest
from bench_cases import fit, write_data
from record_cases import foil

from assistant import gallery
from fusion.dataset import open_dataset
from fusion.item import Item
from fusion.modality.image import read_image
from fusion.progress import silent
from fusion.trial import Settings


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(gallery, "detector_fit", lambda: fit)
    return write_data(tmp_path / "spots", 12, 4, 2)


def test_each_method_has_its_panel_and_its_caption(data: Path) -> None:
    item = Item(data / "test/spot/0.png", None, "", "test")
    shown = list(gallery.through(item, open_dataset(data), ["gaussian", "memory", "ddad"], {}))
    assert [one.method for one in shown] == ["gaussian", "memory", "ddad"]
    times = shown[0].detection.pred_score / shown[0].detection.thresholds.review
    assert shown[0].caption.startswith(f"gaussian: REJECT, {times:.2f} x T1, ")
    sample = item.load()
    one_row, two_rows = (gallery.sheet(sample, shown, columns) for columns in (4, 2))
    assert two_rows.shape[0] == pytest.approx(2 * one_row.shape[0], rel=0.05)
    assert two_rows.shape[1] < one_row.shape[1]


def test_methods_that_ask_a_network_share_the_weights_that_were_given(
    data: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked: list[Settings] = []
    monkeypatch.setattr(
        gallery,
        "detector_fit",
        lambda: lambda items, settings, *rest: asked.append(settings) or fit(items, settings, *rest),
    )
    item, weights = Item(data / "test/spot/0.png", None, "", "test"), tmp_path / "w.safetensors"
    list(gallery.through(item, open_dataset(data), ["gaussian", "ddad", "glad"], {"seed": 1}, weights, silent))
    assert [one.get("training") for one in asked] == [None, str(weights), str(weights)]
    assert {one["seed"] for one in asked} == {1}


def test_the_command_writes_the_sheet_and_tells_each_method(data: Path, tmp_path: Path) -> None:
    out = tmp_path / "seen.png"
    told = foil("gallery", data / "test/spot/0.png", data, "--method", "gaussian", "--method", "memory", "--out", out)
    assert [line.split(":")[0] for line in told.stdout.splitlines()[:2]] == ["gaussian", "memory"]
    picture = read_image(out)
    assert np.ptp(picture) > 0
    assert f"written to {out}" in told.stdout


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["--out", "seen.jpg"], "a name that ends in .png"),
        (["--weights", "gone.safetensors"], "no such file of weights"),
        (["--method", "nonsense"], "there is no method 'nonsense'"),
    ],
)
def test_what_cannot_be_shown_is_refused_before_any_work(data: Path, args: list[str], said: str) -> None:
    assert said in foil("gallery", data / "test/spot/0.png", data, *args, code=2).stderr
