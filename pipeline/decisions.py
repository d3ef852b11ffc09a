"""The curator's decisions: read from triples.csv and review.csv as a spreadsheet program saved them, and kept."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path

from pipeline.store import BOM, HOME, write_atomically

REVIEWS = ("accepted", "rejected", "unsure")
REVIEW_COLUMNS = ("triple_id", "review", "reviewer", "note", "when")
PUBLISHED = f"{HOME}/published.json"


class DecisionError(ValueError):
    """A decision of the curator that cannot be read; the message names file, row, column and repair."""


@dataclass(frozen=True)
class Decisions:
    """The curator's decisions: `reviews` by triple_id, and review.csv as it is to be (`rows` under `columns`).

    `changed`: review.csv must be written anew. `seen`: the hashes of the files that were read. `taken_back`: the
    triple_ids whose rows the curator deleted from review.csv since the last run.
    """

    reviews: Mapping[str, str]
    columns: tuple[str, ...]
    rows: tuple[Mapping[str, str], ...]
    changed: bool
    seen: tuple[str, ...]
    taken_back: tuple[str, ...] = ()


def read_decisions(outputs: Path) -> Decisions:
    """Return the decisions in `outputs`/triples.csv merged into those of review.csv.

    A value in triples.csv that is not empty wins, unless it is the one that the last run wrote there: then review.csv
    is the newer, and a row that is missing from it was deleted to take the decision back. A review.csv that is not
    there, or empty, takes nothing back. Of several rows for one triple in it the last one counts. Raises DecisionError.
    """
    seen = look_at(outputs)
    columns, rows = read_sheet(outputs / "review.csv")
    reviews = {row["triple_id"]: row["review"] for row in rows}
    before = read_published(outputs)["reviews"] if columns else {}
    edits = {
        triple: review
        for triple, review in read_edits(outputs / "triples.csv").items()
        if review not in (reviews.get(triple, ""), before.get(triple))
    }
    kept = {triple: review for triple, review in (reviews | edits).items() if review}
    taken_back = tuple(sorted(before.keys() - reviews.keys() - edits.keys()))
    return Decisions(kept, columns or REVIEW_COLUMNS, tuple(update_rows(rows, edits)), bool(edits), seen, taken_back)


def look_at(outputs: Path) -> tuple[str, ...]:
    """Return hashes of the two files that hold decisions, empty for one that is not there."""
    return tuple(hash_file(outputs / name) for name in ("triples.csv", "review.csv"))


def read_edits(path: Path) -> dict[str, str]:
    """Return the decisions in an edited triples.csv that are not empty. Raises DecisionError if two rows disagree."""
    found: dict[str, tuple[str, int]] = {}
    for number, row in enumerate(read_sheet(path)[1], start=2):
        review, triple = row["review"], row["triple_id"]
        if not review:
            continue
        first, where = found.setdefault(triple, (review, number))
        if first != review:
            raise DecisionError(
                f"{path}, row {number}, column review: {triple} is {review!r} here and {first!r} in row {where}; "
                "leave one of them and run again"
            )
    return {triple: review for triple, (review, _) in found.items()}


def update_rows(rows: Sequence[Mapping[str, str]], edits: Mapping[str, str]) -> list[Mapping[str, str]]:
    """Return review.csv's rows with `edits` in place of (each the last row of its triple) or behind them."""
    when = datetime.now(UTC).date().isoformat()
    last = {row["triple_id"]: index for index, row in enumerate(rows)}
    updated: list[Mapping[str, str]] = list(rows)
    for triple, review in edits.items():
        change = {"triple_id": triple, "review": review, "reviewer": "", "when": when}
        if triple in last:
            updated[last[triple]] = {**rows[last[triple]], **change}
        else:
            updated.append(change)
    return updated


def read_sheet(path: Path) -> tuple[tuple[str, ...], list[dict[str, str]]]:
    """Return the columns and rows of a table that a spreadsheet program may have saved; both empty if it is not there.

    Any of UTF-8, UTF-16, GB 18030 or Latin-1, separated by comma, semicolon or tab. Of triples.csv only the two
    columns that matter. Raises DecisionError for a missing column or a review that is none.
    """
    if not path.exists():
        return (), []
    lines = split_sheet(decode_sheet(path.read_bytes()))
    header = tuple(name.strip() for name in next(lines, []))
    if not any(header):
        return (), []
    for name in ("triple_id", "review"):
        if name not in header:
            raise DecisionError(
                f"{path}, row 1: there is no column {name}; put its name back, or move the file away, and run again"
            )
    wanted = ("triple_id", "review") if path.name == "triples.csv" else header
    rows = []
    for number, line in enumerate(lines, start=2):
        cells = dict(zip(header, line, strict=False))
        row = {name: cells.get(name, "") for name in wanted}
        row["triple_id"] = row["triple_id"].strip()
        row["review"] = check_review(path, number, row["review"])
        if row["triple_id"]:
            rows.append(row)
        elif row["review"]:
            raise DecisionError(f"{path}, row {number}, column triple_id: it is empty; put the id back and run again")
    return header, rows


def check_review(path: Path, number: int, value: str) -> str:
    """Return the review in a cell, in lower case. Raises DecisionError if it is none."""
    review = value.strip().lower()
    if review and review not in REVIEWS:
        raise DecisionError(
            f"{path}, row {number}, column review: {value!r} is no review; "
            f"write {', '.join(REVIEWS)} or nothing there and run again"
        )
    return review


def decode_sheet(content: bytes) -> str:
    """Return the text of a table, whichever encoding a spreadsheet program gave it."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return content.decode("latin-1")


def split_sheet(text: str) -> Iterator[list[str]]:
    """Give the lines of a table, cut at whichever of comma, semicolon and tab its header has most of."""
    if named := re.match(r"sep=(.)\r?\n", text):
        text = text[named.end() :]
    header = text.split("\n", 1)[0]
    separator = named.group(1) if named else max(",;\t", key=header.count)
    csv.field_size_limit(2**31 - 1)
    return csv.reader(io.StringIO(text, newline=""), delimiter=separator)


def write_reviews(path: Path, decisions: Decisions) -> None:
    """Write review.csv: every row and column that was there, and the new decisions."""
    extra = [name for name in REVIEW_COLUMNS if name not in decisions.columns]
    text = io.StringIO()
    writer = csv.DictWriter(text, [*decisions.columns, *extra], restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(decisions.rows)
    write_atomically(path, BOM + text.getvalue().encode(), sync=True)


# --- aggregates


def read_published(outputs: Path) -> dict[str, dict[str, str]]:
    """Return what the last run published: the CSV files' `hashes` and the `reviews` in its triples.csv."""
    try:
        published: dict[str, dict[str, str]] = json.loads((outputs / PUBLISHED).read_text("utf-8"))
    except (OSError, ValueError):
        return {"hashes": {}, "reviews": {}}
    return published


def hash_file(path: Path) -> str:
    """Return the hash of the bytes of a file, as TableFile makes it; empty if it is not there."""
    if not path.exists():
        return ""
    total = blake2b(digest_size=16)
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            total.update(block)
    return total.hexdigest()
