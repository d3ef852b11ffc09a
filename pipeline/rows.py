"""Rows of the tables: what the steps found of a document, as the records that are written."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence

from pipeline.ids import evidence_id, modification_id, triple_id
from pipeline.patterns import Patterns
from pipeline.records import (
    Document,
    DocumentRow,
    Evidence,
    Mention,
    Modification,
    Modified,
    Relation,
    Segment,
    SourceText,
    Span,
)


def by_sentence(mentions: Sequence[Mention]) -> dict[str, list[Mention]]:
    """Return the mentions of each sentence by its id."""
    inside: dict[str, list[Mention]] = {}
    for mention in mentions:
        inside.setdefault(mention.sentence_id, []).append(mention)
    return inside


def make_spans(document: Document, part: Segment, mentions: Iterable[Mention]) -> list[Span]:
    """Return the mentions of a sentence as the rules take them, by their places in its text."""
    spans = []
    for mention in mentions:
        start = clean_offset(document, mention.start, part)
        spans.append(Span(mention.mention_id, start, start + len(mention.text), mention.type, mention.concept_id))
    return spans


def clean_offset(document: Document, start: int, part: Segment) -> int:
    """Return where in the sentence's text the source offset `start` stands."""
    return bisect_left(document.starts, start, part.offset) - part.offset


def make_evidence(relation: Relation, part: Segment, mentions: Mapping[str, Mention], patterns: Patterns) -> Evidence:
    """Return the row of evidence.csv for one relation."""
    subject, object_ = mentions[relation.subject], mentions[relation.object]
    symmetric = patterns.relations[relation.relation].symmetric
    triple = triple_id(subject.concept_id, relation.relation, object_.concept_id, relation.negated, symmetric)
    return Evidence(
        evidence_id=evidence_id(triple, subject.mention_id, object_.mention_id), triple_id=triple,
        doc_id=part.row.doc_id, sentence_id=part.row.sentence_id, lang=part.row.lang, relation=relation.relation,
        subject_mention_id=subject.mention_id, subject_id=subject.concept_id, subject_name=subject.name_en,
        object_mention_id=object_.mention_id, object_id=object_.concept_id, object_name=object_.name_en,
        negated=relation.negated, speculated=relation.speculated, site=relation.site, effect=relation.effect,
        trigger=relation.trigger, rule_id=relation.rule_id, confidence=relation.confidence,
        citations=part.row.citations, start=part.row.start, end=part.row.end, sentence=part.row.text)  # fmt: skip


def make_modification(row: Modified, part: Segment, mentions: Mapping[str, Mention]) -> Modification:
    """Return the row of modifications.csv for one modification."""
    protein, agent = mentions[row.protein], mentions.get(row.agent)
    return Modification(
        modification_id=modification_id(protein.mention_id, row.modification, row.site, row.agent, row.negated),
        doc_id=part.row.doc_id, sentence_id=part.row.sentence_id, protein_mention_id=protein.mention_id,
        protein_id=protein.concept_id, protein_name=protein.name_en, modification=row.modification, site=row.site,
        site_text=row.site_text, agent_mention_id=row.agent, agent_id=agent.concept_id if agent else "",
        agent_name=agent.name_en if agent else "", negated=row.negated, speculated=row.speculated,
        trigger=row.trigger, rule_id=row.rule_id, sentence=part.row.text)  # fmt: skip


def describe_document(document: Document, segments: Sequence[Segment], mentions: Sequence[Mention],
                      evidence: Sequence[Evidence]) -> DocumentRow:  # fmt: skip
    """Return the row of documents.csv for a text that was worked."""
    source = document.source
    return DocumentRow(
        doc_id=source.doc_id, path=source.path, sha256=source.sha256, format=source.format, encoding=source.encoding,
        langs=tuple(sorted({part.row.lang for part in segments})), n_chars=len(source.text),
        n_sentences=len(segments), n_mentions=len(mentions), n_evidence=len(evidence),
        n_repairs=len(document.repairs), status="ok", error=say_replaced(source))  # fmt: skip


def say_replaced(source: SourceText) -> str:
    """Return what documents.csv says of undecodable bytes in a text that was worked; nothing if there are none."""
    if not source.replaced:
        return ""
    return f"{source.replaced} undecodable place(s) replaced by U+FFFD: look whether the export is whole"
