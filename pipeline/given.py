"""Relations for mentions that another program recognised: JSON lines in, JSON lines out."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from pipeline.errors import InputError
from pipeline.patterns import ENTITY_TYPES, Patterns
from pipeline.records import Block, Modified, Relation, Span
from pipeline.relate import relate
from pipeline.segment import Segmenters, guess_language, split_block


def relate_lines(lines: Iterable[str], patterns: Patterns, segmenters: Segmenters) -> Iterator[str]:
    """Yield one output line for each input line that is not empty; the formats are in README.md.

    Raises InputError, which names the line and what is wrong with it.
    """
    for number, line in enumerate(lines, start=1):
        if line.strip():
            given = read_line(line, number)
            yield json.dumps(relate_given(given, patterns, segmenters), ensure_ascii=False)


def read_line(line: str, number: int) -> dict[str, Any]:
    """Parse and check one input line; raise InputError."""
    try:
        given = json.loads(line)
        text = given["text"]
        for mention in given["mentions"]:
            start, end = int(mention["start"]), int(mention["end"])
            if not 0 <= start < end <= len(text):
                raise InputError(f"line {number}, mention {mention['id']}: {start} to {end} is not in the text of "
                                 f"{len(text)} characters; offsets are code points, the end exclusive")  # fmt: skip
            if mention["type"] not in ENTITY_TYPES:
                raise InputError(f"line {number}, mention {mention['id']}: the type is {mention['type']}; "
                                 f"write one of {', '.join(ENTITY_TYPES)}")  # fmt: skip
    except json.JSONDecodeError as error:
        raise InputError(f"line {number} is not JSON ({error}); each line is one object") from error
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"line {number} lacks {error} or has another kind of value there; "
                         'a line is {"id", "text", "mentions": [{"id", "start", "end", "type"}]}') from error  # fmt: skip
    return dict(given)


def relate_given(given: dict[str, Any], patterns: Patterns, segmenters: Segmenters) -> dict[str, Any]:
    """Return the output object of one input object."""
    text = given["text"]
    spans = sorted((Span(str(m["id"]), int(m["start"]), int(m["end"]), m["type"]) for m in given["mentions"]),
                   key=lambda span: (span.start, -span.end))  # fmt: skip
    ids = {str(m["id"]): m["id"] for m in given["mentions"]}
    relations: list[Relation] = []
    modified: list[Modified] = []
    for start, end in split_text(text, spans, segmenters):
        inside = [
            Span(s.id, s.start - start, s.end - start, s.type) for s in spans if start <= s.start and s.end <= end
        ]
        sentence = text[start:end]
        lang = given.get("lang") or guess_language(sentence)
        if inside:
            reading = relate(sentence, lang, inside, patterns, segmenters.cut)
            relations += reading.relations
            modified += reading.modifications
    return {
        "id": given.get("id"),
        "relations": [write_relation(relation, ids) for relation in relations],
        "modifications": [write_modified(row, ids) for row in modified],
    }


def split_text(text: str, spans: list[Span], segmenters: Segmenters) -> Iterator[tuple[int, int]]:
    """Yield (start, end) of each sentence of raw text, a line a block; a mention is never cut in two."""
    pending: tuple[int, int] | None = None
    at = 0
    for line in text.splitlines(keepends=True):
        for start, end, *_ in split_block(text, Block(at, at + len(line), "body"), segmenters):
            if pending and any(span.start < pending[1] < span.end for span in spans):
                start = pending[0]
            elif pending:
                yield pending
            pending = start, end
        at += len(line)
    if pending:
        yield pending


def write_relation(relation: Relation, ids: dict[str, Any]) -> dict[str, Any]:
    """Return a relation as the output line has it."""
    return {
        "subject": ids[relation.subject], "relation": relation.relation, "object": ids[relation.object],
        "negated": relation.negated, "speculated": relation.speculated, "site": relation.site or None,
        "trigger": relation.trigger, "rule": relation.rule_id, "confidence": relation.confidence}  # fmt: skip


def write_modified(row: Modified, ids: dict[str, Any]) -> dict[str, Any]:
    """Return a modification as the output line has it."""
    return {
        "protein": ids[row.protein], "modification": row.modification, "site": row.site or None,
        "agent": ids[row.agent] if row.agent else None, "negated": row.negated, "speculated": row.speculated,
        "trigger": row.trigger, "rule": row.rule_id}  # fmt: skip
