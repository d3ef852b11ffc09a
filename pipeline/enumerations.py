"""Enumerations that name by halves: `STAT1, 2, 3和5a`, `JAK1/2`, `VEGFR1-3`, `IKKα/β`, `miR-26a/b-5p`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

LAST_NUMBER = re.compile(r"(?P<base>.*?[A-Za-z\u4e00-\u9fff][- ]?)(?P<item>\d{1,2}[a-zA-Z]?)(?:-[35]p)?", re.S)
LAST_LETTER = re.compile(
    r"(?P<base>.*?(?:[A-Za-z\u4e00-\u9fff][- ]?|\d))(?P<item>[α-ωɑɛ]|(?<=\d)[a-eA-E])(?:-[35]p)?", re.S
)
JOINT = r"\s*(?:[,，、/／]\s*(?:and|和|及|与|or|或)?|和|及|与|或|～|~|-|–|—|至|到|&|\band\b|\bor\b|\bto\b)\s*"
NUMBER = re.compile(rf"(?P<joint>{JOINT})(?P<item>\d{{1,2}}[a-eA-E]?)(?![0-9A-Za-z.%％:：])")
LETTER = re.compile(rf"(?P<joint>{JOINT})(?P<item>[α-ωɑɛ]|[a-e](?![A-Za-z]))(?P<arm>-[35]p)?(?![0-9A-Za-zα-ω])")
GOES_ON = re.compile(
    r"\s*(?:[,，、/／(（)）。.;；:：]|$|\n|和|及|与|或|等|[\u4e00-\u9fff]|(?:and|or|proteins?|genes?|receptors?|were|was|are|is"
    r"|in|by|to|with|from|on|via|through|after|upon|but|as|that|which|have|has|had|can|could|may|might|did|do|also"
    r"|signal\w*|activat\w*|phosphorylat\w*|inhibit\w*|expression|activity|mRNAs?|family|isoforms?|kinases?)\b)"
)
COUNTED = re.compile(r"\s*(?:例|个|种|名|位|年|月|周|天|小时|倍|次|%|mg|μ|ng|kDa|Da|h\b|d\b|期|型糖|岁)")
TYPED = re.compile(r"(?:[Tt]ype[ -])?(?:I{1,3}|[ⅠⅡⅢ]|[123])型?[ -]?(?=\D)")
TYPE_BEFORE = re.compile(
    r"(?<![A-Za-z0-9])(?P<head>(?:[Tt]ypes?[ -])?(?:I{1,3}|[ⅠⅡⅢ]|[123])型?)\s*(?:and|or|和|与|及|或|、|/|,)\s*$"
)
LONGEST_HEAD = 16  # characters of such a head with its conjunction


def find_heads(text: str, start: int, end: int) -> Iterator[tuple[int, int, str]]:
    """Yield (start, end, full name) of the half before a name with a type: `type I` of `type I and type II IFN`.

    Offsets are code points; nothing is found where the name `text[start:end]` has no type.
    """
    own = TYPED.match(text, start, end)
    before = TYPE_BEFORE.search(text, max(0, start - LONGEST_HEAD), start) if own else None
    if own and before:
        number = before["head"].split()[-1].removesuffix("型")
        full = re.sub("I{1,3}|[ⅠⅡⅢ123]", number, own.group(), count=1) + text[own.end() : end]
        yield before.start("head"), before.end("head"), full


def find_items(text: str, start: int, end: int, known: Callable[[str], bool]) -> Iterator[tuple[int, int, str]]:
    """Yield (start, end, full name) of the halves that follow the name `text[start:end]`, in code points of `text`.

    `known` tells whether the lexicon has a full name; an item that it does not know ends the enumeration.
    """
    for last, item in ((LAST_NUMBER, NUMBER), (LAST_LETTER, LETTER)):
        if match := last.fullmatch(text, start, end):
            yield from follow(text, end, match["base"], item, known)


def follow(
    text: str, at: int, base: str, item: re.Pattern[str], known: Callable[[str], bool]
) -> Iterator[tuple[int, int, str]]:
    """Yield the items of one kind from `at` on, each joined to `base`, as long as the lexicon has the name."""
    while match := item.match(text, at):
        full = base + match["item"] + (match.groupdict().get("arm") or "")
        if not known(full) or not may_end(text, match, item):
            return
        yield match.start("item"), match.end(), full
        at = match.end()


def may_end(text: str, match: re.Match[str], pattern: re.Pattern[str]) -> bool:
    """Tell whether a number behind a comma is an item and no count of something: `IL-6, 10 patients`."""
    if pattern is LETTER or "/" in match["joint"]:
        return True
    return bool(GOES_ON.match(text, match.end())) and not COUNTED.match(text, match.end())
