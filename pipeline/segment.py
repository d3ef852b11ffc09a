"""Sentences of a document, each with its language and words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pipeline.ids import sentence_id
from pipeline.records import Block, Document, Segment, Sentence, Words
from pipeline.script import HAN_RUN
from pipeline.segment_en import EnglishSegmenter, load_english
from pipeline.segment_zh import STOP, ChineseSegmenter, load_chinese

CHINESE_SHARE = 0.12  # of a sentence's letters; below it Chinese characters are a name in an English sentence
NO_LETTER = re.compile(r"[\W\d_]+")


@dataclass(frozen=True)
class Segmenters:
    """What segmenting needs; each segmenter is loaded when the first text in its language comes.

    `folder` is lexicons/segment, `names` gives the names that are words for the Chinese one.
    """

    folder: Path
    names: Callable[[], Iterable[str]]
    en_model: str = ""
    cache: Path | None = None

    @cached_property
    def chinese(self) -> ChineseSegmenter:
        """jieba with the lexicon's names."""
        return load_chinese(self.folder, self.names(), self.cache)

    def cut(self, run: str) -> frozenset[int]:
        """Return where the words of a run of Chinese characters begin and end, in code points."""
        return self.chinese.cut(run)

    def parted_word(self, left: str, right: str) -> int:
        """Return how long the shorter half is of the word that two runs of Chinese characters part; 0 for none."""
        return self.chinese.parted_word(left, right)

    @cached_property
    def english(self) -> EnglishSegmenter:
        """The spaCy pipeline."""
        return load_english(self.folder, self.en_model)


def guess_language(text: str) -> str:
    """Return `zh` or `en` for `text`, by the share of Chinese characters among its letters."""
    han, enough = 0, len(text) * CHINESE_SHARE
    for run in HAN_RUN.finditer(text):
        han += run.end() - run.start()
        if han > enough:  # no need to count the letters, which are no more
            return "zh"
    if not han:
        return "en"
    letters = len(NO_LETTER.sub("", text))
    return "zh" if han / letters > CHINESE_SHARE else "en"


def segment(document: Document, segmenters: Segmenters) -> tuple[Segment, ...]:
    """Return the sentences of `document` in order; offsets of a row are source offsets, of a segment clean offsets."""
    segments: list[Segment] = []
    citations = list(document.citations)
    for block in document.blocks:
        for start, end, lang, words in split_block(document.text, block, segmenters):
            marks = [number for mark in citations if start <= mark.at <= end for number in mark.numbers]
            segments.append(make_segment(document, block, len(segments), start, end, lang, words, marks))
            citations = [mark for mark in citations if mark.at > end] if marks else citations
    return tuple(segments)


def split_block(text: str, block: Block, segmenters: Segmenters) -> Iterator[tuple[int, int, str, Words]]:
    """Yield (start, end, language, how it is cut into words) of each sentence of a block, in clean offsets.

    A block that is English by and large is cut at its Chinese stops before the language is asked again.
    """
    whole = text[block.start : block.end]
    chinese = guess_language(whole) == "zh"
    if chinese:
        parts = segmenters.chinese.split(whole)
    elif STOP.search(whole):
        parts = segmenters.chinese.split(whole, STOP)
    else:
        parts = iter([(0, len(whole))])
    for start, end in parts:
        part = whole[start:end]
        if guess_language(part) == "en":
            cut = split_english(part, segmenters)
        else:
            ends = [(0, len(part))] if chinese else segmenters.chinese.split(part)
            cut = ((first, last, "zh", segmenters.chinese.words) for first, last in ends)
        for first, last, lang, words in cut:
            yield block.start + start + first, block.start + start + last, lang, words


def split_english(text: str, segmenters: Segmenters) -> Iterator[tuple[int, int, str, Words]]:
    """Yield (start, end, language, how it is cut into words) of each sentence of `text`, which is English by and large."""
    for start, end, tokens in segmenters.english.sentences(text):
        lang = guess_language(text[start:end])
        words = keep(tuple((first - start, last - start) for first, last in tokens))
        yield start, end, lang, segmenters.chinese.words if lang == "zh" else words


def keep(tokens: tuple[tuple[int, int], ...]) -> Words:
    """Return what gives these words, whatever the text: for words that are known already."""
    return lambda text: tokens


def make_segment(
    document: Document, block: Block, index: int, start: int, end: int, lang: str, words: Words, marks: list[str]
) -> Segment:
    """Return the segment of the clean span `start` to `end`."""
    first, last = document.source_span(start, end)
    text = document.text[start:end]
    doc_id = document.source.doc_id
    row = Sentence(
        sentence_id=sentence_id(doc_id, first), doc_id=doc_id, index=index, section=block.section,
        lang=lang, start=first, end=last, text=text, citations=tuple(marks))  # fmt: skip
    return Segment(row=row, offset=start, words=words)
