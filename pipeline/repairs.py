"""The repair rows of lexicons/: loaded, checked, and applied as edits that carry the source offsets along."""

from __future__ import annotations

import csv
import html
import re
import unicodedata
from array import array
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import LexiconError
from pipeline.records import Repair
from pipeline.script import HAN, HAN_RUN
from pipeline.text import GREEK

SIGN = "，。、；：？！（）《》【】…～"
"""The body of a character class for Chinese punctuation beside which no space stands."""

REPAIR_COLUMNS = ("name", "when", "lang", "needs", "pattern", "replacement", "example", "expected", "note")
GLYPH_COLUMNS = ("table", "glyph", "letter", "note")
SHAPE_COLUMNS = ("name", "pattern", "example", "note")
WHEN = ("lines", "code", "text")
CODE = (
    "line_end", "word_line", "spaced_out", "lines_joined", "word_joined", "word_parted", "line_edge", "running_head",
    "table_cell", "heading_parted", "citation",
)  # fmt: skip
LINE_SHAPES = (  # a line is what the first of these says that fits
    "label_abstract", "label_keywords", "label_structured", "head_references", "heading_word", "heading_deep",
    "heading_number", "caption_table", "caption_figure", "table_row", "running_head", "reference_item", "list_item",
)  # fmt: skip
OTHER_SHAPES = ("hyphen_kept", "heading_run_in", "open_end", "closed_start")
LETTER_OF = {name: letter for letter, name in GREEK.items() if letter != "ς"}
ESCAPE = re.compile(r"\\(n|r|t|u[0-9a-f]{4})")

Edit = tuple[int, int, str, str]
"""Start and end in the present text, what to put there, the repair's name."""


@dataclass(frozen=True)
class Row:
    """A row of repairs.csv; `pattern` is None where code does the repair, `lang` or `needs` empty means always."""

    name: str
    when: str
    lang: str
    needs: frozenset[str]
    pattern: re.Pattern[str] | None
    replace: Callable[[re.Match[str]], str]
    example: str
    expected: str


@dataclass(frozen=True)
class Repairs:
    """All that clean needs: the repair rows in order, and the shapes of lines by which blocks are told apart."""

    rows: tuple[Row, ...]
    line: re.Pattern[str]
    hyphen_kept: re.Pattern[str]
    run_in: tuple[re.Pattern[str], ...]
    open_end: re.Pattern[str]
    closed_start: re.Pattern[str]


@dataclass
class Working:
    """A text on its way through the repairs: character i stands for source characters starts[i] to ends[i]."""

    text: str
    starts: array[int]
    ends: array[int]
    repairs: list[Repair]

    def apply(self, edits: Iterable[Edit]) -> None:
        """Make the edits (sorted, none overlapping another) and note each as a repair of the source."""
        text, old_starts, old_ends = self.text, self.starts, self.ends
        pieces: list[str] = []
        starts, ends, last, moved = array("I"), array("I"), 0, 0
        for start, end, new, name in edits:
            self.repairs.append(Repair(name, old_starts[start], old_ends[end - 1], new))
            if new and len(new) != end - start:
                start, end, new = trim(text, start, end, new)
            pieces += (text[last:start], new)
            last = end
            if len(new) == end - start:
                continue  # the offsets stay
            starts += old_starts[moved:start]
            ends += old_ends[moved:start]
            if new:
                starts += old_starts[start : start + 1] * len(new)
                ends += old_ends[end - 1 : end] * len(new)
            moved = end
        if pieces:
            pieces.append(text[last:])
            self.text = "".join(pieces)
        if moved:
            self.starts, self.ends = starts + old_starts[moved:], ends + old_ends[moved:]


def trim(text: str, start: int, end: int, new: str) -> tuple[int, int, str]:
    """Narrow the edit to what differs, but leave at least one character for what is put in."""
    if len(new) == end - start:
        return start, end, new
    room = min(end - start, len(new)) - (end - start < len(new))
    while room > 0 and text[start] == new[0]:
        start, new, room = start + 1, new[1:], room - 1
    while room > 0 and text[end - 1] == new[-1]:
        end, new, room = end - 1, new[:-1], room - 1
    return start, end, new


def begin(text: str) -> Working:
    """Return `text` as it stands, each character standing for itself."""
    borders = array("I", range(len(text) + 1))
    return Working(text, borders[:-1], borders[1:], [])


