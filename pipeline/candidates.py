"""Words that look like names and that no lexicon has: what a curator may want to add."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from pipeline.lexicon_rows import Concept
from pipeline.records import Candidate, Segment
from pipeline.tables import Row, read_rows

SECTIONS = frozenset(("title", "heading", "abstract", "keywords", "body", "caption"))
COLUMNS = ("name", "pattern", "example", "note")
NEAR = 12  # code points on either side in which a word that tells the type is looked for

Neighbour = Callable[[str], tuple[Concept, float] | None]
"""Gives the concept whose name is nearest to a word, and their similarity in per cent."""


def load_ordinary(path: Path) -> tuple[re.Pattern[str], ...]:
    """Return the patterns of lexicons/no_candidates.csv; raise LexiconError at the first wrong row."""
    return tuple(map(make_ordinary, read_rows(path, COLUMNS)))


def make_ordinary(row: Row) -> re.Pattern[str]:
    """Return the pattern of a row, which must match its example as a whole; raise LexiconError if it does not."""
    try:
        pattern = re.compile(row["pattern"])
    except re.error as error:
        raise row.error("pattern", f"is no regular expression ({error})", "mend it; it must match the example") from error
    if not pattern.fullmatch(row["example"]):
        raise row.error("example", f"the pattern does not match `{row['example']}`", "mend the pattern or the example")
    return pattern


def find_candidates(
    unknown: Iterable[tuple[str, int, Segment]],
    clues: Mapping[str, str],
    ordinary: Sequence[re.Pattern[str]],
    neighbour: Neighbour,
) -> Iterator[Candidate]:
    """Yield the words that look like names, each once with its count, the type that words near it suggest and the
    nearest concept.

    `unknown` are (word, clean offset, sentence); `clues` has the type by the word that tells it (`inhibitor`: drug),
    `ordinary` are the patterns of words that are none: persons, codes, residues.
    """
    seen: dict[str, list[tuple[int, Segment]]] = {}
    for word, start, segment in unknown:
        if looks_like_name(word, segment, ordinary):
            seen.setdefault(word, []).append((start - segment.offset, segment))
    for word, places in sorted(seen.items()):
        near = neighbour(word.lower()) if len(word) > 4 else None
        yield Candidate(
            surface=word,
            guess=guess_type(word, places, clues),
            count=len(places),
            n_docs=1,
            nearest=near[0].id if near else "",
            nearest_name=near[0].name_en if near else "",
            similarity=round(near[1] / 100, 3) if near else 0.0,
            example=places[0][1].row.text,
        )


def looks_like_name(word: str, segment: Segment, ordinary: Sequence[re.Pattern[str]]) -> bool:
    """Tell whether a word may be a name: two capitals or digits, not in a heading of capitals, and not ordinary."""
    shouted = segment.row.lang == "en" and segment.row.text.isupper()
    if segment.row.section not in SECTIONS or shouted or len(word) < 3:
        return False
    marks = sum(character.isupper() for character in word) + any(character.isdigit() for character in word)
    return marks >= 2 and not any(pattern.fullmatch(word) for pattern in ordinary)


def guess_type(word: str, places: Iterable[tuple[int, Segment]], clues: Mapping[str, str]) -> str:
    """Return the type that the words near a candidate suggest most often, or nothing."""
    votes: Counter[str] = Counter()
    for start, segment in places:
        around = segment.row.text[max(0, start - NEAR) : start + len(word) + NEAR].lower()
        votes.update({kind for clue, kind in clues.items() if clue in around})
    return votes.most_common(1)[0][0] if votes else ""
