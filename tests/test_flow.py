"""The whole way over the sample corpus against the committed tables, and over the real texts where they are there."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from pipeline.readers import doc_ids, find_files, read
from pipeline.run import Settings, run
from tests.conftest import LEXICONS, ROOT, SHARED

EXPECTED = ROOT / "tests" / "expected"
TABLES = ("documents", "sentences", "mentions", "evidence", "triples", "modifications", "entities", "candidates")


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(LEXICONS, cache=tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="module")
def outputs(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tables of the sample corpus."""
    folder = tmp_path_factory.mktemp("flow") / "outputs"
    run(ROOT / "corpus", folder, settings, lambda done, total: None)
    return folder


def table(outputs: Path, name: str) -> list[dict[str, str]]:
    with (outputs / f"{name}.csv").open(encoding="utf-8-sig", newline="") as handle:
        return list(csv.DictReader(handle))


@pytest.mark.parametrize("name", TABLES)
def test_the_sample_corpus_gives_the_committed_tables(name: str, outputs: Path) -> None:
    assert table(outputs, name) == table(EXPECTED, name), (
        "see the difference: python tests/expected/update.py, git diff"
    )


@pytest.mark.parametrize("name", TABLES)
def test_parquet_holds_the_same_rows(name: str, outputs: Path) -> None:
    rows = pq.read_table(outputs / f"{name}.parquet").to_pylist()
    written = table(outputs, name)
    assert len(rows) == len(written)
    for row, cells in zip(rows, written, strict=True):
        assert {key: cell(value) for key, value in row.items()} == cells


def cell(value: object) -> str:
    """Return a value of Parquet as a CSV cell has it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return "|".join(value)
    return str(round(value, 4)) if isinstance(value, float) else str(value)


def check_offsets(corpus: Path, outputs: Path) -> int:
    """Check that every mention quotes its source; return how many there are."""
    paths = find_files(corpus)
    sources = {name: read(path, corpus, name).text for path, name in doc_ids(paths, corpus).items()}
    rows = table(outputs, "mentions")
    for row in rows:
        assert sources[row["doc_id"]][int(row["start"]) : int(row["end"])] == row["source_text"]
    inside = {row["sentence_id"]: (int(row["start"]), int(row["end"])) for row in table(outputs, "sentences")}
    for row in rows:
        start, end = inside[row["sentence_id"]]
        assert start <= int(row["start"]) < int(row["end"]) <= end
    return len(rows)


def test_every_mention_quotes_its_source(outputs: Path) -> None:
    assert check_offsets(ROOT / "corpus", outputs)


def test_ids_are_unique_and_refer(outputs: Path) -> None:
    mentions = {row["mention_id"] for row in table(outputs, "mentions")}
    assert len(mentions) == len(table(outputs, "mentions"))
    triples = {row["triple_id"] for row in table(outputs, "triples")}
    evidence = table(outputs, "evidence")
    assert len({row["evidence_id"] for row in evidence}) == len(evidence)
    for row in evidence:
        assert {row["subject_mention_id"], row["object_mention_id"]} <= mentions
        assert row["triple_id"] in triples
    for row in table(outputs, "modifications"):
        assert row["protein_mention_id"] in mentions
        assert not row["agent_mention_id"] or row["agent_mention_id"] in mentions


def test_a_second_run_works_nothing_and_changes_nothing(outputs: Path, settings: Settings) -> None:
    before = {path.name: path.read_bytes() for path in sorted(outputs.glob("*.csv"))}
    summary = run(ROOT / "corpus", outputs, settings, lambda done, total: None)
    assert summary.reused == summary.counts["documents"]
    assert {path.name: path.read_bytes() for path in sorted(outputs.glob("*.csv"))} == before


def test_the_tables_do_not_depend_on_the_place(outputs: Path, settings: Settings, tmp_path: Path) -> None:
    corpus = tmp_path / "另一个 文件夹"
    shutil.copytree(ROOT / "corpus", corpus)
    run(corpus, tmp_path / "out", settings, lambda done, total: None)
    for name in TABLES:
        assert (tmp_path / "out" / f"{name}.csv").read_bytes() == (outputs / f"{name}.csv").read_bytes()


def test_both_languages_meet_in_one_id(outputs: Path) -> None:
    langs: dict[str, set[str]] = {}
    sentences = {row["sentence_id"]: row["lang"] for row in table(outputs, "sentences")}
    for row in table(outputs, "mentions"):
        langs.setdefault(row["concept_id"], set()).add(sentences[row["sentence_id"]])
    both = {concept for concept, found in langs.items() if found == {"en", "zh"}}
    assert {"hgnc:6192", "hgnc:11364", "chebi:66919"} <= both  # JAK2, STAT3, ruxolitinib


@pytest.mark.skipif(not SHARED.is_dir(), reason="there is no ../shared with real reviews")
def test_real_reviews_keep_their_offsets(settings: Settings, tmp_path: Path) -> None:
    run(SHARED / "corpus", tmp_path / "out", settings, lambda done, total: None)
    assert check_offsets(SHARED / "corpus", tmp_path / "out")