def apply_rows(working: Working, rows: Iterable[Row]) -> None:
    """Apply the regex rows in order, leaving out those whose language or characters the text does not have."""
    present = set(working.text)
    chinese = HAN_RUN.search(working.text) is not None
    for row in rows:
        if row.pattern is None or (row.lang == "zh" and not chinese) or (row.needs and not row.needs & present):
            continue
        edits = [(m.start(), m.end(), row.replace(m), row.name) for m in row.pattern.finditer(working.text)]
        present.update(*(edit[2] for edit in edits))
        working.apply(edits)


# --- loading


def load_repairs(folder: Path) -> Repairs:
    """Return the repairs of `folder` (repairs.csv, glyphs.csv, sections.csv), every row checked.

    Raises LexiconError at the first row that cannot be used.
    """
    glyphs = load_glyphs(folder / "glyphs.csv")
    rows = tuple(load_rows(folder / "repairs.csv", glyphs))
    shapes = load_shapes(folder / "sections.csv")
    line = "|".join(f"(?P<{name}>{'|'.join(f'(?:{pattern})' for pattern in shapes[name])})" for name in LINE_SHAPES)
    return Repairs(
        rows=rows,
        line=re.compile(line),
        hyphen_kept=re.compile("|".join(shapes["hyphen_kept"])),
        run_in=tuple(re.compile(pattern) for pattern in shapes["heading_run_in"]),
        open_end=re.compile(f"(?:{'|'.join(shapes['open_end'])})$"),
        closed_start=re.compile("|".join(shapes["closed_start"])),
    )


