"""Who acts: the subject in force at a place, carried over clauses, and what pronouns and `the latter` stand for."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline.elements import Element, Elements, lacks
from pipeline.frames import ANY_MENTION, Frame, Subject, count_items, is_closed, name_relation, sign_within
from pipeline.patterns import Language, Pattern


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
    acting = [frame for frame in frames if frame.agent and frame.patient]
    return next((frame.agent for frame in reversed(acting) if not is_within(frame, acting)), None)


def last_outcome(frames: Sequence[Frame], elements: Elements) -> Subject:
    """Return what the frame before says to rise or to fall, with 1 or -1 for it: what `this effect` stands for."""
    for frame in reversed(frames):
        if is_within(frame, frames) or "agent" in elements.row[frame.trigger].classes:  # `AG490, a JAK2 inhibitor` is no effect
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


def find_subject(
    place: int, elements: Elements, language: Language, frames: Sequence[Frame], types: frozenset[str] = ANY_MENTION
) -> Subject | None:
    """Return the subject in force left of `place`: the phrase that stands there, else that of the clause before.

    A mention of none of the `types` that the pattern takes is passed over.
    """
    size = len(elements.row)
    if contrasted := find_contrasted(place, elements, language):
        return contrasted
    if several := find_several(place, elements):
        return several
    if "latter" in elements.cues and (latter := find_ending("latter", place, elements, language)):
        meant = find_latter(place, size - latter[1].end(), elements, frames) or last_subject(place, frames, elements.row)
        if meant or frames:
            return meant
    if found := find_ending("subject", place, elements, language, types):
        pattern, match = found
        middle = size - 1 - match.start("A")
        inner = match.span("a") if "a" in match.re.groupindex else (match.start("A"), match.end("A"))
        chained = None if pattern.relation else find_chain(middle, frames, elements.row)
        chained = chained or find_clause(middle, place, frames, elements.row) or find_resumed(middle, frames, elements.row)
        between = elements.row[middle + 1 : place] if "verb.bind" in elements.cues else ()
        bound = any(part.classes & {"verb.bind", "similar", "singular"} for part in between)
        shared = any(frame.trigger == place - 1 and frame.patient and frame.patient.place > place for frame in frames)
        end = size - inner[0] - shared  # in `A抑制并降解B` the first verb is none that lowers A
        return chained or Subject(middle, sign_within(elements, size - inner[1], end, middle), first=bound)
    if find_ending("break", place, elements, language):
        return None
    topic = None if (subject := last_subject(place, frames, elements.row)) else find_ending("topic", place, elements, language)
    subject = Subject(size - 1 - topic[1].start("A"), 1) if topic else subject
    return None if subject and shares_subject(place, elements.row) and is_object(subject.place, elements.row) else subject


def has_own_subject(trigger: int, elements: Elements, language: Language) -> bool:
    """Tell whether the verb at `trigger` has a subject that no lexicon knows: `A activates B, and hypoxia induces C`."""
    symbols, behind = elements.symbols, len(elements.row) - trigger
    return any(symbols[trigger] in pattern.symbols and not lacks(elements.kinds, absent) and left(elements.reversed, behind)
               for absent, left, _, pattern in language.before("own", symbols[trigger - 1 : trigger]))  # fmt: skip


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


def find_several(place: int, elements: Elements) -> Subject | None:
    """Return what `they` at the end of the elements before `place` stands for: the last group of several."""
    if not place or "they" not in elements.row[place - 1].classes:
        return None
    several = [at for at in elements.groups if at < place and count_items(elements.row[at]) > 1
               and elements.row[at].classes & {"gene", "drug"}]  # fmt: skip
    return Subject(several[-1], 1) if several else None


def find_latter(place: int, start: int, elements: Elements, frames: Sequence[Frame]) -> Subject | None:
    """Return what `the latter` between `start` and `place` stands for: what was acted on before it, of a group the last.

    后者, which is a pronoun, stands for all of a group of kinases: `使JAK1和JAK2磷酸化，后者…`.
    """
    row = elements.row
    mark = next((at for at in range(start, place) if "latter" in row[at].classes), place)
    before = [frame for frame in reversed(frames) if frame.trigger < mark]
    if pair_of_aside := next((frame.agent for frame in before if frame.agent and is_pair_of_aside(frame, row)), None):
        return pair_of_aside._replace(member=-1)
    parts = ([part for part in last_named(frame) if part] for frame in before)
    acted = next((objects[-1] for objects in parts if objects), None)
    behind = range(mark - 1, acted.place if acted else -1, -1)
    named = next((at for at in behind if row[at].classes & {"gene", "drug"}), None)
    acting = {part.place for frame in frames for part in (frame.agent, frame.grammatical) if part}
    related = any("rel" in part.classes for part in row[mark + 1 : place])  # `C is due to A and B, the latter of which …`
    listed = named is not None and (related or not acted) and count_items(row[named]) > 1  # `A and B exist; the latter …`
    if named is not None and (listed or (frames and named not in acting)):
        acted = Subject(named, 1)  # `使A免于降解，后者…`: no verb acts on A
    members = row[acted.place].members if acted else ()
    pronoun = mark < place and "pron" in row[mark].classes
    alike = pronoun and all(member.deed == "kinase-name" for member in members)
    return acted._replace(member=-1) if acted and len(members) > 1 and not alike else acted


def last_named(frame: Frame) -> tuple[Subject | None, ...]:
    """Return what a frame names last: what is acted on, or who acts in a passive (`A受B调控，后者…`)."""
    if frame.agent and frame.patient and frame.patient.place < frame.agent.place < frame.trigger:
        return (frame.agent,)
    return (frame.patient, *frame.more)


def is_pair_of_aside(frame: Frame, row: Sequence[Element]) -> bool:
    """Tell whether a pair acts in a relative clause of its own: `A and B, which block C, …, and the latter …`."""
    if not frame.agent or count_items(row[frame.agent.place]) != 2:
        return False
    return any("rel" in part.classes for part in row[frame.agent.place : frame.trigger])


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
        if lacks(kinds, absent):
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


def find_clause(middle: int, place: int, frames: Sequence[Frame], row: Sequence[Element]) -> Subject | None:
    """Return the subject of the clause whose adjunct holds the mention at `middle`, where a comma and a verb follow it.

    `A lowered the size of tumours after D, inhibited B and …` goes on about A.
    """
    if "comma" not in row[middle + 1].classes or any(part.classes & {"rel", "but"} for part in row[middle + 1 : place]):
        return None
    at = middle - 1
    while at > 0 and row[at].classes & {"w", "det", "adv", "head", "num", "hyphen", "cells"} and "T" not in row[at].classes:
        at -= 1
    if not row[at].classes & {"after", "in", "with", "on", "from", "of", "for"}:
        return None
    for frame in reversed(frames):
        finite = frame.pattern.takes_subject and row[frame.trigger].classes & {"verb", "past"}
        if any(part.classes & {"comma", "semi", "but", "rel"} for part in row[frame.trigger : middle]):
            return None
        if finite and frame.trigger < at and frame.grammatical and frame.grammatical.place < frame.trigger:
            return frame.grammatical
    return None


def find_resumed(middle: int, frames: Sequence[Frame], row: Sequence[Element]) -> Subject | None:
    """Return who acts before an aside that holds the mention at `middle`: `A binds B and, once activated by C, enters D`."""
    if "comma" not in row[middle + 1].classes:
        return None
    at = middle - 1
    while at > 0 and not row[at].classes & {"comma", "semi", "stop", "rel"}:
        at -= 1
    if at < 1 or "comma" not in row[at].classes or not row[at - 1].classes & {"and", "but"}:
        return None
    led = any(part.classes & {"past", "after", "resp", "in", "with", "via", "by"} for part in row[at + 1 : middle])
    return last_subject(at, frames, row, True) if led else None


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
