"""The rows of the lexicon files, each checked when it is read."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import LexiconError
from pipeline.tables import Row, read_rows
from pipeline.text import GREEK, SEPARATOR, key, normalise

TYPES = ("gene", "drug", "disease")
ENTITY_COLUMNS = ("id", "type", "name_en", "name_zh", "synonyms_en", "synonyms_zh", "xrefs", "parents", "note")
NAME_COLUMNS = ("name_en", "name_zh", "synonyms_en", "synonyms_zh")
CONFUSABLE_COLUMNS = ("name", "concept_id", "case", "need", "avoid", "note")
SHAPE_COLUMNS = (
    "name",
    "lang",
    "type",
    "anchor",
    "pattern",
    "id_template",
    "need",
    "avoid",
    "example",
    "expected",
    "counter_example",
    "note",
)
WRONG_COLUMNS = ("text", "lang", "type", "concept_id", "context", "note")
STOP_COLUMNS = ("text", "lang", "source", "note")
CLUE_COLUMNS = ("text", "lang", "type", "note")
ENDING_COLUMNS = ("text", "note")
BORDER_COLUMNS = ("text", "lang", "note")
CLASS_COLUMNS = ("text", "lang", "side", "note")
HGNC_COLUMNS = ("id", "symbol", "name", "aliases", "previous", "locus_type")
SPREADSHEETS = (".xlsx", ".xls", ".ods", ".tsv", ".numbers")
CASES = ("any", "exact", "title")
"""How a confusable name may be written: in any case, as it stands, or also like a mouse's (`Bach1`)."""

JOINT = re.compile("[;；]")
COMMAS = re.compile(", |(?<![0-9])，|，(?![0-9])|、")
PARTS = {"synonyms_en": re.compile(r"(?=.*[A-Z0-9])[\w-]{2,}"), "synonyms_zh": re.compile(".{2,}")}
"""What each part of a cell is if commas part names: `JX-2026, JKX`, but not `cholestasis, intrahepatic` or `结、直肠癌`."""
COMMON_SOURCES = ("general", "biology")
"""Of stop_words.csv: words of running text and class words, which no concept may have as a name."""
CURIE = re.compile(
    r"hgnc:[1-9]\d*|fplx:\w+|chebi:\d+|chembl\.compound:CHEMBL\d+|pubchem\.compound:\d+|mesh:[CD]\d+|drugbank:DB\d+"
    r"|uniprot:[A-Z0-9]+(?:-\d+)?|ncbigene:\d+|mirbase:MI\d+|litmine:[^\s|]+"
    r"|(?!(?:hgnc|fplx|chebi|mesh|drugbank|uniprot|ncbigene|mirbase):|(?:chembl|pubchem)\.compound:)[a-z][a-z0-9.]*:[^\s|]+"
)
SHARED = re.compile(r"shares ([^:]+):")
GREEK_WITHIN = re.compile(f"(?<=[a-z]){SEPARATOR}({'|'.join(GREEK.values())})(?={SEPARATOR})")
LETTERS = re.compile(r"[a-z]+")
CAPITALS = re.compile(r"[A-Z]{4,}")
LONG_WORD = re.compile(r"[A-Za-z][a-z]{5,}")
PLAIN_SYMBOL = re.compile(r"[A-Z0-9][A-Za-z0-9-]{2,}(?:\.\d{1,2})?")
NAMED_LOCI = {
    "gene with protein product",
    "RNA, long non-coding",
    "RNA, micro",
    "complex locus constituent",
    "endogenous retrovirus",
    "unknown",
    "RNA, cluster",
    "readthrough",
}
GIVEN_LOCI = {"family", "common name"}
WORD_SOURCE, LABEL_SOURCE = "word", "label"
CORE, BACKGROUND, WRONG = 0, 1, 2

Confusables = Mapping[tuple[str, str], Mapping[str, Row]]
"""Rows of lexicons/confusables by (key of the name, concept id), then by the name as it is written."""


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
    """One name of one concept: how it is written in the lexicon, and what it needs to count.

    Of a wrong match (`source` is WRONG) `concept_id` and `type` say what it bars; both empty bar every mention.
    """

    text: str
    concept_id: str
    source: int
    row: str
    exact: bool = False
    need: tuple[str, ...] = ()
    avoid: tuple[str, ...] = ()
    type: str = ""
    inner: tuple[int, int] = (0, 0)
    """Where in the key the name proper stands, if a class word goes with it: `STAT` in `STAT protein`."""


