"""English text: tokens, sentences and abbreviations, by spaCy's blank pipeline with scispaCy's rules.

The only module that knows spaCy and scispaCy. Abbreviations: Schwartz and Hearst, A simple algorithm for identifying
abbreviation definitions in biomedical text (2003), as scispaCy has it.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import LexiconError, ModelError
from pipeline.tables import read_rows

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

NO_SPACE = re.compile(r"(?:(?<=[a-z]{3})|(?<=[A-Z0-9]{3})|(?<=[a-z][)\]]))[.!?](?=[A-Z][a-z]*,? [a-z])")
LONGEST_READ = 8_000
"""Code points of a text in which scispaCy looks for definitions at a time; paragraphs are hardly ever longer."""
TERMINATORS = [".", "!", "?", "。", "！", "？"]


@cache
def common_words() -> frozenset[str]:
    """Return the words, in small letters, that are in every English text: spaCy's stop words."""
    from spacy.lang.en.stop_words import STOP_WORDS

    return frozenset(STOP_WORDS)


@dataclass(frozen=True)
class EnglishSegmenter:
    """A loaded spaCy pipeline."""

    nlp: Language
    model: str

    def read(self, text: str) -> Doc:
        """Return `text` as spaCy reads it."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # scispaCy's matcher warns on texts without a match
            return self.nlp(text)

    def sentences(self, text: str) -> Iterator[tuple[int, int, tuple[tuple[int, int], ...]]]:
        """Yield (start, end, tokens) of each sentence of `text`, in its code points; the space may be missing."""
        start = 0
        for end in [*(match.end() for match in NO_SPACE.finditer(text)), len(text)]:
            doc = self.nlp(text[start:end], disable=["abbreviation_detector"])
            for first, last, tokens in self.split(doc):
                yield start + first, start + last, tuple((start + one, start + other) for one, other in tokens)
            start = end

    def split(self, doc: Doc) -> Iterator[tuple[int, int, tuple[tuple[int, int], ...]]]:
        """Yield each sentence's start, end and tokens (start, end), all in code points of the text.

        A sentence whose next word is written small goes on: `JAK2 vs. wild type`.
        """
        start = 0
        sentences = [sentence for sentence in doc.sents if sentence.text.strip()]
        for index, sentence in enumerate(sentences):
            following = sentences[index + 1].text.strip() if index + 1 < len(sentences) else ""
            first_word = following.split(" ")[0]
            if first_word.isalpha() and first_word.islower() and not sentence.text.rstrip().endswith(("!", "?")):
                continue
            span = doc[start : sentence.end]
            start = sentence.end
            if span.text.strip():
                tokens = [token for token in span if not token.is_space]
                yield (
                    tokens[0].idx,
                    tokens[-1].idx + len(tokens[-1]),
                    tuple((token.idx, token.idx + len(token)) for token in tokens),
                )

    def definitions(self, text: str) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
        """Yield (short form, long form) spans that `text` defines, in its code points.

        A long text is read in pieces, as scispaCy takes each bracket with every later one: time by the square.
        """
        for start, end in cut_pieces(text):
            for spans in self.abbreviations(self.read(text[start:end])):
                yield tuple((start + first, start + last) for first, last in spans)  # type: ignore[misc]

    def abbreviations(self, doc: Doc) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
        """Yield (short form, long form) spans that `doc` defines, in code points of its text."""
        for short in doc._.abbreviations:
            long = short._.long_form
            yield (short.start_char, short.end_char), (long.start_char, long.end_char)


def cut_pieces(text: str) -> Iterator[tuple[int, int]]:
    """Yield (start, end) of pieces of `text`, each up to LONGEST_READ long, cut behind a sentence or else a word."""
    start = 0
    while len(text) - start > LONGEST_READ:
        stop = start + LONGEST_READ
        places = (text.rfind(mark, start, stop) for mark in (". ", " "))
        end = next((place + 1 for place in places if place >= start), stop)
        yield start, end
        start = end
    yield start, len(text)


def load_english(folder: Path, model: str = "") -> EnglishSegmenter:
    """Load the blank pipeline, or the installed spaCy model `model`; `folder` is lexicons/segment.

    Raises ModelError if the model is not installed.
    """
    import spacy
    from scispacy.abbreviation import AbbreviationDetector  # noqa: F401  (registers the component)
    from scispacy.custom_tokenizer import combined_rule_tokenizer

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # of scispaCy's token patterns under Python 3.11
        nlp = load_model(model) if model else spacy.blank("en")
        nlp.tokenizer = combined_rule_tokenizer(nlp)
    for row in read_rows(folder / "en.csv", ("text", "note")):
        if not row["text"]:
            raise LexiconError(
                row.path, row.number, "text", "the cell is empty", "write the abbreviation, or drop the row"
            )
        nlp.tokenizer.add_special_case(row["text"], [{"ORTH": row["text"]}])
    if "parser" not in nlp.pipe_names:
        nlp.add_pipe("sentencizer", config={"punct_chars": TERMINATORS})
    nlp.add_pipe("abbreviation_detector")
    return EnglishSegmenter(nlp, model)


def load_model(model: str) -> Language:
    """Return the installed spaCy model `model`, its parser kept for sentences; raise ModelError if it is not there."""
    import spacy

    try:
        return spacy.load(model, exclude=["ner", "lemmatizer"])
    except OSError as error:
        raise ModelError(
            f"the English model {model} is not installed; install its package into .venv, "
            "or leave --en-model away to use the blank pipeline"
        ) from error
