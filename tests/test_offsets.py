"""Whatever is repaired, every clean character knows the source characters that it stands for."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.clean import check_map, clean, load_repairs
from pipeline.records import Document, SourceText
from pipeline.repairs import begin

REPAIRS = load_repairs(Path(__file__).parents[1] / "lexicons")
SHARED = Path(__file__).parents[2] / "shared" / "corpus"
NUISANCE = (
    "\n", "\r\n", "\n\n", "\n \n\n", "\n\xa0\n\n", " ", "  ", "\xa0", "\u3000", "\u200b", "\xad", "-\n", "‐\n",
    "- \n", "\f", "[1]", "[4,6]", "[5]-[9]", " [20] [21]", "［12］", "¹²", "酌", "IFN-酌", "NF-资B", "4-琢-", "ɑ",
    "ɛ", "⁃", "～", "ＳＴ３", "ﬂ", "gpl30", ".", "．", ",", "，", "。", "；", " / ", " -κB", "- 1", "( ", " )",
    "表 1  ", "图 1 ", "Fig. 1", "1 引言", "2.1.1 ", "摘要：", "Abstract", "方法 ", "Results ", "参考文献\n",
    "·12·", "第3卷第2期", "\x00", "①", "| a | b |",
)  # fmt: skip
WORDS = ("STAT3", "JAK2", "激活", "肿瘤细胞的增殖", "抑制", "tran", "scription", "的", "与", "cells", "6", "β", "药 物")
SENTENCES = ("STAT3在肝癌中持续激活。", "该药抑制JAK2，并使STAT3去磷酸化。", "JAK2 activates STAT3 in tumours.")
messy = st.lists(st.sampled_from(NUISANCE + WORDS) | st.text(max_size=4), max_size=60).map("".join)
tidy = st.lists(st.lists(st.sampled_from(SENTENCES[:2]), min_size=1, max_size=6).map("".join), min_size=1, max_size=8)


def clean_text(text: str) -> Document:
    """Return the document that clean makes of `text`."""
    return clean(SourceText("a", "a.txt", "", "txt", "utf-8", text), REPAIRS)


def check(document: Document) -> None:
    """Raise if the map or what hangs on it is not as promised."""
    source = document.source.text
    check_map(document.starts, document.ends, len(source))
    assert len(document.text) == len(document.starts) == len(document.ends)
    covered = {offset for repair in document.repairs for offset in range(repair.start, repair.end)}
    for char, start, end in zip(document.text, document.starts, document.ends, strict=True):
        assert source[start:end] == char or not covered.isdisjoint(range(start, end))
    places = [0, *(edge for block in document.blocks for edge in (block.start, block.end)), len(document.text)]
    assert places == sorted(places)
    for block in document.blocks:
        assert document.text[block.start : block.end].strip() and "\n" not in document.text[block.start : block.end]
    assert all(0 <= citation.at <= len(document.text) and citation.numbers for citation in document.citations)


@given(messy)
@settings(max_examples=400, deadline=None)
def test_messy_text_keeps_its_offsets(text: str) -> None:
    check(clean_text(text))


@given(st.text(max_size=200))
@settings(max_examples=200, deadline=None)
def test_any_text_keeps_its_offsets(text: str) -> None:
    check(clean_text(text))


@given(tidy)
@settings(deadline=None)
def test_tidy_text_stays(paragraphs: list[str]) -> None:
    text = "\n".join(paragraphs)
    document = clean_text(text)
    assert (document.text, document.repairs, document.citations) == (text, (), ())
    assert list(document.starts) == list(range(len(text)))


@given(st.lists(st.sampled_from(SENTENCES[2:]), min_size=1, max_size=5).map(" ".join))
def test_tidy_english_stays(text: str) -> None:
    assert clean_text(text).text == text


@given(messy)
@settings(max_examples=100, deadline=None)
def test_nothing_of_a_name_is_lost(text: str) -> None:
    document = clean_text(f"{text}\n\nRUXOLITINIB抑制JAK2。")
    start = document.text.rindex("RUXOLITINIB")
    first, last = document.source_span(start, start + len("RUXOLITINIB"))
    assert document.source.text[first:last] == "RUXOLITINIB"


@given(st.text(min_size=1, max_size=40), st.data())
def test_edits_compose(text: str, data: st.DataObject) -> None:
    working = begin(text)
    for _ in range(3):
        cuts = sorted(data.draw(st.sets(st.integers(0, len(working.text)), max_size=6)))
        spans = list(zip(cuts[::2], cuts[1::2], strict=False))
        edits = [(start, end, data.draw(st.text("ab", max_size=3)), "x") for start, end in spans]
        expected, last = "", 0
        for start, end, new, _ in edits:
            expected, last = expected + working.text[last:start] + new, end
        expected += working.text[last:]
        working.apply(edits)
        assert working.text == expected
        check_map(working.starts, working.ends, len(text))


@pytest.mark.skipif(not SHARED.is_dir(), reason="the reviews are not there")
def test_reviews_keep_their_offsets() -> None:
    for path in sorted(SHARED.glob("*.txt")):
        with path.open(encoding="utf-8", newline="") as file:
            document = clean_text(file.read())
        check(document)
        assert len(document.text) > 0.85 * len(document.source.text.replace("\n", ""))
