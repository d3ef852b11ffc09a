"""What the tests share: the shipped lexicons, loaded once, and case files as rows."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.patterns import Patterns, load_patterns
from pipeline.run import Settings, Tools, load_tools

ROOT = Path(__file__).resolve().parent.parent
LEXICONS = ROOT / "lexicons"
SHARED = ROOT.parent / "shared"


def cases(name: str) -> list[dict[str, str]]:
    """Return the rows of a case file; `\\n` in a cell is a line break."""
    with (ROOT / "tests" / "cases" / name).open(encoding="utf-8", newline="") as handle:
        return [
            {key: (value or "").replace("\\n", "\n") for key, value in row.items()} for row in csv.DictReader(handle)
        ]


@pytest.fixture(scope="session")
def tools(tmp_path_factory: pytest.TempPathFactory) -> Tools:
    """Everything that the steps need, from the shipped lexicons, with a cache of the tests' own."""
    return load_tools(Settings(LEXICONS, cache=tmp_path_factory.mktemp("cache")))


@pytest.fixture(scope="session")
def patterns() -> Patterns:
    """The shipped relation rules."""
    return load_patterns(LEXICONS / "relations")


@pytest.fixture
def corpus(tmp_path: Path) -> Iterator[Path]:
    """A folder for texts."""
    folder = tmp_path / "texts"
    folder.mkdir()
    yield folder
