"""The records that flow between the steps; the columns of a table are the fields of its record (docs/tables.md)."""

from __future__ import annotations

from array import array
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

# --- what readers give


@dataclass(frozen=True)
class SourceText:
    """One file's text as decoded; offsets of every table point into `text` (code points, end exclusive).

    `replaced`: how often U+FFFD stands in it for bytes that its encoding cannot decode.
    """

    doc_id: str
    path: str
    sha256: str
    format: str
    encoding: str
    text: str
    replaced: int = 0


# --- what clean gives


class Repair(NamedTuple):
    """One place where clean changed the text: `start`, `end` in the source, `name` a row of lexicons/repairs.csv."""

    name: str
    start: int
    end: int
    replacement: str


@dataclass(frozen=True)
class Citation:
    """A citation mark that clean took out: the clean offset where it stood, and its numbers (`4`, `6`)."""

    at: int
    numbers: tuple[str, ...]


@dataclass(frozen=True)
class Block:
    """A stretch of clean text that nothing is glued across: a paragraph, heading, caption, running head or table row.

    `start`, `end` are clean offsets; `section` is one of title, heading, abstract, keywords, body, caption, table,
    running_head, reference.
    """

    start: int
    end: int
    section: str


@dataclass(frozen=True)
class Document:
    """Repaired text with its way back: clean character i stands for source characters starts[i] to ends[i]."""

    source: SourceText
    text: str
    starts: array[int]
    ends: array[int]
    blocks: tuple[Block, ...]
    repairs: tuple[Repair, ...]
    citations: tuple[Citation, ...]

    def source_span(self, start: int, end: int) -> tuple[int, int]:
        """Return the source offsets of the clean span `start` to `end` (not empty)."""
        return self.starts[start], self.ends[end - 1]


# --- what segment gives

Words = Callable[[str], tuple[tuple[int, int], ...]]
"""Takes a sentence's text, gives the (start, end) of its words."""


@dataclass(frozen=True)
class Sentence:
    """A row of sentences.csv: the repaired text, and the source offsets of the stretch that it was made of."""

    sentence_id: str
    doc_id: str
    index: int
    section: str
    lang: str
    start: int
    end: int
    text: str
    citations: tuple[str, ...]


@dataclass(frozen=True)
class Segment:
    """A sentence on its way through the steps: its row, where it starts in the clean text, how it is cut into words."""

    row: Sentence
    offset: int
    words: Words

    @property
    def tokens(self) -> tuple[tuple[int, int], ...]:
        """The (start, end) of the sentence's words, in its text; cut when they are asked for."""
        return self.words(self.row.text)


# --- what recognise gives


class Mention(NamedTuple):
    """A row of mentions.csv; `start`, `end` are source offsets, `source_text` is the source between them, `text` repaired."""

    mention_id: str
    doc_id: str
    sentence_id: str
    start: int
    end: int
    text: str
    source_text: str
    type: str
    concept_id: str
    name_en: str
    name_zh: str
    match: str
    score: float
    alternatives: tuple[str, ...]


class Span(NamedTuple):
    """A mention as relate sees it: `start`, `end` in the sentence's text; `id` and `concept` are opaque."""

    id: str
    start: int
    end: int
    type: str
    concept: str = ""


# --- what relate gives


class Relation(NamedTuple):
    """A statement of one sentence between two spans (their ids)."""

    subject: str
    relation: str
    object: str
    negated: bool
    speculated: bool
    site: str
    effect: str
    trigger: str
    rule_id: str
    confidence: float


class Modified(NamedTuple):
    """A modification of one span's protein that a sentence states; `agent` is a span id or empty."""

    protein: str
    modification: str
    site: str
    site_text: str
    agent: str
    negated: bool
    speculated: bool
    trigger: str
    rule_id: str


# --- rows of the other tables


@dataclass(frozen=True)
class DocumentRow:
    """A row of documents.csv."""

    doc_id: str
    path: str
    sha256: str
    format: str
    encoding: str
    langs: tuple[str, ...]
    n_chars: int
    n_sentences: int
    n_mentions: int
    n_evidence: int
    n_repairs: int
    status: str
    error: str


class Evidence(NamedTuple):
    """A row of evidence.csv: one time that a sentence, shown repaired, says a statement; `start`, `end` are the sentence's."""

    evidence_id: str
    triple_id: str
    doc_id: str
    sentence_id: str
    lang: str
    relation: str
    subject_mention_id: str
    subject_id: str
    subject_name: str
    object_mention_id: str
    object_id: str
    object_name: str
    negated: bool
    speculated: bool
    site: str
    effect: str
    trigger: str
    rule_id: str
    confidence: float
    citations: tuple[str, ...]
    start: int
    end: int
    sentence: str


class Modification(NamedTuple):
    """A row of modifications.csv."""

    modification_id: str
    doc_id: str
    sentence_id: str
    protein_mention_id: str
    protein_id: str
    protein_name: str
    modification: str
    site: str
    site_text: str
    agent_mention_id: str
    agent_id: str
    agent_name: str
    negated: bool
    speculated: bool
    trigger: str
    rule_id: str
    sentence: str


@dataclass(frozen=True)
class Triple:
    """A row of triples.csv: one distinct statement over the whole corpus."""

    triple_id: str
    subject_id: str
    subject_type: str
    subject_name_en: str
    subject_name_zh: str
    relation: str
    object_id: str
    object_type: str
    object_name_en: str
    object_name_zh: str
    negated: bool
    n_evidence: int
    n_docs: int
    n_zh: int
    n_en: int
    n_speculated: int
    confidence: float
    conflicts: tuple[str, ...]
    review: str
    example: str


@dataclass(frozen=True)
class Entity:
    """A row of entities.csv."""

    concept_id: str
    type: str
    name_en: str
    name_zh: str
    xrefs: tuple[str, ...]
    n_mentions: int
    n_docs: int
    surfaces: tuple[str, ...]


@dataclass(frozen=True)
class Candidate:
    """A row of candidates.csv: a name that no lexicon row explains yet."""

    surface: str
    guess: str
    count: int
    n_docs: int
    nearest: str
    nearest_name: str
    similarity: float
    example: str


@dataclass(frozen=True)
class DocumentResult:
    """All that the steps made of one file, in the order of the tables."""

    document: DocumentRow
    sentences: tuple[Sentence, ...] = ()
    mentions: tuple[Mention, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    modifications: tuple[Modification, ...] = ()
    candidates: tuple[Candidate, ...] = field(default=())
