"""Sentences, their words, and jieba with the lexicon's names."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import jieba
import pytest
from conftest import LEXICONS, ROOT, cases

from pipeline.clean import clean
from pipeline.lexicon import chinese_names
from pipeline.readers import read
from pipeline.recognise import recognise
from pipeline.records import Document, DocumentResult, SourceText
from pipeline.run import Tools, find_definitions, work
from pipeline.segment import guess_language, segment
from pipeline.segment_en import LONGEST_READ, cut_pieces
from pipeline.segment_zh import load_chinese

TEXTS = sorted((ROOT / "corpus").rglob("*.txt"))


def load(path: Path, tools: Tools) -> Document:
    """Return a text of the sample corpus, cleaned."""
    return clean(read(path, ROOT / "corpus", path.stem), tools.repairs, tools.segmenters.parted_word)


@pytest.mark.parametrize("case", cases("sentences.csv"), ids=lambda case: case["text"][:40])
def test_sentences(case: dict[str, str], tools: Tools) -> None:
    """A text is cut into the sentences of the case."""
    document = clean(SourceText("case", "case", "", "txt", "utf-8", case["text"]), tools.repairs, tools.segmenters.parted_word)
    assert "|".join(part.row.text for part in segment(document, tools.segmenters)) == case["expected"], case["notes"]


@pytest.mark.parametrize(("title", "sentence"), [
    ("参考文献", "[1] 张三, 李四. 鲁索替尼抑制JAK2的磷酸化[J]. 肿瘤, 2020, 3(2): 1-9."),
    ("References", "1. Smith J, Doe A. Ruxolitinib inhibits JAK2. Cell 2019;3:1-9."),
])  # fmt: skip
def test_a_title_in_the_references_has_mentions_and_states_nothing(title: str, sentence: str, tools: Tools) -> None:
    """What a cited title says is read in the body of a text and not in its list of references."""
    body, cited = (work(SourceText("case", "case", "", "txt", "utf-8", text), tools) for text in (sentence, f"{title}\n{sentence}"))
    assert body.evidence
    assert cited.mentions
    assert not cited.evidence


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.stem)
def test_tokens_rebuild_the_text(path: Path, tools: Tools) -> None:
    """Between and around the tokens of a sentence stand spaces only; sentences follow one another."""
    document = load(path, tools)
    segments = segment(document, tools.segmenters)
    assert segments
    for part in segments:
        text, at = part.row.text, 0
        assert document.text[part.offset : part.offset + len(text)] == text
        for start, end in part.tokens:
            assert start < end and not text[at:start].strip()
            at = end
        assert not text[at:].strip()
    ends = [part.offset + len(part.row.text) for part in segments]
    assert all(end <= after.offset for end, after in zip(ends, segments[1:], strict=False))


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.stem)
def test_no_mention_is_cut_by_a_sentence(path: Path, tools: Tools) -> None:
    """Every mention lies inside the sentence that it names."""
    document = load(path, tools)
    segments = segment(document, tools.segmenters)
    rows = {part.row.sentence_id: part.row for part in segments}
    mentions, _ = recognise(document, segments, tools.lexicon, find_definitions(document, tools.segmenters))
    assert mentions
    for mention in mentions:
        row = rows[mention.sentence_id]
        assert row.start <= mention.start and mention.end <= row.end and mention.text in row.text


def show(result: DocumentResult, source: str) -> list[tuple[str, ...]]:
    """Return sentences, mentions and evidence by their text; what is quoted from `source` with LF line ends."""
    quote = [re.sub("\r\n?", "\n", source[row.start : row.end]) for row in (*result.sentences, *result.mentions)]
    return [
        *((row.section, row.lang, row.text) for row in result.sentences),
        *((row.text, row.concept_id) for row in result.mentions),
        *((row.relation, row.subject_id, row.object_id, row.trigger, row.sentence) for row in result.evidence),
        tuple(quote),
    ]


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.stem)
def test_line_ends_change_nothing(path: Path, tools: Tools) -> None:
    """Line feeds, those of Windows and those of old Macs give the same rows, offsets those of the file."""
    source = read(path, ROOT / "corpus", path.stem)
    texts = [re.sub("\r\n?|\n", end, source.text) for end in ("\n", "\r\n", "\r")]
    shown = [show(work(replace(source, text=text), tools), text) for text in texts]
    assert shown[0] == shown[1] == shown[2]


def test_names_stay_whole(tools: Tools, tmp_path: Path) -> None:
    """jieba keeps names with spaces, Greek letters or brackets whole; with add_word alone it keeps few of them."""
    names = sorted(name for name in chinese_names(tools.lexicon) if any(mark in name for mark in " αβγκ()"))[::40]
    pattern = jieba.re_han_default
    plain = jieba.Tokenizer()
    plain.tmp_dir = str(tmp_path)
    try:
        ours = load_chinese(LEXICONS / "segment", names, tmp_path)
        kept = sum((2, 2 + len(name)) in ours.words(f"检测{name}的水平") for name in names)
        jieba.re_han_default = jieba.re.compile("([\u4e00-\u9fd5a-zA-Z0-9+#&\\._%\\-]+)", jieba.re.U)
        for name in names:
            plain.add_word(name)
        whole = sum(name in plain.lcut(f"检测{name}的水平") for name in names)
    finally:
        jieba.re_han_default = pattern
    assert len(names) > 100
    assert whole / len(names) < 0.5
    assert kept / len(names) > 0.97


@pytest.mark.parametrize("unit", ["one word more. ", "word ", "run-on"])
def test_long_text_is_looked_through_for_definitions_in_pieces(unit: str, tools: Tools) -> None:
    """Pieces rebuild the text, none is too long, and definitions keep their places."""
    text = unit * (3 * LONGEST_READ // len(unit)) + " the suppressor of cytokine signalling (SOCS) is high."
    pieces = list(cut_pieces(text))
    assert "".join(text[start:end] for start, end in pieces) == text
    assert all(0 < end - start <= LONGEST_READ for start, end in pieces)
    assert [text[slice(*short)] for short, _ in tools.segmenters.english.definitions(text)] == ["SOCS"]


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("STAT3在HCC中升高。", "zh"),
        ("STAT3 (信号) is high in hepatocellular carcinoma.", "en"),
        ("JAK2", "en"),
        ("", "en"),
    ],
)
def test_language(text: str, lang: str) -> None:
    """The share of Chinese characters among the letters tells the language."""
    assert guess_language(text) == lang


def test_each_sentence_has_its_own_language(tools: Tools) -> None:
    """In a block of two languages each sentence is told its language, whichever prevails."""
    text = "AG490抑制JAK2。 Ruxolitinib inhibits JAK1. IL-6激活STAT3。"
    document = clean(SourceText("case", "case", "", "txt", "utf-8", text), tools.repairs, tools.segmenters.parted_word)
    assert [part.row.lang for part in segment(document, tools.segmenters)] == ["zh", "en", "zh"]
