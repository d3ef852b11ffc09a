"""Files in, decoded text out: one module a format, registered by suffix."""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path, PurePosixPath

from pipeline.errors import ReadError
from pipeline.readers import plain
from pipeline.records import SourceText

__all__ = ["ReadError", "doc_ids", "find_files", "read", "show_path"]

Reader = Callable[[bytes], plain.Decoded]
"""A file's bytes in, its text, the name of its encoding and the number of replaced bytes out; raises ReadError."""

READERS: dict[str, Reader] = {"": plain.decode, ".txt": plain.decode, ".md": plain.decode}
HIDDEN = (".", "~$")
"""What the names of hidden files and of word processors' lock files begin with."""
JUNK = frozenset(("thumbs.db", "desktop.ini"))
HOME = ".litmine"
"""The folder by which a folder of tables is known."""
LONGEST_LINE = 1_000_000
"""Code points; longer lines are no prose and would hold up the run."""


def find_files(corpus: Path) -> list[Path]:
    """Return the files below the folder `corpus`, sorted by path, each folder seen once.

    Left out are hidden files, what operating systems and word processors leave (JUNK), and folders of tables below it.

    Files without a reader are in the list, so that the run can report them. Raises ReadError if there is no folder.
    """
    if not corpus.is_dir():
        problem = "is no folder" if corpus.exists() else "does not exist"
        raise ReadError(f"{corpus} {problem}. Give the folder that holds the texts.")
    return sorted(walk(corpus, set()), key=lambda path: path.relative_to(corpus).as_posix())


def walk(folder: Path, seen: set[Path]) -> list[Path]:
    """Return the visible files below `folder`, and the folders that cannot be opened, so that the run reports them.

    `seen` holds the real paths of the folders already visited; a folder of tables below the first holds no texts.
    """
    real = folder.resolve()
    if real in seen:
        return []
    if not os.access(folder, os.R_OK | os.X_OK):
        return [folder]
    if seen and (folder / HOME).is_dir():
        return []
    seen.add(real)
    files = []
    for path in sorted(folder.iterdir()):
        if path.name.startswith(HIDDEN) or path.name.lower() in JUNK:
            continue
        files += walk(path, seen) if path.is_dir() else [path]
    return files


def show_path(path: Path, corpus: Path) -> str:
    """Return the place of `path` under `corpus` as the tables have it; bytes that are no UTF-8 as escapes (`\\udcd6`)."""
    return path.relative_to(corpus).as_posix().encode("utf-8", "backslashreplace").decode()


def doc_ids(paths: list[Path], corpus: Path) -> dict[Path, str]:
    """Return the doc_id of each path: its place under `corpus` without suffix; with it where two would be the same."""
    names = {path: show_path(path, corpus) for path in paths}
    stems = {path: strip_suffix(name) for path, name in names.items()}
    count = Counter(stems.values())
    taken = Counter(stem if count[stem] == 1 else names[path] for path, stem in stems.items())
    return {
        path: stem if count[stem] == 1 and taken[stem] == 1 else names[path] for path, stem in stems.items()
    }


def strip_suffix(name: str) -> str:
    """Return the relative path `name` without the suffix of its file (`a/b.v2.txt` gives `a/b.v2`)."""
    return PurePosixPath(name).with_suffix("").as_posix()


def read(path: Path, corpus_root: Path, doc_id: str | None = None) -> SourceText:
    """Return the decoded text of the file `path` below `corpus_root`, line ends kept.

    Without `doc_id` the name is worked out from the folder's present neighbours of the same stem.
    Raises ReadError with the reason and what to do.
    """
    suffix = path.suffix.lower()
    if path.is_dir():
        raise ReadError("the folder cannot be opened: change its rights")
    if path.exists() and not path.is_file():
        raise ReadError("is no ordinary file (a pipe, a device): take it out of the folder")
    if suffix not in READERS:
        raise ReadError(f"no reader for {suffix}: export the text to a .txt file in UTF-8")
    data = load(path)
    decoded = READERS[suffix](data)
    check_lines(decoded.text)
    return SourceText(
        doc_id=doc_id or name_alone(path, corpus_root),
        path=show_path(path, corpus_root),
        sha256=hashlib.sha256(data).hexdigest(),
        format=suffix.lstrip(".") or "txt",
        encoding=decoded.encoding,
        text=decoded.text,
        replaced=decoded.replaced,
    )


def load(path: Path) -> bytes:
    """Return the bytes of the file `path`; raises ReadError in plain words if that fails."""
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise ReadError("the file has disappeared or its link leads nowhere: put it back") from error
    except PermissionError as error:
        raise ReadError("no permission to read the file: change its rights") from error
    except OSError as error:
        raise ReadError(f"the file cannot be read ({error.strerror or error}): check the disk") from error


def check_lines(text: str) -> None:
    """Raise ReadError if a line of `text` is longer than LONGEST_LINE."""
    if len(text) <= LONGEST_LINE:
        return
    for number, line in enumerate(text.split("\n"), start=1):
        if len(line) > LONGEST_LINE:
            raise ReadError(
                f"line {number} has {len(line):,} characters, more than {LONGEST_LINE:,}: break it into paragraphs"
            )


def name_alone(path: Path, corpus_root: Path) -> str:
    """Return the doc_id of `path` as `doc_ids` would, looking only at the files beside it."""
    try:
        twins = [twin for twin in path.parent.iterdir() if twin.stem == path.stem and not twin.is_dir()]
    except OSError:
        twins = []
    return doc_ids(sorted({*twins, path}), corpus_root)[path]
