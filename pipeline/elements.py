"""A sentence as the rules read it: a row of elements, each with one symbol."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from pipeline.patterns import MENTIONED, MIRNA, NUMBER, SITE, TOKEN, UNKNOWN, Language, Word
from pipeline.records import Span
from pipeline.sites import Site, Sites

FIRST_HAN, LAST_HAN = "\u3400", "\ufaff"
MOST_RUNS = 100_000  # kept runs of Chinese characters, some 30 MB; then the memory is emptied
CLAUSE = frozenset({"comma", "semi", "stop", "colon", "open", "report"})  # what a clause begins behind
SHORT = 3  # characters of a gap between mentions that comes again and again
Cut = Callable[[str], frozenset[int]]
"""Takes a run of Chinese characters, gives the offsets where its words begin and end; empty if it does not know."""


class Member(NamedTuple):
    """A mention in a group: the span's place in the list of spans; `excluded` by `but not`;
    `side` of a `with`; `added` by `combined with`; `deed`: of which class of names it is.
    """

    span: int
    excluded: bool = False
    side: int = 0
    added: bool = False
    deed: str = ""


class Element(NamedTuple):
    """A stretch of the sentence (`start`, `end` in its text) with its classes; a group of mentions has members."""

    start: int
    end: int
    classes: frozenset[str]
    word: Word | None = None
    members: tuple[Member, ...] = ()
    site: str = ""


@dataclass(frozen=True)
class Elements:
    """The elements of a sentence, their symbols read onwards and backwards and each once, and whether it may ask.

    `cues` are those of `neg`, `spec` and `site` that it holds.
    """

    row: tuple[Element, ...]
    symbols: str
    reversed: str
    kinds: frozenset[str]
    asks: bool
    cues: frozenset[str]


def read_elements(
    text: str, spans: Sequence[Span], language: Language, sites: Sites, cut: Cut
) -> Elements:
    """Return the elements of `text`: its mentions, joined to groups where they are coordinated, and the words between.

    `spans` are sorted by place; `cut` is how the segmenter cuts a run of Chinese characters: a word of one character
    counts only where it is a word there.
    """
    row: list[Element] = []
    at = 0
    residues = sites.find(text)
    for index, span in enumerate(spans):
        small = span.type == "gene" and text[span.start : span.start + 9].lower().startswith(language.mirnas)
        member = Member(index, deed=find_deed(text, span, language))
        mention = Element(span.start, span.end, MIRNA if small else MENTIONED[span.type], members=(member,))
        if span.start < at:  # a name inside a name, as some corpora mark them
            row[-1] = join([row[-1], mention])
            at = max(at, span.end)
            continue
        read_gap(row, text, at, span.start, language, residues, cut)
        row.append(mention)
        at = span.end
    read_gap(row, text, at, len(text), language, residues, cut)
    row = join_groups(row, language, spans)
    symbols = encode(row, language)
    cues = frozenset(name for name, expression in language.cues.items() if expression.search(symbols))
    return Elements(tuple(row), symbols, symbols[::-1], frozenset(symbols), language.asking.search(symbols) is not None, cues)


def find_deed(text: str, span: Span, language: Language) -> str:
    """Return of which class of names a gene's is: `kinase-name`, `ligand-name`, or none."""
    if span.type != "gene":
        return ""
    return next((deed for deed, names in language.deeds.items() if names.match(text, span.start, span.end)), "")


def encode(row: Sequence[Element], language: Language) -> str:
    """Return one symbol an element."""
    symbols = language.symbols
    return "".join([symbols[element.classes] for element in row])


def read_gap(row: list[Element], text: str, start: int, end: int, language: Language, sites: Sequence[Site],
             cut: Cut) -> None:  # fmt: skip
    """Add the elements of `text[start:end]`, which holds no mention: residues, and the words around them."""
    at = start
    for site in sites:
        if at <= site.start and site.end <= end:
            read_words(row, text, at, site.start, language, cut)
            row.append(Element(site.start, site.end, SITE, site=site.name))
            at = site.end
    if end - at > SHORT:
        read_words(row, text, at, end, language, cut)
    elif at < end:
        read_short(row, text[at:end], at, language, cut)


