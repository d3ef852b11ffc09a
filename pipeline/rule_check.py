"""What `litmine lexicon check` finds in lexicons/relations: a row that cannot be read, an example that is read otherwise."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline.elements import Cut
from pipeline.errors import LexiconError
from pipeline.patterns import PATTERN_COLUMNS, Patterns, load_patterns
from pipeline.records import Modified, Relation, Span
from pipeline.relate import relate
from pipeline.tables import Row, read_rows

RELATION_COLUMNS = ("relation", "symmetric", "opposite", "note")
MARKED = re.compile(r"\[([^\]]+)\]\{(gene|drug|disease)\}")
STATING = ("statement", "within", "disease", "further", "modification")
"""Kinds of rules that must themselves fire in their example; of the others only what comes of it is compared."""


@dataclass(frozen=True)
class Marked:
    """An example sentence without its marks, and the mentions that it marks."""

    text: str
    spans: tuple[Span, ...]


@dataclass(frozen=True)
class Told:
    """What the rules make of an example: statements and modifications as `expected` has them, and the rules that fired."""

    statements: frozenset[str]
    modifications: frozenset[str]
    fired: frozenset[str]


def read_marked(example: str) -> Marked:
    """Return the sentence of `[AG490]{drug} inhibits [JAK2]{gene}.` with its mentions; ids are number and surface."""
    text, spans, at = "", [], 0
    for number, match in enumerate(MARKED.finditer(example)):
        text += example[at : match.start()]
        spans.append(Span(f"{number} {match[1]}", len(text), len(text) + len(match[1]), match[2]))
        text += match[1]
        at = match.end()
    return Marked(text + example[at:], tuple(spans))


def read_example(lang: str, example: str, patterns: Patterns, cut: Cut) -> Told:
    """Return what the rules make of a marked sentence; `cut` as `relate` takes it."""
    marked = read_marked(example)
    reading = relate(marked.text, lang, marked.spans, patterns, cut)
    return Told(
        frozenset(map(write, reading.relations)),
        frozenset(told for row in reading.modifications for told in spell(row)),
        frozenset(frame.pattern.name for frame in reading.frames),
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


def check_rules(folder: Path, cut: Cut) -> Iterator[LexiconError]:
    """Yield what is wrong in `folder` (lexicons/relations): the first row that stops a run, else each wrong example."""
    try:
        check_relations(folder)
        patterns = load_patterns(folder)
    except LexiconError as error:
        yield error
        return
    for lang in sorted(patterns.languages):
        for row in read_rows(folder / lang / "patterns.csv", PATTERN_COLUMNS):
            if finding := check_example(lang, row, patterns, cut):
                yield finding


def check_relations(folder: Path) -> None:
    """Raise LexiconError at the first row of `folder`/relations.csv that is wrong."""
    rows = list(read_rows(folder / "relations.csv", RELATION_COLUMNS))
    names = [row["relation"] for row in rows]
    for row in rows:
        if not row["relation"]:
            raise row.error("relation", "the cell is empty", "write the name of the relation, or drop the row")
        if names.count(row["relation"]) > 1:
            raise row.error("relation", f"{row['relation']} stands in the file twice", "join the two rows")
        if row["symmetric"] not in ("true", "false", ""):
            raise row.error("symmetric", f"{row['symmetric']} is neither true nor false", "write true, false or nothing")
        if row["opposite"] and row["opposite"] not in names:
            raise row.error("opposite", f"no row has the relation {row['opposite']}", "write a relation of the file, or nothing")


def check_example(lang: str, row: Row, patterns: Patterns, cut: Cut) -> LexiconError | None:
    """Return what is wrong with the example of a row of patterns.csv, or None."""
    if not row["example"] or not row["expected"]:
        column = "expected" if row["example"] else "example"
        return row.error(column, "the cell is empty", "write a sentence with marked names, and what it states")
    told = read_example(lang, row["example"], patterns, cut)
    stated = told.statements | told.modifications
    if missing := parts(row["expected"]) - stated:
        says = "; ".join(sorted(stated)) or "nothing"
        return row.error("expected", f"the example does not state {'; '.join(sorted(missing))} but {says}", "mend one of the two")
    if row["kind"] in STATING and row["name"] not in told.fired:
        others = ", ".join(sorted(told.fired))
        return row.error("example", f"it is read by {others}, not by this rule", "write an example that only it reads")
    return None
