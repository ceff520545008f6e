"""The store by its doors: what foil inspect --store keeps, shows, and refuses."""

import json
import sqlite3
from pathlib import Path

import numpy as np
import pytest
from conftest import Plate
from fake_detector import FakeDetector
from record_cases import Shop, foil, inspect_rows
from table_cases import COLUMNS

from assistant import library
from explain.evidence import Evidence
from fusion.errors import BadModel, BadSetting, FoilError

pytestmark = pytest.mark.usefixtures("fake_core")


def test_what_was_inspected_is_told_with_its_id_and_kept_with_all_its_evidence(shop: Shop) -> None:
    told = foil("inspect", shop.pictures[1], "--model", "plates", "--store", shop.folder, "--json", code=20)
    line = json.loads(told.stdout)
    assert line["id"] == 6
    kept = json.loads(shop.foil("store", "show", 6, "--json").stdout)
    assert {key: kept[key] for key in line} == line
    assert Evidence.from_json(json.dumps(kept["evidence"])).score == pytest.approx(line["pred_score"], abs=0.01)
    assert kept["thresholds"] == line["thresholds"]


def test_show_lists_the_newest_first(shop: Shop) -> None:
    rows = shop.foil("store", "show").stdout.splitlines()
    assert rows[0].split() == ["ID", "TIME", "(UTC)", "VERDICT", "SCORE", "DECIDED", "MODEL", "NAME"]
    assert [row.split()[0] for row in rows[1:]] == ["4", "3"]
    assert "REJECT" in rows[1]
    assert "bad.png" in rows[1]
    assert len(shop.foil("store", "show", "--last", 1).stdout.splitlines()) == 2


def test_the_same_picture_and_model_are_kept_once(shop: Shop) -> None:
    before = sorted(path for path in (shop.folder / "files").rglob("*") if path.is_file())
    foil("inspect", *shop.pictures, "--model", "plates", "--store", shop.folder, code=None)
    assert sorted(path for path in (shop.folder / "files").rglob("*") if path.is_file()) == before


def test_other_thresholds_are_another_model_on_the_record(shop: Shop) -> None:
    library.set_rates("plates", 0.3, 0.2)
    foil("inspect", shop.pictures[0], "--model", "plates", "--store", shop.folder, code=None)
    assert [record["kind"] for record in shop.store.export()][-2:] == ["model", "inspection"]


def test_nothing_is_kept_without_a_store(shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    foil("inspect", shop.pictures[0], "--model", "plates")
    assert len(list(shop.store.export())) == 5
    monkeypatch.setenv("FOIL_STORE", str(tmp_path / "other"))
    foil("inspect", shop.pictures[0], "--model", "plates")
    assert "good.png" in foil("store", "show").stdout


def test_hostile_names_are_kept_and_shown_as_one_plain_line(shop: Shop, plate: Plate) -> None:
    hostile = plate("'; DROP TABLE records; --\n\x1b[31m\u202eevil.png")
    foil("inspect", hostile, "--model", "plates", "--store", shop.folder, code=None)
    row = shop.foil("store", "show").stdout.splitlines()[1]
    assert "'; DROP TABLE records; -- [31m evil.png" in row
    raw = hostile.with_name("\udcff.png")
    raw.write_bytes(shop.pictures[0].read_bytes())
    foil("inspect", raw, "--model", "plates", "--store", shop.folder)
    assert json.loads(shop.foil("store", "show", 7, "--json").stdout)["path"].endswith("\udcff.png")


def test_a_store_that_is_not_there_is_not_made_by_looking(tmp_path: Path) -> None:
    told = foil("store", "show", "--store", tmp_path / "nowhere", code=2).stderr
    assert "there is no store here; foil inspect PICTURE --store" in told
    assert not (tmp_path / "nowhere").exists()
    assert "no store is named" in foil("store", "show", code=2).stderr


def test_a_store_of_a_newer_foil_is_refused(shop: Shop) -> None:
    shop.by_hand("UPDATE alembic_version SET version_num = '9999'")
    told = shop.foil("store", "show", code=2).stderr
    assert "written by a newer Foil (version 9999" in told
    assert told.rstrip().endswith("update Foil")


def test_what_is_no_database_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "foil.db").write_bytes(b"no database at all" * 100)
    refused = foil("store", "show", "--store", tmp_path, code=2).stderr
    assert "the database refused (file is not a database)" in refused
    assert "is no address of a database" in foil("store", "show", "--store", "://", code=2).stderr
    assert "by FOIL_FILES" in foil("store", "show", "--store", "nosql://x/y", code=2).stderr
    monkeypatch.setenv("FOIL_FILES", str(tmp_path))
    assert "the driver of this database is missing" in foil("store", "show", "--store", "nosql://x/y", code=2).stderr


