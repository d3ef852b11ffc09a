"""Residues of a protein in a text: `Tyr705`, `pY705`, `serine 727`, `酪氨酸705位点`, or `tyrosine` alone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.script import HAN
from pipeline.tables import read_rows

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
    """The residues by their spellings, the expression that finds them, and those that most texts without any do not fit."""

    letters: Mapping[str, str]
    expression: re.Pattern[str]
    hints: tuple[re.Pattern[str], ...]

    def find(self, text: str) -> list[Site]:
        """Return the residues in `text`, left to right."""
        for hint in self.hints:  # asking first is faster than the expression
            if hint.search(text):
                return list(self.read(text))
        return []

    def read(self, text: str) -> Iterator[Site]:
        """Yield the residues in `text`, left to right."""
        for match in self.expression.finditer(text):
            residue, number = match["residue"] or match["before"], match["number"] or match["ahead"] or ""
            letter = self.letters[residue.lower() if len(residue) > 1 else residue]
            if number or not is_code(residue):
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
    behind = sorted((row["text"] for row in rows if row["letter"] == BEHIND), key=len, reverse=True)
    place = f"(?:{'|'.join(map(re.escape, behind))})"
    return Sites(letters, make_expression(names, single, place), tuple(make_hints(names, single, place)))


def make_expression(names: Sequence[str], single: str, place: str) -> re.Pattern[str]:
    """Return the expression of a residue: `names` and `single` letters with a number, `place` what may follow."""
    words = "|".join(re.escape(name) for name in names if len(name) > 1 and name.isascii())
    chinese = "|".join(name for name in names if not name.isascii())
    return re.compile(
        rf"(?:(?:(?<![A-Za-z0-9])|(?=[{HAN}]))(?:[Pp]hospho-?|p-?)?(?P<residue>(?i:{words})|{chinese}|[{single}](?=-?\d{{2,4}}(?![0-9A-Za-z%]|\.\d)))"
        rf"(?:(?:\s?{place})?[\s(（-]?\s?(?P<number>\d{{1,4}})(?![0-9%]|\.\d)[)）]?)?(?:\s?{place})?)"
        rf"|(?<![0-9])(?P<ahead>\d{{2,4}}){place}(?P<before>{chinese})"
    )


def make_hints(names: Sequence[str], single: str, place: str) -> Iterator[re.Pattern[str]]:
    """Yield the expressions of which a text with a residue fits one, and few others do: a full name, a code with its number.

    Each begins with letters and not with a choice of more, which `re` searches for several times as fast.
    """
    forms = {form for name in names if len(name) > 1 for form in (name, name.lower(), name.capitalize(), name.upper())}
    yield re.compile("|".join(sorted(form for form in forms if not is_code(form))))
    yield re.compile(f"[{single}]-?[0-9]{{2}}")
    codes = "|".join(sorted(filter(is_code, forms)))
    yield re.compile(rf"(?:{codes})(?:\s?{place})?[\s(（-]?\s?[0-9]")


def is_code(residue: str) -> bool:
    """Tell whether a residue is written as a code, which counts only with a number: `Y`, `Tyr`."""
    return len(residue) <= 3 and residue.isascii()
