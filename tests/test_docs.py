"""The pages of docs/ say what the program does: each column of each table has its line, each value its word."""

from __future__ import annotations

import re

import pytest

from pipeline.decisions import REVIEW_COLUMNS, REVIEWS
from pipeline.hits import SCORES
from pipeline.store import SCHEMAS
from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "tables.md").read_text(encoding="utf-8")
PARTS = {part.split("\n", 1)[0]: part for part in PAGE.split("\n## ")[1:]}
COLUMNS = {**{f"{table}.csv": tuple(schema.names) for table, schema in SCHEMAS.items()}, "review.csv": REVIEW_COLUMNS}


@pytest.mark.parametrize("table", COLUMNS)
def test_every_column_is_described_in_order(table: str) -> None:
    first = PARTS[table].split("| column | says |", 1)[1].split("\n\n", 1)[0]
    lines = dict(re.findall(r"(?m)^\| `(\w+)` \| (\S.*) \|$", first))
    assert tuple(lines) == COLUMNS[table]


@pytest.mark.parametrize("value", [*SCORES, "fuzzy", *REVIEWS])
def test_every_value_is_named(value: str) -> None:
    assert f"`{value}`" in PAGE


@pytest.mark.parametrize(("match", "score"), SCORES.items())
def test_scores_are_those_of_the_program(match: str, score: float) -> None:
    assert f"| `{match}` | {score:g} |" in PAGE
