"""The conversation: right tool and slots, computed answers, references over turns, and decisions only after a yes."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from conftest import Plate
from fake_detector import FakeDetector
from PIL import Image
from questions import AT_HAND, CLOSER, DRIFT, HELD, LOT, QUESTIONS, TUNED, WORST, Asked
from record_cases import Shop, foil, record_scores
from rest_cases import door, post

from apps.commands.keeping import keeping
from assistant import library
from assistant.calling import Call, call_of
from assistant.lot import Lot
from assistant.router import hear
from assistant.session import Reply, Session
from assistant.slots import Scene
from assistant.store import open_store
from fusion.modality.prompt import read_prompt

SCENE = Scene(LOT, AT_HAND, (WORST, AT_HAND, "part_05.png", "part_03.png", "lid-7.png", "part_01.png"))
SOMEWHERE = {"near", "on", "at", "in", "of", "left", "right", "upper", "lower", "edge", "corner"}
SMALL = {"the", "a", "an", "is", "and", "any"}


def words(text: str) -> set[str]:
    return {
        word.removesuffix("s") if len(word) > 3 else word for word in text.lower().replace(",", " ").split()
    } - SMALL


def heard(asked: Asked) -> tuple[str, dict[str, str]]:
    """Return tool and slots of a question, written as `questions` writes them."""
    before = None
    if asked.after:
        start = call_of(hear(next(q.text for q in QUESTIONS if q.tool == asked.after), SCENE), SCENE)
        before = Call(
            asked.after, {name: type(value)() if value else value for name, value in start.slots.items()}, "en"
        )
        before.slots.update({"sample": AT_HAND} | ({"other": "part_03.png"} if "other" in before.slots else {}))
    call = call_of(hear(asked.text, SCENE, asked.after), SCENE, before)
    slots = dict(call.slots)
    if call.tool == "look":
        prompt = read_prompt(slots.pop("text"))
        slots |= {"focus": prompt.focus, "ignore": prompt.ignore, "place": prompt.place}
    written = {"regions": lambda value: ";".join(map(str, value)), "to_pass": lambda value: "yes"}
    for name in ("review", "reject"):
        written[name] = lambda value: f"{value:g}"
    told = {name: written.get(name, str)(value) for name, value in slots.items() if value}
    return call.tool or "none", {name: value for name, value in told.items() if (name, value) != ("sample", AT_HAND)}


def right(asked: Asked) -> bool:
    tool, slots = heard(asked)
    return (tool, slots.keys()) == (asked.tool, asked.slots.keys()) and all(
        words(want) <= words(slots[name]) and words(slots[name]) - words(want) <= SOMEWHERE
        if name in ("focus", "ignore", "text", "reason")
        else slots[name] == want
        for name, want in asked.slots.items()
    )


@pytest.mark.parametrize(
    ("half", "least"),
    [(TUNED, 0.98), (HELD, 0.92), (DRIFT, 0.92), (CLOSER, 0.92)],
    ids=["tuned", "held", "drift", "closer"],
)
def test_most_questions_find_their_tool_and_slots(half: list[Asked], least: float) -> None:
    wrong = [asked.text for asked in half if not right(asked)]
    assert 1 - len(wrong) / len(half) >= least, wrong


@pytest.mark.parametrize(
    "asked",
    [
        "what makes up the score?",
        "what contributed to the score",
        "which regions make up the score of part_04.png?",
        "break the score down for me",
        "where does its score come from?",
        "得分由什么组成",
        "得分由什么构成？",
        "分数是由哪些区域组成的？",
        "这个得分是怎么来的",
        "各区域对得分的贡献",
    ],
)
def test_what_makes_up_a_score_is_asked_in_many_ways(asked: str) -> None:
    call = call_of(hear(asked, SCENE), SCENE)
    assert (call.tool, call.slots) == ("makeup", {"sample": AT_HAND})


@pytest.mark.parametrize(
    ("asked", "tool"), [("what is the score?", "inspect"), ("得分是多少", "inspect"), ("is the score rising?", "drift")]
)
def test_other_questions_of_scores_are_not_taken_for_it(asked: str, tool: str) -> None:
    assert hear(asked, SCENE).tool == tool


def test_there_are_questions_enough_in_both_languages() -> None:
    assert len(QUESTIONS) >= 150
    assert len({asked.tool for asked in QUESTIONS} - {"none"}) >= 12
    assert sum(any("\u4e00" <= c <= "\u9fff" for c in asked.text) for asked in QUESTIONS) >= 60


@pytest.fixture
def session(plate: Plate) -> Session:
    """Return a conversation about a good plate, one with a bright stain, and one that can't be read."""
    lot = Lot(FakeDetector())  # type: ignore[arg-type]
    (broken := plate("broken.png")).write_text("no picture at all")
    lot.fill([plate("good.png"), broken, plate("bad.png", spot=228)])
    return Session(lot)


