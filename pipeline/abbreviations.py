"""Abbreviations that a document defines for itself, in either language and across both.

English: by scispaCy, in segment_en. Here: a name followed by brackets that hold its short form or its other name, as in
`原发性肝癌(PLC)` or `骨形态发生蛋白10(bone morphogenetic protein 10，BMP10)`; and the test of Schwartz and Hearst
(2003) whether a short form can stand for a long one.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain

from pipeline.glosses import SHORT, Gloss, Leads, find_glosses, find_listed, find_short_before
from pipeline.hits import SCORES, Hit, Place, choose
from pipeline.script import HAN_RUN
from pipeline.segment_en import common_words
from pipeline.text import normalise

SHORT_FORM = re.compile(SHORT)
CLIPPED = re.compile("[A-Z][a-z]{1,4}|[a-z]{3,5}")
BRACKET = re.compile(r"[()（）\[\]［］【】〔〕]")
OPENING = "(（[［【〔"
LAST_DIGITS = re.compile(r"\d+$")
NAME_LIKE = re.compile(r"[\u4e00-\u9fffA-Za-z0-9α-ωⅠ-Ⅹ\-]+$")
LONGEST_NAME = 22  # characters of a Chinese long form
SHORTEST_NAME = 4  # Chinese characters; below it a rest such as `抑制剂` is taken for a name
LONGEST_AMBIGUOUS = 5  # letters of a short form that may mean something else than the lexicon says
LONGEST_SKIPPING = 3  # letters of a clipped name that leaves letters out: `Hp`

Pair = tuple[tuple[int, int], tuple[int, int]]
"""The (start, end) of a short form and of its long form."""


@dataclass(frozen=True)
class Words:
    """What tells where a Chinese long form begins: words that no name holds, and class words that end names; and what
    leads to a short form.
    """

    borders: frozenset[str]
    classes: tuple[str, ...]
    leads: Leads


@dataclass(frozen=True)
class Names:
    """What the lexicon says of the names of a concept (its id): whether a long form may be one, whether a word begins one,
    whether a long form says what none of them says, its English name; and the words that are no names.
    """

    can_mean: Callable[[str, str], bool]
    begin: Callable[[str, str], bool]
    says_more: Callable[[str, str], bool]
    called: Callable[[str], str]
    stops: frozenset[str]


@dataclass(frozen=True)
class Definitions:
    """What a document defines, as it is read: `meant` by short form with the place of each definition (an exact hit where
    that is what the lexicon says), `added` the long forms that no lexicon has, and `other` the short forms that mean
    something else than the lexicon says.

    `by_span` has the names of the lexicon, `by_end` those found by their shape, too.
    """

    text: str
    by_span: Mapping[tuple[int, int], Hit]
    by_end: Mapping[int, Hit]
    names: Names
    meant: dict[str, dict[int, Hit]] = field(default_factory=dict)
    added: list[Hit] = field(default_factory=list)
    other: set[str] = field(default_factory=set)

    def name(self, span: tuple[int, int], known: Hit) -> None:
        """Take that `span` is a name of what the short form `known` stands for, unless it speaks of something else."""
        surface = self.text[known.start : known.end]
        if not is_balanced(self.text[span[0] : span[1]]) or any(
            span[0] <= hit.start
            and hit.end <= span[1]
            and hit.type == known.type
            and hit.concept_id != known.concept_id
            and hit.start == span[0]
            for hit in self.by_end.values()
        ):
            return
        if is_doubtful(surface) and not self.names.can_mean(self.text[span[0] : span[1]], known.concept_id):
            self.other.add(surface)
            return
        self.add(span, known)

    def add(self, span: tuple[int, int], known: Hit) -> None:
        """Add `span` as a name of what the short form `known` stands for."""
        self.added.append(
            known._replace(start=span[0], end=span[1], match="abbreviation", score=SCORES["abbreviation"])
        )

    def define(self, short: tuple[int, int], long: Hit) -> None:
        """Take that `short` stands for `long`: this goes before the lexicon, unless that knows the short form well."""
        surface = self.text[short[0] : short[1]]
        known = self.by_span.get(short)
        if not self.may_stand(surface, long) or self.is_compound(short, long):
            return
        if known and self.is_sure(known, long):
            self.add((long.start, long.end), known)
        elif known and known.concept_id == long.concept_id:
            self.meant.setdefault(surface, {})[short[0]] = known
        elif known is None or self.goes_before(long, known):
            said = long._replace(match="abbreviation", score=SCORES["abbreviation"])
            self.meant.setdefault(surface, {})[short[0]] = said

    def is_compound(self, short: tuple[int, int], long: Hit) -> bool:
        """Tell whether a short form is two names, as in `JAK-STAT`, or holds one that says all that it means."""
        ends = (self.by_end.get(end) for end in range(short[0] + 1, short[1] + 1))
        inside = [hit for hit in ends if hit and hit.start >= short[0] and (hit.start, hit.end) != short]
        return len(inside) > 1 or any(hit.concept_id == long.concept_id for hit in inside)

    def is_sure(self, known: Hit, long: Hit) -> bool:
        """Tell whether a gene's symbol corrects the Chinese name that it glosses: `酪氨酸激酶2（JAK2）`."""
        name, surface = self.text[long.start : long.end], self.text[known.start : known.end]
        number, own = LAST_DIGITS.search(name), LAST_DIGITS.search(surface)
        return (
            known.type == long.type == "gene"
            and known.concept_id != long.concept_id
            and bool(number and own and number.group() == own.group() and HAN_RUN.search(name))
            and self.names.can_mean(name, known.concept_id)
        )

    def goes_before(self, long: Hit, known: Hit) -> bool:
        """Tell whether a short form means `long` though the lexicon knows it as `known`.

        It does where it is the acronym of what the long form is called in English, and doubtful: the lexicon's reading
        is no acronym, or the long form says what that never does. A symbol with a digit may still be a drug's.
        """
        surface = self.text[known.start : known.end]
        doubtful = is_doubtful(surface)
        if known.type != long.type and doubtful:
            return True
        if long.match == "shape" or not is_acronym(surface, self.names.called(long.concept_id)):
            return False
        if known.type != long.type:
            return long.type == "drug"
        name = self.text[long.start : long.end]
        return doubtful and (
            not is_acronym(surface, self.names.called(known.concept_id))
            or self.names.says_more(name, known.concept_id)
        )

    def may_stand(self, surface: str, long: Hit) -> bool:
        """Tell whether `surface` may be the short form of `long`: an acronym, or its name cut short."""
        name = self.text[long.start : long.end]
        if is_short(surface):
            if long.match == "shape" and surface.lower() in self.names.stops:
                return False
            return bool(HAN_RUN.search(name)) or can_stand_for(surface, name)
        if not is_clipped(surface) or surface.lower() in self.names.stops:
            return False
        skips = len(surface) <= LONGEST_SKIPPING and surface[0].isupper() and can_stand_for(surface, name)
        return skips or self.names.begin(surface, long.concept_id)


