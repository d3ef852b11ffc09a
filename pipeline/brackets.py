"""Names that a bracket with their short form cuts in two: `interleukin (IL)-6`, `核因子(NF)-κB`, `interferon, IFN)-γ`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from pipeline.enumerations import SPELLED
from pipeline.hits import SCORES, Hit
from pipeline.lexicon import Lexicon, Name, lookup
from pipeline.script import HAN, HAN_RUN

REST = re.compile(
    rf"[)）]\s?[-‐–]?\s?(?P<rest>κB|\d{{1,2}}[α-ω]|[α-ω]\d?|\d{{1,2}}[A-Za-z]?(?![\d%]|\.\d)|[A-Z]\d{{1,2}}(?![\d%]|\.\d)"
    rf"|{SPELLED}(?![A-Za-z]))"
)
SHORT = re.compile(r"[A-Za-z][A-Za-z0-9-]*$")
LONG = re.compile(rf"[A-Za-z0-9{HAN}α-ω/' -]+$")
JOINT = re.compile(r"\s*(?:[(（]|[,，;；、]\s*)$")
"""What parts a long form from the short form behind it: the bracket, or a comma in it."""

LONGEST_JOINT = 4  # code points of a bracket or comma with the spaces around it
LONGEST_SHORT, LONGEST_LONG = 12, 70  # code points of a short form, and of the long form before it


def join_brackets(text: str, hits: Sequence[Hit], lexicon: Lexicon) -> Iterator[Hit]:
    """Yield the names that a closing bracket cuts in two, in code points of `text`.

    Where the brackets hold only the short form, the name is the whole from the long form on, or without one from the
    bracket on, as in `(STAT)5`; else from the short form on, as in `干扰素（interferon，IFN）-γ`.
    """
    known = {hit.end: hit for hit in hits if hit.match != "wrong"}
    for match in REST.finditer(text):
        short = SHORT.search(text, max(0, match.start() - LONGEST_SHORT), match.start())
        names = lookup(lexicon, f"{short.group()}-{match['rest']}") if short else ()
        if not short or not names:
            continue
        start, name = find_start(text, short.span(), match["rest"], names, known, lexicon)
        if start is not None:
            kind = lexicon.concept(name.concept_id).type
            yield Hit(start, match.end(), name.concept_id, kind, "enumeration", SCORES["enumeration"])


def find_start(text: str, short: tuple[int, int], rest: str, names: Sequence[Name], known: Mapping[int, Hit],
               lexicon: Lexicon) -> tuple[int | None, Name]:  # fmt: skip
    """Return where the name begins that the bracket of its short form cuts, and which of `names` it says.

    That is where the long form before the bracket does, or else the bracket; for a short form behind a comma where that
    begins. None where neither a long form tells that it is a name, nor the short form does.
    """
    opened = text[short[0] - 1 : short[0]] in ("(", "（")
    joint = JOINT.search(text, max(0, short[0] - LONGEST_JOINT), short[0])
    end = joint.start() if joint else 0
    hit, run = known.get(end), LONG.search(text, max(0, end - LONGEST_LONG), end)
    for start in (hit.start,) if hit else places_of_words(text, run.start(), end) if run else ():
        said = {name.concept_id for name in lookup(lexicon, f"{text[start:end]}-{rest}")}
        if meant := [name for name in names if name.concept_id in said]:
            return (start if opened else short[0]), meant[0]
    if not joint or short[1] not in known:
        return None, names[0]
    return (hit.start if hit and opened else short[0] - opened), names[0]


def places_of_words(text: str, first: int, last: int) -> Iterator[int]:
    """Yield where a Latin word or a Chinese character begins in `text[first:last]`."""
    for place in range(first, last):
        before = text[place - 1 : place]
        if HAN_RUN.match(text[place]) or (text[place].isalnum() and not (before.isascii() and before.isalnum())):
            yield place
