"""Negation and speculation: which cues of a sentence reach which trigger."""

from __future__ import annotations

from pipeline.elements import Elements

REACH = 7  # elements between a cue and the trigger that it reaches


def is_negated(trigger: int, start: int, elements: Elements) -> bool:
    """Tell whether a cue of negation reaches the trigger at the place `trigger`."""
    return reaches("neg", trigger, elements)


def is_speculated(trigger: int, start: int, elements: Elements) -> bool:
    """Tell whether a cue of speculation reaches the trigger at the place `trigger`."""
    return reaches("spec", trigger, elements)


def reaches(cue: str, trigger: int, elements: Elements) -> bool:
    """Tell whether a cue stands before the trigger in its clause, not too far off and with no other trigger between."""
    if cue in elements.row[trigger].classes:
        return True
    for place in range(trigger - 1, max(-1, trigger - 1 - REACH), -1):
        classes = elements.row[place].classes
        if cue in classes:
            return True
        if classes & {"comma", "semi", "colon", "T", "but", "open", "close"}:
            return False
    return False
