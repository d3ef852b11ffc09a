"""The hot modules as machine code: which they are, where they lie, and that they are taken only if they are up to date.

`make` compiles them with mypyc where the machine has a C compiler; without one, the same modules run as Python, slower and
with the same result. LITMINE_INTERPRETED=1 leaves the compiled ones aside.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

MODULES = (
    "abbreviations", "affixes", "brackets", "candidates", "clean", "coordinated", "elements", "enumerations", "frames", "glosses",
    "hits", "ids", "layout", "loose", "modifications", "recognise", "relate", "repairs", "rows", "scope", "sites",
    "statements", "subjects", "text",
)  # fmt: skip
"""None whose records the cached lexicon holds: pickle cannot give back the frozen dataclasses that mypyc makes."""
PACKAGE = Path(__file__).parent


@cache
def code_digest() -> str:
    """Return a hash over the modules of this package: what an older code made is told from what this one makes."""
    total = hashlib.sha256()
    for path in sorted(PACKAGE.rglob("*.py")):
        total.update(path.read_bytes())
    return total.hexdigest()


def compiled_folder() -> Path:
    """Return the folder of the modules compiled from this very code for this Python, whether it is there or not."""
    return Path(sys.prefix) / "compiled" / f"{sys.implementation.cache_tag}-{code_digest()[:16]}"


def places(own: list[str]) -> list[str]:
    """Return where the modules of this package are looked for: `own`, and before it the compiled ones, if they are there."""
    if os.environ.get("LITMINE_INTERPRETED") or not (folder := compiled_folder() / PACKAGE.name).is_dir():
        return own
    return [str(folder), *own]


def is_compiled(function: Callable[..., object]) -> bool:
    """Tell whether `function` runs as machine code."""
    return not hasattr(function, "__code__")
