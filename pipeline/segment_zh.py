"""Chinese text: words by jieba, which is used nowhere else, and sentences."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import log
from pathlib import Path

import jieba

from pipeline.tables import read_rows

END = re.compile(  # one of the signs first: a search for them is fast
    r"[。！？!?；;.](?:(?<=[。！？!?])[。！？!?]*[”’」』）)\]]*|(?<=[；;])|(?<=\.)(?=\s*[\u4e00-\u9fff]|\s+[A-Z]|$))"
)
BRACKET = re.compile(r"[（(【\[]|[）)】\]]")
LIST_ITEM = re.compile(r"\s*(?:[①-⑳⑴-⒇]|[（(]?\d{1,2}[)）、，,.．])")
STOP = re.compile(r"[。！？]+[”’」』）)\]]*")
LATIN = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")
LONGEST_BRACKET = 240  # characters; a bracket that is open longer was never meant to close
NAME_FREQUENCY = 100_000  # high enough that jieba never splits a name, measured in tests/test_segment.py

# jieba cuts the text at spaces, Greek letters and brackets before it looks words up, so that names which hold one are
# never found, however they were added; its own pattern is widened by those characters.
WORD_CHARACTERS = re.compile(r"([\u4E00-\u9FD5a-zA-Z0-9+#&\._%\-\u0370-\u03FF()（）\[\]/'’,‐ ]+)")


class NameTokenizer(jieba.Tokenizer):  # type: ignore[misc]
    """jieba with its two inner loops written for text in which long Latin names stand: no word begins inside one."""

    def get_DAG(self, sentence: str) -> list[list[tuple[int, float]]]:
        """Return for each place of `sentence` the words that begin there: the place behind each, and its log frequency.

        The frequency of what is only the beginning of words is 0.
        """
        graph: list[list[tuple[int, float]]] = []
        counts, size, inside = self.FREQ, len(sentence), False
        for start in range(size):
            end, part = start + 1, sentence[start]
            latin = part in LATIN
            ends = []
            while not (latin and inside) and (count := counts.get(part)) is not None:
                if count:
                    ends.append((end, log(count)))
                if end == size:
                    break
                end += 1
                part = sentence[start:end]
            graph.append(ends or [(start + 1, 0.0)])
            inside = latin
        return graph

    def calc(self, sentence: str, DAG: list[list[tuple[int, float]]], route: dict[int, tuple[float, int]]) -> None:
        """Fill `route` with the best way from each place to the end: its weight and the end of its first word."""
        size = len(sentence)
        whole = log(self.total)
        best = [0.0] * (size + 1)
        for start in range(size - 1, -1, -1):
            ends = DAG[start]
            last, weight = ends[0]
            weight += best[last]
            for end, own in ends[1:]:
                if own + best[end] >= weight:
                    last, weight = end, own + best[end]
            best[start] = weight - whole
            route[start] = (best[start], last - 1)


@dataclass(frozen=True)
class ChineseSegmenter:
    """jieba with the lexicon's names as words, and the words that carry a sentence on over a semicolon."""

    tokenizer: jieba.Tokenizer
    carried: tuple[str, ...]

    def words(self, text: str) -> tuple[tuple[int, int], ...]:
        """Return the (start, end) of each word of `text`, spaces left out; the words rebuild the text."""
        spans, at = [], 0
        for word in self.tokenizer.cut(text):
            if word.strip():
                spans.append((at, at + len(word)))
            at += len(word)
        return tuple(spans)

    def cut(self, run: str) -> frozenset[int]:
        """Return where the words of `run`, Chinese characters without a break, begin and end, in code points."""
        places, at = {0}, 0
        for word in self.tokenizer.cut(run):
            at += len(word)
            places.add(at)
        return frozenset(places)

    def parted_word(self, left: str, right: str) -> int:
        """Return how long the shorter half is of the dictionary's word that begins in `left` and ends in `right`.

        0 if there is none, or if it takes a part of a word that `left` or `right` has alone.
        """
        middle = len(left)
        places = self.borders(left + right)
        start, end = max(place for place in places if place < middle), min(place for place in places if place >= middle)
        if end == middle or start not in self.borders(left) or end - middle not in self.borders(right):
            return 0
        return min(middle - start, end - middle)

    def borders(self, run: str) -> frozenset[int]:
        """Return where the words of `run` begin and end that are in the dictionary, none guessed."""
        return frozenset(accumulate(map(len, self.tokenizer.cut(run, HMM=False)), initial=0))

    def split(self, text: str, ends: re.Pattern[str] = END) -> Iterator[tuple[int, int]]:
        """Yield the (start, end) of each sentence of `text`: never broken inside brackets, nor in a list by `；`.

        With STOP as `ends`, text in two languages is cut at the Chinese stops only.
        """
        closed = list(find_brackets(text))
        start = 0
        for match in ends.finditer(text):
            if any(first < match.start() < last for first, last in closed) or self.runs_on(text, match):
                continue
            yield from strip(text, start, match.end())
            start = match.end()
        yield from strip(text, start, len(text))

    def runs_on(self, text: str, end: re.Match[str]) -> bool:
        """Tell whether the sentence goes on behind a semicolon: a list item, or a clause without its own subject."""
        if end.group() not in "；;":
            return False
        rest = text[end.end() : end.end() + 8]
        return bool(LIST_ITEM.match(rest)) or rest.lstrip().startswith(self.carried)


def strip(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the span without the spaces around it, unless nothing is left."""
    inner = text[start:end]
    if inner.strip():
        yield start + len(inner) - len(inner.lstrip()), end - len(inner) + len(inner.rstrip())


def find_brackets(text: str) -> Iterator[tuple[int, int]]:
    """Yield the (start, end) of each pair of brackets; one that never closes, or too late, is no pair."""
    opened: list[int] = []
    for match in BRACKET.finditer(text):
        if match.group() in "（(【[":
            opened.append(match.start())
        elif opened:
            start = opened.pop()
            if match.start() - start < LONGEST_BRACKET:
                yield start, match.start()


def load_chinese(folder: Path, names: Iterable[str], cache: Path | None = None) -> ChineseSegmenter:
    """Return jieba with `names` as words; `folder` is lexicons/segment, `cache` a folder for jieba's own cache."""
    jieba.setLogLevel(logging.ERROR)
    jieba.re_han_default = WORD_CHARACTERS
    tokenizer = NameTokenizer()
    if cache:
        tokenizer.tmp_dir = str(cache)
    tokenizer.initialize()
    add_names(tokenizer, sorted(set(names)))
    carried = tuple(row["text"] for row in read_rows(folder / "zh.csv", ("text", "note")))
    return ChineseSegmenter(tokenizer, carried)


def add_names(tokenizer: jieba.Tokenizer, names: Sequence[str]) -> None:
    """Add `names` to jieba's dictionary, without the search for a frequency that `add_word` makes for each."""
    for name in names:
        tokenizer.FREQ[name] = tokenizer.FREQ.get(name, 0) + NAME_FREQUENCY
        tokenizer.total += NAME_FREQUENCY
        for size in range(1, len(name)):
            tokenizer.FREQ.setdefault(name[:size], 0)
