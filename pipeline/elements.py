"""A sentence as the rules read it: a row of elements, each with one symbol."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple, TypeVar

from pipeline.patterns import MENTIONED, MIRNA, NUMBER, SITE, TOKEN, UNKNOWN, Absent, Language, Word
from pipeline.records import Span
from pipeline.sites import Site, Sites

FIRST_HAN, LAST_HAN = "\u3400", "\ufaff"
MOST_RUNS = 100_000  # kept runs of Chinese characters, some 30 MB; then the memory is emptied
CLAUSE = frozenset({"comma", "semi", "stop", "colon", "open", "report"})  # what a clause begins behind
PARTING = frozenset({"comma", "semi", "and", "pause", "butnot", "with", "joint"})  # what parts the items of a list
FRONT = frozenset({"resp", "after", "contrast", "absence", "than", "in", "via", "by", "due", "with"})
"""What a phrase in front of a sentence begins with."""
OPENING, CLOSING = "(（[", ")）]"
LONGEST_FRONT = 12  # elements before the last part of a name that a bracket cuts: `（interferon，`
SHORT = 3  # characters of a gap between mentions that comes again and again
Value = TypeVar("Value")
Cut = Callable[[str], frozenset[int]]
"""Takes a run of Chinese characters, gives the offsets where its words begin and end; empty if it does not know."""


class Member(NamedTuple):
    """A mention in a group: the span's place in the list of spans; `excluded` by `but not`;
    `side` of a `with`; `added` by `combined with`; `deed`: of which class of names it is; `unit`: in which item of
    the list it stands, where `JAK1/2` and a name with its gloss are one.
    """

    span: int
    excluded: bool = False
    side: int = 0
    added: bool = False
    deed: str = ""
    unit: int = 0


class Element(NamedTuple):
    """A word, mark, residue or group of mentions with its classes; only a group has members.

    `start`, `end` count from a place in the sentence that `Elements.bases` has, so that a word that comes again is read
    once; those of mentions and residues count from the sentence's begin.
    """

    start: int
    end: int
    classes: frozenset[str]
    word: Word | None = None
    members: tuple[Member, ...] = ()
    site: str = ""


class Parts(NamedTuple):
    """The elements of a token, or of a gap, and how many tokens the longest phrase has that begins with it."""

    elements: tuple[Element, ...]
    longest: int = 1


@dataclass
class Row:
    """The elements of a sentence while it is read, and for each where its offsets count from."""

    elements: list[Element]
    bases: list[int]

    def add(self, elements: Sequence[Element], base: int = 0) -> None:
        """Add elements whose offsets count from `base`."""
        self.elements += elements
        self.bases += [base] * len(elements)


@dataclass(frozen=True)
class Elements:
    """The elements of a sentence, the offsets that each counts from, their symbols read onwards and backwards and each once.

    `cues` are those of `patterns.CUES` that it holds: what is not there need not be looked for. `groups` are the places
    of its mentions.
    """

    text: str
    row: tuple[Element, ...]
    bases: tuple[int, ...]
    symbols: str
    reversed: str
    kinds: frozenset[str]
    cues: frozenset[str]
    groups: tuple[int, ...]

    def surface(self, place: int) -> str:
        """Return the text of the element at `place`."""
        base, element = self.bases[place], self.row[place]
        return self.text[base + element.start : base + element.end]


def lacks(kinds: frozenset[str], absent: Sequence[Absent]) -> bool:
    """Tell whether symbols that a pattern needs are not among `kinds`, those of a sentence."""
    return any(missing(kinds) for missing in absent)


def read_elements(
    text: str, spans: Sequence[Span], language: Language, sites: Sites, cut: Cut
) -> Elements:
    """Return the elements of `text`: its mentions, joined to groups where they are coordinated, and the words between.

    `spans` are sorted by place; `cut` is how the segmenter cuts a run of Chinese characters: a word of one character
    counts only where it is a word there.
    """
    row = Row([], [])
    at = 0
    residues = sites.find(text)
    for index, span in enumerate(spans):
        mention = read_mention(index, span, text[span.start : span.end], language)
        if span.start < at:  # a name inside a name, as some corpora mark them
            row.elements[-1] = join([row.elements[-1], mention], row.elements[-1].start, max(at, span.end))
            at = max(at, span.end)
            continue
        read_gap(row, text, at, span.start, language, residues, cut)
        if is_cut(text[span.start : span.end]):
            mention = mention._replace(start=min(drop_front(row), span.start))
        row.add((mention,))
        at = span.end
    read_gap(row, text, at, len(text), language, residues, cut)
    row = join_groups(row, drop_markers(row.elements, language), language, spans)
    symbols = encode(row.elements, language)
    kinds = frozenset(symbols)
    cues = frozenset([name for name, marks in language.cues.items() if not kinds.isdisjoint(marks)])
    groups = tuple([place for place, element in enumerate(row.elements) if element.members])
    return Elements(text, tuple(row.elements), tuple(row.bases), symbols, symbols[::-1], kinds, cues, groups)


def is_cut(name: str) -> bool:
    """Tell whether a bracket closes in a name that does not open there: `IFN）-γ`."""
    return any(mark in name for mark in CLOSING) and not any(mark in name for mark in OPENING)


def drop_front(row: Row) -> int:
    """Take out what stands before the last part of a name that a bracket cuts, from the long form on; return where it began.

    Of `干扰素（interferon，IFN）-γ` neither the family nor its English name is spoken of.
    """
    elements = row.elements
    nearest = range(len(elements) - 1, max(-1, len(elements) - 1 - LONGEST_FRONT), -1)
    opened = next((place for place in nearest if "open" in elements[place].classes), None)
    if opened is None or any("close" in element.classes for element in elements[opened:]):
        return sys.maxsize
    first = opened - 1 if opened and elements[opened - 1].members else opened
    start = row.bases[first] + elements[first].start
    del elements[first:], row.bases[first:]
    return start


def read_mention(index: int, span: Span, name: str, language: Language) -> Element:
    """Return the element of a mention, the one at `index` of its sentence; what is known of a gene's name is kept."""
    if span.type != "gene":
        return Element(span.start, span.end, MENTIONED[span.type], None, (Member(index),))
    known = language.named.get(name)
    if known is None:
        classes = MIRNA if name[:9].lower().startswith(language.mirnas) else MENTIONED["gene"]
        known = classes, find_deed(name, language)
        keep(language.named, name, known)
    return Element(span.start, span.end, known[0], None, (Member(index, False, 0, False, known[1]),))


