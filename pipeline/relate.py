"""Relations and modifications of a sentence whose mentions are given, by the rules of lexicons/relations."""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import combinations, pairwise, permutations
from typing import NamedTuple

from pipeline.elements import Cut, Element, Elements, Member, read_elements, whole
from pipeline.patterns import Language, Pattern, Patterns, Trial
from pipeline.records import Modified, Relation, Span
from pipeline.scope import is_asked, is_negated, is_speculated

ANY_MENTION = frozenset(["E"])
NOTHING: frozenset[str] = frozenset()


class Subject(NamedTuple):
    """A group of mentions that acts: its place in the row, and -1 where the sentence speaks of its loss.

    `first`: of the two sides of `A binds B`, the one that stands first is meant, where only one of them can act.
    `member`: of the group only this one is meant (`the former`).
    """

    place: int
    sign: int
    first: bool = False
    member: int | None = None


class Frame(NamedTuple):
    """A pattern that fired: its trigger's place, who acts, on whom, the sign of the whole, the stretch it covers.

    `more` are further ones acted on; `denied`: said of an earlier statement's trigger (`A activated B, but C was not`).
    """

    pattern: Pattern
    trigger: int
    agent: Subject | None
    patient: Subject | None
    grammatical: Subject | None
    start: int
    end: int
    more: tuple[Subject, ...] = ()
    denied: bool = False


Subjects = dict[tuple[int, frozenset[str]], Subject | None]
"""The subject in force at a place, of some types, once it was looked for."""


@dataclass(frozen=True)
class Reading:
    """What the rules make of a sentence: its elements, the frames that fired, and what they state."""

    elements: Elements
    frames: tuple[Frame, ...]
    relations: tuple[Relation, ...]
    modifications: tuple[Modified, ...]


def relate(text: str, lang: str, spans: Sequence[Span], patterns: Patterns, cut: Cut = whole) -> Reading:
    """Return what `text`, one sentence, says of `spans` (sorted, not overlapping; offsets in code points of `text`).

    `cut` is how the segmenter cuts a run of Chinese characters into words.
    """
    language = patterns.languages[lang]
    elements = read_elements(text, spans, language, patterns.sites, cut)
    if len(spans) < 2 and "modifies" not in elements.cues:
        return Reading(elements, (), (), ())
    frames = tuple(find_frames(elements, language))
    relations = [relation for frame in frames for relation in state_all(frame, elements, spans, text)]
    relations += state_loose(relations, elements, language, spans, text)
    acting = {(frame.trigger, frame.agent.place) for frame in frames if frame.agent and frame.patient}
    modifying = frames if "modifies" in elements.cues else ()
    modified = [row for frame in modifying if frame.patient and language.modifying.match(elements.symbols, frame.trigger)
                and not is_agent(frame, acting) for row in modify(frame, elements, spans, text)]  # fmt: skip
    return Reading(elements, frames, best(relations, spans), merge_modified(modified))


def may_state(text: str, lang: str, spans: Sequence[Span], patterns: Patterns) -> bool:
    """Tell whether the rules can make anything of `text`: it names two concepts, or may speak of a modification."""
    if len({span.concept or span.id for span in spans}) > 1:
        return True
    return bool(spans) and patterns.languages[lang].modifications.search(text) is not None


def find_frames(elements: Elements, language: Language) -> Iterator[Frame]:
    """Yield the frames of a sentence from left to right; of the statement patterns the first that fits a trigger."""
    frames: list[Frame] = []
    groups = elements.groups
    around = split_classes([elements.row[place].classes for place in groups])
    triggers = [match.start() for match in language.trigger.finditer(elements.symbols)] if groups else []
    for place in triggers:
        element = elements.row[place]
        if element.word is None:
            continue
        sides = *around[bisect(groups, place)], elements.symbols[place - 1 : place], elements.symbols[place + 1 : place + 2]
        aim = "aim" in elements.cues and is_aim(place, elements, language)
        which = "aim" if aim else "single" if len(groups) == 1 else "last" if place == triggers[-1] else "whole"
        subjects: Subjects = {}
        ones, others, links = language.rules(which, elements.symbols[place], *sides)
        frame = next(fit(ones, place, elements, language, frames, subjects), None) if ones else None
        frame = frame._replace(agent=None, start=place, end=place) if frame and aim else frame  # asked, not stated
        if frame and not repeats(frame, frames, elements.row):
            frames.append(frame)
            yield frame
            if frame.pattern.kind == "statement" and not frame.agent:
                continue
        if others:
            yield from fit(others, place, elements, language, frames, subjects)
        for frame in fit(links, place, elements, language, frames, subjects) if links else ():
            yield from credit_links(frame, frames, elements)


def split_classes(groups: Sequence[frozenset[str]]) -> list[tuple[frozenset[str], frozenset[str]]]:
    """Return the classes of the first 0, 1, 2 … of `groups`, each with those of the others."""
    lefts, rights = [NOTHING], [NOTHING]
    for classes in groups:
        lefts.append(unite(lefts[-1], classes))
    for classes in reversed(groups):
        rights.append(unite(rights[-1], classes))
    return list(zip(lefts, reversed(rights), strict=True))


@lru_cache(maxsize=4096)
def unite(classes: frozenset[str], more: frozenset[str]) -> frozenset[str]:
    """Return the classes of both sets; the same object for the same sets, so that it is soon found in a dictionary."""
    return classes | more


def is_aim(place: int, elements: Elements, language: Language) -> bool:
    """Tell whether the trigger at `place` names what was studied: `we examined the effect of A on B` asserts nothing."""
    symbols, kinds = elements.symbols, elements.kinds
    symbol, behind = symbols[place], len(symbols) - place
    for absent, left, right, pattern in language.before("aim", symbols[place - 1 : place]):
        if symbol in pattern.symbols and not absent(kinds) and left(elements.reversed, behind) and right(symbols, place + 1):
            return True
    return False


def find_loose(elements: Elements, language: Language, unlinked: Collection[tuple[int, int]]) -> list[Frame]:
    """Return the frames of the loose patterns, the surest first: each with every pair of groups that fits it.

    `unlinked` are the pairs of groups, by their places in the row, of which something is left to be said.
    """
    frames: list[Frame] = []
    if not unlinked:
        return frames
    kinds = frozenset().union(*(elements.row[place].classes for place in elements.groups))
    for pattern in language.patterns.get("loose", ()):
        if elements.kinds.isdisjoint(pattern.symbols) or pattern.needs.isdisjoint(elements.kinds):
            continue
        if any(classes and classes.isdisjoint(kinds) for classes in pattern.ends):
            continue
        before, after = (reach(classes, elements) for classes in pattern.ends)
        for place in [match.start() for match in pattern.spot.finditer(elements.symbols)]:
            if before[0] <= place <= after[-1]:
                frames += fit_all(pattern, place, before, after, elements, unlinked)
    return sorted(frames, key=lambda frame: (-frame.pattern.confidence, frame.end - frame.start))


