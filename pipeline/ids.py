"""Stable ids: the same words at the same place, or the same statement, give the same id in every run."""

from __future__ import annotations

from hashlib import blake2b

PLACE = 8  # bytes, 16 hex digits: a corpus has millions of mentions
STATEMENT = 6  # bytes, 12 hex digits


def digest(size: int, *fields: object) -> str:
    """Return `size` bytes of hash, in hex, over `fields`; their borders count (`a`, `bc` is not `ab`, `c`)."""
    text = "\x1f".join([str(field) for field in fields])
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=size).hexdigest()


def sentence_id(doc_id: str, start: int) -> str:
    """Return the id of the sentence of `doc_id` that starts at the source offset `start`."""
    return "s_" + digest(PLACE, doc_id, start)


def mention_id(doc_id: str, start: int, end: int, concept_id: str) -> str:
    """Return the id of the mention of `concept_id` at the source offsets `start` to `end`."""
    return "m_" + digest(PLACE, doc_id, start, end, concept_id)


def triple_id(subject_id: str, relation: str, object_id: str, negated: bool, symmetric: bool) -> str:
    """Return the id of a statement between two concepts; of a `symmetric` relation both orders have one id."""
    pair = sorted((subject_id, object_id)) if symmetric else [subject_id, object_id]
    return "t_" + digest(STATEMENT, pair[0], relation, pair[1], int(negated))


def evidence_id(triple: str, mention: str, other: str) -> str:
    """Return the id of one time that `triple` (its id) is said of two mentions (their ids, in either order)."""
    return "e_" + digest(PLACE, triple, *sorted((mention, other)))


def modification_id(protein_mention: str, modification: str, site: str, agent_mention: str, negated: bool) -> str:
    """Return the id of a modification said of one mention (its id, which holds the document) by one agent's or ''."""
    return "x_" + digest(PLACE, protein_mention, modification, site, agent_mention, int(negated))