def read_definitions(
    text: str,
    hits: list[Hit],
    place: Place,
    words: Words,
    defined: Iterable[Pair],
    names: Names,
) -> list[Hit]:
    """Return the hits with what the document's own definitions add: short forms everywhere, long forms where defined.

    `defined` are the pairs that the English segmenter found; `words` says where Chinese long forms begin, `names` what
    may name a concept.
    """
    real = [hit for hit in hits if hit.match != "wrong"]
    known = {(hit.start, hit.end): hit for hit in real if hit.match != "shape"}
    found = Definitions(text, known, {hit.end: hit for hit in real}, names)
    borders = WordBorders(place)
    for short, span in defined:
        read_pair(short, span, found)
    for gloss in find_glosses(text, words.leads):
        read_gloss(gloss, found, borders, words)
    for short, span in find_listed(text, known):
        read_turned(short, known[span], found)
    new = {short: said for short, said in found.meant.items() if any(hit.match == "abbreviation" for hit in said.values())}
    repeats = list(find_repeats(text, new))
    spans = {(hit.start, hit.end) for hit in chain(repeats, found.added)}
    kept = [
        hit
        for hit in hits
        if (hit.start, hit.end) not in spans and text[hit.start : hit.end].removesuffix("s") not in found.other
    ]
    return choose([*kept, *found.added, *repeats])


def read_pair(short: tuple[int, int], span: tuple[int, int], found: Definitions) -> None:
    """Take an English definition: the short form means the name that ends the long one, or names the whole of it."""
    surface = found.text[short[0] : short[1]]
    if not (is_short(surface) or is_clipped(surface)) or "," in found.text[span[0] : span[1]]:
        return
    long = found.by_end.get(span[1])
    known = found.by_span.get(short)
    if long and long.start <= span[0]:
        found.define(short, long)
    elif known and (long is None or long.concept_id != known.concept_id):
        found.name(span, known)
    elif long:
        found.define(short, long)


class WordBorders:
    """Where the words of a document begin and end; each sentence is cut once, however many brackets it has."""

    def __init__(self, place: Place) -> None:
        """`place` knows the sentences."""
        self.place, self.known = place, dict[int, list[int]]()

    def between(self, start: int, end: int) -> list[int]:
        """Return the borders behind `start` and before `end`, clean offsets, in the sentence that holds `end`."""
        segment = self.place.at(end)
        if segment is None:
            return []
        if segment.offset not in self.known:
            cuts = {segment.offset + offset for token in segment.tokens for offset in token}
            self.known[segment.offset] = sorted(cuts)
        cuts_here = self.known[segment.offset]
        return cuts_here[bisect_right(cuts_here, start) : bisect_left(cuts_here, end)]


def end_before(text: str, at: int) -> int:
    """Return where the text before `at` ends, white space left out."""
    while at and text[at - 1].isspace():
        at -= 1
    return at


