"""Lexicon rows, checked and compiled into one index of names."""

from __future__ import annotations

import gc
import hashlib
import os
import pickle
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import ahocorasick

from pipeline import __version__
from pipeline.affixes import Affixes, load_affixes
from pipeline.candidates import load_ordinary
from pipeline.enumerations import Enumerations, load_enumerations
from pipeline.errors import LexiconError
from pipeline.glosses import Leads, load_leads
from pipeline.lexicon_check import check_lexicons
from pipeline.lexicon_rows import (
    BACKGROUND,
    BORDER_COLUMNS,
    CLUE_COLUMNS,
    CORE,
    ENDING_COLUMNS,
    SHAPE_COLUMNS,
    WRONG,
    Concept,
    Confusables,
    Name,
    Shape,
    check_again,
    check_common,
    check_parents,
    find_spreadsheets,
    make_names,
    make_shape,
    names_of,
    read_background,
    read_class_words,
    read_common,
    read_confusables,
    read_entities,
    read_guards,
    read_wrong,
    shared_names,
    unpack_background,
)
from pipeline.script import HAN_RUN
from pipeline.tables import Row, read_rows
from pipeline.text import SEPARATOR, key

__all__ = [
    "BACKGROUND",
    "CORE",
    "WRONG",
    "Concept",
    "Lexicon",
    "Name",
    "Shape",
    "check_lexicons",
    "chinese_names",
    "load_lexicon",
    "lookup",
]
SYMBOL = re.compile("[!-~\u0370-\u03ff]+")
LATIN_WORD = re.compile("[A-Za-z]{3,}")
WORD_START = 5  # letters by which words are compared, so that endings do not count
LONGEST_WORD = 20  # characters of a Latin name that a Chinese text holds as one word


@dataclass(frozen=True)
class Lexicon:
    """All names by their keys, and what else recognition goes by.

    `names` and `background` hold a line a name, as the cache does (a class for each of a hundred thousand names would
    take a second to load): `claims` reads them. `background` has the genes of HGNC and the families of FamPlex by the
    names that the core has not, `others` those outside the core: symbol and name by id.
    """

    concepts: Mapping[str, Concept]
    names: Mapping[str, str]
    background: Mapping[str, str]
    others: Mapping[str, str]
    automaton: ahocorasick.Automaton
    shapes: tuple[Shape, ...]
    anchors: ahocorasick.Automaton
    stop_words: frozenset[str]
    borders: frozenset[str]
    classes: tuple[str, ...]
    digest: str
    enumerations: Enumerations
    affixes: Affixes
    leads: Leads
    long_names: tuple[str, ...] = ()
    clues: Mapping[str, str] = field(default_factory=dict)
    ordinary: tuple[re.Pattern[str], ...] = ()
    endings: tuple[str, ...] = ()
    gene_clues: tuple[str, ...] = ()
    _read: dict[str, tuple[Name, ...]] = field(default_factory=dict, compare=False, repr=False)
    _parts: dict[str, set[str]] = field(default_factory=dict, compare=False, repr=False)

    def concept(self, concept_id: str) -> Concept:
        """Return the concept with this id; one that no lexicon has (a shape's) is not known here: KeyError."""
        if concept_id in self.others:
            return Concept(concept_id, "gene", self.others[concept_id].split("\t")[0], "")
        return self.concepts[concept_id]

    def claims(self, spelled: str) -> tuple[Name, ...]:
        """Return the names with the key `spelled`: the lexicon's, else that of the background."""
        if spelled not in self._read:
            names = [unpack(line) for line in self.names.get(spelled, "").split("\n") if line]
            entry = self.background.get(spelled)
            if entry and all(name.source == WRONG for name in names):
                names.extend(unpack_background(entry, self.gene_clues))
            self._read[spelled] = tuple(names)
        return self._read[spelled]

    def can_mean(self, long: str, concept_id: str) -> bool:
        """Tell whether the long form of an abbreviation may name a concept: it has a word or two characters of a name.

        A Chinese long form says nothing of a concept that has no Chinese name; a gene of the background has none, and
        its symbol is not taken for it. In English its long form may also say what sort of molecule it is.
        """
        if concept_id in self.others:
            sorts = {part for clue in self.gene_clues for part in parts_of(clue)}
            known = sorts | self.parts(concept_id)
            return not HAN_RUN.search(long) and not parts_of(long).isdisjoint(known)
        own = self.parts(concept_id)
        parts = parts_of(long)
        if HAN_RUN.search(long) and not any(HAN_RUN.match(part) for part in own):
            return True
        return not parts.isdisjoint(own)

    def begin(self, short: str, concept_id: str) -> bool:
        """Tell whether a Latin word, or as much of it as is known of a name, begins a name of a concept: `Dox`, `Sal`."""
        start = short[:WORD_START].lower()
        return any(part.startswith(start) for part in self.parts(concept_id))

    def says_more(self, long: str, concept_id: str) -> bool:
        """Tell whether a long form has a word, or two characters, that no name of a concept has."""
        return not parts_of(long) <= self.parts(concept_id)

    def called(self, concept_id: str) -> str:
        """Return the English name of a concept; empty for one that no lexicon has."""
        known = concept_id in self.others or concept_id in self.concepts
        return self.concept(concept_id).name_en if known else ""

    def parts(self, concept_id: str) -> set[str]:
        """Return the parts of a concept's names (`parts_of`), of a gene of the background those of symbol and name."""
        if concept_id in self.others:
            return parts_of(self.others[concept_id])
        if not self._parts:
            for lines in self.names.values():
                for line in lines.split("\n"):
                    text, owner, _ = line.split("\t", 2)
                    self._parts.setdefault(owner, set()).update(parts_of(text))
        return self._parts.get(concept_id, set())


