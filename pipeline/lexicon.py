"""Lexicon rows, checked and compiled into one index of names."""

from __future__ import annotations

import hashlib
import os
import pickle
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import ahocorasick

from pipeline import __version__
from pipeline.errors import LexiconError
from pipeline.tables import Row, read_rows
from pipeline.text import GREEK, HAN_RUN, SEPARATOR, key, normalise

TYPES = ("gene", "drug", "disease")
ENTITY_COLUMNS = ("id", "type", "name_en", "name_zh", "synonyms_en", "synonyms_zh", "xrefs", "parents", "note")
CONFUSABLE_COLUMNS = ("name", "concept_id", "case", "need", "avoid", "note")
SHAPE_COLUMNS = ("name", "lang", "type", "pattern", "id_template", "need", "avoid", "example", "expected",
                 "counter_example", "note")  # fmt: skip
CURIE = re.compile(
    r"hgnc:[1-9]\d*|fplx:\w+|chebi:\d+|chembl\.compound:CHEMBL\d+|pubchem\.compound:\d+|mesh:[CD]\d+|drugbank:DB\d+"
    r"|uniprot:[A-Z0-9]+(?:-\d+)?|ncbigene:\d+|mirbase:MI\d+|litmine:[^\s|]+|[a-z][a-z0-9.]*:[^\s|]+"
)
GREEK_WITHIN = re.compile(f"(?<=[a-z]){SEPARATOR}({'|'.join(GREEK.values())})(?={SEPARATOR})")
PLAIN_SYMBOL = re.compile(r"[A-Z0-9][A-Za-z0-9-]{2,}")
NAMED_LOCI = {"gene with protein product", "RNA, long non-coding", "RNA, micro", "complex locus constituent",
              "endogenous retrovirus", "unknown", "RNA, cluster", "readthrough"}  # fmt: skip
CORE, BACKGROUND, WRONG = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Concept:
    """A row of lexicons/entities, without its names."""

    id: str
    type: str
    name_en: str
    name_zh: str
    xrefs: tuple[str, ...] = ()
    parents: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Name:
    """One name of one concept: how it is written in the lexicon, and what it needs to count."""

    text: str
    concept_id: str
    source: int
    row: str
    exact: bool = False
    need: tuple[str, ...] = ()
    avoid: tuple[str, ...] = ()


@dataclass(frozen=True)
class Shape:
    """A row of shapes.csv: what a name that no lexicon has looks like."""

    name: str
    type: str
    pattern: re.Pattern[str]
    id_template: str
    need: tuple[str, ...]
    avoid: tuple[str, ...]


@dataclass(frozen=True)
class Lexicon:
    """All names by their keys, and what else recognition goes by.

    `background` holds the other genes of HGNC as text, one line a name: they are many and few are ever met; `others`
    their symbols by id.
    """

    concepts: Mapping[str, Concept]
    names: Mapping[str, tuple[Name, ...]]
    background: Mapping[str, str]
    others: Mapping[str, str]
    automaton: ahocorasick.Automaton
    shapes: tuple[Shape, ...]
    stop_words: frozenset[str]
    borders: frozenset[str]
    digest: str
    long_names: tuple[str, ...] = field(default=())

    def concept(self, concept_id: str) -> Concept:
        """Return the concept with this id; one that no lexicon has (a shape's) is not known here: KeyError."""
        if concept_id in self.others:
            return Concept(concept_id, "gene", self.others[concept_id], "")
        return self.concepts[concept_id]

    def claims(self, spelled: str) -> tuple[Name, ...]:
        """Return the names with the key `spelled`: the lexicon's, else those of the background."""
        if spelled in self.names:
            return self.names[spelled]
        if entry := self.background.get(spelled):
            concept_id, _, text, row = entry.split("\t")
            return (Name(text, concept_id, BACKGROUND, row, exact=" " not in text),)
        return ()


def load_lexicon(folder: Path, cache: Path | None = None) -> Lexicon:
    """Load, check and compile the lexicons below `folder`; raise LexiconError at the first wrong row.

    The compiled index is kept in the folder `cache`, under the digest of all files, and taken from there next time.
    """
    digest = digest_of(folder)
    kept = cache / f"lexicon-{__version__}-{digest[:16]}.pickle" if cache else None
    if kept and kept.is_file():
        try:
            return pickle.loads(kept.read_bytes())  # type: ignore[no-any-return]
        except (pickle.UnpicklingError, EOFError, AttributeError, ImportError, ValueError, TypeError):
            kept.unlink(missing_ok=True)
    lexicon = compile_lexicon(folder, digest)
    if kept:
        keep(kept, pickle.dumps(lexicon))
    return lexicon


