"""The app's functions, without a browser: what they show, what they keep, and what they say when something is wrong."""

import functools
import gc
import re
import socket
import subprocess
import sys
import weakref
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np
import pytest
from conftest import Plate
from fake_detector import FakeDetector
from PIL import Image

from apps.ui import serve, teaching
from apps.ui.inspecting import failed, look, preview, sample_of, told_again, with_words
from apps.ui.markup import unbroken
from apps.ui.models import MOST, Models
from apps.ui.pages import build
from apps.ui.shelf import Shelf
from apps.ui.telling import Shown
from apps.ui.theme import css
from apps.ui.words import WORDS
from apps.ui.words_inspect import EXAMPLES
from assistant import library
from explain.evidence import Evidence
from explain.language import Brief
from fusion.calibration import Calibration
from fusion.errors import BadData, BadInput, BadModel, BadSetting, FoilError
from fusion.example.write import PRODUCTS, render_example
from fusion.modality.prompt import read_prompt


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "shelf")


def test_a_number_keeps_its_unit_on_its_line() -> None:
    said = unbroken("0.48 % of 25 × 29 px (p = 0.03), 11.2 sigma; ■ REJECT 1 · ▲ REVIEW 2 of 60 good parts")
    assert said.split(" ") == [
        *("0.48\u00a0%", "of", "25\u00a0×\u00a029\u00a0px", "(p\u00a0=\u00a00.03),", "11.2\u00a0sigma;"),
        *("■\u00a0REJECT", "1", "·", "▲\u00a0REVIEW", "2", "of", "60", "good", "parts"),
    ]


# ── inspect ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_look_fills_every_place_of_the_page(plate: Plate, shelf: Shelf) -> None:
    view = look(sample_of(str(plate("part 7.png", 160))), FakeDetector(), "en", shelf)
    assert "REJECT" in view.card
    assert view.words.startswith('<div class="foil-words"><p>REJECT')
    assert view.score == pytest.approx(3.2)
    assert view.evidence is not None
    assert view.evidence["verdict"] == "REJECT"
    assert view.pair is not None
    sizes = {Image.open(path).size for path in (*view.pair, view.overlay, view.regions)}
    assert sizes == {(64, 48)}, "what is laid over each other has one size"
    assert Image.open(view.pair[1]).info["DigitalSourceType"]
    assert view.report is not None
    assert Path(view.report).name == "part 7.html"
    assert "data:image" in view.legend


def test_a_look_at_a_refused_picture_shows_only_why(plate: Plate, shelf: Shelf) -> None:
    view = look(sample_of(str(plate("dark.png", 0, 0))), FakeDetector(), "en", shelf)
    assert "REFUSED" in view.card
    assert "lens cap" in view.words
    assert (view.pair, view.overlay, view.regions, view.legend, view.score) == (None, None, None, "", None)


def test_a_look_speaks_the_language_that_is_asked_for(plate: Plate, shelf: Shelf) -> None:
    view = look(sample_of(str(plate("part.png", 160))), FakeDetector(), "zh", shelf)
    assert "不合格" in view.card
    assert "不合格" in view.words
    assert "REJECT" not in view.card + view.words


def test_words_go_with_the_picture_and_what_fits_them_is_shown(plate: Plate, shelf: Shelf) -> None:
    sample, reader = sample_of(str(plate("part.png", 160))), FakeDetector(card={"network": {}})
    view = look(with_words(sample, " <b>bright</b>\nspot, ignore the label"), reader, "en", shelf)
    assert view.guided is not None
    assert Image.open(view.guided).size == (64, 48)
    assert "&lt;b&gt;bright&lt;/b&gt; spot" in view.words
    assert "<b>bright" not in view.words
    assert "of the difference was left out of the score" in view.card
    assert view.evidence is not None
    assert view.evidence["prompt"]["ignore"] == "the label"
    assert look(with_words(sample, "bright spot"), FakeDetector(), "en", shelf).guided is None
    assert with_words(sample, "  ").text is None


def test_the_words_to_click_are_understood_in_both_languages() -> None:
    for key, phrase in WORDS.items():
        if key.startswith("chip."):
            assert all((read := read_prompt(text)).unknown == () and read.focus + read.ignore for text in phrase), key


