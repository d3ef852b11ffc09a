"""Repairs of extracted text: every row's example, every case, blocks, citations, wrong rows."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest

from pipeline.clean import clean, load_repairs
from pipeline.errors import LexiconError
from pipeline.records import Document, SourceText
from pipeline.repairs import unescape

LEXICONS = Path(__file__).parents[1] / "lexicons"
CASES = Path(__file__).parent / "cases" / "clean.csv"
SHARED = Path(__file__).parents[2] / "shared" / "corpus"
REPAIRS = load_repairs(LEXICONS)


def clean_text(text: str) -> Document:
    """Return the document that clean makes of `text`."""
    return clean(SourceText("a", "a.txt", "", "txt", "utf-8", text), REPAIRS)


def show_blocks(document: Document) -> list[tuple[str, str]]:
    """Return section and text of each block."""
    return [(block.section, document.text[block.start : block.end]) for block in document.blocks]


def load_cases() -> list[dict[str, str]]:
    """Return the rows of the case file."""
    with CASES.open(encoding="utf-8", newline="") as file:
        return [{column: unescape(cell) for column, cell in row.items()} for row in csv.DictReader(file)]


@pytest.mark.parametrize("case", load_cases(), ids=lambda case: case["notes"])
def test_case(case: dict[str, str]) -> None:
    assert clean_text(case["text"]).text == case["expected"]


@pytest.mark.parametrize("row", REPAIRS.rows, ids=lambda row: row.name)
def test_example(row: object) -> None:
    document = clean_text(row.example)  # type: ignore[attr-defined]
    assert document.text == row.expected  # type: ignore[attr-defined]
    assert row.name in {repair.name for repair in document.repairs}  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("激活[1]。", ("1",)),
        ("激活[4,6]。", ("4", "6")),
        ("激活[5-7]。", ("5", "6", "7")),
        ("激活[28, 29]。", ("28", "29")),
        ("激活[55]-[58]。", ("55", "56", "57", "58")),
        ("激活[20] [21] [22]。", ("20", "21", "22")),
        ("激活［12，14～16］。", ("12", "14", "15", "16")),
        ("激活¹²。", ("12",)),
        ("激活³,⁵。", ("3", "5")),
        ("active [9-2].", ("9", "2")),
    ],
)
def test_citation_numbers(text: str, numbers: tuple[str, ...]) -> None:
    assert [citation.numbers for citation in clean_text(text).citations] == [numbers]


def test_citation_place() -> None:
    document = clean_text("前文 STAT3 [1] 被激活 [2,3]，并入核[4]。")
    assert document.text == "前文STAT3被激活，并入核。"
    assert [(document.text[: c.at], c.numbers) for c in document.citations] == [
        ("前文STAT3", ("1",)),
        ("前文STAT3被激活", ("2", "3")),
        ("前文STAT3被激活，并入核", ("4",)),
    ]


def test_sections() -> None:
    text = (
        "STAT3与肿瘤的研究进展\n摘要：本文综述STAT3。\n关键词：肝癌；STAT3\nAbstract: This review covers STAT3.\n"
        "1 引言\nSTAT3在肝癌中持续激活，与患者的预后密切相关，并且参与肿瘤细胞的转移。\n图 1  STAT3的结构\n"
        "表 1  药物与靶点\n药物 靶点\n- 3 -\n2 小结\n该通路是肝癌治疗的靶点，值得深入研究，也有望用于临床诊断。\n"
        "参考文献\n[1] 张三. 肝癌. 肿瘤, 2020."
    )
    assert [section for section, _ in show_blocks(clean_text(text))] == [
        "title", "abstract", "keywords", "abstract", "heading", "body", "caption", "caption", "table",
        "running_head", "heading", "body", "heading", "reference",
    ]  # fmt: skip


def test_label_alone_names_the_next_block() -> None:
    text = "摘  要 \n该通路与肺癌密切相关，是治疗肺癌的靶点。\n 1. 引言 \n肺癌是最常见的恶性肿瘤，其发病率居首位。"
    assert [section for section, _ in show_blocks(clean_text(text))] == ["abstract", "abstract", "heading", "body"]


def test_heading_on_the_line_of_its_paragraph() -> None:
    document = clean_text("4.2 TGF-β/SMAD信号通路诱导胃癌细胞EMT EMT\n使肿瘤细胞失去极性，容易离开原位进入血管。")
    assert show_blocks(document)[0] == ("heading", "4.2 TGF-β/SMAD信号通路诱导胃癌细胞EMT")
    assert show_blocks(document)[1][1].startswith("EMT使肿瘤细胞")


def test_document_without_text() -> None:
    document = clean_text(" \n \n")
    assert (document.text.strip(), document.blocks) == ("", ())


# --- wrong rows stop the run


@pytest.mark.parametrize(
    ("file", "line", "row", "column", "words"),
    [
        ("repairs.csv", "odd,text,,,[,x,a,b,", 2, "pattern", "is no regular expression"),
        ("repairs.csv", "odd,text,,,x*,y,a,b,", 2, "pattern", "matches nothing"),
        ("repairs.csv", "Odd Name,text,,,x,y,a,b,", 2, "name", "is no name"),
        ("repairs.csv", "odd,later,,,x,y,a,b,", 2, "when", "is unknown"),
        ("repairs.csv", "odd,code,,,,y,a,b,", 2, "when", "does not fit the name"),
        ("repairs.csv", "odd,text,en,,x,y,a,b,", 2, "lang", "is unknown"),
        ("repairs.csv", "odd,text,,,x,\\1,a,b,", 2, "replacement", "a group"),
        ("repairs.csv", "odd,text,,,x,{glyphs:none},a,b,", 2, "replacement", "no table none"),
        ("repairs.csv", "odd,text,,,x,y,,b,", 2, "example", "is empty"),
        ("repairs.csv", "odd,text,,,x,y,a,a,", 2, "expected", "the example itself"),
        ("repairs.csv", "odd,text,,,x,y,a,b", 2, "note", "8 cells, not 9"),
        ("glyphs.csv", "lost,琢琢,α,", 2, "glyph", "not one character"),
        ("sections.csv", "odd,x,x,", 2, "name", "is unknown"),
        ("sections.csv", "heading_word,x,y,", 2, "example", "is not matched"),
    ],
)
def test_wrong_row(tmp_path: Path, file: str, line: str, row: int, column: str, words: str) -> None:
    for name in ("repairs.csv", "glyphs.csv", "sections.csv"):
        shutil.copy(LEXICONS / name, tmp_path)
    lines = (tmp_path / file).read_text(encoding="utf-8").split("\n")
    (tmp_path / file).write_text("\n".join([lines[0], line, *lines[1:]]), encoding="utf-8")
    with pytest.raises(LexiconError) as caught:
        load_repairs(tmp_path)
    error = caught.value
    assert (Path(error.file).name, error.row, error.column) == (file, row, column)
    assert words in error.problem and str(error).endswith(f"{error.problem}. {error.repair}.")


def test_missing_file_and_header(tmp_path: Path) -> None:
    with pytest.raises(LexiconError, match="the file is missing"):
        load_repairs(tmp_path)
    (tmp_path / "glyphs.csv").write_text("glyph,table\n", encoding="utf-8")
    with pytest.raises(LexiconError, match="the header is wrong"):
        load_repairs(tmp_path)


def test_names_twice(tmp_path: Path) -> None:
    for name in ("repairs.csv", "glyphs.csv", "sections.csv"):
        shutil.copy(LEXICONS / name, tmp_path)
    text = (tmp_path / "repairs.csv").read_text(encoding="utf-8")
    (tmp_path / "repairs.csv").write_text(text + text.split("\n")[-2] + "\n", encoding="utf-8")
    with pytest.raises(LexiconError, match="is there twice"):
        load_repairs(tmp_path)


def test_glyphs_follow_the_standard() -> None:
    with (LEXICONS / "glyphs.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            glyph, letter = row["glyph"].encode("gb2312"), row["letter"].encode("gb2312")
            assert (glyph[0] - letter[0], glyph[1] - letter[1]) == (0x31, 0)


# --- the real reviews


@pytest.mark.skipif(not SHARED.is_dir(), reason="the reviews are not there")
def test_headings_of_the_reviews_do_not_glue() -> None:
    blocks = {}
    for path in sorted(SHARED.glob("*.txt")):
        text = path.read_text(encoding="utf-8")
        blocks[path.name[:3]] = show_blocks(clean_text(text))
    headings = {number: [text for section, text in found if section == "heading"] for number, found in blocks.items()}
    lengths = {"000": ("2.1.1", 12), "001": ("3.", 18), "002": ("2.1", 23), "003": ("3.3", 25), "004": ("3.6", 18)}
    for number, (start, length) in lengths.items():
        assert [len(text) for text in headings[number] if text.startswith(start)] == [length]
    for found in blocks.values():
        assert not [text for section, text in found if section == "body" and "Vol." in text]
        assert not [text for _, text in found if "酌" in text or "琢" in text or "资B" in text]
