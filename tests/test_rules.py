"""Every rule's example, in its own row of lexicons/relations, says what the row expects, and by this rule."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.patterns import PATTERN_COLUMNS, Patterns
from pipeline.relate import relate
from pipeline.rule_check import check_example, parts, read_example, read_marked, surface
from pipeline.segment_zh import ChineseSegmenter, load_chinese
from pipeline.tables import read_rows
from tests.conftest import LEXICONS, cases


@pytest.fixture(scope="module")
def chinese() -> ChineseSegmenter:
    return load_chinese(LEXICONS / "segment", [])


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_rule_has_an_example_that_it_reads(lang: str, patterns: Patterns, chinese: ChineseSegmenter) -> None:
    rows = read_rows(LEXICONS / "relations" / lang / "patterns.csv", PATTERN_COLUMNS)
    findings = [str(finding) for row in rows if (finding := check_example(lang, row, patterns, chinese.cut))]
    assert not findings, "\n".join(findings)


@pytest.mark.parametrize("case", cases("statements.csv"), ids=lambda case: case["text"])
def test_statements(case: dict[str, str], patterns: Patterns, chinese: ChineseSegmenter) -> None:
    stated = read_example(case["lang"], case["text"], patterns, chinese.cut).statements
    expected = parts(case["expected"])
    directed = {row for row in stated if "associated_with" not in row}
    assert directed == {row for row in expected if "associated_with" not in row}, case["notes"]
    assert expected <= stated, case["notes"]


@pytest.mark.parametrize("case", cases("modifications.csv"), ids=lambda case: case["text"])
def test_modifications(case: dict[str, str], patterns: Patterns, chinese: ChineseSegmenter) -> None:
    marked = read_marked(case["text"])
    found = relate(marked.text, case["lang"], marked.spans, patterns, chinese.cut).modifications
    told = {f"{surface(row.protein)}|{row.modification}|{row.site}|{row.agent and surface(row.agent)}" for row in found}
    assert told == parts(case["expected"]), case["notes"]


@pytest.mark.parametrize(("text", "expected"), [
    ("[TYK2]{gene}可能通过磷酸化[STAT4]{gene}上调[IFN-γ]{gene}的表达。", [True, True]),
    ("推测[大黄素]{drug}抑制[JAK1]{gene}，从而下调[VEGF]{gene}的表达。", [True, True]),
    ("[SOCS1]{gene}可能通过抑制[JAK1]{gene}起作用，而[IL-4]{gene}可激活[STAT6]{gene}。", [True, False]),
])  # fmt: skip
def test_a_guess_covers_its_clause(text: str, expected: list[bool], patterns: Patterns, chinese: ChineseSegmenter) -> None:
    marked = read_marked(text)
    assert [row.speculated for row in relate(marked.text, "zh", marked.spans, patterns, chinese.cut).relations] == expected


def test_both_languages_have_the_same_files() -> None:
    files = {folder.name: sorted(path.name for path in folder.iterdir()) for folder in folders()}
    assert files["en"] == files["zh"]


def folders() -> list[Path]:
    return [folder for folder in sorted((LEXICONS / "relations").iterdir()) if folder.is_dir()]