@dataclass(frozen=True)
class Stub:
    """A language model that says the same of everything."""

    said: str
    name: str = "<stub>"
    patience: float | None = 5.0
    sees: bool = False

    def narrate(self, evidence: Evidence, brief: Brief) -> Iterator[str]:
        yield self.said


def test_a_language_model_tells_once_more_what_was_found_and_only_what_is_true(plate: Plate, shelf: Shelf) -> None:
    view = look(sample_of(str(plate("a.png", spot=228))), FakeDetector("plates"), "en", shelf)
    assert view.inspection is not None
    told = told_again(
        view.inspection, Stub("REJECT: this part is to be rejected. Region 1 is 4711 px wide."), "A note."
    )
    assert "this part is to be rejected" in told
    assert "4711" not in told
    assert "Told by the language model “&lt;stub&gt;”; checked:" in told
    assert told.endswith(" A note.</p>")
    useless = told_again(view.inspection, Stub("PASS: all is well."), "A note.")
    assert "all is well" not in useless
    assert useless.count("<p") == 1  # Foil's own words stand there already
    assert "A note." not in useless


def test_what_a_language_model_tells_is_never_shown_under_another_picture(
    fake_core: None, plate: Plate, shelf: Shelf
) -> None:
    library.save(FakeDetector("plates"), "plates")
    models, seen = Models(narrator=Stub("REJECT: this part is to be rejected.")), Shown()
    events = build(models, shelf).fns.values()
    tab = next(event.fn.__self__ for event in events if getattr(event.fn, "__qualname__", "") == "InspectTab.again")
    tells = [event for event in events if getattr(event.fn, "__qualname__", "") == "Telling._told"]
    begins = ("InspectTab.again", "InspectTab._given_picture")
    assert len(tells) == sum(getattr(event.fn, "__qualname__", "") in begins for event in events) > 5
    shown = tab.again(sample_of(str(plate("a.png", spot=228))), "plates", "en", {}, "", None, seen)
    assert shown[-1] == '<p class="foil-note">The language model &lt;stub&gt; is putting it into words…</p>'
    assert len(shown) == len(tab.shown)
    assert "to be rejected" in tab.telling._told(seen, "en")

    class Slow(Stub):
        def narrate(self, evidence: Evidence, brief: Brief) -> Iterator[str]:
            tab.again(sample_of(str(plate("b.png"))), "plates", "en", {}, "", None, seen)  # meanwhile
            yield self.said

    tab.telling.narrator = Slow("REJECT: this part is to be rejected.")
    assert tab.telling._told(seen, "en") == gr.skip()
    assert tab.again(None, "plates", "en", {}, "", None, seen)[-1] == ""
    assert tab.telling._told(seen, "en") == ""


def test_names_are_shown_as_text(plate: Plate, shelf: Shelf) -> None:
    name = "<b>bold.png"
    view = look(sample_of(str(plate(name, 0, 0))), FakeDetector(), "en", shelf)
    shown = view.card + view.words + view.legend + failed(f"{name}: cut off", "en").card
    assert "<b>bold" not in shown
    assert shown.count("&lt;b&gt;bold.png") == 2


def test_a_file_that_is_no_picture_is_told_by_its_own_name(tmp_path: Path) -> None:
    (tmp_path / "text.png").write_text("hello")
    with pytest.raises(BadInput, match=r"^text\.png: this is a text") as caught:
        sample_of(str(tmp_path / "text.png"))
    assert str(tmp_path) not in str(caught.value)


def test_a_picture_that_browsers_cannot_show_gets_a_copy_that_they_can(plate: Plate, shelf: Shelf) -> None:
    for name, copied in (("part.png", False), ("part.tiff", True)):
        path = str(plate(name))
        shown = preview(path, sample_of(path), shelf)
        assert (shown != path) == copied
        assert Path(shown).suffix == ".png"


def test_large_pictures_are_scaled_down_for_the_browser(plate: Plate, shelf: Shelf) -> None:
    view = look(sample_of(str(plate("wide.png", 200, size=(3200, 100)))), FakeDetector(), "en", shelf)
    assert view.overlay is not None
    assert Image.open(view.overlay).size == (1600, 50)


def test_the_shelf_keeps_the_newest(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, most=100)
    paths = [shelf.put("a.png", b"%010d" % number) for number in range(13)]
    assert [Path(path).exists() for path in paths[:4]] == [False, False, False, True]
    assert shelf.put("a.png", b"%010d" % 3) == paths[3]
    shelf.put("a.png", b"new")
    assert Path(paths[3]).exists(), "what was asked for again is new again"
    large = shelf.put("large.png", bytes(200))
    assert [*tmp_path.rglob("*.png")] == [Path(large)], "what is shown now is there, however large"