def parts_of(text: str) -> set[str]:
    """Return the beginnings of the Latin words of `text` and the pairs of its Chinese characters."""
    words = {word[:WORD_START].lower() for word in LATIN_WORD.findall(text)}
    return words | {run[index : index + 2] for run in HAN_RUN.findall(text) for index in range(len(run) - 1)}


def pack(name: Name) -> str:
    """Return a name as one line."""
    return "\t".join(
        (
            name.text,
            name.concept_id,
            str(name.source),
            name.row,
            "1" if name.exact else "",
            "|".join(name.need),
            "|".join(name.avoid),
            name.type,
            str(name.inner[0]),
            str(name.inner[1]),
        )
    )


def unpack(line: str) -> Name:
    """Return the name that `pack` made a line of."""
    text, concept_id, source, row, exact, need, avoid, kind, first, last = line.split("\t")
    return Name(
        text,
        concept_id,
        int(source),
        row,
        bool(exact),
        tuple(filter(None, need.split("|"))),
        tuple(filter(None, avoid.split("|"))),
        kind,
        (int(first), int(last)),
    )


# --- the cache


def load_lexicon(folder: Path, cache: Path | None = None) -> Lexicon:
    """Load, check and compile the lexicons below `folder`; raise LexiconError at the first wrong row.

    The compiled index is kept in the folder `cache`, under the digest of all files, and taken from there next time; a
    cache that somebody else owns or may write to is not read, as its files could run code.
    """
    digest = digest_of(folder)
    kept = cache / f"lexicon-{code_digest()[:8]}-{digest[:16]}.pickle" if cache else None
    with without_collector():
        if kept and is_own(kept) and (lexicon := read_kept(kept)):
            return lexicon
        lexicon = compile_lexicon(folder, digest)
    if kept:
        keep(kept, pickle.dumps(lexicon))
    return lexicon


@contextmanager
def without_collector() -> Iterator[None]:
    """Stop the garbage collector: it would go through a hundred thousand strings made at once again and again."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def code_digest() -> str:
    """Return a hash over the modules that compile the lexicon: another version's cache is not taken."""
    modules = (
        "lexicon.py", "lexicon_rows.py", "affixes.py", "candidates.py", "enumerations.py", "glosses.py", "text.py",
    )  # fmt: skip
    return hashlib.sha256(b"".join((Path(__file__).parent / name).read_bytes() for name in modules)).hexdigest()


def is_own(path: Path) -> bool:
    """Tell whether this user, and nobody else, can write the file and its folder."""
    if not path.is_file():
        return False
    if not hasattr(os, "getuid"):
        return True
    return all(place.stat().st_uid == os.getuid() and not place.stat().st_mode & 0o022 for place in (path, path.parent))


