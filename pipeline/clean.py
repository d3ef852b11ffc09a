"""Repairs of extracted text, with the way back to the source: passes of edits that carry offsets along."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left, bisect_right
from collections import Counter

from pipeline.layout import Mark, PartedWord, arrange, join_spaced, join_words
from pipeline.records import Block, Citation, Document, SourceText
from pipeline.repairs import Edit, Repairs, Working, apply_rows, begin, load_repairs
from pipeline.script import HAN

__all__ = ["Repairs", "clean", "load_repairs"]

NUMBERS = r"[0-9]{1,3}(?: *[,，、;；\-–—~～‐⁃] *[0-9]{1,3})*"
BRACKETED = re.compile(
    rf"[\[［] *({NUMBERS}) *[\]］](?:(?: *[,，、\-–—~～‐] *| *)[\[［] *{NUMBERS} *[\]］])*(?!-?[A-Z])"
)
RAISED_MARK = re.compile(rf"(?:(?<=[{HAN}）)”。，])|(?<=[a-z]{{4}}))[¹²³⁰⁴-⁹]+(?:[,，\-–⁻][¹²³⁰⁴-⁹]+)*(?![⁺⁻+])")
DIGITS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
PARTED = re.compile(r"([a-z](?<![A-Za-z-].)[a-z]+)(-)([a-z]{3,})(?![A-Za-z-])")  # a letter first: a search for one is fast
WORD = re.compile("[a-z]{6,}")
NUMBER = re.compile("[0-9]+")
RANGE = re.compile(r"([0-9]+)[\]］ ]*[-–—~～‐⁃][\[［ ]*([0-9]+)")
LONGEST_RANGE = 60
HEADING_NUMBER = re.compile(r"(?:[1-9][0-9]?(?:[.．][1-9][0-9]?){0,3}[.、．]?)[ \u3000]*")
SHORT_HEADING = 40
CARRIAGE_RETURN = re.compile("\r\n?")


def clean(source: SourceText, repairs: Repairs, parted_word: PartedWord = lambda left, right: 0) -> Document:
    """Return the repaired text of `source` with the source offsets of each of its characters.

    `parted_word` is asked of the Chinese characters before and behind a line break.
    Blocks are parted by one line feed; citation marks are taken out and listed with the clean offset where they stood.
    """
    working = begin(source.text)
    working.apply(unify_line_ends(working.text))
    apply_rows(working, [row for row in repairs.rows if row.when == "lines"])
    working.apply(join_words(working.text))
    working.apply(join_spaced(working.text))
    edits, marks = arrange(working.text, repairs, parted_word)
    marks = [Mark(working.starts[mark.start], mark.section) for mark in marks]
    working.apply(edits)
    working.apply(join_parted_words(working.text))
    part_headings(working, marks, repairs)
    cited = take_citations(working)
    apply_rows(working, [row for row in repairs.rows if row.when == "text"])
    return Document(
        source=source,
        text=working.text,
        starts=working.starts,
        ends=working.ends,
        blocks=tuple(find_blocks(working, sorted(marks, key=lambda mark: mark.start))),
        repairs=tuple(sorted(working.repairs, key=lambda repair: (repair.start, repair.end))),
        citations=tuple(Citation(bisect_left(working.starts, at), numbers) for at, numbers in cited),
    )


def unify_line_ends(text: str) -> list[Edit]:
    """Return the edits that make each line end one line feed, so that no later step need know the others."""
    if "\r" not in text:
        return []
    return [(match.start(), match.end(), "\n", "line_end") for match in CARRIAGE_RETURN.finditer(text)]


def find_blocks(working: Working, marks: list[Mark]) -> list[Block]:
    """Return the stretches between line feeds, each with the section whose mark stands last before it."""
    blocks = []
    offsets = [mark.start for mark in marks]
    start = 0
    for line in working.text.split("\n"):
        if line.strip():
            place = bisect_right(offsets, working.starts[start]) - 1
            section = marks[place].section if place >= 0 else "body"
            blocks.append(Block(start, start + len(line), section))
        start += len(line) + 1
    return blocks


def part_headings(working: Working, marks: list[Mark], repairs: Repairs) -> None:
    """Part numbered headings from the paragraph that follows on the same line; `marks` grows by what that gives."""
    edits: list[Edit] = []
    start = 0
    for line in working.text.split("\n"):
        number = HEADING_NUMBER.match(line)
        if number and (len(line) > SHORT_HEADING or "。" in line):
            for pattern in repairs.run_in:
                if title := pattern.match(line, number.end()):
                    at = start + title.end("title")
                    edits.append((at, at + 1, "\n", "heading_parted"))
                    marks += [Mark(working.starts[start], "heading"), Mark(working.starts[at + 1], "body")]
                    break
        start += len(line) + 1
    working.apply(edits)


def join_parted_words(text: str) -> list[Edit]:
    """Return the edits that drop the hyphen of a line end long gone: the word also stands without it."""
    parted = list(PARTED.finditer(text))
    if not parted:
        return []
    whole, times = set(WORD.findall(text)), Counter(match.group() for match in parted)
    return [
        (match.start(2), match.end(2), "", "word_parted")
        for match in parted
        if times[match.group()] == 1 and match.group(1) + match.group(3) in whole
    ]


# --- citations


def take_citations(working: Working) -> list[tuple[int, tuple[str, ...]]]:
    """Take the citation marks out of the text; return the source offset and the numbers of each."""
    found: list[tuple[int, int]] = []
    text = working.text
    if "]" in text or "］" in text:
        found += [match.span() for match in BRACKETED.finditer(text) if is_citation(text, match)]
    if any(char in text for char in "¹²³⁴⁵⁶⁷⁸⁹"):
        found += [match.span() for match in RAISED_MARK.finditer(text)]
    found.sort()
    cited = [(working.starts[start], expand(text[start:end])) for start, end in found]
    working.apply([(skip_spaces(text, start), end, "", "citation") for start, end in found])
    return cited


def is_citation(text: str, match: re.Match[str]) -> bool:
    """Tell whether brackets with numbers cite: not at a block's start, where they number a reference, and no zero."""
    return match.start() > 0 and text[match.start() - 1] != "\n" and not match.group(1).startswith("0")


def skip_spaces(text: str, start: int) -> int:
    """Return where the spaces before `start` begin."""
    while start > 0 and text[start - 1] == " ":
        start -= 1
    return start


def expand(mark: str) -> tuple[str, ...]:
    """Return the numbers of a citation mark, ranges written out, each once."""
    mark = mark.translate(DIGITS)
    mark = RANGE.sub(lambda match: ",".join(spell_range(int(match.group(1)), int(match.group(2)))), mark)
    return tuple(dict.fromkeys(NUMBER.findall(mark)))


def spell_range(first: int, last: int) -> list[str]:
    """Return the numbers from `first` to `last`, or only these two if that is no sensible range."""
    if not first < last <= first + LONGEST_RANGE:
        return [str(first), str(last)]
    return [str(number) for number in range(first, last + 1)]


def check_map(starts: array[int], ends: array[int], length: int) -> None:
    """Raise ValueError if the offsets are not those of a repaired text of `length` source characters."""
    for index, (start, end) in enumerate(zip(starts, ends, strict=True)):
        before = (starts[index - 1], ends[index - 1]) if index else (0, 0)
        if not (start < end <= length and before[0] <= start and before[1] <= end):
            raise ValueError(f"clean character {index} stands for source {start} to {end}")
