"""One contract for every method of tables: sign, finite, each row by itself, same seed same score, save and load."""

from copy import deepcopy
from pathlib import Path

import numpy as np
import pytest
import torch
from scipy.stats import spearmanr
from table_cases import COLUMNS, noised, off, rows, table

from fusion.errors import BadData, BadInput, BadModel, BadSetting
from fusion.metrics import image_auroc
from fusion.recipes import of_kind
from fusion.table.config import TableConfig
from fusion.table.detector import TableDetector
from fusion.table.dte import Categorical, InverseGamma
from fusion.table.fitting import fit
from fusion.table.methods import METHODS
from fusion.table.walks import ScoreVector

NORMALS = table(rows(400))
TEST = np.concatenate([rows(100, seed=2), off(100)])
LABELS = np.repeat([0, 1], 100)


def fitted(method: str, **settings: object) -> TableDetector:
    return fit(NORMALS, TableConfig(method, steps=300, **settings), "plant")  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def detectors() -> dict[str, TableDetector]:
    return {method: fitted(method) for method in METHODS}


def test_every_recipe_of_tables_is_a_method() -> None:
    assert list(METHODS) == [recipe.name for recipe in of_kind("tables")]


@pytest.mark.parametrize("method", METHODS)
def test_the_contract(method: str, detectors: dict[str, TableDetector], tmp_path: Path) -> None:
    detector = detectors[method]
    scores = detector.scores(TEST)
    assert scores.shape == (200,)
    assert np.isfinite(scores).all()
    assert image_auroc(scores.tolist(), LABELS.tolist()) > 0.85  # the higher, the more anomalous
    alone = np.concatenate([detector.scores(row[None]) for row in TEST[:20]])
    np.testing.assert_allclose(alone, scores[:20], rtol=1e-3, atol=1e-3)
    np.testing.assert_array_equal(fitted(method).scores(TEST), scores)
    for value in (0.0, 1e6, 1e12, -1e300):
        (absurd,) = detector.detect(table(np.full((1, 5), value)))
        assert np.isfinite(absurd.pred_score)
        assert absurd.verdict == "REJECT"
    detector.save_pretrained(tmp_path / "model")
    again = TableDetector.from_pretrained(tmp_path / "model")
    np.testing.assert_array_equal(again.scores(TEST), scores)
    assert again.calibration.thresholds == detector.calibration.thresholds
    assert again.card == detector.card


@pytest.mark.parametrize("method", METHODS)
def test_thresholds_rest_on_rows_that_statistics_never_saw(method: str, detectors: dict[str, TableDetector]) -> None:
    detector = detectors[method].with_rates(0.1, 0.05)
    fresh = detector.detect(table(rows(1000, seed=7)))
    assert 0.02 < np.mean([row.verdict != "PASS" for row in fresh]) < 0.22  # promised: 0.1


@pytest.mark.parametrize("method", METHODS)
def test_the_column_that_is_off_is_named_with_what_was_expected(
    method: str, detectors: dict[str, TableDetector]
) -> None:
    usual = rows(60, seed=3)[7:8]
    odd = usual.copy()
    odd[0, 1] += 0.1  # ten times its spread
    (row,) = detectors[method].detect(table(odd))
    assert row.verdict == "REJECT"
    assert row.p_value == 1 / (detectors[method].calibration.n + 1)
    (flow,) = row.off
    assert (flow.column, flow.value) == ("flow", odd[0, 1])
    assert flow.expected == pytest.approx(usual[0, 1], abs=0.01)
    assert row.pred_score - flow.effect < row.thresholds.review
    (fine,) = detectors[method].detect(table(usual))
    assert (fine.verdict, fine.off) == ("PASS", ())


@pytest.mark.parametrize("method", [name for name in METHODS if name.startswith("dte")])
def test_estimated_time_rises_with_the_noise_put_in(method: str, detectors: dict[str, TableDetector]) -> None:
    sigmas, normal = np.linspace(0, 0.75, 16), rows(300, seed=4)
    times = [detectors[method].scores(noised(normal, sigma)).mean() for sigma in sigmas]
    assert spearmanr(sigmas, times).statistic > 0.95


