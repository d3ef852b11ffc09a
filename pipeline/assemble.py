"""Part files -> the tables: streamed rows, aggregates over the corpus, with the curator's decisions."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any, Protocol, TypeVar

import numpy as np
import pandas as pd
import pyarrow as pa

from pipeline.decisions import PUBLISHED, Decisions, hash_file, look_at, read_decisions, read_published, write_reviews
from pipeline.records import Candidate, DocumentRow, Entity, Triple
from pipeline.script import HAN
from pipeline.store import (
    HOME,
    STREAMED,
    TABLES,
    Parts,
    TableFile,
    link_or_copy,
    open_stage,
    publish,
    recover,
    sync_folder,
    write_atomically,
)

CHUNK = 32_768  # rows in memory, and in a Parquet row group
COMPACT = 100_000  # rows of partial aggregates before they are merged
PARTIALS = 64  # partial aggregates, however small, before they are merged
SURE = 0.999  # no number of sentences makes a statement more certain than this
HEDGED = 0.5  # what a speculated row's confidence counts
SURFACES = 20
Record = TypeVar("Record")
Merge = Callable[[pd.DataFrame], pd.DataFrame]
HAN_BREAK = re.compile(f"(?<=[{HAN}])[^\\S\\r\\n]*[\\r\\n]\\s*(?=[{HAN}])")
BREAK = re.compile(r"\s*[\r\n|]\s*")


class Concept(Protocol):
    """What the lexicon knows of a concept."""

    @property
    def type(self) -> str: ...
    @property
    def name_en(self) -> str: ...
    @property
    def name_zh(self) -> str: ...
    @property
    def xrefs(self) -> tuple[str, ...]: ...


class Fold:
    """Partial aggregates that are merged whenever there are many; memory is bounded by the distinct keys."""

    def __init__(self, merge: Merge) -> None:
        """`merge` takes rows, or rows and its own earlier results, and returns one row a key."""
        self.merge, self.parts, self.size, self.limit = merge, list[pd.DataFrame](), 0, COMPACT

    def add(self, rows: pd.DataFrame) -> None:
        """Take in `rows`."""
        self.parts.append(self.merge(rows))
        self.size += len(self.parts[-1])
        if self.size > self.limit or len(self.parts) > PARTIALS:
            self.limit = max(COMPACT, 2 * len(self.result()))

    def result(self) -> pd.DataFrame:
        """Return one row for each key so far; an empty frame if nothing was taken in."""
        if len(self.parts) > 1:
            self.parts = [self.merge(pd.concat(self.parts, ignore_index=True))]
        self.size = sum(map(len, self.parts))
        return self.parts[0] if self.parts else pd.DataFrame()


def merge_rows(keys: list[str], best: list[str], up: list[bool], sums: list[str]) -> Merge:
    """Return a merge for `Fold`: of the rows of one key the first by `best` (`up` or down), with `sums` added up."""

    def merge(rows: pd.DataFrame) -> pd.DataFrame:
        rows = rows.sort_values(best, ascending=up, kind="stable")
        firsts = rows.drop_duplicates(keys).drop(columns=sums)
        return firsts.merge(rows.groupby(keys, sort=False)[sums].sum().reset_index(), on=keys)

    return merge


class TripleSums:
    """Gathers triples.csv from evidence rows."""

    STATEMENT = ["triple_id", "relation", "subject_id", "subject_name", "object_id", "object_name", "negated"]
    SAID = ["doc_id", "sentence_id", "lang", "speculated", "confidence"]
    SUMS = ["n_evidence", "n_docs", "n_zh", "n_en", "n_speculated", "doubt"]

    def __init__(self) -> None:
        best = ["weight", "length", "order"]
        self.fold, self.rows = Fold(merge_rows(["triple_id"], best, [False, True, True], self.SUMS)), 0

    def add(self, table: pa.Table) -> None:
        """Take in evidence rows of whole documents.

        `doubt` is log(1 - confidence) once a sentence, of its surest row, so that the sum over a corpus is the log of
        the chance that every sentence errs.
        """
        rows = table.select([*self.STATEMENT, *self.SAID, "sentence"]).to_pandas()
        rows["order"] = np.arange(self.rows, self.rows + len(rows))
        self.rows += len(rows)
        rows["weight"] = rows["confidence"].clip(0, SURE) * np.where(rows["speculated"], HEDGED, 1.0)
        rows["length"] = rows["sentence"].str.len()
        rows = rows.sort_values(["weight", "order"], ascending=[False, True], kind="stable")
        rows["n_evidence"] = 1
        rows["n_docs"] = (~rows.duplicated(["triple_id", "doc_id"])).astype(int)
        for lang in ("zh", "en"):
            rows[f"n_{lang}"] = (rows["lang"] == lang).astype(int)
        rows["n_speculated"] = rows["speculated"].astype(int)
        repeated = rows.duplicated(["triple_id", "sentence_id"])
        rows["doubt"] = np.where(repeated, 0.0, np.log1p(-rows["weight"]))
        self.fold.add(rows.drop(columns=self.SAID))

    def records(
        self,
        concepts: Mapping[str, Entity],
        reviews: Mapping[str, str],
        opposites: Mapping[str, str],
        symmetric: Collection[str],
    ) -> Iterator[Triple]:
        """Give the triples, those with most evidence first, then by names."""
        frame = self.fold.result()
        if frame.empty:
            return
        frame["confidence"] = (1 - np.exp(frame["doubt"])).clip(upper=SURE)
        turned = frame["relation"].isin(list(symmetric)) & (frame["subject_id"] > frame["object_id"])
        for part in ("id", "name"):
            ends = [f"subject_{part}", f"object_{part}"]
            frame.loc[turned, ends] = frame.loc[turned, ends[::-1]].to_numpy()
        for end in ("subject", "object"):
            for part in ("type", "name_en", "name_zh"):
                named = {concept: getattr(entity, part) for concept, entity in concepts.items()}
                frame[f"{end}_{part}"] = frame[f"{end}_id"].map(named).fillna("")
            known = frame[f"{end}_id"].isin(list(concepts))
            frame[f"{end}_name_en"] = frame[f"{end}_name_en"].where(known, frame[f"{end}_name"])
        names = ["subject_name_en", "subject_name_zh", "relation", "object_name_en", "object_name_zh", "triple_id"]
        frame = frame.sort_values(["n_evidence", *names], ascending=[False] + [True] * len(names))
        frame = frame.rename(columns={"sentence": "example"})
        frame["review"] = frame["triple_id"].map(dict(reviews)).fillna("")
        frame["conflicts"] = find_conflicts(frame, opposites)
        yield from make_records(Triple, frame)


def make_records(kind: type[Record], frame: pd.DataFrame) -> Iterator[Record]:
    """Give a record of `kind` for each row of `frame`, whose columns are its fields (further ones are left)."""
    names = list(kind.__annotations__)
    for values in zip(*(frame[name].tolist() for name in names), strict=True):
        yield kind(**dict(zip(names, values, strict=True)))


def find_conflicts(frame: pd.DataFrame, opposites: Mapping[str, str]) -> list[tuple[str, ...]]:
    """Return for each triple the ids of those that say the opposite of the same two concepts, in order.

    The same relation with the other negation; or, neither negated, the opposite relation (`opposites`, either way).
    """
    both = {(one, other) for pair in opposites.items() if all(pair) for one, other in (pair, pair[::-1])}
    columns = ["subject_id", "relation", "object_id", "negated"]
    statements = list(zip(*(frame[name].tolist() for name in columns), strict=True))
    ids = dict(zip(statements, frame["triple_id"].tolist(), strict=True))
    found = []
    for subject, relation, target, negated in statements:
        against = [(subject, relation, target, not negated)]
        if not negated:
            against += [(subject, other, target, False) for one, other in both if one == relation]
        found.append(tuple(sorted(ids[statement] for statement in against if statement in ids)))
    return found


class EntitySums:
    """Gathers entities.csv from mention rows."""

    COLUMNS = ["doc_id", "concept_id", "type", "name_en", "name_zh", "source_text"]

    def __init__(self) -> None:
        by_order = (["order"], [True])
        self.concepts = Fold(merge_rows(["concept_id"], *by_order, ["n_mentions", "n_docs"]))
        self.surfaces = Fold(merge_rows(["concept_id", "surface"], *by_order, ["count"]))
        self.rows = 0

    def add(self, table: pa.Table) -> None:
        """Take in mention rows of whole documents; a mention without a concept is left out."""
        rows = table.select(self.COLUMNS).to_pandas()
        rows["order"] = np.arange(self.rows, self.rows + len(rows))
        self.rows += len(rows)
        rows = rows[rows["concept_id"] != ""]
        forms = rows.groupby(["concept_id", "source_text"], sort=False)["order"].agg(["min", "size"]).reset_index()
        forms["surface"] = [fold_breaks(text) for text in forms["source_text"].tolist()]
        forms = forms.rename(columns={"min": "order", "size": "count"})
        self.surfaces.add(forms[["concept_id", "surface", "order", "count"]])
        rows = rows.assign(n_mentions=1, n_docs=(~rows.duplicated(["concept_id", "doc_id"])).astype(int))
        self.concepts.add(rows.drop(columns=["doc_id", "source_text"]))

    def records(self, lexicon: Mapping[str, Concept]) -> list[Entity]:
        """Return the entities, the most mentioned first; names as in the lexicon, else as in the first mention."""
        frame, forms = self.concepts.result(), self.surfaces.result()
        if frame.empty:
            return []
        forms = forms[forms["surface"] != ""].sort_values(["count", "order"], ascending=[False, True])
        best = forms.groupby("concept_id").head(SURFACES).groupby("concept_id")["surface"].agg(tuple)
        frame["surfaces"] = [best.get(concept, ()) for concept in frame["concept_id"].tolist()]
        frame["xrefs"] = [()] * len(frame)
        frame = frame.sort_values(["n_mentions", "concept_id"], ascending=[False, True])
        return [take_names(entity, lexicon.get(entity.concept_id)) for entity in make_records(Entity, frame)]


def take_names(entity: Entity, concept: Concept | None) -> Entity:
    """Return `entity` with the lexicon's type, names and xrefs, if it has the concept."""
    if concept is None:
        return entity
    return Entity(
        concept_id=entity.concept_id,
        type=concept.type,
        name_en=concept.name_en,
        name_zh=concept.name_zh,
        xrefs=tuple(concept.xrefs),
        n_mentions=entity.n_mentions,
        n_docs=entity.n_docs,
        surfaces=entity.surfaces,
    )


