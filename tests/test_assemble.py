"""The tables say what the parts say, in order; the curator's decisions outlive every rerun."""

from __future__ import annotations

import csv
import gc
import hashlib
import io
import json
import os
import shutil
import tracemalloc
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline import assemble as room
from pipeline import ids
from pipeline.assemble import assemble, fold_breaks
from pipeline.clear import clear
from pipeline.decisions import DecisionError, read_decisions
from pipeline.records import Candidate, DocumentResult, DocumentRow, Evidence, Mention, Sentence
from pipeline.store import BOM, TABLES, Parts, StoreError, open_parts

OPPOSITES = {"inhibits": "activates", "activates": "inhibits", "phosphorylates": "dephosphorylates", "binds": ""}
SYMMETRIC = frozenset({"binds", "associated_with"})
PAIR = ("litmine:a", "litmine:b")


@dataclass(frozen=True)
class Name:
    """A concept as the lexicon gives it."""

    type: str
    name_en: str
    name_zh: str
    xrefs: tuple[str, ...]


LEXICON = {"litmine:a": Name("drug", "alpha", "甲", ("chebi:1", "mesh:D1"))}


@dataclass(frozen=True)
class Said:
    """One statement of a test document; those with the same `at` stand in one sentence."""

    relation: str = "inhibits"
    pair: tuple[str, str] = PAIR
    negated: bool = False
    speculated: bool = False
    confidence: float = 0.8
    at: int = 0
    lang: str = "zh"
    text: str = "甲抑制乙。"