def find_unlinked(
    elements: Elements, linked: Collection[frozenset[str]], spans: Sequence[Span]
) -> frozenset[tuple[int, int]]:
    """Return the places of each two groups, left to right, that hold concepts of which `linked` has not the pair."""
    names = [(place, names_of(elements.row[place], spans)) for place in elements.groups]
    return frozenset([(first, last) for (first, ones), (last, others) in combinations(names, 2)
                      if any(a != b and frozenset((a, b)) not in linked for a in ones for b in others)])  # fmt: skip


def reach(classes: frozenset[str], elements: Elements) -> Sequence[int]:
    """Return the groups of one of `classes`, with which a half of a loose pattern can end; every place without classes."""
    if not classes:
        return range(len(elements.row))
    return [at for at in elements.groups if not classes.isdisjoint(elements.row[at].classes)]


def fit_all(pattern: Pattern, place: int, before: Sequence[int], after: Sequence[int], elements: Elements,
            unlinked: Collection[tuple[int, int]]) -> Iterator[Frame]:  # fmt: skip
    """Yield the frames of a loose pattern at the trigger at `place`: one for each outermost group on either side."""
    size, (catches_left, catches_right) = len(elements.row), pattern.ends
    for first in [at for at in before if at < place] if catches_left else [place]:
        if not (left := fit_half(pattern.left, elements.reversed, size - place, size - first)):
            continue
        for last in [at for at in after if at > place] if catches_right else [place]:
            linked = catches_left and catches_right
            if linked and (first, last) not in unlinked:
                continue
            right = fit_half(pattern.right, elements.symbols, place + 1, last + 1)
            found = locate(pattern, left, right, elements) if right else {}
            if not found or found["A"].place == found["B"].place or is_refused(pattern, first, last, elements):
                continue
            if not linked or not is_barred(elements.row, first, last, found["B"].place):
                yield Frame(pattern, place, found["A"], found["B"], None, first, last + 1)


def is_barred(row: Sequence[Element], first: int, last: int, patient: int) -> bool:
    """Tell whether the sentence around two mentions says that a loose pattern does not link them."""
    caused = patient == last and is_cause_behind(row, first, last)
    return caused or is_cause_named(row, last) or is_left(row, first) or is_listed(row, first, last)


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
    """Tell whether the mention at `last` says by what another one is caused: `blocked C caused by B`."""
    caused = last > 1 and "by" in row[last - 1].classes and row[last - 2].classes & {"past.increase", "past.cause"}
    return bool(caused) and any(part.members for part in row[first + 1 : last])


def is_left(row: Sequence[Element], place: int) -> bool:
    """Tell whether the sentence goes on with its subject behind the mention at `place`, an object: `S, which lowers A, is …`."""
    at = place + 1
    names = {"head", "w", "hyphen", "site", "adv", "agent"}
    while at < len(row) and row[at].classes & names and ("agent" in row[at].classes or not row[at].classes & {"T", "and"}):
        at += 1
    if at >= len(row) or not row[at].classes & {"comma", "and"}:
        return False
    aside = "comma" in row[at].classes
    while at + 1 < len(row) and row[at].classes & {"comma", "and", "adv", "aux", "neg"}:
        at += 1
    opened = any(part.classes & {"rel"} or (one.classes & {"comma"} and part.classes & {"det"})
                 for one, part in pairwise(row[:place])) if aside else any("T" in part.classes for part in row[:place])  # fmt: skip
    return opened and bool(row[at].classes & {"verb", "past", "be", "have"} and "hyphen" not in row[at - 1].classes)


def is_listed(row: Sequence[Element], first: int, last: int) -> bool:
    """Tell whether what follows the disease at `first` is but listed with it: `lowered D and the level of A`."""
    sign = row[first + 1].classes & {"comma", "and"}
    if "disease" not in row[first].classes or not sign or ("comma" in sign and row[first + 2].members):
        return False
    if "comma" in sign and not any(part.classes & {"verb", "past", "ing"} for part in row[:first]):
        return False  # `in D, loss of A …`
    linking = {"verb", "be", "have", "rel", "but", "resp", "as"}
    return not any(row[place].classes & linking or ("past" in row[place].classes and "hyphen" not in row[place - 1].classes)
                   for place in range(first + 1, last))  # fmt: skip


def locate(pattern: Pattern, left: re.Match[str], right: re.Match[str], elements: Elements) -> dict[str, Subject]:
    """Return the groups that the two halves of a pattern caught, each with the sign of its phrase."""
    size = len(elements.row)
    found: dict[str, Subject] = {}
    for role, phrase, backwards in pattern.roles:
        match = left if backwards else right
        at = match.start(role)
        if at >= 0:
            first, last = match.span(phrase)
            if backwards:
                at, first, last = size - 1 - at, size - last, size - first
            found[role] = Subject(at, sign_within(elements, first, last, at) if last - first > 1 else 1)
    return found


def credit_links(frame: Frame, frames: Sequence[Frame], elements: Elements) -> Iterator[Frame]:
    """Yield `frame` with each mention that its subject acts on before, as a link of the chain, unless a mere means."""
    for earlier in frames:
        link = earlier.patient
        if not link or not earlier.grammatical or not frame.agent or not frame.patient or frame.patient.place == link.place:
            continue
        enzyme = frame.pattern.relation == "phosphorylates"  # `通过激活A继而磷酸化B`: the kinase that was activated does it
        if earlier.grammatical.place == frame.agent.place and (enzyme or not is_means(earlier.trigger, elements.row)):
            yield from (frame._replace(agent=part, grammatical=None) for part in (link, *earlier.more))


def is_means(place: int, row: Sequence[Element]) -> bool:
    """Tell whether the trigger at `place` belongs to a phrase that says by which way something is done."""
    while place and not row[place - 1].classes & {"comma", "semi", "lai", "then", "gene", "drug"}:
        place -= 1
        if "via" in row[place].classes:
            return True
    return False