def fold_breaks(text: str) -> str:
    """Return `text` on one line: a break between Chinese characters is dropped, any other, or a `|`, is a space."""
    return BREAK.sub(" ", HAN_BREAK.sub("", text)).strip()


class CandidateSums:
    """Gathers candidates.csv from the documents' candidates."""

    def __init__(self) -> None:
        self.first = Fold(merge_rows(["surface"], ["order"], [True], ["count", "n_docs"]))
        self.nearest = Fold(merge_rows(["surface"], ["similarity", "order"], [False, True], ["count"]))
        self.rows = 0

    def add(self, table: pa.Table) -> None:
        """Take in candidate rows."""
        rows = table.to_pandas()
        rows["order"] = np.arange(self.rows, self.rows + len(rows))
        self.rows += len(rows)
        self.first.add(rows[["surface", "guess", "example", "count", "n_docs", "order"]])
        self.nearest.add(rows[["surface", "nearest", "nearest_name", "similarity", "count", "order"]])

    def records(self) -> Iterator[Candidate]:
        """Give the candidates, the most frequent first: guess and example of the first, nearest of the most similar."""
        first, nearest = self.first.result(), self.nearest.result()
        if not first.empty:
            frame = first.merge(nearest.drop(columns=["count", "order"]), on="surface")
            yield from make_records(Candidate, frame.sort_values(["count", "surface"], ascending=[False, True]))