def make_mention(doc_id: str, start: int, concept: str, source_text: str = "") -> Mention:
    """Return a mention of `concept` whose names are made from its id."""
    word = concept.removeprefix("litmine:")
    return Mention(
        mention_id=ids.mention_id(doc_id, start, start + 1, concept),
        doc_id=doc_id,
        sentence_id=ids.sentence_id(doc_id, start // 100),
        start=start,
        end=start + 1,
        text=word,
        source_text=source_text or word,
        type="gene",
        concept_id=concept,
        name_en=word.upper(),
        name_zh=f"{word}基因",
        match="exact",
        score=1.0,
        alternatives=(),
    )


def make_evidence(said: Said, subject: Mention, target: Mention) -> Evidence:
    """Return a row of evidence for what was `said` of two mentions."""
    symmetric = said.relation in SYMMETRIC
    triple = ids.triple_id(subject.concept_id, said.relation, target.concept_id, said.negated, symmetric)
    return Evidence(
        evidence_id=ids.evidence_id(triple, subject.mention_id, target.mention_id),
        triple_id=triple,
        doc_id=subject.doc_id,
        sentence_id=ids.sentence_id(subject.doc_id, said.at),
        lang=said.lang,
        relation=said.relation,
        subject_mention_id=subject.mention_id,
        subject_id=subject.concept_id,
        subject_name=subject.name_en,
        object_mention_id=target.mention_id,
        object_id=target.concept_id,
        object_name=target.name_en,
        negated=said.negated,
        speculated=said.speculated,
        site="",
        effect="",
        trigger="抑制",
        rule_id="rule",
        confidence=said.confidence,
        citations=("1", "2"),
        start=said.at * 100,
        end=said.at * 100 + 90,
        sentence=said.text,
    )


def make_document(doc_id: str, status: str = "ok") -> DocumentRow:
    """Return a row of documents.csv."""
    return DocumentRow(doc_id, f"{doc_id}.txt", "0" * 64, "txt", "utf-8", ("zh",), 9, 1, 2, 1, 0, status, "")


def make_result(
    doc_id: str, said: Sequence[Said], mentions: Sequence[Mention] = (), candidates: Sequence[Candidate] = ()
) -> DocumentResult:
    """Return the result of a document in which all of `said` is said, each between two mentions of its own."""
    found, evidence = list(mentions), []
    for number, one in enumerate(said):
        ends = [make_mention(doc_id, one.at * 100 + 2 * number + end, one.pair[end]) for end in (0, 1)]
        found += ends
        evidence.append(make_evidence(one, *ends))
    sentences = [
        Sentence(ids.sentence_id(doc_id, at), doc_id, at, "body", "zh", at * 100, at * 100 + 90, "甲抑制乙。", ())
        for at in sorted({one.at for one in said})
    ]
    return DocumentResult(make_document(doc_id), tuple(sentences), tuple(found), tuple(evidence), (), tuple(candidates))


def run(outputs: Path, results: Sequence[DocumentResult], chunk: int = 1000, info: str = "1") -> dict[str, int]:
    """Write the parts of `results` and publish the tables into `outputs`."""
    decisions = read_decisions(outputs)
    parts = open_parts(outputs)
    keys = [result.document.doc_id for result in results]
    for key, result in zip(keys, results, strict=True):
        parts.write(key, key, result)
    return assemble(parts, keys, [], LEXICON, {"version": info}, outputs, decisions, OPPOSITES, SYMMETRIC, chunk=chunk)


def read(outputs: Path, table: str) -> list[dict[str, str]]:
    """Return the rows of a published CSV."""
    text = (outputs / f"{table}.csv").read_bytes().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def say(*said: Said) -> list[DocumentResult]:
    """Return the results of one document in which all of `said` is said."""
    return [make_result("doc", said)]


# --- the tables


def test_csv_and_parquet_of_every_table_agree(tmp_path: Path) -> None:
    awkward = [make_mention("二", 500, "litmine:c", text) for text in ('"白"\r\n细胞', "a,b", "one\rtwo", "x\ny")]
    unknown = [Candidate("某因子", "gene", 2, 1, "litmine:a", "alpha", 0.91, "某因子升高")]
    counts = run(tmp_path, [make_result("二", [Said(), Said(at=1, negated=True)], awkward, unknown), *say(Said())])
    for table in TABLES:
        rows = pq.read_table(tmp_path / f"{table}.parquet").to_pylist()
        shown = [{name: show(value) for name, value in row.items()} for row in rows]
        assert read(tmp_path, table) == shown and len(rows) == counts[table]
        assert (tmp_path / f"{table}.csv").read_bytes().startswith(BOM)
        assert table == "modifications" or rows
    assert json.loads((tmp_path / "run.json").read_text("utf-8")) == {"version": "1", "counts": counts}


def show(value: object) -> str:
    """Return a value as the tables' contract wants it in a CSV cell."""
    if isinstance(value, bool):
        return str(value).lower()
    return "|".join(value) if isinstance(value, list) else str(value)


def test_empty_corpus_has_all_tables_with_headers(tmp_path: Path) -> None:
    assert set(run(tmp_path, []).values()) == {0}
    for table in TABLES:
        assert pq.read_table(tmp_path / f"{table}.parquet").num_rows == 0
        assert (tmp_path / f"{table}.csv").read_bytes().count(b"\n") == 1


def test_documents_are_sorted_and_failures_among_them(tmp_path: Path) -> None:
    parts = open_parts(tmp_path)
    for doc in ("丙", "a"):
        parts.write(doc, doc, make_result(doc, [Said()]))
    failed = replace(make_document("b", "failed"), error="empty file")
    assemble(parts, ["丙", "a"], [failed], {}, {}, tmp_path, read_decisions(tmp_path))
    assert [(row["doc_id"], row["status"]) for row in read(tmp_path, "documents")] == [
        ("a", "ok"),
        ("b", "failed"),
        ("丙", "ok"),
    ]
    assert [row["doc_id"] for row in read(tmp_path, "sentences")] == ["丙", "a"]


def test_triple_sums_its_evidence(tmp_path: Path) -> None:
    first = [
        Said(confidence=0.5, text="short"),
        Said(confidence=0.9, at=1, lang="en", text="a longer sentence"),
        Said(confidence=0.9, at=2, text="the best"),
        Said(confidence=0.9, at=3, text="the late"),
    ]
    second = [Said(confidence=0.8, speculated=True, text="maybe"), Said(confidence=0.2, text="maybe")]
    run(tmp_path, [make_result("one", first), make_result("two", second)])
    (row,) = read(tmp_path, "triples")
    assert [row[name] for name in ("n_evidence", "n_docs", "n_zh", "n_en", "n_speculated")] == ["6", "2", "5", "1", "1"]
    assert row["confidence"] == "0.999" and row["example"] == "the best"
    assert (row["subject_type"], row["subject_name_en"], row["subject_name_zh"]) == ("drug", "alpha", "甲")
    assert (row["object_type"], row["object_name_en"], row["object_name_zh"]) == ("gene", "B", "b基因")


@pytest.mark.parametrize(
    ("said", "confidence"),
    [
        ([Said(confidence=0.8)], 0.8),
        ([Said(confidence=0.8), Said(confidence=0.6)], 0.8),
        ([Said(confidence=0.8), Said(confidence=0.5, at=1)], 0.9),
        ([Said(confidence=0.8, speculated=True)], 0.4),
        ([Said(confidence=0.8, speculated=True), Said(confidence=0.5)], 0.5),
        ([Said(confidence=0.5), Said(confidence=0.4, speculated=True, at=1)], 0.6),
        ([Said(confidence=1.0)], 0.999),
        ([Said(confidence=0.9, at=at) for at in range(9)], 0.999),
    ],
)
def test_confidence_counts_sentences_once_and_speculation_half(
    tmp_path: Path, said: list[Said], confidence: float
) -> None:
    run(tmp_path, say(*said))
    assert float(read(tmp_path, "triples")[0]["confidence"]) == pytest.approx(confidence)


def test_chunks_and_compaction_change_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    results = [
        make_result(
            f"d{number}",
            [
                Said(
                    relation=("inhibits", "binds")[at % 2],
                    pair=(f"litmine:{at % 3}", f"litmine:{(at + number) % 4}"),
                    confidence=0.3 + (at * number % 7) / 10,
                    speculated=at % 5 == 0,
                    at=at // 2,
                    text="甲" * (1 + at % 4),
                )
                for at in range(12)
            ],
            candidates=[Candidate(f"c{number % 3}", "gene", number, 1, "x", "X", number % 4 / 4, str(number))],
        )
        for number in range(20)
    ]
    run(tmp_path / "whole", results)
    monkeypatch.setattr(room, "COMPACT", 5)
    run(tmp_path / "small", results, chunk=7)
    for table in TABLES:
        assert read(tmp_path / "small", table) == read(tmp_path / "whole", table)


def test_bytes_are_the_same_run_to_run(tmp_path: Path) -> None:
    results = [make_result("d", [Said(), Said("binds", at=1)], candidates=[Candidate("c", "", 1, 1, "", "", 0, "")])]
    run(tmp_path / "one", results, info="1")
    run(tmp_path / "two", results, info="2")
    one, two = hash_tables(tmp_path / "one"), hash_tables(tmp_path / "two")
    assert one.pop("run.json") != two.pop("run.json")
    assert one == two and len(one) == 2 * len(TABLES)


def test_symmetric_triple_has_one_order(tmp_path: Path) -> None:
    run(tmp_path, say(Said("binds", PAIR[::-1]), Said("binds", PAIR, at=1)))
    (row,) = read(tmp_path, "triples")
    assert (row["subject_id"], row["object_id"], row["n_evidence"]) == (*PAIR, "2")
    assert (row["subject_name_en"], row["object_name_en"]) == ("alpha", "B")


def test_triples_are_sorted_by_evidence_then_names(tmp_path: Path) -> None:
    pairs = [("litmine:z", "litmine:y"), ("litmine:c", "litmine:d"), ("litmine:c", "litmine:b"), PAIR, PAIR]
    run(tmp_path, say(*(Said(pair=pair, at=at) for at, pair in enumerate(pairs))))
    assert [row["subject_id"][-1] + row["object_id"][-1] for row in read(tmp_path, "triples")] == [
        "ab",
        "cb",
        "cd",
        "zy",
    ]


@pytest.mark.parametrize(
    ("one", "other", "conflict"),
    [
        (Said("inhibits"), Said("activates"), True),
        (Said("dephosphorylates"), Said("phosphorylates"), True),
        (Said("inhibits"), Said("inhibits", negated=True), True),
        (Said("binds"), Said("binds", PAIR[::-1], negated=True), True),
        (Said("inhibits"), Said("activates", negated=True), False),
        (Said("inhibits", negated=True), Said("activates", negated=True), False),
        (Said("inhibits"), Said("activates", PAIR[::-1]), False),
        (Said("inhibits"), Said("phosphorylates"), False),
        (Said("inhibits"), Said("activates", (PAIR[0], "litmine:c")), False),
    ],
)
def test_conflicts(tmp_path: Path, one: Said, other: Said, conflict: bool) -> None:
    run(tmp_path, say(one, replace(other, at=1)))
    rows = read(tmp_path, "triples")
    found = {row["triple_id"]: row["conflicts"] for row in rows}
    first, second = found
    assert found == ({first: second, second: first} if conflict else {first: "", second: ""})


def test_all_conflicts_are_listed(tmp_path: Path) -> None:
    run(tmp_path, say(Said("inhibits"), Said("activates", at=1), Said("inhibits", negated=True, at=2)))
    rows = {(row["relation"], row["negated"]): row for row in read(tmp_path, "triples")}
    against = {rows["activates", "false"]["triple_id"], rows["inhibits", "true"]["triple_id"]}
    assert set(rows["inhibits", "false"]["conflicts"].split("|")) == against


def test_entities_count_mentions_and_list_surfaces(tmp_path: Path) -> None:
    forms = ["白细胞\n介素", "白细胞介素", "IL\r\n 6", "IL 6", "IL 6", "a|b"]
    many = [make_mention("one", 9, "litmine:many", f"form {number}") for number in range(30)]
    mentions = [make_mention("one", at, "litmine:il6", form) for at, form in enumerate(forms)]
    nameless = make_mention("one", 99, "litmine:x")
    results = [
        make_result("one", [], [*mentions, *many, nameless._replace(concept_id="")]),
        make_result(
            "two", [], [make_mention("two", 0, "litmine:il6", "IL6"), make_mention("two", 5, "litmine:a", "甲")]
        ),
    ]
    run(tmp_path, results)
    rows = read(tmp_path, "entities")
    assert [row["concept_id"] for row in rows] == ["litmine:many", "litmine:il6", "litmine:a"]
    assert rows[0]["surfaces"].split("|") == [f"form {number}" for number in range(20)]
    assert rows[1]["surfaces"] == "IL 6|白细胞介素|a b|IL6"
    assert (rows[1]["n_mentions"], rows[1]["n_docs"], rows[1]["name_zh"]) == ("7", "2", "il6基因")
    assert [rows[2][name] for name in ("type", "name_en", "xrefs")] == ["drug", "alpha", "chebi:1|mesh:D1"]


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("白 \n\n 细胞", "白细胞"),
        ("白 细胞", "白 细胞"),
        ("JAK\n 2", "JAK 2"),
        ("甲\nA", "甲 A"),
        ("\n甲\r", "甲"),
        ("|", ""),
    ],
)
def test_fold_breaks(text: str, folded: str) -> None:
    assert fold_breaks(text) == folded