def find_deed(name: str, language: Language) -> str:
    """Return of which class of names a gene's is: `kinase-name`, `ligand-name`, or none."""
    return next((deed for deed, names in language.deeds.items() if names.match(name)), "")


def encode(row: Sequence[Element], language: Language) -> str:
    """Return one symbol an element."""
    symbols = language.symbols
    return "".join([symbols[element.classes] for element in row])


def read_gap(row: Row, text: str, start: int, end: int, language: Language, sites: Sequence[Site], cut: Cut) -> None:
    """Add the elements of `text[start:end]`, which holds no mention: residues, and the words around them."""
    at = start
    for site in sites:
        if at <= site.start and site.end <= end:
            read_words(row, text, at, site.start, language, cut)
            row.add((Element(site.start, site.end, SITE, site=site.name),))
            at = site.end
    if end - at > SHORT:
        read_words(row, text, at, end, language, cut)
    elif at < end:
        row.add(read_short(text[at:end], language, cut), at)


def read_short(gap: str, language: Language, cut: Cut) -> tuple[Element, ...]:
    """Return the elements of a gap of few characters, such as `、`, with offsets in it; what was made of one is kept."""
    parts = language.gaps.get(gap)
    if parts is None:
        read = Row([], [])
        read_words(read, gap, 0, len(gap), language, cut)
        parts = tuple(part._replace(start=base + part.start, end=base + part.end)
                      for part, base in zip(read.elements, read.bases, strict=True))  # fmt: skip
        keep(language.gaps, gap, parts)
    return parts


def read_words(row: Row, text: str, start: int, end: int, language: Language, cut: Cut) -> None:
    """Add the elements of `text[start:end]`, which holds no mention and no residue, the longest known phrase first."""
    tokens = list(TOKEN.finditer(text, start, end))
    at, known = 0, language.runs
    while at < len(tokens):
        token = tokens[at].group()
        parts = known.get(token) or read_token(token, language, cut)
        phrase = find_phrase(tokens[at : at + parts.longest], language) if parts.longest > 1 else None
        if phrase:
            word, size = phrase
            row.add((Element(tokens[at].start(), tokens[at + size - 1].end(), word.classes, word),))
            at += size
        else:
            row.add(parts.elements, tokens[at].start())
            at += 1