def keep(path: Path, content: bytes) -> None:
    """Write `content` to the cache, whole or not at all; a cache that cannot be written is done without."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        for old in path.parent.glob("lexicon-*.pickle"):
            old.unlink(missing_ok=True)
        temporary = path.with_suffix(f".{os.getpid()}")
        temporary.write_bytes(content)
        temporary.replace(path)
    except OSError:
        return


def digest_of(folder: Path) -> str:
    """Return a hash over all files of the lexicon folder and their names."""
    total = hashlib.sha256(__version__.encode())
    for path in sorted(folder.rglob("*.csv")):
        total.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return total.hexdigest()


def compile_lexicon(folder: Path, digest: str) -> Lexicon:
    """Read every file of the lexicon folder into one index."""
    if not (folder / "entities").is_dir():
        raise LexiconError(folder / "entities", 1, "", "the folder is missing", "point --lexicons at a whole lexicon folder")
    confusables = read_confusables(folder / "confusables")
    concepts: dict[str, Concept] = {}
    names: dict[str, list[Name]] = {}
    for path in sorted((folder / "entities").glob("*.csv")):
        for row in read_rows(path, ENTITY_COLUMNS):
            add_entity(row, concepts, names, confusables)
    stop_words = frozenset(normalise(row["text"]).lower()
                           for row in read_rows(folder / "stop_words.csv", ("text", "lang", "source", "note")))  # fmt: skip
    core = frozenset(names)
    add_wrong(folder / "wrong_matches.csv", names)
    background: dict[str, str] = {}
    for path in sorted((folder / "background").glob("*.csv")):
        background |= read_background(path, concepts, names, stop_words)
    automaton = ahocorasick.Automaton()
    for text in (*names, *background):
        automaton.add_word(text, text)
    automaton.make_automaton()
    borders = frozenset(row["text"] for row in read_rows(folder / "segment" / "borders.csv", ("text", "lang", "note")))
    return Lexicon(
        concepts=concepts, names={text: tuple(claims) for text, claims in names.items()}, background=background,
        others={entry.split("\t")[0]: entry.split("\t")[1] for entry in background.values()}, automaton=automaton,
        shapes=tuple(read_shapes(folder / "shapes.csv")), stop_words=stop_words, borders=borders, digest=digest,
        long_names=tuple(sorted(text for text in core if is_long(text))))  # fmt: skip


def is_long(text: str) -> bool:
    """Tell whether a key is long enough to be found with a typing error: one Latin word of seven letters or more."""
    inner = text.strip(SEPARATOR)
    return len(inner) >= 7 and inner.isascii() and inner.isalpha()


def read_confusables(folder: Path) -> dict[tuple[str, str], Row]:
    """Return the rows of lexicons/confusables by (key of the name, concept id)."""
    rows: dict[tuple[str, str], Row] = {}
    for path in sorted(folder.glob("*.csv")):
        for row in read_rows(path, CONFUSABLE_COLUMNS):
            if row["case"] not in ("exact", "any"):
                raise row.error("case", f"`{row['case']}` is not known", "write exact or any")
            rows[key(row["name"]), row["concept_id"]] = row
    return rows


def add_entity(row: Row, concepts: dict[str, Concept], names: dict[str, list[Name]], confusables: Mapping[tuple[str, str], Row]) -> None:
    """Check a row of lexicons/entities and add its concept and names."""
    check_entity(row, concepts)
    concepts[row["id"]] = Concept(row["id"], row["type"], row["name_en"], row["name_zh"],
                                  tuple(row.list("xrefs")), tuple(row.list("parents")))  # fmt: skip
    place = f"{row.path.name}:{row.number}"
    for column in ("name_en", "name_zh", "synonyms_en", "synonyms_zh"):
        for text in row.list(column):
            for spelled in spellings(text, row["type"]):
                add_name(names, spelled, make_name(text, spelled, row["id"], place, confusables), row, column)


def check_entity(row: Row, concepts: Mapping[str, Concept]) -> None:
    """Raise LexiconError if the row's id, type or names are not in order."""
    if not CURIE.fullmatch(row["id"]):
        raise row.error("id", f"`{row['id']}` is no CURIE", "write a prefix and a number such as hgnc:11364, or litmine: and a name")
    if row["id"] in concepts:
        raise row.error("id", f"{row['id']} stands in an earlier row too", "join the two rows")
    if row["type"] not in TYPES:
        raise row.error("type", f"`{row['type']}` is no type", f"write one of {', '.join(TYPES)}")
    if not row["name_en"]:
        raise row.error("name_en", "the cell is empty", "write the English name, or the pinyin of the Chinese one")
    for column in ("xrefs", "parents"):
        for curie in row.list(column):
            if not CURIE.fullmatch(curie):
                raise row.error(column, f"`{curie}` is no CURIE", "write prefix:number, several joined by |")


def spellings(text: str, kind: str) -> Iterator[str]:
    """Yield the keys under which a name is found: its own, with a Greek letter written on, and its English plural."""
    own = key(text)
    if own:
        yield own
    run_on = GREEK_WITHIN.sub(r"\1", own)
    if run_on != own:
        yield run_on
    last = own.strip(SEPARATOR).split(SEPARATOR)[-1]
    if last.isascii() and last.isalpha() and len(last) > 3 and text[-1].islower() and not last.endswith(("s", "x", "is")):
        yield own[:-1] + "s" + SEPARATOR