def test_candidates_are_merged_by_surface(tmp_path: Path) -> None:
    def make(surface: str, number: int, similarity: float, example: str) -> Candidate:
        return Candidate(surface, f"type {example}", number, 1, f"id {example}", f"name {example}", similarity, example)

    one = make_result("one", [], candidates=[make("b", 2, 0.5, "first"), make("a", 3, 0.1, "only")])
    two = make_result("two", [], candidates=[make("b", 1, 0.7, "second"), make("c", 9, 0.7, "most")])
    three = make_result("three", [], candidates=[make("b", 0, 0.7, "third")])
    run(tmp_path, [one, two, three])
    rows = [list(row.values()) for row in read(tmp_path, "candidates")]
    assert rows == [
        ["c", "type most", "9", "1", "id most", "name most", "0.7", "most"],
        ["a", "type only", "3", "1", "id only", "name only", "0.1", "only"],
        ["b", "type first", "3", "3", "id second", "name second", "0.7", "first"],
    ]


def test_memory_grows_with_documents_by_their_own_rows_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "PARTIALS", 2)
    few, many, row = 20, 50, 6144  # bytes that a row of documents.csv, which is sorted at the end, may take
    said = [Said(at=at, pair=(f"litmine:{at % 7}", "litmine:b"), text="甲抑制乙。" * 20) for at in range(40)]
    keys = [str(number) for number in range(many)]
    parts = open_parts(tmp_path)
    for key in keys:
        parts.write(key, key, make_result(key, said))
    measure_peak(parts, keys[:few], tmp_path / "modules loaded")
    python, arrow = measure_peak(parts, keys[:few], tmp_path / "few")
    more_python, more_arrow = measure_peak(parts, keys, tmp_path / "many")
    assert more_python < python + row * (many - few)
    assert more_arrow < 1.3 * arrow


