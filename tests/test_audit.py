"""The audit chain by its doors: whatever is altered is found and named, whatever is acknowledged stays."""

import json
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from fake_detector import FakeDetector
from record_cases import Shop, foil
from record_writer import WRITER

from assistant import library
from assistant.audit import canonical

pytestmark = pytest.mark.usefixtures("fake_core")


def faults(shop: Shop, *options: str) -> list[str]:
    """Return what verify says is wrong, and check that the exit code says so, too."""
    told = shop.foil("audit", "verify", *options, code=None)
    found = [line for line in told.stdout.splitlines() if line.startswith("record ")]
    assert told.exit_code == (1 if found else 0), told.output
    return found


def flip(path: Path) -> None:
    """Flip one bit in the middle of a file."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def kept(shop: Shop, number: int, what: str) -> Path:
    """Return where a file lies that the record of this number names."""
    record = next(record for record in shop.store.export() if record["number"] == number)
    payload = json.loads(record["payload"])
    return shop.store.vault.path(payload[what] if what in payload else payload["files"][what])


def test_an_untouched_store_holds_and_says_by_whose_key_and_where_it_ends(shop: Shop) -> None:
    told = shop.foil("audit", "verify").stdout
    number, head = shop.foil("audit", "head").stdout.split()
    assert told.splitlines()[0] == f"the chain of 5 records holds; head {head}"
    assert number == "5"
    assert told.splitlines()[1] == f"signed by {shop.store.key.public}"
    assert faults(shop, "--head", head, "--signer", shop.store.key.public) == []


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ("UPDATE records SET payload = replace(payload, 'REJECT', 'PASS') WHERE number = 4", "record 4: altered"),
        ("UPDATE records SET time = '2020' || substr(time, 5) WHERE number = 3", "record 3: altered"),
        ("UPDATE records SET kind = 'decision' WHERE number = 3", "record 3: altered"),
        ("UPDATE records SET payload = CAST(x'ff' || payload AS TEXT) WHERE number = 2", "record 2: altered"),
        ("UPDATE records SET payload = CAST(payload AS BLOB) WHERE number = 2", "record 2: altered"),
        ("UPDATE records SET payload = replace(payload, ',', ', ') WHERE number = 4", "record 4: altered"),
        ("UPDATE records SET hash = replace(hash, '0', '1') WHERE number = 3", "record 3: altered"),
        (
            "UPDATE records SET signature = '00' || substr(signature, 3) WHERE number = 3",
            "record 3: altered: its signature isn't that of the store's key",
        ),
        ("DELETE FROM records WHERE number = 3", "record 3: missing: the next that is there is record 4"),
        (
            "DELETE FROM records WHERE number = 5",
            "record 5: missing: the chain ends with record 4, but the head says 5",
        ),
        ("UPDATE inspections SET verdict = 'PASS' WHERE record = 4", "its verdict"),
        ("UPDATE inspections SET score = 1.0 WHERE record = 4", "its score"),
        ("UPDATE inspections SET name = 'other.png' WHERE record = 4", "its name"),
        ("UPDATE inspections SET document = replace(document, 'REJECT', 'PASS') WHERE record = 4", "its document"),
        ("DELETE FROM inspections WHERE record = 4", "record 4: the inspection that it vouches for is missing"),
        ("UPDATE models SET name = 'better'", "record 2: the model that it vouches for was altered: its name"),
        ("UPDATE models SET files = '{}'", "record 2: the model that it vouches for was altered: its files"),
        (
            "INSERT INTO decisions VALUES (3, 3, 'PASS', 'review', 'nobody', 'none')",
            "record 3: there is a decision of this number that no record vouches for",
        ),
    ],
)
def test_an_edit_by_hand_is_found_and_named(shop: Shop, statement: str, fault: str) -> None:
    shop.by_hand(statement)
    assert fault in faults(shop)[0]


def test_every_bit_of_a_record_counts(shop: Shop) -> None:
    columns = {"previous": 2, "time": 3, "kind": 4, "payload": 3, "hash": 5, "signature": 4}
    for column, number in columns.items():
        [text] = shop.by_hand(f"SELECT {column} FROM records WHERE number = {number}")
        for place in (0, len(text) // 2, len(text) - 1):
            flipped = text[:place] + chr(ord(text[place]) ^ 1) + text[place + 1 :]
            shop.by_hand(f"UPDATE records SET {column} = '{flipped}' WHERE number = {number}".replace("\0", ""))
            assert faults(shop)[0].startswith(f"record {number}: altered"), (column, place)
            shop.by_hand(f"UPDATE records SET {column} = '{text}' WHERE number = {number}")
    assert faults(shop) == []


def test_two_records_that_changed_places_are_named(shop: Shop) -> None:
    swap = "UPDATE records SET number = {} WHERE number = {}"
    shop.by_hand(swap.format(99, 3), swap.format(3, 4), swap.format(4, 99))
    assert faults(shop) == ["record 3: swapped: what belongs here stands as record 4"]


def test_a_tail_dropped_with_every_trace_is_found_by_a_head_noted_before(shop: Shop) -> None:
    head = shop.foil("audit", "head").stdout.split()[1]
    shop.by_hand(
        "DELETE FROM inspections WHERE record >= 4",
        "DELETE FROM records WHERE number >= 4",
        "UPDATE head SET number = 3, hash = (SELECT hash FROM records WHERE number = 3)",
    )
    assert faults(shop) == []  # a chain alone can't tell
    assert faults(shop, "--head", head)[0].startswith(
        "record 4: missing: no record up to the last, 3, has the expected"
    )
    assert "is no hash" in shop.foil("audit", "verify", "--head", "5f0c", code=2).stderr


def test_a_chain_written_anew_with_another_key_is_found_by_the_key(shop: Shop) -> None:
    signer = shop.store.key.public
    (shop.folder / "key.pem").unlink()
    assert "compare it with the key that you noted" in shop.foil("audit", "verify").stdout
    foil("inspect", shop.pictures[0], "--model", "plates", "--store", shop.folder.with_name("forged"))
    forged = Shop(shop.folder.with_name("forged"), shop.pictures)
    assert faults(forged, "--signer", signer) == ["record 1: altered: its signature isn't that of the store's key"]


@pytest.mark.parametrize(
    ("number", "what"), [(3, "picture"), (4, "picture"), (2, "model.safetensors"), (2, "card.json")]
)
def test_a_picture_or_model_that_was_altered_or_is_missing_is_named(shop: Shop, number: int, what: str) -> None:
    path = kept(shop, number, what)
    flip(path)
    assert faults(shop) == [f"record {number}: what it rests on was altered: {what} ({path})"]
    path.unlink()
    assert faults(shop) == [f"record {number}: what it rests on is missing: {what} ({path})"]


def test_nothing_new_rests_on_a_kept_picture_that_was_altered(shop: Shop) -> None:
    flip(kept(shop, 3, "picture"))
    told = foil("inspect", shop.pictures[0], "--model", "plates", "--store", shop.folder, code=2).stderr
    assert "was altered, so nothing new can rest on it; run: foil audit verify" in told


def test_a_decision_is_a_new_record_and_the_latest_counts(shop: Shop) -> None:
    by = ("--by", "A. Smith\x1b[31m", "--reason", "dust, wiped off")
    shop.foil("store", "decide", 4, "--verdict", "REJECT", *by)
    shop.foil("store", "decide", 4, "--verdict", "PASS", "--meaning", "correction", *by)
    shown = shop.foil("store", "show", 4).stdout
    assert "A. Smith [31m (review): REJECT, dust, wiped off" in shown
    assert "A. Smith [31m (correction): PASS, dust, wiped off" in shown
    assert re.search(r"^4 .* REJECT +\d+\.\d+ +PASS ", shop.foil("store", "show").stdout, re.MULTILINE)
    assert faults(shop) == []
    shop.by_hand("UPDATE decisions SET reason = 'none' WHERE record = 6")
    assert faults(shop) == ["record 6: the decision that it vouches for was altered: its reason"]
    assert "there is no inspection 2" in shop.foil("store", "decide", 2, "--verdict", "PASS", *by, code=2).stderr
    nameless = ("--by", " ", "--reason", "x")
    assert "give --by" in shop.foil("store", "decide", 4, "--verdict", "PASS", *nameless, code=2).stderr


def test_pruning_removes_pictures_and_the_chain_says_so(shop: Shop) -> None:
    good, bad, why = kept(shop, 3, "picture"), kept(shop, 4, "picture"), ("--by", "A. Smith", "--reason", "policy Q-12")
    assert shop.foil("store", "prune", "--days", 1, *why).stdout == "0 files are pruned\n"
    asked = ("store", "prune", "--days", 0, "--verdict", "PASS", *why)
    assert shop.foil(*asked, "--yes").stdout == "1 files are pruned\n"
    assert (good.exists(), bad.exists()) == (False, True)
    assert faults(shop) == []
    assert "1 files are gone, pruned by policy" in shop.foil("audit", "verify").stdout
    assert "is missing" in shop.foil("audit", "replay", 3, code=2).stderr
    foil("inspect", shop.pictures[0], "--model", "plates", "--store", shop.folder)  # the same picture, seen anew
    good.unlink()
    assert faults(shop) == [f"record 7: what it rests on is missing: picture ({good})"]


def test_nothing_is_built_on_what_was_altered(shop: Shop) -> None:
    why = ("--by", "A. Smith", "--reason", "policy Q-12")
    shop.by_hand("UPDATE inspections SET document = '{' WHERE record = 4")
    for command in (("store", "show", 4), ("audit", "replay", 4), ("store", "decide", 4, "--verdict", "PASS", *why)):
        assert "inspection 4 was altered: its document isn't the recorded one" in shop.foil(*command, code=2).stderr
    shop.by_hand("UPDATE records SET payload = '[]' WHERE number = 4")
    told = shop.foil("store", "prune", "--days", 0, *why, "--yes", code=2).stderr
    assert "record 4 was altered: it can't be read any more; run: foil audit verify" in told
    assert faults(shop)[0] == "record 4: altered: its content doesn't give its hash"
    assert "maybe is no verdict" in shop.foil("store", "prune", "--days", 0, "--verdict", "maybe", *why, code=2).stderr


def test_a_pruning_that_was_altered_excuses_nothing(shop: Shop) -> None:
    shop.foil("store", "prune", "--days", 0, "--by", "A. Smith", "--reason", "policy Q-12", "--yes")
    shop.by_hand("UPDATE records SET payload = '{' WHERE number = 6")
    assert faults(shop)[-1] == "record 6: altered: its content doesn't give its hash"


def test_without_its_key_a_store_is_read_and_not_added_to(shop: Shop) -> None:
    (shop.folder / "key.pem").unlink()
    assert "bad.png" in shop.foil("store", "show").stdout
    told = foil("inspect", shop.pictures[0], "--model", "plates", "--store", shop.folder, code=2)
    assert "put it back, or name its file by FOIL_KEY" in told.stderr
    assert not (shop.folder / "key.pem").exists()
    (shop.folder / "key.pem").write_text("no key")
    (shop.folder / "key.pem").chmod(0o600)
    assert "expected an Ed25519 key as PEM" in shop.foil("audit", "verify", code=2).stderr


def test_what_a_crash_left_of_a_pruning_is_done_by_the_next(shop: Shop) -> None:
    good, asked = kept(shop, 3, "picture"), ("store", "prune", "--days", 0, "--by", "A", "--reason", "B", "--yes")
    content = good.read_bytes()
    shop.foil(*asked)
    good.write_bytes(content)
    assert shop.foil(*asked).stdout == "0 files are pruned\n"
    assert not good.exists()


def test_replay_gives_the_same_score_and_map_bit_for_bit_by_the_kept_model(shop: Shop) -> None:
    library.save(FakeDetector("plates", card={"network": {}}), "plates", replace=True)  # the library has another now
    shop.pictures[1].unlink()
    told = shop.foil("audit", "replay", 4).stdout
    assert re.match(r"4: the same, bit for bit: score \d+\.\d+, map the same\n", told)


def test_replay_says_what_differs(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    detect = FakeDetector.detect
    monkeypatch.setattr("assistant.replaying.map_hash", lambda found: "another")
    assert "4: NOT the same, bit for bit: score" in shop.foil("audit", "replay", 4, code=1).stdout
    monkeypatch.setattr("assistant.replaying.code", lambda: {"torch": "9"})
    assert "since then changed: torch" in shop.foil("audit", "replay", 4, code=1).stdout
    assert FakeDetector.detect is detect


def test_replay_takes_mask_skeleton_words_and_samples_along(shop: Shop, tmp_path: Path) -> None:
    import numpy as np
    from PIL import Image

    library.save(FakeDetector("wordy", card={"network": {}}), "wordy")
    Image.fromarray(np.tile(np.uint8([0, 255]), (48, 32))).save(tmp_path / "mask.png")
    (tmp_path / "pose.json").write_text(json.dumps([[10, 10, 1]] * 17))
    how = ("--text", "spot, ignore the label", "--mask", tmp_path / "mask.png", "--skeleton", tmp_path / "pose.json")
    foil("inspect", shop.pictures[1], "--model", "wordy", "--store", shop.folder, *how, "--samples", 3, code=None)
    assert "7: the same" in shop.foil("audit", "replay", 7).stdout
    flip(kept(shop, 7, "mask"))
    assert faults(shop)[0].startswith("record 7: what it rests on was altered: mask")


def test_canonical_json_has_one_text_for_one_meaning() -> None:
    assert (
        canonical({"b": 0.1 + 0.2, "a": ["ä", None, True, 1]})
        == '{"a":["\\u00e4",null,true,1],"b":"0.30000000000000004"}'
    )
    with pytest.raises(ValueError, match="can't stand in a record"):
        canonical(float("nan"))


def test_two_processes_write_one_chain_without_a_fork(shop: Shop) -> None:
    writers = [subprocess.Popen([sys.executable, WRITER, shop.folder, "15"]) for _ in range(2)]
    assert [writer.wait(120) for writer in writers] == [0, 0]
    assert [record["number"] for record in shop.store.export()] == list(range(1, 36))
    assert faults(shop) == []


def test_two_processes_may_make_one_store(tmp_path: Path) -> None:
    writers = [subprocess.Popen([sys.executable, WRITER, tmp_path / "new", "3"]) for _ in range(2)]
    assert [writer.wait(120) for writer in writers] == [0, 0]
    assert faults(Shop(tmp_path / "new", ())) == []


def test_a_kill_loses_no_record_that_was_acknowledged(shop: Shop) -> None:
    with subprocess.Popen([sys.executable, WRITER, shop.folder, "100000"], stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout
        acknowledged = [int(writer.stdout.readline()) for _ in range(5)]
        time.sleep(0.05)
        writer.send_signal(signal.SIGKILL)
        acknowledged += [int(line) for line in writer.stdout if line.endswith("\n")]
    numbers = {record["number"] for record in shop.store.export()}
    assert set(acknowledged) <= numbers
    assert faults(shop) == []