def repeats(frame: Frame, frames: Sequence[Frame], row: Sequence[Element]) -> bool:
    """Tell whether the trigger stands within an earlier frame of the same agent: it was read as part of that one."""
    around = [earlier for earlier in frames if earlier.start <= frame.trigger < earlier.end and earlier.patient]
    return bool(around) and not is_coordinated(row, frame.trigger) and any(
        earlier.pattern.kind in ("attribute", "statement")
        and (frame.pattern.takes_subject or not frame.agent or not earlier.agent or earlier.agent.place == frame.agent.place)
        and not is_aside(row, earlier.trigger, frame.trigger)
        for earlier in around)  # fmt: skip


def is_closed(row: Sequence[Element], first: int, last: int) -> bool:
    """Tell whether a bracket around `first` closes before `last`."""
    depth = 0
    for place in range(first + 1, last):
        depth += ("open" in row[place].classes) - ("close" in row[place].classes)
        if depth < 0:
            return True
    return False


def is_aside(row: Sequence[Element], first: int, last: int) -> bool:
    """Tell whether a bracket that opens behind `first` is still open at `last`."""
    depth = 0
    for place in range(first + 1, last):
        depth += ("open" in row[place].classes) - ("close" in row[place].classes)
    return depth > 0


def fit(rules: Sequence[Trial], place: int, elements: Elements, language: Language, frames: Sequence[Frame],
        subjects: Subjects) -> Iterator[Frame]:  # fmt: skip
    """Yield the frames of those of `rules` that fit the trigger at `place`; `subjects` as for `bind`."""
    onwards, backwards, behind = elements.symbols, elements.reversed, len(elements.row) - place
    kinds = elements.kinds
    for absent, match_left, match_right, pattern in rules:
        if absent(kinds):
            continue
        if (right := match_right(onwards, place + 1)) and (left := match_left(backwards, behind)):
            frame = bind(pattern, place, left, right, elements, language, frames, subjects)
            if frame:
                yield frame


def bind(pattern: Pattern, place: int, left: re.Match[str], right: re.Match[str], elements: Elements, language: Language,
         frames: Sequence[Frame], subjects: Subjects) -> Frame | None:  # fmt: skip
    """Return the frame of a pattern whose two halves matched, or None if who acts or is acted on is not to be found.

    `subjects` keeps the subject in force at a place for the patterns that come after.
    """
    size = len(elements.row)
    found = locate(pattern, left, right, elements)
    start, end = size - left.end(), right.end()
    if pattern.relation in ("again", "likewise"):
        return say_again(pattern, found, frames)
    if pattern.takes_object:
        past = [frame for frame in frames if frame.trigger < start]
        object_ = last_outcome(past or frames, elements) if pattern.relation == "echo" else last_object(frames, found.get("A"))
        found["B"] = object_ or Subject(-1, 0)
        if not found["B"].sign:
            return None
    if pattern.takes_subject:
        types = pattern.types.get(pattern.takes_subject, ANY_MENTION)
        if pattern.continues or pattern.resumes:
            subject = last_subject(place, frames, elements.row, True) if pattern.continues else last_agent(frames)
        else:
            if (start, types) not in subjects:
                subjects[start, types] = find_subject(start, elements, language, frames, types)
            subject = subjects[start, types]
        if subject and pattern.takes_subject == "B":
            subject = acted_on(start, subject, frames, elements)
            subject = subject._replace(sign=subject.sign * sign_behind(start, place, elements))
        if subject and names_cells(subject.place, elements.row, pattern.takes_subject == "B"):
            return None
        if subject is None and pattern.takes_subject not in found:
            return None
        if subject:
            found[pattern.takes_subject] = subject
            start = min(start, subject.place)
    agent, patient = found.get("A"), found.get("B")
    if pattern.types and not suits(pattern, agent, patient, elements):
        return None
    if pattern.kind == "within" and agent and len(elements.row[agent.place].members) < 2:
        return None
    if pattern.kind in ("within", "inside"):
        patient = agent
    elif agent and patient and agent.place == patient.place:
        return None
    grammatical = found.get(pattern.takes_subject) or agent or patient
    if pattern.kind == "within" and grammatical:
        grammatical = grammatical._replace(first=True)
    if pattern.kind == "within" and "de" in elements.row[place - 1].classes:
        grammatical = None
    if pattern.relation == "echo":
        more = next((earlier.more for earlier in reversed(frames) if earlier.patient), ())
    else:
        behind_by = agent and patient and agent.place > patient.place > place  # `T of B by A, C`: C acts, too
        more = () if behind_by else find_more(patient, end, place, elements, language, pattern.relation == "binds")
    end = max([end, *(part.place + 1 for part in more)]) if more else end
    return Frame(pattern, place, agent, patient, grammatical, start, end, more)


def names_cells(place: int, row: Sequence[Element], altered: bool) -> bool:
    """Tell whether the gene at `place` only says which cells are meant: `CD4+ T cells`.

    `altered`: those with more or less of it, too (`STAT3-deficient mice`); they act in its place, nothing acts on it.
    """
    at = place + 1
    naming = {"w", "open", "close"} | ({"num", "hyphen", "past", "adjective", "ing", "cue"} if altered else set())
    while at < min(len(row) - 1, place + 7) and "cells" not in row[at].classes:
        if not row[at].classes & naming or (not altered and row[at].classes & {"cue", "T"}):
            return False
        at += 1
    process = bool(row[min(at + 1, len(row) - 1)].classes & {"noun", "fate"})  # `A-induced macrophage activation`
    return "gene" in row[place].classes and at > place + 1 and "cells" in row[min(at, len(row) - 1)].classes and not process


def say_again(pattern: Pattern, found: Mapping[str, Subject], frames: Sequence[Frame]) -> Frame | None:
    """Return the statement before with another agent or patient: `A activated B, as did C`.

    It is denied in `A activated B, whereas C was not`.
    """
    earlier = next((frame for frame in reversed(frames) if frame.agent and frame.patient), None)
    if not earlier or earlier.pattern.kind == "modification" or earlier.denied:
        return None
    rule = replace(earlier.pattern, name=pattern.name, kind=pattern.kind, confidence=pattern.confidence)
    agent, patient = found.get("A", earlier.agent), found.get("B", earlier.patient)
    return earlier._replace(pattern=rule, agent=agent, patient=patient, grammatical=None, more=(),
                            denied=pattern.relation == "again")  # fmt: skip


def sign_behind(start: int, trigger: int, elements: Elements) -> int:
    """Return the sign of the nouns that a rule reads behind its subject: `B degradation was …`; `start` is where it begins."""
    row, end = elements.row, start
    while end < trigger and row[end].classes & {"noun", "head", "site", "hyphen"} and not row[end].members:
        end += 1
    return sign_within(elements, start, end, start - 1) if end > start > 0 and row[start - 1].members else 1