def measure_peak(parts: Parts, keys: Sequence[str], outputs: Path) -> tuple[int, int]:
    """Return the most bytes that Python and Arrow held while the tables were assembled."""
    before, pool = pa.default_memory_pool(), pa.proxy_memory_pool(pa.default_memory_pool())
    pa.set_memory_pool(pool)
    gc.collect()
    tracemalloc.start()
    try:
        decisions = read_decisions(outputs)
        assemble(parts, keys, [], {}, {}, outputs, decisions, chunk=200)
        return tracemalloc.get_traced_memory()[1], pool.max_memory()
    finally:
        tracemalloc.stop()
        pa.set_memory_pool(before)


# --- publishing


def hash_tables(outputs: Path) -> dict[str, str]:
    """Return the hash of each published file."""
    names = ["run.json", "review.csv", *(f"{table}.{suffix}" for table in TABLES for suffix in ("csv", "parquet"))]
    paths = [outputs / name for name in names]
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in paths if path.exists()}


class Crash(BaseException):
    """Stands for the power cut: nothing in the program catches it."""


def test_interruption_at_any_step_leaves_one_whole_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old, new = say(Said()), say(Said("activates"), Said("binds", at=1))
    run(tmp_path / "new", new, info="2")
    run(tmp_path / "old", old)
    (tmp_path / "old" / "notes.txt").write_text("mine")
    wanted = hash_tables(tmp_path / "new")
    ends = []
    for number in count(0, 3):
        outputs = tmp_path / str(number)
        shutil.copytree(tmp_path / "old", outputs)
        before, calls = hash_tables(outputs), count()
        with monkeypatch.context() as patch:
            for module, name in [(os, "replace"), (os, "link"), (os, "fsync"), (os, "unlink"), (shutil, "rmtree")]:
                patch.setattr(module, name, guard(getattr(module, name), calls, number))
            try:
                run(outputs, new, info="2")
                interrupted = False
            except Crash:
                interrupted = True
        open_parts(outputs)
        assert hash_tables(outputs) in (before, wanted)
        assert (outputs / "notes.txt").read_text() == "mine"
        assert {path.name for path in (outputs / ".litmine").iterdir()} <= {"parts", "published.json"}
        ends.append(hash_tables(outputs) == wanted)
        if not interrupted:
            break
    assert len(ends) > 20 and not ends[0] and ends[-1] and ends == sorted(ends)


