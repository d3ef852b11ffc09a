"""Parts are whole or absent, tables give back what went in, publishing is all or nothing."""

from __future__ import annotations

import csv
import io
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import astuple, replace
from itertools import count
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline import ids, store
from pipeline.records import DocumentResult, DocumentRow, Mention, Sentence
from pipeline.store import BOM, SCHEMAS, StoreError, TableFile, open_parts, open_stage, publish, recover

AWKWARD = [
    "",
    " ",
    "a,b",
    'say "no"',
    "one\ntwo",
    "one\r\ntwo",
    "one\rtwo",
    "白细胞介素‐6",
    "𝛼 and \x00",
    "'=1+1",
    "NA",
]
DOCUMENT = DocumentRow(
    doc_id="甲/one",
    path="甲/one.txt",
    sha256="0" * 64,
    format="txt",
    encoding="gb18030",
    langs=("zh", "en"),
    n_chars=10,
    n_sentences=1,
    n_mentions=1,
    n_evidence=0,
    n_repairs=0,
    status="ok",
    error="",
)


def make_mention(text: str, start: int = 0, score: float = 1.0, others: tuple[str, ...] = ()) -> Mention:
    """Return a mention with `text` as its source text."""
    return Mention(
        mention_id=ids.mention_id("甲/one", start, start + 3, "hgnc:6018"),
        doc_id="甲/one",
        sentence_id="s_1",
        start=start,
        end=start + 3,
        text=text.strip(),
        source_text=text,
        type="gene",
        concept_id="hgnc:6018",
        name_en="IL6",
        name_zh="白细胞介素6",
        match="exact",
        score=score,
        alternatives=others,
    )


def make_result() -> DocumentResult:
    """Return a result with a sentence and a mention for each awkward text."""
    sentence = Sentence("s_1", "甲/one", 0, "body", "zh", 0, 10, "白细胞介素6, IL-6", ("4", "6"))
    mentions = [
        make_mention(text, start, 1 / (start + 3), ("a", "b")[: start % 3]) for start, text in enumerate(AWKWARD)
    ]
    return DocumentResult(DOCUMENT, (sentence,), tuple(mentions))


def read_cells(content: bytes) -> list[list[str]]:
    """Return the cells of a CSV file."""
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def show(value: object) -> str:
    """Return a value as the tables' contract wants it in a CSV cell."""
    if isinstance(value, bool):
        return str(value).lower()
    return "|".join(value) if isinstance(value, list | tuple) else str(value)


def test_ids_are_stable() -> None:
    assert ids.mention_id("甲/one", 3, 7, "hgnc:11364") == "m_a414089acc2e959f"
    assert ids.sentence_id("甲/one", 3) == "s_47ae12ebb1154e86"
    assert ids.triple_id("hgnc:6192", "inhibits", "hgnc:11364", False, False) == "t_459f1f29fed4"


def test_ids_tell_apart_what_differs() -> None:
    one = ids.triple_id("a", "inhibits", "b", False, False)
    others = [("b", "inhibits", "a", False), ("a", "activates", "b", False), ("a", "inhibits", "b", True)]
    assert len({one, *(ids.triple_id(*other, False) for other in others)}) == 4
    assert ids.mention_id("d", 1, 23, "c") != ids.mention_id("d", 12, 3, "c")
    assert ids.triple_id("a", "binds", "b", False, True) == ids.triple_id("b", "binds", "a", False, True)
    assert (
        ids.evidence_id("t", "m_1", "m_2") == ids.evidence_id("t", "m_2", "m_1") != ids.evidence_id("u", "m_1", "m_2")
    )
    assert ids.modification_id("m_1", "phosphorylation", "Y705", "", True) != ids.modification_id(
        "m_1", "phosphorylation", "Y705", "", False
    )
    assert ids.mention_id("bad\udc80name", 0, 1, "c").startswith("m_")


def test_part_gives_back_what_was_written(tmp_path: Path) -> None:
    parts, result = open_parts(tmp_path), make_result()
    parts.write("key", "甲/one", result)
    part = parts.read("key")
    assert part.doc_id == "甲/one"
    assert part.batches["mentions"].to_pylist() == [
        {**mention._asdict(), "alternatives": list(mention.alternatives), "score": round(mention.score, 4)}
        for mention in result.mentions
    ]
    assert part.batches["documents"].to_pylist()[0]["langs"] == ["zh", "en"]
    assert bytes(part.lines["sentences"]).decode() == 's_1,甲/one,0,body,zh,0,10,"白细胞介素6, IL-6",4|6\n'