@dataclass(frozen=True)
class Shape:
    """A row of shapes.csv: what a name that no lexicon has looks like; each match holds one of `anchors`, if any."""

    name: str
    type: str
    anchors: tuple[str, ...]
    pattern: re.Pattern[str]
    id_template: str
    need: tuple[str, ...]
    avoid: tuple[str, ...]

    def may_hold(self, text: str) -> bool:
        """Tell whether one of the anchors stands in `text`, so that asking the expression makes sense."""
        return not self.anchors or any(any(True for _ in find_anchor(text, anchor)) for anchor in self.anchors)

    def has_need(self, sentence: str) -> bool:
        """Tell whether one of the words that a match needs is in its sentence, or it needs none."""
        return not self.need or any(word in sentence for word in self.need)

    def is_avoided(self, text: str, start: int, end: int, near: int) -> bool:
        """Tell whether a word within `near` code points of a match says that it is not meant."""
        return bool(self.avoid) and any(word in text[max(0, start - near) : end + near] for word in self.avoid)


def find_anchor(text: str, anchor: str) -> Iterator[int]:
    """Yield every place of `anchor` in `text`; a `#` in it stands for any digit."""
    if "#" in anchor:
        yield from (match.start() for match in re.finditer(re.escape(anchor).replace(r"\#", "[0-9]"), text))
        return
    at = text.find(anchor)
    while at >= 0:
        yield at
        at = text.find(anchor, at + 1)


def find_spreadsheets(folder: Path) -> Iterator[LexiconError]:
    """Yield an error for each file in lexicons/entities that a spreadsheet program saved in a form of its own."""
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() in SPREADSHEETS and not path.name.startswith(("~", ".")):
            yield LexiconError(path, 1, "", "the file is no CSV", "save it as `CSV UTF-8`, or move it away")


def read_entities(path: Path) -> Iterator[Row]:
    """Yield the rows of a file of lexicons/entities; raise LexiconError at the first that is not in order."""
    for row in read_rows(path, ENTITY_COLUMNS):
        check_entity(row)
        yield row


def check_parents(rows: Iterable[Row], known: Collection[str]) -> Iterator[LexiconError]:
    """Yield the rows with a parent that is none of the ids `known` though it is of FamPlex or of our own."""
    for row in rows:
        for parent in row.list("parents"):
            if parent.startswith(("fplx:", "litmine:")) and parent not in known:
                yield row.error("parents", f"no row has the id {parent}", "add the row, or drop the parent")


def check_entity(row: Row) -> None:
    """Raise LexiconError if the row's id, type, names or references are not in order."""
    if not CURIE.fullmatch(row["id"]):
        raise row.error(
            "id", f"`{row['id']}` is no CURIE", "write a prefix and a number such as hgnc:11364, or litmine: and a name"
        )
    if row["type"] not in TYPES:
        raise row.error("type", f"`{row['type']}` is no type", f"write one of {', '.join(TYPES)}")
    if not row["name_en"]:
        raise row.error("name_en", "the cell is empty", "write the English name, or the pinyin of the Chinese one")
    for column in ("synonyms_en", "synonyms_zh"):
        if run_together := [text for text in row.list(column) if JOINT.search(text)]:
            raise row.error(column, f"`{run_together[0]}` holds a semicolon", "join names by |")
        if listed := [text for text in row.list(column) if is_list(text, PARTS[column])]:
            raise row.error(column, f"`{listed[0]}` holds several names", "separate synonyms with |")
    for column in ("xrefs", "parents"):
        for curie in row.list(column):
            if not CURIE.fullmatch(curie):
                raise row.error(column, f"`{curie}` is no CURIE", "write prefix:number, several joined by |")


def is_list(text: str, part: re.Pattern[str]) -> bool:
    """Tell whether a name is several names with commas between: each part is like `part`."""
    pieces = COMMAS.split(text)
    return len(pieces) > 1 and all(map(part.fullmatch, pieces))