def said(session: Session, question: str) -> Reply:
    *_, last = session.ask(question)
    return last


def test_answers_are_computed_and_say_what_they_rest_on(session: Session) -> None:
    assert said(session, "why?").rests == {"bad.png": None}
    told = said(session, "what if region 1 were normal?").text
    assert told == "If region 1 were normal, the score would be 0.00 instead of 10.00, and the verdict PASS."
    made = said(session, "what makes up the score?")
    assert made.text.startswith(
        "The score of 10.00 is made up of 10.00 by region 1, made normal one after another; 0.00 is left"
    )
    assert made.picture is not None
    assert said(session, "得分由什么组成").text.startswith("得分 10.00 的构成")
    assert "from x 30, y 20 to x 38, y 26; 8 × 6 px" in said(session, "where is it?").text
    assert said(session, "where is it?").picture is not None
    compared = said(session, "compare it with good.png")
    assert "“bad.png” differs more from normal than “good.png”, by 10" in compared.text
    assert compared.rests == {"bad.png": None, "good.png": None}
    counted = said(session, "how many were rejected?").text
    assert "3 pictures: 1 PASS, 1 REJECT, 1 unreadable." in counted
    one = said(session, "which ones were rejected?")
    assert (one.text, one.table) == ("REJECT: “bad.png”.", None)
    assert "about 1.6 would look at least as unusual" in said(session, "how sure are you?").text
    assert "knows 60 good parts" in said(session, "what can this model not see?").text


def test_several_pictures_or_regions_stand_in_a_small_table(session: Session, plate: Plate) -> None:
    table = said(session, "how many were rejected?").table
    assert table is not None
    assert table.heads == ("Picture", "Verdict", "Score", "Regions", "p")
    bad, good = ("“bad.png”", "REJECT", "10.00", "1", "0.016"), ("“good.png”", "PASS", "0.00", "0", "1.0")
    assert table.rows == (bad, good), "the worst first, and nothing of what can't be read"
    assert said(session, "compare it with good.png").table == table
    assert said(session, "where is it?").table is None, "a single region needs none"
    two = Image.open(plate("two.png", spot=228)).convert("RGB")
    two.paste((255, 255, 255), (4, 4, 14, 12))
    two.save(path := plate("two.png"))
    session.lot.fill([path])
    session.add("two.png")
    places = said(session, "在哪里？").table
    assert places is not None
    assert [row[0] for row in places.rows] == ["1", "2"]
    assert places.rows[0][1:4] == ("左上方", "10 × 8", "2.6%")
    drawn = said(session, "compare it with bad.png").table
    assert drawn is not None
    assert [row[0] for row in drawn.rows] == ["“two.png”", "“bad.png”"]


