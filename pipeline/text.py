"""Small `str -> str` verbs on text, and the one key by which lexicon and text are compared."""

from __future__ import annotations

import re
import unicodedata

HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
"""The body of a character class for Chinese characters (CJK ideographs of the basic plane)."""

HAN_RUN = re.compile(f"[{HAN}]+")
GREEK = {  # the letter's name, as English texts spell it
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "ζ": "zeta", "η": "eta",
    "θ": "theta", "ι": "iota", "κ": "kappa", "λ": "lambda", "μ": "mu", "ν": "nu", "ξ": "xi",
    "ο": "omicron", "π": "pi", "ρ": "rho", "σ": "sigma", "ς": "sigma", "τ": "tau", "υ": "upsilon",
    "φ": "phi", "χ": "chi", "ψ": "psi", "ω": "omega",
}  # fmt: skip
LOOK_ALIKE = str.maketrans({"ɑ": "α", "ɛ": "ε", "µ": "μ", "ϰ": "κ", "ϕ": "φ", "’": "'", "′": "'"})
SEPARATOR = "\x1f"
"""Stands in a key wherever a Latin word or a number begins or ends."""

WORD = re.compile(f"[A-Za-z\u00c0-\u024f]+|[0-9]+|[Α-Ωα-ως]|[{HAN}]+|[^\\s\\-A-Za-z0-9]")
PLURAL = re.compile(r"([A-Z]{2,})s")  # JAKs, STATs, IFNs: the s is no part of the name


def normalise(text: str) -> str:
    """Fold width, ligatures and look-alike letters of `text`; the length may change."""
    return unicodedata.normalize("NFKC", text.translate(LOOK_ALIKE)).translate(LOOK_ALIKE)


def split_key(text: str) -> list[tuple[str, int, int]]:
    """Return the parts of `text` that count in a comparison: (folded part, start, end) in code points of `text`.

    Spaces and hyphens do not count, nor does case, nor the plural s behind capitals; a Greek letter is its name.
    """
    parts = []
    for match in WORD.finditer(text):
        word, start, end = match.group(), match.start(), match.end()
        if plural := PLURAL.fullmatch(word):
            word, end = plural.group(1), end - 1
        parts.append((GREEK.get(word.lower(), word.lower()), start, end))
    return parts


def key(text: str) -> str:
    """Return the form by which a lexicon name and a stretch of text are compared (`IL-6`, `IL 6` and `il6` agree)."""
    folded = "".join(bounded(part) for part, _, _ in split_key(normalise(text)))
    return folded.replace(SEPARATOR * 2, SEPARATOR)


def bounded(part: str) -> str:
    """Return `part` with separators at both ends if it is a Latin word or a number, so that none matches inside one."""
    return f"{SEPARATOR}{part}{SEPARATOR}" if part[0].isalnum() and not HAN_RUN.match(part) else part


def slug(text: str) -> str:
    """Return `text` as the local part of a `litmine:` id: lower case, words joined by hyphens, Chinese kept."""
    return re.sub(f"[^0-9a-z{HAN}]+", "-", normalise(text).lower()).strip("-")
