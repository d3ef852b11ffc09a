"""Reading of the CSV files that people edit, with the place of every row for errors."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import LexiconError


@dataclass(frozen=True)
class Row:
    """A row of a file with its place."""

    cells: Mapping[str, str]
    path: Path
    number: int

    def __getitem__(self, column: str) -> str:
        return self.cells[column]

    def list(self, column: str) -> list[str]:
        """Return the parts of a cell that are joined by `|`."""
        return [part.strip() for part in self.cells[column].split("|") if part.strip()]

    def error(self, column: str, problem: str, repair: str) -> LexiconError:
        """Return the error that says where this row is wrong and what to do."""
        return LexiconError(self.path, self.number, column, problem, repair)


def read_rows(path: Path, columns: Sequence[str]) -> Iterator[Row]:
    """Yield the rows of a CSV file; raise LexiconError where the header or a row has other cells than `columns`.

    Row numbers are those of a spreadsheet: the header is row 1. A spreadsheet's empty rows are passed over.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as handle:
            reader = csv.reader(handle)
            header = [cell.strip() for cell in next(reader, [])]
            if header != list(columns):
                raise LexiconError(path, 1, "", f"the header is `{','.join(header)}`", f"write `{','.join(columns)}`")
            for number, cells in enumerate(reader, start=2):
                if not any(cells):
                    continue
                if len(cells) != len(columns):
                    raise LexiconError(path, number, "", f"the row has {len(cells)} cells, the header {len(columns)}",
                                       "put a cell that holds a comma between double quotes")  # fmt: skip
                yield Row(dict(zip(columns, (cell.strip() for cell in cells), strict=True)), path, number)
    except UnicodeDecodeError as error:
        raise LexiconError(path, 1, "", "the file is not UTF-8", "save it as `CSV UTF-8`") from error
    except FileNotFoundError as error:
        raise LexiconError(
            path, 1, "", "the file is missing", "put it back, or point --lexicons at a whole folder"
        ) from error
