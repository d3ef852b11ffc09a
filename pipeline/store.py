"""Part files, one a document; the tables' files, CSV and Parquet; publishing all or nothing."""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import blake2b
from operator import attrgetter
from pathlib import Path
from typing import IO, Any, get_type_hints

import pyarrow as pa
import pyarrow.parquet as pq

if sys.platform != "win32":
    import fcntl

from pipeline.records import (
    Candidate,
    DocumentResult,
    DocumentRow,
    Entity,
    Evidence,
    Mention,
    Modification,
    Sentence,
    Triple,
)

HOME = ".litmine"
JOURNAL = f"{HOME}/publish.json"
STAGE = "tables-"
BOM = b"\xef\xbb\xbf"
MAGIC = "litmine-part"
TABLES: dict[str, type] = {
    "documents": DocumentRow,
    "sentences": Sentence,
    "mentions": Mention,
    "evidence": Evidence,
    "modifications": Modification,
    "triples": Triple,
    "entities": Entity,
    "candidates": Candidate,
}
STREAMED = ("sentences", "mentions", "evidence", "modifications")
"""The tables that are the parts' rows one after the other; a part holds their CSV lines ready made."""

ARROW = {
    str: pa.string(),
    int: pa.int64(),
    float: pa.float64(),
    bool: pa.bool_(),
    tuple[str, ...]: pa.list_(pa.string()),
}


class StoreError(Exception):
    """The disk does not hold, or does not take, what it should; the message names the file and the repair."""


# --- columns and lines


def make_schema(table: str) -> pa.Schema:
    """Return the Arrow schema of `table`: the fields of its record, in their order, with their types."""
    return pa.schema([(name, ARROW[kind]) for name, kind in get_type_hints(TABLES[table]).items()])


SCHEMAS: dict[str, pa.Schema] = {table: make_schema(table) for table in TABLES}
FORMAT = blake2b("".join(map(str, SCHEMAS.values())).encode(), digest_size=8).hexdigest()
"""Changes when a record's fields change, so that no part of an older shape is taken for fresh."""


def split_columns(table: str, rows: Sequence[object]) -> list[list[Any]]:
    """Return the columns of `rows` (records of `table`), floats rounded to four digits.

    Raises ValueError for a list item that is empty or contains `|`, which a CSV cell could not give back.
    """
    columns: list[list[Any]] = []
    by_name = list(zip(*map(attrgetter(*SCHEMAS[table].names), rows), strict=True)) or [()] * len(SCHEMAS[table])
    for field, values in zip(SCHEMAS[table], by_name, strict=True):
        column: list[Any] = list(values)
        if field.type == pa.float64():
            rounded = {value: round(value, 4) for value in set(values)}  # there are few
            column = [rounded[value] for value in values]
        elif field.type == pa.list_(pa.string()):
            check_items(table, field.name, column)
        columns.append(column)
    return columns


def check_items(table: str, name: str, column: list[tuple[str, ...]]) -> None:
    """Raise ValueError if an item of a list column is empty or contains `|`."""
    for items in column:
        if items and ("" in items or "|" in "".join(items)):
            raise ValueError(f"{table}.{name}: an item of {items!r} is empty or contains '|'; take it out")


