"""Names: what a region looks like, how sure that is, and that nobody may say more."""

import dataclasses
import json

import numpy as np
import pytest
from explain_cases import SUPPORT, Fake, X, Y, detection, disc, line, painted, surface
from explain_cases import plate as grey_plate
from fake_detector import FakeDetector
from record_cases import foil

from assistant import library
from explain.difference import Region, regions
from explain.evidence import Evidence
from explain.explanation import explain
from explain.gather import gather
from explain.instructions import facts_of
from explain.language import Brief
from explain.naming import UNKNOWN, Name, built_in, read_kinds
from explain.wording import called
from fusion.errors import BadSetting
from fusion.sample import Sample
from fusion.synthesis import KINDS


def scratched() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    normal, part = grey_plate()
    mask = line(90, 60, 102, 130, 5)
    return painted(normal, mask, -60), normal, mask, part


def evidence(kinds=None) -> Evidence:
    image, normal, mask, part = scratched()
    return gather(Sample(image), detection(normal, mask, part), {"name": "plates"}, SUPPORT, kinds=kinds)


def chipped() -> Region:
    normal, part = grey_plate()
    mask = disc(350, 150, 30) & part
    return regions(np.where(mask[..., None], 15, normal).astype(np.uint8), detection(normal, mask, part))[0]


def said_by(text: str, about: Evidence) -> str:
    return explain(about, Fake("REJECT: this part differs from normal. " + text), Brief()).text


def test_a_thin_dark_line_looks_like_a_scratch_or_a_crack_and_a_bite_like_a_missing_part():
    assert {name.kind for name in evidence().regions[0].names} == {"scratch", "crack"}
    assert "missing part" in {name.kind for name in built_in().rank(chipped())[:2]}


def test_every_kind_is_ranked_and_shares_make_a_whole():
    ranked = built_in().rank(evidence().regions[0])
    assert {name.kind for name in ranked} == set(KINDS)
    assert sum(name.sure for name in ranked) == pytest.approx(1)
    assert [name.sure for name in ranked] == sorted((name.sure for name in ranked), reverse=True)


def test_what_isn_t_sure_enough_has_no_name():
    doubtful = dataclasses.replace(built_in(), least=0.999)
    (region,) = evidence(doubtful).regions
    first, _ = evidence().regions[0].names
    assert region.names == (Name(UNKNOWN, pytest.approx(1 - first.sure, abs=0.01)),)
    assert "looks like no kind that is known." in explain(evidence(doubtful), SILENT, Brief()).text


class Silent:
    name, patience, sees = "silent", None, False

    def narrate(self, *_):
        return iter(())


SILENT = Silent()


@pytest.mark.parametrize(
    ("text", "stays"),
    [
        ("Region 1 looks like a scratch.", True),
        ("Region 1 looks like {first} ({sure} % sure) or {second} ({less} % sure).", True),
        ("Region 1 looks like {first} ({less} % sure) or {second} ({sure} % sure).", False),
        ("区域 1 外观类似{zh}（把握 {sure}%）。", True),
        ("区域 1 外观类似{zh}（把握 {less}%）。", False),
        ("Region 1 looks like a stain.", False),
        ("Region 1 looks like a scratch (97 % sure).", False),
        ("Region 1 is a scratch.", False),
        ("区域 1 外观类似污渍。", False),
    ],
)
def test_a_narrator_may_name_what_the_evidence_names_as_a_likeness_and_nothing_else(text, stays):
    first, second = evidence().regions[0].names
    said = text.format(
        first=called(first.kind, "en"),
        second=called(second.kind, "en"),
        zh=called(first.kind, "zh"),
        sure=round(100 * first.sure),
        less=round(100 * second.sure),
    )
    assert (said in said_by(said, evidence())) == stays


