"""Relations and modifications of a sentence whose mentions are given, by the rules of lexicons/relations."""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from pipeline.elements import Cut, Element, Elements, lacks, read_elements, whole
from pipeline.frames import ANY_MENTION, Frame, Subject, is_aside, is_coordinated, locate, sign_behind, sign_within
from pipeline.modifications import is_agent, merge_modified, modify
from pipeline.patterns import Language, Pattern, Patterns, Trial
from pipeline.records import Modified, Relation, Span
from pipeline.scope import is_aim, loses_ability
from pipeline.statements import best, state_all, state_loose
from pipeline.subjects import (
    acted_on,
    find_subject,
    has_own_subject,
    is_within,
    last_agent,
    last_object,
    last_outcome,
    last_subject,
)

NOTHING: frozenset[str] = frozenset()
CLOSING = " \t\n!！\"'”’)）]"  # what may stand behind a question mark
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
    if text.rstrip(CLOSING).endswith(("?", "？")):
        return Reading(elements, frames, (), ())  # asked, not stated
    relations = [relation for frame in frames for relation in state_all(frame, elements, spans, text)]
    relations += state_loose(relations, frames, elements, language, spans, text)
    acting = {(frame.trigger, frame.agent.place) for frame in frames if frame.agent and frame.patient}
    # who only brings a phosphorylation about comes behind the enzyme
    modifying = sorted(frames, key=lambda frame: frame.pattern.relation == "activates") if "modifies" in elements.cues else ()
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
        if element.word is None or loses_ability(place, elements):
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


def credit_links(frame: Frame, frames: Sequence[Frame], elements: Elements) -> Iterator[Frame]:
    """Yield `frame` with each mention that its subject acts on before, as a link of the chain, unless a mere means.

    A chain that says `activates` (`进而激活下游的B`) credits the last of them only, as that one stands next above B.
    """
    means_too = frame.pattern.relation in ("phosphorylates", "activates")  # `通过激活A继而磷酸化B`: the activated A does it
    for earlier in reversed(frames):
        link = earlier.patient
        if not link or not earlier.grammatical or not frame.agent or not frame.patient or frame.patient.place == link.place:
            continue
        if earlier.grammatical.place == frame.agent.place and (means_too or not is_means(earlier.trigger, elements.row)):
            yield from (frame._replace(agent=part, grammatical=None) for part in (link, *earlier.more))
            if frame.pattern.relation == "activates":
                return


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


def fit(rules: Sequence[Trial], place: int, elements: Elements, language: Language, frames: Sequence[Frame],
        subjects: Subjects) -> Iterator[Frame]:  # fmt: skip
    """Yield the frames of those of `rules` that fit the trigger at `place`; `subjects` as for `bind`."""
    onwards, backwards, behind = elements.symbols, elements.reversed, len(elements.row) - place
    kinds = elements.kinds
    for absent, match_left, match_right, pattern in rules:
        if lacks(kinds, absent):
            continue
        if (left := match_left(backwards, behind)) and (right := match_right(onwards, place + 1)):
            frame = bind(pattern, place, left, right, elements, language, frames, subjects)
            if frame:
                yield frame


def bind(pattern: Pattern, place: int, left: re.Match[str], right: re.Match[str], elements: Elements, language: Language,
         frames: Sequence[Frame], subjects: Subjects) -> Frame | None:  # fmt: skip
    """Return the frame of a pattern whose two halves matched, or None if who acts or is acted on is not to be found.

    `subjects` keeps the subject in force at a place for the patterns that come after.
    """
    found, role = locate(pattern, left, right, elements), pattern.takes_subject
    start, end = len(elements.row) - left.end(), right.end()
    if pattern.relation in ("again", "likewise", "contrary"):
        return say_again(pattern, found, frames)
    if pattern.relation == "beside":
        said = [frame for frame in frames if frame.trigger == place]
        return say_again(pattern, choose_side(found, said[-1], elements.row), said[-1:]) if said else None
    if pattern.takes_object:
        object_ = find_object(pattern, start, found.get("A"), frames, elements)
        if not object_ or not object_.sign:
            return None
        found["B"] = object_
    if role:
        subject = find_acting(pattern, place, start, elements, language, frames, subjects)
        if names_cells(subject.place, elements.row, role == "B") if subject else role not in found:
            return None
        if subject:
            found[role] = subject
            start = min(start, subject.place)
    return make_frame(pattern, place, found, start, end, elements, language, frames)


def find_object(pattern: Pattern, start: int, agent: Subject | None, frames: Sequence[Frame], elements: Elements) -> Subject | None:
    """Return what was acted on before `start`, which the pattern itself does not name."""
    if pattern.relation != "echo":
        return last_object(frames, agent)
    past = [frame for frame in frames if frame.trigger < start]
    return last_outcome(past or frames, elements)