def test_a_region_or_a_place_is_enlarged_beside_its_normal_version(session: Session) -> None:
    first = said(session, "zoom in")
    assert first.text.startswith("Region 1 of “bad.png”, 16.0 times as large; on the right its normal version")
    assert first.picture is not None
    height, width = first.picture.shape[:2]
    assert height == 480
    left, right = first.picture[height // 2, [width // 4, 3 * width // 4]]
    assert (left[0] > 200, right[0] < 140) == (True, True), "the spot, and the plate without it"
    assert said(session, "放大区域 1").text.startswith("“bad.png”：区域 1，放大 16.0 倍")
    corner = said(session, "zoom in on the upper left corner")
    assert corner.text.startswith("What lies in the upper left of “bad.png”")
    assert corner.picture is not None
    assert int(corner.picture[:, : corner.picture.shape[1] // 3].max()) < 140, "nothing bright lies there"
    assert "Region 7 is not described" in said(session, "zoom in on region 7").text
    assert said(session, "zoom into the first picture").picture is None, "nothing is marked on it"


def test_drift_is_told_of_the_pictures_here_and_with_a_store_of_all_on_record(plate: Plate, tmp_path: Path) -> None:
    lot = Lot(FakeDetector())  # type: ignore[arg-type]
    lot.fill([plate(f"{at}.png", spot=200 + at) for at in range(12)])
    alone = said(Session(lot), "do the scores drift?")
    assert "since “0.png”, plain at “" in alone.text
    assert len(alone.rests) == 12
    store = open_store(str(tmp_path / "records"), create=True)
    kept = store.keep_model(library.save(FakeDetector(), "plates"))  # type: ignore[arg-type]
    record_scores(store, kept, [0.5, 0.7, 0.6])
    assert said(Session(lot, store), "有漂移吗？").text.startswith("该模型记录在案的全部 3 件：\n无漂移")


def test_with_a_store_all_on_record_is_searched_by_looks_words_and_fields(shop: Shop, plate: Plate) -> None:
    more = [plate(f"lot9/{at}.png", spot=228 + at, level=121 + at) for at in range(2)]
    shop.foil("inspect", *more, "--model", "plates", code=20)
    keep = keeping(shop.store, "plates")
    lot = Lot(FakeDetector("plates", card={"created": "2026", "fingerprint": "f"}), keep)  # type: ignore[arg-type]
    lot.fill([plate("new.png", spot=231)])
    session = Session(lot, shop.store)
    alike = said(session, "find similar ones")
    assert alike.text.startswith("On record, nearest to “new.png” (5 inspections to choose from):\n")
    assert set(alike.rests.values()) == {4, 6, 7}
    assert "a compact bright patch in the centre" in alike.text
    listed = said(session, "which ones of lot 9 were rejected?")
    assert listed.text.startswith("On record, 2 inspections fit (lot 9, verdict REJECT); the newest first:\n7, ")
    assert list(listed.rests.values()) == [7, 6]
    assert said(session, "哪些零件有亮斑？").text.startswith("记录中与“")
    assert "中央" in said(session, "找相似的").text


def test_references_go_over_turns_and_languages(session: Session) -> None:
    assert said(session, "is the first picture ok?").text.startswith("PASS")
    assert said(session, "why?").rests == {"good.png": None}, "what was spoken of last is at hand"
    assert said(session, "and the last one?").rests == {"bad.png": None}
    assert said(session, "区域 1 在哪里？").text.startswith("区域 1：中央；x 30、y 20 至 x 38、y 26")
    assert "若区域 1 恢复正常，得分将为 0.00" in said(session, "如果它正常会怎样？").text
    assert "no picture at all" in said(session, "check the previous one").text
    assert said(session, "show me picture 9").text == (
        "There is no picture that “picture 9” could mean here: 3 are in this conversation."
    )


def test_pictures_of_the_same_name_are_told_apart_by_their_folders(plate: Plate) -> None:
    lot = Lot(FakeDetector())  # type: ignore[arg-type]
    lot.fill([plate("good/1.png"), plate("bad/1.png", spot=228)])
    told = said(Session(lot), "compare bad/1.png with 1.png").text
    assert "“bad/1.png” differs more from normal than “1.png”" in told


def test_thresholds_are_computed_and_never_set(session: Session) -> None:
    told = said(session, "set the reject rate to 0.01 %")
    assert "reject from" in told.text
    assert "Nothing was changed" in told.text
    assert session.lot.detector.calibration.reject_rate == 0.01


@pytest.mark.parametrize(
    "question", ["what is the weather tomorrow?", "给我讲个笑话", "asdf qwer", "!!!", "<b>", "yes", "好"]
)
def test_what_is_not_understood_is_said_and_does_nothing(session: Session, question: str) -> None:
    told = said(session, question)
    assert (told.tool, told.rests) == ("", {})
    assert "Nothing was done" in told.text or "没有听懂" in told.text
    assert told.suggested


def test_words_point_or_are_said_to_do_nothing(session: Session, plate: Plate) -> None:
    assert "This model can't hear words" in said(session, "look for glints, ignore the label").text
    by_looks = said(session, "look for a spot, ignore the label").text
    assert "This model itself hears no words: only places act, and kinds of defect by what marked" in by_looks
    lot = Lot(FakeDetector(card={"network": {}}))  # type: ignore[arg-type]
    lot.fill([plate("bad.png", spot=228)])
    told = said(Session(lot), "look for a spot, ignore the label").text
    assert "Understood: look for “a spot”, leave out “the label”." in told
    assert "fits best" in told


@pytest.mark.usefixtures("fake_core")
def test_a_decision_is_recorded_only_after_a_yes(plate: Plate, tmp_path: Path) -> None:
    library.save(FakeDetector("plates", card={"created": "2026", "fingerprint": "f"}), "plates")  # type: ignore[arg-type]
    here = ("ask", plate("bad.png", spot=228), "--store", tmp_path / "records")

    def asked(*questions: str, by: str = "Anna") -> str:
        return str(foil(*here, "--by", by, *(part for one in questions for part in ("-q", one))).output)

    assert "Shall I record PASS for “bad.png”" in (told := asked("accept it, because it's dust", "why?", "yes"))
    assert "Nothing was recorded." in told
    assert "Recorded as" not in told
    assert "Nothing was recorded." in asked("accept it, because it's dust", "no")
    assert "answers for a decision by name" in asked("accept it, because it's dust", by="")
    assert "needs a reason" in asked("accept it")
    told = asked("accept it", "because it's Dust", "yes")
    assert "because: “it's Dust”? yes / no" in told
    assert "Recorded as" in told
    shown = foil("store", "show", "--store", tmp_path / "records").output
    assert shown.count("PASS") == 1


@pytest.mark.usefixtures("fake_core")
def test_a_model_is_fitted_as_a_job_only_after_a_yes(plate: Plate, tmp_path: Path) -> None:
    library.save(FakeDetector("plates"), "plates")  # type: ignore[arg-type]
    bad, lids = plate("bad.png", spot=228), tmp_path / "lids" / "good"
    for at in range(6):
        plate(f"lids/good/{at}.png", level=120 + at)
    fit = f"fit a model on {lids} and call it lid-2"

    def asked(*questions: str, by: str = "Anna") -> str:
        here = ("ask", bad, "--model", "plates", "--store", tmp_path / "records", "--by", by)
        return str(foil(*here, *(part for one in questions for part in ("-q", one))).output)

    def jobs() -> list[dict[str, Any]]:
        told: list[dict[str, Any]] = json.loads(foil("jobs", "list", "--json", "--store", tmp_path / "records").output)
        return told

    assert "have a model “lid-2” fitted on the 6 good pictures" in asked(fit)
    assert "Nothing is fitted." in asked(fit, "why?", "yes")
    assert "Nothing is fitted." in asked(fit, "no")
    assert "nobody has given a name" in asked(fit, "yes", by="")
    assert "say on which folder" in asked("train a new model", "yes")
    assert "there is no such folder" in asked("fit on /nowhere/at/all", "yes")
    assert jobs() == []
    assert "Job 1 will fit “lid-2”" in asked(fit, "yes")
    assert "Job 2 will fit “lids”" in asked(f'train on "{lids}"', "yes"), "named by what the folder lies in"
    assert [(job["kind"], job["by"], job["settings"]["name"]) for job in jobs()] == [
        ("fit", "Anna", "lids"),
        ("fit", "Anna", "lid-2"),
    ]
    assert jobs()[0]["settings"]["source"] == str(lids)


@pytest.mark.usefixtures("fake_core")
def test_the_command_line_asks_once_or_goes_on(plate: Plate, tmp_path: Path) -> None:
    library.save(FakeDetector("plates"), "plates")  # type: ignore[arg-type]
    bad = plate("bad.png", spot=228)
    told = foil("ask", bad, "-q", "show the normal version", "--json", "--out", tmp_path / "out").output
    line: dict[str, Any] = json.loads(told)
    assert (line["tool"], line["rests_on"]) == ("normal", [{"sample": "bad.png", "inspection": None}])
    assert Path(line["picture"]).read_bytes().startswith(b"\x89PNG")
    from typer.testing import CliRunner

    from apps.cli import app

    typed = CliRunner().invoke(app, ["ask", str(bad)], input="what would pass?\nand how sure are you?\nquit\nnever\n")
    assert "If region 1 were normal" in typed.output
    assert "rests on: bad.png" in typed.output
    lot = foil("ask", bad, plate("good.png"), "-q", "how many were rejected?").output
    assert re.search(r"“bad\.png” +REJECT +10\.00", lot)
    told = foil("ask", bad, plate("good.png"), "-q", "how many were rejected?", "--json").output
    assert json.loads(told)["table"]["rows"][1][1] == "PASS"
    assert "table" not in line


def test_questions_over_rest_are_one_conversation_that_decides_nothing(
    fake_core: None, plate: Plate, tmp_path: Path
) -> None:
    client = door(tmp_path / "records")
    good, bad = plate("good.png"), plate("sub/good.png", spot=228)
    (tmp_path / "broken.png").write_text("no picture at all")
    asked = ["how many were rejected?", "why was the last one rejected?", "accept it, because it is only dust", "yes"]
    told = post(client, tmp_path / "broken.png", good, bad, to="ask", question=asked).json()["answers"]
    assert [one["question"] for one in told] == asked
    assert "1 PASS, 1 REJECT, 1 unreadable" in told[0]["answer"]
    number = told[1]["rests_on"][0]["inspection"]
    assert (told[1]["tool"], told[1]["answer"][:6]) == ("why", "REJECT")
    assert client.get(f"/v1/inspections/{number}").json()["decisions"] == []
    assert client.get(f"/v1/inspections/{number}").json()["document"]["path"] == "good.png"
    assert str(tmp_path) not in json.dumps(told)
    assert "foil-rest" not in json.dumps(told)
    assert post(client, good, to="ask").status_code == 422
    assert post(client, good, to="ask", question="why?", model="nowhere").status_code == 404
