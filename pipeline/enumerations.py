"""Enumerations that name by halves: `STAT1, 2, 3和5a`, `JAK1/2`, `VEGFR1-3`, `IKKα/β`, `miR-26a/b-5p`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

LAST = re.compile(r"(?P<base>.*?[A-Za-z\u4e00-\u9fff])(?P<joint>[- ]?)(?P<item>\d{1,2}[a-zA-Z]?|[α-ωɑɛ]|(?<=\d)[a-z])(?:-[35]p)?", re.S)
JOINT = r"\s*(?:[,，、/／]\s*(?:and|和|及|与|or|或)?|和|及|与|或|～|~|-|–|—|至|到|&|\band\b|\bor\b|\bto\b)\s*"
NUMBER = re.compile(rf"(?P<joint>{JOINT})(?P<item>\d{{1,2}}[a-eA-E]?)(?![0-9A-Za-z.%％:：])")
LETTER = re.compile(rf"(?P<joint>{JOINT})(?P<item>[α-ωɑɛ]|[a-e](?![A-Za-z]))(?P<arm>-[35]p)?(?![0-9A-Za-zα-ω])")
GOES_ON = re.compile(r"\s*(?:[,，、/／)）。.;；:：]|$|\n|和|及|与|或|and\b|or\b|proteins?\b|genes?\b|receptors?\b|等)|[\u4e00-\u9fff]")
COUNTED = re.compile(r"\s*(?:例|个|种|名|位|年|月|周|天|小时|倍|次|%|mg|μ|ng|kDa|Da|h\b|d\b|期|型糖|岁)")


def find_items(text: str, start: int, end: int, known: Callable[[str], bool]) -> Iterator[tuple[int, int, str]]:
    """Yield (start, end, full name) of the halves that follow the name `text[start:end]`, in code points of `text`.

    `known` tells whether the lexicon has a full name; an item that it does not know ends the enumeration.
    """
    last = LAST.fullmatch(text[start:end])
    if not last:
        return
    base = last["base"] + last["joint"]
    pattern = NUMBER if last["item"][0].isdigit() else LETTER
    at = end
    while match := pattern.match(text, at):
        item = match["item"] + (match.groupdict().get("arm") or "")
        if not known(base + item) or not may_end(text, match, pattern):
            return
        yield match.start("item"), match.end(), base + item
        at = match.end()


def may_end(text: str, match: re.Match[str], pattern: re.Pattern[str]) -> bool:
    """Tell whether a number behind a comma is an item and no count of something: `IL-6, 10 patients`."""
    if pattern is LETTER or "/" in match["joint"]:
        return True
    return bool(GOES_ON.match(text, match.end())) and not COUNTED.match(text, match.end())
