"""Lines of extracted text: which run on into the next, which end a block, and what kind of block it is."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from pipeline.repairs import Edit, Repairs
from pipeline.script import HAN

BREAKS = "\n\f\v\x1c-\x1e\x85\u2028\u2029"
LINE = re.compile(f"\\S(?:[^{BREAKS}]*\\S)?")
BLANK = re.compile(f"[{BREAKS}][^\\S{BREAKS}]*[{BREAKS}]")
FINAL = re.compile("[。！？!?.．][\"”’'）)」』]*(?: *[\\[［][0-9][0-9,，、 \\-–~～\\]\\[]*[\\]］])*$")
FINAL_END = frozenset("。！？!?.．\"”’'）)」』]］")
OPEN_END = tuple("，,、（([［《“-‐/～~")
CLOSED_START = tuple("，,。、；;：:！？!?）)]］】》”’」』%％/～~")
TIGHT_END, TIGHT_START = tuple("(（[［/~～"), tuple(")）]］,.;:，。、；：%/~～")
WIDE = re.compile(f"[{HAN}\u3000-\u303f\uff00-\uffef]")
CHINESE = re.compile(f"[{HAN}]")
LAST_HAN, FIRST_HAN = re.compile(f"[{HAN}]{{1,8}}$"), re.compile(f"[{HAN}]{{1,8}}")
LAST_WORD, FIRST_WORD = re.compile("[A-Za-z]+$"), re.compile("[A-Za-z]+")
WORD_LINE = re.compile(
    f"(?<=[A-Za-z0-9Α-ω,;:)\\]/-])\n{{1,2}}[ \xa0]\n{{1,2}}(?=[A-Za-z0-9Α-ω(\\[{HAN}])"
    f"(?![1-9][0-9.]*[ 、.] ?[{HAN}])"
)
FEWEST_WORD_LINES = 4
SPACES = " \xa0\u3000"
SPACED_LINE = re.compile(rf"\n[{SPACES}]*((?:\S[，。；：、,;:.）)”]?[{SPACES}]+){{2,}}\S[，。；：、,;:.）)”]?)[{SPACES}]*(?=\n|$)")
SINGLE_SPACE = re.compile(rf"(?<![{SPACES}])[{SPACES}](?![{SPACES}])")
FEWEST_SPACED = 12  # columns of a line with spaces between all its characters; a shorter one only goes on another
CELL_SPACE = re.compile(f"[ \u3000\xa0]{{2,}}|(?<=[{HAN})）]) | (?=[{HAN}])")
PARTED_WORDS = re.compile(f"[{HAN}]{{2}} +[{HAN}]{{2}}")
PROSE = re.compile("[，。；,;]")
CUT_SYMBOL = re.compile("[A-Zα-ω][A-Za-z0-9α-ω]*[-‐]$")
"""What a line ends with inside a symbol: `IL-` before a line that begins with 6."""

COMPOUND = re.compile("[A-Za-z]+(?:-[a-z]+)?")
HYPHENS = "-‐\xad"
OWN_LINE = {"heading_word", "head_references", "table_row"}
OPENERS = {
    "label_abstract", "label_keywords", "label_structured", "head_references", "heading_word", "heading_deep",
    "caption_table", "caption_figure", "table_row",
}  # fmt: skip
SECTION = {
    "label_abstract": "abstract", "label_structured": "abstract", "label_keywords": "keywords",
    "head_references": "heading", "heading_word": "heading", "caption_table": "caption", "caption_figure": "caption",
    "table_row": "table", "running_head": "running_head",
}  # fmt: skip
HEADINGS = {"heading_number", "heading_deep"}
CAPTIONS = {"caption_table", "caption_figure"}
FULL, FULL_PROSE, FULL_CAPTION, NEAR = 0.74, 0.65, 0.96, 4
LONG_TITLE = 36
BROKEN = 8  # columns for each character of a word's shorter half; a shorter line is a cell, the halves words
LONG_PARAGRAPH = 240  # columns; a longer line is no typeset line


PartedWord = Callable[[str, str], int]
"""Gives the length of the shorter half of the word that begins in one run of Chinese characters, ends in the next."""


@dataclass(slots=True)
class Line:
    """A line without its outer white space; offsets are those of the text, width counts Chinese double, no space.

    `label` tells whether the pattern of its kind fits the whole line, `trailing` whether a space stands behind it.
    """

    start: int
    end: int
    text: str
    width: int
    kind: str
    final: bool
    blank: bool
    indent: int
    trailing: bool
    label: bool
    full: float = 0.0
    glued: bool = False


@dataclass(frozen=True)
class Mark:
    """From the offset `start` on, text belongs to the section `section`."""

    start: int
    section: str


@dataclass(frozen=True)
class Page:
    """What holds for all lines of a file: how wide they are, whether sentences run over line ends and blank lines."""

    width: int
    wrapped: bool
    spaced: bool


@dataclass(frozen=True)
class Habits:
    """How a file uses hyphens: whether U+2010 only ends lines, and its words, compounds with their hyphen."""

    soft: bool
    words: frozenset[str]


def arrange(text: str, repairs: Repairs, parted_word: PartedWord) -> tuple[list[Edit], list[Mark]]:
    """Return the edits that join lines and part blocks by one line feed, and where each section starts in `text`."""
    lines = find_lines(text, repairs)
    if not lines:
        return [], []
    body = [line for line in lines if line.kind != "running_head"]
    page = survey(body)
    find_tables(body, page)
    for before, after in zip(body, body[1:], strict=False):
        after.glued = runs_on(before, after, page) or is_broken(before, after, repairs, parted_word)
    return edit_lines(text, lines, repairs), mark_sections(lines)


# --- words on lines of their own


def join_words(text: str) -> list[Edit]:
    """Return the edits that join words set on lines of their own, lines of one space between, if `text` has such."""
    found = list(WORD_LINE.finditer(text))
    return [(m.start(), m.end(), " ", "word_line") for m in found] if len(found) >= FEWEST_WORD_LINES else []


# --- lines with spaces between all characters


def join_spaced(text: str) -> list[Edit]:
    """Return the edits that drop the single spaces of lines spaced out throughout; several part words, so they stay."""
    edits: list[Edit] = []
    last = -1
    for match in SPACED_LINE.finditer("\n" + text):
        start, line = match.start(1) - 1, match.group(1)
        after = text[last:start].isspace() if last >= 0 else False
        if after or (len(line) >= FEWEST_SPACED and CHINESE.search(line)):
            last = start + len(line)
            edits += [(start + m.start(), start + m.end(), "", "spaced_out") for m in SINGLE_SPACE.finditer(line)]
    return edits


# --- measuring


def find_lines(text: str, repairs: Repairs) -> list[Line]:
    """Return the lines of `text` that are not blank."""
    lines, last = [], 0
    for match in LINE.finditer(text):
        start, end = match.span()
        line, gap = match.group(), text[last:start]
        shape = repairs.line.match(line)
        lines.append(
            Line(
                start=start,
                end=end,
                text=line,
                width=(len(line) + len(line.encode("utf-8", "replace"))) // 2 - line.count(" "),
                kind=(shape.lastgroup or "") if shape else "",
                final=line[-1] in FINAL_END and bool(FINAL.search(line[-40:])),
                blank=len(gap) > 1 and bool(BLANK.search(gap)),
                indent=len(gap) - 1 - max(gap.rfind("\n"), gap.rfind("\f")),
                trailing=text[end : end + 1] == " ",
                label=shape is not None and shape.end() == len(line),
            )
        )
        last = end
    return lines


def survey(lines: list[Line]) -> Page:
    """Measure each line against its neighbours (`full`) and return what holds for the whole file."""
    widths = [line.width for line in lines]
    for index, line in enumerate(lines):
        left, right = widths[max(0, index - NEAR) : index], widths[index + 1 : index + 1 + NEAR]
        widest = [max(side) for side in (left, right) if len(side) > 1] or [max(widths[-NEAR:])]
        line.full = line.width / min(widest)
    full = [line for line in lines[:-1] if line.full >= FULL and line.width < LONG_PARAGRAPH]
    running = sum(1 for line in full if not line.final)
    gaps = [before for before, after in zip(lines, lines[1:], strict=False) if after.blank]
    spaced = sum(1 for line in gaps if not line.final and line.full >= FULL and line.width < LONG_PARAGRAPH)
    return Page(
        width=sorted(widths)[len(widths) // 2] if widths else 0,
        wrapped=running > 0.25 * len(full),
        spaced=spaced > 0.4 * len(gaps),
    )


def find_tables(lines: list[Line], page: Page) -> None:
    """Mark the lines behind a table's caption as its rows, up to the first that is running text."""
    inside = False
    for line in lines:
        if line.kind == "caption_table":
            inside = True
        elif inside and (line.kind in OPENERS | HEADINGS or is_prose(line, page)):
            inside = False
        elif inside and line.kind not in CAPTIONS:
            line.kind = "table_row"