def test_dte_np_ranks_as_the_mean_of_nearest_neighbours_and_never_saturates(
    detectors: dict[str, TableDetector],
) -> None:
    detector = detectors["dte-np"]
    coordinates = detector.coordinates
    known, asked = coordinates(NORMALS.values).numpy(), coordinates(TEST).numpy()
    squared = np.sort(((asked[:, None] - known) ** 2).sum(axis=2), axis=1)[:, :5].mean(axis=1)
    np.testing.assert_allclose(detector.scores(TEST), np.sqrt(squared / 5), rtol=1e-4)
    released = fitted("dte-np", paper_compat=True)
    far = np.concatenate([rows(50, seed=2) + 8 * rows(50).std(axis=0), rows(50, seed=2) + 16 * rows(50).std(axis=0)])
    assert len(set(released.scores(far))) == 1  # its last step, for all of them
    assert image_auroc(detector.scores(far).tolist(), [0] * 50 + [1] * 50) == 1.0


def test_msma_tells_by_the_vector_what_no_single_sigma_tells(detectors: dict[str, TableDetector]) -> None:
    detector = detectors["msma"]
    asked = np.concatenate([rows(200, seed=2), off(100), rows(100, seed=8, spread=0.02)])  # too odd, and too plain
    labels = [0] * 200 + [1] * 200
    lengths = ScoreVector.statistics(detector.method.denoise, detector.coordinates(asked)).numpy()  # type: ignore[attr-defined]
    single = max(image_auroc(length.tolist(), labels) for length in lengths.T)
    assert image_auroc(detector.scores(asked).tolist(), labels) > 0.9 > single + 0.2


def test_the_released_codes_faults_are_there_only_when_asked_for(detectors: dict[str, TableDetector]) -> None:
    x = detectors["dte-ig"].coordinates(TEST)
    module = deepcopy(detectors["dte-ig"].method.network)  # type: ignore[attr-defined]
    proper, released = (InverseGamma(module, 5, compat) for compat in (False, True))
    before = proper(x), released(x)
    for weight in (module[-1].weight, module[-1].bias):
        weight.neg_()  # the loss can't tell
    torch.testing.assert_close(proper(x), before[0])
    torch.testing.assert_close(released(x), -before[1])

    def loss(compat: bool) -> float:
        """Return the loss of a network that is always sure, and right where time is in the last bin."""
        sure = torch.tensor([0.0] * 6 + [50.0])
        g = torch.Generator().manual_seed(0)
        return float(Categorical(lambda x: sure.expand(len(x), 7), 5, compat).loss(x, g))  # type: ignore[arg-type]

    assert loss(False) > 25
    assert loss(True) < 2.2  # of a softmax of a softmax: never far from what knowing nothing gives


def test_columns_are_found_by_name_and_missing_values_are_told(detectors: dict[str, TableDetector]) -> None:
    detector, values = detectors["gaussian"], rows(3, seed=5)
    mixed = table(values[:, ::-1])
    mixed = type(mixed)("mixed.csv", COLUMNS[::-1], mixed.values)
    expected = detector.detect(table(values))
    assert [row.pred_score for row in detector.detect(mixed)] == [row.pred_score for row in expected]
    with pytest.raises(BadInput, match=r"mixed\.csv: it has no column 'noise'; it has 'pressure'"):
        detector.detect(mixed.chosen(COLUMNS[:4]))
    values[0, 2], values[1, 1:4] = np.nan, np.nan
    one, most, whole = detector.detect(table(values))
    assert (one.missing, one.refusal, whole.missing) == (("heat",), None, ())
    assert most.verdict == "REFUSED"
    assert most.refusal == "3 of 5 values are missing ('flow', 'heat', 'speed'), too many to judge the row"


def test_a_constant_column_is_no_trouble() -> None:
    values = rows(60)
    values[:, 3] = 7.0
    detector = fit(table(values), TableConfig("gaussian"), "plant")
    values[:, 3] = 8.0
    assert detector.detect(table(values[:1]))[0].off[0].column == "speed"


def test_what_cant_be_fitted_is_a_sentence(detectors: dict[str, TableDetector], tmp_path: Path) -> None:
    with pytest.raises(BadData, match=r"plant\.csv: 9 normal rows; memory takes 10 or more"):
        fit(table(rows(12), np.array([True] * 3 + [False] * 9)), TableConfig("memory"), "plant")
    values = rows(20)
    values[:12, 2] = np.nan
    with pytest.raises(BadData, match="most values are missing in 'heat'"):
        fit(table(values), TableConfig(), "plant")
    with pytest.raises(BadSetting, match="tables have no method 'neural'; choose gaussian, memory"):
        TableConfig("neural")
    detectors["gaussian"].save_pretrained(tmp_path / "model")
    (tmp_path / "model" / "model.safetensors").write_bytes(b"other")
    with pytest.raises(BadModel, match="its hash differs"):
        TableDetector.from_pretrained(tmp_path / "model")
