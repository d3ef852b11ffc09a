"""Plain text: bytes to characters, in the encodings in which Chinese and English texts come."""

from __future__ import annotations

import codecs
import re
from collections import Counter
from functools import cache

from pipeline.errors import ReadError

MARKS = (  # the longer mark first: UTF-32's begins with UTF-16's
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
FILES_OF_OTHER_KINDS = (
    (b"%PDF", "a PDF"),
    (b"PK\x03\x04", "a zip archive (.docx, .epub …)"),
    (b"\xd0\xcf\x11\xe0", "an old Office file (.doc)"),
    (b"{\\rtf", "a rich text file"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"\x1f\x8b", "a gzip archive"),
)
CHINESE = ("gb18030", "big5")
FIRST_LEVELS = (  # encoding, first and last lead byte of its everyday characters
    ("gb2312", 0xB0, 0xD7),
    ("big5", 0xA4, 0xC6),
)
PLAUSIBLE = 0.7
"""The share of everyday characters among the Chinese ones below which a text is not in that encoding."""
FEW_CHARACTERS = 3
"""So many three-byte characters in UTF-8 are no accident of another encoding."""
NO_TEXT = re.compile("[^\\s\\x00-\\x1f\ufffd]")
CONTROL = re.compile("[\\x00-\\x08\\x0e-\\x1f]")


def decode(data: bytes) -> tuple[str, str]:
    """Return the text of `data`, `\\r\\n` kept, and the encoding that gives it (`open(path, encoding=…)`).

    Raises ReadError: empty, another kind of file, no text, undecodable bytes.
    """
    if not data.strip():
        raise ReadError("the file is empty: export the text again or remove the file")
    for mark, kind in FILES_OF_OTHER_KINDS:
        if data.startswith(mark):
            raise ReadError(f"the file is {kind}, not plain text: export its text to a .txt file in UTF-8 first")
    text, encoding = decode_marked(data) or decode_unmarked(data)
    check_text(text)
    return text, encoding


def decode_marked(data: bytes) -> tuple[str, str] | None:
    """Return text and encoding by the byte order mark of `data`, or None if it has none."""
    for mark, encoding in MARKS:
        if data.startswith(mark):
            try:
                return data.decode(encoding), encoding
            except UnicodeDecodeError as error:
                raise undecodable(data, error) from error
    return None


def decode_unmarked(data: bytes) -> tuple[str, str]:
    """Return text and encoding of `data`: UTF-8 if it is, else the likelier of the Chinese encodings."""
    if b"\x00" in data:
        raise ReadError("the file holds NUL bytes, so it is no text: export its text to a .txt file in UTF-8 first")
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError as error:
        found = None if is_broken_utf8(data[: error.start]) else decode_chinese(data)
        if found is None:
            raise undecodable(data, error) from error
        return found


def is_broken_utf8(head: bytes) -> bool:
    """Tell whether the bytes before the first wrong one show that the file is meant to be UTF-8."""
    return sum(1 for char in head.decode("utf-8") if char >= "\u0800") >= FEW_CHARACTERS


def decode_chinese(data: bytes) -> tuple[str, str] | None:
    """Return text and encoding of the Chinese encoding with the larger share of everyday characters, or None."""
    candidates = []
    for encoding in CHINESE:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        candidates.append((share_everyday(text), encoding, text))
    share, encoding, text = max(candidates, default=(0.0, "", ""))
    return (text, encoding) if share >= PLAUSIBLE else None


def share_everyday(text: str) -> float:
    """Return which share of the characters of `text` beyond ASCII and punctuation are everyday Chinese ones."""
    everyday = load_everyday()
    counts = Counter(char for char in text if char > "\u03ff" and not "\u2000" <= char <= "\u33ff" and char < "\uff00")
    return sum(count for char, count in counts.items() if char in everyday) / max(1, counts.total())


@cache
def load_everyday() -> frozenset[str]:
    """Return the first levels of the two standards: about 7,000 characters, simplified and traditional."""
    cells = (
        bytes((lead, trail)).decode(encoding, "ignore")
        for encoding, first, last in FIRST_LEVELS
        for lead in range(first, last + 1)
        for trail in range(0x40, 0xFF)
    )
    return frozenset(cell for cell in cells if len(cell) == 1)


def undecodable(data: bytes, error: UnicodeDecodeError) -> ReadError:
    """Return the ReadError for the bytes at which decoding failed."""
    value = " ".join(f"{byte:02x}" for byte in data[error.start : error.start + 2])
    return ReadError(
        f"undecodable bytes: neither UTF-8 nor a Chinese encoding, first at byte {error.start} ({value}): "
        "save the file as UTF-8"
    )


def check_text(text: str) -> None:
    """Raise ReadError if `text` holds nothing to read or too many control characters."""
    if not NO_TEXT.search(text):
        raise ReadError("the file holds no text, only white space: export the text again or remove the file")
    if len(CONTROL.findall(text)) > 0.02 * len(text):
        raise ReadError("the file is full of control characters, so it is no text: export its text to a .txt file")
