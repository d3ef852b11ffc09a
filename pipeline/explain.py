"""What each step makes of one text, for those who extend the lexicons."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from pipeline.elements import Elements
from pipeline.errors import InputError
from pipeline.frames import Frame, Subject
from pipeline.lexicon import Lexicon, lookup
from pipeline.patterns import Patterns
from pipeline.readers import read
from pipeline.records import Document, Mention, Segment, SourceText
from pipeline.relate import Reading
from pipeline.run import Settings, load_tools, trace
from pipeline.scope import find_cue

FILE_NAME = re.compile(r"[^\n]*[^\s.]\.(?:txt|md|pdf|docx?|rtf|html?|xml|epub|csv|jsonl?)", re.IGNORECASE)


def explain(text: str, settings: Settings) -> Iterator[str]:
    """Yield lines that say what each step makes of `text`, a sentence or the path of a file.

    Raises LexiconError, ModelError, InputError for what is no sentence and no file, and ReadError for a file that
    cannot be read.
    """
    source = make_source(text)
    tools = load_tools(settings)
    traced = trace(source, tools)
    yield from explain_repairs(traced.document)
    for part in traced.segments:
        mentions = traced.mentions.get(part.row.sentence_id, [])
        yield ""
        yield f"sentence {part.row.index} ({part.row.lang}, {part.row.section}): {part.row.text}"
        yield "  words:    " + " | ".join(part.row.text[start:end] for start, end in part.tokens)
        yield from explain_mentions(mentions, tools.lexicon)
        yield from explain_reading(traced.readings[part.row.sentence_id], part, mentions, tools.patterns)


def make_source(text: str) -> SourceText:
    """Return the file that `text` names, or `text` itself as a source.

    Raises InputError for what is neither, ReadError for a file that cannot be read.
    """
    if not text.strip():
        raise InputError("the text is empty; give a sentence, or the path of a text file")
    path = Path(text)
    if is_there(path) and path.is_dir():
        raise InputError(f"{path} is a folder; give a file in it, or a sentence")
    if is_there(path):
        return read(path, path.parent)
    if is_path(text):
        raise InputError(f"{path}: there is no such file; give the path of a text file, or a sentence")
    try:
        digest = hashlib.sha256(text.encode("utf-8")).hexdigest()
    except UnicodeEncodeError as error:
        raise InputError("the text is not UTF-8; save it as a file and give its path") from error
    return SourceText("sentence", "", digest, "txt", "utf-8", text)


def is_there(path: Path) -> bool:
    """Tell whether there is such a file or folder; a sentence may be too long to be asked for."""
    try:
        return path.exists()
    except OSError:
        return False


def is_path(text: str) -> bool:
    """Tell whether `text`, which names no file, was meant to: it has a file's suffix, or begins with a folder."""
    return bool(FILE_NAME.fullmatch(text)) or (" " not in text and "/" in text and is_there(Path(text).parent))


def explain_repairs(document: Document) -> Iterator[str]:
    """Yield a line for each place that clean repaired."""
    for repair in document.repairs:
        before = document.source.text[repair.start : repair.end]
        yield f"repair    {repair.name}: {before!r} -> {repair.replacement!r} at {repair.start}"
    for citation in document.citations:
        yield f"citation  [{', '.join(citation.numbers)}] taken out"


def explain_mentions(mentions: Sequence[Mention], lexicon: Lexicon) -> Iterator[str]:
    """Yield a line for each mention: what it stands for, how it was found, the lexicon row that has its name."""
    for mention in mentions:
        claims = [name for name in lookup(lexicon, mention.text) if name.concept_id == mention.concept_id]
        row = f", {claims[0].row} `{claims[0].text}`" if claims else ""
        others = f", could be {' or '.join(mention.alternatives)}" if mention.alternatives else ""
        yield (f"  mention:  [{mention.text}] {mention.type} {mention.concept_id} {mention.name_en} {mention.name_zh}"
               f" ({mention.match} {mention.score:g}{row}{others})")  # fmt: skip


def explain_reading(reading: Reading, part: Segment, mentions: Sequence[Mention], patterns: Patterns) -> Iterator[str]:
    """Yield lines for the triggers, the rules that fired with what they bound, and the statements of a sentence."""
    elements = reading.elements
    for place, element in enumerate(elements.row):
        if element.word and element.word.effect:
            kinds = ", ".join(sorted(name for name in element.classes if "." in name))
            yield f"  trigger:  {elements.surface(place)} ({kinds})"
    for frame in reading.frames:
        yield f"  rule:     {explain_frame(frame, elements)}"
        for kind in ("neg", "spec"):
            cue = find_cue(kind, frame.trigger, elements)
            if cue is not None:
                said = "negation" if kind == "neg" else "speculation"
                yield f"            {said}: {elements.surface(cue)} reaches {elements.surface(frame.trigger)}"
    names = {mention.mention_id: mention.name_en for mention in mentions}
    for relation in reading.relations:
        flags = (" not" if relation.negated else "") + (" maybe" if relation.speculated else "")
        site = f" at {relation.site}" if relation.site else ""
        yield (f"  states:  {flags} {names[relation.subject]} {relation.relation} {names[relation.object]}{site}"
               f" ({relation.rule_id}, {relation.confidence:g})")  # fmt: skip
    for modified in reading.modifications:
        agent = f" by {names[modified.agent]}" if modified.agent else ""
        yield f"  modifies: {modified.modification} of {names[modified.protein]} {modified.site}{agent} ({modified.rule_id})"


def explain_frame(frame: Frame, elements: Elements) -> str:
    """Return one line on a rule that fired: its name, trigger, who acts, on whom; a loss of the actor is marked."""

    def show(subject: Subject | None) -> str:
        if subject is None:
            return "-"
        group = elements.surface(subject.place)
        return f"loss of [{group}]" if subject.sign < 0 else f"[{group}]"

    trigger = elements.surface(frame.trigger)
    return f"{frame.pattern.name} ({frame.pattern.kind}) at {trigger}: {show(frame.agent)} -> {show(frame.patient)}"