def test_part_is_fresh_only_for_its_key_and_while_whole(tmp_path: Path) -> None:
    parts = open_parts(tmp_path)
    assert not parts.fresh("key")
    parts.write("key", "甲/one", make_result())
    assert parts.fresh("key") and not parts.fresh("other")
    whole = parts.path("key").read_bytes()
    for at in (3, 20, 60, len(whole) // 2, len(whole) - 1):
        parts.path("key").write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        assert not parts.fresh("key")
        with pytest.raises(StoreError, match="damaged; delete it"):
            parts.read("key")
    parts.path("key").write_bytes(whole[:-5])
    assert not parts.fresh("key")
    with pytest.raises(StoreError, match="missing; run again"):
        parts.read("other")


def test_part_that_cannot_be_written_leaves_the_old_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parts = open_parts(tmp_path)
    parts.write("key", "甲/one", make_result())
    with monkeypatch.context() as patch, pytest.raises(Crash):
        patch.setattr(os, "replace", fail_at(0))
        parts.write("key", "甲/one", DocumentResult(DOCUMENT))
    assert parts.read("key").batches["mentions"].num_rows == len(AWKWARD)
    assert [path.suffix for path in parts.folder.iterdir()] == [".part"]


def test_drop_others_keeps_the_named(tmp_path: Path) -> None:
    parts = open_parts(tmp_path)
    for key in ("a", "b", "c"):
        parts.write(key, "甲/one", make_result())
    (parts.folder / "x.part.1.tmp").write_bytes(b"half")
    assert parts.drop_others(["a", "c", "never written"]) == 3 - 1
    assert [parts.fresh(key) for key in ("a", "b", "c")] == [True, False, True]
    assert len(list(parts.folder.iterdir())) == 2


def test_list_item_that_csv_cannot_hold_is_refused(tmp_path: Path) -> None:
    for items in (("a|b",), ("a", "")):
        result = replace(make_result(), mentions=(make_mention("IL-6", others=items),))
        with pytest.raises(ValueError, match="mentions.alternatives"):
            open_parts(tmp_path).write("key", "甲/one", result)


def test_half_a_surrogate_pair_is_written_as_escape(tmp_path: Path) -> None:
    parts = open_parts(tmp_path)
    parts.write("key", "bad", DocumentResult(replace(DOCUMENT, doc_id="bad\udc80", langs=("\udc80",))))
    row = parts.read("key").batches["documents"].to_pylist()[0]
    assert row["doc_id"] == "bad\\udc80" and row["langs"] == ["\\udc80"]


def test_csv_and_parquet_agree(tmp_path: Path) -> None:
    mentions = make_result().mentions
    file = TableFile(tmp_path, "mentions")
    file.write_records(mentions[:4])
    file.write_records(mentions[4:])
    file.close()
    content, table = (tmp_path / "mentions.csv").read_bytes(), pq.read_table(tmp_path / "mentions.parquet")
    cells = read_cells(content)
    assert content.startswith(BOM + b"mention_id,doc_id,")
    assert "白细胞介素‐6" in content.decode("utf-8-sig")
    assert cells[0] == table.column_names == list(Mention._fields)
    assert cells[1:] == [[show(value) for value in row.values()] for row in table.to_pylist()]
    assert table.column("source_text").to_pylist() == AWKWARD
    assert table.schema.equals(SCHEMAS["mentions"])


def test_only_cells_that_need_it_are_quoted(tmp_path: Path) -> None:
    file = TableFile(tmp_path, "mentions")
    file.write_records([make_mention("one\rtwo"), make_mention("plain text")])
    file.close()
    lines = (tmp_path / "mentions.csv").read_bytes().split(b"\n")
    assert lines[1].count(b'"') == 4 and b'"one\rtwo"' in lines[1]
    assert b'"' not in lines[2] and lines[3:] == [b""]


def test_types_are_exact() -> None:
    kinds = {field.name: field.type for field in SCHEMAS["evidence"]}
    assert kinds["start"] == pa.int64() and kinds["confidence"] == pa.float64() and kinds["negated"] == pa.bool_()
    assert kinds["citations"] == pa.list_(pa.string()) and kinds["sentence"] == pa.string()


# --- publishing


class Crash(BaseException):
    """Stands for the power cut: nothing in the program catches it."""


def fail_at(number: int, error: Callable[[], BaseException] = Crash) -> Callable[..., Any]:
    """Return a function that does nothing `number` times and raises from then on."""
    calls = count()

    def act(*_: object, **__: object) -> None:
        if next(calls) >= number:
            raise error()

    return act


@contextmanager
def power_cut(monkeypatch: pytest.MonkeyPatch, number: int) -> Iterator[list[int]]:
    """Let `number` operations on the disk pass and none after them; give the list of those asked for."""
    asked: list[int] = []
    with monkeypatch.context() as patch:
        for module, name in [(os, "replace"), (os, "link"), (os, "fsync"), (os, "unlink"), (shutil, "rmtree")]:
            patch.setattr(module, name, guard(getattr(module, name), asked, number))
        with suppress(Crash):
            yield asked


def guard(act: Callable[..., Any], asked: list[int], number: int) -> Callable[..., Any]:
    """Return `act`, counted in `asked`, that raises Crash once `number` were asked for."""

    def guarded(*args: Any, **keywords: Any) -> Any:
        asked.append(1)
        if len(asked) > number:
            raise Crash
        return act(*args, **keywords)

    return guarded


FILES = ("a.csv", "b.csv", ".litmine/c.json")


def put(outputs: Path, word: str, files: tuple[str, ...] = FILES) -> None:
    """Publish `files` that hold `word`."""
    with open_stage(outputs) as stage:
        for name in files:
            (stage / "new" / name).write_text(word)
        publish(outputs, stage, files)


def look(outputs: Path) -> set[str | None]:
    """Return what the published files hold, None for one that is missing."""
    return {(outputs / name).read_text() if (outputs / name).exists() else None for name in FILES}


def leftovers(outputs: Path) -> list[str]:
    """Return what is in the home folder besides the published file."""
    return sorted(path.name for path in (outputs / ".litmine").iterdir() if path.name != "c.json")


@pytest.mark.parametrize("before", ["old", None])
def test_power_cut_at_any_step_leaves_one_whole_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: str | None
) -> None:
    seen: list[str | None] = []
    for number in count():
        outputs = tmp_path / str(number)
        outputs.mkdir()
        (outputs / "mine.txt").write_text("mine")
        if before:
            put(outputs, before)
        with power_cut(monkeypatch, number) as asked:
            put(outputs, "new")
        recover(outputs)
        assert look(outputs) in ({before}, {"new"})
        assert leftovers(outputs) == [] and (outputs / "mine.txt").read_text() == "mine"
        seen += look(outputs)
        if len(asked) <= number:
            break
    assert number > 10 and seen[0] == before and seen[-1] == "new"