def read_rows(file: Path, columns: tuple[str, ...]) -> list[tuple[int, dict[str, str]]]:
    """Return the rows of a CSV file with exactly these columns, numbered as a spreadsheet does; no blank lines."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise LexiconError(file, 1, columns[0], "the file is missing", "Put it back") from error
    except UnicodeDecodeError as error:
        raise LexiconError(file, 1, columns[0], "the file is not UTF-8", "Save it as CSV in UTF-8") from error
    lines = list(csv.reader(text.splitlines(keepends=True)))
    if not lines or tuple(lines[0]) != columns:
        raise LexiconError(file, 1, columns[0], "the header is wrong", f"Write {','.join(columns)}")
    numbered = [(number, cells) for number, cells in enumerate(lines[1:], start=2) if any(cells)]
    for number, cells in numbered:
        if len(cells) != len(columns):
            problem = f"the row has {len(cells)} cells, not {len(columns)}"
            raise LexiconError(file, number, columns[-1], problem, "Put cells with a comma in double quotes")
    return [(number, dict(zip(columns, cells, strict=True))) for number, cells in numbered]


def load_glyphs(file: Path) -> Mapping[str, dict[str, str]]:
    """Return the tables of glyphs.csv: for each its glyphs and the letters they stand for."""
    tables: dict[str, dict[str, str]] = {}
    for number, row in read_rows(file, GLYPH_COLUMNS):
        table = tables.setdefault(row["table"], {})
        for column in ("glyph", "letter"):
            if len(row[column]) != 1:
                raise LexiconError(file, number, column, f"{row[column]!r} is not one character", "Write one character")
        if row["glyph"] in table:
            raise LexiconError(file, number, "glyph", f"{row['glyph']} is there twice", "Remove one of the rows")
        table[row["glyph"]] = row["letter"]
    return tables


def load_rows(file: Path, glyphs: Mapping[str, dict[str, str]]) -> list[Row]:
    """Return the rows of repairs.csv, checked; `glyphs` are the tables that a replacement may name."""
    rows: list[Row] = []
    for number, cells in read_rows(file, REPAIR_COLUMNS):
        check_cells(file, number, cells, {row.name for row in rows})
        pattern = compile_cell(file, number, cells["pattern"]) if cells["pattern"] else None
        rows.append(
            Row(
                name=cells["name"],
                when=cells["when"],
                lang=cells["lang"],
                needs=frozenset(unescape(cells["needs"])),
                pattern=pattern,
                replace=make_replacement(file, number, cells["replacement"], pattern, glyphs),
                example=unescape(cells["example"]),
                expected=unescape(cells["expected"]),
            )
        )
    if missing := set(CODE) - {row.name for row in rows}:
        raise LexiconError(file, 1, "name", f"the row {min(missing)} is missing", "Put it back, with `code` as when")
    return rows


def check_cells(file: Path, number: int, cells: dict[str, str], names: set[str]) -> None:
    """Raise LexiconError if a cell of a repair row is not what it may be; `names` are taken."""
    by_code = cells["when"] == "code"
    checks = (
        ("name", re.fullmatch("[a-z][a-z0-9_]*", cells["name"]), "is no name", "Use small letters, digits, _"),
        ("name", cells["name"] not in names, "is there twice", "Give each row its own name"),
        ("when", cells["when"] in WHEN, "is unknown", f"Write one of {', '.join(WHEN)}"),
        ("when", by_code == (cells["name"] in CODE), "does not fit the name", f"`code` is for {', '.join(CODE)}"),
        ("lang", cells["lang"] in ("", "zh"), "is unknown", "Write zh or leave it empty"),
        ("pattern", by_code == (not cells["pattern"]), "is not as it must be", "Write a regular expression"),
        ("example", cells["example"], "is empty", "Write a text that the row repairs"),
        ("expected", cells["expected"] != cells["example"], "is the example itself", "Write the repaired text"),
    )
    for column, right, problem, repair in checks:
        if not right:
            raise LexiconError(file, number, column, f"{cells[column]!r} {problem}", repair)


def compile_cell(file: Path, number: int, pattern: str) -> re.Pattern[str]:
    """Return the regular expression of a cell, `{HAN}` and `{SIGN}` filled in; it must not match the empty text."""
    try:
        compiled = re.compile(fill(pattern), re.MULTILINE)
    except re.error as error:
        problem = f"{pattern!r} is no regular expression ({error})"
        raise LexiconError(file, number, "pattern", problem, "Correct it") from error
    if compiled.match(""):
        raise LexiconError(file, number, "pattern", f"{pattern!r} matches nothing at all", "Let it match a character")
    return compiled


def fill(pattern: str) -> str:
    """Return `pattern` with the named character classes filled in."""
    return pattern.replace("{HAN}", HAN).replace("{SIGN}", SIGN)


def spell_greek(name: str) -> str:
    """Return the Greek letter of which `name` holds the English name (`$\\alpha$`, `{kappa}`), `name` if there is none."""
    return LETTER_OF.get(name.strip("$\\{}[]"), name)


VERBS: Mapping[str, Callable[[str], str]] = {
    "{nfkc}": lambda text: unicodedata.normalize("NFKC", text),
    "{strip}": lambda text: text.strip(" "),
    "{html}": html.unescape,
    "{greek}": spell_greek,
}
"""What a replacement cell may say is done to what the pattern found."""


def make_replacement(
    file: Path, number: int, cell: str, pattern: re.Pattern[str] | None, glyphs: Mapping[str, dict[str, str]]
) -> Callable[[re.Match[str]], str]:
    """Return what a replacement cell says: one of VERBS, `{glyphs:TABLE}`, or a template with `\\1`."""
    if cell in VERBS:
        verb = VERBS[cell]
        return lambda match: verb(match.group())
    if cell.startswith("{glyphs:"):
        if (table := cell[8:-1]) not in glyphs:
            raise LexiconError(file, number, "replacement", f"there is no table {table}", "Add it to glyphs.csv")
        letters = str.maketrans(glyphs[table])
        return lambda match: match.group().translate(letters)
    template = cell.replace("\\n", "\n")
    if "\\" not in template:
        return lambda match: template
    wanted = [int(digit) for digit in re.findall(r"\\([0-9])", template)]
    if pattern is None or not wanted or max(wanted) > pattern.groups:
        problem = f"{cell!r} names a group that the pattern does not have"
        raise LexiconError(file, number, "replacement", problem, "Write \\1 for the first pair of brackets")
    return lambda match: match.expand(template)


def load_shapes(file: Path) -> dict[str, list[str]]:
    """Return the patterns of sections.csv by name, checked against their examples."""
    shapes: dict[str, list[str]] = {name: [] for name in LINE_SHAPES + OTHER_SHAPES}
    for number, row in read_rows(file, SHAPE_COLUMNS):
        if row["name"] not in shapes:
            raise LexiconError(file, number, "name", f"{row['name']!r} is unknown", f"Use one of {', '.join(shapes)}")
        pattern = compile_cell(file, number, row["pattern"])
        fits = pattern.search if row["name"] == "open_end" else pattern.match
        if not fits(row["example"].partition(" ")[2] if row["name"] == "heading_run_in" else row["example"]):
            raise LexiconError(file, number, "example", f"{row['example']!r} is not matched", "Correct the pattern")
        shapes[row["name"]].append(fill(row["pattern"]))
    for name, patterns in shapes.items():
        if not patterns:
            raise LexiconError(file, 1, "name", f"no row for {name}", "Put one back")
    return shapes


def unescape(cell: str) -> str:
    """Return a cell with `\\n`, `\\r`, `\\t` and `\\u00a0` as the characters that they stand for."""
    marks = {"n": "\n", "r": "\r", "t": "\t"}
    return ESCAPE.sub(lambda match: marks.get(match.group(1)) or chr(int(match.group(1)[1:], 16)), cell)