def find_phrase(tokens: Sequence[re.Match[str]], language: Language) -> tuple[Word, int] | None:
    """Return the longest known phrase of several tokens that `tokens` begin with, and their number; None without one."""
    texts = [token.group().lower() for token in tokens]
    for size in range(len(texts), 1, -1):
        if word := language.words.get(" ".join(texts[:size])):
            return word, size
    return None


def read_token(token: str, language: Language, cut: Cut) -> Parts:
    """Return the elements of a Latin word, a number, a mark or a run of Chinese characters, with offsets in it.

    What was made of one is kept, as most come again.
    """
    if FIRST_HAN <= token[0] <= LAST_HAN:
        parts = Parts(tuple(Element(start, end, word.classes if word else UNKNOWN, word)
                            for start, end, word in read_run(token, language, cut(token))))  # fmt: skip
    else:
        lower = token.lower()
        word = language.words.get(token) or language.words.get(lower)
        classes = word.classes if word else NUMBER if token[0].isdigit() else UNKNOWN
        parts = Parts((Element(0, len(token), classes, word),), language.longest.get(lower, 1))
    keep(language.runs, token, parts)
    return parts


def keep(kept: dict[str, Value], text: str, value: Value) -> None:
    """Keep what was made of `text`; the memory of a run stays bounded."""
    if len(kept) >= MOST_RUNS:
        kept.clear()
    kept[text] = value


def read_run(run: str, language: Language, cuts: frozenset[int]) -> Iterator[tuple[int, int, Word | None]]:
    """Yield (start, end, word) of a run of Chinese characters: the longest known word first, else the segmenter's words.

    A known word of several characters is a border for the single characters beside it, as a cut of the segmenter is.
    """
    found = find_known(run, language, cuts, 0, len(run))
    borders = cuts and cuts.union(*((at, end) for at, end, _ in found if end - at > 1))
    unknown = 0
    for at, end, word in found:
        if end - at > 1 or stands_free(at, borders, len(run)):
            yield from cut_unknown(unknown, at, cuts)
            yield at, end, word
            unknown = end
    yield from cut_unknown(unknown, len(run), cuts)


def find_known(run: str, language: Language, cuts: frozenset[int], first: int, last: int) -> list[tuple[int, int, Word]]:
    """Return (start, end, word) of the longest known words of `run[first:last]`.

    One of the class `ends` that ends within a word of the segmenter gives way to shorter ones: `诱导下|游` is no `诱导下`.
    """
    found: list[tuple[int, int, Word]] = []
    for final, word in language.chinese.iter_long(run, first, last):
        at, end = final + 1 - len(word.text), final + 1
        if "ends" in word.classes and cuts and end < len(run) and end not in cuts:
            inner = find_known(run, language, cuts, at, end - 1)
            return [*found, *inner, *find_known(run, language, cuts, end - 1, last)]
        found.append((at, end, word))
    return found


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


def drop_markers(elements: list[Element], language: Language) -> str:
    """Make a mention that only says which cells are meant (`CD4+ T cells`) a word, as it neither acts nor is acted on.

    Returns the symbols of the elements.
    """
    symbols = encode(elements, language)
    if language.marks.isdisjoint(symbols):
        return symbols
    for place, element in enumerate(elements):
        if element.members and language.marker.match(symbols, place + 1):
            elements[place] = Element(element.start, element.end, UNKNOWN)
    return encode(elements, language)


def join_groups(row: Row, symbols: str, language: Language, spans: Sequence[Span]) -> Row:
    """Join coordinated mentions (`A, B and C`, `A（B）`, `A/B`) to one element, the excluded ones (`but not D`) too.

    `symbols` are those of the row.

    A name that a comma repeats begins a new clause (`A activates B, B activates C`): it is no further member. Neither
    is one with a verb of its own (`A activates B, C inhibits D`).
    """
    elements = row.elements
    joined = Row([], [])
    at = reached = 0
    for first, symbol in enumerate(symbols):
        if first < reached or symbol not in language.opening or not (match := language.group.match(symbols, first)):
            continue
        last = reached = match.end()
        if last - first == 1:
            continue
        joined.elements += elements[at:first]
        joined.bases += row.bases[at:first]
        parts = elements[first:last]
        cut, behind = find_cut(elements, symbols, first, last, language, spans)
        for begin, end in ((0, cut), *pairwise(range(cut, behind + 1)), (behind, len(parts))):
            if piece := parts[begin:end]:
                start, stop = row.bases[first + begin] + piece[0].start, row.bases[first + end - 1] + piece[-1].end
                joined.add((join(piece, start, stop) if len(piece) > 1 else piece[0]._replace(start=start, end=stop),))
        at = last
    joined.elements += elements[at:]
    joined.bases += row.bases[at:]
    return joined if at else row