def find_acting(pattern: Pattern, place: int, start: int, elements: Elements, language: Language, frames: Sequence[Frame],
                subjects: Subjects) -> Subject | None:  # fmt: skip
    """Return the subject in force for a pattern that names none, whose trigger stands at `place` and which begins at `start`."""
    types = pattern.types.get(pattern.takes_subject, ANY_MENTION)
    if pattern.continues or pattern.resumes:
        subject = last_subject(place, frames, elements.row, True) if pattern.continues else last_agent(frames)
    else:
        if (start, types) not in subjects:
            foreign = has_own_subject(place, elements, language)
            subjects[start, types] = None if foreign else find_subject(start, elements, language, frames, types)
        subject = subjects[start, types]
    if subject and pattern.takes_subject == "B":
        subject = acted_on(start, subject, frames, elements)
        subject = subject._replace(sign=subject.sign * sign_behind(start, place, elements))
    if subject and subject.first and any("synerg" in part.classes for part in elements.row[subject.place + 1 : place]):
        return subject._replace(first=False)  # `A binds B, and together they activate C`
    return subject


def make_frame(pattern: Pattern, place: int, found: Mapping[str, Subject], start: int, end: int, elements: Elements,
               language: Language, frames: Sequence[Frame]) -> Frame | None:  # fmt: skip
    """Return the frame of what was `found` of a pattern, from `start` to `end`; None if it is not what the pattern asks for."""
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
        grammatical = None if "de" in elements.row[place - 1].classes else grammatical._replace(first=True)
    more = find_listed(pattern, agent, patient, end, place, elements, language, frames)
    end = max([end, *(part.place + 1 for part in more)]) if more else end
    return Frame(pattern, place, agent, patient, grammatical, start, end, more)


def find_listed(pattern: Pattern, agent: Subject | None, patient: Subject | None, end: int, place: int, elements: Elements,
                language: Language, frames: Sequence[Frame]) -> tuple[Subject, ...]:  # fmt: skip
    """Return what else a frame acts on: the rest of a list behind it, or what the frame before acts on, which it echoes."""
    if pattern.relation == "echo":
        return next((earlier.more for earlier in reversed(frames) if earlier.patient), ())
    if agent and patient and agent.place > patient.place > place:
        return ()  # `T of B by A, C`: C acts, too
    return find_more(patient, end, place, elements, language, pattern.relation == "binds")


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

    It is denied in `A activated B, whereas C was not`, turned round in `…, whereas C had the opposite effect`.
    """
    earlier = next((frame for frame in reversed(frames) if frame.agent and frame.patient and not is_within(frame, frames)), None)
    if not earlier or earlier.pattern.kind == "modification" or earlier.denied:
        return None
    rule = replace(earlier.pattern, name=pattern.name, kind=pattern.kind, confidence=pattern.confidence)
    agent, patient = found.get("A", earlier.agent), found.get("B", earlier.patient)
    if pattern.relation == "contrary" and patient:
        patient = patient._replace(sign=-patient.sign)
    return earlier._replace(pattern=rule, agent=agent, patient=patient, grammatical=None, more=(),
                            denied=pattern.relation == "again")  # fmt: skip


def choose_side(found: Mapping[str, Subject], said: Frame, row: Sequence[Element]) -> Mapping[str, Subject]:
    """Return the group that a pattern `found` as `B`, as `A` if it is like who acts in what is `said`, not like what is acted on.

    `In addition to JAK1, JAK2 phosphorylates STAT3`: JAK1 does, too; `in addition to STAT1, JAK2 phosphorylates STAT3`: STAT1 is.
    """
    if "A" in found or "B" not in found or not said.agent or not said.patient:
        return found
    kind, acts, acted_on = (find_kind(part.place, row) for part in (found["B"], said.agent, said.patient))
    upstream = kind == "ligand-name" and acted_on in ("factor-name", "kinase-name") and acts != "factor-name"
    return {"A": found["B"]} if upstream or kind == acts != acted_on else found


def find_kind(place: int, row: Sequence[Element]) -> str:
    """Return what the first of the mentions at `place` is: a drug, a disease, or of which class of names a gene's is."""
    element = row[place]
    return element.members[0].deed or "/".join(sorted(element.classes))


def suits(pattern: Pattern, agent: Subject | None, patient: Subject | None, elements: Elements) -> bool:
    """Tell whether the groups that act and are acted on hold a mention of the types that the pattern asks for."""
    sides = (("A", agent), ("B", patient))
    return all(side is None or role not in pattern.types or pattern.types[role] & elements.row[side.place].classes
               for role, side in sides)  # fmt: skip


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
