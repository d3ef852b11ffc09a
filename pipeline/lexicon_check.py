"""What `litmine lexicon check` finds: all that is wrong in a lexicon folder, not only the first row."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from pipeline.affixes import COLUMNS as AFFIX_COLUMNS
from pipeline.affixes import check_affix
from pipeline.candidates import COLUMNS as ORDINARY_COLUMNS
from pipeline.candidates import make_ordinary
from pipeline.enumerations import COLUMNS as FORM_COLUMNS
from pipeline.enumerations import check_form
from pipeline.errors import LexiconError
from pipeline.glosses import COLUMNS as LEAD_COLUMNS
from pipeline.glosses import check_lead
from pipeline.lexicon_rows import (
    CONFUSABLE_COLUMNS,
    ENTITY_COLUMNS,
    HGNC_COLUMNS,
    NAME_COLUMNS,
    SHAPE_COLUMNS,
    STOP_COLUMNS,
    WRONG_COLUMNS,
    check_again,
    check_case,
    check_common,
    check_entity,
    check_parents,
    find_spreadsheets,
    make_shape,
    names_of,
    read_common,
    read_confusables,
    shared_names,
)
from pipeline.tables import Row, read_rows
from pipeline.text import key

PREFIXES = (
    "hgnc", "fplx", "chebi", "chembl.compound", "pubchem.compound", "mesh", "drugbank", "uniprot", "ncbigene", "mirbase",
    "litmine",
)  # fmt: skip
Claim = tuple[Row, str, str]
"""A row with the column and the name by which it claims a key."""


def check_lexicons(folder: Path) -> Iterator[LexiconError]:
    """Yield what is wrong in the lexicon folder, with file, row, column and repair; nothing if it is in order.

    A file that cannot be read row by row gives one finding and is passed over in the checks across files.
    """
    if not (folder / "entities").is_dir():
        yield LexiconError(
            folder / "entities", 1, "", "the folder is missing", "point --lexicons at a whole lexicon folder"
        )
        return
    entities: list[Row] = []
    yield from find_spreadsheets(folder / "entities")
    for path in sorted((folder / "entities").glob("*.csv")):
        rows, findings = read_whole(path, ENTITY_COLUMNS, check_entity)
        entities += rows
        yield from findings
        yield from check_order(rows, "id")
    yield from check_ids(entities)
    yield from check_names(entities, folder)
    yield from check_words(entities, folder)
    yield from check_prefixes(entities)
    yield from check_symbols(entities, folder / "background")
    yield from check_references(entities, folder)
    yield from check_translations(entities)
    yield from check_xrefs(entities)
    yield from read_whole(folder / "shapes.csv", SHAPE_COLUMNS, make_shape)[1]
    yield from read_whole(folder / "stop_words.csv", STOP_COLUMNS, check_stop_word)[1]
    yield from read_whole(folder / "enumerations.csv", FORM_COLUMNS, check_form)[1]
    yield from read_whole(folder / "affixes.csv", AFFIX_COLUMNS, check_affix)[1]
    yield from read_whole(folder / "gloss_words.csv", LEAD_COLUMNS, check_lead)[1]
    yield from read_whole(folder / "no_candidates.csv", ORDINARY_COLUMNS, make_ordinary)[1]


def read_whole(
    path: Path, columns: Sequence[str], check: Callable[[Row], object]
) -> tuple[list[Row], list[LexiconError]]:
    """Return the rows of a file that are in order, and what is wrong with the others."""
    rows: list[Row] = []
    findings: list[LexiconError] = []
    try:
        for row in read_rows(path, columns):
            try:
                check(row)
                rows.append(row)
            except LexiconError as error:
                findings.append(error)
    except LexiconError as error:
        findings.append(error)
    return rows, findings


def check_stop_word(row: Row) -> None:
    """Raise LexiconError for a stop word that is no word."""
    if not row["text"]:
        raise row.error("text", "the cell is empty", "write the word, or drop the row")


def check_order(rows: Iterable[Row], column: str) -> Iterator[LexiconError]:
    """Yield the first row that does not follow the one before it."""
    before = ""
    for row in rows:
        if row[column] < before:
            yield row.error(column, f"`{row[column]}` stands after `{before}`", f"sort the file by {column}")
            return
        before = row[column]


def check_ids(entities: Iterable[Row]) -> Iterator[LexiconError]:
    """Yield the rows whose id an earlier row has, unless they add names to it from another file."""
    first: dict[str, Row] = {}
    for row in entities:
        other = first.setdefault(row["id"], row)
        if other is not row:
            try:
                check_again(row, other)
            except LexiconError as error:
                yield error


def check_names(entities: Iterable[Row], folder: Path) -> Iterator[LexiconError]:
    """Yield the names that two concepts claim without a word on it in a note or in confusables."""
    try:
        confusables = read_confusables(folder / "confusables")
    except LexiconError:
        return
    first: dict[str, Claim] = {}
    told: set[tuple[str, str]] = set()
    for row in entities:
        for column, text, spelled in names_of(row):
            other, _, name = first.setdefault(spelled, (row, column, text))
            pair = (other["id"], row["id"])
            claims = {(form, one) for form in (spelled, key(text)) for one in pair}
            explained = not claims.isdisjoint(confusables) or spelled in shared_names(other) | shared_names(row)
            if other["id"] != row["id"] and not explained and pair not in told:
                told.add(pair)
                yield row.error(
                    column,
                    f"`{text}` is a name of {other['id']} too ({other.path.name}, row {other.number}: `{name}`)",
                    f"drop it from one of the two, or say why in the note: shares {text}: …",
                )


def check_words(entities: Iterable[Row], folder: Path) -> Iterator[LexiconError]:
    """Yield the rows with a name that is an ordinary word; nothing if a file of such words cannot be read."""
    try:
        common = read_common(folder)
    except LexiconError:
        return
    for row in entities:
        try:
            for column, text, spelled in names_of(row):
                check_common(row, column, text, spelled, common)
        except LexiconError as error:
            yield error


def check_prefixes(entities: Iterable[Row]) -> Iterator[LexiconError]:
    """Yield the rows that have a CURIE of a registry that the lexicons do not know."""
    for row in entities:
        for column in ("id", "xrefs", "parents"):
            for curie in row.list(column):
                if (prefix := curie.split(":")[0]) not in PREFIXES:
                    yield row.error(column, f"{prefix} is no registry that is known",
                                    f"write one of {', '.join(PREFIXES)}, with litmine for what no registry has")  # fmt: skip


def check_symbols(entities: Iterable[Row], folder: Path) -> Iterator[LexiconError]:
    """Yield the genes whose id or symbol is not HGNC's."""
    symbols: dict[str, str] = {}
    for path in sorted(folder.glob("*.csv")):
        rows, findings = read_whole(path, HGNC_COLUMNS, lambda row: None)
        yield from findings
        symbols |= {row["id"]: row["symbol"] for row in rows}
    for row in entities:
        if not row["id"].startswith("hgnc:"):
            continue
        if row["id"] not in symbols:
            yield row.error("id", f"HGNC has no gene {row['id']}", "look the number up in lexicons/background/hgnc.csv")
        elif row["name_en"] != symbols[row["id"]]:
            yield row.error(
                "name_en",
                f"HGNC calls {row['id']} `{symbols[row['id']]}`, not `{row['name_en']}`",
                "write HGNC's symbol, the other name among the synonyms",
            )


