"""Relations for mentions that another program recognised: JSON lines in, JSON lines out."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from pipeline.errors import InputError
from pipeline.patterns import ENTITY_TYPES, Patterns
from pipeline.records import Block, Modified, Relation, Span
from pipeline.relate import relate
from pipeline.segment import Segmenters, guess_language, split_block

SHAPE = '{"id", "text", "mentions": [{"id", "start", "end", "type"}]}'
KINDS = {str: "a text", list: "a list", dict: "an object", bool: "true or false"}
LANGS = ("en", "zh")
LONGEST_SHOWN = 40


def check_files(source: Path, target: Path) -> None:
    """Raise InputError unless `source` can be read and `target` may be written without harm to it or to anything else."""
    if not source.exists():
        raise InputError(f"--input {source}: there is no such file; give the file of JSON lines")
    if source.is_dir():
        raise InputError(f"--input {source} is a folder; give the file of JSON lines")
    if target.exists() and target.samefile(source):
        raise InputError(f"--output {target} is the input file, which would be overwritten; give another file")
    if target.exists() and not target.is_file():
        raise InputError(f"--output {target} is no ordinary file; give the name of a file to write")
    if not target.parent.is_dir():
        raise InputError(f"--output {target}: there is no folder {target.parent}; make it, or give another file")


def relate_lines(lines: Iterable[str], patterns: Patterns, segmenters: Segmenters) -> Iterator[str]:
    """Yield one output line for each input line that is not empty; the formats are in README.md.

    Raises InputError, which names the line and what is wrong with it.
    """
    for number, line in enumerate(lines, start=1):
        if line.strip():
            given = read_line(line, number)
            yield json.dumps(relate_given(given, patterns, segmenters), ensure_ascii=False)


def read_line(line: str, number: int) -> dict[str, Any]:
    """Return the object of one input line, checked; a byte that is no UTF-8 came as a lone surrogate.

    Raises InputError, which names line, mention and repair.
    """
    place = f"line {number}"
    try:
        line.encode("utf-8")
        given = json.loads(line)
    except UnicodeEncodeError as error:
        raise InputError(f"{place} is not UTF-8 (character {error.start + 1}); save the file as UTF-8") from error
    except json.JSONDecodeError as error:
        raise InputError(f"{place} is not JSON ({error.msg}, character {error.pos + 1}); each line is one object") from error
    except RecursionError as error:
        raise InputError(f"{place} is nested too deeply; write one object, {SHAPE}") from error
    if not isinstance(given, dict):
        raise InputError(f"{place} is {name_kind(given)}; write one object, {SHAPE}")
    for name, kind in (("text", str), ("mentions", list)):
        if not isinstance(given.get(name), kind):
            raise InputError(f"{place}: {name} is {name_kind(given.get(name))}; write {KINDS[kind]}, as in {SHAPE}")
    if given.get("lang") not in (None, "", *LANGS):
        raise InputError(f"{place}: lang is {show(given['lang'])}; write {' or '.join(LANGS)}, or leave it out")
    seen: set[str] = set()
    for index, mention in enumerate(given["mentions"], start=1):
        check_mention(mention, given["text"], f"{place}, mention {index}", seen)
    return given


def check_mention(mention: Any, text: str, place: str, seen: set[str]) -> None:
    """Raise InputError unless `mention` names a stretch of `text`; its id is put into `seen`, which must not have it."""
    if not isinstance(mention, dict):
        raise InputError(f"{place} is {name_kind(mention)}; write one object, as in {SHAPE}")
    own = mention.get("id")
    if not isinstance(own, str | int) or isinstance(own, bool):
        raise InputError(f"{place}: id is {name_kind(own)}; write a text or a whole number")
    place = f"{place} (id {show(own)})"
    if str(own) in seen:
        raise InputError(f"{place}: an earlier mention of the line has this id; give each its own")
    seen.add(str(own))
    for name in ("start", "end"):
        if not isinstance(mention.get(name), int) or isinstance(mention[name], bool):
            raise InputError(f"{place}: {name} is {show(mention.get(name))}; write a whole number, as in {SHAPE}")
    start, end = mention["start"], mention["end"]
    if not 0 <= start < end <= len(text):
        raise InputError(f"{place}: {start} to {end} is no stretch of the text of {len(text)} characters; "
                         "offsets are code points, the end exclusive")  # fmt: skip
    if mention.get("type") not in ENTITY_TYPES:
        raise InputError(f"{place}: the type is {show(mention.get('type'))}; write one of {', '.join(ENTITY_TYPES)}")


def name_kind(value: Any) -> str:
    """Return in words what a JSON value is."""
    return "missing" if value is None else KINDS.get(type(value), "a number")


def show(value: Any) -> str:
    """Return a JSON value as it stands in a file, cut if it is long."""
    written = "missing" if value is None else json.dumps(value, ensure_ascii=False)
    return written if len(written) <= LONGEST_SHOWN else f"{written[:LONGEST_SHOWN]}…"


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
