"""What is written on to a gene's symbol without a hyphen: `hSOCS-2`, `siSTAT3`, `VEGFmRNA`, `Stat3fl/fl`, `CD11chi`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from pipeline.errors import LexiconError
from pipeline.tables import Row, read_rows

COLUMNS = ("text", "side", "stem", "note")
SIDES = ("form", "before", "after")
"""Of an affix: before the symbol and part of its mention, before it and a word of its own, or behind it."""

STEMS = {"any": "[A-Z]", "symbol": r"[A-Z]{2}|[A-Z][a-z]+-?\d", "numbered": r"[A-Z][A-Za-z]*-?[\dα-ω]"}
"""How the symbol begins behind an affix; `numbered` it holds a digit or a Greek letter, on whichever side."""

SYMBOL = r"[A-Z][A-Za-z]+(?:-?[A-Z]?\d+[A-Za-z]?(?:-?[α-ω]\d?)?|-?[α-ω]\d?|(?!-[A-Z]?\d))"
NUMBERED = re.compile(r"[\dα-ω]")
ON_LETTER = re.compile(r"(?<![A-Za-z0-9])[A-Za-z][A-Za-z0-9α-ω-]*[A-Za-z]$")
"""A symbol that ends with a letter, before an affix."""

LONGEST = 16  # code points of such a symbol


class Affixes(NamedTuple):
    """The affixes as expressions; `numbered` are those behind that need a symbol with a digit or a Greek letter."""

    prefixed: re.Pattern[str]
    form: re.Pattern[str]
    construct: re.Pattern[str]
    after: re.Pattern[str]
    on_letter: re.Pattern[str]
    numbered: frozenset[str]

    def stem_of(self, text: str, affix: re.Match[str]) -> re.Match[str] | None:
        """Return the symbol before an `affix` that `on_letter` found, or None if there is none that it may stand on."""
        stem = ON_LETTER.search(text, max(0, affix.start() - LONGEST), affix.start())
        return stem if stem and (affix.group() not in self.numbered or NUMBERED.search(stem.group())) else None


def load_affixes(path: Path) -> Affixes:
    """Read lexicons/affixes.csv; raise LexiconError at the first wrong row."""
    rows: list[Row] = []
    for row in read_rows(path, COLUMNS):
        check_affix(row)
        if any((row["text"], row["side"]) == (other["text"], other["side"]) for other in rows):
            raise row.error("text", f"`{row['text']}` is there twice", "remove one of the rows")
        rows.append(row)
    for side in SIDES:
        if all(row["side"] != side for row in rows):
            raise LexiconError(path, 1, "side", f"there is no row with `{side}`", "put one back")
    return make_affixes(rows)


def check_affix(row: Row) -> None:
    """Raise LexiconError for a row without a text, or with a side or a stem that is not known."""
    if not re.fullmatch("[A-Za-z]+(?:/[A-Za-z]+)?", row["text"]):
        raise row.error("text", f"`{row['text']}` is no affix", "write letters, a slash between two alleles")
    if row["side"] not in SIDES:
        raise row.error("side", f"`{row['side']}` is not known", f"write one of {', '.join(SIDES)}")
    if row["stem"] not in STEMS:
        raise row.error("stem", f"`{row['stem']}` is not known", f"write one of {', '.join(STEMS)}")


def make_affixes(rows: Sequence[Row]) -> Affixes:
    """Return the affixes of checked rows, the longer first."""
    ordered = sorted(rows, key=lambda row: -len(row["text"]))
    forms, words, ends = ([row for row in ordered if row["side"] == side] for side in SIDES)
    heads = [f"(?<={row['text'][0]}){row['text'][1:]}(?={STEMS[row['stem']]})" for row in ordered if row["side"] != "after"]
    firsts = "".join(sorted({row["text"][0] for row in (*forms, *words)}))
    tails = [row["text"] for row in ends]
    lettered = (f"{text}(?<=[A-Za-z]{text}){bar_longer(text, tails)}" for text in tails)
    return Affixes(
        prefixed=re.compile(  # the letter first: a search for one is fast
            rf"[{firsts}](?<![A-Za-z0-9].)(?:{'|'.join(heads)})(?P<name>{SYMBOL})(?![A-Za-z0-9])"
        ),
        form=re.compile(f"(?:{'|'.join(row['text'] for row in forms)})(?=[A-Za-z])"),
        construct=re.compile(f"(?<![A-Za-z0-9])(?:{'|'.join(row['text'] for row in words)})-?$"),
        after=re.compile(f"(?:{'|'.join(tails)})(?![A-Za-z0-9])"),
        on_letter=re.compile(f"(?:{'|'.join(lettered)})(?![A-Za-z0-9])"),
        numbered=frozenset(row["text"] for row in ends if row["stem"] == "numbered"),
    )


def bar_longer(text: str, others: Sequence[str]) -> str:
    """Return the conditions behind `text` that none of `others` ends there that is longer: `cKO` is no `KO`."""
    return "".join(f"(?<!{other})" for other in others if other != text and other.endswith(text))
