"""Chinese script: which characters are Chinese, and traditional characters as simplified ones, by OpenCC."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cached_property, lru_cache

HAN_BLOCKS = ((0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF))
HAN = "".join(f"{chr(first)}-{chr(last)}" for first, last in HAN_BLOCKS)
"""The body of a character class for Chinese characters (CJK ideographs of the basic plane)."""

HAN_RUN = re.compile(f"[{HAN}]+")


class Simplified(dict[int, str]):
    """A table for `str.translate` from traditional to simplified characters, one by one (OpenCC's `t2s`)."""

    def __missing__(self, character: int) -> str:
        own = chr(character)
        simple = self.convert(own) if HAN_RUN.fullmatch(own) else own
        self[character] = simple if len(simple) == 1 else own
        return self[character]

    @cached_property
    def convert(self) -> Callable[[str], str]:
        """OpenCC's conversion, loaded when the first Chinese character comes."""
        import opencc

        converter: Callable[[str], str] = opencc.OpenCC("t2s").convert
        return converter

    @cached_property
    def traditional(self) -> re.Pattern[str]:
        """The expression that finds a character which is written otherwise in simplified script."""
        letters = [chr(code) for first, last in HAN_BLOCKS for code in range(first, last + 1)]
        simple = self.convert("\n".join(letters)).split("\n")
        changed = [one for one, other in zip(letters, simple, strict=True) if one != other]
        return re.compile(f"[{''.join(changed)}]")


SIMPLIFIED = Simplified()


@lru_cache(maxsize=1)  # a document's text is asked for more than once
def simplify(text: str) -> str:
    """Return `text` in simplified script, character by character: the offsets stay."""
    if not HAN_RUN.search(text) or not SIMPLIFIED.traditional.search(text):
        return text  # most texts: asking is faster than going through all characters
    return text.translate(SIMPLIFIED)