def read_kept(path: Path) -> Lexicon | None:
    """Return the lexicon of a cache file, or None (and drop the file) if it is not whole."""
    try:
        lexicon = pickle.loads(path.read_bytes())
        return lexicon if isinstance(lexicon, Lexicon) else None
    except (pickle.UnpicklingError, EOFError, AttributeError, ImportError, ValueError, TypeError, IndexError):
        path.unlink(missing_ok=True)
        return None


def keep(path: Path, content: bytes) -> None:
    """Write `content` to the cache, whole or not at all; a cache that cannot be written is done without."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        for old in path.parent.glob("lexicon-*.pickle"):
            old.unlink(missing_ok=True)
        temporary = path.with_suffix(f".{os.getpid()}")
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as handle:
            handle.write(content)
        temporary.replace(path)
    except OSError:
        return


def digest_of(folder: Path) -> str:
    """Return a hash over all files of the lexicon folder and their names."""
    total = hashlib.sha256(__version__.encode())
    for path in sorted(folder.rglob("*.csv")):
        total.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return total.hexdigest()


# --- the index


def compile_lexicon(folder: Path, digest: str) -> Lexicon:
    """Read every file of the lexicon folder into one index; raise LexiconError at the first wrong row."""
    if not (folder / "entities").is_dir():
        raise LexiconError(
            folder / "entities", 1, "", "the folder is missing", "point --lexicons at a whole lexicon folder"
        )
    concepts, names = read_concepts(folder)
    classes = list(read_class_words(folder / "class_words.csv"))
    part_class_words(concepts, names, classes)
    clues = {row["text"].lower(): row["type"] for row in read_rows(folder / "clues.csv", CLUE_COLUMNS)}
    gene_clues = tuple(text for text, kind in clues.items() if kind == "gene")
    guards = read_guards(folder / "stop_words.csv")
    background, genes = read_background(sorted((folder / "background").glob("*.csv")), names, guards)
    long_names = tuple(sorted(text for text in names if is_long(text)))
    for spelled, name in read_wrong(folder / "wrong_matches.csv"):
        names.setdefault(spelled, []).append(name)
    borders = frozenset(row["text"] for row in read_rows(folder / "segment" / "borders.csv", BORDER_COLUMNS))
    shapes = tuple(map(make_shape, read_rows(folder / "shapes.csv", SHAPE_COLUMNS)))
    return Lexicon(
        concepts=concepts,
        names={text: "\n".join(map(pack, claims)) for text, claims in names.items()},
        background=background,
        others={owner: entry for owner, entry in genes.items() if owner not in concepts},
        automaton=make_automaton((*names, *background)),
        shapes=shapes,
        anchors=make_automaton((SEPARATOR, *(anchor for shape in shapes for anchor in shape.anchors if "#" not in anchor))),
        stop_words=guards.stops,
        borders=borders,
        classes=tuple(word for word, side in classes if side != "before" and SEPARATOR not in word),
        digest=digest,
        enumerations=load_enumerations(folder / "enumerations.csv"),
        affixes=load_affixes(folder / "affixes.csv"),
        leads=load_leads(folder / "gloss_words.csv"),
        long_names=long_names,
        clues=clues,
        ordinary=load_ordinary(folder / "no_candidates.csv"),
        endings=tuple(row["text"] for row in read_rows(folder / "endings.csv", ENDING_COLUMNS)),
        gene_clues=gene_clues,
    )


def read_concepts(folder: Path) -> tuple[dict[str, Concept], dict[str, list[Name]]]:
    """Return the concepts by id and the names by key of every file in lexicons/entities."""
    confusables = read_confusables(folder / "confusables")
    common = read_common(folder)
    concepts: dict[str, Concept] = {}
    names: dict[str, list[Name]] = {}
    shared: set[tuple[str, str]] = set()
    rows: dict[str, Row] = {}
    tied: list[Row] = []
    for error in find_spreadsheets(folder / "entities"):
        raise error
    for path in sorted((folder / "entities").glob("*.csv")):
        for row in read_entities(path):
            if row["id"] in rows:
                check_again(row, rows[row["id"]])
            if row["parents"]:
                tied.append(row)
            rows.setdefault(row["id"], row)
            concepts[row["id"]] = make_concept(row, concepts.get(row["id"]))
            shared |= {(spelled, row["id"]) for spelled in shared_names(row)}
            add_names(row, names, confusables, shared, common)
    for error in check_parents(tied, concepts):
        raise error
    return concepts, names


def make_concept(row: Row, known: Concept | None) -> Concept:
    """Return the concept of a row, with what an earlier row in another file says of it."""
    own = Concept(row["id"], row["type"], row["name_en"], row["name_zh"], tuple(row.list("xrefs")), tuple(row.list("parents")))
    if known is None:
        return own
    return replace(
        known, name_zh=known.name_zh or own.name_zh, xrefs=tuple(dict.fromkeys(known.xrefs + own.xrefs)),
        parents=tuple(dict.fromkeys(known.parents + own.parents)))  # fmt: skip


def add_names(
    row: Row, names: dict[str, list[Name]], confusables: Confusables, shared: set[tuple[str, str]], common: Collection[str]
) -> None:
    """Add the names of a row.

    Raises LexiconError if another concept has one and no note or confusable says why, or if it is a word of `common`.
    """
    place = f"{row.path.name}:{row.number}"
    for column, text, spelled in names_of(row):
        check_common(row, column, text, spelled, common)
        claims = names.setdefault(spelled, [])
        if any(other.concept_id == row["id"] for other in claims):
            continue
        for other in claims:
            pairs = {(form, one) for form in (spelled, key(text)) for one in (row["id"], other.concept_id)}
            if pairs.isdisjoint(confusables) and pairs.isdisjoint(shared):
                raise row.error(
                    column,
                    f"`{text}` is a name of {other.concept_id} too ({other.row})",
                    f"drop it from one of the two, or say why in the note: shares {text}: …",
                )
        claims.extend(make_names(text, spelled, row["id"], place, confusables))


def part_class_words(
    concepts: Mapping[str, Concept], names: Mapping[str, list[Name]], words: Sequence[tuple[str, str]]
) -> None:
    """Mark in each gene's names the name proper, where a class word stands by a name that the gene has without it."""
    starts = tuple(word for word, side in words if side == "before")
    ends = tuple(word for word, side in words if side != "before")
    for spelled, claims in names.items():
        if not spelled.startswith(starts) and not spelled.endswith(ends):
            continue
        for word, side in words:
            there = spelled.startswith(word) if side == "before" else spelled.endswith(word)
            if not there or len(word) >= len(spelled):
                continue
            inner = find_inner(spelled, word, side == "before")
            known = [name for name in names.get(spelled[slice(*inner)], ()) if concepts[name.concept_id].type == "gene"]
            owners = {name.concept_id for name in known if side != "after symbol" or SYMBOL.fullmatch(name.text)}
            claims[:] = [replace(name, inner=inner) if name.concept_id in owners else name for name in claims]


