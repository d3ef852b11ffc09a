"""The command line: exit statuses, bad input, interruption, help."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

import pipeline.run
from pipeline import store
from pipeline.cli import app
from pipeline.records import DocumentResult, SourceText
from pipeline.run import Tools
from tests.conftest import LEXICONS, ROOT, cases

GIVEN = '{"id": 0, "text": "JAK2", "mentions": []}'
GOOD = "鲁索替尼通过抑制JAK2来降低STAT3的磷酸化。\n"
HELP_SECONDS = 0.5
STATUS = {"done": 0, "failed files": 1, "wrong lexicon": 2, "wrong input": 3}


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep compiled lexicons out of the user's cache; one folder for the whole session."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.getbasetemp() / "cache"))


def call(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def table(outputs: Path, name: str) -> list[dict[str, str]]:
    with (outputs / f"{name}.csv").open(encoding="utf-8-sig", newline="") as handle:
        return list(csv.DictReader(handle))


def write_bad(corpus: Path, kind: str) -> Path:
    """Write one bad file of the kind and return it."""
    path = corpus / f"bad_{kind}.txt"
    if kind == "empty":
        path.write_bytes(b"")
    elif kind == "binary":
        path.write_bytes(b"%PDF-1.7\n\0\1\2\3" * 50)
    elif kind == "undecodable":
        path.write_bytes(b"JAK2 \xff\xfe\xfa\x80\x81 \xff" * 20)
    elif kind == "line":
        path.write_text("JAK2 " * 10_000_000, encoding="utf-8")
    elif kind == "suffix":
        path = path.with_suffix(".docx")
        path.write_bytes(b"PK\3\4")
    elif kind == "link":
        path.symlink_to(corpus / "gone.txt")
    elif kind == "pipe":
        os.mkfifo(path)
    return path


@pytest.mark.parametrize("kind", ["empty", "binary", "undecodable", "line", "suffix", "link", "pipe"])
def test_a_bad_file_fails_alone_and_is_named(kind: str, corpus: Path, tmp_path: Path) -> None:
    (corpus / "good.txt").write_text(GOOD, encoding="utf-8")
    bad = write_bad(corpus, kind)
    result = call("run", corpus, "--outputs", tmp_path / "out")
    assert result.exit_code == STATUS["failed files"], result.output
    rows = {row["path"]: row for row in table(tmp_path / "out", "documents")}
    assert rows["good.txt"]["status"] == "ok"
    assert rows[bad.name]["status"] == "failed"
    assert rows[bad.name]["error"]
    assert bad.name in result.output
    assert rows[bad.name]["error"] in result.output
    assert table(tmp_path / "out", "mentions")


def test_a_fault_of_ours_costs_one_text(corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (corpus / "good.txt").write_text(GOOD, encoding="utf-8")
    (corpus / "odd.txt").write_text(GOOD + " odd", encoding="utf-8")
    whole = pipeline.run.work

    def work(source: SourceText, tools: Tools) -> DocumentResult:
        return whole(source, tools) if source.doc_id == "good" else [][0]

    monkeypatch.setattr(pipeline.run, "work", work)
    result = call("run", corpus, "--outputs", tmp_path / "out")
    assert result.exit_code == STATUS["failed files"], result.output
    rows = {row["path"]: row for row in table(tmp_path / "out", "documents")}
    assert {name: row["status"] for name, row in rows.items()} == {"good.txt": "ok", "odd.txt": "failed"}
    assert "IndexError" in rows["odd.txt"]["error"]


def test_a_name_that_is_not_utf_8_is_worked(corpus: Path, tmp_path: Path) -> None:
    for name in ("综述.txt", "综述.docx"):
        try:
            (corpus / os.fsdecode(name.encode("gbk"))).write_text(GOOD, encoding="utf-8")
        except OSError:
            pytest.skip("this file system has no such names")
    (corpus / "good.txt").write_text(GOOD, encoding="utf-8")
    result = call("run", corpus, "--outputs", tmp_path / "out")
    assert result.exit_code == STATUS["failed files"], result.output
    escaped = "综述".encode("gbk").decode("utf-8", "surrogateescape").encode("utf-8", "backslashreplace").decode()
    rows = {row["path"]: row for row in table(tmp_path / "out", "documents")}
    assert {name: row["status"] for name, row in rows.items()} == {
        f"{escaped}.txt": "ok", f"{escaped}.docx": "failed", "good.txt": "ok"}  # fmt: skip
    assert {row["doc_id"] for row in table(tmp_path / "out", "mentions")} == {f"{escaped}.txt", "good"}
    assert f"failed: {escaped}.docx" in result.output


def test_an_empty_folder_is_said_and_the_tables_stay(corpus: Path, tmp_path: Path) -> None:
    (corpus / "good.txt").write_text(GOOD, encoding="utf-8")
    assert call("run", corpus, "--outputs", tmp_path / "out").exit_code == STATUS["done"]
    (corpus / "good.txt").unlink()
    result = call("run", corpus, "--outputs", tmp_path / "out")
    assert result.exit_code == STATUS["wrong input"], result.output
    assert "holds no file" in result.output
    assert len(table(tmp_path / "out", "documents")) == 1


def test_two_runs_do_not_share_an_outputs_folder(corpus: Path, tmp_path: Path) -> None:
    (corpus / "good.txt").write_text(GOOD, encoding="utf-8")
    with store.hold(tmp_path / "out"):
        result = call("run", corpus, "--outputs", tmp_path / "out")
    assert result.exit_code == STATUS["wrong input"], result.output
    assert "another run" in result.output
    assert call("run", corpus, "--outputs", tmp_path / "out").exit_code == STATUS["done"]


def test_a_file_is_no_place_for_tables(corpus: Path, tmp_path: Path) -> None:
    (corpus / "good.txt").write_text(GOOD, encoding="utf-8")
    (tmp_path / "out").write_text("mine", encoding="utf-8")
    result = call("run", corpus, "--outputs", tmp_path / "out")
    assert result.exit_code == STATUS["wrong input"], result.output
    assert (tmp_path / "out").read_text(encoding="utf-8") == "mine"


def test_a_missing_folder_is_said(tmp_path: Path) -> None:
    result = call("run", tmp_path / "nowhere", "--outputs", tmp_path / "out")
    assert result.exit_code == STATUS["wrong input"]
    assert "nowhere" in result.output
    assert not (tmp_path / "out" / "mentions.csv").exists()


@pytest.mark.parametrize(("file", "old", "new", "says"), [
    ("entities/drugs.csv", ",drug,", ",drog,", "row 2, column type"),
    ("relations/zh/triggers.csv", ",decrease,", ",lower,", "column effect"),
    ("relations/en/patterns.csv", " T:", " Q:", "column pattern"),
    ("repairs.csv", "name,when", "nam,when", "row 1"),
    ("relations/relations.csv", "associated_with,true", "associated_with,yes", "row 3, column symmetric"),
    ("relations/relations.csv", "false,phosphorylates", "false,phosphorylate", "row 5, column opposite"),
])  # fmt: skip
def test_a_wrong_row_stops_the_run_before_anything_is_written(
    file: str, old: str, new: str, says: str, corpus: Path, tmp_path: Path
) -> None:
    (corpus / "good.txt").write_text(GOOD, encoding="utf-8")
    lexicons = tmp_path / "lexicons"
    shutil.copytree(LEXICONS, lexicons)
    path = lexicons / file
    path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    result = call("run", corpus, "--outputs", tmp_path / "out", "--lexicons", lexicons)
    assert result.exit_code == STATUS["wrong lexicon"], result.output
    assert path.name in result.output
    assert says in result.output
    assert not list((tmp_path / "out").glob("*.csv"))


def test_an_interrupted_run_leaves_the_tables_as_they_were(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outputs = tmp_path / "out"
    (corpus / "good.txt").write_text(GOOD, encoding="utf-8")
    assert call("run", corpus, "--outputs", outputs).exit_code == STATUS["done"]
    before = {path.name: path.read_bytes() for path in outputs.glob("*.csv")}
    (corpus / "more.txt").write_text(GOOD * 3, encoding="utf-8")

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(store.Parts, "write", interrupt)
    result = call("run", corpus, "--outputs", outputs)
    assert result.exit_code == 130
    assert {path.name: path.read_bytes() for path in outputs.glob("*.csv")} == before


def test_a_name_added_to_a_lexicon_is_found_in_the_next_run(corpus: Path, tmp_path: Path) -> None:
    (corpus / "text.txt").write_text("新药哈佛替尼灵可抑制JAK2。\n", encoding="utf-8")
    lexicons = tmp_path / "lexicons"
    shutil.copytree(LEXICONS, lexicons)
    outputs = tmp_path / "out"
    call("run", corpus, "--outputs", outputs, "--lexicons", lexicons)
    assert "litmine:testinib" not in {row["concept_id"] for row in table(outputs, "mentions")}
    header = "id,type,name_en,name_zh,synonyms_en,synonyms_zh,xrefs,parents,note\n"
    row = "litmine:testinib,drug,testinib,哈佛替尼灵,,,,,our laboratory\n"
    (lexicons / "entities" / "laboratory.csv").write_text(header + row, encoding="utf-8-sig")
    result = call("run", corpus, "--outputs", outputs, "--lexicons", lexicons)
    assert result.exit_code == STATUS["done"], result.output
    stated = {(row["subject_id"], row["relation"], row["object_name"]) for row in table(outputs, "evidence")}
    assert ("litmine:testinib", "inhibits", "JAK2") in stated


def test_a_missing_model_is_said(corpus: Path, tmp_path: Path) -> None:
    (corpus / "good.txt").write_text(GOOD, encoding="utf-8")
    result = call("run", corpus, "--outputs", tmp_path / "out", "--en-model", "en_core_none")
    assert result.exit_code == STATUS["wrong input"]
    assert "en_core_none is not installed" in result.output


def test_relate_follows_its_format(tmp_path: Path) -> None:
    text = "AG490 inhibits JAK2."
    mentions = [{"id": 7, "start": 0, "end": 5, "type": "drug"}, {"id": "b", "start": 15, "end": 19, "type": "gene"}]
    given = tmp_path / "in.jsonl"
    given.write_text(json.dumps({"id": "x", "text": text, "mentions": mentions, "other": 1}) + "\n", encoding="utf-8")
    result = call("relate", "--input", given, "--output", tmp_path / "out.jsonl")
    assert result.exit_code == STATUS["done"], result.output
    row = json.loads((tmp_path / "out.jsonl").read_text(encoding="utf-8"))
    assert row["id"] == "x"
    relation = row["relations"][0]
    assert (relation["subject"], relation["relation"], relation["object"]) == (7, "inhibits", "b")
    assert relation["negated"] is False


@pytest.mark.parametrize("case", cases("wrong_input.csv"), ids=lambda case: case["says"])
def test_relate_says_what_is_wrong_with_a_line(case: dict[str, str], tmp_path: Path) -> None:
    given = tmp_path / "in.jsonl"
    given.write_bytes(GIVEN.encode() + b"\n" + case["line"].encode(case["encoding"]) + b"\n")
    result = call("relate", "--input", given, "--output", tmp_path / "out.jsonl")
    assert result.exit_code == STATUS["wrong input"], result.output
    assert result.stderr.startswith("litmine: line 2")
    assert result.stderr.count("line 2") == 1
    assert "line 1" not in result.stderr
    assert case["says"] in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["in.jsonl"]


@pytest.mark.parametrize(("source", "target", "says"), [
    ("in.jsonl", "in.jsonl", "is the input file"),
    ("in.jsonl", "sub/../in.jsonl", "is the input file"),
    ("in.jsonl", "link.jsonl", "is the input file"),
    ("in.jsonl", "sub", "is no ordinary file"),
    ("in.jsonl", "nowhere/out.jsonl", "there is no folder"),
    ("gone.jsonl", "out.jsonl", "there is no such file"),
    ("sub", "out.jsonl", "is a folder"),
])  # fmt: skip
def test_relate_refuses_files_and_leaves_them(source: str, target: str, says: str, tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "in.jsonl").write_text(GIVEN, encoding="utf-8")
    (tmp_path / "link.jsonl").symlink_to(tmp_path / "in.jsonl")
    result = call("relate", "--input", tmp_path / source, "--output", tmp_path / target)
    assert result.exit_code == STATUS["wrong input"], result.output
    assert says in result.stderr
    assert (tmp_path / "in.jsonl").read_text(encoding="utf-8") == GIVEN
    assert {path.name for path in tmp_path.iterdir()} == {"sub", "in.jsonl", "link.jsonl"}


def test_explain_shows_every_step() -> None:
    result = call("explain", "JAK2抑制剂AG490可能抑制IFN-酌[3]。")
    assert result.exit_code == STATUS["done"], result.output
    for said in ("lost_greek", "taken out", "words:", "genes.csv:", "trigger:", "rule:", "speculation", "states:"):
        assert said in result.output, said


@pytest.mark.parametrize(("text", "says"), [
    ("", "the text is empty"),
    (" \n", "the text is empty"),
    ("nope.txt", "there is no such file"),
    ("我的 综述.PDF", "there is no such file"),
    ("pipeline/nope", "there is no such file"),
    ("pipeline", "is a folder"),
    (os.fsdecode("抑制剂".encode("gbk")), "is not UTF-8"),
])  # fmt: skip
def test_explain_says_what_it_cannot_use(text: str, says: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    result = call("explain", text)
    assert result.exit_code == STATUS["wrong input"], result.output
    assert result.stderr.startswith("litmine: ") and says in result.stderr


@pytest.mark.parametrize("text", ["STAT1/3/5 inhibits JAK2.", "AG490 inhibits JAK2 in vitro. " * 20, "IL-6/STAT3"])
def test_explain_takes_a_sentence_for_a_sentence(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert call("explain", text).exit_code == STATUS["done"]


@pytest.mark.parametrize(("corpus_name", "outputs_name"), [("", "out"), ("texts", ""), ("texts", " ")])
def test_an_empty_name_is_no_folder(
    corpus_name: str, outputs_name: str, corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (corpus / "good.txt").write_text(GOOD, encoding="utf-8")
    monkeypatch.chdir(corpus.parent)
    result = call("run", corpus_name, "--outputs", outputs_name)
    assert result.exit_code == STATUS["wrong input"]
    assert "the name of a folder is empty" in result.stderr
    assert [path.name for path in corpus.parent.iterdir()] == ["texts"]


def test_a_place_that_takes_no_tables_is_said(corpus: Path) -> None:
    (corpus / "good.txt").write_text(GOOD, encoding="utf-8")
    (corpus / "file").write_text(GOOD, encoding="utf-8")
    result = call("run", corpus, "--outputs", corpus / "file" / "out")
    assert result.exit_code == STATUS["wrong input"]
    assert "give another folder with --outputs" in result.stderr


@pytest.mark.parametrize("place", ["texts", "texts/tables"])
def test_tables_within_the_corpus_are_no_texts(place: str, corpus: Path) -> None:
    (corpus / "good.txt").write_text(GOOD, encoding="utf-8")
    for _ in range(2):
        assert call("run", corpus, "--outputs", corpus.parent / place).exit_code == STATUS["done"]
    assert [row["path"] for row in table(corpus.parent / place, "documents")] == ["good.txt"]


def test_texts_with_the_same_bytes_are_named(corpus: Path, tmp_path: Path) -> None:
    for name in ("a.txt", "a (1).txt", "b.txt"):
        (corpus / name).write_text(GOOD * (1 + (name == "b.txt")), encoding="utf-8")
    result = call("run", corpus, "--outputs", tmp_path / "out")
    assert result.exit_code == STATUS["done"]
    assert "note: a (1).txt has the same content as a.txt" in result.output
    assert result.output.count("note: ") == 1
    assert json.loads((tmp_path / "out" / "run.json").read_text("utf-8"))["duplicates"] == {"a (1).txt": "a.txt"}


def test_a_damaged_text_is_worked_and_named(corpus: Path, tmp_path: Path) -> None:
    (corpus / "a.txt").write_bytes((GOOD * 9).encode("gbk") + b"\xff\n")
    result = call("run", corpus, "--outputs", tmp_path / "out")
    assert result.exit_code == STATUS["done"], result.output
    assert "note: a.txt: 1 undecodable place(s) replaced" in result.output
    (row,) = table(tmp_path / "out", "documents")
    assert (row["status"], row["encoding"]) == ("ok", "gb18030")
    assert int(row["n_repairs"])
    assert "1 undecodable place(s)" in row["error"]


@pytest.mark.parametrize("command", [[], ["run"], ["relate"], ["explain"], ["clear"], ["lexicon"], ["lexicon", "check"]])
def test_help_answers_at_once(command: list[str]) -> None:
    seconds = []
    for _ in range(3):
        started = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-m", "pipeline", *command, "--help"], capture_output=True, text=True, cwd=ROOT,
            env={**os.environ, "COLUMNS": "100"})  # fmt: skip
        seconds.append(time.perf_counter() - started)
        assert done.returncode == 0
        assert "Usage" in done.stdout
    assert min(seconds) < HELP_SECONDS


def test_the_exit_status_is_documented() -> None:
    assert "1 some file failed" in " ".join(call("run", "--help").output.split())
