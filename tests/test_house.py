"""The house rules that machines can check: lint, format, types, and a README that names every command."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.main import get_command

from apps.cli import app

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.parametrize(
    "tool", [("ruff", "check", "."), ("ruff", "format", "--check", "."), ("mypy",)], ids=lambda tool: " ".join(tool)
)
def test_the_tools_have_nothing_to_say(tool: tuple[str, ...]) -> None:
    done = subprocess.run([sys.executable, "-m", *tool], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_readme_names_every_command_and_no_other() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    commands = set(get_command(app).commands)  # type: ignore[attr-defined]
    named = set(re.findall(r"\bfoil ([a-z][a-z-]*)", "\n".join(re.findall(r"```.*?```|`[^`\n]+`", readme, re.DOTALL))))
    assert commands - named == set()
    assert named - commands == set()


def test_the_chinese_readme_has_the_commands_of_the_english_one() -> None:
    told = [(ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "README.zh.md")]
    blocks = ["\n".join(re.findall(r"```console\n(.*?)```", text, re.DOTALL)).splitlines() for text in told]
    english, chinese = ([line.partition("  #")[0].strip() for line in lines] for lines in blocks)
    assert english == chinese
    assert len({len(re.findall(r"^## ", text, re.MULTILINE)) for text in told}) == 1
