"""Plain text: bytes to characters, in the encodings in which Chinese and English texts come."""

from __future__ import annotations

import codecs
import re
from collections import Counter
from functools import cache
from typing import NamedTuple

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
FEW = 0.01
"""The share of characters, replaced for bytes that cannot be decoded, up to which a text is read."""
STRAY = 0.001
MOST_STRAY = 3
"""The share, and the number, up to which they are stray bytes in a text that is ASCII otherwise: more may be letters."""
TO_ONE_LOST = 10
"""So many characters that prove the encoding must there be to one that cannot be decoded."""
WESTERN = "cp1252"
WESTERN_SIGNS = frozenset("€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ\xa0\xad©«®°±²³´µ¶·¹»¼½¾×ØßàáâãäåæçèéêëìíîïñòóôöøùúûüýÄÅÇÈÉÖÜ÷")
"""What English texts in that encoding have beyond ASCII.

Not what curly quotes of a Macintosh turn to (Ò, Ó) or Greek letters in Big5 (£).
"""
HIGH_RUN = re.compile(b"[\x80-\xff]+")
MANY_HIGH = 0.1
"""The share of bytes beyond ASCII above which a text is not English in WESTERN."""
ALONE = 0.9
"""The share of bytes beyond ASCII that in such a text have only ASCII beside them; in Chinese they come in pairs."""
HALVES = ("utf-16-le", "utf-16-be")
ORDINARY = re.compile(r"[\t\n\r\x20-\x7e\u00a0-\u00ff\u0370-\u03ff\u2010-\u203a\u3000-\u301f\u4e00-\u9fff\uff00-\uff5e]")
SURELY = 0.98
"""The share of ordinary characters from which NUL bytes are halves of UTF-16 and no sign of a binary file."""
NO_TEXT = re.compile("[^\\s\\x00-\\x1f\ufffd]")
CONTROL = re.compile("[\\x00-\\x08\\x0e-\\x1f]")


class Decoded(NamedTuple):
    """A text, the encoding that gives it, and how often U+FFFD stands in it for bytes that cannot be decoded.

    `open(path, encoding=encoding, errors="replace", newline="").read()` is `text`.
    """

    text: str
    encoding: str
    replaced: int = 0


def decode(data: bytes) -> Decoded:
    """Return the text of `data`, `\\r\\n` kept, with its encoding; few undecodable bytes are replaced and counted.

    Raises ReadError: empty, another kind of file, no text, undecodable bytes.
    """
    if not data.strip():
        raise ReadError("the file is empty: export the text again or remove the file")
    for mark, kind in FILES_OF_OTHER_KINDS:
        if data.startswith(mark):
            raise ReadError(f"the file is {kind}, not plain text: export its text to a .txt file in UTF-8 first")
    decoded = decode_marked(data) or decode_unmarked(data)
    check_text(decoded.text)
    return decoded


def decode_marked(data: bytes) -> Decoded | None:
    """Return what the byte order mark of `data` says it is, or None if it has none; raise ReadError if it is not that."""
    for mark, encoding in MARKS:
        if data.startswith(mark):
            decoded = decode_as(data, encoding)
            if not is_few(decoded):
                raise undecodable(data, encoding)
            return decoded
    return None


def decode_unmarked(data: bytes) -> Decoded:
    """Return `data` as UTF-8 if it is that, else as English in Windows-1252 or the likelier of the Chinese encodings.

    Raises ReadError, which names the first wrong byte of what it is most likely meant to be.
    """
    if b"\x00" in data:
        return decode_halves(data)
    own = decode_as(data, "utf-8")
    if not own.replaced or is_damaged_utf8(own):
        return own
    broken = is_broken_utf8(data)
    found = None if broken else decode_western(data) or decode_chinese(data)
    if found is None and own.replaced > min(STRAY * len(own.text), MOST_STRAY):
        raise undecodable(data, "utf-8" if broken else likeliest(data))
    return found or own


def decode_as(data: bytes, encoding: str) -> Decoded:
    """Return `data` in the encoding, every undecodable byte replaced."""
    text = data.decode(encoding, "replace")
    lost = text.count("\ufffd")
    return Decoded(text, encoding, lost and lost - data.decode(encoding, "ignore").count("\ufffd"))


def is_few(decoded: Decoded) -> bool:
    """Tell whether so few bytes were undecodable that the text can be read."""
    return decoded.replaced <= FEW * len(decoded.text)