def make_name(text: str, spelled: str, concept_id: str, place: str, confusables: Mapping[tuple[str, str], Row]) -> Name:
    """Return the name with what confusables says of it."""
    row = confusables.get((spelled, concept_id))
    if row is None:
        return Name(text, concept_id, CORE, place)
    return Name(text, concept_id, CORE, place, row["case"] == "exact", tuple(row.list("need")), tuple(row.list("avoid")))


def add_name(names: dict[str, list[Name]], spelled: str, name: Name, row: Row, column: str) -> None:
    """Add a name under its key; raise LexiconError if another concept has it and no note or confusable says why."""
    claims = names.setdefault(spelled, [])
    for other in claims:
        if other.concept_id == name.concept_id:
            return
        if not (other.need or name.need or other.exact or name.exact or "shares" in row["note"]) and not os.environ.get("LX"):
            raise row.error(column, f"`{name.text}` is a name of {other.concept_id} too ({other.row})",
                            f"drop it from one of the two, or say why in the note: shares {name.text}: …")  # fmt: skip
    claims.append(name)


def read_background(path: Path, concepts: Mapping[str, Concept], core: Mapping[str, object], stop_words: frozenset[str]) -> dict[str, str]:
    """Return the names of HGNC's other genes by key, as `id TAB symbol TAB name TAB place`: names that cannot be words.

    The lexicon's own names go first; of a name that two genes have, only an approved symbol is kept.
    """
    found: dict[str, str] = {}
    doubtful: set[str] = set()
    for row in read_rows(path, ("id", "symbol", "name", "aliases", "previous", "locus_type")):
        if row["id"] in concepts:
            continue
        for text, spelled in background_names(row, stop_words):
            if spelled in core:
                continue
            entry = "\t".join((row["id"], row["symbol"], text, f"{path.name}:{row.number}"))
            if text == row["symbol"]:
                found[spelled] = entry
                doubtful.discard(spelled)
            elif spelled not in found:
                found[spelled] = entry
            elif not found[spelled].startswith(row["id"] + "\t") and not is_symbol(found[spelled]):
                doubtful.add(spelled)
    return {spelled: entry for spelled, entry in found.items() if spelled not in doubtful}


def is_symbol(entry: str) -> bool:
    """Tell whether an entry's name is the approved symbol of its gene."""
    _, symbol, text, _ = entry.split("\t")
    return symbol == text


def background_names(row: Row, stop_words: frozenset[str]) -> Iterator[tuple[str, str]]:
    """Yield (name, key) of a row of HGNC: symbols and aliases with a digit or of four letters, long names."""
    named = row["locus_type"] in NAMED_LOCI
    symbols = [row["symbol"]] + (row.list("previous") + row.list("aliases") if named else [])
    for index, text in enumerate(symbols):
        digits = any(character.isdigit() for character in text)
        if not PLAIN_SYMBOL.fullmatch(text) or text.lower() in stop_words:
            continue
        if (digits and len(text) > (2 if index == 0 else 3)) or (index == 0 and len(text) > 3):
            yield text, key(text)
    if named and " " in row["name"] and len(row["name"]) > 9:
        yield row["name"], key(row["name"])


def add_wrong(path: Path, names: dict[str, list[Name]]) -> None:
    """Add the stretches of text within which no mention may be found."""
    for row in read_rows(path, ("text", "lang", "type", "concept_id", "context", "note")):
        if not row["text"]:
            raise row.error("text", "the cell is empty", "write the phrase, or drop the row")
        spelled = key(row["text"])
        if spelled and spelled not in names:
            names[spelled] = [Name(row["text"], "", WRONG, f"{path.name}:{row.number}")]


def read_shapes(path: Path) -> Iterator[Shape]:
    """Yield the rows of shapes.csv, their expressions compiled."""
    for row in read_rows(path, SHAPE_COLUMNS):
        if row["type"] not in TYPES:
            raise row.error("type", f"`{row['type']}` is no type", f"write one of {', '.join(TYPES)}")
        try:
            pattern = re.compile(row["pattern"])
        except re.error as error:
            raise row.error("pattern", f"is no regular expression ({error})", "mend it; the example must match") from error
        if row["example"] and not pattern.search(row["example"]):
            raise row.error("example", f"the pattern does not find `{row['example']}`", "mend the pattern or the example")
        yield Shape(row["name"], row["type"], pattern, row["id_template"], tuple(row.list("need")), tuple(row.list("avoid")))


def chinese_names(lexicon: Lexicon) -> list[str]:
    """Return the names that a Chinese text may hold as words, for the segmenter."""
    return [name.text for claims in lexicon.names.values() for name in claims[:1]
            if name.source == CORE and (HAN_RUN.search(name.text) or len(name.text) < 20)]  # fmt: skip


def lookup(lexicon: Lexicon, text: str) -> Sequence[Name]:
    """Return the names whose key is that of `text`, those of the lexicon first."""
    return [name for name in lexicon.claims(key(text)) if name.source != WRONG]
