"""Negation and speculation: which cues of a sentence reach which trigger.

A cue reaches the triggers behind it in its clause, as in NegEx (Chapman et al., A simple algorithm for identifying
negated findings and diseases in discharge summaries, 2001).
"""

from __future__ import annotations

from pipeline.elements import Elements, lacks
from pipeline.patterns import Language

REACH = 7  # elements between a cue and the trigger that it reaches
LOOSE = frozenset({"noun", "verb.regulate", "verb.associate", "verb.treat"})  # name a topic, where others state a fact
PHRASE = frozenset({"adv", "det", "w", "of", "noun", "E", "head", "adjective", "hyphen"})  # before a noun or an `-ing`
OWN = frozenset({"verb", "adjective.cause", "vain"})  # a cue that is one of these denies only itself
BORDERS = frozenset({"comma", "semi", "colon", "T", "but", "open", "close"})


def is_negated(trigger: int, elements: Elements) -> bool:
    """Tell whether a cue of negation reaches the trigger at the place `trigger`."""
    if "neg" in elements.cues and (find_cue("neg", trigger, elements) is not None or is_or_else(trigger, elements)):
        return True
    return has_lost_ability(trigger, elements)


def is_or_else(trigger: int, elements: Elements) -> bool:
    """Tell whether the verb at `trigger` is joined by `or` to one that is denied: `did not activate A or bind B`."""
    row, at = elements.row, trigger - 1
    while at > 0 and "adv" in row[at].classes:
        at -= 1
    governor = find_governor(trigger, elements) if "or" in row[at].classes else None
    return governor is not None and find_cue("neg", governor, elements) is not None


def has_lost_ability(trigger: int, elements: Elements) -> bool:
    """Tell whether the ability to do what the trigger says is lost: `失去了抑制B的能力`; English says it before the verb."""
    if "losing" not in elements.cues:
        return False
    row, lost, end = elements.row, trigger - 1, trigger + 1
    while lost > max(0, trigger - REACH) and not row[lost].classes & {"losing", "de", "comma", "semi", "stop"}:
        lost -= 1
    while end < min(len(row) - 1, trigger + REACH) and not row[end].classes & {"comma", "semi", "stop", "de"}:
        end += 1
    named = end + 1 < len(row) and "de" in row[end].classes and "ability" in row[end + 1].classes
    return named and "losing" in row[lost].classes


def loses_ability(place: int, elements: Elements) -> bool:
    """Tell whether the trigger at `place` only says that the ability to do what a later one says is lost."""
    row = elements.row
    after = range(place + 1, min(len(row), place + REACH)) if "losing" in row[place].classes else ()
    return any("T" in row[at].classes and has_lost_ability(at, elements) for at in after)


def is_speculated(trigger: int, elements: Elements) -> bool:
    """Tell whether a cue of speculation reaches the trigger at the place `trigger`, or the verb that governs it."""
    if "spec" not in elements.cues:
        return False
    place: int | None = trigger
    while place is not None:
        if find_cue("spec", place, elements) is not None:
            return True
        place = find_governor(place, elements)
    return is_in_guess(trigger, elements)


def find_governor(place: int, elements: Elements) -> int | None:
    """Return the verb whose by-phrase the trigger at `place` stands in, or to which it is joined by `and`; else None.

    `A may inhibit B by suppressing C`, `A may bind and inhibit B`: what is said of the first verb covers the other.
    """
    row, own = elements.row, elements.row[place].classes
    phrase = bool(own & {"noun", "ing"})
    within = PHRASE if phrase else frozenset({"adv"})
    at = place - 1
    while at > 0 and row[at].classes & within and not row[at].classes & {"via", "by", "and", "spec"}:
        at -= 1
    joined = own & {"verb", "past"} if at > 0 and "and" in row[at].classes else frozenset()
    if not joined and not (phrase and at > 0 and row[at].classes & {"via", "by"}):
        return None
    for before in range(at - 1, -1, -1):
        classes = row[before].classes
        if classes & {"semi", "stop", "but", "comma", "open", "close"}:
            return None
        if classes & {"verb", "past"} and not (before and "hyphen" in row[before - 1].classes):
            return before if not joined or joined & classes else None
    return None


def is_in_guess(trigger: int, elements: Elements) -> bool:
    """Tell whether the clause of the trigger is guessed as a whole: `可能通过激活A上调B`, `推测A通过B抑制C`.

    A cue before `by way of` reaches the verb behind that phrase, and one before the subject all that the subject does.
    """
    row = elements.row
    place = trigger
    while place and not is_new_clause(place, elements):
        place -= 1
        if "spec" in row[place].classes and any(part.members or "via" in part.classes for part in row[place : place + 2]):
            return True
    return False


def is_new_clause(place: int, elements: Elements) -> bool:
    """Tell whether a clause with a subject of its own may begin at `place`, not one that goes on with the last one's."""
    before, row = elements.row[place - 1].classes, elements.row
    if before & {"semi", "stop", "colon", "open", "close", "but"}:
        return True
    return "comma" in before and (not row[place].classes & {"lai", "so"} or bool(row[place + 1].members))


def find_cue(cue: str, trigger: int, elements: Elements) -> int | None:
    """Return the place of the cue of class `cue` that reaches the trigger, or None.

    It stands before the trigger in its clause, not too far off and with no other trigger between.
    """
    cues = {"neg", "butnot"} if cue == "neg" else {cue}
    if cues & elements.row[trigger].classes:
        return trigger
    aside = skip_aside(trigger, elements)
    for place in range(aside, max(-1, aside - REACH), -1):
        classes = elements.row[place].classes
        bordered = bool(classes & BORDERS) and "show" not in classes
        if cues & classes and not (bordered and classes & OWN):  # `dispensable for A-induced B`
            return place
        if bordered:
            return None
    return None


def skip_aside(trigger: int, elements: Elements) -> int:
    """Return the place before the trigger, or before the aside between it and its auxiliary: `was not, as was seen, reduced`."""
    row, at = elements.row, trigger - 1
    while at > trigger - 4 and at > 0 and row[at].classes & {"adv", "and", "w"}:
        at -= 1
    if at < 2 or "comma" not in row[at].classes or not row[trigger].classes & {"past"}:
        return trigger - 1
    for place in range(at - 1, max(0, at - 10), -1):
        if row[place].members or row[place].classes & {"semi", "stop", "but"}:
            break
        if "comma" in row[place].classes:
            return place - 1 if row[place - 1].classes & {"be", "not", "neg", "have"} else trigger - 1
    return trigger - 1


def is_asked(trigger: int, elements: Elements) -> bool:
    """Tell whether the trigger is only asked about: behind `whether` in its clause, or in what a paper is to do."""
    if "asks" not in elements.cues:
        return False
    clause, loose = True, bool(elements.row[trigger].classes & LOOSE)
    for place in range(trigger - 1, -1, -1):
        classes = elements.row[place].classes
        clause &= not classes & {"comma", "colon", "open", "close"}
        if ("asks" in classes and loose) or (clause and "whether" in classes):
            return True
        if classes & {"semi", "stop", "report"}:
            return False
    return False


def is_aim(place: int, elements: Elements, language: Language) -> bool:
    """Tell whether the trigger at `place` names what was studied: `we examined the effect of A on B` asserts nothing."""
    symbols, kinds = elements.symbols, elements.kinds
    symbol, behind = symbols[place], len(symbols) - place
    return any(symbol in pattern.symbols and not lacks(kinds, absent) and left(elements.reversed, behind)
               and right(symbols, place + 1)
               for absent, left, right, pattern in language.before("aim", symbols[place - 1 : place]))  # fmt: skip