def find_cut(
    row: Sequence[Element], symbols: str, first: int, last: int, language: Language, spans: Sequence[Span]
) -> tuple[int, int]:
    """Return between which places among the elements from `first` to `last` a new group begins: at their end without one."""
    parts = row[first:last]
    cut = find_repeat(parts, spans)
    if cut == len(parts) and language.predicate.match(symbols, last):
        if has_verb(row, first):
            cut = find_last_joint(parts, symbols[first:last], language.joint)
        elif follows_front(row, first):
            cut = find_front_comma(parts)
    if cut == len(parts) and (gap := find_gap(row, first, parts)):
        return gap, len(parts) - 1
    if cut == len(parts) and gives_examples(parts, 2) and is_defining(row, first):
        return 1, 3
    if cut == len(parts) and (names_those_of(row, first) and is_of_other_kind(parts)):
        return next(((1, at + 1) for at in (1, 2) if gives_examples(parts, at)), (cut, cut + 1))
    return cut, cut + 1


def find_gap(row: Sequence[Element], first: int, parts: Sequence[Element]) -> int:
    """Return the place behind the first mention among `parts` if others pair up without a verb: `A activates B, and C D`; else 0.

    C is of the class of names of A, D of that of B, which is another one.
    """
    acts = next((part.members[-1].deed for part in reversed(row[:first]) if part.members), "")
    object_ = parts[0].members[-1].deed if parts[0].members else ""
    if not acts or not object_ or acts == object_ or not any("verb" in part.classes for part in row[max(0, first - 6) : first]):
        return 0
    for at in range(1, len(parts) - 2):
        pair = [part.members[0].deed for part in parts[at + 1 : at + 3] if part.members]
        if parts[at].classes & {"and", "comma"} and pair == [acts, object_]:
            return 1
    return 0


def gives_examples(parts: Sequence[Element], place: int) -> bool:
    """Tell whether `such as` stands at `place` behind the first mention, and nothing but a comma between."""
    return len(parts) > place + 1 and (place == 1 or "comma" in parts[1].classes) and "suchas" in parts[place].classes


def names_those_of(row: Sequence[Element], place: int) -> bool:
    """Tell whether the mention at `place` says of what something is an inhibitor, ligand or target: `substrates of A`."""
    at = place - 1
    while at > 0 and row[at].classes & {"w", "det", "adjective", "head"} and "of" not in row[at].classes:
        at -= 1
    return at > 0 and "of" in row[at].classes and bool(row[at - 1].classes & {"agent", "goal"})


def is_of_other_kind(parts: Sequence[Element]) -> bool:
    """Tell whether the first two mentions are of different classes of names: `activators of STAT3, such as IL-6`."""
    kinds = [part.members[0].deed for part in parts if part.members]
    return len(kinds) > 1 and kinds[0] != kinds[1]


def is_defining(row: Sequence[Element], place: int) -> bool:
    """Tell whether the mention at `place` says which things are meant, of which examples follow.

    So it does in `cytokines that activate A, such as B` and `genes induced by A, such as B`.
    """
    at = place - 1
    while at > 1 and row[at].classes & {"w", "det", "adjective", "noun", "of", "head"} and not row[at].classes & {"verb", "by"}:
        at -= 1
    if "verb" in row[at].classes:
        while at > 1 and row[at - 1].classes & {"adv", "aux"} and "rel" not in row[at - 1].classes:
            at -= 1
        return at > 1 and "rel" in row[at - 1].classes
    named = {"head", "w", "be", "adv"}
    return at > 1 and "by" in row[at].classes and "past" in row[at - 1].classes and bool(row[at - 2].classes & named)


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
    """Tell whether a verb, but none that modifies a noun (`激活的`), stands before `place` in its clause.

    None does in a relative clause (`drugs that block A and B reduce C`), as the verb of its noun may follow, nor behind
    通过; an infinitive or gerund counts where it begins the clause (`to activate A, B binds C`, `by activating A, B …`),
    and so does `besides`.
    """
    found, last = False, place
    while place and not row[place - 1].classes & CLAUSE:
        place -= 1
        if "rel" in row[place].classes:
            return False
        means = place > 0 and "via" in row[place - 1].classes
        found |= "besides" in row[place].classes or (is_finite(row, place) and not means)
    opens = place + 1 < last and row[place].classes & {"to", "by", "via"} and row[place + 1].classes & {"verb", "ing"}
    return found or bool(opens)


