"""A sentence as the rules read it: a row of elements, each with one symbol."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipeline.patterns import Language, Word, split_phrase
from pipeline.records import Span
from pipeline.sites import Sites
from pipeline.text import HAN_RUN

UNKNOWN, NUMBER, SITE = (frozenset([name]) for name in ("w", "num", "site"))
LONGEST_HAN = 10  # characters of the longest Chinese word or phrase that the rules know


@dataclass(frozen=True, slots=True)
class Member:
    """A mention in a group: the span's place in the list of spans; `excluded` by `but not`; `side` of a `with`."""

    span: int
    excluded: bool = False
    side: int = 0


@dataclass(frozen=True, slots=True)
class Element:
    """A stretch of the sentence (`start`, `end` in its text) with its classes; a group of mentions has members."""

    start: int
    end: int
    classes: frozenset[str]
    word: Word | None = None
    members: tuple[Member, ...] = ()
    site: str = ""


@dataclass(frozen=True)
class Elements:
    """The elements of a sentence, and their symbols read onwards and backwards."""

    row: tuple[Element, ...]
    symbols: str
    reversed: str


def read_elements(
    text: str, spans: Sequence[Span], language: Language, sites: Sites, cuts: frozenset[int]
) -> Elements:
    """Return the elements of `text`: its mentions, joined to groups where they are coordinated, and the words between.

    `spans` are sorted by place; `cuts` are the offsets where a Chinese word begins or ends, as the
    segmenter sees it: a word of one character counts only where it is a word there.
    """
    row: list[Element] = []
    at = 0
    for index, span in enumerate(spans):
        mention = Element(span.start, span.end, frozenset(["E", span.type]), members=(Member(index),))
        if span.start < at:  # a name inside a name, as some corpora mark them
            row[-1] = join([row[-1], mention])
            at = max(at, span.end)
            continue
        row += read_gap(text, at, span.start, language, sites, cuts)
        row.append(mention)
        at = span.end
    row += read_gap(text, at, len(text), language, sites, cuts)
    row = join_groups(row, language)
    symbols = encode(row, language)
    return Elements(tuple(row), symbols, symbols[::-1])


def encode(row: Sequence[Element], language: Language) -> str:
    """Return one symbol an element."""
    return "".join(language.symbols[element.classes] for element in row)


def read_gap(text: str, start: int, end: int, language: Language, sites: Sites, cuts: frozenset[int]) -> Iterator[Element]:
    """Yield the elements of `text[start:end]`, which holds no mention: residues, and the words around them."""
    at = start
    for site in sites.find(text, start, end):
        yield from read_words(text, at, site.start, language, cuts)
        yield Element(site.start, site.end, SITE, site=site.name)
        at = site.end
    yield from read_words(text, at, end, language, cuts)


def read_words(text: str, start: int, end: int, language: Language, cuts: frozenset[int]) -> Iterator[Element]:
    """Yield the elements of `text[start:end]`, which holds no mention and no residue."""
    tokens: list[tuple[str, int, int]] = []
    for token in split_phrase(text, start, end):
        if HAN_RUN.match(token[0]):
            yield from read_phrases(tokens, language)
            tokens = []
            yield from read_han(text, token[1], token[2], language, cuts)
        else:
            tokens.append(token)
    yield from read_phrases(tokens, language)


def read_phrases(tokens: Sequence[tuple[str, int, int]], language: Language) -> Iterator[Element]:
    """Yield the elements of words that are not Chinese, the longest known phrase first."""
    at = 0
    while at < len(tokens):
        first, start, end = tokens[at]
        size = min(language.longest.get(first, 1), len(tokens) - at)
        while size > 1 and " ".join(token[0] for token in tokens[at : at + size]) not in language.words:
            size -= 1
        word = language.words.get(" ".join(token[0] for token in tokens[at : at + size]))
        classes = word.classes if word else NUMBER if first[0].isdigit() else UNKNOWN
        yield Element(start, tokens[at + size - 1][2], classes, word)
        at += size


def read_han(text: str, start: int, end: int, language: Language, cuts: frozenset[int]) -> Iterator[Element]:
    """Yield the elements of a run of Chinese characters: the longest known word first, else the segmenter's words."""
    at = unknown = start
    while at < end:
        size = next((size for size in range(min(LONGEST_HAN, end - at), 0, -1)
                     if text[at : at + size] in language.words and stands_free(at, size, cuts, start, end)), 0)  # fmt: skip
        if size:
            yield from cut_unknown(unknown, at, cuts)
            word = language.words[text[at : at + size]]
            yield Element(at, at + size, word.classes, word)
            unknown = at + size
        at += size or 1
    yield from cut_unknown(unknown, end, cuts)


def stands_free(at: int, size: int, cuts: frozenset[int], start: int, end: int) -> bool:
    """Tell whether a word of one character is a word of its own for the segmenter; longer words always are.

    A run of Chinese characters from `start` to `end` begins and ends with a word, whatever the segmenter says.
    """
    return size > 1 or not cuts or ((at == start or at in cuts) and (at + size == end or at + size in cuts))


def cut_unknown(start: int, end: int, cuts: frozenset[int]) -> Iterator[Element]:
    """Yield the segmenter's words of a stretch that the rules do not know, or its pairs of characters without one."""
    at = start
    for stop in range(start + 1, end + 1):
        if stop == end or (stop in cuts if cuts else stop - at == 2):
            yield Element(at, stop, UNKNOWN)
            at = stop


def join_groups(row: list[Element], language: Language) -> list[Element]:
    """Join coordinated mentions (`A, B and C`, `A（B）`, `A/B`) to one element, the excluded ones (`but not D`) too."""
    symbols = encode(row, language)
    joined: list[Element] = []
    at = 0
    for match in language.group.finditer(symbols):
        joined += row[at : match.start()]
        joined.append(join(row[match.start() : match.end()]))
        at = match.end()
    return joined + row[at:]


def join(parts: Sequence[Element]) -> Element:
    """Return one element for the mentions among `parts`."""
    members: list[Member] = []
    classes = {"E"}
    excluded, side = False, 0
    for part in parts:
        excluded |= "butnot" in part.classes
        side += "with" in part.classes and "and" not in part.classes
        members += [Member(member.span, excluded, side) for member in part.members]
        classes |= part.classes if part.members else set()
    return Element(parts[0].start, max(part.end for part in parts), frozenset(classes), members=tuple(members))