class Buffer:
    """Gathers record batches of whole documents until they are a chunk, and hands that on."""

    def __init__(self, take: Sequence[Callable[[pa.Table], None]], rows: int) -> None:
        """`take` are the receivers of a chunk of `rows` rows or, where a document ends, somewhat more."""
        self.take, self.limit = take, rows
        self.batches, self.rows = list[pa.RecordBatch](), 0

    def add(self, batch: pa.RecordBatch) -> None:
        """Take in one document's rows."""
        if batch.num_rows:
            self.batches.append(batch)
            self.rows += batch.num_rows
        if self.rows >= self.limit:
            self.flush()

    def flush(self) -> None:
        """Hand on what waits."""
        if self.batches:
            table = pa.Table.from_batches(self.batches).combine_chunks()
            self.batches, self.rows = [], 0
            for take in self.take:
                take(table)


# --- the tables


def assemble(
    parts: Parts,
    doc_keys: Iterable[str],
    failures: Iterable[DocumentRow],
    lexicon_names: Mapping[str, Concept],
    run_info: Mapping[str, object],
    outputs: Path,
    decisions: Decisions,
    opposites: Mapping[str, str] | None = None,
    symmetric: Collection[str] = (),
    chunk: int = CHUNK,
) -> dict[str, int]:
    """Publish all tables (CSV, Parquet) and run.json into `outputs`, all or none; return each table's rows.

    `doc_keys` name the parts in the order of the documents; `failures` are the rows of files that gave none.
    `lexicon_names` has type, names and xrefs by concept_id. `run_info` becomes run.json, with `counts` added.
    `decisions` come from `read_decisions`; they are read again if the curator changed a file since. `opposites` maps
    a relation to its opposite, `symmetric` are those whose arguments have no order (they are put in order of their
    ids). `chunk` is how many rows of a table are in memory at a time. Raises StoreError, DecisionError; the tables
    are then as before.
    """
    recover(outputs)
    with open_stage(outputs) as stage, ExitStack() as stack:
        new = stage / "new"
        files = {table: TableFile(new, table) for table in TABLES}
        for file in files.values():
            stack.callback(file.abandon)
        triples, entities, candidates = TripleSums(), EntitySums(), CandidateSums()
        documents = [*failures, *stream_parts(parts, doc_keys, files, triples, entities, candidates, chunk)]
        documents.sort(key=lambda row: row.doc_id)
        concepts = entities.records(lexicon_names)
        if look_at(outputs) != decisions.seen:
            decisions = read_decisions(outputs)
        named = {entity.concept_id: entity for entity in concepts}
        statements = triples.records(named, decisions.reviews, opposites or {}, symmetric)
        write_chunks(files["documents"], documents, chunk)
        write_chunks(files["entities"], concepts, chunk)
        write_chunks(files["candidates"], candidates.records(), chunk)
        write_chunks(files["triples"], statements, chunk)
        for file in files.values():
            file.close()
        counts = {table: file.rows for table, file in files.items()}
        names = write_rest(new, files, {**run_info, "counts": counts}, decisions)
        back_up(outputs, ("review.csv",) * decisions.changed + ("triples.csv",) * bool(decisions.taken_back))
        publish(outputs, stage, [*names, *(f"{table}.{suffix}" for table in TABLES for suffix in ("csv", "parquet"))])
    return counts


