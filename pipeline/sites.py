"""Residues of a protein in a text: `Tyr705`, `pY705`, `serine 727`, `酪氨酸705位点`, or `tyrosine` alone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.tables import read_rows
from pipeline.text import HAN

BEHIND = "behind"
"""Says of a row that its word may stand behind a residue, before or behind the number: `tyrosine residue 705`."""


@dataclass(frozen=True)
class Site:
    """A residue in a text: `start`, `end` in code points, `name` as tables write it (`Y705`; `Y` without a number)."""

    start: int
    end: int
    name: str


@dataclass(frozen=True)
class Sites:
    """The residues by their spellings and the expression that finds them."""

    letters: Mapping[str, str]
    expression: re.Pattern[str]
    named: re.Pattern[str]
    single: re.Pattern[str]

    def find(self, text: str) -> list[Site]:
        """Return the residues in `text`, left to right."""
        if not self.named.search(text) and not self.single.search(text):
            return []  # most sentences: asking first is faster than the expression
        return list(self.read(text))

    def read(self, text: str) -> Iterator[Site]:
        """Yield the residues in `text`, left to right."""
        for match in self.expression.finditer(text):
            residue, number = match["residue"] or match["before"], match["number"] or match["ahead"] or ""
            letter = self.letters[residue.lower() if len(residue) > 1 else residue]
            if number or len(residue) > 3 or not residue.isascii():
                yield Site(match.start(), match.end(), letter + number)


def load_sites(path: Path) -> Sites:
    """Read lexicons/relations/residues.csv; raise LexiconError at a row whose letter is none and not `behind`."""
    rows = list(read_rows(path, ("text", "letter", "note")))
    for row in rows:
        if row["letter"] != BEHIND and not (len(row["letter"]) == 1 and row["letter"].isupper()):
            raise row.error("letter", f"`{row['letter']}` is no amino acid", f"write its one letter, or {BEHIND}")
    named = [row for row in rows if row["letter"] != BEHIND]
    letters = {(row["text"].lower() if len(row["text"]) > 1 else row["text"]): row["letter"] for row in named}
    names = sorted((row["text"] for row in named), key=len, reverse=True)
    single = "".join(name for name in names if len(name) == 1)
    plain = {form for name in names if len(name) > 1 for form in (name, name.lower(), name.capitalize(), name.upper())}
    numbered = re.compile(rf"(?:^|[^A-Za-z0-9]|(?<![A-Za-z0-9])p-?|hospho-?)[{single}]-?\d{{2}}")
    behind = sorted((row["text"] for row in rows if row["letter"] == BEHIND), key=len, reverse=True)
    return Sites(letters, make_expression(names, single, behind), re.compile("|".join(map(re.escape, sorted(plain)))), numbered)


def make_expression(names: Sequence[str], single: str, behind: Sequence[str]) -> re.Pattern[str]:
    """Return the expression of a residue: `names` and `single` letters with a number, `behind` what may follow."""
    words = "|".join(re.escape(name) for name in names if len(name) > 1 and name.isascii())
    chinese = "|".join(name for name in names if not name.isascii())
    place = f"(?:{'|'.join(map(re.escape, behind))})"
    return re.compile(
        rf"(?:(?:(?<![A-Za-z0-9])|(?=[{HAN}]))(?:[Pp]hospho-?|p-?)?(?P<residue>(?i:{words})|{chinese}|[{single}](?=-?\d{{2,4}}(?![0-9A-Za-z%]|\.\d)))"
        rf"(?:(?:\s?{place})?[\s(（-]?\s?(?P<number>\d{{1,4}})(?![0-9%]|\.\d)[)）]?)?(?:\s?{place})?)"
        rf"|(?<![0-9])(?P<ahead>\d{{2,4}}){place}(?P<before>{chinese})"
    )