def read_common(folder: Path) -> frozenset[str]:
    """Return the keys of the words in the lexicon folder that are no name of anything: stop, class, clue, border words."""
    stops = (row["text"] for row in read_rows(folder / "stop_words.csv", STOP_COLUMNS) if row["source"] in COMMON_SOURCES)
    clues = (row["text"] for row in read_rows(folder / "clues.csv", CLUE_COLUMNS))
    borders = (row["text"] for row in read_rows(folder / "segment" / "borders.csv", BORDER_COLUMNS))
    classes = (spelled for spelled, _ in read_class_words(folder / "class_words.csv"))
    return frozenset((*map(key, (*stops, *clues, *borders)), *classes))


def check_common(row: Row, column: str, text: str, spelled: str, common: Collection[str]) -> None:
    """Raise LexiconError if a name (its key is `spelled`) is one letter or, without capitals, one of the words `common`."""
    if (len(text) == 1 and text.isascii()) or (spelled in common and text == text.lower()):
        raise row.error(column, f"`{text}` is an ordinary word, and no name", "drop it, or write the name in full")


def check_again(row: Row, first: Row) -> None:
    """Raise LexiconError if `row` has the id of `first` but does not only add names to it, from a file of its own."""
    where = f"{first.path.name}, row {first.number}"
    if row.path == first.path:
        raise row.error("id", f"{row['id']} stands in {where}, too", "join the two rows")
    for column in ("type", "name_en"):
        if row[column] != first[column]:
            raise row.error(column, f"{row['id']} is `{first[column]}` in {where}",
                            f"write `{first[column]}` to add names to it, or give your concept an id of its own")  # fmt: skip


def shared_names(row: Row) -> frozenset[str]:
    """Return the keys of the names that the row's note says are another concept's too (`shares IFN: the class`)."""
    parts = [part for text in SHARED.findall(row["note"]) for part in text.split("|")]
    return frozenset(spelled for part in parts for spelled in spellings(part))


def names_of(row: Row) -> Iterator[tuple[str, str, str]]:
    """Yield (column, name, key) of every name of a row of lexicons/entities, in every spelling that is found."""
    for column in NAME_COLUMNS:
        for text in row.list(column):
            for spelled in spellings(text):
                yield column, text, spelled


def spellings(text: str) -> Iterator[str]:
    """Yield the keys under which a name is found: its own, with a Greek letter written on, and its English plural."""
    own = key(text)
    if own:
        yield own
    run_on = GREEK_WITHIN.sub(r"\1", own)
    if run_on != own:
        yield run_on
    last = own.strip(SEPARATOR).split(SEPARATOR)[-1]
    if (
        last.isascii()
        and last.isalpha()
        and len(last) > 3
        and text[-1].islower()
        and not last.endswith(("s", "x", "is"))
    ):
        yield own[:-1] + "s" + SEPARATOR


def check_case(row: Row) -> None:
    """Raise LexiconError at an unknown `case` of a row of confusables."""
    if row["case"] not in CASES:
        raise row.error("case", f"`{row['case']}` is not known", f"write one of {', '.join(CASES)}")


def read_confusables(folder: Path) -> dict[tuple[str, str], dict[str, Row]]:
    """Return the rows of lexicons/confusables by key and concept, then by spelling; raise LexiconError if wrong."""
    rows: dict[tuple[str, str], dict[str, Row]] = {}
    for path in sorted(folder.glob("*.csv")):
        for row in read_rows(path, CONFUSABLE_COLUMNS):
            check_case(row)
            if not row["name"]:
                raise row.error("name", "the cell is empty", "write the name, or drop the row")
            rows.setdefault((key(row["name"]), row["concept_id"]), {})[row["name"]] = row
    return rows


def make_names(text: str, spelled: str, concept_id: str, place: str, confusables: Confusables) -> Iterator[Name]:
    """Yield the name, or one for each row that confusables has on it: with its spelling and the words that it needs."""
    rows = confusables.get((spelled, concept_id)) or confusables.get((key(text), concept_id))
    if not rows:
        yield Name(text, concept_id, CORE, place)
        return
    for row in rows.values():
        forms = (row["name"], row["name"].capitalize()) if row["case"] == "title" else (row["name"],)
        need, avoid = tuple(row.list("need")), tuple(row.list("avoid"))
        for form in forms:
            yield Name(form, concept_id, CORE, place, row["case"] != "any", need, avoid)