def is_prose(line: Line, page: Page) -> bool:
    """Tell whether a line behind a table looks like running text: a stop or comma in it, about as wide as others."""
    punctuated = any(sign in line.text for sign in "，。；") or line.text.endswith((".", ","))
    apart = line.blank or line.indent == 1 or line.final
    return punctuated and apart and line.width >= 0.6 * page.width and not PARTED_WORDS.search(line.text)


# --- deciding


def runs_on(before: Line, after: Line, page: Page) -> bool:
    """Tell whether the sentence of `before` may go on in `after`, so that the line break means nothing."""
    if before.kind in OWN_LINE or after.kind in OPENERS:
        return False
    if after.kind == "reference_item" and (before.final or before.kind == "reference_item"):
        return False
    if before.kind == "reference_item":
        return not before.final
    if before.kind in CAPTIONS:
        return before.full >= FULL_CAPTION and not before.final and same_script(before, after)
    if before.kind.startswith("label_") and before.label:
        return False
    if after.kind in HEADINGS and (before.final or before.full < FULL or before.kind in HEADINGS):
        return False
    if before.final:
        return ends_inside_paragraph(before, after, page)
    if before.kind in HEADINGS:
        return before.full >= (FULL_CAPTION if before.trailing else FULL) and (page.spaced or not after.blank)
    return goes_on(before, after, page)