def test_models_are_loaded_once_and_again_when_they_change(fake_core: None, monkeypatch: pytest.MonkeyPatch) -> None:
    library.save(FakeDetector("gasket"), "gasket")
    loaded: list[str] = []
    monkeypatch.setattr(library, "load", lambda name: (loaded.append(name), FakeDetector(name))[1])
    models = Models()
    assert models.get("gasket") is models.get("gasket")
    library.set_rates("gasket", 0.2, 0.1)
    models.get("gasket")
    assert loaded == ["gasket", "gasket"]


def test_only_the_last_models_stay_in_memory(fake_core: None) -> None:
    models = Models()
    for number in range(MOST + 2):
        library.save(FakeDetector(f"m{number}"), f"m{number}")
    first, spoken_of = weakref.ref(models.get("m0")), models.get("m1")
    for number in range(2, MOST + 2):
        models.get(f"m{number}")
    gc.collect()
    assert first() is None
    assert models.get("m1") is spoken_of, "what a conversation holds is not loaded a second time"


def test_a_model_that_is_gone_is_told_in_a_sentence(fake_core: None) -> None:
    with pytest.raises(BadModel, match="no model named gone"):
        Models().get("gone")


# ── teach ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def uploads(plate: Plate, count: int) -> list[str]:
    return [str(plate(f"upload{number}/part{number % 4}.png", 128, 100 + number)) for number in range(count)]


def packed(files: list[str], target: Path) -> str:
    with zipfile.ZipFile(target, "w") as archive:
        for number, file in enumerate(files):
            archive.write(file, f"parts/{number}.png")
    return str(target)


def test_pictures_called_alike_are_all_gathered_and_forgotten_afterwards(plate: Plate) -> None:
    with teaching.gathered(uploads(plate, 7)) as folder:
        assert len(list(folder.iterdir())) == 7
    assert not folder.exists()


def test_a_zip_is_its_own_source_and_comes_alone(plate: Plate, tmp_path: Path) -> None:
    files = uploads(plate, 6)
    archive = packed(files, tmp_path / "parts.ZIP")
    with teaching.gathered([archive]) as source:
        assert source == Path(archive)
    with pytest.raises(BadData, match="one ZIP"), teaching.gathered([archive, *files]):
        pass


def test_errors_name_the_file_and_not_where_it_was_put(tmp_path: Path) -> None:
    (tmp_path / "parts.zip").write_text("not a zip")
    with pytest.raises(FoilError, match=r"^parts\.zip: this is a text"):
        teaching.checked([str(tmp_path / "parts.zip")])


def test_a_check_counts_what_is_good_and_lists_what_is_not(plate: Plate, tmp_path: Path) -> None:
    (tmp_path / "cut<b>.png").write_bytes(plate("whole.png").read_bytes()[:60])
    done: list[int] = []
    found = teaching.checked([*uploads(plate, 6), str(tmp_path / "cut<b>.png")], lambda stage, at, of: done.append(at))
    text = teaching.described(found, "en")
    assert text.startswith("<p>7 good pictures to fit on. To look at: 1.")
    assert re.findall("<li>(.*?)</li>", text) == [
        line for line in re.findall("<li>(.*?)</li>", text) if "/tmp" not in line
    ]
    assert "<li>cut&lt;b&gt;.png: damaged" in text
    assert done[-1] == 7
    assert "nothing suspicious" in teaching.described(teaching.checked(uploads(plate, 6)), "en")


def test_a_fit_keeps_the_model_and_says_what_it_promises(fake_core: None, plate: Plate, tmp_path: Path) -> None:
    (tmp_path / "text.png").write_text("hello")
    fit = teaching.fitted([*uploads(plate, 6), str(tmp_path / "text.png")], "new", (0.2, 0.1), False)
    assert library.names() == ["new"]
    assert (library.read("new").calibration.review_rate, library.read("new").calibration.reject_rate) == (0.2, 0.1)
    text = teaching.introduced(fit, "en")
    assert "<b>new is ready and selected.</b>" in text
    assert "6 good parts" in text
    assert "A firm promise takes 29 good parts." in text
    assert "<li>text.png: this is a text" in text
    assert "已选中" in teaching.introduced(fit, "zh")