def suits(pattern: Pattern, agent: Subject | None, patient: Subject | None, elements: Elements) -> bool:
    """Tell whether the groups that act and are acted on hold a mention of the types that the pattern asks for."""
    sides = (("A", agent), ("B", patient))
    return all(side is None or role not in pattern.types or pattern.types[role] & elements.row[side.place].classes
               for role, side in sides)  # fmt: skip


def last_object(frames: Sequence[Frame], agent: Subject | None) -> Subject | None:
    """Return what `it` stands for behind frames: the last one acted on, else the subject of a verb that has no object.

    It is not the `agent` itself.
    """
    place = agent.place if agent else -1
    patients = (frame.patient for frame in reversed(frames) if frame.patient and frame.patient.place != place)
    subjects = (frame.grammatical for frame in reversed(frames)
                if frame.grammatical and not frame.patient and frame.grammatical.place != place)  # fmt: skip
    return next(patients, None) or next(subjects, None)


def last_agent(frames: Sequence[Frame]) -> Subject | None:
    """Return who acts in the last frame that says it: `B was reduced in A-deficient cells, as was C` is about A."""
    return next((frame.agent for frame in reversed(frames) if frame.agent and frame.patient), None)


def last_outcome(frames: Sequence[Frame], elements: Elements) -> Subject:
    """Return what the frame before says to rise or to fall, with 1 or -1 for it: what `this effect` stands for."""
    for frame in reversed(frames):
        if is_within(frame, frames):
            continue
        if frame.agent and frame.patient:
            relation = name_relation(frame, elements)
            place = frame.agent.place if relation == "binds" else frame.patient.place  # the one that binds is moved to it
            return Subject(place, -1 if relation in ("inhibits", "dephosphorylates") else 1)
        word = elements.row[frame.trigger].word
        if frame.grammatical and word and not has_object(frame.trigger, elements.row):
            return Subject(frame.grammatical.place, word.sign)
    return Subject(-1, 0)


def is_within(frame: Frame, frames: Sequence[Frame]) -> bool:
    """Tell whether a frame is part of another one, which is meant: `A blocked the B-induced rise of C`."""
    return bool(frame.agent and frame.patient) and any(
        part.agent and part.patient and part.trigger < frame.trigger < part.end for part in frames)  # fmt: skip


def has_object(place: int, row: Sequence[Element]) -> bool:
    """Tell whether the finite verb at `place`, no passive, is followed by what it acts on, if by no mention."""
    passive = any("be" in part.classes for part in row[max(0, place - 4) : place])
    return not passive and place + 1 < len(row) and bool(row[place + 1].classes & {"w", "det", "noun", "adjective"})


def find_more(patient: Subject | None, end: int, trigger: int, elements: Elements, language: Language,
              bound: bool = False) -> tuple[Subject, ...]:  # fmt: skip
    """Return the further objects that follow the patient, joined by commas and conjunctions.

    What is `bound` is no state: a verb behind it is one of its own (`associated with B and blocked C`).
    """
    more: list[Subject] = []
    if patient and (patient.place < trigger or not language.more.match(elements.symbols, end)):
        end = patient.place + 1
    word = elements.row[trigger].word
    while patient and (match := language.more.match(elements.symbols, end)):
        if match.start("M") == patient.place or (patient.place < trigger < match.end()):
            break
        end = match.start("M") + 1
        own = any(part.word and part.word.effect in ("increase", "decrease") and not is_modifier(elements.row, at)
                  for at, part in enumerate(elements.row[match.start() : end], match.start()))  # fmt: skip
        state = not bound and word is not None and word.effect in ("cause", "associate", "")
        if own and not state and may_act(elements.row, match.start(), end):
            break
        if own and is_noun(elements.row, trigger):
            break
        first = next(at for at in range(match.start(), end) if not elements.row[at].classes & {"and", "comma"})
        sign = sign_within(elements, first, end, end - 1) if own else patient.sign
        more.append(Subject(match.start("M"), sign))
    return tuple(more)


def is_noun(row: Sequence[Element], place: int) -> bool:
    """Tell whether the trigger at `place` is a noun: `suppression`, and `drop` behind an article."""
    before = row[place - 1].classes if place else NOTHING
    return "noun" in row[place].classes and ("verb" not in row[place].classes or bool(before & {"det", "adjective"}))


def is_modifier(row: Sequence[Element], place: int) -> bool:
    """Tell whether the word at `place` hangs on a name before it: `IL-6-dependent`, where `lower` stands alone."""
    return "adjective" in row[place].classes and ("hyphen" in row[place - 1].classes or bool(row[place - 1].members))


def may_act(row: Sequence[Element], first: int, last: int) -> bool:
    """Tell whether a word of `row[first:last]` can be a verb of its own: `increased A and reduced B`."""
    return any("past" in row[place].classes and "hyphen" not in row[place - 1].classes for place in range(first, last))


def sign_within(elements: Elements, first: int, last: int, middle: int) -> int:
    """Return the product of the signs of the triggers in places `first` to `last`, the phrase around the mention `middle`."""
    if "lowers" not in elements.cues:
        return 1
    row = elements.row
    opposed = middle > first and "anti" in row[middle - 1].classes  # `抗A抗体` is against A once, whatever it is called
    sign = -1 if opposed and not row[middle - 1].classes & {"T"} else 1
    for place in range(first, last):
        word = row[place].word
        if not word or place == middle or (place > first and is_coordinated(row, place)):
            continue
        if opposed and place > middle and "agent" in word.classes:
            continue
        if is_aside(row, middle, place) or is_unsigned(row, place, middle):
            continue
        if "agent" not in word.classes or ("gene" in row[middle].classes and (place > middle or governs(row, place))):
            sign *= word.sign
    return sign


def is_unsigned(row: Sequence[Element], place: int, middle: int) -> bool:
    """Tell whether the trigger at `place` says nothing of how much there is of the mention at `middle`."""
    classes, name = row[place].classes, row[middle].classes
    if place > middle:  # `a mutant of A lacking its tail` is there
        return "missing" in classes or bool(classes & {"past.target", "verb.target"}) or ("gene" not in name and "verb" in classes)
    far_anti = "anti" in classes and place + 1 != middle  # `anti-CD3-induced production of B`
    dose = "drug" in name and "adjective" in classes and "head" in row[place + 1].classes  # `lower doses of A` are A
    return far_anti or dose or bool(classes & {"past.target", "verb.target"})


