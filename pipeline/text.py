"""Small `str -> str` verbs on text, and the one key by which lexicon and text are compared."""

from __future__ import annotations

import re
import unicodedata
from array import array
from dataclasses import dataclass

from pipeline.script import HAN, simplify

PLAIN_HAN = re.compile("[㐀-䶿一-鿿]+")  # without the compatibility forms
GREEK = {  # the letter's name, as English texts spell it
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "ζ": "zeta", "η": "eta",
    "θ": "theta", "ι": "iota", "κ": "kappa", "λ": "lambda", "μ": "mu", "ν": "nu", "ξ": "xi",
    "ο": "omicron", "π": "pi", "ρ": "rho", "σ": "sigma", "ς": "sigma", "τ": "tau", "υ": "upsilon",
    "φ": "phi", "χ": "chi", "ψ": "psi", "ω": "omega",
}  # fmt: skip
ROMAN = {"Ⅰ": "i", "Ⅱ": "ii", "Ⅲ": "iii", "Ⅳ": "iv", "Ⅴ": "v", "Ⅵ": "vi", "Ⅶ": "vii", "Ⅷ": "viii", "Ⅸ": "ix", "Ⅹ": "x"}
APOSTROPHES = "’‘′´ʼ＇"
"""What texts write for an apostrophe: quotes, a prime, an accent, the letter, the wide one; a key has the plain one."""

LOOK_ALIKE = str.maketrans({"ɑ": "α", "ɛ": "ε", "µ": "μ", "ϰ": "κ", "ϕ": "φ", **dict.fromkeys(APOSTROPHES, "'")})
SEPARATOR = "\x1f"
"""Stands in a key wherever a Latin word or a number begins or ends."""

LATIN = "A-Za-z\u00c0-\u024f"
LETTER = "Α-Ωα-ωɑɛµϰϕ"
WORD = re.compile(
    f"(?P<plain>\n|[^\\s\\-‐⁃–—{LATIN}0-9{LETTER}Ⅰ-Ⅹ]+)"
    f"|(?P<phospho>p(?=[A-Z]{{2}}|[A-Z][a-z]{{2,}}(?![A-Za-z])))|(?P<recombinant>r[hm]u?(?=[A-Z]{{2}}))|(?P<plural>[A-Z]{{2,}}(?=s(?![A-Za-z])))s|(?P<word>[{LATIN}]+|[0-9]+)"
    f"|(?P<greek>[{LETTER}])|(?P<roman>[Ⅰ-Ⅹ])"
)


@dataclass(frozen=True)
class Folded:
    """A text as keys are compared; character i of `text` stands for `source[starts[i]:ends[i]]`."""

    text: str
    starts: array[int]
    ends: array[int]


def normalise(text: str) -> str:
    """Fold width, ligatures and look-alike letters of `text`; the length may change."""
    return unicodedata.normalize("NFKC", text.translate(LOOK_ALIKE)).translate(LOOK_ALIKE)


def fold(text: str) -> Folded:
    """Return `text` with all that does not count in a comparison taken out, and the way back.

    Spaces and hyphens do not count, nor do case, script, or the plural s behind capitals; a Greek letter is its name.
    Latin words and numbers stand between separators, so that no name matches inside one.
    """
    parts: list[str] = []
    starts, ends = array("I"), array("I")
    places = array("I", range(len(text) + 1))
    bounded = False
    plain = simplify(text)
    for sign in APOSTROPHES:
        plain = plain.replace(sign, "'")
    for match in WORD.finditer(plain):
        (start, end), kind = match.span(), match.lastgroup
        if kind == "plain":
            if bounded:
                parts.append(SEPARATOR)
                starts.append(start)
                ends.append(start)
            bounded = False
            parts.append(match.group())
            starts += places[start:end]
            ends += places[start + 1 : end + 1]
        elif kind:
            part = SEPARATOR + spell(kind, match[kind])
            bounded = True
            parts.append(part)
            starts += places[start : start + 1] * len(part)
            ends += places[end : end + 1] * len(part)
    if bounded:
        parts.append(SEPARATOR)
        starts.append(len(text))
        ends.append(len(text))
    return Folded("".join(parts), starts, ends)


def spell(kind: str, part: str) -> str:
    """Return a Latin word, a number or a letter as it counts in a comparison: a Greek letter is its name."""
    if kind == "greek":
        return GREEK[part.translate(LOOK_ALIKE).lower()]
    part = ROMAN[part] if kind == "roman" else part
    lower = part.lower()
    return lower if len(lower) == len(part) else part


def key(text: str) -> str:
    """Return the form by which a lexicon name and a stretch of text are compared (`IL-6`, `IL 6` and `il6` agree)."""
    if PLAIN_HAN.fullmatch(text):
        return simplify(text)  # nothing else in it could change
    return fold(text if text.isascii() else normalise(text)).text


def slug(text: str) -> str:
    """Return `text` as the local part of a `litmine:` id: lower case, words joined by hyphens, Chinese kept."""
    return re.sub(f"[^0-9a-z{HAN}]+", "-", normalise(text).lower()).strip("-")
