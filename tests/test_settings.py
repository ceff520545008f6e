"""Settings by file: below the command line and the environment, above what a command does by itself."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from apps.cli import app
from fusion.files import atomic_write


def foil(*args: str, file: Path | None = None, code: int = 0, **env: str) -> Result:
    told = {"FOIL_SETTINGS": str(file)} if file else {}
    result = CliRunner().invoke(app, list(args), env={"COLUMNS": "200", "NO_COLOR": "1", **told, **env})
    assert result.exit_code == code, result.output
    return result


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "settings.toml"


def test_a_file_sets_an_option_and_what_is_said_louder_wins(file: Path) -> None:
    file.write_text("[methods]\nas-nothing = 1\n")
    assert "has no option 'as-nothing'" in foil("methods", file=file, code=2).stderr
    file.write_text('[every]\nlang = "zh"\n[inspect]\naudience = "operator"\nwhat-if = "what would pass"\n')
    told = foil("settings", file=file).stdout
    assert told.startswith(f"{file} sets:")
    rows = {tuple(line.split(maxsplit=3)[:3]): line.split(maxsplit=3)[3] for line in told.splitlines()[2:]}
    assert rows["foil", "inspect", "--audience"] == "operator"
    assert rows["foil", "inspect", "--what-if"] == "what would pass"
    assert rows["foil", "report", "--lang"] == "zh"


def test_the_command_line_and_the_environment_come_first(file: Path, tmp_path: Path) -> None:
    file.write_text(f'[every]\nstore = "{tmp_path / "nowhere"}"\n')
    assert "nowhere" in foil("store", "show", file=file, code=2).stderr
    assert "elsewhere" in foil("store", "show", file=file, code=2, FOIL_STORE=str(tmp_path / "elsewhere")).stderr
    assert "here" in foil("store", "show", "--store", str(tmp_path / "here"), file=file, code=2).stderr


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[inspect\n", "no settings can be read from it"),
        ('lang = "zh"\n', "lang = 'zh' stands outside of a table; write it below [every]"),
        ("[inspekt]\n", "[inspekt] is no command of Foil; known are every, ask, audit"),
        ("[store.shaw]\n", "[store.shaw] is no command of Foil; known are "),
        ("[every]\naudiense = 1\n", "no command has the option 'audiense', which [every] sets"),
        ('[inspect]\naudience = "boss"\n', "--audience of foil inspect: "),
        ('[fit]\nminutes = "many"\n', "--minutes of foil fit: "),
    ],
)
def test_what_it_cannot_mean_is_refused_in_a_sentence(file: Path, text: str, said: str) -> None:
    file.write_text(text)
    refused = foil("models", "list", file=file, code=2).stderr
    assert refused.startswith(f"foil: {file}: ")
    assert said in refused
    assert len(refused.splitlines()) == 1


def test_a_file_that_is_named_must_be_there_and_the_own_one_need_not(tmp_path: Path) -> None:
    assert "no settings can be read" in foil("version", file=tmp_path / "lost.toml", code=2).stderr
    told = foil("settings", FOIL_HOME=str(tmp_path)).stdout
    assert told.startswith(f"{tmp_path / 'settings.toml'} is not there; it could hold")
    example = told.partition("\n\n")[2]
    atomic_write(tmp_path / "settings.toml", example.encode())
    assert "foil inspect" in foil("settings", FOIL_HOME=str(tmp_path)).stdout


def test_a_folder_of_pictures_sets_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "settings.toml").write_text("[nonsense]\n")
    (tmp_path / "foil.toml").write_text("[nonsense]\n")
    monkeypatch.chdir(tmp_path)
    foil("version", FOIL_HOME=str(tmp_path / "home"))