def governs(row: Sequence[Element], place: int) -> bool:
    """Tell whether a preposition follows the noun at `place`: `inhibitor of p27`, but not `the inhibitor p27`."""
    return place + 1 < len(row) and bool((row[place].classes | row[place + 1].classes) & {"of", "on", "to", "for"})


def is_coordinated(row: Sequence[Element], place: int) -> bool:
    """Tell whether the trigger at `place` is joined to a verb before it (`binds and inhibits`), not governed by it."""
    while place and "adv" in row[place - 1].classes and "and" not in row[place - 1].classes:
        place -= 1
    return bool(place and row[place - 1].classes & {"and", "pause", "lai", "then", "comma"})


def find_subject(
    place: int, elements: Elements, language: Language, frames: Sequence[Frame], types: frozenset[str] = ANY_MENTION
) -> Subject | None:
    """Return the subject in force left of `place`: the phrase that stands there, else that of the clause before.

    A mention of none of the `types` that the pattern takes is passed over.
    """
    size = len(elements.row)
    if contrasted := find_contrasted(place, elements, language):
        return contrasted
    if frames and "latter" in elements.cues and (latter := find_ending("latter", place, elements, language)):
        return find_latter(place, size - latter[1].end(), elements, frames) or last_subject(place, frames, elements.row)
    if found := find_ending("subject", place, elements, language, types):
        pattern, match = found
        middle = size - 1 - match.start("A")
        inner = match.span("a") if "a" in match.re.groupindex else (match.start("A"), match.end("A"))
        chained = None if pattern.relation else find_chain(middle, frames, elements.row)
        between = elements.row[middle + 1 : place] if "verb.bind" in elements.cues else ()
        bound = any(part.classes & {"verb.bind", "similar"} for part in between)
        return chained or Subject(middle, sign_within(elements, size - inner[1], size - inner[0], middle), first=bound)
    if find_ending("break", place, elements, language):
        return None
    topic = None if (subject := last_subject(place, frames, elements.row)) else find_ending("topic", place, elements, language)
    subject = Subject(size - 1 - topic[1].start("A"), 1) if topic else subject
    return None if subject and shares_subject(place, elements.row) and is_object(subject.place, elements.row) else subject


def shares_subject(place: int, row: Sequence[Element]) -> bool:
    """Tell whether a conjunction before `place` joins a verb to the one before it: `…，并下调`, but not `…，从而下调`."""
    near = row[max(0, place - 2) : place + 1]
    return any(part.classes & {"lai", "and"} and not part.classes & {"so", "then", "gene"} for part in near)


def is_object(place: int, row: Sequence[Element]) -> bool:
    """Tell whether a verb whose own subject is no mention governs the one at `place`: `该提取物可抑制A`, but not `抑制A`."""
    at = place - 1
    while at >= 0 and row[at].classes & {"w", "head", "de", "adv", "num", "site"} and "verb" not in row[at].classes:
        at -= 1
    if at < 1 or "verb" not in row[at].classes:
        return False
    return any("aux" in part.classes for part in row[max(0, at - 2) : at])


def find_latter(place: int, start: int, elements: Elements, frames: Sequence[Frame]) -> Subject | None:
    """Return what `the latter` between `start` and `place` stands for: what was acted on before it, of a group the last."""
    mark = next((at for at in range(start, place) if "latter" in elements.row[at].classes), place)
    objects = ([part for part in (frame.patient, *frame.more) if part] for frame in reversed(frames) if frame.trigger < mark)
    acted = next((parts[-1] for parts in objects if parts), None)
    return acted._replace(member=-1) if acted and len(elements.row[acted.place].members) > 1 else acted


def find_contrasted(place: int, elements: Elements, language: Language) -> Subject | None:
    """Return which of a pair `the former` at `place`, or behind that `the latter`, stands for; None without both."""
    if "former" not in elements.cues:
        return None
    marks = [match.start() for match in language.former.finditer(elements.symbols, 0, place)]
    pairs = [at for at in range(marks[-1] if marks else 0)
             if len(elements.row[at].members) > 1 and elements.row[at].classes & {"gene", "drug"}]  # fmt: skip
    for kind, member in (("former", 0), ("latter", -1)) if pairs else ():
        if find_ending(kind, place, elements, language):
            return Subject(pairs[-1], 1, member=member)
    return None


def find_ending(
    kind: str, place: int, elements: Elements, language: Language, types: frozenset[str] = ANY_MENTION
) -> tuple[Pattern, re.Match[str]] | None:
    """Return the first pattern of `kind` that the elements before `place` end with, and its match; None without one.

    The mention that it names is of one of `types`.
    """
    symbol = elements.symbols[place - 1 : place] if place else ""
    behind, backwards, kinds = len(elements.row) - place, elements.reversed, elements.kinds
    for absent, left, _, pattern in language.before(kind, symbol):
        if absent(kinds):
            continue
        match = left(backwards, behind)
        if match and ("A" not in match.re.groupindex or elements.row[-1 - match.start("A")].classes & types):
            return pattern, match
    return None


def last_subject(
    place: int, frames: Sequence[Frame], row: Sequence[Element], of_clause: bool = False
) -> Subject | None:
    """Return the subject of the last frame before `place` that no closed bracket holds; `of_clause`: with a finite verb.

    One that only belongs to the object of another (`A blocked the B-induced rise`) counts if there is no other.
    """
    before = [frame for frame in frames if frame.trigger < place and frame.grammatical and frame.pattern.kind != "attribute"
              and (frame.pattern.takes_subject or not of_clause)]  # fmt: skip
    inner = None
    for frame in reversed(before):
        if is_closed(row, frame.trigger, place):
            continue
        if not any(other.trigger < frame.trigger < other.end for other in before):
            return frame.grammatical
        inner = inner or frame.grammatical
    return inner


def acted_on(place: int, subject: Subject, frames: Sequence[Frame], elements: Elements) -> Subject:
    """Return the patient of a noun phrase that ends at `place`, where `subject` is the agent within that phrase.

    `activation of B by A requires C` and `A-induced B expression requires C` are about B.
    """
    for frame in reversed(frames):
        if not frame.patient or not frame.agent or (frame.pattern.takes_subject and frame.end != place):
            continue
        if any(part.classes & {"rel", "comma"} for part in elements.row[subject.place + 1 : frame.trigger]):
            continue  # `A, an inhibitor of B, …` and `A, which inhibits B, …` are about A
        if frame.agent.place == subject.place and max(frame.end, subject.place + 1) >= place - 1:
            return Subject(frame.patient.place, -1 if name_relation(frame, elements) == "inhibits" else 1)
    return subject