def check_xrefs(entities: Iterable[Row]) -> Iterator[LexiconError]:
    """Yield the rows that refer to the same record of a registry as another row: one thing with two ids."""
    first: dict[str, Row] = {row["id"]: row for row in entities}
    for row in entities:
        for curie in row.list("xrefs"):
            other = first.setdefault(curie, row)
            if other["id"] != row["id"]:
                yield row.error(
                    "xrefs",
                    f"{curie} is {other['id']} ({other.path.name}, row {other.number})",
                    "join the two rows, or drop the reference that is wrong",
                )


def check_references(entities: Sequence[Row], folder: Path) -> Iterator[LexiconError]:
    """Yield the rows of confusables and wrong matches that speak of nothing in the lexicon."""
    ids = {row["id"] for row in entities}
    claimed = {(spelled, row["id"]) for row in entities for _, _, spelled in names_of(row)}
    names = {spelled: row["id"] for row in entities for _, _, spelled in names_of(row)}
    yield from check_parents(entities, ids)
    for path in sorted((folder / "confusables").glob("*.csv")):
        rows, findings = read_whole(path, CONFUSABLE_COLUMNS, check_name)
        yield from findings
        for row in rows:
            yield from check_confusable(row, ids, claimed)
    rows, findings = read_whole(folder / "wrong_matches.csv", WRONG_COLUMNS, check_name)
    yield from findings
    for row in rows:
        if row["concept_id"] and row["concept_id"] not in ids:
            yield row.error(
                "concept_id", f"no row has the id {row['concept_id']}", "write the id of a concept, or nothing"
            )
        if not row["type"] and not row["concept_id"] and not row["context"] and key(row["text"]) in names:
            yield row.error("text", f"`{row['text']}` is a name of {names[key(row['text'])]}", "drop it here or there")


def check_name(row: Row) -> None:
    """Raise LexiconError for a row of confusables or wrong matches with an empty name or an unknown case."""
    column = "name" if "name" in row.cells else "text"
    if not key(row[column]):
        raise row.error(column, "the cell is empty", "write the name, or drop the row")
    if "case" in row.cells:
        check_case(row)


def check_confusable(row: Row, ids: set[str], claimed: set[tuple[str, str]]) -> Iterator[LexiconError]:
    """Yield what is wrong with a confusable: a concept that is not there, or that has no such name."""
    if row["concept_id"] not in ids:
        yield row.error(
            "concept_id", f"no row has the id {row['concept_id']}", "write the id of a concept, or drop the row"
        )
    elif (key(row["name"]), row["concept_id"]) not in claimed:
        yield row.error(
            "name", f"`{row['name']}` is no name of {row['concept_id']}", "add it there as a synonym, or drop the row"
        )


def check_translations(entities: Iterable[Row]) -> Iterator[LexiconError]:
    """Yield the rows whose English or Chinese name is another concept's, of the same type: one thing with two ids."""
    for column in NAME_COLUMNS[:2]:
        first: dict[tuple[str, str], Row] = {}
        for row in entities:
            spelled = key(row[column])
            if not spelled or spelled in shared_names(row):
                continue
            other = first.setdefault((spelled, row["type"]), row)
            if other["id"] != row["id"] and spelled not in shared_names(other):
                yield row.error(
                    column,
                    f"`{row[column]}` is the name of {other['id']} too ({other.path.name}, row {other.number})",
                    "join the two rows, or give each its own name",
                )