def make_batch(table: str, columns: Sequence[Sequence[Any]]) -> pa.RecordBatch:
    """Return `columns` of `table` as one Arrow record batch."""
    schema = SCHEMAS[table]
    arrays = [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def make_lines(table: str, columns: Sequence[Sequence[Any]]) -> bytes:
    """Return `columns` of `table` as CSV lines (RFC 4180, quotes where needed, `\\n` line ends, no header).

    By column, as the csv module takes each character by itself: a third of the time of writing a part.
    """
    shown: list[Iterable[str]] = []
    for column, field in zip(columns, SCHEMAS[table], strict=True):
        if field.type == pa.bool_():
            shown.append("true" if value else "false" for value in column)
        elif field.type == pa.list_(pa.string()):
            shown.append(quote(["|".join(items) for items in column]))
        else:
            shown.append(quote(column) if field.type == pa.string() else map(str, column))
    return "".join([line + "\n" for line in map(",".join, zip(*shown, strict=True))]).encode()


def quote(cells: Sequence[str]) -> Sequence[str]:
    """Return `cells` as they stand in a CSV file: in quotes where a comma, a quote or a line end is in one."""
    if not needs_quotes("".join(cells)):
        return cells
    return ['"' + cell.replace('"', '""') + '"' if needs_quotes(cell) else cell for cell in cells]


def needs_quotes(text: str) -> bool:
    """Tell whether a comma, a quote or a line end is in `text`."""
    return "," in text or '"' in text or "\n" in text or "\r" in text


def encode_rows(table: str, rows: Sequence[object]) -> tuple[pa.RecordBatch, bytes]:
    """Return `rows` (records of `table`) as a record batch and as CSV lines.

    Half a surrogate pair, which UTF-8 cannot hold (an undecodable file name), is written as its escape `\\udc80`.
    """
    columns = split_columns(table, rows)
    try:
        return make_batch(table, columns), make_lines(table, columns)
    except UnicodeEncodeError:
        columns = [[escape_surrogates(value) for value in column] for column in columns]
        return make_batch(table, columns), make_lines(table, columns)


def escape_surrogates(value: Any) -> Any:
    """Return `value` with lone surrogates of its text written as escapes."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    return tuple(map(escape_surrogates, value)) if isinstance(value, tuple) else value


# --- parts


@dataclass(frozen=True)
class Part:
    """What one part file holds: a record batch of each table, and the CSV lines of the streamed ones."""

    doc_id: str
    batches: dict[str, pa.RecordBatch]
    lines: dict[str, memoryview]


@dataclass(frozen=True)
class Parts:
    """The folder of part files; the methods are safe to call from several processes at once."""

    folder: Path

    def path(self, doc_key: str) -> Path:
        """Return the file of the part with `doc_key`, any text that changes whenever the part would."""
        name = blake2b(f"{FORMAT}\0{doc_key}".encode(), digest_size=16).hexdigest()
        return self.folder / f"{name}.part"

    def fresh(self, doc_key: str) -> bool:
        """Return whether a whole part of this key is there; a damaged one is not, and gets written again."""
        try:
            read_frame(self.path(doc_key))
        except (OSError, StoreError):
            return False
        return True

    def write(self, doc_key: str, doc_id: str, result: DocumentResult) -> None:
        """Write what the steps made of one document, whole or not at all."""
        write_atomically(self.path(doc_key), pack_part(doc_id, result))

    def read(self, doc_key: str) -> Part:
        """Return the part of `doc_key`. Raises StoreError if it is not there or damaged."""
        return unpack_part(read_frame(self.path(doc_key)))

    def drop_others(self, doc_keys: Collection[str]) -> int:
        """Delete every part that is not of one of `doc_keys`, and what an interruption left; return how many."""
        kept = {self.path(doc_key).name for doc_key in doc_keys}
        others = [path for path in self.folder.iterdir() if path.is_file() and path.name not in kept]
        for path in others:
            path.unlink(missing_ok=True)
        return len(others)


@contextmanager
def hold(outputs: Path) -> Iterator[None]:
    """Keep other runs out of the folder `outputs` until this one is done. Raises StoreError if one is at work there."""
    if outputs.exists() and not outputs.is_dir():
        raise StoreError(f"{outputs} is a file: give a folder for the tables")
    try:
        (outputs / HOME).mkdir(parents=True, exist_ok=True)
        file = (outputs / HOME / "lock").open("wb")
    except OSError as error:
        raise StoreError(
            f"{outputs}: no tables can be written there ({error.strerror}); change its rights, or give another folder "
            "with --outputs DIR (make: OUTPUTS=DIR)"
        ) from error
    with file:
        try:
            lock(file.fileno())
        except BlockingIOError as error:
            raise StoreError(f"another run is writing into {outputs}: wait for it, or give another folder") from error
        yield


def lock(handle: int) -> None:
    """Lock an open file for this process, where the system can; raise BlockingIOError if another has locked it."""
    if sys.platform != "win32":
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


def open_parts(outputs: Path) -> Parts:
    """Return the parts of the folder `outputs`, made if missing, after finishing a publishing that was interrupted."""
    recover(outputs)
    folder = outputs / HOME / "parts"
    folder.mkdir(parents=True, exist_ok=True)
    return Parts(folder)


def pack_part(doc_id: str, result: DocumentResult) -> bytes:
    """Return the bytes of a part file.

    A line with a checksum; a line of JSON: table, kind, raw and packed size of each block; then the blocks, each a
    LZ4 frame of its own, so that whoever holds one table's rows does not hold the others' memory.
    """
    rows: dict[str, Sequence[object]] = {
        "documents": (result.document,),
        **{table: getattr(result, table) for table in (*STREAMED, "candidates")},
    }
    sizes, blocks, codec = [], [], pa.Codec("lz4")
    for table, records in rows.items():
        batch, lines = encode_rows(table, records)
        kinds = {"batches": batch.serialize(), "lines": lines} if table in STREAMED else {"batches": batch.serialize()}
        for kind, raw in kinds.items():
            blocks.append(codec.compress(raw, asbytes=True))
            sizes.append((table, kind, len(raw), len(blocks[-1])))
    head = json.dumps({"doc_id": escape_surrogates(doc_id), "blocks": sizes})
    body = b"\n".join([head.encode(), b"".join(blocks)])
    return f"{MAGIC} {zlib.crc32(body):08x}\n".encode() + body


def read_frame(path: Path) -> bytes:
    """Return the part file without its first line. Raises StoreError if it is missing or not what was written."""
    try:
        first, _, body = path.read_bytes().partition(b"\n")
    except FileNotFoundError as error:
        raise StoreError(f"{path}: this part is missing; run again") from error
    if first.decode("ascii", "replace") != f"{MAGIC} {zlib.crc32(body):08x}":
        raise StoreError(f"{path}: this part is damaged; delete it and run again")
    return body


def unpack_part(body: bytes) -> Part:
    """Return the part of a file without its first line."""
    line, _, packed = body.partition(b"\n")
    head, view, at, codec = json.loads(line), memoryview(packed), 0, pa.Codec("lz4")
    part = Part(head["doc_id"], {}, {})
    for table, kind, raw_size, size in head["blocks"]:
        raw = codec.decompress(view[at : at + size], raw_size)
        at += size
        if kind == "lines":
            part.lines[table] = memoryview(raw)
        else:
            part.batches[table] = pa.ipc.read_record_batch(raw, SCHEMAS[table])
    return part


# --- files


def write_atomically(path: Path, content: bytes, sync: bool = False) -> None:
    """Write `content` to `path` through a file beside it; with `sync` it outlives a power cut."""
    beside = path.with_name(f"{path.name}.{os.getpid()}.{os.urandom(4).hex()}.tmp")
    try:
        with beside.open("xb") as file:
            file.write(content)
            if sync:
                sync_file(file)
        os.replace(beside, path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def sync_file(file: IO[bytes]) -> None:
    """Bring what was written to `file` onto the disk."""
    file.flush()
    os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Bring the names in `folder` onto the disk, where the system can (Windows cannot)."""
    with suppress(PermissionError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def link_or_copy(source: Path, target: Path) -> None:
    """Make `target` the same file as `source`, or its copy where the file system has no links."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


class TableFile:
    """The CSV and the Parquet file of one table while they are being written, a chunk of rows after the other."""

    def __init__(self, folder: Path, table: str) -> None:
        """Start `table`.csv (BOM, header) and `table`.parquet in `folder`."""
        self.table, self.rows = table, 0
        self.hash = blake2b(digest_size=16)
        self.csv = (folder / f"{table}.csv").open("wb")
        self.binary = (folder / f"{table}.parquet").open("wb")
        self.parquet = pq.ParquetWriter(self.binary, SCHEMAS[table], compression="zstd")
        self.write_lines(BOM + ",".join(SCHEMAS[table].names).encode() + b"\n")

    def write_lines(self, lines: bytes | memoryview) -> None:
        """Append CSV `lines`."""
        self.hash.update(lines)
        self.csv.write(lines)

    def write_rows(self, rows: pa.Table) -> None:
        """Append `rows` to the Parquet file as one row group."""
        self.rows += rows.num_rows
        self.parquet.write_table(rows, row_group_size=max(rows.num_rows, 1))

    def write_records(self, records: Sequence[object]) -> None:
        """Append `records` to both files."""
        batch, lines = encode_rows(self.table, records)
        self.write_lines(lines)
        self.write_rows(pa.Table.from_batches([batch]))

    def close(self) -> None:
        """Bring both files onto the disk and close them."""
        self.parquet.close()
        for file in (self.csv, self.binary):
            sync_file(file)
            file.close()

    def abandon(self) -> None:
        """Close both files, finished or not."""
        for close in (self.parquet.close, self.csv.close, self.binary.close):
            with suppress(Exception):
                close()


# --- publishing


@dataclass(frozen=True)
class Journal:
    """A publishing that has begun: `files` go from the stage's folder `new` into outputs; `replaced` were there."""

    stage: str
    files: tuple[str, ...]
    replaced: tuple[str, ...]
    undo: bool = False

    def write(self, outputs: Path) -> None:
        """Put this journal onto the disk; from now on the publishing is finished or undone, whatever happens."""
        content = json.dumps(vars(self)).encode()
        write_atomically(outputs / JOURNAL, content, sync=True)
        sync_folder(outputs / HOME)


@contextmanager
def open_stage(outputs: Path) -> Iterator[Path]:
    """Give a new folder in `outputs/.litmine` to build the files in; it is gone afterwards unless a journal needs it.

    What is to become `outputs/NAME` is built as `new/NAME` in it.
    """
    home = outputs / HOME
    home.mkdir(parents=True, exist_ok=True)
    stage = Path(tempfile.mkdtemp(prefix=STAGE, dir=home))
    try:
        (stage / "new" / HOME).mkdir(parents=True)
        yield stage
    finally:
        if not (outputs / JOURNAL).exists():
            shutil.rmtree(stage, ignore_errors=True)


def publish(outputs: Path, stage: Path, files: Sequence[str]) -> None:
    """Put the `files` built in `stage` (names below its folder `new`) into `outputs`, all or none.

    After an interruption at any moment, `recover` leaves all of the new files or all of the old ones. Raises
    StoreError if a file cannot be replaced; then the old ones are back.
    """
    for name in files:
        if (outputs / name).exists():
            link_or_copy(outputs / name, stage / "old" / name)
    replaced = tuple(name for name in files if (stage / "old" / name).exists())
    sync_folder(stage / "new")
    sync_folder(stage / "new" / HOME)
    Journal(stage.name, tuple(files), replaced).write(outputs)
    recover(outputs)


def recover(outputs: Path) -> None:
    """Finish, or undo, a publishing that an interruption left; delete what else it left. Nothing to do is no error.

    Raises StoreError if a file cannot be replaced; then the old ones are back.
    """
    home = outputs / HOME
    if (outputs / JOURNAL).exists():
        raw = json.loads((outputs / JOURNAL).read_text("utf-8"))
        journal = Journal(raw["stage"], tuple(raw["files"]), tuple(raw["replaced"]), raw["undo"])
        finish(outputs, journal)
    if home.is_dir():
        for stage in home.glob(f"{STAGE}*"):
            shutil.rmtree(stage, ignore_errors=True)
        for rest in home.glob("*.tmp"):
            rest.unlink(missing_ok=True)


def finish(outputs: Path, journal: Journal) -> None:
    """Bring what `journal` says to its end: the new files, or after an OSError the old ones and a StoreError."""
    failure: OSError | None = None
    if not journal.undo:
        try:
            put_new(outputs, journal)
        except OSError as error:
            failure = error
            Journal(journal.stage, journal.files, journal.replaced, undo=True).write(outputs)
    if journal.undo or failure:
        attempt(put_old, outputs, journal)
    sync_folder(outputs)
    sync_folder(outputs / HOME)
    (outputs / JOURNAL).unlink()
    if failure:
        raise StoreError(f"{failure}: a table cannot be replaced; close what has it open and run again") from failure


def attempt(act: Callable[[Path, Journal], None], outputs: Path, journal: Journal) -> None:
    """Do `act`; an OSError becomes a StoreError, and the journal stays for the next start."""
    try:
        act(outputs, journal)
    except OSError as error:
        raise StoreError(f"{error}: a table cannot be put back; close what has it open and run again") from error


def put_new(outputs: Path, journal: Journal) -> None:
    """Move the new files that still wait into place."""
    new = outputs / HOME / journal.stage / "new"
    for name in journal.files:
        if (new / name).exists():
            os.replace(new / name, outputs / name)


def put_old(outputs: Path, journal: Journal) -> None:
    """Move the replaced files back, and take away new ones that replaced nothing; one that waits was never put."""
    stage = outputs / HOME / journal.stage
    for name in journal.files:
        if (stage / "new" / name).exists():
            continue
        if (stage / "old" / name).exists():
            os.replace(stage / "old" / name, outputs / name)
        elif name not in journal.replaced:
            (outputs / name).unlink(missing_ok=True)
