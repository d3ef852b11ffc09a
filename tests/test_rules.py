"""Every rule's example, in its own row of lexicons/relations, says what the row expects, and by this rule."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipeline.patterns import Patterns
from pipeline.records import Modified, Relation, Span
from pipeline.relate import relate
from pipeline.segment_zh import ChineseSegmenter, load_chinese
from tests.conftest import LEXICONS, cases

MARKED = re.compile(r"\[([^\]]+)\]\{(gene|drug|disease)\}")


@dataclass(frozen=True)
class Marked:
    """An example sentence without its marks, and the mentions that it marks."""

    text: str
    spans: tuple[Span, ...]


def read_marked(example: str) -> Marked:
    """Return the sentence of `[AG490]{drug} inhibits [JAK2]{gene}.` with its mentions; ids are surfaces."""
    text, spans, at = "", [], 0
    for number, match in enumerate(MARKED.finditer(example)):
        text += example[at : match.start()]
        spans.append(Span(f"{number} {match[1]}", len(text), len(text) + len(match[1]), match[2]))
        text += match[1]
        at = match.end()
    return Marked(text + example[at:], tuple(spans))


def rows(kinds: set[str] | None = None) -> list[tuple[str, dict[str, str]]]:
    """Return (language, row) of every rule."""
    found = []
    for path in sorted((LEXICONS / "relations").glob("*/patterns.csv")):
        with path.open(encoding="utf-8", newline="") as handle:
            found += [(path.parent.name, row) for row in csv.DictReader(handle)]
    return [(lang, row) for lang, row in found if kinds is None or row["kind"] in kinds]


@pytest.fixture(scope="module")
def chinese() -> ChineseSegmenter:
    return load_chinese(LEXICONS / "segment", [])


def read(lang: str, example: str, patterns: Patterns, chinese: ChineseSegmenter) -> tuple[set[str], set[str], set[str]]:
    """Return what the rules state of an example, how its proteins are modified, and the rules that fired."""
    marked = read_marked(example)
    reading = relate(marked.text, lang, marked.spans, patterns, chinese.cut)
    fired = {frame.pattern.name for frame in reading.frames}
    return (
        {write(row) for row in reading.relations},
        {modified for row in reading.modifications for modified in spell(row)},
        fired,
    )


def surface(mention: str) -> str:
    """Return the surface that an id of `read_marked` holds."""
    return mention.split(" ", 1)[1]


def write(row: Relation) -> str:
    """Return a statement as the column `expected` has it."""
    return ("not " if row.negated else "") + "|".join((surface(row.subject), row.relation, surface(row.object)))


def spell(row: Modified) -> set[str]:
    """Return a modification as the column `expected` may have it, with and without its site."""
    plain = ("not " if row.negated else "") + f"{surface(row.protein)}|{row.modification}"
    return {plain, f"{plain}|{row.site}"} if row.site else {plain}


def parts(expected: str) -> set[str]:
    """Return the statements of a cell."""
    return {part.strip() for part in expected.split(";") if part.strip()}


@pytest.mark.parametrize(("lang", "row"), rows(), ids=lambda value: value if isinstance(value, str) else value["name"])
def test_every_rule_has_an_example_that_it_reads(
    lang: str, row: dict[str, str], patterns: Patterns, chinese: ChineseSegmenter
) -> None:
    assert row["example"], f"{lang}/patterns.csv, {row['name']}: write an example sentence and what it states"
    assert row["expected"], f"{lang}/patterns.csv, {row['name']}: write what the example states"
    stated, modified, fired = read(lang, row["example"], patterns, chinese)
    missing = parts(row["expected"]) - stated - modified
    assert not missing, f"{row['example']}: {missing} is missing; it states {stated or modified}"
    if row["kind"] in ("statement", "within", "disease", "further", "modification"):
        assert row["name"] in fired, f"the example is read by {fired}, not by {row['name']}"


@pytest.mark.parametrize("case", cases("statements.csv"), ids=lambda case: case["text"])
def test_statements(case: dict[str, str], patterns: Patterns, chinese: ChineseSegmenter) -> None:
    stated, _, _ = read(case["lang"], case["text"], patterns, chinese)
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


def test_names_of_rules_are_unique() -> None:
    for path in sorted((LEXICONS / "relations").glob("*/patterns.csv")):
        names = [row["name"] for lang, row in rows() if lang == path.parent.name]
        assert len(names) == len(set(names)), path.parent.name


def test_both_languages_have_the_same_files() -> None:
    files = {folder.name: sorted(path.name for path in folder.iterdir()) for folder in folders()}
    assert files["en"] == files["zh"]


def folders() -> list[Path]:
    return [folder for folder in sorted((LEXICONS / "relations").iterdir()) if folder.is_dir()]