def test_a_user_s_kinds_stand_beside_the_built_in_ones(tmp_path):
    region = json.loads(evidence().to_json())["regions"][0]
    file = tmp_path / "kinds.json"
    file.write_text(json.dumps({"tool mark": {"examples": [region]}, "rust": {"like": "stain"}}))
    own = read_kinds(file, built_in())
    (found,) = evidence(own).regions
    assert found.names[0].kind == "tool mark"
    assert "looks like “tool mark”" in explain(evidence(own), SILENT, Brief()).text
    assert all(name["kind"] in KINDS for r in facts_of(evidence(own))["regions"] for name in r["names"])
    assert ("rust" in own.names, "stain" in own.names) == (True, False)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[]", "expected a JSON object"),
        ('{"burr": {"like": "flash"}}', "burr is like 'flash'.*scratch, crack"),
        ('{"burr": {"examples": [{"number": 1}]}}', "example of burr"),
        ('{"burr": {"colour": "red"}}', "burr.*examples"),
        ("{", "no JSON"),
    ],
)
def test_a_file_of_kinds_that_can_t_be_used_says_why(tmp_path, text, message):
    file = tmp_path / "kinds.json"
    file.write_text(text)
    with pytest.raises(BadSetting, match=message):
        read_kinds(file, built_in())


@pytest.mark.slow
def test_the_built_in_looks_are_what_explain_kinds_measures():
    """A few of its defects; the whole takes minutes: `python -m explain.kinds`."""
    from explain.kinds import kinds_of, regions

    fresh = kinds_of([regions("gasket", 90)])
    assert fresh.names == built_in().names
    assert np.corrcoef(fresh.looks.ravel(), built_in().looks.ravel())[0, 1] > 0.8


def test_how_sure_names_are_is_measured_on_regions_whose_looks_were_left_out():
    from explain.kinds import learnt

    rng = np.random.default_rng(0)

    def region(at: int) -> Region:
        """Return a patch whose size and brightness tell its kind, nearly."""
        mask, normal = disc(200, 150, int(6 + 5 * at + rng.integers(3))), surface()
        change = (-1) ** at * int(40 + rng.integers(20))
        return regions(painted(normal, mask, change), detection(normal, mask))[0]

    def product() -> dict[str, list[Region]]:
        return {kind: [region(at) for _ in range(4)] for at, kind in enumerate(KINDS)}

    kinds = learnt([product() for _ in range(3)])
    assert kinds.names == KINDS
    assert 0.5 <= kinds.scale <= 8
    right = [kinds.rank(region)[0].kind == kind for kind, some in product().items() for region in some]
    assert np.mean(right) > 0.5
    told = [n for some in product().values() for region in some for n in kinds.name(region)]
    assert {name.kind for name in told} <= {*KINDS, UNKNOWN}


def test_detail_tells_a_veil_from_a_cover():
    textured = surface(noise=14)
    mask = disc(200, 150, 30)
    veil, cover = textured.copy(), textured.copy()
    veil[mask] = (textured[mask] * 0.6).astype(np.uint8)
    cover[mask] = surface(60, 14, seed=9)[mask]
    through = [regions(image, detection(textured, mask))[0].detail.through for image in (veil, cover)]
    assert through[0] > 0.8 > 0.3 > through[1]
    checked = np.where(((X // 6 + Y // 6) % 2 == 0)[..., None], textured + 30, textured - 30).astype(np.uint8)
    both = np.where(mask[..., None], checked, textured)
    assert regions(both, detection(textured, mask))[0].detail.mixed > 0.3


@pytest.mark.usefixtures("fake_core")
def test_the_command_line_hears_a_user_s_kinds(plate, tmp_path):
    library.save(FakeDetector("gasket", card={"created": "2026", "fingerprint": "f"}), "gasket")
    line = json.loads(foil("inspect", plate("new.png", spot=228), "--json", code=20).output)
    (tmp_path / "ours.json").write_text(json.dumps({"weld spatter": {"examples": line["regions"]}}))
    told = foil("inspect", plate("new.png", spot=228), "--kinds", tmp_path / "ours.json", code=20).output
    assert "looks like “weld spatter” (" in " ".join(told.split())
    assert "no JSON" in foil("inspect", plate("new.png"), "--kinds", tmp_path / "none.json", code=2).stderr