def guard(act: Callable[..., Any], calls: Iterator[int], number: int) -> Callable[..., Any]:
    """Return `act` that raises Crash from the call on that is number `number` among `calls`."""

    def guarded(*args: Any, **keywords: Any) -> Any:
        if next(calls) >= number:
            raise Crash
        return act(*args, **keywords)

    return guarded


def test_missing_part_leaves_the_old_tables(tmp_path: Path) -> None:
    run(tmp_path, say(Said()))
    before = hash_tables(tmp_path)
    with pytest.raises(StoreError, match="part is missing"):
        assemble(open_parts(tmp_path), ["doc", "gone"], [], {}, {}, tmp_path, read_decisions(tmp_path))
    assert hash_tables(tmp_path) == before
    assert {path.name for path in (tmp_path / ".litmine").iterdir()} == {"parts", "published.json"}


# --- decisions


def edit(
    outputs: Path, reviews: Mapping[str, str], encoding: str = "utf-8-sig", cut: str = ",", end: str = "\n"
) -> None:
    """Save triples.csv as a spreadsheet program does, after the curator wrote `reviews` (by triple_id)."""
    rows = read(outputs, "triples")
    for row in rows:
        row["review"] = reviews.get(row["triple_id"], row["review"])
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), delimiter=cut, lineterminator=end)
    writer.writeheader()
    writer.writerows(rows)
    (outputs / "triples.csv").write_bytes(text.getvalue().encode(encoding, "replace"))