def test_a_folder_that_can_not_be_written_is_refused_before_anything_is_inspected(shop: Shop, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    told = foil("inspect", shop.pictures[0], "--model", "plates", "--store", tmp_path / "taken", code=2)
    assert "it can't be made (Not a directory); choose another folder" in told.stderr
    assert told.stdout == ""


def test_a_picture_that_was_changed_meanwhile_is_not_recorded_as_what_it_no_longer_is(shop: Shop, plate: Plate) -> None:
    from assistant.inspection import inspect
    from assistant.recording import Asked, entry
    from fusion.item import Item

    path = plate("moving.png")
    upload = path.read_bytes()
    found = inspect(Item(path, None, "", "test").load(), FakeDetector())  # type: ignore[arg-type]
    plate("moving.png", spot=200)
    asked = Asked("0" * 64, "0" * 64, None, FakeDetector().calibration.thresholds)
    with pytest.raises(FoilError, match=r"moving\.png: it was changed while it was inspected"):
        entry(found, asked)
    assert entry(found, asked, upload).files == (upload,)


def test_what_a_model_found_that_is_no_longer_the_kept_one_is_not_recorded(shop: Shop) -> None:
    from assistant.inspection import inspect_paths
    from assistant.recording import Asked, entry

    model = library.load("plates")
    [found] = inspect_paths(shop.pictures[:1], model)
    for change in (
        lambda: library.set_rates("plates", 0.3, 0.2),
        lambda: library.save(FakeDetector("plates", card={"created": "2027"}), "plates", replace=True),
    ):
        change()
        kept = shop.store.keep_model(library.model_folder("plates"))
        with pytest.raises(BadModel, match="plates: it isn't as it was when it was loaded"):
            entry(found, Asked(kept.sha256, kept.config, kept.created, kept.thresholds))


def test_the_key_is_for_its_owner_alone_and_no_other_signs(
    shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = shop.folder / "key.pem"
    assert key.stat().st_mode & 0o777 == 0o600
    key.chmod(0o644)
    with pytest.raises(BadSetting, match="others may read this key"):
        _ = shop.store.key
    foil("inspect", shop.pictures[0], "--model", "plates", "--store", tmp_path / "other")
    monkeypatch.setenv("FOIL_KEY", str(tmp_path / "other" / "key.pem"))
    with pytest.raises(BadSetting, match="is not the one that signs"):
        _ = shop.store.key


def test_the_tables_are_those_that_the_migrations_make(tmp_path: Path) -> None:
    from assistant.store import open_store
    from assistant.tables import VERSION, metadata

    open_store(str(tmp_path / "new"), create=True)
    with sqlite3.connect(tmp_path / "new" / "foil.db") as connection:
        made = {
            name: [(column[1], column[3]) for column in connection.execute(f"PRAGMA table_info({name})")]
            for name in metadata.tables
        }
        assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [(VERSION,)]
    expected = {
        name: [(column.name, int(not column.nullable)) for column in table.columns]
        for name, table in metadata.tables.items()
    }
    assert made == expected


def test_rows_of_a_table_are_recorded_with_their_values(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inspect_rows(tmp_path, monkeypatch)
    kept = json.loads(foil("store", "show", 4, "--json", "--store", tmp_path / "records").stdout)
    assert kept["values"] == dict(
        zip(COLUMNS, np.loadtxt(tmp_path / "new.csv", delimiter=",", skiprows=1)[1], strict=True)
    )
    assert "holds" in foil("audit", "verify", "--store", tmp_path / "records").stdout
    assert "is not of a picture" in foil("audit", "replay", 4, "--store", tmp_path / "records", code=2).stderr