def read_gloss(gloss: Gloss, found: Definitions, borders: WordBorders, words: Words) -> None:
    """Take what one pair of brackets defines: its short forms mean the name before it, or name it."""
    text = found.text
    end = end_before(text, gloss.at)
    long = found.by_end.get(end) or next(
        (
            found.by_end[end - len(word)]
            for word in words.classes
            if text.endswith(word, 0, end) and end - len(word) in found.by_end
        ),
        None,
    )
    known = next((found.by_span[part] for part in reversed(gloss.parts) if part in found.by_span), None)
    if known and known.start == gloss.parts[0][0] and (short := find_short_before(text, gloss)):
        read_turned(short, known, found)
    if long is None and gloss.bracketed and known and is_short(text[known.start : known.end].removeprefix("p-")):
        span = find_long_form(text, gloss.at, borders, words)
        if span:
            found.name(span, known)
    for part in gloss.parts:
        surface = text[part[0] : part[1]]
        if long and (is_short(surface) or is_clipped(surface)):
            found.define(part, long)
        elif (
            known
            and part not in found.by_span
            and known.start > part[0]
            and not is_short(surface)
            and can_stand_for(text[known.start : known.end], surface)
        ):
            found.name(part, known)


def read_turned(short: tuple[int, int], long: Hit, found: Definitions) -> None:
    """Take a definition that begins with the short form, where that is an acronym: `ET (essential thrombocythemia)`."""
    surface, name = found.text[short[0] : short[1]], found.text[long.start : long.end]
    if not is_short(surface) or is_short(name) or surface.lower() in found.names.stops:
        return
    if is_acronym(surface, name) or (HAN_RUN.search(name) and is_acronym(surface, found.names.called(long.concept_id))):
        found.define(short, long)


def find_repeats(text: str, meant: Mapping[str, Mapping[int, Hit]]) -> Iterator[Hit]:
    """Yield each place where a short form that the document defines stands, as the last definition before it says."""
    if not meant:
        return
    words = "|".join(re.escape(word) for word in sorted(meant, key=len, reverse=True))
    for match in re.finditer(rf"(?<![A-Za-z0-9])({words})s?(?![A-Za-z0-9])", text):
        said = meant[match.group(1)]
        at = max((place for place in said if place <= match.start()), default=min(said))
        yield said[at]._replace(start=match.start(), end=match.end())


def is_doubtful(surface: str) -> bool:
    """Tell whether a short form may well mean something else than the lexicon says: a few letters, no digit."""
    return (
        len(surface) <= LONGEST_AMBIGUOUS
        and surface.isascii()
        and not any(character.isdigit() for character in surface)
    )


def is_short(text: str) -> bool:
    """Tell whether `text` has the shape of an abbreviation: short, Latin, with at least two capitals or digits."""
    return bool(SHORT_FORM.fullmatch(text)) and sum(c.isupper() or c.isdigit() for c in text) >= 2


def is_clipped(text: str) -> bool:
    """Tell whether `text` has the shape of a name cut short, and is no common word: `Dox` of doxorubicin."""
    return bool(CLIPPED.fullmatch(text)) and text.lower() not in common_words()


def can_stand_for(short: str, long: str) -> bool:
    """Tell whether the letters of `short` stand in `long` in this order, the first of them at the start of a word."""
    letters = [character.lower() for character in normalise(short) if character.isalnum()]
    long = normalise(long)
    at = len(long) - 1
    for index in range(len(letters) - 1, -1, -1):
        while at >= 0 and (long[at].lower() != letters[index] or (index == 0 and at > 0 and long[at - 1].isalnum())):
            at -= 1
        if at < 0:
            return False
        at -= 1
    return True


def is_acronym(short: str, name: str) -> bool:
    """Tell whether `short` can stand for `name`, from its first letter on, and does not stand in it."""
    if short[:1].lower() != name[:1].lower() or not can_stand_for(short, name):
        return False
    return not re.search(rf"(?<![A-Za-z0-9]){re.escape(short)}(?![A-Za-z0-9])", name, re.IGNORECASE)


def is_balanced(text: str) -> bool:
    """Tell whether each bracket of `text` has its other half in it."""
    depth = 0
    for sign in BRACKET.findall(text):
        depth += 1 if sign in OPENING else -1
        if depth < 0:
            return False
    return depth == 0


def find_long_form(text: str, at: int, borders: WordBorders, words: Words) -> tuple[int, int] | None:
    """Return the (start, end) of the Chinese name that ends at `at`, before its brackets; None if there is none.

    The name runs back over the segmenter's words to a word that no name holds (a border of `words`), unless that word
    goes with a class word as in `抑制因子`.
    """
    end = end_before(text, at)
    run = NAME_LIKE.search(text, max(0, end - LONGEST_NAME), end)
    if not run:
        return None
    places = [run.start(), *(cut for cut in borders.between(run.start(), at) if cut < end), end]
    start = end
    for first, last in reversed(list(zip(places, places[1:], strict=False))):
        if text[first:last] in words.borders and not text.startswith(words.classes, last):
            break
        start = first
    name = text[start:end]
    return (start, end) if sum(map(len, HAN_RUN.findall(name))) >= SHORTEST_NAME else None
