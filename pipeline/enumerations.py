"""Enumerations that name by halves: `STAT1, 2, 3和5a`, `JAK1/2`, `VEGFR1-3`, `IKKα/β`, `IFN-α and -β`, `miR-26a/b-5p`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline.tables import Row, read_rows
from pipeline.text import GREEK, HAN

SPELLED = f"(?:{'|'.join(sorted(set(GREEK.values()), key=len, reverse=True))})"
LAST_NUMBER = re.compile(r"(?P<base>.*?[A-Za-zα-ω\u4e00-\u9fff][)）]?[- ]?)(?P<item>\d{1,4}[a-zA-Z]?)(?:-[35]p)?", re.S)
LAST_BOTH = re.compile(r"(?P<base>.*?)(?P<item>[α-ω]\d{1,2}|(?<!\d)\d{1,2}[α-ω])", re.S)
LAST_LETTER = re.compile(
    rf"(?P<base>.*?(?:[A-Za-z\u4e00-\u9fff][)）]?[- ]?|\d))"
    rf"(?P<item>[α-ωɑɛ]|(?<=[ -]){SPELLED}|(?<=\d)[a-eA-F]|(?<=-)[A-F])(?:-[35]p)?",
    re.S,
)
PLURAL = re.compile(r"\s(?P<item>\d{1,2})(?![0-9A-Za-z%％]|[.:：]\d)")
CLASS_NUMBER = r"(?P<number>I{1,3}|[ⅠⅡⅢ]|[123])"
LONGEST_HEAD = 16  # characters of such a head with its conjunction
COLUMNS = ("text", "lang", "role", "note")
ROLES = ("joint", "span", "counted", "behind", "before", "after")


@dataclass(frozen=True)
class Enumerations:
    """What enumerations are read by: a joint, items with one before them, what may stand behind a number, typed heads,
    and what stands between the names of a list."""

    between: re.Pattern[str]
    number: re.Pattern[str]
    letter: re.Pattern[str]
    both: re.Pattern[str]
    behind: re.Pattern[str]
    counted: re.Pattern[str]
    typed: re.Pattern[str]
    head: re.Pattern[str]
    listed: re.Pattern[str]


def load_enumerations(path: Path) -> Enumerations:
    """Read lexicons/enumerations.csv; raise LexiconError at the first wrong row."""
    words: dict[str, list[str]] = {}
    for row in read_rows(path, COLUMNS):
        check_form(row)
        words.setdefault(row["role"], []).append(row["text"])
    return make_enumerations(**{role: one_of(words.get(role, ())) for role in ROLES})


def check_form(row: Row) -> None:
    """Raise LexiconError for a row without a word or with a role that is not known."""
    if row["role"] not in ROLES:
        raise row.error("role", f"`{row['role']}` is not known", f"write one of {', '.join(ROLES)}")
    if not row["text"].rstrip("*"):
        raise row.error("text", "the cell is empty", "write the word, or drop the row")


def one_of(texts: Iterable[str]) -> str:
    """Return the expression of any of the words, the longest first; a star stands for the rest of a Latin word."""
    ordered = sorted(texts, key=len, reverse=True)
    return f"(?:{'|'.join(map(whole_word, ordered)) or '(?!)'})"


def whole_word(text: str) -> str:
    """Return the expression of one word: a Latin one ends where its letters end."""
    if text.endswith("*"):
        return re.escape(text[:-1]) + r"\w*"
    return re.escape(text) + ("(?![A-Za-z])" if text.isascii() and text.isalpha() else "")


def make_enumerations(joint: str, span: str, counted: str, behind: str, before: str, after: str) -> Enumerations:
    """Return the expressions of enumerations over those of the words in each role."""
    word = f"(?<![A-Za-z0-9])(?:{joint}|{span})|(?=[{HAN}])(?:{joint}|{span})"
    between = rf"\s*(?:[,，、/／]\s*{joint}?|{word}|～|~|-|–|—|&)\s*"
    typed = f"(?:(?i:{before})[ -])?{CLASS_NUMBER}{after}?"
    between = rf"(?P<joint>{between})[-‐‑–]?"  # the hyphen of `-3` in `STAT1 and -3`
    return Enumerations(
        between=re.compile(between),
        number=re.compile(rf"{between}(?P<item>\d{{1,4}}[a-eA-E]?)(?![0-9A-Za-z%％]|[.:：]\d)"),
        letter=re.compile(
            rf"{between}(?P<item>[α-ωɑɛ]|(?:{SPELLED}|[b-e]|(?<=[/／])a|[B-F])(?![A-Za-z]))(?P<arm>-[35]p)?(?![0-9A-Za-zα-ω])"
        ),
        both=re.compile(rf"{between}(?P<item>[α-ω]\d{{1,2}}|\d{{1,2}}[α-ω])(?![0-9A-Za-z])"),
        behind=re.compile(rf"\s*(?:[,，、/／(（)）。.;；:：]|$|\n|[{HAN}]|{behind})"),
        counted=re.compile(rf"\s*{counted}"),
        typed=re.compile(rf"{typed}[ -]?(?=\D)"),
        head=re.compile(rf"(?<![A-Za-z0-9])(?P<head>{typed})\s*(?:{joint}|、|/|,)\s*$"),
        listed=re.compile(rf"\s*(?:[,，、/／;；]\s*{joint}?|{joint})\s*"),
    )


def find_heads(text: str, start: int, end: int, forms: Enumerations) -> Iterator[tuple[int, int, str]]:
    """Yield (start, end, full name) of the half before a name with a type: `type I` of `type I and type II IFN`.

    Offsets are code points; nothing is found where the name `text[start:end]` has no type.
    """
    own = forms.typed.match(text, start, end)
    before = forms.head.search(text, max(0, start - LONGEST_HEAD), start) if own else None
    if own and before:
        full = text[start : own.start("number")] + before["number"] + text[own.end("number") : end]
        yield before.start("head"), before.end("head"), full


def find_items(
    text: str, start: int, end: int, known: Callable[[str], bool], forms: Enumerations
) -> Iterator[tuple[int, int, str]]:
    """Yield (start, end, full name) of the halves that follow the name `text[start:end]`, in code points of `text`.

    `known` tells whether the lexicon has a full name; an item that it does not know ends the enumeration. The number
    behind a plural belongs to the first name: `caspases 3 and 9`.
    """
    if text[end - 1] == "s" and (first := PLURAL.match(text, end)) and known(text[start : end - 1] + first.group()):
        yield start, first.end(), text[start : end - 1] + first.group()
        yield from follow(text, first.end(), text[start : end - 1] + " ", forms.number, known, forms)
        return
    if not forms.between.match(text, end):
        return
    for last, item in ((LAST_NUMBER, forms.number), (LAST_LETTER, forms.letter), (LAST_BOTH, forms.both)):
        if item.match(text, end) and (match := last.fullmatch(text, start, end)):
            yield from follow(text, end, match["base"], item, known, forms)


def follow(
    text: str, at: int, base: str, item: re.Pattern[str], known: Callable[[str], bool], forms: Enumerations
) -> Iterator[tuple[int, int, str]]:
    """Yield the items of one kind from `at` on, each joined to `base`, as long as the lexicon has the name.

    A number with a letter may begin letters of its own: `STAT1, 3 and 5a/b`.
    """
    listed = False
    while match := item.match(text, at):
        full = base + match["item"] + (match.groupdict().get("arm") or "")
        if not known(full) or not may_end(text, match, forms, listed):
            return
        yield match.start("item"), match.end(), full
        at, listed = match.end(), True
        if item is forms.number and full[-1].isalpha():
            yield from follow(text, at, full[:-1], forms.letter, known, forms)


def may_end(text: str, match: re.Match[str], forms: Enumerations, listed: bool) -> bool:
    """Tell whether a number behind a comma is an item and no count (`IL-6, 10 patients`), a letter no sort (`B cells`).

    Of one `listed` behind another item with `and`, what stands behind it need not tell.
    """
    if "/" in match["joint"] or not match["item"][0].isascii():
        return True
    if forms.counted.match(text, match.end()):
        return False
    closing = listed and match["joint"].strip(" ,，、-") != ""
    return closing or match["item"][0].isalpha() or bool(forms.behind.match(text, match.end()))