def read_wrong(path: Path) -> Iterator[tuple[str, Name]]:
    """Yield (key, name) of the stretches of text that are no mention though a name stands within."""
    for row in read_rows(path, WRONG_COLUMNS):
        if not key(row["text"]):
            raise row.error("text", "the cell is empty", "write the phrase, or drop the row")
        if row["type"] and row["type"] not in TYPES:
            raise row.error(
                "type", f"`{row['type']}` is no type", f"write one of {', '.join(TYPES)}, or nothing to bar them all"
            )
        yield (
            key(row["text"]),
            Name(
                row["text"],
                row["concept_id"],
                WRONG,
                f"{path.name}:{row.number}",
                need=tuple(row.list("context")),
                type=row["type"],
            ),
        )


def read_class_words(path: Path) -> Iterator[tuple[str, str]]:
    """Yield (key, side) of the class words that are no part of a name: `protein` behind a symbol, `家族` behind any."""
    for row in read_rows(path, CLASS_COLUMNS):
        if row["side"] not in ("before", "after", "after symbol"):
            raise row.error("side", f"`{row['side']}` is not known", "write before, after or after symbol")
        yield key(row["text"]), row["side"]


def make_shape(row: Row) -> Shape:
    """Return the shape of a row of shapes.csv; raise LexiconError if it is wrong or its examples do not hold."""
    if row["type"] not in TYPES:
        raise row.error("type", f"`{row['type']}` is no type", f"write one of {', '.join(TYPES)}")
    try:
        pattern = re.compile(row["pattern"])
    except re.error as error:
        raise row.error("pattern", f"is no regular expression ({error})", "mend it; the example must match") from error
    shape = Shape(
        row["name"],
        row["type"],
        tuple(row.list("anchor")),
        pattern,
        row["id_template"],
        tuple(row.list("need")),
        tuple(row.list("avoid")),
    )
    check_shape(row, shape)
    return shape


def check_shape(row: Row, shape: Shape) -> None:
    """Raise LexiconError unless the shape finds what its example says, and nothing in its counter example."""
    found = [match for match in shape.pattern.finditer(row["example"])]
    if not found or found[0].group() != row["expected"]:
        raise row.error(
            "example", f"the pattern does not find `{row['expected']}` in it", "mend the pattern or the example"
        )
    if not shape.may_hold(found[0].group()):
        raise row.error("anchor", "the expected name holds none of these", "write what every match holds, or nothing")
    for match in shape.pattern.finditer(row["counter_example"]):
        counter = row["counter_example"]
        if shape.has_need(counter) and not shape.is_avoided(counter, *match.span(), len(counter)):
            raise row.error(
                "counter_example", f"the pattern finds `{match.group()}` in it", "mend the pattern or the example"
            )


@dataclass(frozen=True)
class Guards:
    """What keeps ordinary words from being taken for names of the background, all in lower case.

    `stops` are no names at all, `words` only as they are written in capitals, `labels` are words that numbers go with
    (`Fig4`).
    """

    stops: frozenset[str]
    words: frozenset[str]
    labels: frozenset[str]


def read_guards(path: Path) -> Guards:
    """Return the guards of stop_words.csv: the rows with source `word` or `label` stop no symbol in capitals."""
    kinds: dict[str, set[str]] = {}
    for row in read_rows(path, STOP_COLUMNS):
        kind = row["source"] if row["source"] in (WORD_SOURCE, LABEL_SOURCE) else ""
        kinds.setdefault(kind, set()).add(normalise(row["text"]).lower())
    stops, words, labels = (frozenset(kinds.get(kind, ())) for kind in ("", WORD_SOURCE, LABEL_SOURCE))
    return Guards(stops, words | labels | stops, labels)


def read_background(
    paths: Iterable[Path], core: Mapping[str, object], guards: Guards
) -> tuple[dict[str, str], dict[str, str]]:
    """Return the names of the background by key, each as a line that `unpack_background` reads, and the genes by id.

    Names in `core` (by key) are left out. Of a name that two genes have, an approved symbol is kept, else one that
    FamPlex gives, else neither. The genes come as `symbol TAB name`.
    """
    best: dict[str, tuple[int, str, str]] = {}
    genes: dict[str, str] = {}
    for path in paths:
        for row in read_rows(path, HGNC_COLUMNS):
            if not CURIE.fullmatch(row["id"]):
                raise row.error("id", f"`{row['id']}` is no CURIE", "write hgnc: and the number, or fplx: and the name")
            genes.setdefault(row["id"], f"{row['symbol']}\t{row['name']}")
            place = f"{path.name}:{row.number}"
            for rank, text, spelled, style in background_names(row, guards):
                if spelled in core:
                    continue
                old = best.get(spelled)
                if old is None or rank < old[0]:
                    best[spelled] = rank, row["id"], "\t".join((row["id"], style, text, place))
                elif rank == old[0] and row["id"] != old[1]:
                    best[spelled] = rank, "", ""
    return {spelled: entry for spelled, (_, owner, entry) in best.items() if owner}, genes


