"""Names that a bracket with their short form cuts in two: `interleukin (IL)-6`, `核因子(NF)-κB`, `interferon, IFN)-γ`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from pipeline.enumerations import SPELLED
from pipeline.hits import SCORES, Hit
from pipeline.lexicon import Lexicon, Name, lookup
from pipeline.text import HAN, HAN_RUN

REST = re.compile(
    rf"[)）]\s?[-‐–]?\s?(?P<rest>κB|\d{{1,2}}[α-ω]|[α-ω]\d?|\d{{1,2}}[A-Za-z]?(?![\d%]|\.\d)|[A-Z]\d{{1,2}}(?![\d%]|\.\d)"
    rf"|{SPELLED}(?![A-Za-z]))"
)
SHORT = re.compile(r"[A-Za-z][A-Za-z0-9-]*$")
LONG = re.compile(rf"[A-Za-z0-9{HAN}α-ω/' -]+$")
LONGEST_SHORT, LONGEST_LONG = 12, 70  # code points of a short form, and of the long form before its bracket


def join_brackets(text: str, hits: Sequence[Hit], lexicon: Lexicon) -> Iterator[Hit]:
    """Yield the names that a closing bracket cuts in two, in code points of `text`.

    Where the brackets hold only the short form, the name is the whole from the long form on; else from the short form
    on, as in `干扰素（interferon，IFN）-γ`.
    """
    known = {hit.end: hit for hit in hits if hit.match != "wrong"}
    for match in REST.finditer(text):
        short = SHORT.search(text, max(0, match.start() - LONGEST_SHORT), match.start())
        names = lookup(lexicon, f"{short.group()}-{match['rest']}") if short else ()
        if not short or not names:
            continue
        start, name = find_start(text, short.span(), match["rest"], names, known, lexicon)
        if start < short.start() or short.end() in known:
            kind = lexicon.concept(name.concept_id).type
            yield Hit(start, match.end(), name.concept_id, kind, "enumeration", SCORES["enumeration"])


def find_start(text: str, short: tuple[int, int], rest: str, names: Sequence[Name], known: Mapping[int, Hit],
               lexicon: Lexicon) -> tuple[int, Name]:  # fmt: skip
    """Return where the long form before the bracket of the short form begins, and which of `names` it says.

    That is the start of the short form where no long form of them stands there.
    """
    opened = len(text[: short[0] - 1].rstrip()) if text[short[0] - 1 : short[0]] in ("(", "（") else 0
    hit, run = known.get(opened), LONG.search(text, max(0, opened - LONGEST_LONG), opened)
    for start in (hit.start,) if hit else places_of_words(text, run.start(), opened) if run else ():
        said = {name.concept_id for name in lookup(lexicon, f"{text[start:opened]}-{rest}")}
        if meant := [name for name in names if name.concept_id in said]:
            return start, meant[0]
    return (hit.start if hit and short[1] in known else short[0]), names[0]


def places_of_words(text: str, first: int, last: int) -> Iterator[int]:
    """Yield where a Latin word or a Chinese character begins in `text[first:last]`."""
    for place in range(first, last):
        before = text[place - 1 : place]
        if HAN_RUN.match(text[place]) or (text[place].isalnum() and not (before.isascii() and before.isalnum())):
            yield place
