"""Loose rules: pairs of mentions that no other rule has linked, by what stands near or between them."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import pairwise

from pipeline.elements import Element, Elements
from pipeline.frames import Frame, locate, names_of
from pipeline.patterns import Language, Pattern
from pipeline.records import Span
from pipeline.scope import is_aim

FINITE = frozenset({"be", "have", "aux", "verb"})
NOMINAL = frozenset({"w", "det", "adjective", "head", "noun", "num", "of", "in", "from", "with", "cells", "hyphen", "adv"})
FARTHEST = 150  # elements: no subject stands farther from what is said of it


def find_loose(
    elements: Elements, language: Language, unlinked: Collection[tuple[int, int]], taken: Mapping[int, Sequence[tuple[int, int]]]
) -> list[Frame]:
    """Return the frames of the loose patterns, the surest first: each with every pair of groups that fits it.

    `unlinked` are the pairs of groups, by their places in the row, of which something is left to be said; `taken` has
    for what is acted on the verbs by which it is, and who acts, all by their places.
    """
    frames: list[Frame] = []
    if not unlinked:
        return frames
    groups = sorted({place for both in unlinked for place in both})
    kinds = frozenset().union(*(elements.row[place].classes for place in groups))
    for pattern in language.patterns.get("loose", ()):
        if elements.kinds.isdisjoint(pattern.symbols) or any(map(elements.kinds.isdisjoint, pattern.needs)):
            continue
        if any(classes and classes.isdisjoint(kinds) for classes in pattern.ends):
            continue
        before, after = (reach(classes, groups, elements) for classes in pattern.ends)
        for place in [match.start() for match in pattern.spot.finditer(elements.symbols)]:
            if before[0] <= place <= after[-1] and not ("aim" in elements.cues and is_aim(place, elements, language)):
                frames += fit_all(pattern, place, before, after, elements, unlinked, taken)
    return sorted(frames, key=lambda frame: (-frame.pattern.confidence, frame.end - frame.start))


def find_unlinked(
    elements: Elements, linked: Collection[frozenset[str]], spans: Sequence[Span], far: float
) -> frozenset[tuple[int, int]]:
    """Return the places of each two groups, left to right, that hold concepts of which `linked` has not the pair.

    They are at most `far` elements apart.
    """
    groups = elements.groups
    names = [names_of(elements.row[place], spans) for place in groups]
    return frozenset([(first, last) for at, first in enumerate(groups)
                      for behind, last in enumerate(groups[at + 1 : bisect_right(groups, first + far)], at + 1)
                      if any(a != b and frozenset((a, b)) not in linked for a in names[at] for b in names[behind])])  # fmt: skip


def reach(classes: frozenset[str], groups: Sequence[int], elements: Elements) -> Sequence[int]:
    """Return those of `groups` with one of `classes`: a half of a loose pattern can end there; every place without classes."""
    if not classes:
        return range(len(elements.row))
    return [at for at in groups if not classes.isdisjoint(elements.row[at].classes)]


def fit_all(pattern: Pattern, place: int, before: Sequence[int], after: Sequence[int], elements: Elements,
            unlinked: Collection[tuple[int, int]], taken: Mapping[int, Sequence[tuple[int, int]]]) -> Iterator[Frame]:  # fmt: skip
    """Yield the frames of a loose pattern at the trigger at `place`: one for each outermost group on either side."""
    size, (catches_left, catches_right) = len(elements.row), pattern.ends
    left_end, right_end = place - pattern.widths[0], place + pattern.widths[1]
    for first in before[bisect_left(before, left_end) : bisect_left(before, place)] if catches_left else [place]:
        if not (left := fit_half(pattern.left, elements.reversed, size - place, size - first)):
            continue
        for last in after[bisect_right(after, place) : bisect_right(after, right_end)] if catches_right else [place]:
            linked = catches_left and catches_right
            if linked and (first, last) not in unlinked:
                continue
            right = fit_half(pattern.right, elements.symbols, place + 1, last + 1)
            found = locate(pattern, left, right, elements) if right else {}
            if not found or found["A"].place == found["B"].place or is_refused(pattern, first, last, elements):
                continue
            if found["B"].place == last and is_acted_on(elements.row, first, taken.get(last, ())):
                continue
            if not linked or not is_barred(elements.row, first, last, found["B"].place):
                yield Frame(pattern, place, found["A"], found["B"], None, first, last + 1)


def is_barred(row: Sequence[Element], first: int, last: int, patient: int) -> bool:
    """Tell whether the sentence around two mentions says that a loose pattern does not link them."""
    caused = patient == last and is_cause_behind(row, first, last)
    listed = is_listed(row, first, last) or is_in_list(row, first, last)
    return caused or is_cause_named(row, last) or is_left(row, first, last) or listed or is_over_border(row, first, last)


def is_acted_on(row: Sequence[Element], first: int, deeds: Sequence[tuple[int, int]]) -> bool:
    """Tell whether what a loose pattern links with the mention at `first` is acted on in a clause behind that one.

    So it is in `A lowers B, and C lowers D` and in `in A-treated mice, C lowers D`; A does nothing in `C helps A by
    lowering D` either. `deeds`: the verb, and who acts.
    """
    return any(first < owner < verb and opens_clause(row, owner) or (owner < first < verb and is_means_of(row, owner, first, verb))
               for verb, owner in deeds)  # fmt: skip


def is_means_of(row: Sequence[Element], owner: int, object_: int, verb: int) -> bool:
    """Tell whether the gerund `verb` says how `owner` acts on `object_`, which another verb governs: `A lowers B by raising C`."""
    gerund = "ing" in row[verb].classes and row[verb - 1].classes & {"by", "via"}
    return bool(gerund) and any(part.classes & {"verb", "past"} for part in row[owner + 1 : object_])


def opens_clause(row: Sequence[Element], place: int) -> bool:
    """Tell whether the noun phrase of the mention at `place` stands behind a comma, or a comma and a conjunction."""
    at = place - 1
    while row[at].classes & {"w", "det", "adjective", "head", "noun", "num"} and "comma" not in row[at].classes:
        at -= 1
    return "comma" in row[at - ("and" in row[at].classes)].classes


def fit_half(half: re.Pattern[str], symbols: str, start: int, end: int) -> re.Match[str] | None:
    """Return the match of a half of a loose pattern, up to its mention at `end`; one without a mention may look on."""
    return half.fullmatch(symbols, start, end) if half.groupindex else half.match(symbols, start)


def is_refused(pattern: Pattern, first: int, last: int, elements: Elements) -> bool:
    """Tell whether there stands, before `first` or behind `last`, what a loose pattern does not allow around it."""
    before, behind = pattern.outer
    return bool((before and before.match(elements.reversed, len(elements.row) - first))
                or (behind and behind.match(elements.symbols, last + 1)))  # fmt: skip


def is_cause_named(row: Sequence[Element], place: int) -> bool:
    """Tell whether the mention at `place` says only by what something else is caused: `blocked IL-3-induced B`."""
    if len(row) <= place + 2 or "hyphen" not in row[place + 1].classes:
        return False
    return bool(row[place + 2].classes & {"past.increase", "past.cause", "past.decrease"})


def is_cause_behind(row: Sequence[Element], first: int, last: int) -> bool:
    """Tell whether the mention at `last` says by what another one is changed: `blocked C caused by B`, `in cells given B`."""
    verbs = {"past.increase", "past.decrease", "past.cause"}
    caused = last > 1 and "by" in row[last - 1].classes and row[last - 2].classes & verbs
    given = last > 1 and "resp" in row[last - 1].classes and "cells" in row[last - 2].classes
    return (given or bool(caused)) and any(part.members for part in row[first + 1 : last])


def is_left(row: Sequence[Element], place: int, last: int) -> bool:
    """Tell whether the sentence goes on with its subject behind the mention at `place`, an object: `S, which lowers A, is …`."""
    at = place + 1
    names = {"head", "w", "hyphen", "site", "adv", "agent"}
    while at < last and (row[at].classes & names or is_adjunct(row, at, last)):
        if "agent" not in row[at].classes and row[at].classes & {"T", "and"}:
            break
        at += 1 + is_adjunct(row, at, last)
    if at >= len(row) or not row[at].classes & {"comma", "and"}:
        return False
    aside = "comma" in row[at].classes
    verbs = {"verb", "past", "be", "have", "render"} | (set() if aside else {"ing"})
    while at + 1 < len(row) and row[at].classes & {"comma", "and", "adv", "aux", "neg"}:
        at += 1
    before = {"show", "report", "of", "in", "by", "with"}
    if place > 1 and "and" in row[at - 1].classes and "past" in row[place - 1].classes and row[place - 2].classes & before:
        return False  # `showed increased A and reduced B in D`
    near = row[max(0, place - FARTHEST) : place]
    opened = any(part.classes & {"rel"} or (one.classes & {"comma"} and part.classes & {"det"})
                 for one, part in pairwise(near)) if aside else any("T" in part.classes for part in near)  # fmt: skip
    return opened and bool(row[at].classes & verbs and "hyphen" not in row[at - 1].classes)


def is_adjunct(row: Sequence[Element], place: int, last: int) -> bool:
    """Tell whether a preposition with one name or residue, not the one at `last`, stands at `place`: `by B`, `at Y705`."""
    near = place + 1 < last and bool(row[place].classes & {"by", "on", "in"})
    return near and bool(row[place + 1].members or "site" in row[place + 1].classes)


def is_listed(row: Sequence[Element], first: int, last: int) -> bool:
    """Tell whether what follows the disease at `first` is but listed with it: `lowered D and the level of A`."""
    sign = row[first + 1].classes & {"comma", "and"}
    if "disease" not in row[first].classes or not sign or ("comma" in sign and row[first + 2].members):
        return False
    if "comma" in sign and not any(part.classes & {"verb", "past", "ing", "show"} for part in row[:first]):
        return False  # `in D, loss of A …`
    linking = {"verb", "be", "have", "rel", "but", "resp", "as"}
    return not any((row[place].classes & linking and not is_noun(row, place))
                   or ("past" in row[place].classes and "hyphen" not in row[place - 1].classes)
                   for place in range(first + 1, last))  # fmt: skip


def is_noun(row: Sequence[Element], place: int) -> bool:
    """Tell whether the word at `place`, which may be a verb, too, is a noun here: `a twofold rise in A`."""
    return "noun" in row[place].classes and bool(row[place - 1].classes & {"det", "adv", "adjective", "num"})


def is_in_list(row: Sequence[Element], first: int, last: int) -> bool:
    """Tell whether a disease is but listed with a gene or drug before it: `patients with higher A and D`."""
    between, before = row[first + 1 : last], frozenset[str]()
    if "disease" not in row[last].classes or not any(part.classes & {"comma", "and"} for part in between):
        return False
    for part in between:
        clause = part.classes & {"rel", "be", "have", "show", "report", "ing"} or ("det" in part.classes and "comma" in before)
        if clause or not (part.members or part.classes & {"head", "w", "noun", "adjective", "num", "adv", "det", "comma", "and"}):
            return False
        before = part.classes
    return not any(part.classes & {"between", "assocb", "corr", "verb.associate", "past.associate"} for part in row)


def is_over_border(row: Sequence[Element], first: int, last: int) -> bool:
    """Tell whether the mention at `last` stands in a clause of its own, to which what was said of the one before is foreign.

    So it is behind a comma and a conjunction, with a verb of its own (`A lowers B, and the burden of D is growing`), unless
    the first stands in front of the whole (`in D, A is raised, and B is lowered`), behind a subordinate clause
    (`although D is curable, A helps few`), and in a pair (`A is raised in D, and B in E`).
    """
    start = max((place + 1 for place in range(first) if row[place].classes & {"semi", "stop", "report"}), default=0)
    opening = next((place for place in range(start, first) if row[place].classes & {"sub"}), last)
    for place in range(first + 1, last):
        if row[place].classes & {"comma", "and"} and is_pair(row, place, first, last):
            return True
        if "comma" not in row[place].classes:
            continue
        if any(part.classes & FINITE for part in row[opening:place]):
            return True
        joined = "and" in row[place + 1].classes and any(part.classes & FINITE for part in row[start:place])
        if joined and not is_in_front(row, start, first) and has_subject(row, place + 2, last):
            return True
    return False


def is_pair(row: Sequence[Element], place: int, first: int, last: int) -> bool:
    """Tell whether behind the sign at `place` a molecule and a disease are paired as two before it are: `A in D and B in E`."""
    at = place - 1
    while at > first and row[at].classes & {"comma", "head", "w", "cells"} and not row[at].members:
        at -= 1
    if "disease" not in row[at].classes or at < first:
        return False
    at = place + 1
    while at <= last and row[at].classes & {"and", "w", "det", "adjective", "num"} and not row[at].members:
        at += 1
    if at > last or not row[at].classes & {"gene", "drug"}:
        return False
    at += 1
    while at + 1 < len(row) and row[at].classes & {"head", "w", "noun"}:
        at += 1
    if at + 1 >= len(row) or not row[at].classes & {"in", "for", "with", "on"}:
        return False
    at += 1
    passed = {"w", "det", "adjective", "num", "head", "cells", "of", "with"}
    while at < len(row) and row[at].classes & passed and not row[at].members:
        at += 1
    return at < len(row) and "disease" in row[at].classes


def is_in_front(row: Sequence[Element], start: int, place: int) -> bool:
    """Tell whether the mention at `place` belongs to a phrase with a preposition that stands before its clause: `In D, …`."""
    return bool(row[start].classes & {"in", "for", "with", "on"}) and not any(
        part.classes & {"comma", "be", "verb"} for part in row[start:place])  # fmt: skip


def has_subject(row: Sequence[Element], start: int, last: int) -> bool:
    """Tell whether a clause with a subject that is a mention, or has one, begins at `start` and holds the one at `last`."""
    at, named = start, False
    while at < len(row) and (row[at].members or row[at].classes & NOMINAL or "article" in row[at - 1].classes):
        if row[at].classes & FINITE and not row[at - 1].classes & {"article"}:
            break
        named |= bool(row[at].members)
        at += 1
    if at >= len(row) or not named:
        return False
    if "past" not in row[at].classes or "hyphen" in row[at - 1].classes:
        return bool(row[at].classes & FINITE)
    return not any(part.classes & {"by", "in", "with"} for part in row[at + 1 : at + 2]) or bool(row[at].classes & FINITE)