def test_power_cut_while_recovering_is_recovered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for first in range(8, 20, 3):
        for second in count():
            outputs = tmp_path / f"{first}-{second}"
            outputs.mkdir()
            put(outputs, "old")
            with power_cut(monkeypatch, first):
                put(outputs, "new")
            with power_cut(monkeypatch, second) as asked:
                recover(outputs)
            recover(outputs)
            assert look(outputs) in ({"old"}, {"new"}) and leftovers(outputs) == []
            if len(asked) <= second:
                break


def lock(monkeypatch: pytest.MonkeyPatch, outputs: Path, name: str) -> None:
    """Let no file replace `outputs/name`, as when a spreadsheet program has it open."""
    move = os.replace

    def refuse(source: Path, target: Path) -> None:
        if Path(target) == outputs / name:
            raise PermissionError(13, "in use", str(target))
        move(source, target)

    monkeypatch.setattr(os, "replace", refuse)


@pytest.mark.parametrize("before", ["old", None])
def test_locked_file_leaves_the_old_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: str | None) -> None:
    if before:
        put(tmp_path, before)
    with monkeypatch.context() as patch:
        lock(patch, tmp_path, "b.csv")
        with pytest.raises(StoreError, match="close what has it open"):
            put(tmp_path, "new")
        assert look(tmp_path) == {before} and leftovers(tmp_path) == []
    put(tmp_path, "new")
    assert look(tmp_path) == {"new"}


def test_what_cannot_be_put_back_is_put_back_at_the_next_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, "old")
    with monkeypatch.context() as patch:
        lock(patch, tmp_path, "b.csv")
        patch.setattr(store, "put_old", fail_at(0, lambda: OSError("still in use")))
        with pytest.raises(StoreError, match="cannot be put back"):
            put(tmp_path, "new")
    assert (tmp_path / "a.csv").read_text() == "new"
    open_parts(tmp_path)
    assert look(tmp_path) == {"old"}


def test_power_cut_while_undoing_is_recovered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(8, 40, 2):
        outputs = tmp_path / str(number)
        outputs.mkdir()
        put(outputs, "old")
        with monkeypatch.context() as patch:
            lock(patch, outputs, ".litmine/c.json")
            with power_cut(monkeypatch, number), suppress(StoreError):
                put(outputs, "new")
        recover(outputs)
        assert look(outputs) in ({"old"}, {"new"}) and leftovers(outputs) == []


def test_without_links_files_are_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, "old")
    monkeypatch.setattr(os, "link", fail_at(0, lambda: OSError("no links here")))
    put(tmp_path, "new")
    assert look(tmp_path) == {"new"}


def test_failure_while_building_leaves_nothing(tmp_path: Path) -> None:
    put(tmp_path, "old")
    with pytest.raises(RuntimeError), open_stage(tmp_path):
        raise RuntimeError
    assert look(tmp_path) == {"old"} and leftovers(tmp_path) == []


def test_records_and_schemas_have_the_same_columns() -> None:
    for table, record in store.TABLES.items():
        assert SCHEMAS[table].names == list(record.__annotations__)
    assert len(astuple(DOCUMENT)) == len(SCHEMAS["documents"])
