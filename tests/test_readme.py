"""README.md says what the program does: its marked parts are what the program prints, its example works."""

from __future__ import annotations

import importlib.util
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from pipeline.run import Settings, run
from tests.conftest import LEXICONS, ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")


def load_fill() -> ModuleType:
    """Return docs/fill.py as a module."""
    spec = importlib.util.spec_from_file_location("fill", ROOT / "docs" / "fill.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_marked_parts_are_what_the_program_says() -> None:
    assert load_fill().fill(README) == README, "python docs/fill.py writes them anew"


def test_the_row_that_teaches_a_name_works(tmp_path: Path) -> None:
    block = re.search(r"(?s)<!-- row -->\n(.*?)<!-- end -->", README)
    assert block
    rows = "\n".join(line.strip() for line in block[1].strip().splitlines()) + "\n"
    lexicons = tmp_path / "lexicons"
    shutil.copytree(LEXICONS, lexicons)
    (lexicons / "entities" / "ours.csv").write_text(rows, encoding="utf-8-sig")
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "a.txt").write_text("杰克新替尼可抑制JAK2。\nJX-2026 inhibits JAK1.\n", encoding="utf-8")
    run(tmp_path / "texts", tmp_path / "out", Settings(lexicons), lambda done, total: None)
    found = (tmp_path / "out" / "evidence.csv").read_text(encoding="utf-8-sig")
    assert found.count("litmine:jakinib-x,jakinib-x") == 2


@pytest.mark.parametrize(
    "line", [line.strip() for line in README.splitlines() if line.startswith("    .venv/bin/litmine ")]
)
def test_every_command_exists(line: str) -> None:
    words = shlex.split(line.split("[")[0])[1:]
    verbs = [word for word in words if word in ("run", "relate", "explain", "clear", "lexicon", "check")]
    options = [word for word in words if word.startswith("--")]
    done = subprocess.run(
        [sys.executable, "-m", "pipeline", *verbs, "--help"], capture_output=True, text=True, cwd=ROOT
    )
    assert done.returncode == 0
    assert all(option in done.stdout for option in options)


@pytest.mark.parametrize("path", sorted(set(re.findall(r"\]\(((?:docs|benchmarks)/[^)]+)\)", README))))
def test_every_link_leads_somewhere(path: str) -> None:
    assert (ROOT / path).is_file()


@pytest.mark.parametrize(
    "name", re.findall(r"`([\w*/]+\.csv)`", README.split("## Teach it a name")[1].split("## For programs")[0])
)
def test_every_lexicon_file_exists(name: str) -> None:
    assert list(LEXICONS.rglob(name)) or list((LEXICONS / "relations").rglob(name)), name