def reviews_of(outputs: Path, table: str = "triples") -> dict[str, str]:
    """Return the reviews that are not empty, by triple_id."""
    return {row["triple_id"]: row["review"] for row in read(outputs, table) if row["review"]}


def triple(relation: str = "inhibits") -> str:
    """Return the id of what `Said(relation)` says."""
    return ids.triple_id(*PAIR[:1], relation, *PAIR[1:], False, relation in SYMMETRIC)


def test_decision_survives_reruns_and_the_statement_being_gone(tmp_path: Path) -> None:
    both = say(Said(), Said("binds", at=1))
    run(tmp_path, both)
    assert not (tmp_path / "review.csv").exists()
    edit(tmp_path, {triple(): "accepted"})
    for results, wanted in [(both, {triple(): "accepted"}), (say(Said("binds")), {}), (both, {triple(): "accepted"})]:
        run(tmp_path, results)
        assert reviews_of(tmp_path) == wanted
        assert reviews_of(tmp_path, "review") == {triple(): "accepted"}
    (tmp_path / "triples.csv").unlink()
    run(tmp_path, both)
    assert reviews_of(tmp_path) == {triple(): "accepted"}


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "gbk", "utf-16", "latin-1"])
@pytest.mark.parametrize("cut", [",", ";", "\t"])
def test_decision_is_read_however_it_was_saved(tmp_path: Path, encoding: str, cut: str) -> None:
    run(tmp_path, say(Said(text='甲, 乙; "丙"\n与\té'), Said("binds", at=1)))
    edit(tmp_path, {triple(): " Rejected "}, encoding, cut, "\r\n")
    run(tmp_path, say(Said(), Said("binds", at=1)))
    assert reviews_of(tmp_path) == {triple(): "rejected"}


def test_separator_line_of_a_spreadsheet_is_understood(tmp_path: Path) -> None:
    run(tmp_path, say(Said()))
    edit(tmp_path, {triple(): "unsure"}, cut=";", end="\r\n")
    content = (tmp_path / "triples.csv").read_bytes()
    (tmp_path / "triples.csv").write_bytes(BOM + b"sep=;\r\n" + content.removeprefix(BOM))
    run(tmp_path, say(Said()))
    assert reviews_of(tmp_path) == {triple(): "unsure"}


def test_edited_triples_win_over_review_csv(tmp_path: Path) -> None:
    run(tmp_path, say(Said(), Said("binds", at=1)))
    own = f"triple_id,review,note,mood\n{triple()},accepted,看原文,good\nt_gone,unsure,,\n"
    (tmp_path / "review.csv").write_text(own, "utf-8")
    edit(tmp_path, {triple(): "rejected", triple("binds"): "unsure"})
    run(tmp_path, say(Said(), Said("binds", at=1)))
    assert reviews_of(tmp_path) == {triple(): "rejected", triple("binds"): "unsure"}
    rows = read(tmp_path, "review")
    assert [(row["triple_id"], row["review"], row["note"], row["mood"]) for row in rows] == [
        (triple(), "rejected", "看原文", "good"),
        ("t_gone", "unsure", "", ""),
        (triple("binds"), "unsure", "", ""),
    ]
    (backup,) = (tmp_path / ".litmine" / "backup").glob("*/review.csv")
    assert backup.read_text("utf-8") == own


