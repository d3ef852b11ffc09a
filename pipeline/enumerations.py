"""Enumerations that name by halves: `STAT1, 2, 3和5a`, `JAK1/2`, `VEGFR1-3`, `IKKα/β`, `IFN-α and -β`, `miR-26a/b-5p`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from pipeline.script import HAN
from pipeline.tables import Row, read_rows
from pipeline.text import GREEK

SPELLED = f"(?:{'|'.join(sorted(set(GREEK.values()), key=len, reverse=True))})"
ROMAN = "II|III|IV|[ⅠⅡⅢⅣⅤ]"
END = "(?![0-9A-Za-zα-ω]|-[A-Za-z])"
LAST_NUMBER = re.compile(
    r"(?P<base>.*?[A-Za-zα-ω\u4e00-\u9fff][)）]?[- ]?)(?P<item>\d{1,4}(?:[a-zA-Z]|[α-ω]|p\d\d)?)(?:-[35]p)?", re.S
)
LAST_BOTH = re.compile(r"(?P<base>.*?)(?P<item>[α-ω]\d{1,2}|(?<=[\d -])[A-Z]\d{1,2})", re.S)
LAST_LETTER = re.compile(
    rf"(?P<base>.*?(?:[A-Za-z\u4e00-\u9fff][)）]?[- ]?|\d))"
    rf"(?P<item>[α-ωɑɛ]|(?<=[ -]){SPELLED}|(?<=\d)[a-eA-F]|(?<=[ \u4e00-\u9fff-])[A-F])(?:-[35]p)?",
    re.S,
)
LAST_CAPITAL = re.compile(r"(?P<base>.*[A-Z]{3})(?P<item>[A-D])|(?P<stem>[A-Za-z]{2,}-)(?:\d|[A-Z]{2})", re.S)
LAST_ROMAN = re.compile(rf"(?P<base>.*?[A-Za-zα-ω\u4e00-\u9fff][- ]?)(?P<item>I|{ROMAN})", re.S)
PLURAL = re.compile(rf"\s(?P<item>\d{{1,2}}|[α-ω]|[A-E]\d?){END}(?![%％]|[.:：]\d)")
OPENED = re.compile(r"-?[(（]|\s[(（](?=[A-F] )")
"""What stands between a name and its items in brackets: `JAK(1/2)`, `IL-(4, 5)`; behind a space only letters do."""

FIRST = re.compile(rf"(?P<item>\d{{1,2}}[a-eA-E]?|[A-F]|[α-ω]){END}")
HALF = re.compile(r"[/／](?:[α-ω]|[A-F]|\d{1,2})$")
MARKS = frozenset(",，、/／～~-‐‑–—&(（")  # what stands between the items of a list, but for spaces and words
RANGE = frozenset("-–—~～")
CLASS_NUMBER = r"(?P<number>I{1,3}|IV|[ⅠⅡⅢⅣⅤ]|[1-5])(?![A-Za-z0-9])"
NUMBER = re.compile(CLASS_NUMBER)
LONGEST_SERIES = 32  # characters of `types I, II and III `
LONGEST_HEAD = 16  # characters of such a head with its conjunction
COLUMNS = ("text", "lang", "role", "note")
ROLES = ("joint", "span", "counted", "behind", "before", "after", "shared")


class Enumerations(NamedTuple):
    """What enumerations are read by: a joint, items with one before them, what may stand behind a number, typed heads,
    and what stands between the names of a list.

    `firsts` and `lasts` are the characters that a joint can begin and end with: asking for one is faster than the expression.
    """

    firsts: frozenset[str]
    lasts: frozenset[str]

    between: re.Pattern[str]
    number: re.Pattern[str]
    letter: re.Pattern[str]
    behind: re.Pattern[str]
    counted: re.Pattern[str]
    typed: re.Pattern[str]
    head: re.Pattern[str]
    series: re.Pattern[str]
    listed: re.Pattern[str]
    joined: re.Pattern[str]
    shared: re.Pattern[str]
    kinds: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...]


def load_enumerations(path: Path) -> Enumerations:
    """Read lexicons/enumerations.csv; raise LexiconError at the first wrong row."""
    words: dict[str, list[str]] = {}
    for row in read_rows(path, COLUMNS):
        check_form(row)
        words.setdefault(row["role"], []).append(row["text"])
    joints = [*words.get("joint", ()), *words.get("span", ())]
    firsts, lasts = (frozenset([*MARKS, *(text[at] for text in joints)]) for at in (0, -1))
    return make_enumerations(firsts, lasts, **{role: one_of(words.get(role, ())) for role in ROLES})


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


def make_enumerations(firsts: frozenset[str], lasts: frozenset[str], joint: str, span: str, counted: str, behind: str, before: str,
                      after: str, shared: str) -> Enumerations:  # fmt: skip
    """Return the expressions of enumerations over those of the words in each role."""
    word = f"(?<![A-Za-z0-9])(?:{joint}|{span})|(?=[{HAN}])(?:{joint}|{span})"
    between = rf"\s*(?:[,，、/／]\s*{joint}?|{word}|～|~|-|–|—|&)\s*"
    joined = rf"\s*(?:[,，、/／]\s*{joint}?|{joint})\s*"
    typed = f"(?:(?i:{before})[ -])?{CLASS_NUMBER}{after}?"
    plain = CLASS_NUMBER.replace("?P<number>", "?:")
    between = rf"(?P<joint>{between})[-‐‑–]?"  # the hyphen of `-3` in `STAT1 and -3`
    number = re.compile(rf"{between}(?P<item>\d{{1,4}}(?:[a-fA-F]|[α-ω])?)(?![0-9A-Za-zα-ω%％]|[.:：]\d)")
    letter = re.compile(
        rf"{between}(?P<item>[α-ωɑɛ]|(?:{SPELLED}|[b-e]|(?<=[/／])a|[B-F])(?![A-Za-z]))(?P<arm>-[35]p)?{END}"
    )
    both = re.compile(rf"{between}(?P<item>[α-ωA-Z]\d{{1,2}}|[B-F]){END}")
    capital = re.compile(rf"(?P<joint>[/／])(?P<item>[A-E]|[A-Z]\d|[A-Z]{{2}}){END}")
    roman = re.compile(rf"{between}(?P<item>{ROMAN}){END}")
    return Enumerations(
        firsts,
        lasts,
        between=re.compile(between),
        number=number,
        letter=letter,
        behind=re.compile(rf"\s*(?:[,，、/／(（)）。.;；:：]|$|\n|[{HAN}]|{behind})"),
        counted=re.compile(rf"\s*{counted}"),
        typed=re.compile(rf"{typed}[ -]?(?=\D)"),
        head=re.compile(rf"(?<![A-Za-z0-9])(?P<head>{typed}){joined}$"),
        series=re.compile(rf"(?<![A-Za-z0-9])(?P<word>(?i:{before}))[ -](?P<items>{plain}(?:{joined}{plain})+)\s$"),
        listed=re.compile(rf"\s*(?:[,，、/／;；]\s*{joint}?|{joint})\s*"),
        joined=re.compile(rf"\s*(?:[,，、/／]\s*{joint}?|{word.replace(f'|{span}', '')})\s*$"),
        shared=re.compile(rf"[ -]{shared}$"),
        kinds=((LAST_NUMBER, number), (LAST_LETTER, letter), (LAST_BOTH, both), (LAST_CAPITAL, capital),
               (LAST_ROMAN, roman)),
    )  # fmt: skip


def find_heads(text: str, start: int, end: int, forms: Enumerations) -> Iterator[tuple[int, int, str]]:
    """Yield (start, end, full name) of the halves before a name with a type: `type I` of `type I and type II IFN`.

    Offsets are code points. A name without a type may have several before it: `types I and III IFN`.
    """
    own = forms.typed.match(text, start, end)
    if not own:
        yield from find_series(text, start, end, forms)
        return
    at = start
    while before := forms.head.search(text, max(0, at - LONGEST_HEAD), at):
        full = text[start : own.start("number")] + before["number"] + text[own.end("number") : end]
        yield before.start("head"), before.end("head"), full
        at = before.start("head")


def find_series(text: str, start: int, end: int, forms: Enumerations) -> Iterator[tuple[int, int, str]]:
    """Yield the types before a name that are told by one word: `Type I`, `II` and `III IFNs` of `Type I, II and III IFNs`."""
    series = forms.series.search(text, max(0, start - LONGEST_SERIES), start) if text[start - 1 : start] == " " else None
    if not series:
        return
    numbers = list(NUMBER.finditer(text, *series.span("items")))
    for number in numbers:
        first = series.start() if number is numbers[0] else number.start()
        last = end if number is numbers[-1] else number.end()
        yield first, last, f"{series['word'].removesuffix('s')} {number.group()} {text[start:end]}"


def find_items(
    text: str, start: int, end: int, known: Callable[[str], bool], forms: Enumerations
) -> Iterator[tuple[int, int, str]]:
    """Yield (start, end, full name) of the halves that follow the name `text[start:end]`, in code points of `text`.

    `known` tells whether the lexicon has a full name; an item that it does not know ends the enumeration. The number
    behind a plural belongs to the first name: `caspases 3 and 9`.
    """
    name = text[start:end]
    if name[-1] == "s" and (first := PLURAL.match(text, end)) and known(name[:-1] + first.group()):
        yield start, first.end(), name[:-1] + first.group()
        name, end = name[:-1] + first.group(), first.end()
    if opened := OPENED.match(text, end):
        yield from find_inside(text, opened, f"{name}-", known, forms)
    elif forms.between.match(text, end):
        yield from follow(text, end, list_bases(HALF.sub("", name), forms), known, forms)


def list_bases(name: str, forms: Enumerations) -> list[tuple[str, re.Pattern[str]]]:
    """Return what stands in a name before its number or letter, each with the items that may follow one of its kind."""
    found = ((last.fullmatch(name), item) for last, item in forms.kinds)
    return [(match["base"] or match["stem"], item) for match, item in found if match]


def find_inside(
    text: str, opened: re.Match[str], base: str, known: Callable[[str], bool], forms: Enumerations
) -> Iterator[tuple[int, int, str]]:
    """Yield the items that a bracket holds: `1`, `2` and `3` of `JAK(1/2/3)`; with commas they may be citations."""
    first = FIRST.match(text, opened.end())
    if not first or not known(base + first["item"]):
        return
    if opened.group()[0] in "(（" and text[first.end() : first.end() + 1] not in "/／、":
        return
    rest = list(follow(text, first.end(), [(base, forms.number), (base, forms.letter)], known, forms))
    if rest and text[rest[-1][1] : rest[-1][1] + 1] in (")", "）"):
        yield first.start(), first.end(), base + first["item"]
        yield from rest


def follow(
    text: str,
    at: int,
    bases: Sequence[tuple[str, re.Pattern[str]]],
    known: Callable[[str], bool],
    forms: Enumerations,
) -> Iterator[tuple[int, int, str]]:
    """Yield the items from `at` on, each joined to the base of its kind, as long as the lexicon has the name.

    A number with a letter may begin letters of its own: `STAT1, 3 and 5a/b`.
    """
    listed = False
    while found := next_item(text, at, bases, known, forms, listed):
        match, full = found
        yield match.start("item"), match.end(), full
        at, listed = match.end(), True
        if match.re is forms.number and full[-1].isalpha():
            numbers = [(base, item) for base, item in bases if item is forms.number]
            bases = [(full[:-1], forms.letter), *numbers]


def next_item(
    text: str,
    at: int,
    bases: Iterable[tuple[str, re.Pattern[str]]],
    known: Callable[[str], bool],
    forms: Enumerations,
    listed: bool,
) -> tuple[re.Match[str], str] | None:
    """Return the item at `at` with its full name, or None where none of `bases` makes a known name of one."""
    for base, item in bases:
        match = item.match(text, at)
        full = base + match["item"] + (match.groupdict().get("arm") or "") if match else ""
        if match and known(full) and may_end(text, match, forms, listed):
            return match, full
    return None


def may_end(text: str, match: re.Match[str], forms: Enumerations, listed: bool) -> bool:
    """Tell whether a number behind a comma is an item and no count (`IL-6, 10 patients`), a letter no sort (`B cells`).

    Of one `listed` behind another item with `and`, what stands behind it need not tell.
    """
    joint = match["joint"].strip()
    if joint in RANGE and match["item"][0].isdigit() and not text[match.start() - 1].isdigit():
        return False  # a place in the gene: `IL1B-31`
    if "/" in joint or not match["item"][0].isascii():
        return True
    if forms.counted.match(text, match.end()):
        return False
    closing = listed and joint.strip(" ,，、-") != ""
    return closing or match["item"][0].isalpha() or bool(forms.behind.match(text, match.end()))
