"""Stretches of clean text that are names, on their way to mentions."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from pipeline.records import Segment

SCORES = {"exact": 1.0, "abbreviation": 0.95, "enumeration": 0.95, "background": 0.9, "shape": 0.6}


class Hit(NamedTuple):
    """A stretch of clean text that is a name: what it stands for, the other readings, and how it was found."""

    start: int
    end: int
    concept_id: str
    type: str
    match: str
    score: float
    others: tuple[str, ...] = ()
    name_en: str = ""


@dataclass(frozen=True)
class Place:
    """The sentences of a document by their start, to find the one of a hit."""

    segments: Sequence[Segment]
    starts: tuple[int, ...]

    def at(self, offset: int) -> Segment | None:
        """Return the sentence that holds the clean offset, or None."""
        index = bisect_right(self.starts, offset) - 1
        if index < 0:
            return None
        segment = self.segments[index]
        return segment if offset < segment.offset + len(segment.row.text) else None

    def sentence(self, offset: int) -> str:
        """Return the text of the sentence that holds the clean offset; empty outside every sentence."""
        segment = self.at(offset)
        return segment.row.text if segment else ""


def choose(hits: Iterable[Hit]) -> list[Hit]:
    """Return hits that do not overlap, in order of place: the longest win, then those found with more certainty."""
    taken: list[Hit] = []
    rivals: list[Hit] = []
    reach = 0
    for hit in sorted(hits):
        if hit.start >= reach and rivals:
            taken += settle(rivals)
            rivals = []
        rivals.append(hit)
        reach = max(reach, hit.end)
    return taken + settle(rivals)


def settle(hits: list[Hit]) -> list[Hit]:
    """Return which of `hits`, of which each overlaps another, are taken."""
    if len(hits) < 2:
        return hits
    taken: list[Hit] = []
    ordered = sorted(hits, key=lambda hit: (hit.start - hit.end, -hit.score, hit.start, hit.concept_id))
    covered = bytearray(max((hit.end for hit in ordered), default=0))
    for hit in ordered:
        start, end = hit.start, hit.end
        if covered[start] or covered[end - 1]:
            continue
        taken.append(hit)
        covered[start:end] = b"\1" * (end - start)
    return sorted(taken)


def add(hits: list[Hit], more: Iterable[Hit]) -> list[Hit]:
    """Return `hits`, in order and none overlapping another, with those of `more` that win their place."""
    new = list(more)
    if not new:
        return hits
    starts, ends = [hit.start for hit in hits], [hit.end for hit in hits]
    rivals = {place for hit in new for place in range(bisect_right(ends, hit.start), bisect_left(starts, hit.end))}
    won = choose([*(hits[place] for place in sorted(rivals)), *new])
    return sorted([*(hit for place, hit in enumerate(hits) if place not in rivals), *won])