def find_chain(place: int, frames: Sequence[Frame], row: Sequence[Element]) -> Subject | None:
    """Return the subject of the frame that acts on the mention at `place`: `A activates B and inhibits C` is about A."""
    for frame in reversed(frames):
        objects = [part.place for part in (frame.patient, *frame.more) if part]
        modifier = "hyphen" in row[frame.trigger - 1].classes and not frame.pattern.takes_subject
        named = "goal" in row[frame.trigger].classes  # `B, an A target gene`, is no object of A
        subject = None if modifier or named or frame.pattern.kind == "attribute" else frame.grammatical
        if place in objects and subject and subject.place != place:
            return subject
    return None


def state_all(frame: Frame, elements: Elements, spans: Sequence[Span], text: str) -> Iterator[Relation]:
    """Yield the relations of a frame with its patient and with each further one."""
    if not frame.agent or not frame.patient or frame.pattern.kind == "modification":
        return
    for part in take_apart(frame, elements) if frame.more else (frame,):
        yield from state(part, elements, spans, text)


def take_apart(frame: Frame, elements: Elements) -> Iterator[Frame]:
    """Yield a frame for each patient; under `respectively` with the one agent that acts on it."""
    patients = (frame.patient, *frame.more)
    agents = elements.row[frame.agent.place].members if frame.agent else ()
    single = all(patient and len(elements.row[patient.place].members) == 1 for patient in patients)
    if frame.agent and single and len(agents) == len(patients) > 1 and is_one_by_one(frame, elements):
        for index, patient in enumerate(patients):
            yield frame._replace(agent=frame.agent._replace(member=index), patient=patient)
        return
    yield from (frame._replace(patient=patient) for patient in patients)


def is_one_by_one(frame: Frame, elements: Elements) -> bool:
    """Tell whether `respectively` belongs to a frame."""
    if "respectively" not in elements.cues:
        return False
    return any("respectively" in part.classes for part in elements.row[max(0, frame.start - 2) : frame.end + 6])


def state_loose(
    known: Sequence[Relation], elements: Elements, language: Language, spans: Sequence[Span], text: str
) -> list[Relation]:
    """Return what the loose patterns say of the pairs that no other pattern has linked, one relation a pair."""
    concepts = {span.id: span.concept or span.id for span in spans}
    linked = {frozenset((concepts[row.subject], concepts[row.object])) for row in known}
    relations = []
    for frame in find_loose(elements, language, find_unlinked(elements, linked, spans)):
        if is_linked(frame, linked, elements, spans):
            continue
        for row in state(frame, elements, spans, text):
            pair_of_it = frozenset((concepts[row.subject], concepts[row.object]))
            if pair_of_it not in linked:
                linked.add(pair_of_it)
                relations.append(row)
    return relations


def is_linked(frame: Frame, linked: Collection[frozenset[str]], elements: Elements, spans: Sequence[Span]) -> bool:
    """Tell whether each pair of the two groups of a frame is among those that are linked."""
    one, other = (names_of(elements.row[part.place], spans) if part else () for part in (frame.agent, frame.patient))
    return all(frozenset((a, b)) in linked for a in one for b in other)


def state(frame: Frame, elements: Elements, spans: Sequence[Span], text: str) -> Iterator[Relation]:
    """Yield the relations of a frame, one for each pair of its two groups."""
    if not frame.agent or not frame.patient or is_asked(frame.trigger, elements):
        return
    frame, negated = settle(frame, elements)
    assert frame.agent and frame.patient
    one, other = elements.row[frame.agent.place], elements.row[frame.patient.place]
    admits = frame.pattern.admits
    pairs = [(a, b) for a, b in pair(one, other, frame, elements)
             if not frame.pattern.types or admits(spans[a.span].type, spans[b.span].type)]  # fmt: skip
    if not pairs or (one is not other and names_of(one, spans) == names_of(other, spans)):
        return
    relation = name_relation(frame, elements)
    speculated = not is_presupposed(frame, elements) and is_speculated(frame.trigger, elements)
    absent = is_absent(frame.agent.place, elements) or is_absent(frame.patient.place, elements)
    sites = find_sites(frame, elements) if "site" in elements.cues and is_modified(frame, elements) else {}
    for a, b in pairs:
        subject, object_, site = spans[a.span], spans[b.span], sites.get(b.span)
        if subject.id == object_.id or (subject.concept and subject.concept == object_.concept):
            continue
        if text[subject.start : subject.end] == text[object_.start : object_.end]:
            continue
        if frame.agent.first and a.side:
            continue  # `A binds B and inhibits C`: A does, B is what it binds
        if frame.pattern.kind in ("disease", "loose") and (a.excluded or b.excluded):
            continue
        name = "associated_with" if "disease" in (subject.type, object_.type) else relation
        if name == "associated_with" and absent:
            continue
        if frame.pattern.kind == "chain" and name == "phosphorylates" and a.deed != "kinase-name":
            continue
        name = name_deed(name, "drug" if subject.type == "drug" else a.deed, frame, elements)
        if subject.type == object_.type == "disease" and not may_link(frame, elements):
            continue
        yield Relation(
            subject=subject.id, relation=name, object=object_.id, negated=negated ^ (a.excluded or b.excluded),
            speculated=speculated, site=site.site if site and name != "associated_with" else "", effect="",
            trigger=elements.surface(frame.trigger),
            rule_id=frame.pattern.name, confidence=frame.pattern.confidence)  # fmt: skip


def name_deed(relation: str, deed: str, frame: Frame, elements: Elements) -> str:
    """Return the relation as the one who acts can bring it about: a drug or a ligand is no enzyme, a kinase is one."""
    if deed in ("drug", "ligand-name"):
        return {"phosphorylates": "activates", "dephosphorylates": "inhibits"}.get(relation, relation)
    if deed == "kinase-name" and relation == "activates" and mediates_phosphorylation(frame, elements.row):
        return "phosphorylates"
    return relation


def mediates_phosphorylation(frame: Frame, row: Sequence[Element]) -> bool:
    """Tell whether a frame says that its agent brings a phosphorylation about: `A介导的B磷酸化`, `在A作用下B磷酸化`."""
    word, agent, patient = row[frame.trigger].word, frame.agent, frame.patient
    if not word or not agent or not patient or min(agent.sign, patient.sign) < 0:
        return False
    if frame.pattern.relation not in ("trigger", "sign"):
        return False
    phrase = row[patient.place + 1 : max(frame.end, patient.place + 4)]
    done = any("verb.phosphorylate" in part.classes for part in phrase)
    return word.effect == "phosphorylate" or (word.effect == "cause" and done)