def stream_parts(
    parts: Parts,
    doc_keys: Iterable[str],
    files: Mapping[str, TableFile],
    triples: TripleSums,
    entities: EntitySums,
    candidates: CandidateSums,
    chunk: int,
) -> list[DocumentRow]:
    """Write the rows of every part to `files`, show them to the aggregates, return the documents' rows."""
    documents: list[DocumentRow] = []
    takers: dict[str, list[Callable[[pa.Table], None]]] = {table: [files[table].write_rows] for table in STREAMED}
    takers["mentions"].append(entities.add)
    takers["evidence"].append(triples.add)
    takers["candidates"] = [candidates.add]
    takers["documents"] = [lambda table: documents.extend(map(make_document, table.to_pylist()))]
    buffers = {table: Buffer(take, chunk) for table, take in takers.items()}
    for doc_key in doc_keys:
        part = parts.read(doc_key)
        for table, lines in part.lines.items():
            files[table].write_lines(lines)
        for table, buffer in buffers.items():
            buffer.add(part.batches[table])
    for buffer in buffers.values():
        buffer.flush()
    return documents


def make_document(row: dict[str, Any]) -> DocumentRow:
    """Return a row of documents.csv from its columns' values."""
    return DocumentRow(**{**row, "langs": tuple(row["langs"])})


def write_chunks(file: TableFile, records: Iterable[object], chunk: int) -> None:
    """Write `records` to `file`, `chunk` at a time."""
    rest = iter(records)
    while rows := list(islice(rest, chunk)):
        file.write_records(rows)


def write_rest(
    new: Path, files: Mapping[str, TableFile], info: Mapping[str, object], decisions: Decisions
) -> list[str]:
    """Write run.json, what this run published (to know a later edit by) and review.csv if it changed; return names."""
    text = json.dumps(info, ensure_ascii=False, indent=2, default=str) + "\n"
    write_atomically(new / "run.json", text.encode("utf-8", "backslashreplace"), sync=True)
    published = {
        "hashes": {f"{table}.csv": file.hash.hexdigest() for table, file in files.items()},
        "reviews": dict(decisions.reviews),
    }
    write_atomically(new / PUBLISHED, json.dumps(published).encode(), sync=True)
    if not decisions.changed:
        return ["run.json", PUBLISHED]
    write_reviews(new / "review.csv", decisions)
    return ["run.json", PUBLISHED, "review.csv"]


# --- what was there before


def back_up(outputs: Path, changed: Collection[str]) -> None:
    """Keep in .litmine/backup/TIME/ each CSV table that is not as the last run left it, and the files `changed`."""
    hashes = read_published(outputs)["hashes"]
    edited = {name for name in (f"{table}.csv" for table in TABLES) if hash_file(outputs / name) != hashes.get(name)}
    names = sorted(name for name in {*edited, *changed} if (outputs / name).exists())
    if names:
        folder = outputs / HOME / "backup" / datetime.now(UTC).strftime("%Y%m%d-%H%M%S-%f")
        for name in names:
            link_or_copy(outputs / name, folder / name)
        sync_folder(folder)