def follows_front(row: Sequence[Element], place: int) -> bool:
    """Tell whether the clause before `place` is but a phrase in front of the sentence: `In response to A, B and C are …`."""
    while place and not row[place - 1].classes & CLAUSE:
        place -= 1
    return bool(row[place].classes & FRONT)


def find_front_comma(parts: Sequence[Element]) -> int:
    """Return the place of the comma outside brackets that ends a phrase in front; without one the number of parts.

    It is the last one behind a conjunction (`after A, B and C, D …`), else the first (`after A, B and C are …`).
    """
    depth, commas, joined = 0, [], False
    for place, part in enumerate(parts[:-1]):
        depth += ("open" in part.classes) - ("close" in part.classes)
        if depth == 0 and "comma" in part.classes and "and" not in parts[place + 1].classes:
            commas.append((joined, place))
        joined |= "and" in part.classes
    behind = [place for later, place in commas if later]
    return behind[-1] if behind else commas[0][1] if commas else len(parts)


def is_finite(row: Sequence[Element], place: int) -> bool:
    """Tell whether the element at `place` is a verb of a clause: no infinitive, no participle before or behind a noun."""
    classes, behind = row[place].classes, row[place + 1].classes
    before = row[place - 1].classes if place else UNKNOWN
    if "noun" in classes and behind & {"of", "in", "on", "by", "past"}:
        return False  # `the block caused by A and B`
    if "verb" in classes:
        return "de" not in behind and "to" not in before
    if "by" in behind and not any("be" in part.classes for part in row[max(0, place - 3) : place]):
        return False  # `B secretion induced by A and C was lowered`
    return "past" in classes and bool(before & {"E", "aux", "have", "be", "adv", "head", "close"})


def find_last_joint(parts: Sequence[Element], symbols: str, joint: frozenset[str]) -> int:
    """Return the place outside brackets where a clause may begin: behind the last comma, else behind the last `joint`.

    `symbols` are those of `parts`; without one it is the number of parts.
    """
    depth, found = 0, len(parts)
    for place in range(len(parts) - 1, 0, -1):
        classes = parts[place].classes
        depth += ("close" in classes) - ("open" in classes)
        if depth == 0 and "comma" in classes:
            return place
        if depth == 0 and found == len(parts) and symbols[place] in joint:
            found = place
    return found


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


def join(parts: Sequence[Element], start: int, end: int) -> Element:
    """Return one element, from `start` to `end`, for the mentions among `parts`.

    The targets of drugs in brackets are none of them: `tofacitinib (JAK1/3)`.
    """
    members: list[Member] = []
    classes = {"E"}
    excluded, side, added = False, 0, False
    targets, units = find_targets(parts), count_units(parts)
    for place, part in enumerate(parts):
        if place in targets or names_kind(part, parts[place + 1 : place + 2]):
            continue
        excluded |= "butnot" in part.classes
        side += ("with" in part.classes and "and" not in part.classes) or "joint" in part.classes
        added |= "joint" in part.classes
        if part.members:
            classes |= part.classes
            own = part.members
            unit = units[place]
            if excluded or side or added or unit:
                own = tuple([member._replace(excluded=excluded, side=side, added=added, unit=unit) for member in own])
            members += own
    return Element(start, end, frozenset(classes), None, tuple(members))


def names_kind(part: Element, behind: Sequence[Element]) -> bool:
    """Tell whether `part` only says what the name behind it is: `the E3 ligase CBL`."""
    return bool(part.members and behind and behind[0].members) and part.members[-1].deed == "kind-name"


def count_units(parts: Sequence[Element]) -> list[int]:
    """Return for each of `parts` in which item of the list it stands: a slash, a hyphen or a bracket begins no new one."""
    units, unit, depth, named = [], 0, 0, False
    for part in parts:
        depth += ("open" in part.classes) - ("close" in part.classes)
        if part.members:
            named = True
        elif named and not depth and part.classes & PARTING:
            unit, named = unit + 1, False
        units.append(unit)
    return units
