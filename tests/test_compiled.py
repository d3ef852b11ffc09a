"""Compiled or not, the same tables; what was compiled from other code is left aside."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import pipeline.compiled as room
from pipeline.relate import relate
from tests.conftest import ROOT, SHARED

TABLES = ("sentences", "mentions", "evidence", "modifications", "candidates", "triples")
CORPORA = [ROOT / "corpus", SHARED / "corpus", SHARED / "gold" / "en_texts"]


@pytest.mark.parametrize("corpus", CORPORA, ids=["corpus", "reviews", "abstracts"])
def test_interpreted_modules_give_the_same_tables(corpus: Path, tmp_path: Path) -> None:
    if not room.is_compiled(relate):
        pytest.skip("nothing is compiled here: no C compiler, or the code changed since")
    if not corpus.is_dir():
        pytest.skip("needs ../shared")
    for interpreted in ("", "1"):
        environment = os.environ | {"LITMINE_INTERPRETED": interpreted, "XDG_CACHE_HOME": str(tmp_path / "cache")}
        arguments = [sys.executable, "-m", "pipeline", "run", str(corpus), "--outputs", str(tmp_path / f"out{interpreted}")]
        subprocess.run(arguments, env=environment, cwd=ROOT, check=True, capture_output=True)
    for table in TABLES:
        assert (tmp_path / "out" / f"{table}.csv").read_bytes() == (tmp_path / "out1" / f"{table}.csv").read_bytes()


def test_interpreted_modules_are_asked_for() -> None:
    code = "import sys, pipeline.relate; sys.exit(not pipeline.relate.__file__.endswith('.py'))"
    subprocess.run([sys.executable, "-c", code], env=os.environ | {"LITMINE_INTERPRETED": "1"}, cwd=ROOT, check=True)


def test_what_other_code_was_compiled_to_is_left_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    monkeypatch.delenv("LITMINE_INTERPRETED", raising=False)
    assert room.places(["own"]) == ["own"]
    (folder := room.compiled_folder() / "pipeline").mkdir(parents=True)
    assert room.places(["own"]) == [str(folder), "own"]
    monkeypatch.setattr(room, "code_digest", lambda: "of other code")
    assert room.places(["own"]) == ["own"]


def test_modules_to_compile_are_there() -> None:
    assert all((room.PACKAGE / f"{name}.py").is_file() for name in room.MODULES)