def settle(frame: Frame, elements: Elements) -> tuple[Frame, bool]:
    """Return a frame and whether it is denied; where cells without A fail to do something, A does it."""
    negated = not is_presupposed(frame, elements) and is_negated(frame.trigger, elements)
    word = elements.row[frame.trigger].word
    unchanged = word is not None and word.effect == "regulate"
    if negated and frame.agent and not unchanged and lacks(frame.agent, frame.trigger, elements.row):
        return frame._replace(agent=frame.agent._replace(sign=1)), False
    return frame, negated or frame.denied


def is_presupposed(frame: Frame, elements: Elements) -> bool:
    """Tell whether a phrase within another says what something is: `not by the B inhibitor A` does not deny that it is one."""
    return frame.pattern.kind == "further" and "agent" in elements.row[frame.trigger].classes


def lacks(subject: Subject, trigger: int, row: Sequence[Element]) -> bool:
    """Tell whether what fails to act is without the subject: `A-null cells failed to …`, `in the absence of A`."""
    near = row[max(0, subject.place - 3) : subject.place]
    if any("absence" in part.classes for part in near) and not any(part.members for part in near):
        return True
    if subject.sign > 0:
        return False
    lowering = {"cue.decrease", "adjective.decrease", "noun.decrease"}
    before, behind = list(row[max(0, subject.place - 4) : subject.place]), list(row[subject.place + 1 : subject.place + 5])
    living = {"cells", "place"}
    kinds = lowering if any("cells" in part.classes for part in behind) else {"adjective.decrease"}
    marked = any(part.classes & kinds for part in behind[:2]) and any(part.classes & living for part in behind)
    lacking = any("adjective.decrease" in part.classes for part in before[-1:])
    lacking = lacking and any(part.classes & living for part in (*before, *behind))
    return marked or lacking or any("render" in part.classes for part in row[subject.place : trigger])


def may_link(frame: Frame, elements: Elements) -> bool:
    """Tell whether a frame can say that one disease has to do with another: `A causes B`, `A is associated with B`."""
    word = elements.row[frame.trigger].word
    caused = word is not None and word.effect in ("cause", "associate") and frame.pattern.kind == "statement"
    return caused or frame.pattern.relation == "associated_with"


def is_modified(frame: Frame, elements: Elements) -> bool:
    """Tell whether a frame speaks of a modification, so that a residue within it is the site."""
    near = frame.patient.place if frame.patient else frame.trigger
    stretch = elements.row[min(frame.trigger, near) : max(frame.end, near + 1)]
    return any(part.word and part.word.modification for part in stretch)


def is_absent(place: int, elements: Elements) -> bool:
    """Tell whether the group at `place` is said to be missing: `HER2-negative`, `HER2阴性`."""
    behind = elements.row[place + 1 : place + 3]
    if behind and "hyphen" in behind[0].classes:
        behind = behind[1:]
    return bool(behind) and "absent" in behind[0].classes


def names_of(group: Element, spans: Sequence[Span]) -> set[str]:
    """Return what the members of a group stand for."""
    return {spans[member.span].concept or spans[member.span].id for member in group.members}


def pair(one: Element, other: Element, frame: Frame, elements: Elements) -> Iterator[tuple[Member, Member]]:
    """Yield the members of two groups that belong together: all with all, or one by one under `respectively`."""
    if one is other:
        sides = len({member.side for member in one.members}) > 1
        word = elements.row[frame.trigger].word
        listed = not sides and word is not None and word.effect == "associate"  # related to something else
        mutual = any("mutual" in part.classes for part in elements.row[frame.trigger : max(frame.trigger + 1, frame.end)])
        couples = permutations(one.members, 2) if mutual else combinations(one.members, 2)  # `A and B inhibit each other`
        yield from ((a, b) for a, b in couples if not listed and (not sides or a.side != b.side))
    elif len(one.members) == len(other.members) > 1 and is_one_by_one(frame, elements):
        yield from zip(one.members, other.members, strict=True)
    else:
        apposed = "agent" in elements.row[frame.trigger].classes and frame.agent and frame.agent.place > frame.trigger
        behind = elements.row[frame.agent.place + 1 : frame.agent.place + 2] if apposed and frame.agent else ()
        joint = any("joint" in part.classes for part in behind)
        for a in meant(one, frame.agent):
            if not (apposed and (a.added or (joint and a.side))):
                yield from ((a, b) for b in meant(other, frame.patient))


def meant(group: Element, subject: Subject | None) -> Sequence[Member]:
    """Return the members of a group, or the one that `the former` or `the latter` picks."""
    return group.members if subject is None or subject.member is None else (group.members[subject.member],)


def name_relation(frame: Frame, elements: Elements) -> str:
    """Return the relation that a frame states, from the pattern, the trigger's effect and the signs around it."""
    word = elements.row[frame.trigger].word
    if frame.pattern.relation == "sign" and frame.agent and frame.patient:
        return "activates" if frame.agent.sign * frame.patient.sign > 0 else "inhibits"
    if frame.pattern.relation not in ("trigger", "effect", "echo", ""):
        return frame.pattern.relation
    assert word and frame.agent and frame.patient
    sign = word.sign * frame.agent.sign * frame.patient.sign
    if frame.pattern.relation in ("effect", "echo"):
        return "activates" if sign > 0 else "inhibits"
    if word.effect == "bind":  # `binds a mutant of B that lacks its tail` still binds
        verbal = elements.row[frame.trigger].classes & {"verb", "past"} and frame.agent.sign > 0
        return "binds" if sign > 0 or verbal else "inhibits"
    if word.effect == "phosphorylate":
        return "phosphorylates" if sign > 0 else "inhibits"
    if word.effect == "dephosphorylate":
        return "dephosphorylates" if sign < 0 else "activates"
    if word.effect in ("associate", "regulate", "treat", "none"):
        return "associated_with"
    return "activates" if sign > 0 else "inhibits"


def best(relations: Sequence[Relation], spans: Sequence[Span]) -> tuple[Relation, ...]:
    """Return each statement between two concepts once, as its most confident rule has it."""
    names = {span.id: span.concept or span.id for span in spans}
    kept: dict[tuple[object, ...], Relation] = {}
    for relation in relations:
        symmetric = relation.relation in ("associated_with", "binds")
        ends = names[relation.subject], names[relation.object]
        ends = (min(ends), max(ends)) if symmetric else ends
        key = (ends, relation.relation, relation.negated)
        if key not in kept or kept[key].confidence < relation.confidence:
            kept[key] = relation
    return tuple(row for row in kept.values() if not is_overruled(row, names[row.subject], names[row.object], kept))