def find_inner(spelled: str, word: str, before: bool) -> tuple[int, int]:
    """Return where in the key `spelled` the name stands that `word` goes with; they share the separator between."""
    shared = word.startswith(SEPARATOR) and word.endswith(SEPARATOR)
    if before:
        return len(word) - shared, len(spelled)
    end = len(spelled) - len(word)
    return 0, end + shared


def make_automaton(texts: Iterable[str]) -> ahocorasick.Automaton:
    """Return the automaton that finds all `texts` in one pass."""
    automaton = ahocorasick.Automaton()
    for text in texts:
        automaton.add_word(text, text)
    automaton.make_automaton()
    return automaton


def is_long(text: str) -> bool:
    """Tell whether a key is long enough to be found with a typing error: one Latin word of seven letters or more."""
    inner = text.strip(SEPARATOR)
    return len(inner) >= 7 and inner.isascii() and inner.isalpha()


# --- what others ask


def chinese_names(lexicon: Lexicon) -> list[str]:
    """Return the names that a Chinese text may hold as words, for the segmenter."""
    texts = {
        line.split("\t", 1)[0]
        for lines in lexicon.names.values()
        for line in lines.split("\n")
        if line.split("\t", 3)[2] == str(CORE)
    }
    return [text for text in sorted(texts) if HAN_RUN.search(text) or len(text) < LONGEST_WORD]


def lookup(lexicon: Lexicon, text: str) -> Sequence[Name]:
    """Return the names whose key is that of `text`, those of the lexicon first."""
    return [name for name in lexicon.claims(key(text)) if name.source != WRONG]