def is_broken(before: Line, after: Line, repairs: Repairs, parted_word: PartedWord) -> bool:
    """Tell whether no paragraph can end between two lines, however wide they are: inside a word, behind `的` and such.

    A number that looks like a heading's goes on a symbol that the line before it parts (`STAT-`).
    """
    if before.final or before.kind in OWN_LINE or (before.label and before.kind.startswith("label_")):
        return False
    if after.text[0].isdigit() and min(before.width, after.width) >= BROKEN and CUT_SYMBOL.search(before.text[-12:]):
        return True
    if after.kind:
        return False
    if after.text.startswith(CLOSED_START) or repairs.closed_start.match(after.text):
        return True
    return bool(repairs.open_end.search(before.text[-12:])) or breaks_word(before, after, parted_word)


def breaks_word(before: Line, after: Line, parted_word: PartedWord) -> bool:
    """Tell whether two lines part a Chinese word."""
    if before.width < BROKEN or not CHINESE.match(after.text):
        return False
    left, right = LAST_HAN.search(before.text[-8:]), FIRST_HAN.match(after.text)
    half = parted_word(left.group(), right.group()) if left and right else 0
    return 0 < half * BROKEN <= before.width


def ends_inside_paragraph(before: Line, after: Line, page: Page) -> bool:
    """Tell whether a sentence ends with its line but the paragraph does not."""
    parted = after.indent > 0 or after.kind == "list_item" or (after.blank and not page.spaced)
    return page.wrapped and before.full >= FULL and before.width < LONG_PARAGRAPH and not parted


def goes_on(before: Line, after: Line, page: Page) -> bool:
    """Tell whether a line that ends inside a sentence is running text."""
    if after.indent > 1 and before.full < FULL:
        return False
    if before.text.endswith(OPEN_END) or after.text.startswith(CLOSED_START):
        return True
    if after.blank and not page.spaced:
        return False
    if before.full >= (FULL_PROSE if PROSE.search(before.text) else FULL) or before.width >= LONG_PARAGRAPH:
        return True
    if after.text[0].islower() and after.text[0].isascii() and before.text[-1].isascii():
        return True
    return is_long_title(before, after)


def is_long_title(before: Line, after: Line) -> bool:
    """Tell whether two short lines are one title: the first long enough to be broken, the second no longer."""
    listed = sum(after.text.count(sign) for sign in "，,、;；") >= 2 or bool(re.search("[,，]$|[0-9]$", after.text))
    shorter = not after.blank and after.width <= before.width
    return before.width >= LONG_TITLE and shorter and not listed and same_script(before, after)


def same_script(before: Line, after: Line) -> bool:
    """Tell whether both lines hold Chinese, or neither."""
    return bool(CHINESE.search(before.text)) == bool(CHINESE.search(after.text))


# --- editing


def edit_lines(text: str, lines: list[Line], repairs: Repairs) -> list[Edit]:
    """Return the edits between and inside the lines, in order."""
    edits: list[Edit] = [(0, lines[0].start, "", "line_edge")] if lines[0].start else []
    last: Line | None = None
    habits = study_hyphens(text, lines)
    heads = find_interrupting(lines)
    for line in lines:
        if id(line) in heads:
            continue
        if last:
            edits.append(join(text, last, line, habits, repairs))
        if line.kind in ("table_row", "label_keywords"):
            edits += [(line.start + m.start(), line.start + m.end(), "\t", "table_cell") for m in cells(line, repairs)]
        last = line
    if last and last.end < len(text):
        edits.append((last.end, len(text), "", "line_edge"))
    return [edit for edit in edits if text[edit[0] : edit[1]] != edit[2]]