def unpack_background(entry: str, clues: tuple[str, ...]) -> Iterator[Name]:
    """Yield the spellings of a line of the background: as it stands, and for some like a mouse's (`Gdf5`) or small.

    An alias of capitals only needs one of the words `clues` in its sentence.
    """
    concept_id, style, text, row = entry.split("\t")
    need = clues if style == "clue" else ()
    yield Name(text, concept_id, BACKGROUND, row, exact=style != "any", need=need)
    if style in ("title", "small"):
        yield Name(text.capitalize(), concept_id, BACKGROUND, row, exact=True)
    if "orf" in text:  # an open reading frame: C9orf72, in many texts C9ORF72
        yield Name(text.upper(), concept_id, BACKGROUND, row, exact=True)
    if style == "small":
        yield Name(text.lower(), concept_id, BACKGROUND, row, exact=True)


def background_names(row: Row, guards: Guards) -> Iterator[tuple[int, str, str, str]]:
    """Yield (rank, name, key, style) of a row of the background; FamPlex names were read by people."""
    if row["locus_type"] in GIVEN_LOCI:
        for text in row.list("aliases"):
            style = "any" if is_wordy(text) else style_of(text, guards)
            for spelled in spellings(text):
                yield 1, text, spelled, style
        return
    named = row["locus_type"] in NAMED_LOCI
    others = row.list("previous") + row.list("aliases") if named else []
    for rank, texts in ((0, [row["symbol"]]), (2, others)):
        for text in texts:
            if style := symbol_style(text, rank == 0, guards):
                yield rank, text, key(text), style
    if named and is_word(row["name"], guards):
        for spelled in spellings(row["name"]):
            yield 1, row["name"], spelled, "any"
    elif named and " " in row["name"] and len(row["name"]) > 9:
        yield 2, row["name"], key(row["name"]), "any"


def symbol_style(text: str, approved: bool, guards: Guards) -> str:
    """Return how a symbol or alias may be written, or nothing if it is none that can be told from a word.

    Approved symbols have a digit or four letters; others a digit and four characters, four capitals, or they are one
    long word.
    """
    if text.lower() in guards.stops:
        return ""
    digits = any(character.isdigit() for character in text)
    if not approved and is_word(text, guards):
        return "any"
    if not PLAIN_SYMBOL.fullmatch(text) or (not text.isupper() and first_letters(text) in guards.labels):
        return ""
    if (digits and len(text) > (2 if approved else 3)) or (approved and len(text) > 3):
        return style_of(text, guards)
    return "clue" if CAPITALS.fullmatch(text) and text.lower() not in guards.words else ""


def style_of(text: str, guards: Guards) -> str:
    """Return `small` for a symbol that no word is like, `title` for one that no written-out label is like."""
    word = first_letters(text)
    if not text.isupper() or not text.isalnum() or not word:
        return "exact"
    if word == text.lower():
        return "title" if len(word) > 3 and word not in guards.words else "exact"
    if len(word) < 3 or word in guards.labels or word in guards.stops:
        return "exact"
    return "title" if word in guards.words else "small"


def first_letters(text: str) -> str:
    """Return the letters that a name begins with, in lower case."""
    letters = LETTERS.match(text.lower())
    return letters.group() if letters else ""


def is_word(text: str, guards: Guards) -> bool:
    """Tell whether a name is one long word in small letters that no other word is like: `cortactin`."""
    return bool(LONG_WORD.fullmatch(text)) and text.lower() not in guards.words


def is_wordy(text: str) -> bool:
    """Tell whether a name is a phrase or one long word, so that its capitals do not count."""
    return len(text) > 5 and (bool(LONG_WORD.fullmatch(text)) or " " in text or text[-5:].islower())
