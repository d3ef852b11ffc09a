"""What fires of a rule: who acts on whom at which trigger, with the signs of the phrases around them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pipeline.elements import Element, Elements, Member
from pipeline.patterns import Pattern, Word
from pipeline.records import Span

ANY_MENTION = frozenset(["E"])
PAIRED = frozenset({"and", "aux", "adv", "num", "w"})  # what may stand between two coordinated verbs


class Subject(NamedTuple):
    """A group of mentions that acts: its place in the row, and -1 where the sentence speaks of its loss.

    `first`: of the two sides of `A binds B`, the one that stands first is meant, where only one of them can act.
    `member`: of the group only this item is meant (`the former`).
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


def sign_behind(start: int, trigger: int, elements: Elements) -> int:
    """Return the sign of the nouns that a rule reads behind its subject: `B degradation was …`; `start` is where it begins."""
    row, end = elements.row, start
    while end < trigger and row[end].classes & {"noun", "head", "site", "hyphen"} and not row[end].members:
        end += 1
    return sign_within(elements, start, end, start - 1) if end > start > 0 and row[start - 1].members else 1


def sign_within(elements: Elements, first: int, last: int, middle: int) -> int:
    """Return the product of the signs of the triggers in places `first` to `last`, the phrase around the mention `middle`."""
    if "lowers" not in elements.cues:
        return 1
    row = elements.row
    against = middle > first and "anti" in row[middle - 1].classes  # `抗A抗体` is against A once, whatever it is called
    lit = against and any(member.deed == "lit-name" for member in row[middle].members)  # `anti-CD3` sets CD3 off
    opposed = against and not lit
    sign = -1 if opposed and not row[middle - 1].classes & {"T"} else 1
    for place in range(first, last):
        word = row[place].word
        if not word or place == middle or is_coordinated(row, place, first) or (lit and place == middle - 1):
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
    if "adjective.dephosphorylate" in classes and row[place + 1].classes & {"E", "head", "w"}:
        return True  # `unphosphorylated A` is A
    far_anti = "anti" in classes and place + 1 != middle  # `anti-CD3-induced production of B`
    direct = not any(part.members or "on" in part.classes for part in row[place + 1 : middle])
    deed = direct and "deed" in classes and "of" in row[place + 1].classes  # `the inhibitory activity of A` is what A does
    dose = "drug" in name and "adjective" in classes and "head" in row[place + 1].classes  # `lower doses of A` are A
    other = place > 0 and "poss" in row[place - 1].classes  # `its degradation and the activation of A`
    return far_anti or deed or dose or other or bool(classes & {"past.target", "verb.target"})


def governs(row: Sequence[Element], place: int) -> bool:
    """Tell whether a preposition follows the noun at `place`: `inhibitor of p27`, but not `the inhibitor p27`."""
    return place + 1 < len(row) and bool((row[place].classes | row[place + 1].classes) & {"of", "on", "to", "for"})


def is_coordinated(row: Sequence[Element], place: int, first: int = 0) -> bool:
    """Tell whether the trigger at `place` is joined to a verb behind `first` (`binds and inhibits`), not governed by it."""
    if place + 2 < len(row) and "of" in row[place + 1].classes and "rel" in row[place + 2].classes:
        return False  # `A, inhibition of which …`
    named = False
    while place > first and row[place - 1].classes & {"adv", "det"} and "and" not in row[place - 1].classes:
        place -= 1
        named |= "det" in row[place].classes  # `a block and the loss of A`, but not `despite a block, the loss of A`
    joints = {"and"} if named else {"and", "pause", "lai", "then", "comma"}
    return place > first and bool(row[place - 1].classes & joints)


def take_apart(frame: Frame, elements: Elements) -> Iterator[Frame]:
    """Yield a frame for each patient; under `respectively` with the one agent that acts on it."""
    patients = (frame.patient, *frame.more)
    agents = count_items(elements.row[frame.agent.place]) if frame.agent else 0
    single = all(patient and count_items(elements.row[patient.place]) == 1 for patient in patients)
    if frame.agent and single and agents == len(patients) > 1 and is_one_by_one(frame, elements):
        for index, patient in enumerate(patients):
            yield frame._replace(agent=frame.agent._replace(member=index), patient=patient)
        return
    yield from (frame._replace(patient=patient) for patient in patients)


def is_one_by_one(frame: Frame, elements: Elements) -> bool:
    """Tell whether `respectively` belongs to a frame."""
    if "respectively" not in elements.cues:
        return False
    return any("respectively" in part.classes for part in elements.row[max(0, frame.start - 2) : frame.end + 6])


def verb_of_pair(frame: Frame, elements: Elements) -> int | None:
    """Return which of two coordinated verbs with opposite effects the trigger is, under `respectively`; else None.

    `A分别下调和上调B和C`, `B和C分别下调了80%和上调`: the first verb is of the first name.
    """
    word = elements.row[frame.trigger].word
    if not word or not is_one_by_one(frame, elements):
        return None
    for index, step in ((0, 1), (1, -1)):
        other = find_partner(frame.trigger, step, elements.row)
        if other and other.effect in ("increase", "decrease") and other.sign == -word.sign:
            return index
    return None


def find_partner(trigger: int, step: int, row: Sequence[Element]) -> Word | None:
    """Return the trigger to which a conjunction joins that at `trigger`: behind it with a `step` of 1, before it with -1."""
    at, joined = trigger + step, False
    while 0 <= at < len(row) and row[at].classes & PAIRED and not row[at].classes & {"T"}:
        joined |= "and" in row[at].classes
        at += step
    return row[at].word if joined and 0 <= at < len(row) and not row[at].members else None


def names_of(group: Element, spans: Sequence[Span]) -> set[str]:
    """Return what the members of a group stand for."""
    return {spans[member.span].concept or spans[member.span].id for member in group.members}


def count_items(group: Element) -> int:
    """Return of how many items a group is a list; `JAK1/2` is one."""
    return group.members[-1].unit + 1 if group.members else 0


def meant(group: Element, subject: Subject | None) -> Sequence[Member]:
    """Return the members of a group, or those of the item that `the former` or `the latter` picks."""
    if subject is None or subject.member is None:
        return group.members
    item = subject.member % count_items(group)
    return [member for member in group.members if member.unit == item]


def pick(group: Element, subject: Subject | None, item: int) -> Sequence[Member]:
    """Return the members of the `item` of a group of two; of any other group those that are meant."""
    return [member for member in group.members if member.unit == item] if count_items(group) == 2 else meant(group, subject)


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