def study_hyphens(text: str, lines: list[Line]) -> Habits:
    """Return how `text` uses hyphens; words are only collected if one of its lines ends with a hyphen."""
    broken = any(line.text[-1] in HYPHENS for line in lines)
    soft = all(text[match.end() : match.end() + 1].isspace() for match in re.finditer("‐", text))
    return Habits(soft, frozenset(COMPOUND.findall(text)) if broken else frozenset())


def find_interrupting(lines: list[Line]) -> set[int]:
    """Return the identities of the running heads that stand inside a sentence, to be taken out."""
    found: set[int] = set()
    waiting: list[int] = []
    for line in lines:
        if line.kind == "running_head":
            waiting.append(id(line))
        else:
            found.update(waiting if line.glued else ())
            waiting = []
    return found


def cells(line: Line, repairs: Repairs) -> list[re.Match[str]]:
    """Return the spaces that part the cells of a table row, or the keywords behind their label."""
    shape = repairs.line.match(line.text) if line.kind == "label_keywords" else None
    return [m for m in CELL_SPACE.finditer(line.text, shape.end() if shape else 0)]


def join(text: str, before: Line, after: Line, habits: Habits, repairs: Repairs) -> Edit:
    """Return the edit for the white space (and running heads) between two lines."""
    if not after.glued:
        return before.end, after.start, "\n", "line_edge"
    heads = bool(text[before.end : after.start].strip())
    name = "running_head" if heads else "lines_joined"
    left, right = before.text, after.text
    if left[-1] in HYPHENS:
        if drops_hyphen(before, after, habits, repairs):
            return before.end - 1, after.start, "", "running_head" if heads else "word_joined"
        return before.end, after.start, "", name
    tight = left.endswith(TIGHT_END) or right.startswith(TIGHT_START)
    return before.end, after.start, "" if tight or WIDE.match(left[-1]) or WIDE.match(right[0]) else " ", name


def drops_hyphen(before: Line, after: Line, habits: Habits, repairs: Repairs) -> bool:
    """Tell whether the hyphen at the end of `before` only breaks a word."""
    hyphen, left, right = before.text[-1], LAST_WORD.search(before.text[:-1]), FIRST_WORD.match(after.text)
    if not left or not right:
        return hyphen == "\xad"
    if hyphen == "\xad" or (hyphen == "‐" and habits.soft):
        return True
    first, second = left.group(), right.group()
    if not second.islower() or not (first.islower() or first.istitle()) or before.trailing:
        return False
    if first.istitle() and len(first) != 2:
        return first + second in habits.words
    return f"{first}-{second}" not in habits.words and not repairs.hyphen_kept.match(second)


# --- naming the sections


def mark_sections(lines: list[Line]) -> list[Mark]:
    """Return where each section starts: one mark for each line that begins a block."""
    marks: list[Mark] = []
    body = [line for line in lines if line.kind != "running_head"]
    starts = [index for index, line in enumerate(body) if not line.glued]
    state = ""
    for index, stop in zip(starts, [*starts, len(body)][1:], strict=True):
        line, last = body[index], body[stop - 1]
        section, state = name_section(line, last, state, index == 0 and stop < len(body), stop - index == 1)
        marks.append(Mark(line.start, section))
    heads = [Mark(line.start, "running_head") for line in lines if line.kind == "running_head"]
    return sorted([*marks, *heads], key=lambda mark: mark.start)


def name_section(line: Line, last: Line, state: str, first: bool, single: bool) -> tuple[str, str]:
    """Return the section of the block from `line` to `last`, and the state that the next block meets.

    The state is `reference` inside the list of references, `abstract` right behind a label that stands alone.
    """
    if line.kind == "head_references":
        return "heading", "reference"
    if state == "reference" and line.kind not in OPENERS:
        return "reference", state
    if line.kind in SECTION:
        alone = line.kind == "label_abstract" and single and line.label
        return SECTION[line.kind], "abstract" if alone else ""
    if line.kind in HEADINGS and not last.final and last.width + (not single) * 99 < 120:
        return "heading", ""
    if first and not last.final and not line.kind:
        return "title", ""
    if state == "abstract":
        return "abstract", ""
    aside = not last.final and not line.kind and line.full < FULL and last.full < FULL
    return ("heading" if aside else "body"), ""