def test_later_review_csv_wins_over_what_the_last_run_wrote(tmp_path: Path) -> None:
    run(tmp_path, say(Said()))
    edit(tmp_path, {triple(): "accepted"})
    run(tmp_path, say(Said()))
    for review in ("rejected", ""):
        own = f"triple_id,review,reviewer\n{triple()},{review},Li\n"
        (tmp_path / "review.csv").write_text(own, "utf-8")
        run(tmp_path, say(Said()))
        assert reviews_of(tmp_path) == ({triple(): review} if review else {})
        assert (tmp_path / "review.csv").read_text("utf-8") == own


def test_empty_cell_or_lost_rows_lose_no_decision(tmp_path: Path) -> None:
    run(tmp_path, say(Said()))
    edit(tmp_path, {triple(): "accepted"})
    run(tmp_path, say(Said()))
    edit(tmp_path, {triple(): ""})
    run(tmp_path, say(Said()))
    assert reviews_of(tmp_path) == {triple(): "accepted"}
    (tmp_path / "triples.csv").write_bytes(b"")
    run(tmp_path, say(Said()))
    assert reviews_of(tmp_path) == {triple(): "accepted"}


@pytest.mark.parametrize(
    ("own", "said", "left"),
    [
        (None, "accepted", {"inhibits": "accepted"}),
        ("", "accepted", {"inhibits": "accepted"}),
        ("triple_id,review\n", "accepted", {}),
        ("triple_id,review\n", "", {}),
        ("triple_id,review\n", "rejected", {"inhibits": "rejected"}),
        ("triple_id,review\nt_other,unsure\n", "accepted", {}),
    ],
    ids=["no file", "empty file", "row deleted", "row and cell", "row deleted, cell changed", "another row"],
)
def test_row_deleted_from_review_csv_takes_the_decision_back(
    tmp_path: Path, own: str | None, said: str, left: dict[str, str]
) -> None:
    run(tmp_path, say(Said(), Said("binds", at=1)))
    edit(tmp_path, {triple(): "accepted"})
    run(tmp_path, say(Said(), Said("binds", at=1)))
    edit(tmp_path, {triple(): said})
    before = (tmp_path / "triples.csv").read_bytes()
    (tmp_path / "review.csv").unlink()
    if own is not None:
        (tmp_path / "review.csv").write_text(own, "utf-8")
    for _ in range(2):
        run(tmp_path, say(Said(), Said("binds", at=1)))
        assert reviews_of(tmp_path) == {triple(relation): review for relation, review in left.items()}
    if not left:
        assert before in {path.read_bytes() for path in (tmp_path / ".litmine" / "backup").glob("*/triples.csv")}


def test_row_of_a_statement_that_is_gone_can_be_deleted(tmp_path: Path) -> None:
    run(tmp_path, say(Said()))
    edit(tmp_path, {triple(): "accepted"})
    run(tmp_path, say(Said("binds")))
    (tmp_path / "review.csv").write_text("triple_id,review\n", "utf-8")
    assert read_decisions(tmp_path).taken_back == (triple(),)
    run(tmp_path, say(Said()))
    assert reviews_of(tmp_path) == {}


def test_clear_takes_only_what_a_run_made(tmp_path: Path) -> None:
    run(tmp_path, say(Said()))
    edit(tmp_path, {triple(): "accepted"})
    run(tmp_path, say(Said()))
    (tmp_path / "review.csv").write_text(f"triple_id,review\n{triple()},unsure\n", "utf-8")
    edit(tmp_path, {triple(): "rejected"})
    run(tmp_path, say(Said()))
    mine = ["notes.txt", "fig/a.csv", "mentions (2).csv"]
    for name in mine:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("mine", "utf-8")
    backups = {path.relative_to(tmp_path).as_posix() for path in (tmp_path / ".litmine" / "backup").rglob("*.csv")}
    assert backups
    assert clear(tmp_path) == ()
    left = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    assert left == {*mine, "review.csv", *backups}
    run(tmp_path, say(Said()))
    assert reviews_of(tmp_path) == {triple(): "rejected"}


