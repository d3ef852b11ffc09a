"""Glosses: places where a text puts a short form or another name behind a name, mostly in brackets.

`鲁索替尼（ruxolitinib，以下简称RUX）`, `baricitinib [BARI]`, `polycythemia vera, hereafter PV,`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from pipeline.enumerations import one_of
from pipeline.tables import Row, read_rows

ROUND = re.compile(r"[(（]([^()（）\n]{1,160})[)）]")
SQUARE = re.compile(r"(?<=\S)[ ]?[\[［【〔]([^]［］【】〔〕\[()（）\n]{1,40})[]］】〕]")
SQUARES = "[［【〔"
PART = re.compile(r"[^,，;；、]+")
QUOTES = "\"“”‘’'「」"
SHORT = "[A-Za-z](?:[A-Za-z0-9α-ωκⅠ-Ⅹ.-]{1,11}|[A-Za-z]{1,5} [Ⅰ-Ⅹ][A-Za-z]?)"
"""The shape of a short form: `PLC`, `IL-6`, `TanⅡA`, `Tan ⅡA`."""

SHORT_BEFORE = re.compile(rf"(?<![A-Za-z0-9α-ω./-])(?P<short>{SHORT})\s?$")
LISTED = re.compile(rf"(?:^|[.;:；。：\n(（]\s*)(?P<short>{SHORT})\s?[,:=，：]\s?$")
LONGEST_SHORT = 16  # code points of a short form with the sign behind it
LONGEST_LEAD = 12  # code points of what goes before a lead word: `, also `
COLUMNS = ("text", "lang", "role", "note")
ROLES = ("lead", "with")


class Gloss(NamedTuple):
    """What stands behind a name: where it begins, the (start, end) of each part in it, whether brackets hold it."""

    at: int
    parts: tuple[tuple[int, int], ...]
    bracketed: bool = True


class Leads(NamedTuple):
    """What leads to a short form: the words; what may go before them; they with their like; and the same with the form."""

    words: tuple[str, ...]
    before: re.Pattern[str]
    whole: re.Pattern[str]
    form: re.Pattern[str]


def load_leads(path: Path) -> Leads:
    """Read lexicons/gloss_words.csv; raise LexiconError at the first wrong row."""
    words: dict[str, list[str]] = {role: [] for role in ROLES}
    for row in read_rows(path, COLUMNS):
        check_lead(row)
        words[row["role"]].append(row["text"])
    lead, beside = one_of(words["lead"]), one_of(words["with"])
    more = rf"(?:\s*(?:{lead}|{beside}))*[\s:：]*"
    return Leads(
        tuple(words["lead"]),
        re.compile(rf"[\s,，;；]*(?:{beside}\s*)*$"),
        re.compile(rf"\s*(?:{beside}\s*)*{lead}{more}"),
        re.compile(rf"{more}[{QUOTES}]?(?P<short>{SHORT})(?=[{QUOTES}]?(?:[,，。;；、)）]|\.?\s|\.?$))"),
    )


def check_lead(row: Row) -> None:
    """Raise LexiconError for a row without a word or with a role that is not known."""
    if row["role"] not in ROLES:
        raise row.error("role", f"`{row['role']}` is not known", f"write one of {', '.join(ROLES)}")
    if not row["text"]:
        raise row.error("text", "the cell is empty", "write the word, or drop the row")


def find_glosses(text: str, leads: Leads) -> list[Gloss]:
    """Return the glosses of `text` by their place, in its code points."""
    kinds = (ROUND, SQUARE) if any(sign in text for sign in SQUARES) else (ROUND,)
    found = [
        Gloss(match.start(), parts)
        for brackets in kinds
        for match in brackets.finditer(text)
        if (parts := tuple(find_parts(text, match.start(1), match.end(1), leads)))
    ]
    return sorted([*found, *find_led(text, leads)], key=lambda gloss: gloss.at)


def find_parts(text: str, start: int, end: int, leads: Leads) -> Iterator[tuple[int, int]]:
    """Yield the (start, end) of each part of `text[start:end]`, without the words that lead to it and its quotes."""
    for part in PART.finditer(text, start, end):
        lead = leads.whole.match(text, *part.span())
        inner = text[lead.end() if lead else part.start() : part.end()].strip(f"{QUOTES} \t")
        if inner:
            first = text.find(inner, lead.end() if lead else part.start())
            yield first, first + len(inner)


def find_led(text: str, leads: Leads) -> Iterator[Gloss]:
    """Yield the short forms that a word leads to without brackets: `鲁索替尼，简称RUX，`."""
    for word in leads.words:
        at = text.find(word)
        while at >= 0:
            form = leads.form.match(text, at + len(word))
            before = leads.before.search(text, max(0, at - LONGEST_LEAD), at) if form else None
            if form and before:
                yield Gloss(before.start(), (form.span("short"),), bracketed=False)
            at = text.find(word, at + len(word))


def find_short_before(text: str, gloss: Gloss) -> tuple[int, int] | None:
    """Return the (start, end) of the short form before the brackets: `ET (essential thrombocythemia)`."""
    match = SHORT_BEFORE.search(text, max(0, gloss.at - LONGEST_SHORT), gloss.at) if gloss.bracketed else None
    return match.span("short") if match else None


def find_listed(text: str, names: Iterable[tuple[int, int]]) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """Yield (short form, name) where a list of abbreviations explains a short form by one of `names`: `ET: …; PV: …`."""
    for start, end in names:
        if text[start - 1 : start] in (" ", ":", "：", "=", "，", ",") and text[end : end + 1] in ("", ";", "；", ".", "。", "\n"):
            match = LISTED.search(text, max(0, start - LONGEST_SHORT), start)
            if match:
                yield match.span("short"), (start, end)