def read_short(row: list[Element], gap: str, start: int, language: Language, cut: Cut) -> None:
    """Add the elements of a gap of few characters, such as `、`, that begins at `start`; what was made of one is kept."""
    parts = language.gaps.get(gap)
    if parts is None:
        if len(language.gaps) >= MOST_RUNS:
            language.gaps.clear()
        read: list[Element] = []
        read_words(read, gap, 0, len(gap), language, cut)
        parts = language.gaps[gap] = tuple((part.start, part.end, part.classes, part.word) for part in read)
    row += [Element(start + first, start + last, classes, word) for first, last, classes, word in parts]


def read_words(row: list[Element], text: str, start: int, end: int, language: Language, cut: Cut) -> None:
    """Add the elements of `text[start:end]`, which holds no mention and no residue."""
    words, longest = language.words, language.longest
    pending: list[tuple[str, int, int]] = []
    for match in TOKEN.finditer(text, start, end):
        token = match.group()
        if FIRST_HAN <= token[0] <= LAST_HAN:
            if pending:
                read_phrases(row, pending, language)
                pending = []
            read_han(row, text, match.start(), match.end(), language, cut)
            continue
        token = token.lower()
        if pending or longest.get(token, 1) > 1:
            pending.append((token, match.start(), match.end()))
        elif word := words.get(token):
            row.append(Element(*match.span(), word.classes, word))
        else:
            row.append(Element(*match.span(), NUMBER if token[0].isdigit() else UNKNOWN))
    if pending:
        read_phrases(row, pending, language)


def read_phrases(row: list[Element], tokens: Sequence[tuple[str, int, int]], language: Language) -> None:
    """Add the elements of words that are not Chinese, the longest known phrase first."""
    words, longest = language.words, language.longest
    at = 0
    while at < len(tokens):
        text, start, end = tokens[at]
        size = min(longest.get(text, 1), len(tokens) - at)
        word = words.get(text) if size == 1 else None
        while size > 1 and word is None:
            word = words.get(" ".join(token[0] for token in tokens[at : at + size]))
            size -= word is None
            word = word or (words.get(text) if size == 1 else None)
        classes = word.classes if word else NUMBER if text[0].isdigit() else UNKNOWN
        row.append(Element(start, tokens[at + size - 1][2], classes, word))
        at += size


def read_han(row: list[Element], text: str, start: int, end: int, language: Language, cut: Cut) -> None:
    """Add the elements of a run of Chinese characters; what was made of a run is kept, as most come again."""
    run = text[start:end]
    parts = language.runs.get(run)
    if parts is None:
        if len(language.runs) >= MOST_RUNS:
            language.runs.clear()
        parts = language.runs[run] = tuple(read_run(run, language, cut(run)))
    for first, last, word in parts:
        row.append(Element(start + first, start + last, word.classes if word else UNKNOWN, word))


def read_run(run: str, language: Language, cuts: frozenset[int]) -> Iterator[tuple[int, int, Word | None]]:
    """Yield (start, end, word) of a run of Chinese characters: the longest known word first, else the segmenter's words.

    A known word of several characters is a border for the single characters beside it, as a cut of the segmenter is.
    """
    found = [(last + 1 - len(word.text), last + 1, word) for last, word in language.chinese.iter_long(run)]
    borders = cuts and cuts.union(*((at, end) for at, end, _ in found if end - at > 1))
    unknown = 0
    for at, end, word in found:
        if end - at > 1 or stands_free(at, borders, len(run)):
            yield from cut_unknown(unknown, at, cuts)
            yield at, end, word
            unknown = end
    yield from cut_unknown(unknown, len(run), cuts)


def stands_free(at: int, cuts: frozenset[int], size: int) -> bool:
    """Tell whether the character at `at` is a word of its own for the segmenter; a run begins and ends with a word."""
    return not cuts or ((at == 0 or at in cuts) and (at + 1 == size or at + 1 in cuts))