def test_clear_keeps_a_table_that_the_curator_changed(tmp_path: Path) -> None:
    run(tmp_path, say(Said()))
    edit(tmp_path, {triple(): "accepted"})
    assert clear(tmp_path) == ("triples.csv",)
    assert {path.name for path in tmp_path.iterdir()} == {".litmine", "triples.csv"}
    run(tmp_path, say(Said()))
    assert reviews_of(tmp_path) == reviews_of(tmp_path, "review") == {triple(): "accepted"}
    assert clear(tmp_path) == ()
    assert not (tmp_path / "triples.csv").exists()


def test_clear_of_a_folder_without_tables_of_ours(tmp_path: Path) -> None:
    (tmp_path / "triples.csv").write_text("mine", "utf-8")
    assert clear(tmp_path) == () == clear(tmp_path / "nowhere")
    (tmp_path / ".litmine").mkdir()
    assert clear(tmp_path) == ("triples.csv",)
    assert not (tmp_path / "nowhere").exists()


def test_of_several_rows_in_review_csv_the_last_counts(tmp_path: Path) -> None:
    tmp_path.joinpath("review.csv").write_text(f"triple_id,review\n{triple()},accepted\n{triple()},unsure\n")
    run(tmp_path, say(Said()))
    assert reviews_of(tmp_path) == {triple(): "unsure"}


def test_decision_made_during_the_run_counts(tmp_path: Path) -> None:
    run(tmp_path, say(Said()))
    decisions, parts = read_decisions(tmp_path), open_parts(tmp_path)
    edit(tmp_path, {triple(): "accepted"})
    assemble(parts, ["doc"], [], {}, {}, tmp_path, decisions)
    assert reviews_of(tmp_path) == reviews_of(tmp_path, "review") == {triple(): "accepted"}


@pytest.mark.parametrize("name", ["triples.csv", "review.csv"])
@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            "triple_id,review\nt_1,accepted\nt_2,acepted\n",
            "row 3, column review: 'acepted' is no review; write accepted,",
        ),
        ("triple_id,verdict\nt_1,accepted\n", "row 1: there is no column review; put its name back"),
        ("id;review\nt_1;accepted\n", "row 1: there is no column triple_id; put its name back"),
        ("triple_id,review\n,accepted\n", "row 2, column triple_id: it is empty; put the id back"),
    ],
)
def test_bad_decision_stops_before_anything_is_written(tmp_path: Path, name: str, content: str, message: str) -> None:
    run(tmp_path, say(Said()))
    decisions = read_decisions(tmp_path)
    (tmp_path / name).write_text(content)
    before = hash_tables(tmp_path)
    with pytest.raises(DecisionError) as caught:
        read_decisions(tmp_path)
    assert name in str(caught.value) and message in str(caught.value)
    with pytest.raises(DecisionError):
        assemble(open_parts(tmp_path), ["doc"], [], {}, {}, tmp_path, decisions)
    assert hash_tables(tmp_path) == before and (tmp_path / name).read_text() == content


def test_contradicting_rows_of_triples_csv_are_named(tmp_path: Path) -> None:
    (tmp_path / "triples.csv").write_text("triple_id,review\nt_1,accepted\nt_2,\nt_1,rejected\n")
    with pytest.raises(
        DecisionError, match=r"triples\.csv, row 4, column review: t_1 is 'rejected' here and 'accepted' in"
    ):
        read_decisions(tmp_path)


def test_edited_table_is_kept_and_an_unedited_one_is_not(tmp_path: Path) -> None:
    run(tmp_path, say(Said()))
    run(tmp_path, say(Said()))
    assert not (tmp_path / ".litmine" / "backup").exists()
    edited = (tmp_path / "mentions.csv").read_bytes() + b"my own line\n"
    (tmp_path / "mentions.csv").write_bytes(edited)
    run(tmp_path, say(Said()))
    run(tmp_path, say(Said()))
    (backup,) = (tmp_path / ".litmine" / "backup").glob("*/*")
    assert backup.name == "mentions.csv" and backup.read_bytes() == edited