def test_a_taken_name_is_replaced_only_on_demand(fake_core: None, plate: Plate, tmp_path: Path) -> None:
    archive = packed(uploads(plate, 6), tmp_path / "parts.zip")
    teaching.fitted([archive], "new", (0.05, 0.01), False)
    with pytest.raises(BadSetting, match="a model named new exists"):
        teaching.fitted([archive], "new", (0.05, 0.01), False)
    teaching.fitted([archive], "new", (0.05, 0.01), True)


def test_what_if_counts_every_part_once_and_marks_what_holds_now() -> None:
    calibration = Calibration(np.linspace(0, 2, 60), 0.07, 0.02)
    rows = re.findall(r'<tr class="(now|)"><td>(.*?)</td></tr>', teaching.what_if(calibration, [0.5, 1.9, 7.0], "en"))
    assert [now for now, _ in rows].count("now") == 1
    assert len(rows) == len(teaching.RATES) + 1
    for now, row in rows:
        cells = row.split("</td><td>")
        assert sum(map(int, cells[3:6])) == 60
        assert sum(map(int, cells[6:9])) == 3
        if now:
            assert cells[0] == "7 % / 2 %"
    assert rows[-1][1].startswith("1 % / 0.1 %")
    assert "*" in rows[-1][1].split("</td><td>")[2], "0.1 % lies beyond 60 parts"


# ── serve ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_taken_port_is_refused_in_a_sentence() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(BadSetting, match=f"port {port} is taken.*--port {port + 1}"):
            serve.serve(port)


def test_the_example_is_rendered_and_fitted_once(
    fake_core: None, foil_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = functools.partial(render_example, per_product=(6, 1, 1), size=64)
    monkeypatch.setattr(serve, "render_example", small)
    told: list[tuple[str, int, int]] = []
    clickable = serve.prepare_example(lambda *at: told.append(at))
    assert {name for _, _, name in clickable} == set(PRODUCTS) == set(library.names())
    assert all(path.is_relative_to(foil_home / "example") and caption for path, caption, _ in clickable)
    assert {stage for stage, _, _ in told} >= {"rendering gasket", "gasket: reading", "fabric: reading"}
    told.clear()
    assert serve.prepare_example(lambda *at: told.append(at)) == clickable
    assert told == [], "nothing is done twice"
    said = {words for path, caption, _ in clickable for words in (path.parent.name.replace("_", " "), caption)}
    assert said == set(EXAMPLES), "each is known in Chinese, and nothing else"


def test_a_model_of_the_users_own_is_kept(fake_core: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serve, "render_example", functools.partial(render_example, per_product=(6, 1, 1), size=64))
    library.save(FakeDetector("gasket", card={"mine": True}), "gasket")
    serve.prepare_example(lambda *at: None)
    assert library.read("gasket").card == {"mine": True}


def test_gradio_is_loaded_only_to_serve() -> None:
    code = "import sys, apps.ui.serve; print([m for m in ('gradio', 'torch', 'scipy') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_word_has_the_same_slots_in_both_languages() -> None:
    for key, phrase in WORDS.items():
        english, chinese = ({*re.findall(r"{(\w+)}", text)} for text in phrase)
        assert english == chinese, key


def test_no_word_is_left_over() -> None:
    sources = "".join(
        path.read_text("utf-8")
        for path in Path(serve.__file__).parent.glob("*.py")
        if not path.stem.startswith("words")
    )
    assert [key for key in WORDS if not re.search(rf"""["']{re.escape(key)}["']""", sources)] == []


def test_nothing_in_the_look_comes_from_elsewhere() -> None:
    assert re.findall(r"@import|url\(|https?:", css()) == []


def test_the_headers_bind_the_browser_to_this_machine() -> None:
    sent: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"x", b"y")]})
        await send({"type": "http.response.body", "body": b""})

    async def send(message: Any) -> None:
        sent.append(message)

    coroutine = serve.OnlyHere(app)({}, None, send)
    with pytest.raises(StopIteration):
        coroutine.send(None)
    headers = dict(sent[0]["headers"])
    assert headers[b"x"] == b"y"
    assert b"default-src 'self'" in headers[b"content-security-policy"]
    assert b"http" not in headers[b"content-security-policy"]