def cut_unknown(start: int, end: int, cuts: frozenset[int]) -> Iterator[tuple[int, int, None]]:
    """Yield the segmenter's words of a stretch that the rules do not know, or its pairs of characters without one."""
    at = start
    for stop in range(start + 1, end + 1):
        if stop == end or (stop in cuts if cuts else stop - at == 2):
            yield at, stop, None
            at = stop


def whole(run: str) -> frozenset[int]:
    """Cut nothing: for texts whose words no segmenter gave."""
    return frozenset()


def join_groups(row: list[Element], language: Language, spans: Sequence[Span]) -> list[Element]:
    """Join coordinated mentions (`A, B and C`, `A（B）`, `A/B`) to one element, the excluded ones (`but not D`) too.

    A name that a comma repeats begins a new clause (`A activates B, B activates C`): it is no further member. Neither
    is one with a verb of its own (`A activates B, C inhibits D`).
    """
    joined: list[Element] = []
    at = 0
    symbols = encode(row, language)
    for match in language.group.finditer(symbols):
        if match.end() - match.start() == 1:
            continue
        joined += row[at : match.start()]
        parts = row[match.start() : match.end()]
        cut = find_repeat(parts, spans)
        if cut == len(parts) and language.predicate.match(symbols, match.end()) and has_verb(row, match.start()):
            cut = find_last_comma(parts)
        pieces = (parts[:cut], parts[cut : cut + 1], parts[cut + 1 :])
        joined += [join(piece) if len(piece) > 1 else piece[0] for piece in pieces if piece]
        at = match.end()
    return joined + row[at:] if at else row


def find_repeat(parts: Sequence[Element], spans: Sequence[Span]) -> int:
    """Return the place of a comma, outside brackets, between two mentions of one concept; else the number of parts."""
    for place in range(1, len(parts) - 1):
        if "open" in parts[place].classes:
            break
        before, behind = parts[place - 1].members, parts[place + 1].members
        if before and behind and "comma" in parts[place].classes:
            one, other = spans[before[-1].span].concept, spans[behind[0].span].concept
            if one and one == other:
                return place
    return len(parts)


def has_verb(row: Sequence[Element], place: int) -> bool:
    """Tell whether a verb, but none that modifies a noun (`激活的`), stands before `place` in its clause."""
    while place and not row[place - 1].classes & CLAUSE:
        place -= 1
        if "verb" in row[place].classes and "de" not in row[place + 1].classes:
            return True
    return False


def find_last_comma(parts: Sequence[Element]) -> int:
    """Return the place of the last comma between mentions, outside brackets; else the number of parts."""
    depth = 0
    for place in range(len(parts) - 1, 0, -1):
        classes = parts[place].classes
        depth += ("close" in classes) - ("open" in classes)
        if depth == 0 and "comma" in classes:
            return place
    return len(parts)


def find_targets(parts: Sequence[Element]) -> set[int]:
    """Return the places of the genes in brackets behind a drug: they are what it acts on, no other names of it."""
    targets: set[int] = set()
    inside = False
    for place, part in enumerate(parts):
        if "open" in part.classes:
            inside = place > 0 and parts[place - 1].classes == MENTIONED["drug"]
        elif "close" in part.classes:
            inside = False
        elif inside and part.classes & MENTIONED["gene"] == MENTIONED["gene"]:
            targets.add(place)
    return targets


def join(parts: Sequence[Element]) -> Element:
    """Return one element for the mentions among `parts`, but for the targets of drugs in brackets: `tofacitinib (JAK1/3)`."""
    members: list[Member] = []
    classes = {"E"}
    excluded, side, added = False, 0, False
    targets = find_targets(parts)
    for place, part in enumerate(parts):
        if place in targets:
            continue
        excluded |= "butnot" in part.classes
        side += ("with" in part.classes and "and" not in part.classes) or "joint" in part.classes
        added |= "joint" in part.classes
        members += [Member(member.span, excluded, side, added, member.deed) for member in part.members]
        classes |= part.classes if part.members else set()
    return Element(parts[0].start, max(part.end for part in parts), frozenset(classes), members=tuple(members))