def is_damaged_utf8(decoded: Decoded) -> bool:
    """Tell whether a text is UTF-8 but for few bytes: its own three-byte characters show it."""
    longer = sum(map(decoded.text.count, {char for char in decoded.text if char >= "\u0800"})) - decoded.replaced
    return is_few(decoded) and longer >= max(FEW_CHARACTERS, TO_ONE_LOST * decoded.replaced)


def is_broken_utf8(data: bytes) -> bool:
    """Tell whether the bytes before the first wrong one show that the file is meant to be UTF-8."""
    head = data[: first_wrong(data, "utf-8")].decode("utf-8")
    return sum(1 for char in head if char >= "\u0800") >= FEW_CHARACTERS


def decode_halves(data: bytes) -> Decoded:
    """Return `data`, which holds NUL bytes, as UTF-16 without a mark if that is sure; raise ReadError if it is not."""
    for encoding in HALVES:
        decoded = decode_as(data, encoding)
        if is_few(decoded) and len(ORDINARY.findall(decoded.text)) >= SURELY * len(decoded.text):
            return decoded
    raise ReadError("the file holds NUL bytes, so it is no text: export its text to a .txt file in UTF-8 first")


def decode_western(data: bytes) -> Decoded | None:
    """Return `data` as English text in Windows-1252, or None: few signs beyond ASCII, each by itself, none unusual.

    It is asked before the Chinese encodings, as Big5 takes `37 °C` for a character.
    """
    runs = HIGH_RUN.findall(data)
    high = sum(map(len, runs))
    if high > MANY_HIGH * len(data) or sum(len(run) == 1 for run in runs) < ALONE * high:
        return None
    decoded = decode_as(data, WESTERN)
    signs = {char for char in decoded.text if char > "\x7f"}
    return decoded if signs <= WESTERN_SIGNS else None


def decode_chinese(data: bytes) -> Decoded | None:
    """Return `data` in the Chinese encoding with the larger share of everyday characters, or None."""
    candidates = []
    for encoding in CHINESE:
        decoded = decode_as(data, encoding)
        chinese = count_chinese(decoded.text)
        if is_few(decoded) and chinese.total() >= TO_ONE_LOST * decoded.replaced:
            candidates.append((share_everyday(chinese), decoded))
    share, best = max(candidates, key=lambda candidate: candidate[0], default=(0.0, None))
    return best if share >= PLAUSIBLE else None


def likeliest(data: bytes) -> str:
    """Return the encoding, of those in question, in which the fewest bytes of `data` are wrong."""
    chinese = [decoded for decoded in (decode_as(data, encoding) for encoding in CHINESE)
               if share_everyday(count_chinese(decoded.text)) >= PLAUSIBLE]  # fmt: skip
    return min((decode_as(data, "utf-8"), *chinese), key=lambda decoded: decoded.replaced).encoding


def count_chinese(text: str) -> Counter[str]:
    """Return how often each character of `text` stands there that is neither of the Latin or Greek script nor a sign."""
    return Counter(char for char in text if char > "\u03ff" and not "\u2000" <= char <= "\u33ff" and char < "\uff00")


def share_everyday(counts: Counter[str]) -> float:
    """Return which share of the characters of a text, counted by `count_chinese`, are everyday Chinese ones.

    All of them if there are none: English with Greek letters or quotes of a Chinese encoding.
    """
    everyday = load_everyday()
    return sum(count for char, count in counts.items() if char in everyday) / counts.total() if counts else 1.0


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


def first_wrong(data: bytes, encoding: str) -> int:
    """Return the place of the first byte that `encoding` cannot decode, or the end."""
    try:
        data.decode(encoding)
    except UnicodeDecodeError as error:
        return error.start
    return len(data)


def undecodable(data: bytes, encoding: str) -> ReadError:
    """Return the ReadError for the bytes at which decoding failed in the likeliest encoding."""
    start = first_wrong(data, encoding)
    value = " ".join(f"{byte:02x}" for byte in data[start : start + 2])
    return ReadError(
        f"undecodable bytes: neither UTF-8 nor Chinese nor Windows-1252; read as {encoding}, "
        f"{decode_as(data, encoding).replaced:,} are wrong, the first at byte {start} ({value}): save the file as UTF-8"
    )


def check_text(text: str) -> None:
    """Raise ReadError if `text` holds nothing to read or too many control characters."""
    if not NO_TEXT.search(text):
        raise ReadError("the file holds no text, only white space: export the text again or remove the file")
    if len(CONTROL.findall(text)) > 0.02 * len(text):
        raise ReadError("the file is full of control characters, so it is no text: export its text to a .txt file")