def is_overruled(relation: Relation, one: str, other_end: str, kept: Mapping[tuple[object, ...], Relation]) -> bool:
    """Tell whether a surer rule reads the opposite of the same pair, or any rule says what the link between them is."""
    if relation.relation == "associated_with":
        ends = ((one, other_end), (other_end, one))
        return any((way, name, relation.negated) in kept for way in ends for name in ("activates", "inhibits"))
    opposite = {"activates": "inhibits", "inhibits": "activates"}.get(relation.relation)
    other = kept.get(((one, other_end), opposite, relation.negated))
    return other is not None and other.confidence > relation.confidence


def modify(frame: Frame, elements: Elements, spans: Sequence[Span], text: str) -> Iterator[Modified]:
    """Yield the modifications that a frame states of its patient's proteins."""
    trigger = elements.row[frame.trigger]
    if not frame.patient or not trigger.word or not trigger.word.modification:
        return
    negated, speculated = is_negated(frame.trigger, elements), is_speculated(frame.trigger, elements)
    for part in take_apart(frame, elements):
        sites = find_sites(part, elements) if "site" in elements.cues else {}
        for member, agent in list_modified(part, elements, spans):
            site = sites.get(member.span)
            yield Modified(
                protein=spans[member.span].id, modification=trigger.word.modification,
                site=site.site if site else "", site_text=text[site.start : site.end] if site else "", agent=agent,
                negated=negated ^ member.excluded, speculated=speculated,
                trigger=elements.surface(frame.trigger), rule_id=frame.pattern.name)  # fmt: skip


def list_modified(frame: Frame, elements: Elements, spans: Sequence[Span]) -> Iterator[tuple[Member, str]]:
    """Yield the proteins among a frame's patients, each with those that act on it; an empty name where nobody is named."""
    if not frame.patient:
        return
    one, other = elements.row[frame.agent.place] if frame.agent else None, elements.row[frame.patient.place]
    apart = one and len(one.members) == len(other.members) > 1 and is_one_by_one(frame, elements)
    for index, member in enumerate(other.members):
        acting = one.members[index : index + 1] if one and apart else meant(one, frame.agent) if one else ()
        for agent in name_agents(acting, spans) if spans[member.span].type == "gene" else ():
            yield member, agent


def name_agents(members: Sequence[Member], spans: Sequence[Span]) -> list[str]:
    """Return the mention of each concept among those that act, the first of its names: `Janus kinase 2 (JAK2)` is one.

    Drugs are none of them: they are no enzymes, they bring the modification about.
    """
    first: dict[str, str] = {}
    for member in members:
        span = spans[member.span]
        if not member.excluded and span.type == "gene":
            first.setdefault(span.concept or span.id, span.id)
    return list(first.values()) or [""]


def is_agent(frame: Frame, acting: Collection[tuple[int, int]]) -> bool:
    """Tell whether the protein said to be modified only modifies another: `JAK2磷酸化` in `活化的JAK2磷酸化STAT3`."""
    protein = frame.patient if frame.pattern.kind == "modification" else None
    return protein is not None and (frame.trigger, protein.place) in acting


def find_sites(frame: Frame, elements: Elements) -> dict[int, Element]:
    """Return the residue of each of the patients by its span: one for all, or as many as patients, one by one."""
    if not frame.patient:
        return {}
    place, row = frame.patient.place, elements.row
    members = row[place].members
    own = [] if is_apart(row, place, frame.trigger) else follow_sites(place, row)
    if len(own) == len(members) > 1:
        return {member.span: site for member, site in zip(members, own, strict=True)}
    site = own[0] if len(own) == 1 else find_site(frame, elements)
    return {member.span: site for member in members} if site else {}


def follow_sites(place: int, row: Sequence[Element]) -> list[Element]:
    """Return the residues that belong to the mention at `place`: `STAT3的Tyr705`, `STAT3 Tyr705 and Ser727`."""
    found: list[Element] = []
    for part in row[place + 1 : place + 9]:
        if part.site:
            found.append(part)
        elif part.classes.isdisjoint({"de", "w", "head", "pause", "and", "slash", "num", "at"}) or "T" in part.classes:
            break
    return found


def find_site(frame: Frame, elements: Elements) -> Element | None:
    """Return the residue that a frame speaks of: right behind its patient, else in the clause of its trigger first,
    with a number, and near.
    """
    if frame.patient and (own := find_own_site(frame.patient.place, elements.row)):
        return own
    first = min(frame.trigger, frame.patient.place if frame.patient else frame.trigger)
    near = range(max(0, first - 2), min(len(elements.row), frame.end + 4))
    sites = [place for place in near if elements.row[place].site]
    sites.sort(key=lambda place: (is_apart(elements.row, place, frame.trigger), len(elements.row[place].site) == 1,
                                  abs(place - frame.trigger)))  # fmt: skip
    return elements.row[sites[0]] if sites else None


def find_own_site(place: int, row: Sequence[Element]) -> Element | None:
    """Return the residue that follows the mention at `place`: `A phosphorylates B at Tyr705 and C at Tyr701`."""
    at = place + 1
    while at < len(row) and row[at].classes & {"on", "in", "hyphen", "det", "head"} and not row[at].members:
        at += 1
    return row[at] if at < len(row) and row[at].site else None


def is_apart(row: Sequence[Element], one: int, other: int) -> bool:
    """Tell whether a comma or a semicolon stands between two places."""
    first, last = sorted((one, other))
    return any(part.classes & {"comma", "semi"} for part in row[first:last])


def merge_modified(rows: Sequence[Modified]) -> tuple[Modified, ...]:
    """Return each modification of a protein once, the reading with an agent and a site before one without.

    It comes again for another site, and for another agent that the same rule reads at the same word.
    """
    kept: dict[tuple[object, ...], list[Modified]] = {}
    for row in sorted(rows, key=lambda row: (not row.agent, not row.site)):
        known = kept.setdefault((row.protein, row.modification, row.negated), [])
        if all(is_other(row, other) for other in known):
            known.append(row)
    return tuple(row for known in kept.values() for row in known)


def is_other(row: Modified, known: Modified) -> bool:
    """Tell whether `row` says more of a protein's modification than `known`: another site, or an agent beside."""
    if row.site and known.site and row.site != known.site:
        return True
    beside = (row.trigger, row.rule_id, row.site) == (known.trigger, known.rule_id, known.site)
    return beside and bool(row.agent) and row.agent != known.agent
