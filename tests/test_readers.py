"""Files in, text out: encodings, refusals, names."""

from __future__ import annotations

import csv
import hashlib
import os
from pathlib import Path

import pytest

from pipeline import readers
from pipeline.readers import ReadError, doc_ids, find_files, read

CASES = Path(__file__).parent / "cases"


def load(name: str) -> list[dict[str, str]]:
    """Return the rows of a case file."""
    with (CASES / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("case", load("encodings.csv"), ids=lambda case: f"{case['written_as']}: {case['notes']}")
def test_encoding(case: dict[str, str], tmp_path: Path) -> None:
    path, text = tmp_path / "a.txt", case["text"].replace("\\r", "\r").replace("\\n", "\n")
    path.write_bytes(text.encode(case["written_as"]))
    source = read(path, tmp_path)
    assert (source.text, source.encoding) == (text, case["read_as"])
    with path.open(encoding=source.encoding, newline="") as file:
        assert file.read() == text
    assert source.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("case", load("damaged.csv"), ids=lambda case: f"{case['written_as']}: {case['notes']}")
def test_few_undecodable_bytes_are_replaced(case: dict[str, str], tmp_path: Path) -> None:
    """`at` says where the `bytes` are put in the text, or how many are cut off its end."""
    path, data, at = tmp_path / "a.txt", (case["text"] * int(case["times"])).encode(case["written_as"]), int(case["at"])
    path.write_bytes(data[:at] + bytes.fromhex(case["bytes"]) + (data[at:] if at >= 0 else b""))
    source = read(path, tmp_path)
    assert (source.encoding, source.replaced) == (case["read_as"], int(case["replaced"]))
    with path.open(encoding=source.encoding, errors="replace", newline="") as file:
        assert file.read() == source.text
    assert source.text.count(case["text"][:12]) >= int(case["times"]) - 1


def test_a_replacement_character_of_the_text_itself_is_no_damage(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("JAK2\ufffd抑制剂", encoding="utf-8")
    assert read(tmp_path / "a.txt", tmp_path).replaced == 0


@pytest.mark.parametrize("case", load("unreadable.csv"), ids=lambda case: case["name"])
def test_unreadable(case: dict[str, str], tmp_path: Path) -> None:
    path = tmp_path / case["name"]
    path.write_bytes(bytes.fromhex(case["content"]))
    with pytest.raises(ReadError) as caught:
        read(path, tmp_path)
    assert case["reason"] in str(caught.value)
    assert ": " in str(caught.value) or "." in str(caught.value)


def test_long_line_names_its_line(tmp_path: Path) -> None:
    path = tmp_path / "long.txt"
    path.write_text("JAK2\n" + "x" * (readers.LONGEST_LINE + 1), encoding="utf-8")
    with pytest.raises(ReadError, match="line 2 has 1,000,001 characters"):
        read(path, tmp_path)


def test_longest_line_is_read(tmp_path: Path) -> None:
    path = tmp_path / "long.txt"
    path.write_text("x" * readers.LONGEST_LINE + "\nJAK2", encoding="utf-8")
    assert len(read(path, tmp_path).text) == readers.LONGEST_LINE + 5


def test_missing_file_and_folder(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="disappeared"):
        read(tmp_path / "gone.txt", tmp_path)
    (tmp_path / "folder.txt").mkdir()
    with pytest.raises(ReadError, match="folder"):
        read(tmp_path / "folder.txt", tmp_path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_no_permission(tmp_path: Path) -> None:
    path = tmp_path / "secret.txt"
    path.write_text("JAK2", encoding="utf-8")
    path.chmod(0)
    with pytest.raises(ReadError, match="permission"):
        read(path, tmp_path)


def test_no_permission_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(ReadError, match="no permission to read the file"):
        read(tmp_path / "a.txt", tmp_path)


def test_find_files(tmp_path: Path) -> None:
    junk = (".hidden.txt", ".git/e.txt", "Thumbs.db", "a/desktop.ini", ".DS_Store", "~$d.docx")
    tables = ("tables/.litmine/lock", "tables/mentions.csv", ".litmine/lock")
    for name in ("b.txt", "a/c.md", "a/d.docx", "plain", *junk, *tables):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("JAK2", encoding="utf-8")
    (tmp_path / "a" / "loop").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "dead.txt").symlink_to(tmp_path / "nowhere.txt")
    found = [path.relative_to(tmp_path).as_posix() for path in find_files(tmp_path)]
    assert found == ["a/c.md", "a/d.docx", "b.txt", "dead.txt", "plain"]


def test_find_files_of_no_folder(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="does not exist"):
        find_files(tmp_path / "missing")
    (tmp_path / "a.txt").write_text("JAK2", encoding="utf-8")
    with pytest.raises(ReadError, match="is no folder"):
        find_files(tmp_path / "a.txt")
    (tmp_path / "empty").mkdir()
    assert find_files(tmp_path / "empty") == []


def test_doc_ids_are_unique(tmp_path: Path) -> None:
    names = ["a.txt", "a.md", "b/a.txt", "b/c.v2.txt", "d", "e.txt", "f.txt.md", "f.txt", "f.md"]
    ids = doc_ids([tmp_path / name for name in names], tmp_path)
    assert [ids[tmp_path / name] for name in names[:6]] == ["a.txt", "a.md", "b/a", "b/c.v2", "d", "e"]
    assert len(set(ids.values())) == len(names)


def test_read_names_the_document(tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    for name in ("x/a.txt", "x/a.md", "x/b.TXT"):
        (tmp_path / name).write_text("JAK2", encoding="utf-8")
    sources = [read(tmp_path / name, tmp_path) for name in ("x/a.txt", "x/a.md", "x/b.TXT")]
    assert [source.doc_id for source in sources] == ["x/a.txt", "x/a.md", "x/b"]
    assert [source.format for source in sources] == ["txt", "md", "txt"]
    assert sources[0].path == "x/a.txt"
