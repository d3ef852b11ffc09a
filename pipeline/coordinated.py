"""Names that share their last words with the next: `lung and prostate cancers`, `急、慢性髓系白血病`, `E- and N-cadherin`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from pipeline.brackets import places_of_words
from pipeline.enumerations import Enumerations
from pipeline.hits import SCORES, Hit
from pipeline.lexicon import Lexicon, lookup
from pipeline.script import HAN, HAN_RUN

RUN = re.compile(rf"[A-Za-z0-9{HAN}α-ω][A-Za-z0-9{HAN}α-ω'’ -]*$")
HANGING = re.compile(r"[-‐–]\s*$")
LONGEST_JOINT = 14  # code points of `- as well as `
LONGEST_MEMBER = 40  # code points
MOST_WORDS, MOST_CHARACTERS = 4, 8  # of a member, and of what it shares

Whole = Callable[[str], tuple[str, str] | None]
"""Gives (concept id, name) of a name of one type that the lexicon has."""


def find_members(text: str, hit: Hit, low: int, whole: Whole, forms: Enumerations) -> Iterator[tuple[int, int, str]]:
    """Yield (start, end, full name) of the members of a list before the name that has the shared words.

    None begins before `low`, where the mention before ends. Genes and drugs are taken only where the member cannot
    stand alone: `E-` with its hyphen, the one character of `雌、孕激素受体`.
    """
    at = hit.start
    while joint := forms.joined.search(text, max(low, at - LONGEST_JOINT), at):
        signs = joint.group().strip(" ,，")
        hanging = HANGING.search(text, max(low, joint.start() - 2), joint.start())
        last = hanging.start() if hanging else joint.start()
        if hit.type != "disease" and not hanging and not (signs == "、" and HAN_RUN.match(text[last - 1 : last])):
            return
        found = find_member(text, hit, low, last, whole) if signs or at < hit.start else None
        single = found is not None and last - found[0] == 1
        cut = hanging or (signs == "、" and single)
        if not found or not (hit.type == "disease" or cut) or (single and not cut and HAN_RUN.match(text[found[0] - 1 : found[0]])):
            return  # `心肌和肝炎` has no `肌`
        yield found[0], last, found[1]
        at = found[0]


def find_member(text: str, hit: Hit, low: int, last: int, whole: Whole) -> tuple[int, str] | None:
    """Return (start, full name) of the longest member that ends at `last`, with most of the words of the mention.

    It says another thing than the mention. One character is shared with a name of two only by a member of one
    (`肺、胃、肠癌`, not `心肌和肝炎`).
    """
    run = RUN.search(text, max(low, last - LONGEST_MEMBER), last)
    if not run:
        return None
    most, space = (MOST_CHARACTERS, "") if HAN_RUN.match(text[last - 1]) else (MOST_WORDS, " ")
    tails = [text[place : hit.end] for place in places_of_words(text, hit.start + 1, hit.end)][-most:]
    for start in list(places_of_words(text, run.start(), last))[-most:]:
        if text[start - 1 : start] in ("-", ".") or 0 < start == low:
            continue  # the rest of a word: `HER2-positive`, `腮腺炎病毒`
        for tail in tails:
            if len(tail) == 1 < last - start and hit.end - hit.start == 2:
                continue
            full = f"{text[start:last]}{space}{tail}"
            for name in (full, full.removesuffix("s")):
                if (found := whole(name)) and found[0] != hit.concept_id:
                    return start, name
    return None


def share(text: str, hits: Sequence[Hit], lexicon: Lexicon, whole: Whole) -> Iterator[Hit]:
    """Yield `hits`; what stands in a list before a plural that is shared gets it: the first of `IL-2 and IL-4 receptors`.

    The last must be called by what it binds, and the first with the plural must be another gene by the lexicon.
    """
    forms, later, kept = lexicon.enumerations, None, list[Hit]()
    for hit in reversed(hits):
        shared = forms.shared.search(text, hit.start, hit.end) if hit.type == "gene" else None
        joint = forms.joined.search(text, max(0, hit.start - LONGEST_JOINT), hit.start) if shared else None
        if shared and joint and joint.group().strip(" ,，") and lookup(lexicon, text[hit.start : shared.start()]):
            later = (hit.start, shared.group(), hit.concept_id)
        elif later:
            hit, later = bind(text, hit, later, whole, forms)
        kept.append(hit)
    yield from reversed(kept)


def bind(
    text: str, hit: Hit, later: tuple[int, str, str], whole: Whole, forms: Enumerations
) -> tuple[Hit, tuple[int, str, str] | None]:
    """Return a hit before the place of `later` as what it is with the shared word, and its own place, if it is one."""
    at, word, concept = later
    joint = forms.joined.fullmatch(text, hit.end, at)
    name = text[hit.start : hit.end] + word
    found = joint and (whole(name) or whole(name.removesuffix("s")))
    if not found or found[0] in (concept, hit.concept_id):
        return hit, None
    bound = Hit(hit.start, hit.end, found[0], "gene", "enumeration", SCORES["enumeration"], name_en=found[1])
    return bound, (hit.start, word, concept)
