"""Abbreviations that a document defines for itself, in either language and across both.

English: by scispaCy, in segment_en. Here: a name followed by brackets that hold its short form or its other name, as in
`原发性肝癌(PLC)` or `骨形态发生蛋白10(bone morphogenetic protein 10，BMP10)`; and the test of Schwartz and Hearst (2003)
whether a short form can stand for a long one.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from pipeline.text import HAN_RUN

BRACKETS = re.compile(r"[(（]([^()（）\n]{1,160})[)）]")
PART = re.compile(r"[^,，;；、]+")
SHORT = re.compile(r"[A-Za-z][A-Za-z0-9α-ωκ.\-/]{1,11}")
NAME_LIKE = re.compile(r"[\u4e00-\u9fffA-Za-z0-9α-ωⅠ-Ⅹ\-]+$")
LONGEST_NAME = 22  # characters of a Chinese long form
SHORTEST_NAME = 3


@dataclass(frozen=True)
class Gloss:
    """A pair of brackets: where they open, and the (start, end) of each part inside."""

    at: int
    parts: tuple[tuple[int, int], ...]


def find_glosses(text: str) -> Iterator[Gloss]:
    """Yield the brackets of `text` with their parts, in code points of `text`."""
    for match in BRACKETS.finditer(text):
        parts = []
        for part in PART.finditer(match.group(1)):
            inner = part.group().strip()
            start = match.start(1) + part.start() + part.group().find(inner)
            if inner:
                parts.append((start, start + len(inner)))
        if parts:
            yield Gloss(match.start(), tuple(parts))


def is_short(text: str) -> bool:
    """Tell whether `text` has the shape of an abbreviation: short, Latin, with at least two capitals or digits."""
    return bool(SHORT.fullmatch(text)) and sum(c.isupper() or c.isdigit() for c in text) >= 2


def can_stand_for(short: str, long: str) -> bool:
    """Tell whether the letters of `short` stand in `long` in this order, the first of them at the start of a word."""
    letters = [character.lower() for character in short if character.isalnum()]
    at = len(long) - 1
    for index in range(len(letters) - 1, -1, -1):
        while at >= 0 and (long[at].lower() != letters[index] or (index == 0 and at > 0 and long[at - 1].isalnum())):
            at -= 1
        if at < 0:
            return False
        at -= 1
    return True


def find_long_form(text: str, at: int, cuts: Collection[int], borders: Collection[str]) -> tuple[int, int] | None:
    """Return the (start, end) of the Chinese name that ends at `at`, before its brackets; None if there is none.

    The name runs back over the segmenter's words (their borders are `cuts`) to a word that no name holds (`borders`).
    """
    end = len(text[:at].rstrip())
    run = NAME_LIKE.search(text, max(0, end - LONGEST_NAME), end)
    if not run:
        return None
    places = sorted({cut for cut in cuts if run.start() < cut < end} | {run.start(), end})
    start = end
    for first, last in reversed(list(zip(places, places[1:], strict=False))):
        if text[first:last] in borders:
            break
        start = first
    name = text[start:end]
    return (start, end) if len(name) >= SHORTEST_NAME and HAN_RUN.search(name) else None
